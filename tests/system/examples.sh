#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# examples.sh SOURCE BUILD: the programs of the programmer's guide fetch a file each, with the DLL in
# their own process; then what the guides quote is held against what they quote.

set -eu

source=$1
build=$2
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$source/tests/lib/nginx.sh"
wine_use_prefix "$build/prefix-examples"
work=$build/examples-test
rm -rf "$work"
mkdir -p "$work/www"

finish()
{
    stop_nginx
    wine_stop_server
}
trap finish EXIT

cmake -DSOURCE="$source" -P "$source/tests/system/docs.cmake"

head -c 1048576 /dev/urandom >"$work/www/file.bin"
start_nginx "$work/nginx" "$work/www"
wine_make_prefix
wine_reset_prefix
wine_start_server
wine_run_captured 60 regsvr32 /s "Z:$build/bin/qmgr.dll"
for name in download notify peers; do
    wine_run_captured 60 "$build/examples/$name.exe" "$nginx_url/file.bin" "Z:$work/$name.bin"
    cmp "$work/www/file.bin" "$work/$name.bin"
done

# One that fails says why.
if wine_run_captured 60 "$build/examples/download.exe" "$nginx_url/nothing.bin" "Z:$work/x.bin" \
    >"$work/said"; then
    echo "A file that is not there was downloaded."
    exit 1
fi
cat "$work/said"
grep -q failed "$work/said"
[ "$(wc -l <"$work/said")" -ge 2 ]
