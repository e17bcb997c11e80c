#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fetch_wine_test.sh DEPS: Wine's test framework, the one header wine/test.h out of Debian's source
# package of Wine, into DEPS/wine-test/include. No binary package holds it.

set -eu

deps=$1
here=$(cd "$(dirname "$0")" && pwd)
series=8.0
member=include/wine/test.h

mkdir -p "$deps"
deps=$(cd "$deps" && pwd)
target=$deps/wine-test

exec 9>"$deps/.lock"
flock 9
[ -f "$target/$member" ] && exit 0

work=$deps/wine-test.part
rm -rf "$work"
mkdir -p "$work/$(dirname "$member")"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

echo "-- Fetching wine/test.h from the source package wine $series"
sh "$here/fetch_source.sh" wine "$series" "$work/source" --tar-only 9>&-
tar -xOf "$work"/source/wine_*.orig.tar.* --wildcards --occurrence=1 "*/$member" \
    >"$work/$member" 9>&- || {
    echo "The source package wine $series holds no $member." >&2
    exit 1
}
rm -rf "$work/source"
rm -rf "$target"
mv "$work" "$target"
