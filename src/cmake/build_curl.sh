#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_curl.sh ARCH DEPS: cross-builds libcurl (HTTP and HTTPS only, TLS by Schannel, static) from
# Debian's source package into DEPS/ARCH/curl. Does nothing when that was done by this same script.

arch=$1
deps=$2
# shellcheck source=src/cmake/build_common.sh
. "$(dirname "$0")/build_common.sh"
begin_build libcurl curl curl 7.88

# The largest receive: twice what is usual, for each one costs several calls of the system under Wine.
# No question after each send how large the send buffer should be: Wine says always 64 KiB, and a size
# that was set once ends what both systems do by themselves, to let the buffer grow with the link. What
# is asked in its place fails at once, for it comes without its argument.
configure "$work/source" \
    -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG -DCURL_MAX_READ_SIZE=1048576 -DSIO_IDEAL_SEND_BACKLOG_QUERY=FIONBIO" \
    -DCMAKE_INSTALL_LIBDIR=lib \
    -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
    -DHTTP_ONLY=ON -DCURL_USE_SCHANNEL=ON -DCURL_WINDOWS_SSPI=ON -DENABLE_IPV6=ON \
    -DENABLE_THREADED_RESOLVER=ON -DENABLE_UNICODE=ON -DUSE_WIN32_IDN=ON \
    -DCURL_TARGET_WINDOWS_VERSION=0x0601 \
    -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBSSH=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF \
    -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_NETRC=ON \
    -DENABLE_MANUAL=OFF
build_and_install

cp "$work/source/COPYING" "$target/"
end_build
