#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sets up (tests/setup.sh), then shows that a job survives: in a fresh Wine prefix OpenBITS takes the
# place of Wine's BITS; a program that knows nothing of it starts a download and ends; all of Wine is
# killed in the middle; started again, the file completes. Everything is in build/survive.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/wine.sh
. "$top/tests/lib/wine.sh"
# shellcheck source=tests/lib/nginx.sh
. "$top/tests/lib/nginx.sh"

size=67108864
rate=6m
kills=3
folder=$top/build/survive
bin=$top/build/x86_64/bin

sh "$top/tests/setup.sh"
for program in qmgr.dll program.exe; do
    [ -f "$bin/$program" ] || die "$bin/$program is missing: it is not part of this build."
done

finish()
{
    stop_nginx
    wine_stop_server
}
wine_use_prefix "$folder/prefix"
trap finish EXIT
trap 'exit 1' HUP INT TERM

run_program()
{
    wine_run_captured 90 "$bin/program.exe" "$@" || die "program.exe $1 failed."
}

say "Starting a web server with a file of 64 MiB, at most 6 MiB a second"
rm -rf "$folder"
mkdir -p "$folder/www" "$folder/downloads"
head -c "$size" /dev/urandom >"$folder/www/file.bin"
start_nginx "$folder/nginx" "$folder/www" "$rate"

say "Making a fresh prefix and installing (sh src/tools/wine/dropin.sh install PREFIX)"
wine_make_prefix
wine_start_server
sh "$top/src/tools/wine/dropin.sh" install "$WINEPREFIX" "$bin/qmgr.dll" </dev/null

say "A program asks for CLSCTX_LOCAL_SERVER, starts a download, and ends"
run_program start "$nginx_url/file.bin" "Z:$folder/downloads/file.bin"

for kill in $(seq "$kills"); do
    run_program wait $((size / (kills + 1) * kill))
    say "Killing all of Wine ($kill of $kills), and starting it again"
    # The server ends each process where it is; it only writes the registry, which is Wine's own.
    wine_stop_server
    [ ! -f "$folder/downloads/file.bin" ] || die "The file is there before its time."
    wine_start_server
done

say "The program comes again, waits for its job, and takes the file"
run_program finish

say "What the server saw (method, path, status, bytes sent, range)"
grep -v openbits-probe "$folder/nginx/access.log" || true
sent=$(awk '$1 == "GET" && $3 == 206 { sum += $4 } END { printf "%d", sum }' "$folder/nginx/access.log")
echo "   $sent bytes in all for a file of $size: $((sent - size)) were sent twice"
# At each kill what is on its way to the disk is lost, and what the server has in its buffers.
[ "$((sent - size))" -lt $((kills * 4194304)) ] || die "Too much was fetched again."

say "Comparing the files"
expected=$(sha256sum <"$folder/www/file.bin")
got=$(sha256sum <"$folder/downloads/file.bin") || die "There is no downloaded file."
echo "   on the server  ${expected%% *}"
echo "   downloaded     ${got%% *}"
[ "$expected" = "$got" ] || die "The files differ."
[ "$(find "$folder/downloads" -type f | wc -l)" -eq 1 ] || die "Something was left beside the file."
say "Both are the same."
