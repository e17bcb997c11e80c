#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_mbedtls.sh ARCH DEPS: cross-builds mbedTLS from Debian's source package, with the features of
# mbedtls_config.h, as static libraries into DEPS/ARCH/mbedtls. Does nothing when that was done by
# this same script with the same headers.

set -eu

arch=$1
deps=$2
here=$(cd "$(dirname "$0")" && pwd)
package=mbedtls
series=2.28

mkdir -p "$deps/$arch" "$deps/source"
deps=$(cd "$deps" && pwd)
target=$deps/$arch/mbedtls
recipe=$(cat "$0" "$here/mbedtls_config.h" "$here/mbedtls_threading_alt.h" | cksum | tr ' ' -)

exec 9>"$deps/.lock"
flock 9
[ "$(cat "$target/.recipe" 2>/dev/null || true)" = "$recipe" ] && exit 0

work=$deps/$arch/mbedtls.build
log=$deps/$arch/mbedtls.log
rm -rf "$work" "$target"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    tail -20 "$log" >&2
    echo "Building mbedTLS for $arch failed; the whole log is $log" >&2
    exit 1
}

if ! ls "$deps/source/${package}_$series"*.dsc >/dev/null 2>&1; then
    echo "-- Fetching the source package $package $series"
    sh "$here/fetch_source.sh" "$package" "$series" "$deps/source" 9>&-
fi

# Applies Debian's security patches. apt has checked the signature already.
dpkg-source --no-check -x "$deps/source/${package}_$series"*.dsc "$work/source" >"$log" 2>&1 || fail

echo "-- Building mbedTLS for $arch"
cp "$here/mbedtls_config.h" "$work/source/include/mbedtls/config.h"
cp "$here/mbedtls_threading_alt.h" "$work/source/include/threading_alt.h"

# gcc for Windows needs this header as gcc for Linux does; without it the library asks the processor
# by a function of other arguments.
sed -i 's/^#if !defined(_WIN32)$/#if !defined(_MSC_VER)/' "$work/source/library/aesni.c" || fail

# The AES instructions are used where the processor has them, which is asked at run time. For i686
# the library takes them from the compiler, and so they must be switched on; callers need not keep
# the stack aligned for it.
flags="-DNDEBUG -D_WIN32_WINNT=0x0601"
[ "$arch" = x86_64 ] || flags="$flags -msse2 -maes -mpclmul -mstackrealign"

cmake -S "$work/source" -B "$work/build" \
    -DCMAKE_TOOLCHAIN_FILE="$here/mingw-w64.cmake" -DOPENBITS_ARCH="$arch" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_INSTALL_PREFIX="$target" -DLIB_INSTALL_DIR="$target/lib" \
    -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF -DMBEDTLS_FATAL_WARNINGS=OFF \
    -DUSE_STATIC_MBEDTLS_LIBRARY=ON -DUSE_SHARED_MBEDTLS_LIBRARY=OFF >>"$log" 2>&1 9>&- || fail
cmake --build "$work/build" -j "$(nproc)" >>"$log" 2>&1 9>&- || fail
cmake --install "$work/build" >>"$log" 2>&1 || fail

cp "$work/source/include/threading_alt.h" "$target/include/"
cp "$work/source/LICENSE" "$target/"
printf '%s\n' "$recipe" >"$target/.recipe"
