# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -f figures.awk RAW...: median and spread of each figure of raw samples (see samples.sh). A line for
# each, with tabs: figure, unit, number of samples; median, quartiles, least, most and 99th percentile
# of ours; the first five of theirs; the first five of ours/theirs, round by round ("-" without theirs).
#
# Then a line "growth FAMILY EXPONENT POINTS FROM TO" for figures "FAMILY@N" with at least two N: the
# slope of the line through the medians, both in logarithms.

function sort_numbers(list, n,    gap, i, j, value)
{
    for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= n; i++) {
            value = list[i]
            for (j = i; j > gap && list[j - gap] > value; j -= gap) list[j] = list[j - gap]
            list[j] = value
        }
}

# Between the two values beside it, in proportion: the mean of both middle ones for an even number.
function quantile(list, n, share,    at, below)
{
    at = 1 + (n - 1) * share
    below = int(at)
    if (below >= n) return list[n]
    return list[below] + (at - below) * (list[below + 1] - list[below])
}

# The least value that 99 of 100 do not exceed.
function percentile99(list, n,    at)
{
    at = int(n * 0.99)
    if (at < n * 0.99) at++
    return list[at]
}

function spread(list, n)
{
    sort_numbers(list, n)
    return sprintf("%.6g\t%.6g\t%.6g\t%.6g\t%.6g", quantile(list, n, 0.5), quantile(list, n, 0.25),
                   quantile(list, n, 0.75), list[1], list[n])
}

function number(text)
{
    return text ~ /^-?[0-9.]+([eE][-+]?[0-9]+)?$/
}

BEGIN { FS = OFS = "\t" }

# Programs of Wine end their lines as Windows does.
{ gsub(/\r/, "") }

/^#/ || NF != 5 || !number($3) { next }

{
    if (!($1 in count)) {
        order[++figures] = $1
        unit[$1] = $5
    }
    ours[$1, ++count[$1]] = $3 + 0
    if (number($4)) {
        theirs[$1, ++pairs[$1]] = $4 + 0
        if ($4 != 0) ratio[$1, ++ratios[$1]] = $3 / $4
    }
}

function collect(from, figure, n,    i)
{
    split("", list)
    for (i = 1; i <= n; i++) list[i] = from[figure, i]
}

function add_point(figure, median,    at, family, n, x, y)
{
    at = index(figure, "@")
    n = substr(figure, at + 1) + 0
    if (!at || n <= 0 || median <= 0) return
    family = substr(figure, 1, at - 1)
    if (!(family in points)) {
        families[++family_count] = family
        least[family] = most[family] = n
    }
    if (n < least[family]) least[family] = n
    if (n > most[family]) most[family] = n
    x = log(n)
    y = log(median)
    points[family]++
    sum_x[family] += x
    sum_y[family] += y
    sum_xx[family] += x * x
    sum_xy[family] += x * y
}

END {
    none = "-\t-\t-\t-\t-"
    for (f = 1; f <= figures; f++) {
        name = order[f]
        n = count[name]
        collect(ours, name, n)
        mine = spread(list, n)
        mine = mine OFS sprintf("%.6g", percentile99(list, n))
        add_point(name, quantile(list, n, 0.5))
        other = both = none
        if (pairs[name]) {
            collect(theirs, name, pairs[name])
            other = spread(list, pairs[name])
        }
        if (ratios[name]) {
            collect(ratio, name, ratios[name])
            both = spread(list, ratios[name])
        }
        print name, unit[name], n, mine, other, both
    }
    for (f = 1; f <= family_count; f++) {
        name = families[f]
        n = points[name]
        if (n < 2 || least[name] == most[name]) continue
        slope = (n * sum_xy[name] - sum_x[name] * sum_y[name])
        slope = slope / (n * sum_xx[name] - sum_x[name] * sum_x[name])
        print "growth", name, sprintf("%.3f", slope), n, least[name], most[name]
    }
}
