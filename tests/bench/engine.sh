#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# engine.sh jobs|store [COUNTS] or engine.sh toggle|active: what needs one prefix and nobody to compare
# with. Jobs in process (time and memory of each, a walk), the store beneath them, toggles between a
# peer and an origin that the program plays, and the memory of transfers under way. Wants a quiet
# machine and build/x86_64 (sh tests/setup.sh).

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

what=${1:-jobs}
counts=${2:-1000 10000}
rounds=${BENCH_ROUNDS:-5}
# With the first one as many as run at once.
transfers=15
bin=$top/build/x86_64/tests/bench
dll=$top/build/x86_64/bin/qmgr.dll
folder=$top/build/bench-engine

[ -f "$dll" ] && [ -f "$bin/jobs.exe" ] || die "Build first: sh tests/setup.sh"

finish()
{
    stop_nginx
    wine_stop_server
}
mkdir -p "$folder"
wine_use_prefix "$folder/prefix"
unset OPENBITS_CLSCTX
trap finish EXIT
trap 'exit 1' HUP INT TERM

# An empty queue.
fresh_prefix()
{
    wine_make_prefix
    wine_reset_prefix
    wine_start_server
    wine_run_captured 60 regsvr32 /s "Z:$dll" || die "regsvr32 failed."
}

# program VARIANT NAME [ARGUMENT...]: its figures get the name of what is measured and the variant.
program()
{
    BENCH_FIGURE=$what.
    BENCH_VARIANT=$1
    export BENCH_FIGURE BENCH_VARIANT
    shift
    program=$1
    shift
    wine_run "$bin/$program.exe" "$@" </dev/null || die "$program $* failed."
}

samples_begin "engine-$what"
case $what in
jobs | store)
    for count in $counts; do
        say "$what: $count"
        fresh_prefix
        program "@$count" "$what" "$count"
    done
    ;;
toggle)
    fresh_prefix
    # It names its figure itself.
    wine_run "$bin/toggle.exe" </dev/null || die "toggle failed."
    ;;
active)
    mkdir -p "$folder/www" "$folder/out"
    truncate -s 1G "$folder/www/slow"
    start_nginx "$folder/nginx" "$folder/www" 256k
    for each in $(seq "$rounds"); do
        fresh_prefix
        program "" active "$nginx_url/slow" "Z:$folder/out" "$transfers" 5
        rm -rf "$folder/out"
        mkdir -p "$folder/out"
    done
    ;;
*) die "What is $what?" ;;
esac
samples_end
