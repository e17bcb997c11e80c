#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tutorial.sh SOURCE BUILD: does what src/docs/tutorial.md says, command by command, on two machines.
# A block of commands there is marked with the machine that it is for: first, second or both.

set -eu

top=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"
# shellcheck source=tests/lib/machines.sh
. "$top/tests/lib/machines.sh"
machines_enter "$0" "$@"

folder=$build/tutorial
size=4194304

finish()
{
    stop_nginx
    machines_stop
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# What the page calls by name. With the status of the program, not of what comes after it.
wine()
{
    wine_code=0
    run_on "$machine" "$@" >"$folder/answer" || wine_code=$?
    tr -d '\r' <"$folder/answer"
    return "$wine_code"
}

put_in()
{
    on_machine "$machine" sh "$folder/root/bin/openbits-wine" install "$machines_folder/m$machine"
}

fingerprint()
{
    run_on "$1" bitsadmin /rawreturn /peercaching /identity | tr -d '\r'
}

# blocks: one file for each, in their order; the first line of a file is its machine.
blocks()
{
    awk -v folder="$folder" '
        /^```sh / { name = sprintf("%s/block-%02d", folder, ++count); print $2 >name; next }
        /^```/ { if (name) close(name); name = ""; next }
        name { print >name }' "$top/src/docs/tutorial.md"
}

# do_block FILE MACHINE
do_block()
{
    machine=$2
    sed -e 1d -e 's|openbits-wine install ~/.wine|put_in|' "$1" >"$folder/commands"
    say "Machine $machine: $(sed -n 2p "$1")"
    # Each of them has to succeed; -e has no effect within a condition.
    set +e
    # shellcheck source=/dev/null
    (set -e; . "$folder/commands") >"$folder/said" 2>&1
    code=$?
    set -e
    if [ "$code" -ne 0 ]; then
        cat "$folder/said"
        die "The commands of $1 fail on machine $machine."
    fi
    sed 's/^/   /' "$folder/said"
    if grep -q -e peers "$folder/commands" && grep -q /getpeerstats "$folder/commands"; then
        cp "$folder/said" "$folder/stats.$machine"
    fi
}

rm -rf "$folder/www" "$folder/root" "$folder"/block-* "$folder"/stats.*
mkdir -p "$folder/www"
head -c "$size" /dev/urandom >"$folder/www/file.bin"
touch -d '2024-02-03 04:05:06' "$folder/www/file.bin"
cmake --install "$build" --prefix "$folder/root" >/dev/null
# Programs are looked for in the current folder first, and a build has others of these names.
cd "$folder"
for number in 1 2; do
    rm -rf "$folder/machines/m$number/drive_c/windows/system32/openbits" \
        "$folder/machines/m$number/drive_c/file.bin"
done
machines_start "$folder/machines" 2
start_origin "$folder/nginx" "$folder/www"
# shellcheck disable=SC2034 # used by the page
URL=$origin_url/file.bin

blocks
[ "$(ls "$folder"/block-* | wc -l)" -ge 6 ] || die "The page has lost its commands."
for block in "$folder"/block-*; do
    if grep -q FINGERPRINT_OF "$block"; then
        # shellcheck disable=SC2034
        FINGERPRINT_OF_FIRST=$(fingerprint 1)
        # shellcheck disable=SC2034
        FINGERPRINT_OF_SECOND=$(fingerprint 2)
    fi
    case $(head -n 1 "$block") in
    first) do_block "$block" 1 ;;
    second) do_block "$block" 2 ;;
    both)
        do_block "$block" 1
        do_block "$block" 2
        ;;
    *) die "$block is for no machine." ;;
    esac
done

for number in 1 2; do
    cmp "$folder/www/file.bin" "$folder/machines/m$number/drive_c/file.bin"
done
sent=$(origin_bytes "$folder/nginx/access.log" /file.bin)
[ "$sent" -eq "$size" ] || die "The origin has sent $sent bytes for a file of $size."
echo "Two machines have the file; the origin has sent it once."
