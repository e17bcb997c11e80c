# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -f report.awk VERDICTS FIGURES STEPS: the tables of the report, in Markdown. VERDICTS is what
# verdicts.awk prints, FIGURES what figures.awk does; STEPS has step, outcome and seconds with tabs
# between them.

function cell(text)
{
    gsub(/\|/, "\\|", text)
    return text
}

function mark(verdict)
{
    if (verdict == "met") return "met"
    if (verdict == "missed") return "**missed**"
    if (verdict == "shown") return "no goal"
    return verdict
}

function begin_goals()
{
    print "| figure | value | goal | verdict | quartiles; least to most | samples | why this goal |"
    print "|---|---|---|---|---|---|---|"
}

BEGIN { FS = "\t" }

FNR == 1 { file++ }

file == 1 {
    n++
    verdict[n] = $1
    name = $3 ($11 == "median" || $11 == "ratio" || $11 == "growth" ? "" : ", " $11)
    if ($1 == "none") {
        row[n] = "| " cell(name) " | - | " $6 " | not measured: " cell($10) " | - | - | " cell($9) " |"
        none++
    } else {
        row[n] = "| " cell(name) " | " $4 ($5 == "-" ? "" : " " $5) " | " $6 " | " mark($1) " | " $7 " | " $8 " | " cell($9) " |"
        if ($1 ~ /^met/) met++
        else if ($1 == "missed") missed++
    }
    next
}

file == 2 && $1 == "growth" {
    growth[++growths] = "| " $2 " | " $3 " | " $4 " | " $5 " to " $6 " |"
    next
}

file == 2 {
    figure[++figures] = "| " $1 " | " $2 " | " $3 " | " $4 " | " $5 " to " $6 " | " $7 " to " $8 " | " $9 " | " $10 " | " $15 " |"
    next
}

{ step[++steps] = "| " $1 " | " cell($2) " | " $3 " |" }

END {
    printf "**%d met, %d missed, %d not measured.**\n", met, missed, none
    print "\nRatios are ours / theirs, round by round, and their median is the value; less is better where the"
    print "unit is a time. `p99`: 99 of 100 samples are not above it. Growth is the exponent of the number of jobs."
    if (missed) {
        print "\n## Missed\n"
        begin_goals()
        for (i = 1; i <= n; i++) if (verdict[i] == "missed") print row[i]
    }
    print "\n## All goals\n"
    print "![Measured against the goals](goals.svg)\n"
    begin_goals()
    for (i = 1; i <= n; i++) print row[i]
    print "\n## Growth\n"
    print "![Growth with the jobs](growth.svg)\n"
    print "| figure | exponent | points | from, to |"
    print "|---|---|---|---|"
    for (i = 1; i <= growths; i++) print growth[i]
    print "\n## Downloads\n"
    print "![Downloads beside other programs](downloads.svg)"
    print "\n## Peers\n"
    print "![Times among machines](peers.svg)"
    print "\n## Steps\n"
    print "| step | outcome | seconds |"
    print "|---|---|---|"
    for (i = 1; i <= steps; i++) print step[i]
    print "\n## All figures\n"
    print "| figure | unit | samples | median | quartiles | least to most | p99 | theirs | ratio |"
    print "|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= figures; i++) print figure[i]
}
