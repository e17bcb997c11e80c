#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# wine_run.sh BUILD_FOLDER [--wine32 ROOT] --start | --stop | PROGRAM [ARGUMENT...]
#
# Runs a Windows program in the prefix of one build folder, which it makes on first use, for at most
# OPENBITS_TIMEOUT seconds. --start and --stop keep one wineserver alive between programs; --start
# takes the prefix back to how it was when new. --wine32 takes 32-bit Wine, see wine_use_prefix32.

set -eu

lib=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib/wine.sh
. "$lib/wine.sh"

build=$1
shift
if [ "$1" = --wine32 ]; then
    wine_use_prefix32 "$build/prefix" "$2" "$lib" "$(cd "$lib/../.." && pwd)" "$build"
    shift 2
else
    wine_use_prefix "$build/prefix"
fi

case $1 in
--start)
    wine_make_prefix
    wine_reset_prefix
    wine_start_server
    ;;
--stop) wine_stop_server ;;
*)
    wine_make_prefix
    wine_run_captured "${OPENBITS_TIMEOUT:-600}" "$@"
    ;;
esac
