# SPDX-License-Identifier: LGPL-2.1-or-later
#
# awk -f verdicts.awk -v mode=quick|full GOALS OUTCOMES FIGURES: holds figures against goals.
#
# OUTCOMES has a line for each planned step, with tabs: step ("peers", "peer_times@2"), "complete" or why
# it is not, and its raw file; "# trouble" lines of raw files may stand in between. FIGURES is what
# figures.awk prints. Prints for each goal, with tabs: verdict (met, missed, shown, none), figure, title,
# value, unit, goal, spread, samples, origin of the goal, why there is no value, statistic, and for a picture the value as a share of
# the goal (1 is the goal, less is better) with its quartiles.

function trim(text)
{
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}

function matches(pattern, figure)
{
    if (pattern ~ /\*$/) return index(figure, substr(pattern, 1, length(pattern) - 1)) == 1
    return pattern == figure
}

function base_of(name)
{
    return index(name, "@") ? substr(name, 1, index(name, "@") - 1) : name
}

function variant_of(name)
{
    return index(name, "@") ? substr(name, index(name, "@")) : ""
}

# The step from which a figure comes; "" when none was planned.
function step_of(figure,    i, family)
{
    family = figure
    sub(/\..*/, "", family)
    for (i = 1; i <= steps; i++)
        if (steps_with[i, family] && (variant_of(step[i]) == "" || variant_of(step[i]) == variant_of(figure)))
            return i
    return ""
}

# Why a figure must not be judged; "" when its step has ended well and it has samples.
function reason_of(figure, has_samples,    i, at)
{
    for (i = 1; i <= troubles; i++)
        if (matches(trouble[i], figure)) return why[i]
    at = step_of(figure)
    if (at == "") return "its step was not run"
    if (state[at] != "complete") return state[at]
    if (!has_samples) return "no sample was written"
    return ""
}

function plain(value)
{
    if (value >= 1000) return sprintf("%.0f", value)
    if (value >= 100) return sprintf("%.1f", value)
    return sprintf("%.3g", value)
}

# Less than 1 is better than the goal; "-" when that cannot be said.
function share_of(value)
{
    if (value == "" || limit[g] + 0 <= 0 || value + 0 <= 0) return "-"
    return sprintf("%.4g", direction[g] == "<=" ? value / limit[g] : limit[g] / value)
}

function add(figure, has_samples, value, spread_text, n, low, high,    reason)
{
    rows++
    reason = reason_of(figure, has_samples)
    figure_of[rows] = figure
    goal_of[rows] = g
    value_of[rows] = spread_of[rows] = samples_of[rows] = "-"
    share[rows] = share_low[rows] = share_high[rows] = "-"
    reason_of_row[rows] = "-"
    if (reason != "") {
        verdict[rows] = "none"
        reason_of_row[rows] = reason
        return
    }
    value_of[rows] = plain(value)
    spread_of[rows] = spread_text
    samples_of[rows] = n
    if (direction[g] == "-") verdict[rows] = "shown"
    else if (direction[g] == "<=") verdict[rows] = value <= limit[g] + 0 ? "met" : "missed"
    else verdict[rows] = value >= limit[g] + 0 ? "met" : "missed"
    share[rows] = share_of(value)
    share_low[rows] = share_of(low)
    share_high[rows] = share_of(high)
}

# Quartiles say something about it.
function is_middle()
{
    return statistic[g] == "ratio" || statistic[g] == "median"
}

# What is known of one figure, by the goal's statistic.
function judge(figure,    first, f)
{
    if (statistic[g] == "growth") {
        if (!(figure in slope)) { add(figure, 0); return }
        add(figure, 1, slope[figure], slope_points[figure], slope_count[figure] " points")
        return
    }
    if (!(figure in line)) { add(figure, 0); return }
    split(line[figure], f, FS)
    first = statistic[g] == "ratio" ? 15 : 4
    if (f[first] == "-") { add(figure, 0); return }
    add(figure, 1, statistic[g] == "p99" ? f[9] : statistic[g] == "max" ? f[8] : statistic[g] == "min" ? f[7] : f[first],
        plain(f[first + 1]) " to " plain(f[first + 2]) "; " plain(f[first + 3]) " to " plain(f[first + 4]), f[3],
        is_middle() ? f[first + 1] : "", is_middle() ? f[first + 2] : "")
}

BEGIN { FS = OFS = "\t" }

FNR == 1 { file++ }

file == 1 {
    if ($0 ~ /^#/ || $0 !~ /\|/) next
    cut = index($0, "|")
    n = split(trim(substr($0, 1, cut - 1)), word, /[ \t]+/)
    goals++
    goal_figure[goals] = word[1]
    statistic[goals] = word[2]
    i = 3
    if (word[i] == "or") { joined[goals] = 1; i++ }
    direction[goals] = word[i++]
    limit[goals] = direction[goals] == "-" ? "" : word[i++]
    goal_unit[goals] = word[i++]
    where[goals] = word[i++]
    title[goals] = ""
    for (; i <= n; i++) title[goals] = title[goals] (title[goals] == "" ? "" : " ") word[i]
    from[goals] = trim(substr($0, cut + 1))
    next
}

file == 2 {
    if ($1 == "# trouble") {
        trouble[++troubles] = $2
        why[troubles] = $3
    } else if ($0 !~ /^#/) {
        step[++steps] = $1
        state[steps] = $2
        # The third column has the families of figures that come from it.
        n = split($3, word, " ")
        for (i = 1; i <= n; i++) steps_with[steps, word[i]] = 1
    }
    next
}

$1 == "growth" {
    slope[$2] = $3
    slope_count[$2] = $4
    slope_points[$2] = $5 " to " $6
    next
}

{
    line[$1] = $0
    names[++name_count] = $1
}

# Every variant that was measured, and every planned step that should have brought one.
function judge_all_variants(pattern,    family, i, before, done)
{
    family = base_of(pattern)
    split("", done)
    before = rows
    for (i = 1; i <= name_count; i++)
        if (base_of(names[i]) == family && variant_of(names[i]) != "") {
            judge(names[i])
            done[variant_of(names[i])] = 1
        }
    prefix = family
    sub(/\..*/, "", prefix)
    for (i = 1; i <= steps; i++)
        if (steps_with[i, prefix] && variant_of(step[i]) != "" && !(variant_of(step[i]) in done))
            add(family variant_of(step[i]), 0)
    if (rows == before) add(pattern, 0)
}

END {
    for (g = 1; g <= goals; g++) {
        if (mode == "quick" && where[g] == "full") {
            add(goal_figure[g], 0)
            reason_of_row[rows] = "only in a full run"
            continue
        }
        if (goal_figure[g] ~ /@\*$/) judge_all_variants(goal_figure[g])
        else judge(goal_figure[g])
    }
    for (r = 2; r <= rows; r++)
        if (joined[goal_of[r]]) {
            if (verdict[r] == "met" && verdict[r - 1] == "missed") verdict[r - 1] = "met by the next"
            if (verdict[r] == "missed" && verdict[r - 1] == "met") verdict[r] = "met by the one before"
        }
    for (r = 1; r <= rows; r++) {
        g = goal_of[r]
        print verdict[r], figure_of[r], title[g] (variant_of(figure_of[r]) ~ /@[0-9]/ && goal_figure[g] ~ /\*$/ ? " (" substr(variant_of(figure_of[r]), 2) ")" : ""), value_of[r], statistic[g] == "ratio" || statistic[g] == "growth" ? "-" : goal_unit[g], (joined[g] ? "or " : "") (direction[g] == "-" ? "-" : direction[g] " " limit[g]), spread_of[r], samples_of[r], from[g], reason_of_row[r], statistic[g], share[r], share_low[r], share_high[r]
    }
}
