#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# in_root.sh ROOT [FOLDER...] -- PROGRAM [ARGUMENT...]: runs a program with ROOT as its file system;
# every FOLDER is there too, under the same path. Works without root rights.

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
        mkdir -p "$root$1"
        mount --rbind "$1" "$root$1"
        shift
    done
    shift
    [ -d "$root$folder" ] || folder=/
    HOME=/root
    export HOME
    exec unshare --root="$root" --wd="$folder" "$@"
' in_root "$root" "$PWD" "$@"
