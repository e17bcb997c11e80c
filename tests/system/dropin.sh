#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# dropin.sh SOURCE BUILD CLIENT: OpenBITS takes the place of Wine's BITS in a prefix of its own; the
# client finds it; then it goes, and registry and files of the system are what they were.

set -eu

source=$1
build=$2
client=$3
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"
wine_use_prefix "$build/prefix-dropin"
work=$build/dropin
mkdir -p "$work"
trap wine_stop_server EXIT

wine_make_prefix
wine_reset_prefix
rm -rf "$WINEPREFIX/drive_c/windows/system32/openbits"

# What a program can see: the keys that registration touches, and the names of the system's files.
snapshot()
{
    for key in 'HKLM\Software\Classes\CLSID' 'HKLM\Software\Classes\Interface' \
        'HKLM\Software\Classes\AppID' 'HKLM\Software\Classes\TypeLib' \
        'HKLM\System\CurrentControlSet\Services\BITS' \
        'HKLM\Software\Microsoft\Windows NT\CurrentVersion\Svchost'; do
        wine_run reg query "$key" /s </dev/null 2>/dev/null | tr -d '\r'
    done | sort >"$work/registry.$1"
    find "$WINEPREFIX/drive_c/windows/system32" | sort >"$work/files.$1"
    [ -s "$work/registry.$1" ]
}

wine_start_server
snapshot before
sh "$source/src/tools/wine/dropin.sh" install "$WINEPREFIX" "$build/bin/qmgr.dll" </dev/null
snapshot during
! cmp -s "$work/registry.before" "$work/registry.during"
OPENBITS_CLSCTX=local OPENBITS_TARGET=ours wine_run_captured 50 "$client"
sh "$source/src/tools/wine/dropin.sh" remove "$WINEPREFIX" </dev/null
snapshot after
diff "$work/registry.before" "$work/registry.after"
diff "$work/files.before" "$work/files.after"
echo "The prefix is as it was."
