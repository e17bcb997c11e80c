#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# discovery_link.sh SOURCE BUILD ... PROGRAM: two machines on one cable, each a network namespace with
# a Wine of its own. The program runs on both, as OPENBITS_LINK_ROLE says; the client makes the file
# OPENBITS_LINK_DONE when the server may go. Needs root, or the right to make user namespaces.

set -eu

source=$1
build=$2
for program; do :; done
work=$build/discovery_link
# shellcheck source=tests/lib/wine.sh
. "$source/tests/lib/wine.sh"

# Runs a command on the other machine.
over_there()
{
    nsenter --net="/proc/$there/ns/net" "$@"
}

# machine DEVICE NUMBER: its addresses. No waiting for others who might have them.
# shellcheck disable=SC2016
set_up_machine='
    ip link set lo up
    ip link set "$1" up
    ip address add "192.0.2.$2/24" dev "$1"
    ip address add "2001:db8::$2/64" dev "$1" nodad
'

wait_until()
{
    left=500
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { echo "Waited in vain for: $*" >&2; return 1; }
        sleep 0.02
    done
}

is_other_namespace()
{
    [ "$(readlink "/proc/$there/ns/net" 2>/dev/null)" != "$(readlink /proc/self/ns/net)" ]
}

has_no_tentative()
{
    [ -z "$(ip -6 address show tentative)" ] && [ -z "$(over_there ip -6 address show tentative)" ]
}

# use_machine NAME: a prefix that shares its files with that of the tests.
use_machine()
{
    wine_use_prefix "$build/prefix-link-$1"
    if [ ! -f "$WINEPREFIX/.ready" ]; then
        rm -rf "$WINEPREFIX"
        cp -al "$build/prefix" "$WINEPREFIX"
        # These are written in place.
        rm -f "$WINEPREFIX"/*.reg
    fi
}

run_role()
{
    use_machine "$1"
    wine_reset_prefix
    OPENBITS_LINK_ROLE=$1 OPENBITS_LINK_DONE=Z:$work/done
    export OPENBITS_LINK_ROLE OPENBITS_LINK_DONE
    code=0
    wine_run_captured 50 "$program" || code=$?
    wine_stop_server
    return "$code"
}

inside()
{
    unshare --net sleep 100 &
    there=$!
    trap 'kill "$there" 2>/dev/null || true' EXIT
    trap 'exit 1' HUP INT TERM
    wait_until is_other_namespace

    ip link add here0 type veth peer name there0
    ip link set there0 netns "$there"
    sh -eu -c "$set_up_machine" sh here0 1
    over_there sh -eu -c "$set_up_machine" sh there0 10
    wait_until has_no_tentative

    over_there sh "$0" "$source" "$build" server "$program" >"$work/server.log" 2>&1 &
    server=$!
    code=0
    run_role client || code=$?
    : >"$work/done"
    wait "$server" || code=$?
    cat "$work/server.log"
    exit "$code"
}

case $3 in
inside) inside ;;
server) run_role server ;;
*)
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=--map-root-user
    if ! unshare $as_root --net true 2>/dev/null; then
        echo "Tests skipped: no right to make network namespaces."
        exit 0
    fi
    rm -rf "$work"
    mkdir -p "$work"
    wine_use_prefix "$build/prefix"
    wine_make_prefix
    exec unshare $as_root --net sh "$0" "$source" "$build" inside "$program"
    ;;
esac
