#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh [ROUNDS]: measures beside other programs in one run, in another order each round, and prints
# medians of the ratios with their spread. Wants a quiet machine and build/x86_64 (sh tests/setup.sh). The report is
# build/report/bench.txt. BENCH_MIB is the size of the large file, BENCH_FILES the number of small ones.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"

rounds=${1:-9}
mib=${BENCH_MIB:-1024}
files=${BENCH_FILES:-10000}
bin=$top/build/x86_64/tests/bench
dll=$top/build/x86_64/bin/qmgr.dll
folder=$top/build/bench
report=$top/build/report/bench.txt

[ -f "$dll" ] && [ -f "$bin/bits_get.exe" ] || die "Build first: sh tests/setup.sh"

finish()
{
    stop_nginx
    for prefix in ours builtin; do
        wine_use_prefix "$folder/$prefix"
        wine_stop_server
    done
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# use_prefix ours|builtin: the programs that follow find our DLL, or Wine's own BITS.
use_prefix()
{
    wine_use_prefix "$folder/$1"
    if [ "$1" = ours ]; then unset OPENBITS_CLSCTX; else export OPENBITS_CLSCTX=local; fi
}

prepare_prefix()
{
    use_prefix "$1"
    wine_make_prefix
    wine_start_server
    if [ "$1" = ours ]; then
        wine_run_captured 60 regsvr32 /s "Z:$dll" || die "regsvr32 failed."
        wine_run_captured 60 "$bin/trust.exe" "Z:$folder/tls/cert.der" || die "trust failed."
    fi
}

make_certificate()
{
    mkdir -p "$folder/tls"
    openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$folder/tls/key.pem" \
        -out "$folder/tls/cert.pem" >"$folder/tls/log" 2>&1
    openssl x509 -in "$folder/tls/cert.pem" -outform der -out "$folder/tls/cert.der"
}

make_files()
{
    mkdir -p "$folder/www/small"
    [ -f "$folder/www/large-$mib" ] || head -c $((mib * 1048576)) /dev/urandom >"$folder/www/large-$mib"
    [ -f "$folder/www/small/$((files - 1))" ] && return
    i=0
    while [ "$i" -lt "$files" ]; do
        head -c 4096 /dev/urandom >"$folder/www/small/$i"
        i=$((i + 1))
    done
}

# A virtual machine gives free memory back to its host after a second or two, and a program that
# gets such memory for its file pays for it, up to three times the time of the download. So memory
# has just been in use when a download begins: ours for native curl, by bench_warm() for the others.
warm_memory()
{
    head -c $((mib * 1048576)) /dev/zero >"$folder/out/warm"
    rm -f "$folder/out/warm"
}

# measure NAME COMMAND...: the program's "seconds" into NAME's list.
measure()
{
    name=$1
    shift
    rm -rf "$folder/out"
    mkdir -p "$folder/out"
    "$@" >"$folder/result" 2>"$folder/errors" </dev/null || die "$name failed: $(cat "$folder/errors")"
    awk '$1 == "seconds" { print $2 }' "$folder/result" >>"$folder/times-$name"
}

native_curl()
{
    warm_memory
    curl -s -k --noproxy '*' -o "$folder/out/file" -w 'seconds %{time_total}\n' "$1"
}

# ratio TITLE LIMIT A B: median and spread of A/B, round by round.
ratio()
{
    paste "$folder/times-$3" "$folder/times-$4" | awk 'NF == 2 { print $1 / $2 }' | sort -n |
        awk -v title="$1" -v limit="$2" '
            { r[NR] = $1 }
            END { printf "%-58s %6.2f  (%.2f to %.2f)  goal %s\n", title, r[int((NR + 1) / 2)], r[1], r[NR], limit }'
}

rm -f "$folder"/times-*
mkdir -p "$folder" "$(dirname "$report")"
say "Preparing files, certificate, prefixes and server"
make_files
make_certificate
start_nginx "$folder/nginx" "$folder/www"
tls_port=$(free_port)
start_tls_nginx "$folder/nginx-tls" "$folder/www" "$tls_port" "$folder/tls"
prepare_prefix ours
prepare_prefix builtin

large=$nginx_url/large-$mib
secure=https://localhost:$tls_port/large-$mib
target=Z:$folder/out/file

measure_large()
{
    case $1 in
        curl) measure curl native_curl "$large" ;;
        bits) measure bits wine_run "$bin/bits_get.exe" "$large" "$target" "$mib" ;;
        socket) measure socket wine_run "$bin/socket_get.exe" "$large" "$target" "$mib" ;;
        curl-tls) measure curl-tls native_curl "$secure" ;;
        bits-tls) measure bits-tls wine_run "$bin/bits_get.exe" "$secure" "$target" "$mib" ;;
        libcurl-tls) measure libcurl-tls wine_run "$bin/curl_get.exe" "$secure" "$target" "$mib" ;;
    esac
}

orders='curl bits socket curl-tls bits-tls libcurl-tls
bits socket curl bits-tls libcurl-tls curl-tls
socket curl bits libcurl-tls curl-tls bits-tls'

for round in $(seq "$rounds"); do
    say "Round $round of $rounds"
    use_prefix ours
    for program in $(echo "$orders" | sed -n $((round % 3 + 1))p); do
        measure_large "$program"
    done
    # So slow that a few rounds tell enough.
    [ "$round" -le 3 ] || continue
    use_prefix builtin
    measure builtin wine_run "$bin/bits_get.exe" "$large" "$target" "$mib"
done

use_prefix ours
if [ "$files" -gt 0 ]; then
    say "$files small files"
    measure files-floor wine_run "$bin/floor_files.exe" "$nginx_url/small" "Z:$folder/out" "$files"
    measure files-bits wine_run "$bin/bits_files.exe" "$nginx_url/small" "Z:$folder/out" "$files"
fi
say "Calls"
wine_run "$bin/calls.exe" 10 >"$folder/calls" </dev/null
wine_run "$bin/jobs.exe" 10000 >"$folder/jobs" </dev/null
wine_run "$bin/toggle.exe" >"$folder/toggle" </dev/null

{
    echo "Medians of $rounds rounds, file of $mib MiB. $(date -u '+%Y-%m-%d'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
    ratio "HTTP: BITS / native curl" "<= 1.3" bits curl
    ratio "HTTP: BITS / bare socket loop" "<= 1.15" bits socket
    ratio "HTTP: Wine's builtin / BITS" ">= 4" builtin bits
    ratio "HTTPS: BITS / native curl" "<= 1.3, or" bits-tls curl-tls
    ratio "HTTPS: BITS / bare libcurl loop" "<= 1.1" bits-tls libcurl-tls
    [ "$files" -eq 0 ] || ratio "$files files of 4 KiB: BITS / floor" "<= 1.25" files-bits files-floor
    awk '$1 == "same" || $1 == "change" || $1 == "state" { printf "%-58s %6.2f us\n", "a call: " ($1 == "same" ? "SetPeerCachingFlags, nothing changes (goal <= 5)" : $1 == "change" ? "SetPeerCachingFlags, flags change, durable" : "GetState"), $2 }' "$folder/calls"
    awk '{ printf "%-58s %6.1f\n", "10,000 suspended jobs: " ($1 == "create" ? "us to create one" : $1 == "bytes" ? "bytes each (goal <= 2048)" : "ms to enumerate and walk (goal <= 100)"), $2 }' "$folder/jobs"
    awk '$1 == "median" || $1 == "p99" { printf "%-58s %6.1f ms\n", "toggle to the first byte of the origin, " $1 ($1 == "p99" ? " (goal <= 100)" : ""), $2 }' "$folder/toggle"
} | tee "$report"
