#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build_sqlite.sh ARCH DEPS: SQLite as one static library, cross-built from Debian's source package
# into DEPS/ARCH/sqlite. Does nothing when that was done by this same script.

arch=$1
deps=$2
# shellcheck source=src/cmake/build_common.sh
. "$(dirname "$0")/build_common.sh"
begin_build SQLite sqlite sqlite3 3.40

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
end_build
