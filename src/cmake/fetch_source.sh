#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fetch_source.sh PACKAGE SERIES FOLDER [--tar-only]: downloads one Debian source package, as curl of
# the series 7.88, into FOLDER. Uses the machine's own package sources and keys but a state of its
# own: the user's apt configuration is not changed and need not list sources. No root rights needed.

set -eu

package=$1
series=$2
folder=$3
only=${4:-}

fail()
{
    echo "Could not fetch the source package $package $series of Debian: $1" >&2
    echo "Check the network and the machine's package sources, then run this again; or give CMake" >&2
    echo "a ready-made one, see the options OPENBITS_*_ROOT in src/cmake/dependencies.cmake." >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || fail "there is no apt-get on this machine."

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$state/sources" "$state/lists/partial" "$state/cache/archives/partial"

# Only the distribution's own suites: others often have no sources, which is an error to apt.
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
[ -n "$codename" ] || fail "/etc/os-release names no release."

for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] || continue
    sed -n 's/^[[:space:]]*deb\(-src\)\{0,1\}[[:space:]]/deb-src /p' "$file" |
        grep -E "[[:space:]]$codename(-[a-z]+)?[[:space:]].*main" >>"$state/sources/own.list" || true
done
for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    # Paragraph mode; comment lines may stand inside a paragraph.
    grep -v '^#' "$file" | awk -v RS= -v suite="$codename" '
        $0 ~ "(^|\n)Suites:[^\n]*[ \t]" suite "([ \t\n-]|$)" && /(^|\n)Components:[^\n]*main/ &&
        !/(^|\n)Enabled:[ \t]*no/ {
            gsub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src"); sub(/^\n/, ""); print $0 "\n"
        }' >>"$state/sources/own.sources"
done
cat "$state"/sources/* 2>/dev/null | grep -q . ||
    fail "no package source for $codename in /etc/apt."

own_apt()
{
    program=$1
    shift
    "$program" -q \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/sources" \
        -o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# Mirrors may list a version whose files they do not have (yet): then an older one has to do.
fetch()
{
    (cd "$state" && own_apt apt-get update) || return 1
    cd "$folder" || return 1
    own_apt apt-get source --download-only ${only:+"$only"} "$package" && return 0
    for other in $(own_apt apt-cache showsrc --only-source "$package" | sed -n 's/^Version: //p' |
        sort -rVu | tail -n +2); do
        own_apt apt-get source --download-only ${only:+"$only"} "$package=$other" && return 0
    done
    return 1
}

(fetch) >"$state/log" 2>&1 || {
    grep -E '^[EW]:' "$state/log" >&2 || tail -5 "$state/log" >&2
    fail "apt-get failed."
}

for file in "$folder/$package"_*.orig.tar.*; do
    version=${file##*/"$package"_}
    version=${version%%.orig.tar.*}
    case $version in
    "$series" | "$series"[.~+]*) exit 0 ;;
    esac
done
fail "this release has version ${version:-unknown} instead."
