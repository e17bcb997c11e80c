#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# package.sh zip|deb [BUILD [FOLDER]]: makes openbits-VERSION-windows.zip or openbits_VERSION_all.deb
# in FOLDER (build/packages) out of the build folders BUILD/x86_64 and, where it is there, BUILD/i686
# (build), and prints its name.

set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
kind=${1:-}
build=$(cd "${2:-$top/build}" && pwd)
mkdir -p "${3:-$top/build/packages}"
out=$(cd "${3:-$top/build/packages}" && pwd)
version=$(sed -n 's/^project(OpenBITS VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# install_into PREFIX: both architectures, as cmake --install has them, without what debuggers need.
install_into()
{
    for arch in x86_64 i686; do
        [ -f "$build/$arch/cmake_install.cmake" ] && [ -f "$build/$arch/bin/qmgr.dll" ] || continue
        cmake --install "$build/$arch" --prefix "$1" --strip >/dev/null
    done
    [ -f "$1/lib/openbits/x86_64/qmgr.dll" ] || {
        echo "package.sh: $build/x86_64 is not built" >&2
        exit 1
    }
}

make_zip()
{
    name=openbits-$version-windows
    tree=$stage/$name
    install_into "$stage/tree"
    mkdir -p "$tree/include" "$tree/lib"
    for pair in x86_64:x64 i686:x86; do
        from=$stage/tree/lib/openbits/${pair%:*}
        [ -d "$from" ] || continue
        mkdir -p "$tree/${pair#*:}" "$tree/lib/${pair#*:}"
        cp "$from/qmgr.dll" "$from/bitsadmin.exe" "$from/bits10_3.tlb" "$tree/${pair#*:}"
        cp "$from"/*.a "$tree/lib/${pair#*:}"
    done
    cp -r "$stage/tree/include/openbits" "$tree/include/"
    cp "$top/src/tools/windows/install.cmd" "$tree/"
    cp "$top/README.md" "$top/LICENSE" "$tree/"
    rm -f "$out/$name.zip"
    (cd "$stage" && cmake -E tar cf "$out/$name.zip" --format=zip "$name")
    echo "$out/$name.zip"
}

make_deb()
{
    tree=$stage/deb
    install_into "$tree/usr"
    mkdir -p "$tree/DEBIAN"
    mv "$tree/usr/share/doc/openbits/LICENSE" "$tree/usr/share/doc/openbits/copyright"
    cat >"$tree/DEBIAN/control" <<END
Package: openbits
Version: $version
Architecture: all
Maintainer: The OpenBITS developers <openbits@localhost>
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: wine
Section: otherosfs
Priority: optional
Description: Background Intelligent Transfer Service for Wine
 Downloads that resume where they stopped and machines that fetch from each
 other, behind the COM interfaces of Windows BITS. openbits-wine puts it into a
 Wine prefix and takes it out again.
END
    chmod -R u=rwX,go=rX "$tree"
    dpkg-deb --root-owner-group --build "$tree" "$out/openbits_${version}_all.deb" >/dev/null
    echo "$out/openbits_${version}_all.deb"
}

case $kind in
zip) make_zip ;;
deb) make_deb ;;
*)
    echo "Usage: sh package.sh zip|deb [BUILD [FOLDER]]" >&2
    exit 2
    ;;
esac
