#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sets up (tests/setup.sh), then runs all tests: the portable code natively under the sanitizers, the
# Windows programs under Wine. Ends with the numbers of conformance statements shown, of faults
# withstood, and of tests passed and failed. Logs are in build/logs, the reports are
# build/report/statements.txt and build/report/faults.txt.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"
# shellcheck source=tests/lib/statements.sh
. "$top/tests/lib/statements.sh"
# shellcheck source=tests/lib/faults.sh
. "$top/tests/lib/faults.sh"

# The suites run side by side, one for each build.
jobs=1
results=$top/build/report/tests.txt
trouble=0

# ctest ends Wine after the tests, but not when it is interrupted itself.
stop_wine()
{
    sh "$top/tests/lib/wine_run.sh" "$top/build/x86_64" --stop || true
    sh "$top/tests/lib/wine_run.sh" "$top/build/i686" --wine32 "$top/build/deps/wine32-root" \
        --stop 2>/dev/null || true
}
trap 'stop_wine; exit 1' HUP INT TERM

sh "$top/tests/setup.sh"

mkdir -p "$top/build/report" "$top/build/logs"
: >"$results"

# read_results NAME: "passed|failed|skipped BUILD TEST" for each test in the log of one ctest run.
# Fixtures count only when they fail.
read_results()
{
    awk -v build="$1" '
        $2 == "Test" && $3 ~ /^#[0-9]+:$/ {
            state = / Passed / ? "passed" : /\*\*\*Skipped/ ? "skipped" : "failed"
            if ($4 ~ /^fixture\// && state == "passed") next
            print state, build, $4
        }' "$top/build/logs/test-$1.log"
}

# run_tests BUILD: all tests of one build folder; what they did is in results.BUILD, and how they ended
# in code.BUILD.
run_tests()
{
    folder=$top/build/$1
    rm -rf "$folder/shown"
    mkdir -p "$folder/shown"
    code=0
    (cd "$folder" && ctest -j "$jobs" --output-on-failure --no-tests=error) \
        >"$top/build/logs/test-$1.log" 2>&1 </dev/null || code=$?
    echo "$code" >"$top/build/report/code.$1"
}

# tell_tests BUILD WHAT: says how the tests of one build folder ended.
tell_tests()
{
    say "Tested $2"
    log=$top/build/logs/test-$1.log
    read_results "$1" >"$results.new"
    cat "$results.new" >>"$results"
    printf '   %s passed, %s failed\n' "$(grep -c '^passed' "$results.new" || true)" \
        "$(grep -c '^failed' "$results.new" || true)"
    if grep -q '^skipped' "$results.new"; then
        sed -n 's/^Skipped: /   Skipped: /p' "$top/build/$1/Testing/Temporary/LastTest.log"
    fi
    if [ "$(cat "$top/build/report/code.$1")" -ne 0 ]; then
        trouble=1
        sed -n 's/^failed [^ ]* /   FAILED: /p' "$results.new"
        grep -E 'Test failed|ERROR: |WARNING: ThreadSanitizer|runtime error|Assertion|Timeout|Ended after|Crashed: ' \
            "$log" | head -n 30 || true
        echo "   The whole log: $log"
    fi
    rm -f "$results.new"
}

# skip_tests BUILD REASON
skip_tests()
{
    say "Skipped: the tests of the $1 build, $2"
    (cd "$top/build/$1" && ctest -N) |
        awk -v build="$1" '$1 == "Test" && $2 ~ /^#/ && $3 !~ /^fixture\// { print "skipped", build, $3 }' \
            >>"$results"
}

say "Testing: the portable code under the sanitizers, the programs under Wine"
# Most tests wait for servers and deadlines, and each build has a prefix of its own: side by side
# they take half the time.
run_tests x86_64 &
has_wine32=no
if [ -x /usr/lib/wine/wine ] || [ -f "$top/build/deps/wine32-root/.ready" ]; then
    has_wine32=yes
    run_tests i686 &
fi
run_tests host-asan
run_tests host-tsan
wait

tell_tests host-asan "the portable code, with address and undefined sanitizers"
tell_tests host-tsan "the portable code, with the thread sanitizer"
tell_tests x86_64 "under Wine, x86_64"
if [ "$has_wine32" = yes ]; then
    tell_tests i686 "under Wine, i686"
else
    skip_tests i686 "no 32-bit Wine could be had here (build/deps/wine32-root.log)"
fi

report_statements "$top/build" || trouble=1
report_faults "$top/build" || trouble=1

passed=$(grep -c '^passed' "$results" || true)
failed=$(grep -c '^failed' "$results" || true)
skipped=$(grep -c '^skipped' "$results" || true)
echo "$statements_shown of $statements_known statements shown"
echo "$faults_withstood of $faults_known faults withstood, $faults_hand by hand, $faults_open open, $faults_cannot cannot run here"
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$trouble" -eq 0 ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
