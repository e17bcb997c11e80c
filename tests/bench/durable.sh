#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# durable.sh [COUNTS]: what it costs to keep the queue: single calls among 1,000, 10,000 and 100,000
# jobs (or the COUNTS given), in process and to the service, starting again, sleeping with them,
# checkpoints, and the memory of the service beside Wine's own. Wants a quiet machine and
# build/x86_64 (sh tests/setup.sh). The report is build/report/durable.txt.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/bench/samples.sh
. "$top/tests/bench/samples.sh"

counts=${1:-1000 10000 100000}
rounds=${BENCH_ROUNDS:-5}
mib=${BENCH_MIB:-1024}
idle=10
bin=$top/build/x86_64/tests/bench
dll=$top/build/x86_64/bin/qmgr.dll
folder=$top/build/durable
report=$top/build/report/durable.txt
queue=drive_c/ProgramData/Microsoft/Network/Downloader

[ -f "$dll" ] && [ -f "$bin/calls.exe" ] || die "Build first: sh tests/setup.sh"

finish()
{
    stop_nginx
    for prefix in inproc service builtin; do
        wine_use_prefix "$folder/$prefix"
        wine_stop_server
    done
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# use_prefix inproc|service|builtin: an empty queue there.
use_prefix()
{
    wine_use_prefix "$folder/$1"
    if [ "$1" = inproc ]; then unset OPENBITS_CLSCTX; else export OPENBITS_CLSCTX=local; fi
    wine_make_prefix
    wine_reset_prefix
    wine_start_server
    case $1 in
    inproc) wine_run_captured 60 regsvr32 /s "Z:$dll" || die "regsvr32 failed." ;;
    service) wine_run_captured 60 regsvr32 /s /i:service "Z:$dll" || die "regsvr32 failed." ;;
    esac
}

# switches PID: how often its threads have been given a processor; not the first one, the client's.
switches()
{
    for task in /proc/"$1"/task/*; do
        [ "${task##*/}" = "$1" ] || cat "$task/status" 2>/dev/null || true
    done | awk '/ctxt_switches/ { sum += $2 } END { printf "%d", sum }'
}

# wait_for FILE WORD: for a line of a program that runs beside us.
wait_for()
{
    deadline=$(($(date +%s) + 60))
    until grep -q "$2" "$1" 2>/dev/null; do
        [ "$(date +%s)" -lt "$deadline" ] || die "There is no \"$2\": $(cat "$1")"
        sleep 0.1
    done
}

measure_sleep()
{
    rm -f "$folder/idle-out"
    wine_run "$bin/restart.exe" $((idle + 5)) </dev/null >"$folder/idle-out" 2>&1 &
    program=$!
    wait_for "$folder/idle-out" idle
    before=$(switches "$program")
    sleep "$idle"
    after=$(switches "$program")
    wait "$program" || true
    awk -v n=$((after - before)) -v s="$idle" 'BEGIN { printf "%.2f\n", n / s }' >"$folder/idle-$1"
    sample "sleep.wakeups@$1" 1 "$(cat "$folder/idle-$1")" - 1/s
}

measure_count()
{
    say "$1 jobs"
    use_prefix inproc
    BENCH_VARIANT=@$1
    wine_run "$bin/calls.exe" "$1" "$nginx_url/slow" "Z:$folder/out/slow" </dev/null >"$folder/calls-$1"
    for each in $(seq "$rounds"); do
        wine_run "$bin/restart.exe" </dev/null
    done >"$folder/restart-$1"
    for what in visible transferring running; do
        awk -v what="$what" -v count="$1" -v OFS='\t' \
            '$1 == what { print "restart." what "@" count, ++n, $2 + 0, "-", "s" }' \
            "$folder/restart-$1" >>"$BENCH_SAMPLES"
    done
    measure_sleep "$1"
}

# memory_of_service PREFIX: KiB of the svchost that holds BITS there: what no file backs, and all.
memory_of_service()
{
    use_prefix "$1"
    wine_run "$bin/hold.exe" 6 </dev/null >"$folder/hold-out" 2>&1 &
    program=$!
    wait_for "$folder/hold-out" held
    sleep 2
    for process in /proc/[0-9]*; do
        tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q 'svchost.exe -k netsvcs' || continue
        tr '\0' '\n' <"$process/environ" 2>/dev/null | grep -qx "WINEPREFIX=$WINEPREFIX" || continue
        awk '/^Anonymous/ { own = $2 } /^Rss/ { rss = $2 } END { print own, rss }' \
            "$process/smaps_rollup"
    done >"$folder/memory-$1"
    wait "$program" || true
}

measure_checkpoints()
{
    use_prefix inproc
    mkdir -p "$WINEPREFIX/${queue%/*}"
    sync
    for each in $(seq "$rounds"); do
        for place in disk memory; do
            rm -rf "${WINEPREFIX:?}/$queue" "$folder/out" "$shm"
            mkdir -p "$folder/out" "$shm"
            [ "$place" = disk ] || ln -s "$shm" "$WINEPREFIX/$queue"
            wine_run "$bin/bits_get.exe" "$nginx_url/large" "Z:$folder/out/file" "$mib" </dev/null |
                awk '$1 == "seconds" { print $2 }' >>"$folder/times-$place"
        done
    done
    rm -rf "${WINEPREFIX:?}/$queue" "$shm"
}

shm=/dev/shm/openbits-durable-$$
samples_begin durable
BENCH_FIGURE=calls.
export BENCH_FIGURE BENCH_VARIANT
rm -rf "$folder"/times-* "$folder"/calls-* "$folder"/restart-* "$folder/www" "$folder/out"
mkdir -p "$folder/www" "$folder/out" "$(dirname "$report")"
head -c 268435456 /dev/urandom >"$folder/www/slow"
head -c $((mib * 1048576)) /dev/urandom >"$folder/www/large"
# What is on its way to the disk would stand before our flushes.
sync
say "Calls in process"
start_nginx "$folder/nginx" "$folder/www" 2m
for count in $counts; do
    measure_count "$count"
done
say "Calls to the service"
use_prefix service
BENCH_VARIANT=_service
wine_run "$bin/calls.exe" "${counts%% *}" </dev/null >"$folder/calls-service"
# The ratio has a spread: those two calls alone, again and again.
for each in $(seq "$rounds"); do
    wine_run "$bin/calls.exe" 0 </dev/null >"$folder/calls-two"
    awk -v round="$each" -v OFS='\t' '$1 == "change" { change = $2 } $1 == "state" { state = $2 }
        END { if (state > 0) print "service.change_state", round, change, state, "us" }' \
        "$folder/calls-two" >>"$BENCH_SAMPLES"
done
say "Memory of the service"
memory_of_service builtin
memory_of_service service
stop_nginx
say "Checkpoints"
start_nginx "$folder/nginx" "$folder/www"
measure_checkpoints
samples_pair durable.checkpoints "$folder/times-disk" "$folder/times-memory" s
paste "$folder/memory-service" "$folder/memory-builtin" | awk -v OFS='\t' \
    'NF == 4 { print "service.memory", NR, $1, $3, "KiB" }' >>"$BENCH_SAMPLES"
samples_end

{
    echo "$(date -u '+%Y-%m-%d'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
    echo
    echo "Calls, microseconds: median and 99th percentile"
    for file in $counts service; do
        awk -v name="$file" '{ printf "  %-8s %-8s %10.1f %10.1f\n", name, $1, $2, $3 }' "$folder/calls-$file"
    done
    echo "  goals: create <= 2000 in the median, change <= 2000 in 99 of 100"
    awk '$1 == "change" { change = $2 } $1 == "state" { state = $2 }
        END { printf "  to the service: change / state %.2f, goal <= 1.5\n", change / state }' \
        "$folder/calls-service"
    echo
    echo "Growth: exponent from the fewest to the most jobs, goal <= 1.1 for the whole (0.1 for one)"
    first=${counts%% *}
    last=${counts##* }
    paste "$folder/calls-$first" "$folder/calls-$last" |
        awk -v ratio="$((last / first))" 'ratio > 1 { printf "  %-8s %6.2f\n", $1, log($5 / $2) / log(ratio) }'
    echo
    echo "Start again, seconds: the median of $rounds"
    for count in $counts; do
        for what in visible transferring running; do
            awk -v what="$what" '$1 == what { print $2 }' "$folder/restart-$count" | sort -n |
                awk -v name="$count" -v what="$what" '{ v[NR] = $1 }
                    END { printf "  %-8s %-12s %6.3f\n", name, what, (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
        done
        echo "  $count       asleep       $(cat "$folder/idle-$count") wake-ups a second, goal <= 1"
    done
    echo "  goals: 10000 visible in 0.5, 100000 in 3, running a second later"
    echo "  (the bytes of a slow server are told once a second)"
    echo
    paste "$folder/times-disk" "$folder/times-memory" | awk '{ print $1 / $2 }' | sort -n |
        awk '{ r[NR] = $1 } END { printf "A queue on the disk / one in memory, %d rounds: %.3f (%.2f to %.2f), goal <= 1.03\n", NR, (r[int((NR + 1) / 2)] + r[int(NR / 2) + 1]) / 2, r[1], r[NR] }'
    paste "$folder/memory-service" "$folder/memory-builtin" |
        awk '{ printf "Service without jobs, KiB: its own %d (builtin %d, ratio %.2f, goal <= 1.2), with pages of files %d (%d, %.2f)\n", $1, $3, $1 / $3, $2, $4, $2 / $4 }'
} | tee "$report"
