# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -f plot.awk -v kind=bars|lines|goals -v title=... -v x_label=... -v y_label=... FILE: a picture in
# SVG. FILE has columns with tabs between them.
#
#   bars   label, series, value, least, most       horizontal bars; the line shows least to most
#   goals  label, verdict, value, least, most      dots on a logarithmic axis, 1 is the goal
#   lines  series, x, y                            both axes logarithmic

function escaped(text)
{
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

function text_at(x, y, anchor, class, text)
{
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n", x, y, anchor, class, escaped(text)
}

function line_at(x1, y1, x2, y2, color, width)
{
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\"/>\n", x1, y1, x2, y2, color, width
}

function box_at(x, y, w, h, color)
{
    printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, w, h, color
}

function dot_at(x, y, color)
{
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y, color
}

function begin_picture(w, h)
{
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", w, h, w, h
    print "<style>text{font-family:sans-serif;fill:#222}.t{font-size:16px;font-weight:bold}.l{font-size:12px}.s{font-size:11px;fill:#555}</style>"
    box_at(0, 0, w, h, "#ffffff")
    text_at(16, 26, "start", "t", title)
}

function log10(x)
{
    return log(x) / log(10)
}

function floor_of(x,    whole)
{
    whole = int(x)
    return whole > x ? whole - 1 : whole
}

function ceiling_of(x)
{
    return -floor_of(-x)
}

# 1, 2 or 5 times a power of ten, so that about six steps make the whole.
function step_for(whole,    power, rest)
{
    power = exp(floor_of(log10(whole / 6)) * log(10))
    rest = whole / 6 / power
    return power * (rest > 5 ? 10 : rest > 2 ? 5 : rest > 1 ? 2 : 1)
}

function short_number(x)
{
    if (x >= 1000000) return sprintf("%g M", x / 1000000)
    if (x >= 10000) return sprintf("%g k", x / 1000)
    return sprintf("%g", sprintf("%.3g", x))
}

function color_of(series,    i)
{
    if (!(series in colors)) {
        i = ++color_count
        series_of[i] = series
        colors[series] = palette[(i - 1) % 12 + 1]
    }
    return colors[series]
}

BEGIN {
    FS = "\t"
    split("#1b6ca8 #d1495b #3d9970 #e08e0b #6a4c93 #49b6c9 #8d6a3f #777777 #e377c2 #9aa821 #0b3954 #ff8c69", palette, " ")
}

NF >= 3 {
    n++
    first[n] = $1
    second[n] = $2
    third[n] = $3
    low[n] = $4
    high[n] = $5
}

function draw_legend(x, y, step, count_limit,    i)
{
    for (i = 1; i <= color_count && i <= count_limit; i++) {
        box_at(x, y - 9, 11, 11, colors[series_of[i]])
        text_at(x + 17, y + 1, "start", "l", series_of[i])
        y += step
    }
}

function draw_bars(    left, right, top, width, height, i, y, most, step, x, scale, at)
{
    left = 230
    right = 130
    width = 860
    top = 66
    for (i = 1; i <= n; i++) {
        color_of(second[i])
        if (high[i] + 0 > most) most = high[i] + 0
        if (third[i] + 0 > most) most = third[i] + 0
    }
    height = top + n * 26 + 62
    begin_picture(width, height)
    for (i = 1; i <= color_count; i++) {
        box_at(left + (i - 1) * 150, 40, 11, 11, colors[series_of[i]])
        text_at(left + (i - 1) * 150 + 17, 50, "start", "l", series_of[i])
    }
    scale = (width - left - right) / most
    step = step_for(most)
    for (x = 0; x <= most; x += step) {
        at = left + x * scale
        line_at(at, top, at, top + n * 26, "#dddddd", 1)
        text_at(at, top + n * 26 + 16, "middle", "s", short_number(x))
    }
    for (i = 1; i <= n; i++) {
        y = top + (i - 1) * 26 + 4
        text_at(left - 8, y + 13, "end", "l", first[i])
        box_at(left, y, third[i] * scale, 18, colors[second[i]])
        if (low[i] ~ /[0-9]/) {
            line_at(left + low[i] * scale, y + 9, left + high[i] * scale, y + 9, "#111111", 1.5)
            line_at(left + low[i] * scale, y + 5, left + low[i] * scale, y + 13, "#111111", 1.5)
            line_at(left + high[i] * scale, y + 5, left + high[i] * scale, y + 13, "#111111", 1.5)
        }
        at = high[i] + 0 > third[i] ? high[i] : third[i]
        text_at(left + at * scale + 8, y + 13, "start", "l", short_number(third[i]))
    }
    line_at(left, top, left, top + n * 26, "#444444", 1)
    text_at(left + (width - left - right) / 2, top + n * 26 + 38, "middle", "l", x_label)
    print "</svg>"
}

# Powers of ten around all values, at least one decade.
function decades(list, count,    i, value)
{
    from = 1e300
    to = -1e300
    for (i = 1; i <= count; i++) {
        if (list[i] + 0 <= 0) continue
        value = log10(list[i])
        if (value < from) from = value
        if (value > to) to = value
    }
    from = floor_of(from + 1e-9)
    to = ceiling_of(to - 1e-9)
    if (to <= from) to = from + 1
}

function draw_goals(    left, right, top, width, i, y, at, scale, bottom, color)
{
    left = 470
    right = 40
    width = 1020
    top = 74
    bottom = top + n * 21
    for (i = 1; i <= n; i++) {
        list[i] = third[i]
        list[n + i] = low[i]
        list[2 * n + i] = high[i]
    }
    list[3 * n + 1] = 0.1
    list[3 * n + 2] = 2
    decades(list, 3 * n + 2)
    begin_picture(width, bottom + 56)
    scale = (width - left - right) / (to - from)
    for (i = from; i <= to; i++) {
        at = left + (i - from) * scale
        line_at(at, top, at, bottom, "#dddddd", 1)
        text_at(at, bottom + 16, "middle", "s", short_number(exp(i * log(10))))
    }
    at = left - from * scale
    box_at(left, top, at - left, bottom - top, "#eef7f0")
    for (i = from; i <= to; i++)
        line_at(left + (i - from) * scale, top, left + (i - from) * scale, bottom, "#dddddd", 1)
    line_at(at, top, at, bottom, "#444444", 1.5)
    text_at(at, top - 6, "middle", "s", "goal")
    dot_at(left, 48, "#3d9970")
    text_at(left + 10, 52, "start", "l", "met")
    dot_at(left + 60, 48, "#d1495b")
    text_at(left + 70, 52, "start", "l", "missed")
    for (i = 1; i <= n; i++) {
        y = top + (i - 1) * 21 + 11
        color = second[i] ~ /^met/ ? "#3d9970" : "#d1495b"
        text_at(left - 10, y + 4, "end", "l", first[i])
        line_at(left, y, width - right, y, "#f3f3f3", 1)
        if (low[i] + 0 > 0 && high[i] + 0 > 0)
            line_at(left + (log10(low[i]) - from) * scale, y, left + (log10(high[i]) - from) * scale, y, color, 2)
        dot_at(left + (log10(third[i]) - from) * scale, y, color)
    }
    text_at(left + (width - left - right) / 2, bottom + 40, "middle", "l", x_label)
    print "</svg>"
}

function draw_lines(    left, right, top, width, height, i, x0, x1, y0, y1, xs, ys, x, y, last_x, last_y)
{
    left = 80
    right = 250
    top = 50
    width = 860
    height = 460
    decades(second, n)
    x0 = from
    x1 = to
    decades(third, n)
    y0 = from
    y1 = to
    xs = (width - left - right) / (x1 - x0)
    ys = (height - top - 60) / (y1 - y0)
    begin_picture(width, height)
    for (i = x0; i <= x1; i++) {
        x = left + (i - x0) * xs
        line_at(x, top, x, height - 60, "#dddddd", 1)
        text_at(x, height - 42, "middle", "s", short_number(exp(i * log(10))))
    }
    for (i = y0; i <= y1; i++) {
        y = height - 60 - (i - y0) * ys
        line_at(left, y, width - right, y, "#dddddd", 1)
        text_at(left - 8, y + 4, "end", "s", short_number(exp(i * log(10))))
    }
    for (i = 1; i <= n; i++) {
        if (second[i] <= 0 || third[i] <= 0) continue
        x = left + (log10(second[i]) - x0) * xs
        y = height - 60 - (log10(third[i]) - y0) * ys
        color_of(first[i])
        if (first[i] in last_x) line_at(last_x[first[i]], last_y[first[i]], x, y, colors[first[i]], 2)
        dot_at(x, y, colors[first[i]])
        last_x[first[i]] = x
        last_y[first[i]] = y
    }
    draw_legend(width - right + 16, top + 12, 20, 40)
    text_at(left + (width - left - right) / 2, height - 16, "middle", "l", x_label)
    printf "<text transform=\"translate(22,%.1f) rotate(-90)\" text-anchor=\"middle\" class=\"l\">%s</text>\n", top + (height - top - 60) / 2, escaped(y_label)
    print "</svg>"
}

END {
    if (!n) {
        begin_picture(860, 70)
        text_at(16, 52, "start", "l", "not measured")
        print "</svg>"
    } else if (kind == "bars") draw_bars()
    else if (kind == "goals") draw_goals()
    else draw_lines()
}
