#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# https.sh FOLDER PROGRAM [ARGUMENT...]: makes certificates, good ones and bad ones, in FOLDER, serves
# a file with each of them on a port of its own, and runs the program, which finds the ports in
# OPENBITS_HTTPS ("good=20443 expired=...") and the authority in OPENBITS_HTTPS_AUTHORITY.

set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/nginx.sh
. "$tests/lib/nginx.sh"

folder=$1
shift
names="good expired not_yet unknown_issuer self_signed for_clients other_name asks"
names="$names kept revoked slow_list swap"

rm -rf "$folder"
mkdir -p "$folder/www"
head -c 3000000 /dev/zero >"$folder/www/file"
echo 'Jo:{PLAIN}Sesame' >"$folder/users"

make_certificates()
{
    # Under a name of this run: the system keeps what it has read.
    lists=$(date +%s)-$$
    rm -rf "$folder/certificates"
    sh "$tests/data/certificates/make.sh" "$folder/certificates" \
        "http://127.0.0.1:$list_port/$lists"
    mkdir -p "$folder/lists/$lists" "$folder/certificates/localhost"
    cp "$folder/certificates/"*.crl "$folder/lists/$lists"
    # The one that wants to see a certificate of its clients, whoever has signed it.
    cp "$folder/certificates/good.pem" "$folder/certificates/asks.pem"
    cp "$folder/certificates/good.key" "$folder/certificates/asks.key"
}

# A variable in the name makes nginx read the file for each connection: the program may change it.
place_of()
{
    if [ "$1" = swap ]; then echo "\$ssl_server_name/swap"; else echo "$1"; fi
}

extra_of()
{
    # Slow, and on a new connection for each request.
    [ "$1" != swap ] || echo "limit_rate 1m; keepalive_timeout 0; ssl_session_tickets off;"
    [ "$1" != asks ] ||
        echo "ssl_verify_client optional_no_ca; if (\$ssl_client_fingerprint = '') { return 403; }"
}

# another_port: one that this server does not have yet.
another_port()
{
    while :; do
        port=$(free_port)
        case " $ports " in
        *" $port "*) ;;
        *) break ;;
        esac
    done
    ports="$ports $port"
}

write_config()
{
    ports=" $list_port"
    cat <<EOF
daemon off;
master_process off;
pid "$folder/nginx.pid";
error_log "$folder/error.log";
events { worker_connections 256; }
http {
    access_log "$folder/access.log";
    client_body_temp_path "$folder/body";
    proxy_temp_path "$folder/proxy";
    fastcgi_temp_path "$folder/fastcgi";
    uwsgi_temp_path "$folder/uwsgi";
    scgi_temp_path "$folder/scgi";
    root "$folder/www";
    server {
        listen 127.0.0.1:$list_port;
        root "$folder/lists";
        location ~ /slow.crl$ { limit_rate 1; }
    }
EOF
    for name in $names; do
        another_port
        cat <<EOF
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate "$folder/certificates/$(place_of "$name").pem";
        ssl_certificate_key "$folder/certificates/$(place_of "$name").key";
        $(extra_of "$name")
        $(upload_front "$folder")
    }
EOF
    done
    echo "}"
}

# The ports in the order of the names.
read_ports()
{
    for name in $names; do
        port=$(sed -n "/listen/{s/.*:\([0-9]*\) .*/\1/;h};/$name\.pem/{x;p}" "$folder/nginx.conf")
        printf '%s=%s ' "$name" "$port"
    done
}

# At most 10 seconds, not longer than it lives.
is_ready()
{
    deadline=$(($(date +%s) + 10))
    while kill -0 "$nginx_pid" 2>/dev/null && [ "$(date +%s)" -lt "$deadline" ]; do
        curl -sk -o "$folder/probe" --noproxy '*' --max-time 2 --retry 20 --retry-connrefused \
            --retry-delay 0 --retry-max-time 2 "https://127.0.0.1:$1/file" && return 0
    done
    return 1
}

nginx_pid=
trap stop_nginx EXIT
trap 'exit 1' HUP INT TERM
for try in 1 2 3; do
    list_port=$(free_port)
    make_certificates
    write_config >"$folder/nginx.conf"
    OPENBITS_HTTPS=$(read_ports)
    PATH=$PATH:/usr/sbin nginx -p "$folder" -c "$folder/nginx.conf" </dev/null \
        >"$folder/nginx.log" 2>&1 &
    nginx_pid=$!
    first=${OPENBITS_HTTPS#*=}
    is_ready "${first%% *}" && break
    stop_nginx
    [ "$try" -lt 3 ] || {
        cat "$folder/nginx.log" "$folder/error.log" >&2
        exit 1
    }
done

OPENBITS_HTTPS_AUTHORITY=$folder/certificates/authority.pem
export OPENBITS_HTTPS OPENBITS_HTTPS_AUTHORITY
code=0
"$@" || code=$?
exit "$code"
