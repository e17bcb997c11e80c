#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# peers.sh [ROUNDS]: how fast a machine serves, to a peer and to curl with a certificate that it
# trusts, beside nginx with TLS and curl on the same two machines; a file of 512 MiB, alternating.
# Wants a quiet machine and build/x86_64 (sh tests/setup.sh). The report is build/report/peers.txt.

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
machines_enter "$top/tests/bench/peers.sh" "$@"

rounds=${1:-5}
bin=$top/build/x86_64/bin
tool=$bin/bitsadmin.exe
folder=$top/build/peers-bench
report=$top/build/report/peers.txt
mib=512

finish()
{
    stop_nginx
    [ -z "${tls_pid:-}" ] || kill "$tls_pid" 2>/dev/null || true
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

median()
{
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

rm -rf "$folder/www" "$folder"/out* "$folder"/times.*
mkdir -p "$folder/www" "$folder/tls" "${report%/*}"
head -c $((mib * 1048576)) /dev/urandom >"$folder/www/file.bin"
touch -d '2024-02-03 04:05:06' "$folder/www/file.bin"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=10.77.0.1 \
    -keyout "$folder/tls/key.pem" -out "$folder/tls/cert.pem" >/dev/null 2>&1
# A peer of openssl's making: its name is a SID.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=S-1-5-21-1-2-3-1104 \
    -addext 'extendedKeyUsage=serverAuth,clientAuth' -addext 'subjectAltName=DNS:bench.local' \
    -keyout "$folder/tls/peer-key.pem" -out "$folder/tls/peer.pem" >/dev/null 2>&1
print=$(openssl x509 -in "$folder/tls/peer.pem" -outform der | sha256sum | cut -d' ' -f1)
machines_start "$folder/machines" 2 "$bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www"
machines_introduce "$tool" 4294967200
machines_wait_for_peers "$tool"

# nginx on machine 1, with the cipher that peers use.
nginx_port=8443
nginx_config "$folder/tls" "$folder/www" 0 |
    sed "s|listen 127.0.0.1:8443|listen 10.77.0.1:8443 ssl|; s|^http {|http { ssl_certificate $folder/tls/cert.pem; ssl_certificate_key $folder/tls/key.pem; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256;|" \
        >"$folder/tls/nginx.conf"
ip netns exec m1 nginx -p "$folder/tls" -c "$folder/tls/nginx.conf" </dev/null >"$folder/tls/log" 2>&1 &
tls_pid=$!

run_on 1 "$bin/peer_get.exe" "$origin_url/file.bin" "Z:$folder/out1" 3 >"$folder/first" ||
    die "The first machine did not get the file."
run_on 1 "$tool" /rawreturn /peers /trust "$print" bench >/dev/null
until id=$(run_on 1 "$tool" /rawreturn /cache /list | grep -o '{[^}]*}'); do sleep 0.5; done
id=${id#?}
id=${id%?}

for round in $(seq "$rounds"); do
    rm -f "$folder/out2"
    run_on 2 "$bin/peer_get.exe" "$origin_url/file.bin" "Z:$folder/out2" 1 | tr -d '\r' |
        awk -v size=$((mib * 1048576)) '/^done/ { if ($3 != size) exit 1; print $4 / 1000 }' \
            >>"$folder/times.peer" || die "It did not come from the peer."
    rm -f "$folder/out2"
    ip netns exec m2 curl -s -k --noproxy '*' -o "$folder/out2" -w '%{time_total}\n' \
        https://10.77.0.1:8443/file.bin >>"$folder/times.curl"
    rm -f "$folder/out2"
    ip netns exec m2 curl -s -k --noproxy '*' -o "$folder/out2" -w '%{time_total}\n' \
        --cert "$folder/tls/peer.pem" --key "$folder/tls/peer-key.pem" --tls-max 1.2 \
        "https://10.77.0.1:2178/BITS-peer-caching/%7B$id%7D" >>"$folder/times.served"
    cmp -s "$folder/www/file.bin" "$folder/out2" || die "curl has got another file."
done
{
    echo "Medians of $rounds rounds, file of $mib MiB, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
    peer=$(median "$folder/times.peer")
    curl=$(median "$folder/times.curl")
    served=$(median "$folder/times.served")
    awk -v p="$peer" -v c="$curl" -v s="$served" -v m="$mib" 'BEGIN {
        printf "nginx to curl %.1f MiB/s\n", m / c
        printf "a peer to curl %.1f MiB/s, %.2f of nginx (goal: 110, 0.5)\n", m / s, c / s
        printf "a peer to a job %.1f MiB/s, %.2f of nginx\n", m / p, c / p }'
} | tee "$report"
[ -z "${BENCH_SAMPLES:-}" ] || paste "$folder/times.served" "$folder/times.peer" "$folder/times.curl" |
    awk -v m="$mib" -v OFS='\t' '{ print "peers.served", NR, m / $1, m / $3, "MiB/s"
        print "peers.job", NR, m / $2, m / $3, "MiB/s" }' >>"$BENCH_SAMPLES"
