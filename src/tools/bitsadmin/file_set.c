/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list of files as text: on each line a remote and a local name with a blank between them. The
 * local name may have blanks, and both may be in quotes; lines that begin with # are left out. */
#include "bitsadmin.h"

#include <stdlib.h>
#include <wchar.h>

#define LIST_MAX (16 * 1024 * 1024) /* bytes */

static WCHAR *skip_blanks(WCHAR *text)
{
    return text + wcsspn(text, L" \t");
}

/* The next name; what follows it stands in *text. NULL without one, or without its closing quote.
 */
static WCHAR *take_name(WCHAR **text, BOOL is_last)
{
    WCHAR *name = skip_blanks(*text), *end;

    if (*name == '"')
    {
        if (!(end = wcschr(++name, '"'))) return NULL;
    }
    else
        end = name + (is_last ? wcslen(name) : wcscspn(name, L" \t"));
    *text = *end ? end + 1 : end;
    *end = 0;
    if (is_last)
        while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
            *--end = 0;
    return *name ? name : NULL;
}

static BOOL take_pair(WCHAR *line, BG_FILE_INFO *file)
{
    return (file->RemoteName = take_name(&line, FALSE)) &&
           (file->LocalName = take_name(&line, TRUE)) && !*skip_blanks(line);
}

BOOL file_set_parse(WCHAR *text, struct file_set *set)
{
    DWORD lines = 1, number = 0;
    WCHAR *line, *next;

    *set = (struct file_set){.text = text};
    for (const WCHAR *c = text; *c; c++)
        lines += *c == '\n';
    if (!(set->files = calloc(lines, sizeof(*set->files)))) return FALSE;
    for (line = text; line && !set->bad_line; line = next)
    {
        number++;
        if ((next = wcschr(line, '\n'))) *next++ = 0;
        line[wcscspn(line, L"\r")] = 0;
        line = skip_blanks(line);
        if (!*line || *line == '#') continue;
        if (take_pair(line, &set->files[set->count]))
            set->count++;
        else
            set->bad_line = number;
    }
    return TRUE;
}

/* UTF-16 or UTF-8 by their marks; else UTF-8 if it is that, and the system's code page. */
static WCHAR *decode(const char *bytes, DWORD size)
{
    static const char utf8_mark[] = "\xef\xbb\xbf";
    DWORD flags = MB_ERR_INVALID_CHARS;
    UINT code_page = CP_UTF8;
    WCHAR *text;
    int len;

    if (size >= 2 && (BYTE)bytes[0] == 0xff && (BYTE)bytes[1] == 0xfe)
    {
        if (!(text = malloc(size))) return NULL;
        memcpy(text, bytes + 2, size - 2);
        text[(size - 2) / sizeof(*text)] = 0;
        return text;
    }
    if (size >= 3 && !memcmp(bytes, utf8_mark, 3))
    {
        bytes += 3;
        size -= 3;
    }
    len = size ? MultiByteToWideChar(code_page, flags, bytes, size, NULL, 0) : 0;
    if (size && !len)
    {
        code_page = CP_ACP;
        flags = 0;
        len = MultiByteToWideChar(code_page, flags, bytes, size, NULL, 0);
    }
    if (!(text = malloc((len + 1) * sizeof(*text)))) return NULL;
    if (len) MultiByteToWideChar(code_page, flags, bytes, size, text, len);
    text[len] = 0;
    return text;
}

static HRESULT read_file(HANDLE file, WCHAR **text)
{
    LARGE_INTEGER size;
    HRESULT hr = S_OK;
    DWORD read = 0;
    char *bytes;

    *text = NULL;
    if (!GetFileSizeEx(file, &size)) return HRESULT_FROM_WIN32(GetLastError());
    if (size.QuadPart > LIST_MAX) return HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE);
    if (!(bytes = malloc(size.LowPart + 1))) return E_OUTOFMEMORY;
    if (!ReadFile(file, bytes, size.LowPart, &read, NULL))
        hr = HRESULT_FROM_WIN32(GetLastError());
    else if (!(*text = decode(bytes, read)))
        hr = E_OUTOFMEMORY;
    free(bytes);
    return hr;
}

HRESULT file_set_read(const WCHAR *path, struct file_set *set)
{
    WCHAR *text;
    HANDLE file;
    HRESULT hr;

    *set = (struct file_set){0};
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return HRESULT_FROM_WIN32(GetLastError());
    hr = read_file(file, &text);
    CloseHandle(file);
    if (SUCCEEDED(hr) && !file_set_parse(text, set)) hr = E_OUTOFMEMORY;
    if (FAILED(hr)) file_set_done(set);
    return hr;
}

void file_set_done(struct file_set *set)
{
    free(set->files);
    free(set->text);
    *set = (struct file_set){0};
}
