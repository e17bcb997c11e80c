#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# prove.sh [ROW...]: takes the defences of removals.txt out of a copy of the source, one at a time,
# and runs the test that has to notice. A row is proven when the test withstands it with the defence,
# and fails, and withstands it in fewer places, without. Writes build/report/proven.txt, which the
# table of faults takes up. A test without a level is a unit test and runs on the host; one with it
# (conformance/enumerators) runs under Wine. Needs what tests/setup.sh has set up; a mode of its own,
# of some minutes.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/output.sh
. "$top/tests/lib/output.sh"

folder=$top/build/faults
tree=$folder/tree
host=$folder/build
windows=$folder/x86_64
proven=$top/build/report/proven.txt
tab=$(printf '\t')
trouble=0

# The copy follows the source without touching what has not changed.
copy_tree()
{
    rm -rf "$folder/new"
    mkdir -p "$folder/new" "$tree/build" "$top/build/report" "$top/build/logs"
    for copy_part in CMakeLists.txt LICENSE README.md src tests idl include; do
        cp -Rp "$top/$copy_part" "$folder/new/"
    done
    (cd "$folder/new" && find . -type f) | while read -r copy_file; do
        cmp -s "$folder/new/$copy_file" "$tree/$copy_file" && continue
        mkdir -p "$(dirname "$tree/$copy_file")"
        cp "$folder/new/$copy_file" "$tree/$copy_file"
    done
    rm -rf "$folder/new"
    [ -e "$tree/build/deps" ] || ln -s "$top/build/deps" "$tree/build/deps"
    logged faults-cmake cmake -S "$tree" -B "$host" -G Ninja -DOPENBITS_HOST=ON \
        -DOPENBITS_SANITIZE=address,undefined
}

# run TEST: in $shown what it names.
run()
{
    case $1 in
    */*)
        # Its prefix and its servers come with it.
        shown=$windows/shown
        rm -f "$shown"/*
        ctest --test-dir "$windows" -R "^$1\$"
        ;;
    *)
        shown=$folder/shown
        rm -rf "$shown"
        mkdir -p "$shown"
        (cd "$folder" && OPENBITS_SHOWN_DIR=$shown timeout 120 "$host/tests/unit/$1")
        ;;
    esac
}

# places ROW TEST: runs the test; sets code and count, of the places where the row was withstood.
places()
{
    code=0
    run "$2" >"$top/build/logs/faults-test.log" 2>&1 </dev/null || code=$?
    count=$(cat "$shown"/*.faults 2>/dev/null | tr -d '\r' |
        awk -F '\t' -v row="$1" '$1 == row' | sort -u | wc -l)
}

build()
{
    case $1 in
    */*)
        if [ ! -e "$windows/build.ninja" ]; then
            logged faults-cmake cmake -S "$tree" -B "$windows" -G Ninja || return 1
        fi
        logged faults-build cmake --build "$windows" --target qmgr "$(echo "$1" | tr / _)"
        ;;
    *) logged faults-build cmake --build "$host" --target "unit_$1" ;;
    esac
}

# prove ROW TEST FILE EXPRESSION: sets verdict.
prove()
{
    verdict="not proven"
    if ! build "$2" || ! places "$1" "$2" || [ "$code" -ne 0 ] || [ "$count" -eq 0 ]; then
        echo "   $1: $2 does not withstand it with its defence"
        return
    fi
    before=$count
    cp "$tree/$3" "$folder/kept"
    sed -E "$4" "$folder/kept" >"$tree/$3"
    if cmp -s "$folder/kept" "$tree/$3"; then
        echo "   $1: there is nothing to remove from $3"
    elif ! build "$2"; then
        echo "   $1: $3 is no program without it"
    else
        places "$1" "$2"
        [ "$code" -ne 0 ] && [ "$count" -lt "$before" ] && verdict=proven
        [ "$verdict" = proven ] || echo "   $1: $2 does not notice: $4"
    fi
    cp "$folder/kept" "$tree/$3"
}

say "Proving the tests of faults: taking defences away"
copy_tree
: >"$proven.new"
while IFS=$tab read -r row test file expression; do
    case $row in '' | '#'*) continue ;; esac
    if [ $# -gt 0 ]; then
        case " $* " in *" $row "*) ;; *) continue ;; esac
    fi
    prove "$row" "$test" "$file" "$expression"
    [ "$verdict" = proven ] || trouble=1
    printf '%s\t%s\t%s\n' "$row" "$verdict" "$test" >>"$proven.new"
done <"$top/tests/faults/removals.txt"

# Some rows alone are for looking at them, and leave the table as it was.
if [ $# -eq 0 ]; then mv "$proven.new" "$proven"; fi
all=$(cut -f1 "$top/tests/faults/removals.txt" | grep -vc '^#')
echo "   $(grep -c "${tab}proven" "$proven" || true) of $all removals noticed"
exit "$trouble"
