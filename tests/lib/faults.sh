#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The table of faults (tests/faults/rows.txt: id, title, where it runs if not in the ordinary run, a
# note): which rows the last run has withstood. Tests write lines "ID<tab>file:function" into
# build/*/shown/*.faults. Expects $top.

# withstands FOLDER PLACE ID...: for tests in sh, behind their last check.
withstands()
{
    withstands_folder=$1
    withstands_place=$2
    shift 2
    for withstands_id in "$@"; do
        printf '%s\t%s\n' "$withstands_id" "$withstands_place"
    done >>"$withstands_folder/$(basename "$withstands_place").faults"
}

# report_faults BUILD: writes BUILD/report/faults.txt, one line for each row: "withstood", "cannot",
# "hand" or "open", its id and title, the tests, their levels, the builds, whether its defence was
# proven (BUILD/report/proven.txt, of tests/faults/prove.sh), and the note. Sets faults_withstood,
# faults_cannot, faults_open and faults_known; answers 1 when a test names a row that does not exist.
report_faults()
{
    # shellcheck disable=SC2154
    faults_list=$top/tests/faults/rows.txt
    faults_lines=$1/report/withstood.txt
    faults_report=$1/report/faults.txt
    mkdir -p "$1/report"
    touch "$1/report/proven.txt"
    for faults_folder in "$1"/*/shown; do
        cat "$faults_folder"/*.faults 2>/dev/null | tr -d '\r' |
            sed "s|\$|	$(basename "$(dirname "$faults_folder")")|" || true
    done | sort -u >"$faults_lines"

    awk -F '\t' -v OFS='\t' '
        function add(list, id, what) {
            if (index(", " list[id] ", ", ", " what ", ")) return
            list[id] = list[id] (list[id] ? ", " : "") what
        }
        FILENAME == ARGV[1] {
            add(tests, $1, $2)
            add(levels, $1, substr($2, 1, index($2, "/") - 1))
            add(builds, $1, $3)
            next
        }
        FILENAME == ARGV[2] { if (proof[$1] != "not proven") proof[$1] = $2; next }
        { print ($1 in tests) ? "withstood" : $3 ? $3 : "open", $1, $2, tests[$1], levels[$1],
            builds[$1], proof[$1], $4 }' \
        "$faults_lines" "$1/report/proven.txt" "$faults_list" >"$faults_report"
    # shellcheck disable=SC2034
    {
        faults_known=$(wc -l <"$faults_list")
        faults_withstood=$(grep -c '^withstood' "$faults_report" || true)
        faults_hand=$(grep -c '^hand' "$faults_report" || true)
        faults_cannot=$(grep -c '^cannot' "$faults_report" || true)
        faults_open=$(grep -c '^open' "$faults_report" || true)
    }

    faults_unknown=$(awk -F '\t' '
        FILENAME == ARGV[1] { known[$1]; next } !($1 in known) { print "   " $1 " in " $2 }' \
        "$faults_list" "$faults_lines")
    if [ -n "$faults_unknown" ]; then
        say "Tests name faults that are not in tests/faults/rows.txt"
        printf '%s\n' "$faults_unknown"
        return 1
    fi
}
