#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# picture.sh COMMAND: runs a command on a terminal of its own (tmux) and writes what its screen shows
# at the end as an SVG to standard output. COLUMNS_WIDE and ROWS say how large the terminal is. That of
# README: ROWS=44 COLUMNS_WIDE=108 sh tests/demo/picture.sh "sh tests/peers.sh" >src/docs/peers.svg

set -eu

columns=${COLUMNS_WIDE:-100}
rows=${ROWS:-48}
command -v tmux >/dev/null 2>&1 || {
    echo "There is no tmux. On Debian: apt-get install tmux" >&2
    exit 1
}

name=picture-$$
socket=openbits-$$
finish()
{
    tmux -L "$socket" kill-server 2>/dev/null || true
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

tmux -L "$socket" -f /dev/null new-session -d -s "$name" -x "$columns" -y "$rows" \
    "$1; tmux -L $socket wait-for -S ended; sleep 60"
tmux -L "$socket" wait-for ended
tmux -L "$socket" capture-pane -p -e -t "$name" | awk -v columns="$columns" -v title="$1" '
function escape(text)
{
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

# Characters, whatever the locale of awk: bytes that go on in UTF-8 do not count.
function width(text)
{
    gsub(/[\200-\277]/, "", text)
    return length(text)
}

function set_style(codes,    n, i, parts)
{
    n = split(codes, parts, ";")
    if (codes == "") { colour = ""; bold = 0 }
    for (i = 1; i <= n; i++) {
        if (parts[i] + 0 == 0) { colour = ""; bold = 0 }
        else if (parts[i] == 1) bold = 1
        else if (parts[i] == 2) colour = dim
        else if (parts[i] == 39 || parts[i] == 22) colour = ""
        else if (parts[i] in palette) colour = palette[parts[i]]
    }
}

function put(text,    style)
{
    if (text == "") return
    style = (colour != "" ? " fill=\"" colour "\"" : "") (bold ? " font-weight=\"bold\"" : "")
    if (text !~ /^ *$/)
        line = line sprintf("<tspan x=\"%.1f\"%s>%s</tspan>", 16 + at * cell, style, escape(text))
    at += width(text)
}

BEGIN {
    cell = 8.4
    dim = "#8b949e"
    palette[31] = palette[91] = "#ff7b72"
    palette[32] = palette[92] = "#7ee787"
    palette[33] = palette[93] = "#e3b341"
    palette[34] = palette[94] = "#79c0ff"
    palette[35] = palette[95] = "#d2a8ff"
    palette[36] = palette[96] = "#56d4dd"
    palette[90] = dim
}

{
    line = ""
    at = 0
    rest = $0
    while (match(rest, /\033\[[0-9;]*[a-zA-Z]/)) {
        put(substr(rest, 1, RSTART - 1))
        code = substr(rest, RSTART + 2, RLENGTH - 3)
        if (substr(rest, RSTART + RLENGTH - 1, 1) == "m") set_style(code)
        rest = substr(rest, RSTART + RLENGTH)
    }
    put(rest)
    lines[NR] = line
    if (line != "") last = NR
}

END {
    high = 56 + last * 18
    wide = 32 + columns * cell
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n", wide, high, wide, high, escape(title)
    print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>"
    print "<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace\" font-size=\"14\" fill=\"#e6edf3\" xml:space=\"preserve\">"
    printf "<text y=\"28\"><tspan x=\"16\" fill=\"%s\">$ </tspan>%s</text>\n", dim, escape(title)
    for (i = 1; i <= last; i++)
        if (lines[i] != "") printf "<text y=\"%d\">%s</text>\n", 34 + i * 18, lines[i]
    print "</g>\n</svg>"
}'
