#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes a Debian 12 machine ready: installs the packages that are missing, as root or through sudo,
# and builds everything into build/. Nothing is run. Can be called again; it then needs no network
# and takes seconds.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"

PATH=$PATH:/usr/sbin:/sbin
deps=$top/build/deps

# What has to be there (a command, or a file) and the package that brings it.
needs="
gcc gcc
/usr/include/stdlib.h libc6-dev
cmake cmake
ninja ninja-build
x86_64-w64-mingw32-gcc-win32 gcc-mingw-w64-x86-64-win32
i686-w64-mingw32-gcc-win32 gcc-mingw-w64-i686-win32
x86_64-w64-mingw32-widl mingw-w64-tools
i686-w64-mingw32-widl mingw-w64-tools
dpkg-source dpkg-dev
make make
pkg-config pkg-config
tclsh tcl
/usr/include/expat.h libexpat1-dev
/usr/include/mbedtls/ssl.h libmbedtls-dev
/usr/include/sqlite3.h libsqlite3-dev
xz xz-utils
ip iproute2
tcpdump tcpdump
/usr/lib/wine/wine64 wine64
wineserver wine
/usr/include/wine/wine/debug.h libwine-dev
/usr/include/wine/wine/windows/unknwn.idl libwine-dev
/usr/lib/x86_64-linux-gnu/libgnutls.so.30 libgnutls30
nginx nginx-light
tinyproxy tinyproxy-bin
curl curl
openssl openssl
"

is_there()
{
    case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing_packages()
{
    printf '%s\n' "$needs" | while read -r need package; do
        [ -z "$need" ] || is_there "$need" || printf '%s\n' "$package"
    done | sort -u | tr '\n' ' '
}

# With rights to install: directly as root, else through sudo.
as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

root_apt()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# A web server is needed as a program, not as a service of this machine: it must not be started.
install_packages()
{
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then
        policy=
    else
        # shellcheck disable=SC2064
        trap "as_root rm -f $policy" EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    code=0
    # shellcheck disable=SC2086
    { root_apt update && root_apt install --no-install-recommends $packages; } || code=1
    if [ -n "$policy" ]; then
        as_root rm -f "$policy"
        trap - EXIT HUP INT TERM
    fi
    return "$code"
}

install_missing()
{
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0

    command -v apt-get >/dev/null 2>&1 || die "This machine has no apt-get. What Debian 12 calls \
$packages is needed: install that by hand and call this again."
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || die "Missing packages: $packages. Call this as root, or \
install sudo, or install the packages by hand."
        # Asked here and not inside a log.
        sudo -v || die "Missing packages: $packages. sudo did not let us install them."
    fi

    say "Installing packages of Debian: $packages"
    logged install install_packages ||
        die "The packages could not be installed. Check the network and 'apt-get update', then call \
this again."
    packages=$(missing_packages)
    [ -z "$packages" ] || die "Installed, but still not found: $packages. Is this Debian 12 on amd64?"
}

# build NAME [CMAKE_OPTION...]: configures and builds build/NAME.
configure_and_build()
{
    folder=$top/build/$1
    shift
    if [ ! -f "$folder/CMakeCache.txt" ]; then
        set -- -G Ninja "$@"
    fi
    cmake -S "$top" -B "$folder" -DOPENBITS_DEPS_DIR="$deps" -DOPENBITS_WERROR=ON "$@" &&
        cmake --build "$folder"
}

build()
{
    say "Building $2"
    name=$1
    shift 2
    logged "build-$name" configure_and_build "$name" "$@" || die "The build of build/$name failed."
}

install_missing

if [ ! -f "$deps/x86_64/curl/.recipe" ] || [ ! -f "$deps/i686/curl/.recipe" ] ||
    [ ! -f "$deps/i686/sqlite/.recipe" ] || [ ! -f "$deps/i686/mbedtls/.recipe" ]; then
    say "The first build makes libcurl, mbedTLS and SQLite too, which takes a few minutes"
fi
build x86_64 "for Windows, x86_64" -DOPENBITS_ARCH=x86_64
build i686 "for Windows, i686" -DOPENBITS_ARCH=i686
build host-asan "the portable code for this machine, with address and undefined sanitizers" \
    -DOPENBITS_HOST=ON -DOPENBITS_SANITIZE=address,undefined
build host-tsan "the portable code for this machine, with the thread sanitizer" \
    -DOPENBITS_HOST=ON -DOPENBITS_SANITIZE=thread

# For the tests of the i686 build only; they are skipped where it cannot be had.
if [ ! -x /usr/lib/wine/wine ] && [ ! -f "$deps/wine32-root/.ready" ]; then
    say "Fetching 32-bit Wine for the tests"
    reason=$(sh "$top/tests/lib/wine32_root.sh" "$deps/wine32-root" 2>&1) ||
        say "No 32-bit Wine: $(printf '%s\n' "$reason" | tail -n 1)"
fi
say "Ready: build/x86_64/bin and build/i686/bin"
