#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# wow64.sh SOURCE BUILD BUILD32 ROOT: a 64-bit prefix that has 32-bit programs too. Clients of both
# bitnesses work with the 64-bit service; the 32-bit DLL goes without harm to the others, and with
# both gone the registry is what it was; and the same for the drop-in. Exits with 77 where this
# cannot be tried.

set -eu

source=$1
build=$2
root=$4
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"
# shellcheck source=tests/lib/faults.sh
. "$source/tests/lib/faults.sh"
work=$build/wow64
mkdir -p "$work"

skip()
{
    echo "Skipped: 32-bit clients of the 64-bit service. $1"
    exit 77
}

[ -f "$3/bin/qmgr.dll" ] || skip "There is no 32-bit build in $3."
build32=$(cd "$3" && pwd)
reason=$work/reason
wine_use_prefix_both "$build/prefix-wow64" "$root" "$source/tests/lib" "$source" "$build" "$build32" \
    2>"$reason" || skip "$(tail -n 1 "$reason")"
trap wine_stop_server EXIT
trap 'exit 1' HUP INT TERM

wine_make_prefix
wine_reset_prefix

# What registration touches, in the views of both bitnesses.
snapshot()
{
    for key in 'HKLM\Software\Classes\CLSID' 'HKLM\Software\Classes\Interface' \
        'HKLM\Software\Classes\AppID' 'HKLM\Software\Classes\TypeLib' \
        'HKLM\Software\Classes\Wow6432Node' 'HKLM\System\CurrentControlSet\Services\BITS' \
        'HKLM\Software\Microsoft\Windows NT\CurrentVersion\Svchost'; do
        wine_run reg query "$key" /s </dev/null 2>/dev/null | tr -d '\r'
    done | sort >"$work/registry.$1"
    [ -s "$work/registry.$1" ]
}

is_as_it_was()
{
    snapshot "$1"
    diff "$work/registry.before" "$work/registry.$1"
}

# register64, register32 [OPTION...]: each bitness has a regsvr32 of its own.
register64()
{
    echo "regsvr32, 64-bit: $*"
    wine_run_captured 50 'C:\windows\system32\regsvr32.exe' /s "$@" "Z:$build/bin/qmgr.dll"
}

register32()
{
    echo "regsvr32, 32-bit: $*"
    wine_run_captured 50 'C:\windows\syswow64\regsvr32.exe' /s "$@" "Z:$build32/bin/qmgr.dll"
}

# run FOLDER PROGRAM...: each of them must find no fault.
run()
{
    folder=$1
    shift
    for program in "$@"; do
        echo "$folder/tests/$program"
        OPENBITS_CLSCTX=local OPENBITS_TARGET=ours wine_run_captured 60 "$folder/tests/$program.exe"
    done
}

wine_start_server
# A machine without any BITS: nobody else's entry stands in for ours.
wine_run reg delete 'HKLM\Software\Classes\AppID\{69AD4AEE-51BE-439B-A92C-86AE490E8B30}' /f \
    </dev/null >/dev/null
snapshot before

register64 /i:service
register32 /i:service
run "$build32" system/service_process conformance/activation conformance/enumerators \
    conformance/file conformance/file3 conformance/job_files conformance/job4 \
    conformance/manager conformance/peer_admin conformance/callbacks
run "$build" system/service_process conformance/activation conformance/enumerators
register32 /u /i:service
run "$build" system/service_process
register64 /u /i:service
is_as_it_was after

# The 32-bit DLL registered only for use in process, and the service gone before it.
register64 /i:service
register32
run "$build32" system/service_process
register64 /u /i:service
register32 /u
is_as_it_was end

# The drop-in's script, which starts Wine by itself: ours for it.
mkdir -p "$work/bin"
cat >"$work/bin/wine64" <<END
#!/bin/sh
. "$source/tests/lib/wine.sh"
wine_use_prefix_both "$WINEPREFIX" "$root" "$source/tests/lib" "$source" "$build" "$build32"
wine_run "\$@"
END
chmod 755 "$work/bin/wine64"
dropin()
{
    (PATH=$work/bin:$PATH && sh "$source/src/tools/wine/dropin.sh" "$@" </dev/null)
}
dropin install "$WINEPREFIX" "$build/bin/qmgr.dll" "$build32/bin/qmgr.dll"
run "$build32" system/service_process
run "$build" system/service_process
dropin remove "$WINEPREFIX"
is_as_it_was removed
[ ! -e "$WINEPREFIX/drive_c/windows/syswow64/openbits" ]
echo "The registry is as it was."
withstands "$build/shown" system/wow64.sh P4
