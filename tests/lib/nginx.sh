#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An nginx of our own on loopback, for as long as a script runs. The caller ends it with stop_nginx,
# from a trap.

# free_port: prints a TCP port on which nobody listens, below the range that the system hands out.
free_port()
{
    start=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
    # Column 2 of these tables is address:port in hexadecimal digits, column 4 is 0A for LISTEN.
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v start="$start" '
        $4 == "0A" { sub(/.*:/, "", $2); used[$2] }
        END {
            for (i = 0; i < 10000; i++) {
                port = 20000 + (start + i) % 10000
                if (!(sprintf("%04X", port) in used)) { print port; exit }
            }
        }'
}

# start_nginx FOLDER DOCUMENTS [RATE]: serves DOCUMENTS at nginx_url, each connection with at most RATE
# bytes a second (as 8m), keeping its own files in FOLDER. FOLDER/access.log gets one line for each
# request: method, path, status, body bytes, Range.
start_nginx()
{
    nginx_pid=
    nginx_program=$(PATH=$PATH:/usr/sbin command -v nginx || true)
    if [ -z "$nginx_program" ]; then
        echo "nginx was not found. On Debian, sh tests/setup.sh installs it." >&2
        return 1
    fi
    mkdir -p "$1"

    for nginx_try in 1 2 3; do
        nginx_port=$(free_port)
        nginx_url=http://127.0.0.1:$nginx_port
        nginx_config "$1" "$2" "${3:-0}" >"$1/nginx.conf"
        : >"$1/access.log"
        "$nginx_program" -p "$1" -c "$1/nginx.conf" </dev/null >"$1/nginx.log" 2>&1 &
        nginx_pid=$!
        nginx_is_ready "$1" && return 0
        stop_nginx
    done
    tail -n 5 "$1/nginx.log" "$1/error.log" >&2 2>/dev/null || true
    echo "nginx did not start on a free port in $nginx_try tries (log: $1/nginx.log)." >&2
    return 1
}

# nginx_config FOLDER DOCUMENTS RATE
nginx_config()
{
    cat <<EOF
daemon off;
master_process off;
pid "$1/nginx.pid";
error_log "$1/error.log";
events { worker_connections 1024; }
http {
    types { text/html html; }
    default_type application/octet-stream;
    log_format short '\$request_method \$uri \$status \$body_bytes_sent "\$http_range"';
    access_log "$1/access.log" short;
    client_body_temp_path "$1/body";
    proxy_temp_path "$1/proxy";
    fastcgi_temp_path "$1/fastcgi";
    uwsgi_temp_path "$1/uwsgi";
    scgi_temp_path "$1/scgi";
    sendfile on;
    keepalive_requests 1000000;
    limit_rate $3;
    server {
        listen 127.0.0.1:$nginx_port;
        root "$2";
    }
}
EOF
}

# Ready when it answers, whatever the answer; at most 10 seconds, not longer than it lives.
nginx_is_ready()
{
    nginx_deadline=$(($(date +%s) + 10))
    while kill -0 "$nginx_pid" 2>/dev/null && [ "$(date +%s)" -lt "$nginx_deadline" ]; do
        if curl -s -o "$1/probe" --noproxy '*' --max-time 2 \
            --retry 20 --retry-connrefused --retry-delay 0 --retry-max-time 2 \
            "$nginx_url/openbits-probe"; then
            # Not somebody else who took the port in between.
            grep -q '^GET /openbits-probe ' "$1/access.log" && kill -0 "$nginx_pid" && return 0
        fi
    done
    return 1
}

stop_nginx()
{
    for nginx_each in ${nginx_pid:-} ${nginx_tls_pid:-}; do
        kill "$nginx_each" 2>/dev/null || true
        wait "$nginx_each" 2>/dev/null || true
    done
    nginx_pid=
    nginx_tls_pid=
}

# start_tls_nginx FOLDER DOCUMENTS PORT KEYS: a second one, for HTTPS with KEYS/cert.pem and
# KEYS/key.pem; it ends with the first.
start_tls_nginx()
{
    mkdir -p "$1"
    plain_pid=$nginx_pid
    plain_port=$nginx_port
    nginx_port="$3 ssl"
    nginx_config "$1" "$2" 0 |
        sed "s|^http {|http { ssl_certificate $4/cert.pem; ssl_certificate_key $4/key.pem;|" \
            >"$1/nginx.conf"
    nginx_port=$plain_port
    "$nginx_program" -p "$1" -c "$1/nginx.conf" </dev/null >"$1/nginx.log" 2>&1 &
    nginx_tls_pid=$!
    nginx_pid=$plain_pid
    curl -s -k -o "$1/probe" --noproxy '*' --retry 40 --retry-connrefused --retry-delay 0 \
        --retry-max-time 5 "https://localhost:$3/openbits-probe" || {
        echo "nginx did not start for HTTPS (log: $1/nginx.log)." >&2
        return 1
    }
}

# upload_front FOLDER: prints what is for a block "server". What begins with /to/PORT/ is handed on to
# a server of the test, as it came, and what begins with /login/to/PORT/ as well, for those who say
# who they are (FOLDER/users).
upload_front()
{
    cat <<EOF
        location ~ ^/to/([0-9]+)/ { proxy_pass http://127.0.0.1:\$1\$request_uri; }
        location ~ ^/login/to/([0-9]+)/ {
            auth_basic "uploads";
            auth_basic_user_file "$1/users";
            proxy_pass http://127.0.0.1:\$1\$request_uri;
        }
        client_max_body_size 0;
        proxy_request_buffering off;
        proxy_http_version 1.1;
EOF
}
