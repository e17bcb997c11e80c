/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Paths, and the URLs of scheme file: by the naming rules of Windows, whatever the file system
 * below would let pass. */
#include "base/str.h"
#include "base/url_text.h"

/* Devices are found in every directory, whatever their extension is. */
static bool is_device_name(const WCHAR *text, size_t len)
{
    static const char *const names[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    size_t stem = 0;

    while (stem < len && text[stem] != '.')
        stem++;
    while (stem && text[stem - 1] == ' ')
        stem--;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (stem == strlen(names[i]) && starts_with_nocase(text, names[i])) return true;
    if (stem != 4) return false;
    if (!starts_with_nocase(text, "com") && !starts_with_nocase(text, "lpt")) return false;
    return (text[3] >= '1' && text[3] <= '9') || text[3] == 0xb9 || text[3] == 0xb2 ||
           text[3] == 0xb3;
}

static bool is_path_text(const WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        if (text[i] < 0x20 || is_one_of(text[i], "<>:\"|?*")) return false;
        if (text[i] < 0xd800 || text[i] > 0xdfff) continue;
        if (text[i] > 0xdbff || i + 1 == len) return false;
        i++;
        if (text[i] < 0xdc00 || text[i] > 0xdfff) return false;
    }
    return true;
}

static bool is_path_component(struct url_span part, bool is_last)
{
    if (part.len > URL_SEGMENT_MAX || !is_path_text(part.text, part.len)) return false;
    if (part.len == 1 && part.text[0] == '.') return false;
    if (part.len == 2 && part.text[0] == '.' && part.text[1] == '.') return false;
    if (is_device_name(part.text, part.len)) return false;

    /* Windows would drop these and open another file. */
    return !is_last || !is_one_of(part.text[part.len - 1], ". ");
}

/* A server or a share: one must be there, and it must not lead to pipes or mail slots. */
static bool take_unc_part(const WCHAR **path)
{
    struct url_span part = take_until(path, "\\/");

    if (!part.len || !**path || !is_path_component(part, true)) return false;
    if (part.len == 4 && starts_with_nocase(part.text, "pipe")) return false;
    if (part.len == 8 && starts_with_nocase(part.text, "mailslot")) return false;
    ++*path;
    return true;
}

/* A file below a drive or a share. */
static bool is_file_path(const WCHAR *path)
{
    struct url_span part;

    if (is_drive_path(path))
        path += 3;
    else if (is_separator(path[0]) && is_separator(path[1]))
    {
        path += 2;
        if (!take_unc_part(&path) || !take_unc_part(&path)) return false;
    }
    else
        return false;

    for (;;)
    {
        part = take_until(&path, "\\/");
        if (!*path) return part.len && is_path_component(part, true);
        if (part.len && !is_path_component(part, false)) return false;
        path++;
    }
}

HRESULT url_check_local(const WCHAR *path)
{
    if (str_len_max(path, URL_LOCAL_MAX + 1) > URL_LOCAL_MAX) return E_INVALIDARG;
    return is_file_path(path) ? S_OK : E_INVALIDARG;
}

/* Decodes a run of escapes, which spells UTF-8. A separator or a control character that had to be
 * hidden in an escape is up to no good. */
static bool decode_escapes(const WCHAR **url, WCHAR *out, size_t *len)
{
    char bytes[URL_REMOTE_MAX / 3 + 1];
    size_t count = 0;
    WCHAR decoded[ARRAY_COUNT(bytes)];

    while (**url == '%')
    {
        int value = hex_value((*url)[1]) << 4 | hex_value((*url)[2]);

        if (value < 0x20 || value == '/' || value == '\\') return false;
        bytes[count++] = (char)value;
        *url += 3;
    }
    bytes[count] = 0;
    if (!str_decode_utf8(bytes, decoded, ARRAY_COUNT(decoded))) return false;
    for (count = 0; decoded[count]; count++)
        out[(*len)++] = decoded[count];
    return true;
}

/* The caller has checked the characters and the length of the URL. */
static bool file_url_to_path(const WCHAR *url, WCHAR path[URL_REMOTE_MAX + 1])
{
    size_t len = 0;

    url += strlen("file:");
    if (url[0] != '/' || url[1] != '/') return false;
    url += 2;
    if (starts_with_nocase(url, "localhost/")) url += strlen("localhost");

    if (url[0] == '/' && is_drive_path(url + 1))
        url++;
    else if (url[0] == '/' && url[1] == '/')
        url += 2;
    if (!is_drive_path(url))
    {
        path[len++] = '\\';
        path[len++] = '\\';
    }
    while (*url)
    {
        if (*url == '%')
        {
            if (!decode_escapes(&url, path, &len)) return false;
            continue;
        }
        path[len++] = *url == '/' ? '\\' : *url;
        url++;
    }
    path[len] = 0;
    return true;
}

bool url_get_file_path(const WCHAR *url, WCHAR path[URL_REMOTE_MAX + 1])
{
    if (str_len_max(url, URL_REMOTE_MAX + 1) > URL_REMOTE_MAX) return false;
    if (url_scheme_of(url) != URL_FILE) return false;
    if (starts_with_nocase(url, "file:"))
    {
        if (!url_is_legal_text(url) || !file_url_to_path(url, path)) return false;
    }
    else
        memcpy(path, url, (str_len(url) + 1) * sizeof(*path));
    return is_file_path(path);
}

HRESULT url_to_path(const WCHAR *url, WCHAR **path)
{
    WCHAR text[URL_REMOTE_MAX + 1];

    *path = NULL;
    if (!url_get_file_path(url, text)) return E_INVALIDARG;
    return (*path = str_dup(text)) ? S_OK : E_OUTOFMEMORY;
}
