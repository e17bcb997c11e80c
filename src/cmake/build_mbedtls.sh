#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_mbedtls.sh ARCH DEPS: cross-builds mbedTLS from Debian's source package, with the features of
# mbedtls_config.h, as static libraries into DEPS/ARCH/mbedtls. Does nothing when that was done by
# this same script with the same headers.

arch=$1
deps=$2
# shellcheck source=src/cmake/build_common.sh
. "$(dirname "$0")/build_common.sh"
begin_build mbedTLS mbedtls mbedtls 2.28 \
    "$here/mbedtls_config.h" "$here/mbedtls_threading_alt.h"

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

configure "$work/source" \
    -DCMAKE_C_FLAGS="$flags" \
    -DLIB_INSTALL_DIR="$target/lib" \
    -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF -DMBEDTLS_FATAL_WARNINGS=OFF \
    -DUSE_STATIC_MBEDTLS_LIBRARY=ON -DUSE_SHARED_MBEDTLS_LIBRARY=OFF
build_and_install

cp "$work/source/include/threading_alt.h" "$target/include/"
cp "$work/source/LICENSE" "$target/"
end_build
