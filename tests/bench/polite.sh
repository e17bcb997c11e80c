#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# polite.sh TOP BUILD [BOUND]: what a background job leaves to a foreground curl on the same link of
# 20 Mbit/s, as percent of what curl gets alone (at least BOUND, 70 when it is not given: the machine
# may be busy), and how exactly a limit of the policy is kept on the wire. Prints the figures.

set -eu

top=$1
build=$2
bound=${3:-70}
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"
machines_enter "$0" "$@"

folder=$build/polite
tool=$build/bin/bitsadmin.exe

finish()
{
    stop_nginx
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

command -v tc >/dev/null 2>&1 || { echo "skipped: there is no tc"; exit 77; }
rm -rf "$folder/www" "$folder"/out*
mkdir -p "$folder/www"
head -c 25000000 /dev/urandom >"$folder/www/front.bin"
truncate -s 1G "$folder/www/back.bin"
machines_start "$folder/machines" 1 "$build/bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www"
tc qdisc add dev v1 root tbf rate 20mbit burst 32k latency 100ms ||
    { echo "skipped: tc does not shape here"; exit 77; }

# Bytes a second of curl, which is the foreground.
front_rate()
{
    ip netns exec m1 curl -s --noproxy '*' -o "$folder/out.front" -w '%{speed_download}\n' \
        "$origin_url/front.bin"
}

# wire_rate SECONDS: what the machine receives.
wire_rate()
{
    first=$(ip netns exec m1 cat /sys/class/net/eth0/statistics/rx_bytes)
    sleep "$1"
    last=$(ip netns exec m1 cat /sys/class/net/eth0/statistics/rx_bytes)
    echo $(((last - first) / $1))
}

# is_between VALUE LEAST MOST
is_between()
{
    awk -v v="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(v >= a && v <= b) }'
}

alone=$(front_rate)
id=$(run_on 1 "$tool" /rawreturn /create polite | tr -d '\r\n')
run_on 1 "$tool" /rawreturn /addfile "$id" "$origin_url/back.bin" "Z:$folder/out.back" >/dev/null ||
    die "There is no job."
run_on 1 "$tool" /rawreturn /setpriority "$id" NORMAL >/dev/null
run_on 1 "$tool" /rawreturn /resume "$id" >/dev/null
deadline=$(($(date +%s) + 60))
until [ "$(wire_rate 1)" -gt 1500000 ]; do
    [ "$(date +%s)" -lt "$deadline" ] || die "The background job does not use the idle link."
done
beside=$(front_rate)
percent=$(awk -v a="$alone" -v b="$beside" 'BEGIN { printf "%d", b * 100 / a }')
echo "front_alone $alone"
echo "front_beside $beside"
echo "percent $percent"
# For report.sh: its form is in samples.sh.
[ -z "${BENCH_SAMPLES:-}" ] || printf 'polite.percent\t1\t%s\t-\t%%\n' "$percent" >>"$BENCH_SAMPLES"

# Afterwards the link is the job's again.
deadline=$(($(date +%s) + 60))
until [ "$(wire_rate 1)" -gt 1500000 ]; do
    [ "$(date +%s)" -lt "$deadline" ] || die "The background job does not come back."
done

# 800 kbit/s; heads of packets come on top.
machines_policy 1 MaxTransferRateOnSchedule 800
machines_policy 1 MaxTransferRateOffSchedule 800
machines_policy 1 UseSystemMaximum 0
machines_policy 1 EnableBITSMaxBandwidth 1
deadline=$(($(date +%s) + 60))
until [ "$(wire_rate 1)" -lt 200000 ]; do
    [ "$(date +%s)" -lt "$deadline" ] || die "The policy does not act."
done
# What the sockets hold from before is read first, and meanwhile little comes by wire.
sleep 25
exact=yes
for window in 1 2 3; do
    limited=$(wire_rate 10)
    echo "limited $limited"
    [ -z "${BENCH_SAMPLES:-}" ] ||
        printf 'polite.limited\t%s\t%s\t-\tB/s\n' "$window" "$limited" >>"$BENCH_SAMPLES"
    # 5 percent on both sides, and 4.6 percent of heads.
    is_between "$limited" 99300 109900 || exact=no
done
run_on 1 "$tool" /rawreturn /cancel "$id" >/dev/null
[ -z "${BENCH_SAMPLES:-}" ] || echo '# complete' >>"$BENCH_SAMPLES"

is_between "$percent" "$bound" 1000 || die "The foreground got $percent percent."
[ "$exact" = yes ] || die "The limit of 100000 bytes a second is not kept to 5 percent."
echo "passed"
