#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# peer_outages.sh SOURCE BUILD [PART...]: two machines on one link, and what peers need is not there: the
# switches are off (switch_off; nothing is sent, as a capture tells), the port of discovery is taken
# (port_taken), there is no multicast, only one family, another link (links); the peer vanishes in
# mid-file (vanish), OPENBITS_VANISH (4) times.

set -eu

top=$1
build=$2
parts=$(shift 2 && echo "${*:-switch_off port_taken links vanish}")
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"
# shellcheck source=tests/lib/faults.sh
. "$top/tests/lib/faults.sh"
machines_enter "$0" "$@"

folder=$build/peer-outages
tool=$build/bin/bitsadmin.exe
size=33554432
failures=0
failures_before=0
capture_pid=
holder_pid=
# The service tells what it cannot have.
OPENBITS_LOG=peer=info
export OPENBITS_LOG

finish()
{
    [ -z "$capture_pid" ] || kill "$capture_pid" 2>/dev/null || true
    [ -z "$holder_pid" ] || kill "$holder_pid" 2>/dev/null || true
    stop_nginx
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# check WHAT TEST...: as test(1).
check()
{
    check_what=$1
    shift
    if test "$@"; then
        printf '%s\n' "ok: $check_what"
    else
        printf '%s\n' "FAILED: $check_what ($*)"
        failures=$((failures + 1))
    fi
}

# withstood ID: unless a check since the last call has failed.
withstood()
{
    [ "$failures" -ne "$failures_before" ] ||
        withstands "$build/shown" system/peer_outages.sh "$1"
    failures_before=$failures
}

# wait_for SECONDS COMMAND...: answers 1 when it does not become true.
wait_for()
{
    wait_deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$wait_deadline" ] || return 1
        sleep 0.1
    done
}

# make_file NAME
make_file()
{
    head -c "$size" /dev/urandom >"$folder/www/$1"
    touch -d '2024-02-03 04:05:06' "$folder/www/$1"
}

# start_get MACHINE FILE FLAGS: in the background; its process is get_pid.
start_get()
{
    rm -f "$folder/m$1-$2"
    run_on "$1" "$build/bin/peer_get.exe" "$origin_url/$2" "Z:$folder/m$1-$2" "$3" \
        >"$folder/m$1-$2-log" 2>&1 &
    get_pid=$!
    get_machine=$1
    get_file=$2
}

# end_get: sets from_origin, from_peers, milliseconds and longest (without a byte).
end_get()
{
    wait "$get_pid" || true
    get_last=$(tr -d '\r' <"$folder/m$get_machine-$get_file-log" | tail -n 1)
    # shellcheck disable=SC2086
    set -- $get_last
    check "machine $get_machine has got $get_file: $get_last" "$1" = done
    from_origin=${2:-0}
    from_peers=${3:-0}
    milliseconds=${4:-999999}
    longest=${5:-999999}
    check "it is what the origin has" \
        "$(cksum <"$folder/www/$get_file")" = "$(cksum <"$folder/m$get_machine-$get_file")"
    check "each byte came once" $((from_origin + from_peers)) -eq "$size"
}

get()
{
    start_get "$@"
    end_get
}

has_record()
{
    run_on "$1" "$tool" /rawreturn /cache /list | grep -q "/$2"
}

# serve FILE: machine 1 has it.
serve()
{
    make_file "$1"
    get 1 "$1" 2
    wait_for 20 has_record 1 "$1" || check "machine 1 keeps $1 for its peers" no = yes
}

knows_peer()
{
    run_on 2 "$tool" /rawreturn /peers /list | grep -q 'm1.* AVAILABLE'
}

# find_peer SECONDS: machine 2 forgets all peers and looks for them; answers 1 when there is none.
find_peer()
{
    run_on 2 "$tool" /rawreturn /peers /clear >/dev/null
    run_on 2 "$tool" /rawreturn /peers /discover >/dev/null
    wait_for "$1" knows_peer
}

# expect_peer FILE WHAT
expect_peer()
{
    found=yes
    find_peer 40 || found=no
    check "$2: the peer is found" "$found" = yes
    get 2 "$1" 1
    check "$2: the file comes from it" "$from_peers" -eq "$size"
}

# ---- what is sent ----

capture_is_on()
{
    grep -q '^listening\|listening on' "$folder/capture.log"
}

# start_capture MACHINE: all packets of peers, and all multicast of UDP.
start_capture()
{
    rm -f "$folder/capture.pcap"
    ip netns exec "m$1" tcpdump -Z root -n -U -i eth0 -w "$folder/capture.pcap" \
        'port 3702 or port 2178 or (udp and multicast)' </dev/null >"$folder/capture.log" 2>&1 &
    capture_pid=$!
    wait_for 10 capture_is_on || die "tcpdump does not listen."
}

# end_capture: sets packets.
end_capture()
{
    kill -INT "$capture_pid"
    wait "$capture_pid" || true
    capture_pid=
    packets=$(tcpdump -n -r "$folder/capture.pcap" 2>/dev/null | wc -l)
}

# sockets MACHINE: those of TCP and UDP at the ports of peers (2178, 3702).
sockets()
{
    on_machine "$1" cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 |
        awk '$2 ~ /:(0882|0E76)$/ || $3 ~ /:(0882|0E76)$/' | wc -l
}

# A job runs for a minute, and looks at sockets go on for as long.
switch_off()
{
    make_file off
    stop_nginx
    start_origin "$folder/nginx" "$folder/www" 512k
    start_capture 2
    start_get 2 off 3
    most=0
    while kill -0 "$get_pid" 2>/dev/null; do
        now=$(sockets 2)
        [ "$now" -le "$most" ] || most=$now
        sleep 0.5
    done
    end_get
    end_capture
    check "with the switches off a job runs for a minute" "$milliseconds" -ge 55000
    check "and no packet is sent to peers" "$packets" -eq 0
    check "and there is no socket" "$most" -eq 0
    stop_nginx
    start_origin "$folder/nginx" "$folder/www" 24m
}

# ---- the port of discovery ----

# It lets nobody in beside it.
hold_port()
{
    # shellcheck disable=SC2016
    ip netns exec m2 perl -MSocket=:all -e '
        socket(my $four, PF_INET, SOCK_DGRAM, 17) or die; bind($four, sockaddr_in(3702, INADDR_ANY)) or die;
        socket(my $six, PF_INET6, SOCK_DGRAM, 17) or die; setsockopt($six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        bind($six, sockaddr_in6(3702, IN6ADDR_ANY)) or die; $| = 1; print "held\n"; sleep' \
        </dev/null >"$folder/holder.log" 2>&1 &
    holder_pid=$!
    wait_for 10 grep -q held "$folder/holder.log" || die "Port 3702 cannot be taken."
}

# Answers 0 when the service has the port in both families.
has_port()
{
    [ "$(on_machine 2 cat /proc/net/udp /proc/net/udp6 | grep -c ':0E76 ')" -ge 2 ]
}

complaints()
{
    grep -c 'no multicast at port 3702' "$folder/machines/m2/drive_c/openbits.log" || true
}

port_taken()
{
    hold_port
    is_introduced=yes
    machines_introduce "$tool" 67108864
    wait_for 20 has_complaints || true
    serve taken
    get 2 taken 3
    check "with the port taken a job waits for nobody" "$longest" -le 2000
    # More than one look at what is missing.
    sleep 65
    check "it is told once for each family" "$(complaints)" -eq 2
    kill "$holder_pid"
    wait "$holder_pid" 2>/dev/null || true
    holder_pid=
    wait_for 40 has_port || check "the port is had once it is free" no = yes
}

has_complaints()
{
    [ "$(complaints)" -ge 2 ]
}

# ---- the link ----

looks()
{
    grep -c 'addresses of ours' "$folder/machines/m1/drive_c/openbits.log" || true
}

has_looked()
{
    [ "$(looks)" -gt "$looks_before" ]
}

# change_addresses COMMAND...: and waits until machine 1 has seen it, as it looks twice a minute.
change_addresses()
{
    looks_before=$(looks)
    "$@"
    wait_for 45 has_looked || check "machine 1 sees its addresses change" no = yes
}

ipv6()
{
    for machine in 1 2; do
        # shellcheck disable=SC2016
        ip netns exec "m$machine" sh -c 'echo "$1" >/proc/sys/net/ipv6/conf/all/disable_ipv6' - "$1"
    done
}

links()
{
    serve link4
    serve link6
    serve nowhere
    serve later

    change_addresses ipv6 1
    expect_peer link4 "IPv4 only"
    change_addresses ipv6 0

    # Only the peer: the origin has no address of the other family.
    change_addresses ip -n m1 address del 10.77.0.1/24 dev eth0
    expect_peer link6 "IPv6 only"
    ip -n m1 address add 10.77.0.1/24 dev eth0
    ip -n m1 route add default via "$machines_origin"

    ip link set br0 type bridge mcast_snooping 0
    for machine in 1 2; do bridge link set dev "v$machine" mcast_flood off; done
    found=no
    ! find_peer 5 || found=yes
    check "without multicast nobody is found" "$found" = no
    get 2 nowhere 0
    alone=$milliseconds
    rm -f "$folder/m2-nowhere"
    get 2 nowhere 1
    check "and a job gets its file from the origin" "$from_origin" -eq "$size"
    check "without delay ($alone ms before)" "$milliseconds" -le $((alone + 1000))
    for machine in 1 2; do bridge link set dev "v$machine" mcast_flood on; done

    # The second link comes while the service runs, and the peer leaves the first one.
    ip link add br1 type bridge
    ip link set br1 up
    for machine in 1 2; do
        ip link add "w$machine" type veth peer name eth1 netns "m$machine"
        ip link set "w$machine" master br1 up
        ip -n "m$machine" addr add "10.78.0.$machine/24" dev eth1
        ip -n "m$machine" link set eth1 up
    done
    ip -n m1 link set eth0 down
    # Both look at their addresses twice a minute.
    deadline=$(($(date +%s) + 70))
    until find_peer 5 || [ "$(date +%s)" -ge "$deadline" ]; do :; done
    expect_peer later "another link"
    ip -n m1 link set eth0 up
    ip -n m1 route add default via "$machines_origin" 2>/dev/null || true
    ip link del w1
    ip link del w2
}

# ---- the peer vanishes ----

# The process of machine 1 that holds the queue.
service_pid()
{
    for service_each in $(ip netns pids m1); do
        # Wine has a BITS service in the group netsvcs; elsewhere it is one of its own.
        tr '\0' ' ' 2>/dev/null <"/proc/$service_each/cmdline" |
            grep -Eqi 'svchost\.exe -k (netsvcs|openbits)' || continue
        echo "$service_each"
        return 0
    done
    return 1
}

# vanish_once HOW FILE: "kill", "down" or "delete". Each time another file: whoever has failed with one
# is not asked for it again.
vanish_once()
{
    serve "$2"
    found=yes
    find_peer 60 || found=no
    check "the peer is there again" "$found" = yes
    start_get 2 "$2" 1
    # Behind the beginning of the job, at any moment of the four seconds that the peer would take.
    wait_for 30 grep -qs 'MiB' "$folder/m2-$2-log" || true
    sleep "$(od -An -N2 -tu2 /dev/urandom | awk '{ print $1 / 65536 * 2.5 }')"
    case $1 in
    kill) kill -9 "$(service_pid)" ;;
    down) ip -n m1 link set eth0 down ;;
    delete) ip link del v1 ;;
    esac
    end_get
    check "the origin takes over after $1: nothing for $longest ms" "$longest" -le 2000
    [ "$from_peers" -eq 0 ] || [ "$from_origin" -eq 0 ] || mixed=$((mixed + 1))
    case $1 in
    kill) run_on 1 "$tool" /rawreturn /cache /list >/dev/null ;;
    down)
        ip -n m1 link set eth0 up
        ip -n m1 route add default via "$machines_origin" 2>/dev/null || true
        ;;
    esac
}

vanish()
{
    mixed=0
    for round in $(seq "${OPENBITS_VANISH:-4}"); do
        if [ $((round % 2)) -eq 0 ]; then vanish_once kill "gone$round"; else vanish_once down "gone$round"; fi
    done
    vanish_once delete gone
    check "most rounds had both sources" "$mixed" -gt $((${OPENBITS_VANISH:-4} / 2))
}

rm -rf "$folder/www" "$folder"/m?-*
mkdir -p "$folder/www" "$build/shown"
rm -f "$build/shown/peer_outages.sh.faults"
machines_start "$folder/machines" 2 "$build/bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www" 24m

run_part()
{
    case $1 in
    switch_off | port_taken) ;;
    *) [ "$is_introduced" = yes ] || machines_introduce "$tool" 67108864 ;;
    esac
    case $1 in links | vanish) is_introduced=yes ;; esac
    "$1"
    case $1 in
    port_taken)
        withstood G11
        # What the capture would have seen.
        start_capture 2
        expect_peer taken "with the switches on"
        end_capture
        check "the capture sees packets of peers" "$packets" -gt 0
        case " $parts " in *" switch_off "*) withstood G13 ;; esac
        ;;
    links) withstood G10 ;;
    vanish) withstood F5 ;;
    esac
}

is_introduced=no
for part in $parts; do run_part "$part"; done

[ "$failures" -eq 0 ] || die "$failures checks failed."
