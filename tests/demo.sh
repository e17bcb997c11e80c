#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sets up (tests/setup.sh), then shows the main job: a program downloads a file from a web server on
# this machine through BITS in its own process, with its peer-caching flags and the machine's policy
# checked and toggled in the middle. Ends with the comparison of both files. Everything is in
# build/demo and ends with this script.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"

size=67108864
rate=12m
folder=$top/build/demo
bin=$top/build/x86_64/bin

sh "$top/tests/setup.sh"
for program in qmgr.dll demo.exe; do
    [ -f "$bin/$program" ] || die "$bin/$program is missing: it is not part of this build."
done

finish()
{
    stop_nginx
    wine_stop_server
}
wine_use_prefix "$folder/prefix"
trap finish EXIT
trap 'exit 1' HUP INT TERM

say "Starting a web server with a file of 64 MiB, at most 12 MiB a second"
rm -rf "$folder/www" "$folder/downloads"
mkdir -p "$folder/www" "$folder/downloads"
head -c "$size" /dev/urandom >"$folder/www/file.bin"
start_nginx "$folder/nginx" "$folder/www" "$rate"

say "Registering qmgr.dll with Wine (regsvr32 qmgr.dll)"
wine_make_prefix
wine_reset_prefix
wine_start_server
# With a slash in front regsvr32 would take the path for an option.
wine_run_captured 60 regsvr32 /s "Z:$bin/qmgr.dll" || die "regsvr32 failed."

say "Running build/x86_64/bin/demo.exe"
code=0
wine_run "$bin/demo.exe" "$nginx_url/file.bin" "Z:$folder/downloads/file.bin" </dev/null || code=$?
[ "$code" -eq 0 ] || die "The program failed with exit code $code."

say "What the server saw (method, path, status, bytes sent, range)"
grep -v openbits-probe "$folder/nginx/access.log" || true
sent=$(awk '$1 == "GET" && $3 == 206 { sum += $4 } END { printf "%d", sum }' \
    "$folder/nginx/access.log")
echo "   $sent bytes in all for a file of $size: $((sent - size)) were sent twice"
# What is on its way when a transfer stops is lost: a few network buffers, never more.
[ "$((sent - size))" -lt 1048576 ] || die "Stopping made the program fetch bytes again."

say "Comparing the files"
expected=$(sha256sum <"$folder/www/file.bin")
got=$(sha256sum <"$folder/downloads/file.bin") || die "There is no downloaded file."
echo "   on the server  ${expected%% *}"
echo "   downloaded     ${got%% *}"
[ "$expected" = "$got" ] || die "The files differ."
say "Both are the same."
