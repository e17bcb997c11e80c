#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sets up (tests/setup.sh), then shows the peer cache: three machines and one origin on a link, each
# machine with a Wine prefix and OpenBITS as its service. The first fetches a file from the origin,
# the second from the first, the third changes its source in mid-file. Everything is in build/peers-demo.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"

folder=$top/build/peers-demo
bin=$top/build/x86_64/bin
tool=$bin/bitsadmin.exe
size=67108864
mib=1048576

[ "${OPENBITS_MACHINES:-}" = inside ] || sh "$top/tests/setup.sh"
for program in qmgr.dll bitsadmin.exe peer_get.exe; do
    [ -f "$bin/$program" ] || die "$bin/$program is missing: it is not part of this build."
done
machines_enter "$top/tests/peers.sh" "$@"

finish()
{
    stop_nginx
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# get MACHINE FLAGS [AT FLAGS]...
get()
{
    machine=$1
    shift
    rm -f "$folder/file.$machine"
    run_on "$machine" "$bin/peer_get.exe" "$origin_url/file.bin" "Z:$folder/file.$machine" "$@" |
        tr -d '\r' | tee "$folder/last" | grep -v '^done' || true
    # shellcheck disable=SC2046
    set -- $(tail -n 1 "$folder/last")
    [ "${1:-}" = done ] || die "Machine $machine did not get the file."
    cmp -s "$folder/www/file.bin" "$folder/file.$machine" || die "Machine $machine has another file."
    printf '%s %s %s\n' "$machine" "$2" "$3" >>"$folder/table"
}

say "Making three machines and an origin (16 MiB a second) on one link"
rm -rf "$folder"/file.* "$folder/table" "$folder/www"
mkdir -p "$folder/www"
head -c "$size" /dev/urandom >"$folder/www/file.bin"
touch -d '2024-02-03 04:05:06' "$folder/www/file.bin"
machines_start "$folder/machines" 3 "$bin/qmgr.dll"
start_origin "$folder/nginx" "$folder/www" 16m

say "Peer caching on by group policy; each machine trusts the certificates of the others"
machines_introduce "$tool" 268435456
machines_wait_for_peers "$tool"
run_on 3 "$tool" /rawreturn /peers /list | tr -d '\r' | sed 's/^/   machine 3 knows /'

say "Machine 1 takes the file: nobody else has it"
get 1 3
sleep 1

say "Machine 2 takes it, with its flags at 3: download from peers, serve to peers"
get 2 3

say "Machine 3 begins with peers, goes over to the origin at 16 MiB, and back at 32 MiB"
get 3 3 $((16 * mib)) 2 $((32 * mib)) 3

say "Who got which bytes from whom"
while read -r machine origin peers; do
    printf '   machine %s: %5.1f MiB from the origin, %5.1f MiB from peers, %s bytes twice\n' "$machine" \
        "$(echo "$origin" | awk '{ print $1 / 1048576 }')" \
        "$(echo "$peers" | awk '{ print $1 / 1048576 }')" $((origin + peers - size))
done <"$folder/table"
printf '   the origin has sent %5.1f MiB for three files of %d MiB\n' \
    "$(origin_bytes "$folder/nginx/access.log" /file.bin | awk '{ print $1 / 1048576 }')" $((size / mib))
