#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_sqlite.sh ARCH DEPS: SQLite as one static library, cross-built from Debian's source package
# into DEPS/ARCH/sqlite. Does nothing when that was done by this same script.

set -eu

arch=$1
deps=$2
here=$(cd "$(dirname "$0")" && pwd)
package=sqlite3
series=3.40

mkdir -p "$deps/$arch" "$deps/source"
deps=$(cd "$deps" && pwd)
target=$deps/$arch/sqlite
recipe=$(cksum <"$0" | tr ' ' -)

exec 9>"$deps/.lock"
flock 9
[ "$(cat "$target/.recipe" 2>/dev/null || true)" = "$recipe" ] && exit 0

work=$deps/$arch/sqlite.build
log=$deps/$arch/sqlite.log
rm -rf "$work" "$target"
mkdir -p "$work/build"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail()
{
    tail -20 "$log" >&2
    echo "Building SQLite for $arch failed; the whole log is $log" >&2
    exit 1
}

if ! ls "$deps/source/${package}_$series"*.dsc >/dev/null 2>&1; then
    echo "-- Fetching the source package $package $series"
    sh "$here/fetch_source.sh" "$package" "$series" "$deps/source" 9>&-
fi

# Applies Debian's security patches. apt has checked the signature already.
dpkg-source --no-check -x "$deps/source/${package}_$series"*.dsc "$work/source" >"$log" 2>&1 || fail

echo "-- Building SQLite for $arch"
# The one big file is put together by programs of this machine, made by its own compiler, and is the
# same for every machine. CMake may have left the compiler for Windows in CC.
(
    unset CC CFLAGS CPPFLAGS LDFLAGS
    cd "$work/build" && CC=cc ../source/configure --disable-tcl --disable-readline && make sqlite3.c
) >>"$log" 2>&1 9>&- || fail

# One thread at a time reads and writes: no need for overlapped calls, of which each costs another
# trip to wineserver.
mkdir -p "$target/include" "$target/lib"
"$arch-w64-mingw32-gcc-win32" -O2 -DNDEBUG -D_WIN32_WINNT=0x0601 \
    -DSQLITE_THREADSAFE=2 -DSQLITE_DQS=0 -DSQLITE_DEFAULT_MEMSTATUS=0 \
    -DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DSQLITE_MAX_EXPR_DEPTH=0 -DSQLITE_USE_ALLOCA \
    -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_DEPRECATED \
    -DSQLITE_OMIT_PROGRESS_CALLBACK -DSQLITE_OMIT_DECLTYPE -DSQLITE_OMIT_JSON \
    -DSQLITE_TEMP_STORE=3 -DSQLITE_WIN32_NO_OVERLAPPED \
    -c "$work/build/sqlite3.c" -o "$work/sqlite3.o" >>"$log" 2>&1 || fail
"$arch-w64-mingw32-ar" rcs "$target/lib/libsqlite3.a" "$work/sqlite3.o" >>"$log" 2>&1 || fail
cp "$work/build/sqlite3.h" "$target/include/"
printf '%s\n' "$recipe" >"$target/.recipe"
