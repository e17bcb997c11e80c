#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# install.sh SOURCE BUILD DEPS: cmake --install into an empty folder; a program of somebody else is
# built with what is there, by find_package and by pkg-config; openbits-wine puts the DLL into a
# prefix, the program and bitsadmin run there, and it is taken out again.

set -eu

source=$1
build=$2
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"
wine_use_prefix "$build/prefix-install"
work=$build/install-test
rm -rf "$work"
mkdir -p "$work"
trap wine_stop_server EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
root=$work/prefix
for file in bin/openbits-wine lib/openbits/x86_64/qmgr.dll lib/openbits/x86_64/bitsadmin.exe \
    lib/openbits/x86_64/libqmgr.dll.a lib/openbits/x86_64/bits10_3.tlb \
    include/openbits/bits10_3.h include/openbits/bits.idl include/openbits/bitsmsg.h \
    lib/cmake/OpenBITS/OpenBITSConfig.cmake lib/openbits/x86_64/pkgconfig/openbits.pc; do
    [ -f "$root/$file" ] || {
        echo "$file was not installed"
        exit 1
    }
done

# Moved away, it must still work.
mv "$work/prefix" "$work/moved"
root=$work/moved
cmake -S "$source/tests/system/consumer" -B "$work/consumer" \
    -DCMAKE_TOOLCHAIN_FILE="$source/src/cmake/mingw-w64.cmake" -DOPENBITS_ARCH=x86_64 \
    -DOpenBITS_DIR="$root/lib/cmake/OpenBITS" >"$work/configure.log"
cmake --build "$work/consumer" >"$work/build.log"
# shellcheck disable=SC2046
x86_64-w64-mingw32-gcc -o "$work/plain.exe" "$source/tests/system/consumer/consumer.c" \
    $(PKG_CONFIG_LIBDIR="$root/lib/openbits/x86_64/pkgconfig" pkg-config --cflags --libs openbits)

wine_make_prefix
wine_reset_prefix
rm -rf "$WINEPREFIX/drive_c/windows/system32/openbits"
wine_start_server
"$root/bin/openbits-wine" install "$WINEPREFIX" </dev/null
for program in "$work/consumer/consumer.exe" "$work/plain.exe"; do
    wine_run_captured 50 "$program" | tr -d '\r' >"$work/said"
    cat "$work/said"
    grep -q '^flags 0x3 ' "$work/said"
done
wine_run_captured 50 "$root/lib/openbits/x86_64/bitsadmin.exe" /list
"$root/bin/openbits-wine" remove "$WINEPREFIX" </dev/null
[ ! -e "$WINEPREFIX/drive_c/windows/system32/openbits" ]
echo "Installed, used, and taken away."
