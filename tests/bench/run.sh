#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh [ROUNDS]: downloads beside other programs in one run, in another order each round, and prints
# medians of the ratios with their spread. Wants a quiet machine and build/x86_64 (sh tests/setup.sh).
# The report is build/report/bench.txt. BENCH_MIB is the size of the large file (0: none), BENCH_FILES
# the number of small ones. A program that fails is left out from then on. sh tests/bench/report.sh is
# the whole table.

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

rounds=${1:-9}
mib=${BENCH_MIB:-1024}
files=${BENCH_FILES:-10000}
limit=300
file_rounds=3
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
    [ "$1" = builtin ] || wine_run_captured 60 regsvr32 /s "Z:$dll" || die "regsvr32 failed."
    wine_run_captured 60 "$bin/trust.exe" "Z:$folder/tls/cert.der" || die "trust failed."
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
    [ "$mib" -eq 0 ] || [ -f "$folder/www/large-$mib" ] || head -c $((mib * 1048576)) /dev/urandom >"$folder/www/large-$mib"
    [ "$files" -eq 0 ] || [ ! -f "$folder/www/small/$((files - 1))" ] || return 0
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
    [ ! -f "$folder/failed-$name" ] || return 0
    rm -rf "$folder/out"
    mkdir -p "$folder/out"
    wine_limit=$limit
    if "$@" >"$folder/result" 2>"$folder/errors" </dev/null; then
        awk '$1 == "seconds" { print $2 }' "$folder/result" >>"$folder/times-$name"
    else
        echo "$name failed with $?: $(tail -n 1 "$folder/errors")" >"$folder/failed-$name"
        say "$(cat "$folder/failed-$name")"
    fi
    wine_limit=
}

native_curl()
{
    warm_memory
    curl -sS -k --noproxy '*' --max-time "$limit" -o "$folder/out/file" -w 'seconds %{time_total}\n' "$1"
}

# It does not tell its time: its start, some milliseconds, is part of it.
native_wget2()
{
    warm_memory
    begin=$(date +%s.%N)
    wget2 -q --no-proxy --no-check-certificate --tries=1 --timeout="$limit" -O "$folder/out/file" "$1" ||
        return 1
    awk -v a="$begin" -v b="$(date +%s.%N)" 'BEGIN { printf "seconds %.4f\n", b - a }'
    [ "$(wc -c <"$folder/out/file")" -eq $((mib * 1048576)) ]
}

# pair FIGURE A B: samples of both programs, or why there are none.
pair()
{
    for each in "$2" "$3"; do
        [ ! -f "$folder/failed-$each" ] || {
            samples_trouble "$1" "$(cat "$folder/failed-$each")"
            return 0
        }
    done
    samples_pair "$1" "$folder/times-$2" "$folder/times-$3" s
}

# rate NAME FIGURE: MiB a second of one program.
rate()
{
    [ -f "$folder/times-$1" ] || return 0
    awk -v mib="$mib" -v figure="download.rate_$2" -v OFS='\t' \
        '{ print figure, NR, mib / $1, "-", "MiB/s" }' "$folder/times-$1" >>"$BENCH_SAMPLES"
}

# ratio TITLE LIMIT FIGURE: median and spread of ours/theirs, round by round.
ratio()
{
    awk -f "$top/tests/bench/figures.awk" "$BENCH_SAMPLES" |
        awk -F '\t' -v title="$1" -v limit="$2" -v figure="$3" '
            $1 == figure && $15 != "-" {
                printf "%-58s %6.2f  (%.2f to %.2f)  goal %s\n", title, $15, $18, $19, limit
                found = 1
            }
            END { if (!found) printf "%-58s not measured\n", title }'
}

rm -f "$folder"/times-* "$folder"/failed-*
mkdir -p "$folder" "$(dirname "$report")"
samples_begin downloads
command -v wget2 >/dev/null 2>&1 ||
    echo "there is no wget2" | tee "$folder/failed-wget2" >"$folder/failed-wget2-tls"
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
        wget2) measure wget2 native_wget2 "$large" ;;
        bits) measure bits wine_run "$bin/bits_get.exe" "$large" "$target" "$mib" ;;
        socket) measure socket wine_run "$bin/socket_get.exe" "$large" "$target" "$mib" ;;
        libcurl) measure libcurl wine_run "$bin/curl_get.exe" "$large" "$target" "$mib" ;;
        curl-tls) measure curl-tls native_curl "$secure" ;;
        wget2-tls) measure wget2-tls native_wget2 "$secure" ;;
        bits-tls) measure bits-tls wine_run "$bin/bits_get.exe" "$secure" "$target" "$mib" ;;
        libcurl-tls) measure libcurl-tls wine_run "$bin/curl_get.exe" "$secure" "$target" "$mib" ;;
    esac
}

orders='curl bits socket libcurl wget2 curl-tls bits-tls libcurl-tls wget2-tls
bits socket wget2 curl libcurl bits-tls libcurl-tls wget2-tls curl-tls
libcurl socket wget2 curl bits libcurl-tls wget2-tls curl-tls bits-tls'

[ "$mib" -gt 0 ] || rounds=0
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
    measure builtin-tls wine_run "$bin/bits_get.exe" "$secure" "$target" "$mib"
done

use_prefix ours
[ "$files" -gt 0 ] || file_rounds=0
for round in $(seq "$file_rounds"); do
    say "$files small files, round $round of $file_rounds"
    measure files-floor wine_run "$bin/floor_files.exe" "$nginx_url/small" "Z:$folder/out" "$files"
    measure files-bits wine_run "$bin/bits_files.exe" "$nginx_url/small" "Z:$folder/out" "$files"
done

pair download.http_curl bits curl
pair download.http_wget2 bits wget2
pair download.http_socket bits socket
pair download.http_libcurl bits libcurl
pair download.http_builtin bits builtin
pair download.https_curl bits-tls curl-tls
pair download.https_wget2 bits-tls wget2-tls
pair download.https_libcurl bits-tls libcurl-tls
pair download.https_builtin bits-tls builtin-tls
pair files.floor files-bits files-floor
for each in bits curl wget2 libcurl socket builtin; do
    rate "$each" "http_$each"
    rate "$each-tls" "https_$each"
done
samples_end

{
    echo "Medians of $rounds rounds, file of $mib MiB. $(date -u '+%Y-%m-%d'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
    ratio "HTTP: BITS / native curl" "<= 1.3" download.http_curl
    ratio "HTTP: BITS / native wget2" "none" download.http_wget2
    ratio "HTTP: BITS / bare socket loop" "<= 1.15" download.http_socket
    ratio "HTTP: BITS / bare libcurl loop" "<= 1.1" download.http_libcurl
    ratio "HTTP: BITS / Wine's builtin" "<= 0.25" download.http_builtin
    ratio "HTTPS: BITS / native curl" "<= 1.3, or" download.https_curl
    ratio "HTTPS: BITS / bare libcurl loop" "<= 1.1" download.https_libcurl
    ratio "HTTPS: BITS / native wget2" "none" download.https_wget2
    ratio "HTTPS: BITS / Wine's builtin" "<= 1" download.https_builtin
    ratio "$files files of 4 KiB: BITS / floor" "<= 1.25" files.floor
} | tee "$report"
