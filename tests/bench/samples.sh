#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Raw samples of the benchmarks, for report.sh. Expects $top. A file has lines of five columns with tabs
# between them: figure, round, ours, theirs ("-" when there is nobody to compare with), unit. Further
# "# trouble FIGURE REASON" for what could not be measured, and "# complete" at its end.
#
# The file is BENCH_SAMPLES, which report.sh gives, or the one that samples_begin names.

# samples_begin NAME: an empty file.
samples_begin()
{
    # shellcheck disable=SC2154
    BENCH_SAMPLES=${BENCH_SAMPLES:-$top/build/report/bench/raw/$1.tsv}
    export BENCH_SAMPLES
    mkdir -p "${BENCH_SAMPLES%/*}"
    : >"$BENCH_SAMPLES"
}

# sample FIGURE ROUND OURS THEIRS UNIT
sample()
{
    printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$BENCH_SAMPLES"
}

# samples_pair FIGURE OURS THEIRS UNIT: two files with a value for each round.
samples_pair()
{
    [ -s "$2" ] && [ -s "$3" ] || return 0
    paste "$2" "$3" | awk -v figure="$1" -v unit="$4" -v OFS='\t' \
        'NF == 2 { print figure, NR, $1, $2, unit }' >>"$BENCH_SAMPLES"
}

# samples_trouble FIGURE REASON: there will be no sample of it; a trailing * stands for anything.
samples_trouble()
{
    printf '# trouble\t%s\t%s\n' "$1" "$(printf '%s' "$2" | tr '\t\r\n' '   ')" >>"$BENCH_SAMPLES"
}

# samples_end: whatever the script still says about the figures, they are all here.
samples_end()
{
    printf '# complete\n' >>"$BENCH_SAMPLES"
}
