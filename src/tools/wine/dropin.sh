#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# dropin.sh install|remove PREFIX [DLL [DLL32]]     (installed: openbits-wine)
#
# Puts qmgr.dll in the place of Wine's own in a prefix, or gives Wine's back. The DLL is copied to
# system32\openbits, where a prefix update leaves it alone, and installed as the service BITS; all
# that it replaces in the registry is kept there and comes back. Where the prefix has 32-bit programs
# too, the 32-bit DLL goes into syswow64\openbits: theirs is the other end of the service's calls.
# bitsadmin.exe, where it lies beside the DLL and the system has none, goes to system32.

set -eu

usage()
{
    echo "Usage: $(basename "$0") install|remove PREFIX [DLL [DLL32]]" >&2
    exit 2
}

fail()
{
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# find ARCH: the DLL of the build folder, or of the installed tree.
find()
{
    here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
    for file in "$here/../../../build/$1/bin/qmgr.dll" "$here/../lib/openbits/$1/qmgr.dll"; do
        if [ -f "$file" ]; then
            echo "$file"
            return
        fi
    done
    return 1
}

find_dll()
{
    find x86_64 || fail "there is no qmgr.dll; build it, or name it"
}

find_dll32()
{
    find i686 || fail "$2 has 32-bit programs, and there is no 32-bit qmgr.dll; build or name it"
}

# put DLL FOLDER: as a whole, or not at all.
put()
{
    mkdir -p "$2"
    cp "$1" "$2/qmgr.dll.new"
    mv "$2/qmgr.dll.new" "$2/qmgr.dll"
}

# put_tool DLL: only ours is taken away again.
put_tool()
{
    [ -f "${1%/*}/bitsadmin.exe" ] && [ ! -e "$tool" ] || return 0
    cp "${1%/*}/bitsadmin.exe" "$folder/bitsadmin.exe"
    cp "$folder/bitsadmin.exe" "$tool"
}

take_tool_away()
{
    if [ -f "$folder/bitsadmin.exe" ] && cmp -s "$folder/bitsadmin.exe" "$tool"; then
        rm -f "$tool"
    fi
}

register()
{
    "$wine" regsvr32 /s "$@" 'C:\windows\system32\openbits\qmgr.dll'
}

register32()
{
    "$wine" 'C:\windows\syswow64\regsvr32.exe' /s "$@" 'C:\windows\syswow64\openbits\qmgr.dll'
}

# take_away: whatever of the two is there. The service goes last.
take_away()
{
    if [ -f "$folder32/qmgr.dll" ]; then
        register32 /u /i:service || return 1
        rm -rf "$folder32"
    fi
    register /u /i:service || return 1
    take_tool_away
    rm -rf "$folder"
}

[ $# -ge 2 ] && [ $# -le 4 ] || usage
command=$1
[ -d "$2/drive_c/windows/system32" ] || fail "$2 is no Wine prefix"
WINEPREFIX=$(cd "$2" && pwd)
WINEDEBUG=${WINEDEBUG:-err-all,fixme-all}
WINEDLLOVERRIDES=${WINEDLLOVERRIDES:-mscoree,mshtml=}
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine) ||
    fail "Wine was not found"

folder=$WINEPREFIX/drive_c/windows/system32/openbits
tool=$WINEPREFIX/drive_c/windows/system32/bitsadmin.exe
folder32=$WINEPREFIX/drive_c/windows/syswow64/openbits
has_both=no
[ ! -f "${folder32%/*}/regsvr32.exe" ] || has_both=yes

case $command in
install)
    dll=${3:-$(find_dll)}
    [ -f "$dll" ] || fail "$dll is not there"
    dll32=
    if [ "$has_both" = yes ]; then
        dll32=${4:-$(find_dll32 "$@")}
        [ -f "$dll32" ] || fail "$dll32 is not there"
    fi
    # Over an older one: that one goes first, with the service that holds it.
    if [ -f "$folder/qmgr.dll" ]; then
        take_away || fail "the older one cannot be taken away"
    fi
    put "$dll" "$folder"
    [ -z "$dll32" ] || put "$dll32" "$folder32"
    if ! register /i:service || { [ -n "$dll32" ] && ! register32 /i:service; }; then
        take_away || true
        rm -rf "$folder" "$folder32"
        fail "the DLL could not be registered; the prefix is as it was"
    fi
    put_tool "$dll"
    echo "OpenBITS is the BITS of $WINEPREFIX"
    ;;
remove)
    [ -f "$folder/qmgr.dll" ] || fail "OpenBITS is not in $WINEPREFIX"
    take_away || fail "the registration cannot be taken away"
    echo "OpenBITS is gone from $WINEPREFIX"
    ;;
*) usage ;;
esac
