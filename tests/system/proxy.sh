#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# proxy.sh FOLDER PROGRAM [ARGUMENT...]: serves a file by HTTP and by HTTPS, both with a login, and
# runs a proxy that asks for one as well, all on loopback; then runs the program, which finds the
# ports in OPENBITS_PROXY ("http=20443 https=... proxy=...") and what https_fixture looks for. Ends with 77 when there is no proxy to run.

set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/nginx.sh
. "$tests/lib/nginx.sh"

folder=$1
shift
tinyproxy=$(PATH=$PATH:/usr/sbin command -v tinyproxy) || {
    echo "tinyproxy was not found. On Debian, sh tests/setup.sh installs it." >&2
    exit 77
}

rm -rf "$folder"
mkdir -p "$folder/www"
sh "$tests/data/certificates/make.sh" "$folder/certificates"
head -c 300000 /dev/zero >"$folder/www/file"
echo 'Jo:{PLAIN}Sesame' >"$folder/users"

write_nginx_config()
{
    cat <<END
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
    auth_basic "files";
    auth_basic_user_file "$folder/users";
    server {
        listen 127.0.0.1:$http_port;
        $(upload_front "$folder")
    }
    server {
        listen 127.0.0.1:$https_port ssl;
        ssl_certificate "$folder/certificates/good.pem";
        ssl_certificate_key "$folder/certificates/good.key";
        $(upload_front "$folder")
    }
}
END
}

write_proxy_config()
{
    cat <<END
Port $proxy_port
Listen 127.0.0.1
Timeout 60
LogFile "$folder/proxy.log"
LogLevel Connect
MaxClients 50
BasicAuth Jane Abracadabra
ConnectPort $https_port
END
}

# At most 10 seconds, not longer than both live. 407 is what the proxy says to strangers.
is_ready()
{
    deadline=$(($(date +%s) + 10))
    while kill -0 "$nginx_pid" "$proxy_pid" 2>/dev/null && [ "$(date +%s)" -lt "$deadline" ]; do
        [ "$(curl -s -o /dev/null -w '%{http_code}' --noproxy '*' --max-time 2 \
            "http://127.0.0.1:$http_port/file")" = 401 ] &&
            [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 \
                -x "http://127.0.0.1:$proxy_port" "http://127.0.0.1:$http_port/file")" = 407 ] &&
            return 0
        sleep 0.1
    done
    return 1
}

stop_all()
{
    [ -z "$proxy_pid" ] || kill "$proxy_pid" 2>/dev/null || true
    stop_nginx
}

nginx_pid=
proxy_pid=
trap stop_all EXIT
trap 'exit 1' HUP INT TERM
for try in 1 2 3; do
    http_port=$(free_port)
    https_port=$(free_port)
    proxy_port=$(free_port)
    write_nginx_config >"$folder/nginx.conf"
    write_proxy_config >"$folder/proxy.conf"
    PATH=$PATH:/usr/sbin nginx -p "$folder" -c "$folder/nginx.conf" </dev/null \
        >"$folder/nginx.log" 2>&1 &
    nginx_pid=$!
    "$tinyproxy" -d -c "$folder/proxy.conf" </dev/null >"$folder/proxy.out" 2>&1 &
    proxy_pid=$!
    is_ready && break
    stop_all
    [ "$try" -lt 3 ] || {
        cat "$folder/nginx.log" "$folder/error.log" "$folder/proxy.out" >&2
        exit 1
    }
done

OPENBITS_PROXY="http=$http_port https=$https_port proxy=$proxy_port "
OPENBITS_HTTPS="good=$https_port "
OPENBITS_HTTPS_AUTHORITY=$folder/certificates/authority.pem
export OPENBITS_PROXY OPENBITS_HTTPS OPENBITS_HTTPS_AUTHORITY
code=0
"$@" || code=$?
exit "$code"
