#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# package.sh SOURCE BUILD CLIENT: the zip for Windows and the Debian package, made of what is built;
# what is in them is unpacked, put into a prefix and used by the client.

set -eu

source=$1
build=$2
client=$3
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"
wine_use_prefix "$build/prefix-package"
work=$build/package-test
rm -rf "$work"
mkdir -p "$work/builds"
trap wine_stop_server EXIT

# The prefix is a 64-bit one: the other architecture, where it is built, only has to be packed.
ln -s "$build" "$work/builds/x86_64"
other=$(dirname "$build")/i686
[ ! -f "$other/bin/bitsadmin.exe" ] || ln -s "$other" "$work/builds/i686"
zip=$(sh "$source/src/tools/package/package.sh" zip "$work/builds" "$work")
deb=$(sh "$source/src/tools/package/package.sh" deb "$work/builds" "$work")

wine_make_prefix
wine_reset_prefix
rm -rf "$WINEPREFIX/drive_c/openbits" "$WINEPREFIX/drive_c/windows/system32/openbits"
wine_start_server

mkdir "$work/unzipped"
(cd "$work/unzipped" && cmake -E tar xf "$zip")
script=$(ls "$work"/unzipped/*/install.cmd)
# cmd.exe wants paths of its own kind.
script=Z:$(printf %s "$script" | tr / '\\')
for mode in '' /service; do
    # shellcheck disable=SC2086
    wine_run cmd /c "$script" $mode 'C:\openbits' </dev/null | tr -d '\r' | tee "$work/said"
    grep -q '^OpenBITS is installed' "$work/said"
    context=inproc
    [ -z "$mode" ] || context=local
    OPENBITS_CLSCTX=$context OPENBITS_TARGET=ours wine_run_captured 50 "$client"
    wine_run cmd /c "$script" /remove 'C:\openbits' </dev/null | tr -d '\r' | tee "$work/said"
    grep -q '^OpenBITS is gone' "$work/said"
    [ ! -e "$WINEPREFIX/drive_c/openbits" ]
done

dpkg-deb -x "$deb" "$work/unpacked"
dpkg-deb -f "$deb" Package Version Architecture
"$work/unpacked/usr/bin/openbits-wine" install "$WINEPREFIX" </dev/null
OPENBITS_CLSCTX=local OPENBITS_TARGET=ours wine_run_captured 50 "$client"
"$work/unpacked/usr/bin/openbits-wine" remove "$WINEPREFIX" </dev/null
echo "Both packages were installed, used, and taken away."
