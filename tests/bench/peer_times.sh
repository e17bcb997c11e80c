#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# peer_times.sh [COUNT [WHAT...]]: times among COUNT machines (8): "discover", a file that nobody has
# ("missing"), changes of the source ("toggle"), the bandwidth that is served, to one and to three ("rate");
# all of them, or WHAT. Wants a quiet machine and build/x86_64 (sh tests/setup.sh). The report is
# build/report/peer_times.txt. BENCH_ROUNDS is how often it is searched and asked for (20), BENCH_TOGGLES
# the number of changes (1,000).

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"
machines_enter "$top/tests/bench/peer_times.sh" "$@"

count=${1:-8}
rounds=${BENCH_ROUNDS:-20}
toggles=${BENCH_TOGGLES:-1000}
[ "$#" -eq 0 ] || shift
parts=${*:-discover missing toggle rate}
build=$top/build/x86_64
tool=$build/bin/bitsadmin.exe
program=$build/tests/bench/peer_times.exe
folder=$build/peer-times
report=$top/build/report/peer_times.txt
OPENBITS_CLSCTX=local
export OPENBITS_CLSCTX

finish()
{
    stop_nginx
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# time_on MACHINE ARGUMENT...
time_on()
{
    time_machine=$1
    shift
    on_machine "$time_machine" timeout -k 5 900 "$wine_loader" "$program" "$@" | tr -d '\r'
}

# make_file NAME MIB
make_file()
{
    head -c $(($2 * 1048576)) /dev/urandom >"$folder/www/$1"
    touch -d '2024-02-03 04:05:06' "$folder/www/$1"
}

# serve NAME: machine 1 has it.
serve()
{
    run_on 1 "$build/bin/peer_get.exe" "$origin_url/$1" "Z:$folder/m1-$1" 3 >/dev/null ||
        die "Machine 1 does not get $1."
    until run_on 1 "$tool" /rawreturn /cache /list | grep -q "/$1"; do sleep 0.2; done
}

# set_bandwidth BITS
set_bandwidth()
{
    machines_policy 1 MaxBandwidthServed "$1"
    sleep 2
}

rm -rf "$folder/www" "$folder"/m*-*
mkdir -p "$folder/www" "${report%/*}"
make_file some 256
# More than all changes leave time for, and not so much that its end is waited for.
case " $parts " in *" toggle "*) make_file long $((64 + toggles)) ;; esac
for round in $(seq 0 $((rounds - 1))); do make_file "missing$round" 1; done
machines_start "$folder/machines" "$count" "$build/bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www"
machines_introduce "$tool" 4294967200
machines_wait_for_peers "$tool"
case " $parts " in *" toggle "*) serve long ;; esac
serve some
# The changes shall find something left of the file.
stop_nginx
start_origin "$folder/nginx" "$folder/www" 24m

measure_discover()
{
    time_on 2 discover "$rounds"
    echo "(goal: p50 of first_peer 150)"
}

measure_missing()
{
    time_on 2 missing "$origin_url/missing" "Z:$folder/m2-missing" "$rounds"
    echo "(goal: nobody_has_it_costs 600)"
}

measure_toggle()
{
    set_bandwidth 201326592
    echo "(each time contains a MiB, at 24 MiB/s 42 ms)"
    time_on 2 toggle "$origin_url/long" "Z:$folder/m2-long" "$toggles"
    echo "(goals: p99 of origin_to_peer 250, of peer_to_origin 100; bytes_twice 0)"
}

measure_rate()
{
    set_bandwidth 67108864
    echo "one client, 8388608 bytes a second allowed:"
    time_on 2 rate "$origin_url/some" "Z:$folder/m2-some" 10
    [ "$count" -ge 4 ] || return 0
    echo "three clients, 8388608 bytes a second allowed:"
    waiting=
    for machine in 2 3 4; do
        time_on "$machine" rate "$origin_url/some" "Z:$folder/m$machine-some" 10 \
            >"$folder/m$machine-rate" &
        waiting="$waiting $!"
    done
    for each in $waiting; do wait "$each" || echo "one has failed"; done
    cat "$folder"/m[234]-rate
    awk '{ sum += $2 } END { print "sum", sum }' "$folder"/m[234]-rate
    echo "(goals: each within 5 percent of its share, so is the sum)"
}

{
    echo "$count machines, $(nproc) cores"
    for part in $parts; do
        echo "$part, load $(cut -d' ' -f1 /proc/loadavg)"
        "measure_$part"
    done
} | tee "$report"
