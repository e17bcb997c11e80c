#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# wine_run.sh BUILD_FOLDER --start | --stop | PROGRAM [ARGUMENT...]
#
# Runs a Windows program in the prefix of one build folder, which it makes on first use, for at most
# OPENBITS_TIMEOUT seconds. --start and --stop keep one wineserver alive between programs.

set -eu

# shellcheck source=tests/lib/wine.sh
. "$(dirname "$0")/wine.sh"

build=$1
shift
wine_use_prefix "$build/prefix"

case $1 in
--start)
    wine_make_prefix
    wine_start_server
    ;;
--stop) wine_stop_server ;;
*)
    wine_make_prefix
    wine_run_captured "${OPENBITS_TIMEOUT:-600}" "$@"
    ;;
esac
