#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Helpers for scripts that run Windows programs under Wine. Call wine_use_prefix first; the others
# work on the prefix that it chose.

# wine_use_prefix FOLDER: everything Wine does after this happens in FOLDER.
wine_use_prefix()
{
    WINEPREFIX=$1
    WINEDEBUG=${WINEDEBUG:-err-all,fixme-all}
    WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
    HOME=${HOME:-/tmp}
    # Without UTF-8, Wine cannot make files whose names are not ASCII.
    LC_ALL=C.UTF-8
    export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES HOME LC_ALL
    unset DISPLAY WINEARCH WINESERVER WINELOADER
    wine_root=
    wine_machine=
    wine_build_other=
    wine_limit=

    wine_server=wineserver
    wine_loader=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine || true)
    if [ -z "$wine_loader" ]; then
        echo "Wine was not found. On Debian, sh tests/setup.sh installs it." >&2
        return 1
    fi
}

# wine_use_prefix32 FOLDER ROOT LIB SOURCE BUILD: the same for 32-bit programs: the machine's own 32-bit
# Wine, or the one that wine32_root.sh has put into ROOT. SOURCE and BUILD are the folders that
# programs see in there; LIB is the folder of this file.
wine_use_prefix32()
{
    wine_use_prefix "$1"
    WINEARCH=win32
    export WINEARCH
    wine_loader=/usr/lib/wine/wine
    if [ ! -x "$wine_loader" ]; then
        wine_root=$2
        wine_lib=$3
        wine_source=$4
        wine_build=$5
        if [ ! -f "$wine_root/.ready" ]; then
            echo "There is no 32-bit Wine; sh tests/lib/wine32_root.sh $wine_root fetches it." >&2
            return 1
        fi
    fi
    wine_server=/usr/lib/wine/wineserver32
    WINESERVER=$wine_server
    export WINESERVER
}

# wine_use_prefix_both FOLDER ROOT LIB SOURCE BUILD BUILD32: the same for programs of both bitnesses in
# one prefix. The machine's own 64-bit Wine and its libraries come into ROOT; nothing is fetched for
# it. When it cannot be had, says why in one line and answers 1.
wine_use_prefix_both()
{
    wine_use_prefix "$1" || return 1
    wine_loader=/usr/lib/wine/wine64
    wine_server=/usr/lib/wine/wineserver64
    WINESERVER=$wine_server
    export WINESERVER
    if [ ! -x "$wine_loader" ] || [ ! -x "$wine_server" ]; then
        echo "There is no 64-bit Wine in /usr/lib/wine; sh tests/setup.sh installs Debian's." >&2
        return 1
    fi
    [ ! -x /usr/lib/wine/wine ] || return 0

    wine_root=$2
    wine_lib=$3
    wine_source=$4
    wine_build=$5
    wine_build_other=$6
    wine_machine="$wine_loader $wine_server /lib64 /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu"
    if [ ! -f "$wine_root/.ready" ]; then
        echo "There is no 32-bit Wine; sh tests/lib/wine32_root.sh $wine_root fetches it." >&2
        return 1
    fi
    # The two are halves of one program.
    wine_version=$("$wine_loader" --version)
    if [ "$(wine_exec /usr/lib/wine/wine --version)" != "$wine_version" ]; then
        echo "The 32-bit Wine in $wine_root is not of the version of the machine's, $wine_version." >&2
        return 1
    fi
}

# wine_exec PROGRAM [ARGUMENT...]: runs a program of Wine itself, for wine_limit seconds if that is set.
wine_exec()
{
    if [ -n "$wine_root" ]; then
        wine_locales=/usr/lib/locale
        [ -d "$wine_locales" ] || wine_locales=
        # shellcheck disable=SC2086
        set -- sh "$wine_lib/in_root.sh" "$wine_root" $wine_machine $wine_locales "$wine_source" "$wine_build" \
            "${wine_build_other:-$wine_build}" -- "$@"
    fi
    if [ -n "$wine_limit" ]; then
        set -- timeout -k 5 "$wine_limit" "$@"
    fi
    "$@"
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
        wine_exec "$wine_loader" wineboot -i </dev/null >"$WINEPREFIX.log" 2>&1 9>&- || {
            echo "Wine could not make the prefix $WINEPREFIX (log: $WINEPREFIX.log)." >&2
            exit 1
        }
        wine_exec "$wine_server" -w >>"$WINEPREFIX.log" 2>&1 9>&-
        mkdir -p "$WINEPREFIX/.fresh"
        cp "$WINEPREFIX"/*.reg "$WINEPREFIX/.fresh/"
        : >"$WINEPREFIX/.ready"
    ) 9>"$WINEPREFIX.lock"
}

# wine_reset_prefix: forgets what earlier runs have left in registry, queue and temporary folders.
wine_reset_prefix()
{
    wine_stop_server
    cp "$WINEPREFIX"/.fresh/*.reg "$WINEPREFIX/"
    rm -rf "$WINEPREFIX/drive_c/ProgramData/Microsoft/Network/Downloader" \
        "$WINEPREFIX"/drive_c/users/*/Temp/* "$WINEPREFIX"/drive_c/windows/temp/*
}

# wine_start_server: a wineserver that stays until wine_stop_server, with Wine's services running.
wine_start_server()
{
    # Their output must not be ours: whoever reads our output would wait for their end.
    wine_exec "$wine_server" -p </dev/null >/dev/null 2>&1
    wine_exec "$wine_loader" explorer /desktop=openbits cmd /c exit </dev/null >/dev/null 2>&1 || true
}

wine_stop_server()
{
    [ -d "$WINEPREFIX" ] || return 0
    wine_exec "$wine_server" -k >/dev/null 2>&1 || true
    wine_exec "$wine_server" -w >/dev/null 2>&1 || true
}

# wine_run PROGRAM [ARGUMENT...]: a Windows program, with the caller's input and output.
wine_run()
{
    wine_exec "$wine_loader" "$@"
}

# wine_run_captured SECONDS PROGRAM [ARGUMENT...]: answers its exit code, 124 when the time is over,
# never 0 when it crashed.
# Its output comes when it has ended: a background process that it started keeps the output open,
# and whoever reads ours would wait for that process too.
wine_run_captured()
{
    wine_limit=$1
    shift
    wine_output=$(mktemp "$WINEPREFIX.output.XXXXXX")
    wine_code=0
    wine_run "$@" </dev/null >"$wine_output" 2>&1 || wine_code=$?
    cat "$wine_output"
    if [ "$wine_code" -eq 124 ]; then
        echo "Ended after $wine_limit s: $*"
    elif [ "$wine_code" -eq 0 ] && grep -q '^wine: Unhandled ' "$wine_output"; then
        # Wine's debugger ends what has crashed, at times with a good exit code.
        wine_code=5
        echo "Crashed: $*"
    fi
    rm -f "$wine_output"
    wine_limit=
    return "$wine_code"
}
