#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Several machines on one link, for tests and demos: each has a network of its own and a Wine prefix
# with the service installed; a bridge joins them, and is where an origin can listen. All of it is
# in namespaces that go with the script. Works without root rights. Expects $top and output.sh.
#
# A script calls machines_enter "$@" first, which runs it again inside of the namespaces.

machines_origin=10.77.0.254

# machines_enter SCRIPT [ARGUMENT...]
machines_enter()
{
    [ "${OPENBITS_MACHINES:-}" = inside ] && return 0
    for machines_need in ip unshare; do
        PATH=$PATH:/usr/sbin command -v "$machines_need" >/dev/null 2>&1 ||
            die "There is no $machines_need. On Debian, sh tests/setup.sh installs it."
    done
    machines_map=
    [ "$(id -u)" -eq 0 ] || machines_map=--map-root-user
    PATH=$PATH:/usr/sbin:/sbin
    OPENBITS_MACHINES=inside
    export PATH OPENBITS_MACHINES
    exec unshare $machines_map --net --mount --pid --fork --kill-child --mount-proc sh "$@"
}

# machines_start FOLDER COUNT [DLL]: makes machines 1 to COUNT, with the DLL as their service.
machines_start()
{
    machines_folder=$1
    machines_count=$2
    mkdir -p "$machines_folder"
    mkdir -p /run/netns 2>/dev/null || mount -t tmpfs none /run
    mkdir -p /run/netns
    mount -t tmpfs none /run/netns
    ip link set lo up
    # Else it has the least address of the machines, and another one when that machine goes.
    ip link add br0 type bridge
    ip link set br0 address 02:00:00:00:00:01
    ip addr add "$machines_origin/24" dev br0
    ip link set br0 up

    wine_use_prefix "$machines_folder/template"
    wine_make_prefix
    machines_each=0
    while [ "$machines_each" -lt "$machines_count" ]; do
        machines_each=$((machines_each + 1))
        machines_add "$machines_each" "${3:-}"
    done
}

# machines_add NUMBER DLL: without a service when the DLL is empty.
machines_add()
{
    ip netns add "m$1"
    ip link add "v$1" type veth peer name eth0 netns "m$1"
    ip link set "v$1" master br0 up
    ip -n "m$1" link set lo up
    ip -n "m$1" addr add "10.77.0.$1/24" dev eth0
    ip -n "m$1" link set eth0 up
    ip -n "m$1" route add default via "$machines_origin"

    # Hard links, but for what Wine writes in place.
    machines_prefix=$machines_folder/m$1
    if [ ! -f "$machines_prefix/.ready" ]; then
        rm -rf "$machines_prefix"
        cp -al "$machines_folder/template" "$machines_prefix"
        rm -f "$machines_prefix"/*.reg
    fi
    rm -rf "$machines_prefix/drive_c/ProgramData/Microsoft/Network/Downloader"
    cp --remove-destination "$machines_prefix"/.fresh/*.reg "$machines_prefix/"
    rm -f "$machines_prefix/drive_c/openbits.log"
    machines_log "$1"
    on_machine "$1" "$wine_server" -p >/dev/null 2>&1
    on_machine "$1" "$wine_loader" explorer /desktop=openbits cmd /c exit >/dev/null 2>&1 || true
    [ -n "$2" ] || return 0
    run_on "$1" regsvr32 /s /i:service "Z:$2" || die "regsvr32 failed on machine $1."
}

# machines_log NUMBER: what our environment says of logs; a service has the machine's instead, as it is
# when Wine starts.
machines_log()
{
    [ -n "${OPENBITS_LOG:-}" ] || return 0
    machines_key='HKLM\System\CurrentControlSet\Control\Session Manager\Environment'
    run_on "$1" reg add "$machines_key" /v OPENBITS_LOG /d "$OPENBITS_LOG" /f >/dev/null 2>&1
    run_on "$1" reg add "$machines_key" /v OPENBITS_LOG_FILE /d 'C:\openbits.log' /f >/dev/null 2>&1
    on_machine "$1" "$wine_server" -k >/dev/null 2>&1 || true
    on_machine "$1" "$wine_server" -w >/dev/null 2>&1 || true
}

# on_machine NUMBER PROGRAM [ARGUMENT...]: in its namespaces, with its prefix; no input.
on_machine()
{
    machines_number=$1
    shift
    # shellcheck disable=SC2016
    WINEPREFIX=$machines_folder/m$machines_number ip netns exec "m$machines_number" \
        unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' - "m$machines_number" "$@" </dev/null
}

# run_on NUMBER PROGRAM [ARGUMENT...]: a Windows program on the machine.
run_on()
{
    machines_target=$1
    shift
    on_machine "$machines_target" timeout -k 5 150 "$wine_loader" "$@"
}

# machines_stop: ends Wine on all of them; the rest goes with the script.
machines_stop()
{
    machines_each=0
    while [ "$machines_each" -lt "${machines_count:-0}" ]; do
        machines_each=$((machines_each + 1))
        on_machine "$machines_each" "$wine_server" -k >/dev/null 2>&1 || true
    done
}

# machines_policy NUMBER NAME VALUE: sets a group policy of BITS; "delete" takes it away.
machines_policy()
{
    machines_key='HKLM\Software\Policies\Microsoft\Windows\BITS'
    if [ "$3" = delete ]; then
        run_on "$1" reg delete "$machines_key" /v "$2" /f >/dev/null 2>&1
    else
        run_on "$1" reg add "$machines_key" /v "$2" /t REG_DWORD /d "$3" /f >/dev/null 2>&1
    fi
}

# machines_introduce BITSADMIN BANDWIDTH: group policy turns peer caching on, with so many bits a second
# for peers; each machine trusts all others.
machines_introduce()
{
    for machines_each in $(seq "$machines_count"); do
        machines_policy "$machines_each" MaxBandwidthServed "$2"
        machines_policy "$machines_each" MaxCacheSize 50
        machines_policy "$machines_each" EnablePeercaching 1
    done
    for machines_each in $(seq "$machines_count"); do
        machines_print=$(run_on "$machines_each" "$1" /rawreturn /peercaching /identity) ||
            die "Machine $machines_each has no identity: $machines_print"
        for machines_other in $(seq "$machines_count"); do
            [ "$machines_other" -ne "$machines_each" ] || continue
            run_on "$machines_other" "$1" /rawreturn /peers /trust "$machines_print" "m$machines_each" \
                >/dev/null || die "Machine $machines_other cannot trust machine $machines_each."
        done
    done
}

# machines_wait_for_peers BITSADMIN: until each knows all others.
machines_wait_for_peers()
{
    machines_deadline=$(($(date +%s) + 60))
    for machines_each in $(seq "$machines_count"); do
        until [ "$(run_on "$machines_each" "$1" /rawreturn /peers /list | grep -c ' AVAILABLE')" -ge \
            $((machines_count - 1)) ]; do
            [ "$(date +%s)" -lt "$machines_deadline" ] ||
                die "Machine $machines_each does not find its peers."
            sleep 0.2
        done
    done
}

# start_origin FOLDER DOCUMENTS [RATE]: an nginx that all machines reach, as start_nginx of nginx.sh, at
# origin_url. Below /moved/ it sends whoever asks to the file itself.
start_origin()
{
    origin_url=http://$machines_origin:8080
    mkdir -p "$1"
    nginx_port=8080
    nginx_config "$1" "$2" "${3:-0}" | sed -e "s/listen 127.0.0.1:/listen $machines_origin:/" \
        -e 's,^ *root .*,&\
        location /moved/ { rewrite ^/moved/(.*) $scheme://$http_host/$1 redirect; },' >"$1/nginx.conf"
    : >"$1/access.log"
    nginx -p "$1" -c "$1/nginx.conf" </dev/null >"$1/nginx.log" 2>&1 &
    nginx_pid=$!
    curl -s -o "$1/probe" --noproxy '*' --retry 40 --retry-connrefused --retry-delay 0 \
        --retry-max-time 10 "$origin_url/openbits-probe" || die "nginx did not start (log: $1/nginx.log)."
}

# origin_bytes LOG PATH: what has been sent of it.
origin_bytes()
{
    awk -v path="$2" '$1 == "GET" && $2 == path { sum += $4 } END { printf "%d", sum }' "$1"
}
