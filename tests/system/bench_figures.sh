#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bench_figures.sh SOURCE FOLDER: what the report of the benchmarks makes of samples that are known:
# medians, spreads, exponents, and which goals are met, missed and not measured.

set -eu

bench=$1/tests/bench
folder=$2
trouble=0
rm -rf "$folder"
mkdir -p "$folder"

# expect NAME WANTED GOT
expect()
{
    [ "$2" = "$3" ] && return 0
    printf '%s: "%s" was expected, there is "%s"\n' "$1" "$2" "$3"
    trouble=1
}

# samples FIGURE UNIT OURS/THEIRS...
samples()
{
    figure=$1
    unit=$2
    shift 2
    round=0
    for each in "$@"; do
        round=$((round + 1))
        printf '%s\t%s\t%s\t%s\t%s\n' "$figure" "$round" "${each%/*}" "${each#*/}" "$unit"
    done
}

{
    samples even.pair s 4/2 1/1 9/3 8/2
    samples odd.alone ms 5/- 1/- 3/-
    samples grows.all@10 s 2/- 2/-
    samples grows.all@100 s 200/- 200/-
    samples grows.all@1000 s 20000/- 20000/-
    samples flat.one@10 us 7/-
    samples flat.one@1000 us 7/-
    # shellcheck disable=SC2046
    samples many.p99 us $(seq 200 | sed 's|$|/-|')
    samples cut.short s 1/-
    samples stray.one s 1/-
    printf 'line.ends\t1\t4\r\t2\r\ts\r\n'
    printf 'not a sample\nbroken.line\t1\tword\t-\ts\n# a remark\n'
} >"$folder/raw"
awk -f "$bench/figures.awk" "$folder/raw" >"$folder/figures"

# figure NAME FIRST-LAST: columns
figure()
{
    awk -F '\t' -v name="$1" '$1 == name' "$folder/figures" | cut -f "$2" | tr '\t' ' '
}

expect "the median of an even number is between both" "6 3.25 8.25 1 9" "$(figure even.pair 4-8)"
expect "ratios, round by round" "2.5 1.75 3.25 1 4" "$(figure even.pair 15-19)"
expect "an odd number" "3 2 4 1 5" "$(figure odd.alone 4-8)"
expect "nobody to compare with" "- - - - -" "$(figure odd.alone 15-19)"
expect "99 of 100" "198" "$(figure many.p99 9)"
expect "lines of Windows" "1 4 4 4 4 4 4 2 2 2 2 2 2 2 2 2 2" "$(figure line.ends 3-19)"
expect "no number, no figure" "" "$(figure broken.line 1-3)"
expect "growth with the square" "growth grows.all 2.000 3 10 1000" \
    "$(grep 'grows.all.2.000' "$folder/figures" | tr '\t' ' ')"
expect "no growth" "0.000" "$(awk '$1 == "growth" && $2 == "flat.one" { print $3 }' "$folder/figures")"

cat >"$folder/goals" <<'EOG'
# figure statistic goal unit where title | from
even.pair    ratio  <= 2.5   s  both the ratio | x
even.pair    ratio  <= 2.4   s  both the ratio, tighter | x
even.pair    ratio  or <= 3  s  both or wider | x
odd.alone    median >= 3.1   ms both too slow | x
odd.alone    median -        ms both only shown | x
many.p99     p99    <= 198   us both of many | x
grows.all    growth <= 1.1   -  both growth | x
flat.one@*   max    <= 7     us both each | x
cut.short    median <= 2     s  both ended early | x
gone.one     median <= 2     s  both no step | x
odd.never    median <= 2     s  both no sample | x
odd.broken   median <= 2     s  both in trouble | x
late.one     median <= 2     s  full only in full | x
part.time@*  median <= 2     s  both a planned variant | x
EOG
printf '%s\t%s\t%s\n' one complete 'even odd many grows flat' two 'ended after 5 s' cut \
    part@16 'skipped: no memory' part >"$folder/outcomes"
printf '# trouble\todd.bro*\tit broke\n' >>"$folder/outcomes"
awk -v mode=quick -f "$bench/verdicts.awk" "$folder/goals" "$folder/outcomes" "$folder/figures" \
    >"$folder/verdicts"

# verdict TITLE: verdict and reason
verdict()
{
    awk -F '\t' -v title="$1" '$3 == title { print $1 ": " $10 }' "$folder/verdicts"
}

expect "exactly the goal" "met: -" "$(verdict "the ratio")"
expect "one of two is enough" "met by the next: -" "$(verdict "the ratio, tighter")"
expect "the other of two" "met: -" "$(verdict "or wider")"
expect "at least" "missed: -" "$(verdict "too slow")"
expect "without a goal" "shown: -" "$(verdict "only shown")"
expect "99th percentile" "met: -" "$(verdict "of many")"
expect "an exponent" "missed: -" "$(verdict growth)"
expect "each variant" "met: -, met: -" "$(verdict "each (10)"), $(verdict "each (1000)")"
expect "a step that was cut off" "none: ended after 5 s" "$(verdict "ended early")"
expect "a step that was not run" "none: its step was not run" "$(verdict "no step")"
expect "no sample" "none: no sample was written" "$(verdict "no sample")"
expect "a figure in trouble" "none: it broke" "$(verdict "in trouble")"
expect "not in a quick run" "none: only in a full run" "$(verdict "only in full")"
expect "a planned variant" "none: skipped: no memory" "$(verdict "a planned variant (16)")"

# Pictures are whole, and have what they show.
for kind in bars goals lines; do
    case $kind in
    lines) printf 'one & <two>\t10\t3\none & <two>\t100\t5\n' ;;
    *) printf 'one & <two>\tmet\t3\t2\t4\nthree\tmissed\t5\t4\t6\n' ;;
    esac | awk -v kind="$kind" -v title=Title -v x_label=x -v y_label=y -f "$bench/plot.awk" \
        >"$folder/$kind.svg"
    expect "$kind: the end" "</svg>" "$(tail -n 1 "$folder/$kind.svg")"
    grep -q 'one &amp; &lt;two&gt;<' "$folder/$kind.svg" || expect "$kind" "a label" "none"
    ! grep -qi 'nan\|inf' "$folder/$kind.svg" || expect "$kind" "numbers" "something else"
done

[ "$trouble" -eq 0 ] && echo "passed"
