#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# upload.sh [ROUNDS]: uploads one file by a BITS job, by curl -T, and by a bare libcurl under Wine to the
# same server in one run, in turns, and prints medians, the least and the most, and the ratio of the first
# two medians, which may be 1.3. Wants a quiet machine and build/x86_64 (sh tests/setup.sh). BENCH_MIB is
# the size of the file.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"

rounds=${1:-9}
mib=${BENCH_MIB:-256}
bin=$top/build/x86_64/tests/bench
dll=$top/build/x86_64/bin/qmgr.dll
folder=$top/build/bench-upload
harness=$top/tests/harness

for built in "$dll" "$bin/bits_put.exe" "$bin/curl_put.exe"; do
    [ -f "$built" ] || die "Build first: sh tests/setup.sh"
done
mkdir -p "$folder"
file=$folder/file-$mib
[ -f "$file" ] || head -c $((mib * 1048576)) /dev/urandom >"$file"

cc -std=gnu11 -O2 -I"$top/tests" -I"$top/src" -I"$top/include" -o "$folder/serve" \
    "$top/tests/bench/upload_serve.c" "$harness"/origin*.c "$harness"/upload_answer.c \
    "$harness"/upload_server.c "$harness"/os.c "$harness"/sock.c "$harness"/synthetic.c \
    "$harness"/test.c "$harness"/test_host.c -lpthread || die "The server cannot be built."

rm -f "$folder/input" "$folder/port"
mkfifo "$folder/input"
"$folder/serve" <"$folder/input" >/dev/null 2>"$folder/port" &
exec 9>"$folder/input"

finish()
{
    exec 9>&-
    wine_use_prefix "$folder/prefix"
    wine_stop_server
    wait
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

while ! grep -q '^port' "$folder/port"; do sleep 0.1; done
port=$(sed -n 's/^port //p' "$folder/port")

wine_use_prefix "$folder/prefix"
wine_make_prefix
wine_start_server
wine_run_captured 60 regsvr32 /s "Z:$dll" || die "regsvr32 failed."

seconds_of_curl()
{
    curl -sS -o /dev/null -w '%{time_total}\n' -T "$file" -H Expect: "http://127.0.0.1:$port/put"
}

seconds_of_bare()
{
    wine_run_captured 300 "$bin/curl_put.exe" "http://127.0.0.1:$port/put" "Z:$file" 1024 \
        >"$folder/output" || die "The PUT failed: $(cat "$folder/output")"
    tr -d '\r' <"$folder/output" | sed -n 's/^seconds //p'
}

seconds_of_bits()
{
    wine_run_captured 300 "$bin/bits_put.exe" "http://127.0.0.1:$port/bits" "Z:$file" \
        >"$folder/output" || die "The upload failed: $(cat "$folder/output")"
    tr -d '\r' <"$folder/output" | sed -n 's/^seconds //p'
}

median()
{
    sort -n "$1" | sed -n "$((($(wc -l <"$1") + 1) / 2))p"
}

spread()
{
    sort -n "$1" | sed -n '1p;$p' | tr '\n' ' ' | sed 's/ $//; s/ / to /'
}

: >"$folder/curl"
: >"$folder/bits"
: >"$folder/bare"
round=0
while [ "$round" -lt "$rounds" ]; do
    if [ $((round % 2)) = 0 ]; then
        seconds_of_curl >>"$folder/curl"
        seconds_of_bits >>"$folder/bits"
    else
        seconds_of_bits >>"$folder/bits"
        seconds_of_curl >>"$folder/curl"
    fi
    seconds_of_bare >>"$folder/bare"
    round=$((round + 1))
done

[ -z "${BENCH_SAMPLES:-}" ] || paste "$folder/bits" "$folder/curl" | awk -v OFS='\t' \
    '{ print "upload.curl", NR, $1, $2, "s" } END { print "# complete" }' >>"$BENCH_SAMPLES"

echo "curl -T $(spread "$folder/curl") s, BITS $(spread "$folder/bits") s," \
    "bare libcurl under Wine $(median "$folder/bare") s, $(spread "$folder/bare") s"
awk -v curl="$(median "$folder/curl")" -v bits="$(median "$folder/bits")" -v mib="$mib" 'BEGIN {
    printf "%d MiB: curl -T %.3f s, BITS %.3f s, ratio %.2f (may be 1.30)\n",
        mib, curl, bits, bits / curl
    exit bits > 1.3 * curl }'
