#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check_imports.sh OBJDUMP PROGRAM...: fails when a program imports a DLL that Windows does not bring.

set -eu

objdump=$1
shift

allowed=" advapi32 bcrypt crypt32 fwpuclnt iphlpapi kernel32 msvcrt ncrypt netapi32 normaliz ntdll
 ole32 oleaut32 rpcrt4 secur32 shell32 shlwapi user32 userenv version winhttp ws2_32 wtsapi32 "
allowed=$(printf '%s' "$allowed" | tr '\n' ' ')

bad=0
for program in "$@"; do
    imports=$("$objdump" -p "$program" | sed -n 's/^[[:space:]]*DLL Name: //p' | tr 'A-Z\r' 'a-z ')
    if [ -z "$imports" ]; then
        echo "$program: no imports found; is it a Windows program?"
        bad=1
    fi
    for dll in $imports; do
        case $allowed in
        *" ${dll%.dll} "*) ;;
        *)
            echo "$program imports $dll, which Windows does not bring."
            bad=1
            ;;
        esac
    done
done
exit "$bad"
