#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# wine32_root.sh FOLDER: unpacks Debian's 32-bit Wine with all that it needs into FOLDER, for the
# tests only. The machine's own packages and architectures stay as they are; no root rights needed.
# When it cannot be had, says why in one line and exits with 1.

set -eu

root=$1
log=$root.log

mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
[ -f "$root/.ready" ] && exit 0

fail()
{
    echo "$1 (log: $log)"
    exit 1
}

[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || fail "this is not Debian on amd64"
for program in apt-get dpkg-deb unshare chroot; do
    command -v "$program" >/dev/null 2>&1 || fail "there is no $program"
done

codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"')
rm -rf "$root"
mkdir -p "$root"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$state/sources" "$state/lists/partial" "$state/cache/archives/partial" "$state/state"
: >"$state/state/status"

# The security suite of i386 has been out of step with its index; nothing but tests runs in here.
suites="$codename $codename-updates"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] || continue
    for suite in $suites; do
        grep -E "^[[:space:]]*deb[[:space:]].*[[:space:]]${suite}[[:space:]].*main" "$file" |
            sed 's/arch=[^] ]*/arch=i386/' >>"$state/sources/own.list" || true
    done
done
for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    grep -v '^#' "$file" | awk -v RS= -v suite="$codename" '
        $0 ~ "(^|\n)Suites:[^\n]*[ \t]" suite "([ \t\n]|-updates|$)" &&
        /(^|\n)Components:[^\n]*main/ && !/(^|\n)Enabled:[ \t]*no/ {
            gsub(/(^|\n)Architectures:[^\n]*/, ""); sub(/^\n/, ""); print $0 "\n"
        }' >>"$state/sources/own.sources"
done

own_apt()
{
    apt-get -q -y \
        -o APT::Architecture=i386 -o APT::Architectures::=i386 \
        -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/sources" \
        -o Dir::State="$state/state" -o Dir::State::Lists="$state/lists" \
        -o Dir::State::status="$state/state/status" -o Dir::Cache="$state/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o APT::Install-Recommends=false -o Debug::NoLocking=true "$@"
}

own_apt update >"$log" 2>&1 9>&- || fail "apt-get update for i386 failed"
own_apt install --download-only wine32 wine libc6 libgnutls30 >>"$log" 2>&1 9>&- ||
    fail "the i386 packages of Wine could not be downloaded"

for deb in "$state"/cache/archives/*.deb; do
    dpkg-deb -x "$deb" "$root" >>"$log" 2>&1 || fail "unpacking ${deb##*/} failed"
done

# What the package's own installation would do: without the mark Wine does not load this DLL.
dll=$root/usr/i686-w64-mingw32/lib/zlib1.dll
marked=$root/usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll
[ -f "$dll" ] || fail "zlib1.dll is not among the packages"
rm -f "$marked"
{
    head -c 64 "$dll"
    printf 'Wine builtin DLL'
    head -c 16 /dev/zero
    tail -c +97 "$dll"
} >"$marked"

mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/root" "$root/etc"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$root/etc/hosts"
sh "$(dirname "$0")/in_root.sh" "$root" -- /usr/lib/wine/wine --version >>"$log" 2>&1 9>&- ||
    fail "programs in $root cannot be run: no user namespaces, or no 32-bit programs here?"
: >"$root/.ready"
