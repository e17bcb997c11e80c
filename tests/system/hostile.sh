#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# hostile.sh SOURCE BUILD: a machine with the service, a peer that it trusts and that lies
# (hostile_peer.c), and a stranger (hostile_stranger.c), on one link. Whatever they do, files are
# right and in time, the bad peer is dropped, nothing leaks, and the service lives and serves.

set -eu

top=$1
build=$2
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

folder=$build/hostile
tool=$build/bin/bitsadmin.exe
programs=$build/tests/system
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

# ---- the origin's files: one, under many names ----

make_files()
{
    mkdir -p "$folder/www"
    head -c 2097152 /dev/urandom >"$folder/www/plain"
    touch -d '2024-02-03 04:05:06' "$folder/www/plain"
    for round in one two other expired weak future after; do
        mkdir "$folder/www/$round"
        ln "$folder/www/plain" "$folder/www/$round/plain"
    done
}

add_names()
{
    for round in one two other expired weak future after; do
        for name in "$@"; do ln -f "$folder/www/plain" "$folder/www/$round/$name"; done
    done
}

# ---- the machine ----

# The process that holds the queue.
service_pid()
{
    for service_each in $(ip netns pids m1); do
        # Wine has a BITS service in the group netsvcs; elsewhere it is one of its own.
        tr '\0' ' ' 2>/dev/null <"/proc/$service_each/cmdline" |
            grep -Eqi 'svchost\.exe -k (netsvcs|openbits)' || continue
        echo "$service_each"
        return 0
    done
    echo none
}

# measure: sets memory (KiB), threads and files of the service.
measure()
{
    memory=$(awk '/^VmRSS:/ { print $2 }' "/proc/$service/status")
    threads=$(awk '/^Threads:/ { print $2 }' "/proc/$service/status")
    files=$(find "/proc/$service/fd" -type l | wc -l)
    echo "   the service has $memory KiB, $threads threads, $files files"
}

# settle: until connections that say nothing are over.
settle()
{
    settle_deadline=$(($(date +%s) + 40))
    measure
    while [ "$files" -gt $((before_files + 8)) ] && [ "$(date +%s)" -lt "$settle_deadline" ]; do
        sleep 2
        measure >/dev/null
    done
    measure
}

# victim ROUND PEER
victim()
{
    OPENBITS_HOSTILE_ORIGIN=$origin_url/$1
    OPENBITS_HOSTILE_FILE=Z:$folder/www/plain
    OPENBITS_HOSTILE_PEER=$2
    OPENBITS_CLSCTX=local
    OPENBITS_TARGET=ours
    export OPENBITS_HOSTILE_ORIGIN OPENBITS_HOSTILE_FILE OPENBITS_HOSTILE_PEER OPENBITS_CLSCTX
    export OPENBITS_TARGET
    victim_code=0
    on_machine 1 timeout -k 5 400 "$wine_loader" "$programs/hostile_victim.exe" \
        >"$folder/victim-$1.log" 2>&1 || victim_code=$?
    grep -E 'Test failed|failures|I8' "$folder/victim-$1.log" | tr -d '\r' | tail -n 30 || true
    check "round $1: files are right and in time" "$victim_code" -eq 0
    tr -d '\r' <"$folder/victim-$1.log" | awk '/ms, .* from peers/ {
        for (i = 1; i < NF; i++) if ($(i + 1) == "ms," && $i > worst) { worst = $i; line = $0 }
        origin = $(NF - 1) } END { print "   at most", worst, "ms, the origin alone:", origin, "ms" }'
    check "it is the same service" "$(service_pid)" = "$service"
}

# ---- the hostile peer ----

# start_peer [KIND]: sets peer_key. Machine 1 trusts what it says.
start_peer()
{
    : >"$folder/peer.log"
    on_machine 2 "$wine_loader" "$programs/hostile_peer.exe" "Z:$folder/www/plain" "$@" \
        >>"$folder/peer.log" 2>&1 &
    start_deadline=$(($(date +%s) + 60))
    until grep -q '^act wrong-bytes' "$folder/peer.log"; do
        [ "$(date +%s)" -lt "$start_deadline" ] || die "The hostile peer does not start."
        sleep 0.2
    done
    peer_key=$(tr -d '\r' <"$folder/peer.log" | awk '$1 == "key" { print $2; exit }')
    run_on 1 "$tool" /rawreturn /peers /trust "$peer_key" hostile >/dev/null
}

stop_peer()
{
    run_on 1 "$tool" /rawreturn /peers /untrust "$peer_key" >/dev/null
    on_machine 2 "$wine_server" -k || true
    on_machine 2 "$wine_server" -w || true
}

# Everything that it can do was done.
check_acts()
{
    tr -d '\r' <"$folder/peer.log" | awk '
        $1 == "act" { name[++n] = $2; how[$2] = $3 }
        $1 == "search" || $1 == "fetch" { seen[$1 " " $2] = 1 }
        END {
            for (i = 1; i <= n; i++) {
                if (!(("search " name[i]) in seen)) print "not asked: " name[i]
                else if (how[name[i]] == "fetch" && !(("fetch " name[i]) in seen))
                    print "not fetched: " name[i]
            }
        }' >"$folder/missing"
    cat "$folder/missing"
    check "the peer was asked for everything" "$(wc -l <"$folder/missing")" -eq 0
}

# ---- somebody whom the machine trusts ----

make_friend()
{
    mkdir -p "$folder/friend"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=S-1-5-21-1-2-3-1105 \
        -addext 'extendedKeyUsage=serverAuth,clientAuth' -addext 'subjectAltName=DNS:friend.local' \
        -keyout "$folder/friend/key.pem" -out "$folder/friend/cert.pem" >/dev/null 2>&1
    friend_print=$(openssl x509 -in "$folder/friend/cert.pem" -outform der | sha256sum | cut -d' ' -f1)
    run_on 1 "$tool" /rawreturn /peers /trust "$friend_print" friend >/dev/null
}

# friend_gets: does the machine serve?
friend_gets()
{
    rm -f "$folder/friend/file"
    ip netns exec m2 curl -s -k --noproxy '*' --max-time 20 -o "$folder/friend/file" \
        --cert "$folder/friend/cert.pem" --key "$folder/friend/key.pem" --tls-max 1.2 \
        "https://10.77.0.1:2178/BITS-peer-caching/%7B$record%7D" &&
        cmp -s "$folder/friend/file" "$folder/www/plain"
}

check_friend()
{
    friend_code=0
    friend_gets || friend_code=$?
    check "$1 a trusted peer is served" "$friend_code" -eq 0
}

# attack NAME
attack()
{
    code=0
    run_on 3 "$programs/hostile_stranger.exe" 10.77.0.1 "$1" "%7B$record%7D" \
        >"$folder/stranger-$1.log" 2>&1 || code=$?
    tr -d '\r' <"$folder/stranger-$1.log" | sed 's/^/   /'
    check "a stranger attacks ($1): the machine does what it may" "$code" -eq 0
    check "it is the same service" "$(service_pid)" = "$service"
}

# attack_held NAME: a trusted peer wants something meanwhile.
attack_held()
{
    : >"$folder/stranger-$1.log"
    run_on 3 "$programs/hostile_stranger.exe" 10.77.0.1 "$1" >"$folder/stranger-$1.log" 2>&1 &
    attack_pid=$!
    held_deadline=$(($(date +%s) + 60))
    until grep -q holding "$folder/stranger-$1.log"; do
        [ "$(date +%s)" -lt "$held_deadline" ] || break
        sleep 0.1
    done
    check_friend "while a stranger holds connections ($1)"
    wait "$attack_pid" || true
    tr -d '\r' <"$folder/stranger-$1.log" | sed 's/^/   /'
    check "it is the same service" "$(service_pid)" = "$service"
}

# ---- all of it ----

rm -rf "$folder"
mkdir -p "$folder"
make_files
machines_start "$build/peers/machines" 3 "$build/bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www" 24m
machines_policy 1 MaxBandwidthServed 268435456
machines_policy 1 MaxCacheSize 50
machines_policy 1 EnablePeercaching 1

start_peer
# shellcheck disable=SC2046
add_names $(tr -d '\r' <"$folder/peer.log" | awk '$1 == "act" { print $2 }')
run_on 1 "$build/bin/peer_get.exe" "$origin_url/plain" "Z:$folder/first" 2 >/dev/null ||
    die "Machine 1 does not get its file."
service=$(service_pid)
check "there is a service" "$service" != none
[ "$failures" -eq 0 ] || die "There is nothing to attack."

victim one trusted
measure
before_memory=$memory before_files=$files before_threads=$threads
victim two again
check_acts
settle
check "no memory is lost" "$memory" -le $((before_memory + 4096))
check "no file stays open" "$files" -le $((before_files + 8))
check "no thread stays" "$threads" -le $((before_threads + 2))
check "nobody follows a peer elsewhere" "$(grep -c forbidden "$log" || true)" -eq 0

make_friend
record=$(run_on 1 "$tool" /rawreturn /cache /list | tr -d '\r' | grep -o '{[^}]*}' | head -n 1)
record=${record#?}
record=${record%?}
check_friend "before all attacks"
measure
before_memory=$memory before_files=$files before_threads=$threads
for name in garbage clear unknown expired; do attack "$name"; done
for name in silence slowly; do attack_held "$name"; done
for name in flood forged probes rubbish bombs; do attack "$name"; done
check_friend "after all attacks"
known=$(run_on 1 "$tool" /rawreturn /peers /list | tr -d '\r' | wc -l)
check "the list of peers is bounded ($known)" "$known" -le 200
settle
check "no memory is lost" "$memory" -le $((before_memory + 8192))
check "no file stays open" "$files" -le $((before_files + 8))
check "no thread stays" "$threads" -le $((before_threads + 2))
check "nobody was sent elsewhere" "$(grep -c forbidden "$log" || true)" -eq 0
: >"$folder/peer.log"
run_on 1 "$build/bin/peer_get.exe" "$origin_url/after/honest" "Z:$folder/after" 1 |
    tr -d '\r' >"$folder/after.log" || true
check "a known peer is still known: $(tail -n 1 "$folder/after.log")" \
    "$(awk '/^done/ { print $3 }' "$folder/after.log")" = 2097152
stop_peer

for kind in other expired weak future; do
    start_peer "$kind"
    victim "$kind" stranger
    check "it was asked for no file ($kind)" "$(grep -c '^search' "$folder/peer.log" || true)" -eq 0
    stop_peer
done

[ "$failures" -eq 0 ] || die "$failures checks failed."
withstands "$build/shown" system/hostile.sh F1 F3 F4 F6 F7 F8 F9 F10 F15 F19 G1 G3 G4 G6 G7 G8
