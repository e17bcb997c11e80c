#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How our scripts speak: short lines for people, everything else in build/logs. Expects $top.

say()
{
    printf '%s\n' "== $*"
}

die()
{
    printf '%s\n' "$*" >&2
    exit 1
}

# logged NAME COMMAND...: runs it with its output in build/logs/NAME.log; on failure shows the end of
# that and answers 1.
logged()
{
    # shellcheck disable=SC2154
    log_file=$top/build/logs/$1.log
    shift
    mkdir -p "$top/build/logs"
    if "$@" >"$log_file" 2>&1 </dev/null; then
        return 0
    fi
    tail -n 25 "$log_file" >&2
    printf '%s\n' "The whole log: $log_file" >&2
    return 1
}
