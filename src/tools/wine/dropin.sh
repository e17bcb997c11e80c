#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# dropin.sh install|remove PREFIX [DLL]
#
# Puts qmgr.dll in the place of Wine's own in a prefix, or gives Wine's back. The DLL is copied to
# system32\openbits, where a prefix update leaves it alone, and installed as the service BITS; all
# that it replaces in the registry is kept there and comes back.

set -eu

usage()
{
    echo "Usage: sh dropin.sh install|remove PREFIX [DLL]" >&2
    exit 2
}

fail()
{
    echo "dropin.sh: $*" >&2
    exit 1
}

# find_dll: the build folder's, or that of an installed tree.
find_dll()
{
    here=$(cd "$(dirname "$0")" && pwd)
    for file in "$here/../../../build/x86_64/bin/qmgr.dll" "$here/qmgr.dll" \
        "$here/../bin/qmgr.dll" "$here/../../bin/qmgr.dll"; do
        if [ -f "$file" ]; then
            echo "$file"
            return
        fi
    done
    fail "there is no qmgr.dll; build it, or name it"
}

[ $# -ge 2 ] && [ $# -le 3 ] || usage
command=$1
[ -d "$2/drive_c/windows/system32" ] || fail "$2 is no Wine prefix"
WINEPREFIX=$(cd "$2" && pwd)
WINEDEBUG=${WINEDEBUG:-err-all,fixme-all}
WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine) ||
    fail "Wine was not found"

folder=$WINEPREFIX/drive_c/windows/system32/openbits
place='C:\windows\system32\openbits\qmgr.dll'

case $command in
install)
    dll=${3:-$(find_dll)}
    [ -f "$dll" ] || fail "$dll is not there"
    # Over an older one: that one goes first, with the service that holds it.
    if [ -f "$folder/qmgr.dll" ]; then
        "$wine" regsvr32 /s /u /i:service "$place" || fail "the older one cannot be taken away"
    fi
    mkdir -p "$folder"
    cp "$dll" "$folder/qmgr.dll.new"
    mv "$folder/qmgr.dll.new" "$folder/qmgr.dll"
    if ! "$wine" regsvr32 /s /i:service "$place"; then
        "$wine" regsvr32 /s /u /i:service "$place" || true
        rm -rf "$folder"
        fail "the DLL could not be registered; the prefix is as it was"
    fi
    echo "OpenBITS is the BITS of $WINEPREFIX"
    ;;
remove)
    [ -f "$folder/qmgr.dll" ] || fail "OpenBITS is not in $WINEPREFIX"
    "$wine" regsvr32 /s /u /i:service "$place" || fail "the registration cannot be taken away"
    rm -rf "$folder"
    echo "OpenBITS is gone from $WINEPREFIX"
    ;;
*) usage ;;
esac
