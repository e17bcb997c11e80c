#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the build_*.sh scripts begin with; for the dot command. They are called with ARCH DEPS.

set -eu

here=$(cd "$(dirname "$0")" && pwd)

# begin_build TITLE NAME PACKAGE SERIES [FILE...]: unpacks Debian's source package, as curl of the series
# 7.88, into $work/source, to be built for $arch and installed into $target, which is DEPS/ARCH/NAME.
# Ends the script when that was done by this same script with the same FILEs. One at a time.
begin_build()
{
    title=$1
    target=$2
    package=$3
    series=$4
    shift 4
    mkdir -p "$deps/$arch" "$deps/source"
    deps=$(cd "$deps" && pwd)
    work=$deps/$arch/$target.build
    log=$deps/$arch/$target.log
    target=$deps/$arch/$target
    recipe=$(cat "$0" "$here/build_common.sh" "$@" | cksum | tr ' ' -)

    exec 9>"$deps/.lock"
    flock 9
    [ "$(cat "$target/.recipe" 2>/dev/null || true)" != "$recipe" ] || exit 0

    rm -rf "$work" "$target"
    mkdir -p "$work/build"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM

    if ! ls "$deps/source/${package}_$series"*.dsc >/dev/null 2>&1; then
        echo "-- Fetching the source package $package $series"
        sh "$here/fetch_source.sh" "$package" "$series" "$deps/source" 9>&-
    fi
    # Applies Debian's security patches. apt has checked the signature already.
    dpkg-source --no-check -x "$deps/source/${package}_$series"*.dsc "$work/source" \
        >"$log" 2>&1 || fail
    echo "-- Building $title for $arch"
}

fail()
{
    tail -20 "$log" >&2
    echo "Building $title for $arch failed; the whole log is $log" >&2
    exit 1
}

# configure SOURCE [OPTION...]: by its own CMake files.
configure()
{
    from=$1
    shift
    cmake -S "$from" -B "$work/build" \
        -DCMAKE_TOOLCHAIN_FILE="$here/mingw-w64.cmake" -DOPENBITS_ARCH="$arch" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$target" "$@" >>"$log" 2>&1 9>&- || fail
}

build_and_install()
{
    cmake --build "$work/build" -j "$(nproc)" >>"$log" 2>&1 9>&- || fail
    cmake --install "$work/build" >>"$log" 2>&1 || fail
}

# The last word of a script.
end_build()
{
    printf '%s\n' "$recipe" >"$target/.recipe"
}
