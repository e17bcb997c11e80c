#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_curl.sh ARCH DEPS: cross-builds libcurl (HTTP and HTTPS only, TLS by Schannel, static) from
# Debian's source package into DEPS/ARCH/curl. Does nothing when that was done by this same script.

set -eu

arch=$1
deps=$2
here=$(cd "$(dirname "$0")" && pwd)
package=curl
series=7.88

mkdir -p "$deps/$arch" "$deps/source"
deps=$(cd "$deps" && pwd)
target=$deps/$arch/curl
recipe=$(cksum <"$0" | tr ' ' -)

exec 9>"$deps/.lock"
flock 9
[ "$(cat "$target/.recipe" 2>/dev/null || true)" = "$recipe" ] && exit 0

work=$deps/$arch/curl.build
log=$deps/$arch/curl.log
rm -rf "$work" "$target"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    tail -20 "$log" >&2
    echo "Building libcurl for $arch failed; the whole log is $log" >&2
    exit 1
}

if ! ls "$deps/source/${package}_$series"*.dsc >/dev/null 2>&1; then
    echo "-- Fetching the source package $package $series"
    sh "$here/fetch_source.sh" "$package" "$series" "$deps/source" 9>&-
fi

# Applies Debian's security patches. apt has checked the signature already.
dpkg-source --no-check -x "$deps/source/${package}_$series"*.dsc "$work/source" >"$log" 2>&1 || fail

echo "-- Building libcurl for $arch"
# The largest receive: twice what is usual, for each one costs several calls of the system under Wine.
cmake -S "$work/source" -B "$work/build" \
    -DCMAKE_TOOLCHAIN_FILE="$here/mingw-w64.cmake" -DOPENBITS_ARCH="$arch" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG -DCURL_MAX_READ_SIZE=1048576" \
    -DCMAKE_INSTALL_PREFIX="$target" -DCMAKE_INSTALL_LIBDIR=lib \
    -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
    -DHTTP_ONLY=ON -DCURL_USE_SCHANNEL=ON -DCURL_WINDOWS_SSPI=ON -DENABLE_IPV6=ON \
    -DENABLE_THREADED_RESOLVER=ON -DENABLE_UNICODE=ON -DUSE_WIN32_IDN=ON \
    -DCURL_TARGET_WINDOWS_VERSION=0x0601 \
    -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBSSH=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF \
    -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_NETRC=ON \
    -DENABLE_MANUAL=OFF >>"$log" 2>&1 9>&- || fail
cmake --build "$work/build" -j "$(nproc)" >>"$log" 2>&1 9>&- || fail
cmake --install "$work/build" >>"$log" 2>&1 || fail

cp "$work/source/COPYING" "$target/"
printf '%s\n' "$recipe" >"$target/.recipe"
