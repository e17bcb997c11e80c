#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# report.sh [quick|full] [STEP...]: runs all benchmarks (or the steps that are named) and writes
# build/report/bench/report.md with its pictures: ratios, spreads, growth, and which goals are met.
# quick (it is that without a word) takes some minutes, full hours. Wants a quiet machine and build/x86_64
# (sh tests/setup.sh).
#
# A step that fails, takes too long or is interrupted costs its own figures and nothing else. Raw
# samples are in build/report/bench/raw, what the steps say in build/report/bench/log.
# src/docs/benchmarks.md says what the figures are.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"

mode=quick
case ${1:-} in
quick | full)
    mode=$1
    shift
    ;;
esac
wanted=$*
bench=$top/tests/bench
out=$top/build/report/bench
build=$top/build/x86_64
step_pid=
interrupted=
PATH=$PATH:/usr/sbin:/sbin

[ -f "$build/bin/qmgr.dll" ] && [ -f "$build/tests/bench/bits_get.exe" ] ||
    die "Build first: sh tests/setup.sh"

if [ "$mode" = quick ]; then
    mib=128 upload_mib=256 files=1000 rounds=3 serving_rounds=2 upload_rounds=5
    counts="1000 10000" peers="1 2" discoveries=5 toggles=100 limit=600
else
    mib=1024 upload_mib=256 files=10000 rounds=9 serving_rounds=5 upload_rounds=9
    counts="1000 10000 100000" peers="1 2 4 8 16" discoveries=20 toggles=1000 limit=7200
fi

# is_wanted STEP
is_wanted()
{
    [ -n "$wanted" ] || return 0
    for each in $wanted; do
        case $1 in "$each" | "$each"@*) return 0 ;; esac
    done
    return 1
}

# note STEP OUTCOME FAMILIES SECONDS
note()
{
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$out/outcomes.tsv"
    printf '%s\t%s\t%s\n' "$1" "$2" "$4" >>"$out/steps.tsv"
}

# why_not CODE LOG: one line for people.
why_not()
{
    [ -z "$interrupted" ] || { echo "interrupted"; return 0; }
    last=$(grep -v '^[[:space:]]*$' "$2" | tail -n 1 | tr '\t\r' '  ' | cut -c1-160)
    case $1 in
    124 | 137) echo "ended after $limit s" ;;
    77) echo "${last:-skipped}" ;;
    *) echo "failed with $1: ${last:-it said nothing}" ;;
    esac
}

# step NAME FAMILIES COMMAND...: FAMILIES are the first words of the figures that it brings.
step()
{
    name=$1
    families=$2
    shift 2
    is_wanted "$name" || { note "$name" "left out by the command" "$families" 0; return 0; }
    [ -z "$interrupted" ] || { note "$name" "interrupted before it began" "$families" 0; return 0; }
    say "$name"
    raw=$out/raw/$name.tsv
    log=$out/log/$name.log
    : >"$raw"
    begin=$(date +%s)
    code=0
    BENCH_SAMPLES=$raw timeout -k 60 "$limit" "$@" >"$log" 2>&1 </dev/null &
    step_pid=$!
    # A signal ends the first wait, not the step.
    wait "$step_pid" || code=$?
    [ -z "$interrupted" ] || wait "$step_pid" || code=$?
    step_pid=
    seconds=$(($(date +%s) - begin))
    # Some judge their figures, and tell by their code when a goal is missed; the samples are there.
    [ "$code" -ne 0 ] || echo '# complete' >>"$raw"
    if grep -q '^# complete' "$raw"; then
        note "$name" complete "$families" "$seconds"
        grep '^# trouble' "$raw" >>"$out/outcomes.tsv" || true
        printf '%s\n' "$raw" >>"$out/complete"
    else
        reason=$(why_not "$code" "$log")
        echo "   not measured: $reason"
        note "$name" "$reason" "$families" "$seconds"
    fi
}

interrupt()
{
    interrupted=yes
    [ -z "$step_pid" ] || kill "$step_pid" 2>/dev/null || true
}
trap interrupt HUP INT TERM

# Prefixes and caches of many machines need memory: what one takes with its service, roughly.
machine_mib=400

# peer_step PEERS: times among so many peers and the machine that asks them.
peer_step()
{
    machines=$(($1 + 1))
    free_mib=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
    if [ $((machines * machine_mib)) -gt "$free_mib" ]; then
        note "peer_times@$1" "skipped: $machines machines want $((machines * machine_mib)) MiB, $free_mib are free" \
            peer_times 0
        return 0
    fi
    step "peer_times@$1" peer_times env BENCH_VARIANT="@$1" BENCH_FIGURE=peer_times. \
        BENCH_ROUNDS="$discoveries" BENCH_TOGGLES="$toggles" sh "$bench/peer_times.sh" "$machines"
}

# picture NAME KIND TITLE X_LABEL Y_LABEL: of what comes in.
picture()
{
    awk -v kind="$2" -v title="$3" -v x_label="$4" -v y_label="$5" -f "$bench/plot.awk" >"$out/$1.svg"
}

# growth_lines: series, N and microseconds; a whole restart and walk as well.
growth_lines()
{
    awk -F '\t' -v OFS='\t' '
        BEGIN {
            split("calls.create calls.change calls.state calls.find calls.walk calls.cancel jobs.create jobs.walk restart.visible restart.running store.load store.commit", order, " ")
        }
        FNR == NR { if ($1 == "growth") slope[$2] = $3; next }
        {
            at = index($1, "@")
            factor = $2 == "us" ? 1 : $2 == "ms" ? 1000 : $2 == "s" ? 1000000 : 0
            if (!at || !factor) next
            family = substr($1, 1, at - 1)
            x[family, ++n[family]] = substr($1, at + 1)
            y[family, n[family]] = $4 * factor
        }
        END {
            for (i = 1; i in order; i++)
                for (j = 1; j <= n[order[i]]; j++)
                    print order[i] (order[i] in slope ? ", exponent " sprintf("%.2f", slope[order[i]]) : ""), x[order[i], j], y[order[i], j]
        }' "$out/figures.tsv" "$out/figures.tsv"
}

rate_bars()
{
    awk -F '\t' -v OFS='\t' '
        BEGIN { split("bits curl wget2 socket libcurl builtin", order, " ")
            label["bits"] = "OpenBITS"; label["curl"] = "native curl"; label["wget2"] = "native wget2"
            label["socket"] = "bare socket loop, Wine"; label["libcurl"] = "bare libcurl, Wine"
            label["builtin"] = "BITS of Wine" }
        index($1, "download.rate_") == 1 { at[substr($1, 15)] = $4 OFS $7 OFS $8 }
        END {
            for (p = 1; p <= 2; p++)
                for (i = 1; i in order; i++)
                    if (((p == 1 ? "http_" : "https_") order[i]) in at)
                        print label[order[i]], p == 1 ? "HTTP" : "HTTPS", at[(p == 1 ? "http_" : "https_") order[i]]
        }' "$out/figures.tsv"
}

peer_bars()
{
    awk -F '\t' -v OFS='\t' '
        $2 == "ms" && $1 ~ /^(peer_times\.(first_peer|origin_to_peer|peer_to_origin)@|toggle\.to_origin)/ {
            name = $1
            sub(/^[a-z_]*\./, "", name)
            gsub(/_/, " ", name)
            if (sub(/@/, ", peers: ", name) == 0) name = name ", played peer"
            print name, "median; the line ends at p99", $4, $7, $9
        }' "$out/figures.tsv"
}

# What has no share of its goal (nothing was wanted, or the exponent is below nothing) is not drawn.
goal_dots()
{
    awk -F '\t' -v OFS='\t' '($1 ~ /^met/ || $1 == "missed") && $12 != "-" {
        print $3 ($11 == "p99" || $11 == "max" || $11 == "min" ? ", " $11 : ""), $1, $12, $13, $14 }' "$out/verdicts.tsv"
}

describe()
{
    echo "# Benchmark report"
    echo
    echo "$mode run, $(date -u '+%Y-%m-%d %H:%M') UTC, $1 minutes. $(nproc) cores" \
        "($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), $(awk '/^MemTotal/ { print int($2 / 1048576) }' /proc/meminfo) GiB," \
        "Linux $(uname -r | cut -d- -f1), $(wine64 --version 2>/dev/null || /usr/lib/wine/wine64 --version)," \
        "curl $(curl --version | awk 'NR == 1 { print $2 }')," \
        "wget2 $(wget2 --version 2>/dev/null | awk 'NR == 1 { print $3 }')," \
        "nginx $(nginx -v 2>&1 | sed 's|.*/||')."
    echo "Load before: $load_before, after: $(cut -d' ' -f1-3 /proc/loadavg)."
    awk -v load="${load_before%% *}" -v cores="$(nproc)" 'BEGIN { if (load > cores / 4)
        print "\n**The machine was busy with something else when the run began: the figures say little.**" }'
    [ -z "$interrupted" ] || printf '\n**The run was interrupted.**\n'
    echo
    awk -f "$bench/report.awk" "$out/verdicts.tsv" "$out/figures.tsv" "$out/steps.tsv"
}

write_report()
{
    # Without a file awk would read the terminal.
    # shellcheck disable=SC2046
    awk -f "$bench/figures.awk" /dev/null $(cat "$out/complete") >"$out/figures.tsv"
    awk -v mode="$mode" -f "$bench/verdicts.awk" "$bench/goals.txt" "$out/outcomes.tsv" \
        "$out/figures.tsv" >"$out/verdicts.tsv"
    goal_dots | picture goals goals "Measured against the goals" "measured / goal (at or left of 1: met); the line: quartiles" ""
    growth_lines | picture growth lines "Growth with the jobs" "jobs" "microseconds, median"
    rate_bars | picture downloads bars "One file of $mib MiB; the line: least to most" "MiB a second, median" ""
    peer_bars | picture peers bars "Times among machines" "milliseconds" ""
    describe "$((($(date +%s) - run_begin + 30) / 60))" >"$out/report.md"
}

load_before=$(cut -d' ' -f1-3 /proc/loadavg)
run_begin=$(date +%s)
rm -rf "$out"
mkdir -p "$out/raw" "$out/log"
: >"$out/outcomes.tsv"
: >"$out/steps.tsv"
: >"$out/complete"
sh "$bench/tools.sh" || true

# Where the order does not matter: first what is soon done.
step download download env BENCH_MIB="$mib" BENCH_FILES=0 sh "$bench/run.sh" "$rounds"
step files files env BENCH_MIB=0 BENCH_FILES="$files" sh "$bench/run.sh"
step upload upload env BENCH_MIB="$upload_mib" sh "$bench/upload.sh" "$upload_rounds"
step jobs jobs sh "$bench/engine.sh" jobs "$counts"
step store store sh "$bench/engine.sh" store "$counts"
step toggle toggle sh "$bench/engine.sh" toggle
step active active env BENCH_ROUNDS="$rounds" sh "$bench/engine.sh" active
step durable "calls restart sleep service durable" env BENCH_ROUNDS="$rounds" BENCH_MIB="$mib" \
    sh "$bench/durable.sh" "$counts"
step serving peers sh "$bench/peers.sh" "$serving_rounds"
for each_count in $peers; do
    peer_step "$each_count"
done
step polite polite sh "$bench/polite.sh" "$top" "$build" 85

write_report
sed -n 's/^\*\*\([0-9].*\)\*\*$/\1/p' "$out/report.md"
echo "The report: $out/report.md"
[ -z "$interrupted" ]
