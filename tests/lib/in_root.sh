#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# in_root.sh ROOT [PATH...] -- PROGRAM [ARGUMENT...]: runs a program with ROOT as its file system;
# every PATH, a folder or a file, is there too. Works without root rights.

set -eu

root=$1
shift

as_root=
[ "$(id -u)" -eq 0 ] || as_root=--map-root-user

# shellcheck disable=SC2016
exec unshare $as_root --mount sh -eu -c '
    root=$1
    folder=$2
    shift 2
    mount --rbind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    while [ "$1" != -- ]; do
        if [ -d "$1" ]; then
            mkdir -p "$root$1"
        elif [ ! -e "$root$1" ]; then
            mkdir -p "$root${1%/*}"
            : >"$root$1"
        fi
        mount --rbind "$1" "$root$1"
        shift
    done
    shift
    [ -d "$root$folder" ] || folder=/
    HOME=/root
    export HOME
    exec unshare --root="$root" --wd="$folder" "$@"
' in_root "$root" "$PWD" "$@"
