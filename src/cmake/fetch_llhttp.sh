#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fetch_llhttp.sh DEPS: the C files of llhttp, for every machine the same, into DEPS/llhttp. They are
# generated, and in no source package: Debian's node-llhttp carries them. Taken from this machine
# where that is installed, else out of the downloaded package, which is not installed. No root rights
# needed. Does nothing when it was done by this same script.

set -eu

deps=$1
package=node-llhttp
files="usr/share/include/llhttp/llhttp.h usr/share/llhttp/llhttp.c usr/share/llhttp/api.c
usr/share/llhttp/http.c usr/share/doc/node-llhttp/copyright"

mkdir -p "$deps"
deps=$(cd "$deps" && pwd)
target=$deps/llhttp
recipe=$(cksum <"$0" | tr ' ' -)

exec 9>"$deps/.lock"
flock 9
[ "$(cat "$target/.recipe" 2>/dev/null || true)" = "$recipe" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    tail -5 "$work/log" >&2
    echo "The package $package of Debian could not be fetched." >&2
    echo "Check the network and run 'apt-get update', or install $package, then run this again; or" >&2
    echo "give CMake a ready-made llhttp with -DOPENBITS_LLHTTP_ROOT=..." >&2
    exit 1
}

root=
if [ ! -f /usr/share/llhttp/llhttp.c ]; then
    echo "-- Fetching the package $package"
    (cd "$work" && apt-get -q -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 \
        download "$package" && dpkg-deb -x "$package"_*.deb "$work/root") >"$work/log" 2>&1 || fail
    root=$work/root
fi

rm -rf "$target"
mkdir -p "$target"
for file in $files; do
    cp "$root/$file" "$target/" 2>>"$work/log" || fail
done
printf '%s\n' "$recipe" >"$target/.recipe"
