/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How text fills the columns of a console: what fits, where to break. */
#include "bitsadmin.h"

#include <wchar.h>

/* East Asian characters are two columns wide; so is a pair of surrogates. */
int columns_of_char(WCHAR c)
{
    static const struct
    {
        WCHAR first, last;
    } wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xd800, 0xdbff},
                {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}};

    if (c >= 0xdc00 && c <= 0xdfff) return 0;
    for (unsigned int i = 0; i < ARRAYSIZE(wide); i++)
        if (c >= wide[i].first && c <= wide[i].last) return 2;
    return 1;
}

static int width_of(const WCHAR *text)
{
    int columns = 0;

    for (; *text; text++)
        columns += columns_of_char(*text);
    return columns;
}

int row_cut(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS])
{
    int used = 0, len = 0;

    while (text[len] && used + columns_of_char(text[len]) <= columns && len < OUT_ROW_CHARS - 1)
    {
        used += columns_of_char(text[len]);
        result[len] = text[len] < ' ' || text[len] == 0x7f ? '?' : text[len];
        len++;
    }
    result[len] = 0;
    return used;
}

void out_shorten(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS])
{
    static const WCHAR dots[] = L"...";
    const int dots_len = ARRAYSIZE(dots) - 1;

    columns = min(columns, OUT_ROW_CHARS - 1);
    if (width_of(text) <= columns || columns < dots_len)
    {
        row_cut(text, columns, result);
        return;
    }
    row_cut(text, columns - dots_len, result);
    wcscat(result, dots);
}

int row_break(const WCHAR *line, int columns)
{
    int used = 0, len = 0, blank = 0;

    while (line[len])
    {
        int next = used + columns_of_char(line[len]);

        /* A tab may take up to eight. */
        if (line[len] == '\t') next = (used | 7) + 1;
        if (next > columns) break;
        /* What is before the text is no place to break. */
        if (line[len] == ' ' && used) blank = len;
        used = next;
        len++;
    }
    if (!line[len] || line[len] == ' ') return len ? len : 1;
    if (blank && wcsspn(line, L" \t") < (size_t)blank) return blank;
    return len ? len : 1;
}

void out_paragraph(const WCHAR *text, int used, int indent, int columns)
{
    WCHAR row[OUT_ROW_CHARS];

    for (BOOL is_first = TRUE; *text; is_first = FALSE)
    {
        int len = row_break(text, max(columns - (is_first ? used : indent), 20));

        len = min(len, OUT_ROW_CHARS - 1);
        wmemcpy(row, text, len);
        row[len] = 0;
        out_print(L"%*ls%ls\n", is_first ? 0 : indent, L"", row);
        text += len;
        text += wcsspn(text, L" ");
    }
}
