#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Helpers for scripts that run Windows programs under Wine. Call wine_use_prefix first; the others
# work on that prefix.

# wine_use_prefix FOLDER: everything Wine does after this happens in FOLDER.
wine_use_prefix()
{
    WINEPREFIX=$1
    WINEDEBUG=${WINEDEBUG:-err-all,fixme-all}
    WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
    export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
    unset DISPLAY

    WINE=${OPENBITS_WINE:-}
    if [ -z "$WINE" ]; then
        WINE=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine || true)
    fi
    if [ -z "$WINE" ]; then
        echo "Wine was not found. On Debian, sh tests/setup.sh installs it." >&2
        return 1
    fi
}

# wine_make_prefix: makes the prefix unless it is there; safe when several programs start at once.
wine_make_prefix()
{
    [ -f "$WINEPREFIX/.ready" ] && return 0
    mkdir -p "$(dirname "$WINEPREFIX")"
    (
        flock 9
        [ -f "$WINEPREFIX/.ready" ] && exit 0
        rm -rf "$WINEPREFIX"
        "$WINE" wineboot -i >"$WINEPREFIX.log" 2>&1 9>&-
        wineserver -w >>"$WINEPREFIX.log" 2>&1 9>&-
        : >"$WINEPREFIX/.ready"
    ) 9>"$WINEPREFIX.lock"
}

# wine_start_server: a wineserver that stays until wine_stop_server, with Wine's own services running.
wine_start_server()
{
    # Their output must not be ours: whoever reads our output would wait for their end.
    wineserver -p </dev/null >/dev/null 2>&1
    "$WINE" explorer /desktop=openbits cmd /c exit </dev/null >/dev/null 2>&1 || true
}

wine_stop_server()
{
    [ -d "$WINEPREFIX" ] || return 0
    wineserver -k >/dev/null 2>&1 || true
    wineserver -w >/dev/null 2>&1 || true
}

# wine_run_captured SECONDS PROGRAM [ARGUMENT...]: runs it and answers its exit code, or 124 when the
# time is over. Its output comes when it has ended: a background process that it started keeps the
# output open, and whoever reads ours would wait for that process too.
wine_run_captured()
{
    wine_seconds=$1
    shift
    wine_output=$(mktemp "$WINEPREFIX.output.XXXXXX")
    wine_code=0
    timeout -k 5 "$wine_seconds" "$WINE" "$@" </dev/null >"$wine_output" 2>&1 || wine_code=$?
    cat "$wine_output"
    rm -f "$wine_output"
    if [ "$wine_code" -eq 124 ]; then
        echo "Ended after $wine_seconds s: $*"
    fi
    return "$wine_code"
}
