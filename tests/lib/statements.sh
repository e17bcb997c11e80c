#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which statements of the conformance checklist (tests/conformance/statements.txt) the last run has
# shown. Tests write lines "ID<tab>file:function" into build/*/shown/*.txt. Expects $top.

# report_statements BUILD: writes BUILD/report/statements.txt, one line for each statement: "shown" or
# "open", its id, and where it was shown. Sets statements_shown and statements_known; answers 1 when
# a test names a statement that does not exist.
report_statements()
{
    # shellcheck disable=SC2154
    list=$top/tests/conformance/statements.txt
    report=$1/report/statements.txt
    lines=$1/report/shown.txt
    mkdir -p "$1/report"
    cat "$1"/*/shown/*.txt 2>/dev/null | tr -d '\r' | sort -u >"$lines" || true

    awk -F '\t' -v OFS='\t' '
        FILENAME == ARGV[1] { where[$1] = where[$1] (where[$1] ? ", " : "") $2; next }
        { print ($1 in where) ? "shown" : "open", $1, where[$1] }' "$lines" "$list" >"$report"
    # shellcheck disable=SC2034
    statements_known=$(wc -l <"$list")
    # shellcheck disable=SC2034
    statements_shown=$(grep -c '^shown' "$report" || true)

    unknown=$(awk -F '\t' 'FILENAME == ARGV[1] { known[$1]; next } !($1 in known) { print "   " $1 " in " $2 }' \
        "$list" "$lines")
    if [ -n "$unknown" ]; then
        say "Tests name statements that are not in tests/conformance/statements.txt"
        printf '%s\n' "$unknown"
        return 1
    fi
}
