#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# peers.sh SOURCE BUILD [COUNT]: machines on one link fetch from each other. The first takes a file
# from the origin, the others from it, byte for byte as the origin's journal tells; toggles and
# distrust in mid-file; a machine whose switches are off has no socket and sends nothing. 2 machines,
# or COUNT.

set -eu

top=$1
build=$2
count=${3:-2}
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"
machines_enter "$0" "$@"

folder=$build/peers
tool=$build/bin/bitsadmin.exe
size=33554432
log=$folder/nginx/access.log
failures=0

finish()
{
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

# get MACHINE FILE FLAGS [AT FLAGS]...: sets from_origin and from_peers.
get()
{
    get_machine=$1
    get_file=$2
    shift 2
    rm -f "$folder/m$get_machine-$get_file"
    get_last=$(run_on "$get_machine" "$build/bin/peer_get.exe" "$origin_url/$get_file" \
        "Z:$folder/m$get_machine-$get_file" "$@" 2>&1 | tr -d '\r' | tail -n 1)
    # shellcheck disable=SC2086
    set -- $get_last
    check "machine $get_machine has got $get_file: $get_last" "$1" = done
    from_origin=${2:-0}
    from_peers=${3:-0}
    check "it is what the origin has" \
        "$(cksum <"$folder/www/$get_file")" = "$(cksum <"$folder/m$get_machine-$get_file")"
    check "each byte came once" $((from_origin + from_peers)) -eq "$size"
}

# make_file NAME [SIZE]
make_file()
{
    head -c "${2:-$size}" /dev/urandom >"$folder/www/$1"
    touch -d '2024-02-03 04:05:06' "$folder/www/$1"
}

# wait_for_record MACHINE FILE: until its cache has it.
wait_for_record()
{
    wait_deadline=$(($(date +%s) + 20))
    until run_on "$1" "$tool" /rawreturn /cache /list | grep -q "/$2"; do
        if [ "$(date +%s)" -ge "$wait_deadline" ]; then
            check "machine $1 keeps $2 for its peers" no = yes
            return 0
        fi
        sleep 0.2
    done
}

# sockets MACHINE: those of TCP and UDP at the ports of peers (2178, 3702).
sockets()
{
    on_machine "$1" cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 |
        awk '$2 ~ /:(0882|0E76)$/ || $3 ~ /:(0882|0E76)$/' | wc -l
}

rm -rf "$folder/www" "$folder"/m*-*
mkdir -p "$folder/www"
for name in off one toggle back known distrust; do make_file "$name"; done
machines_start "$folder/machines" "$count" "$build/bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www" 24m

# ---- off ----
multicasts()
{
    on_machine "$1" cat /proc/net/netstat | awk '/^IpExt:/ { if (n++) print $(at); else
        for (i = 1; i <= NF; i++) if ($i == "OutMcastPkts") at = i }'
}
before=$(multicasts 2)
get 2 off 3
check "with all switches off nothing comes from peers" "$from_peers" -eq 0
check "and nothing is announced or asked" "$(multicasts 2)" -eq "$before"
check "and there is no socket" "$(sockets 2)" -eq 0

# ---- one after the other ----
machines_introduce "$tool" 268435456
machines_wait_for_peers "$tool"
check "with the switches on there are sockets" "$(sockets 2)" -gt 0
get 1 one 3
check "the first takes the file from the origin" "$from_origin" -eq "$size"
wait_for_record 1 one
for machine in $(seq 2 "$count"); do
    get "$machine" one 3
    check "machine $machine takes it from peers" "$from_peers" -ge $((size - size / 1000))
done
check "the origin has sent one file" "$(origin_bytes "$log" /one)" -le $((size + size / 1000))

# ---- toggles ----
get 1 toggle 3
wait_for_record 1 toggle
before=$(origin_bytes "$log" /toggle)
get 2 toggle 3 8388608 2 16777216 3
check "a toggle changes the source and back: peers" "$from_peers" -gt 8388608
check "a toggle changes the source and back: origin" "$from_origin" -ge 4194304
sent=$(($(origin_bytes "$log" /toggle) - before))
# What was on its way when it was stopped.
check "the origin was asked for the middle only" "$sent" -lt $((from_origin + 4194304))

# ---- the machine's switch ----
get 1 back 3
wait_for_record 1 back
machines_policy 2 DisablePeerCachingClient 1
sleep 1
get 2 back 3
check "the machine's client switch keeps it from peers" "$from_peers" -eq 0
machines_policy 2 DisablePeerCachingClient delete
sleep 1

# ---- statements that take two machines ----
if [ "$count" -eq 2 ]; then
    mkdir -p "$folder/steps"
    rm -f "$folder"/steps/*
    for name in a b c d e f i j v w x; do make_file "link-$name" 1048576; done
    for name in h k; do make_file "link-$name" 16777216; done
    OPENBITS_LINK_ORIGIN=$origin_url
    OPENBITS_LINK_FOLDER=Z:$folder/steps
    OPENBITS_SHOWN_DIR=Z:$build/shown
    OPENBITS_CLSCTX=local
    OPENBITS_TARGET=ours
    export OPENBITS_LINK_ORIGIN OPENBITS_LINK_FOLDER OPENBITS_SHOWN_DIR OPENBITS_CLSCTX OPENBITS_TARGET
    on_machine 1 timeout -k 5 280 "$wine_loader" "$build/tests/conformance/peer_link_server.exe" \
        >"$folder/link-server.log" 2>&1 &
    server=$!
    code=0
    on_machine 2 timeout -k 5 280 "$wine_loader" "$build/tests/conformance/peer_link_client.exe" \
        >"$folder/link-client.log" 2>&1 || code=$?
    grep -E 'Test failed|failures|skipped' "$folder/link-client.log" || true
    check "the machine that fetches does as it is documented" "$code" -eq 0
    code=0
    wait "$server" || code=$?
    grep -E 'Test failed|failures|skipped' "$folder/link-server.log" || true
    check "the machine that serves does as it is documented" "$code" -eq 0
fi

# ---- a restart of the service ----
if [ "$count" -eq 2 ]; then
    # Who has given something is authenticated.
    get 1 known 3
    wait_for_record 1 known
    get 2 known 3
    # From here on the other machine cannot say that it is there.
    ip -n m1 link set eth0 down
    run_on 2 net stop BITS >/dev/null 2>&1 || true
    wait_deadline=$(($(date +%s) + 20))
    until known=$(run_on 2 "$tool" /rawreturn /peers /list | grep -c 'm1.* AVAILABLE'); do
        [ "$(date +%s)" -lt "$wait_deadline" ] || break
        sleep 0.5
    done
    check "a peer that was authenticated is known after a restart" "$known" -eq 1
    ip -n m1 link set eth0 up
    ip -n m1 route add default via "$machines_origin" 2>/dev/null || true
fi

# ---- distrust ----
get 1 distrust 3
wait_for_record 1 distrust
print=$(run_on 2 "$tool" /rawreturn /peers /trusted | awk '$2 == "m1" { print $1 }')
run_on 2 "$tool" /rawreturn /peers /untrust "$print" >/dev/null
sleep 1
[ "$count" -gt 2 ] || get 2 distrust 3
[ "$count" -gt 2 ] || check "a peer that is not trusted gives nothing" "$from_peers" -eq 0

# ---- what the operator reads ----
events=$folder/machines/m1/drive_c/ProgramData/Microsoft/Network/Downloader/openbits-events.jsonl
for id in 10 13 27 28; do
    check "machine 1 has told event $id" "$(grep -c "\"id\":$id," "$events")" -gt 0
done
events=$folder/machines/m2/drive_c/ProgramData/Microsoft/Network/Downloader/openbits-events.jsonl
check "machine 2 has told who has a file" "$(grep -c '"id":32,.*m1.local' "$events")" -gt 0

[ "$failures" -eq 0 ] || die "$failures checks failed."
