/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * RFC 9110, 5: a line that does not look like a field is refused when it is set, for it could end
 * the request's head and begin another one. */
#include "job/http_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"

static bool is_token_char(WCHAR c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c && c < 0x80 && strchr("!#$%&'*+-.^_`|~", c);
}

static size_t token_len(const WCHAR *text, size_t len)
{
    size_t count = 0;

    while (count < len && is_token_char(text[count]))
        count++;
    return count;
}

bool http_lines_next(const WCHAR **lines, const WCHAR **line, size_t *len)
{
    const WCHAR *end = *lines;

    if (!*end) return false;
    while (*end && !(end[0] == '\r' && end[1] == '\n'))
        end++;
    *line = *lines;
    *len = (size_t)(end - *lines);
    *lines = *end ? end + 2 : end;
    return true;
}

/* Characters beyond ASCII are sent as UTF-8. */
static bool is_value(const WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f) return false;
    return true;
}

static bool is_field(const WCHAR *line, size_t len)
{
    size_t name = token_len(line, len);

    return name && name < len && line[name] == ':' && is_value(line + name, len - name);
}

HRESULT http_lines_check(const WCHAR *lines)
{
    const WCHAR *line;
    char *encoded;
    size_t len;

    if (str_len_max(lines, HTTP_LINES_MAX + 1) > HTTP_LINES_MAX) return BG_E_STRING_TOO_LONG;
    if (!*lines) return E_INVALIDARG;
    /* Half a character cannot be sent. */
    if (!(encoded = str_to_utf8(lines))) return E_INVALIDARG;
    free(encoded);
    while (http_lines_next(&lines, &line, &len))
        if (!is_field(line, len)) return E_INVALIDARG;
    return S_OK;
}

static bool has_name(const WCHAR *line, size_t len, const char *name)
{
    size_t i = 0;

    for (; name[i]; i++)
    {
        WCHAR c = i < len ? line[i] : 0;

        if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if (c != (WCHAR)name[i]) return false;
    }
    return i < len && line[i] == ':';
}

bool http_lines_is_reserved(const WCHAR *line, size_t len)
{
    static const char *const names[] = {"host",
                                        "range",
                                        "if-match",
                                        "if-none-match",
                                        "if-modified-since",
                                        "if-unmodified-since",
                                        "if-range",
                                        "content-length",
                                        "content-range",
                                        "content-encoding",
                                        "transfer-encoding",
                                        "accept-encoding",
                                        "te",
                                        "trailer",
                                        "connection",
                                        "keep-alive",
                                        "proxy-connection",
                                        "upgrade",
                                        "expect",
                                        "x-p2p-peerdist",
                                        "x-p2p-peerdistex"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (has_name(line, len, names[i])) return true;
    return false;
}

HRESULT http_method_check(const WCHAR *method)
{
    size_t len = str_len_max(method, HTTP_METHOD_MAX + 1);

    if (len > HTTP_METHOD_MAX) return BG_E_STRING_TOO_LONG;
    return len && token_len(method, len) == len ? S_OK : E_INVALIDARG;
}
