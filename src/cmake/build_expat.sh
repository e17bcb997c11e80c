#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_expat.sh ARCH DEPS: cross-builds expat from Debian's source package as one static library
# into DEPS/ARCH/expat. Does nothing when that was done by this same script.

arch=$1
deps=$2
# shellcheck source=src/cmake/build_common.sh
. "$(dirname "$0")/build_common.sh"
begin_build expat expat expat 2.5

configure "$work/source/expat" \
    -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG -D_WIN32_WINNT=0x0601" \
    -DCMAKE_INSTALL_LIBDIR=lib \
    -DEXPAT_SHARED_LIBS=OFF -DEXPAT_BUILD_TOOLS=OFF -DEXPAT_BUILD_EXAMPLES=OFF \
    -DEXPAT_BUILD_TESTS=OFF -DEXPAT_BUILD_DOCS=OFF -DEXPAT_BUILD_PKGCONFIG=OFF
# Debian's patches ask for the value, which expat's own CMake files do not give.
sed -i 's/^#define XML_DTD$/& 1/' "$work/build/expat_config.h" || fail
build_and_install

cp "$work/source/expat/COPYING" "$target/"
end_build
