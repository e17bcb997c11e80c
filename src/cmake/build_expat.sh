#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_expat.sh ARCH DEPS: cross-builds expat from Debian's source package as one static library
# into DEPS/ARCH/expat. Does nothing when that was done by this same script.

set -eu

arch=$1
deps=$2
here=$(cd "$(dirname "$0")" && pwd)
package=expat
series=2.5

mkdir -p "$deps/$arch" "$deps/source"
deps=$(cd "$deps" && pwd)
target=$deps/$arch/expat
recipe=$(cksum <"$0" | tr ' ' -)

exec 9>"$deps/.lock"
flock 9
[ "$(cat "$target/.recipe" 2>/dev/null || true)" = "$recipe" ] && exit 0

work=$deps/$arch/expat.build
log=$deps/$arch/expat.log
rm -rf "$work" "$target"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    tail -20 "$log" >&2
    echo "Building expat for $arch failed; the whole log is $log" >&2
    exit 1
}

if ! ls "$deps/source/${package}_$series"*.dsc >/dev/null 2>&1; then
    echo "-- Fetching the source package $package $series"
    sh "$here/fetch_source.sh" "$package" "$series" "$deps/source" 9>&-
fi

# Applies Debian's security patches. apt has checked the signature already.
dpkg-source --no-check -x "$deps/source/${package}_$series"*.dsc "$work/source" >"$log" 2>&1 || fail

echo "-- Building expat for $arch"
cmake -S "$work/source/expat" -B "$work/build" \
    -DCMAKE_TOOLCHAIN_FILE="$here/mingw-w64.cmake" -DOPENBITS_ARCH="$arch" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG -D_WIN32_WINNT=0x0601" \
    -DCMAKE_INSTALL_PREFIX="$target" -DCMAKE_INSTALL_LIBDIR=lib \
    -DEXPAT_SHARED_LIBS=OFF -DEXPAT_BUILD_TOOLS=OFF -DEXPAT_BUILD_EXAMPLES=OFF \
    -DEXPAT_BUILD_TESTS=OFF -DEXPAT_BUILD_DOCS=OFF -DEXPAT_BUILD_PKGCONFIG=OFF \
    >>"$log" 2>&1 9>&- || fail
# Debian's patches ask for the value, which expat's own CMake files do not give.
sed -i 's/^#define XML_DTD$/& 1/' "$work/build/expat_config.h" || fail
cmake --build "$work/build" -j "$(nproc)" >>"$log" 2>&1 9>&- || fail
cmake --install "$work/build" >>"$log" 2>&1 || fail

cp "$work/source/expat/COPYING" "$target/"
printf '%s\n' "$recipe" >"$target/.recipe"
