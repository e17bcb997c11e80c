/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: names of remote and local files. The input is the name in UTF-8; bytes that are no
 * UTF-8 stand for characters of their own, so that halves of surrogate pairs come up too. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "fuzz/fuzz.h"

/* In memory of exactly its size; a byte 0xff takes the next two for one character. */
static WCHAR *name_of(const uint8_t *data, size_t size)
{
    WCHAR *name = malloc((size + 1) * sizeof(*name)), *exact;
    char *text = malloc(size + 1);
    size_t len = 0;

    memcpy(text, data, size);
    text[size] = 0;
    if (!str_decode_utf8(text, name, size + 1))
    {
        for (size_t i = 0; i < size; i++)
        {
            WCHAR c = data[i];

            if (c == 0xff && i + 2 < size)
            {
                c = (WCHAR)(data[i + 1] << 8 | data[i + 2]);
                i += 2;
            }
            if (!c) break;
            name[len++] = c;
        }
        name[len] = 0;
    }
    free(text);
    exact = str_dup(name);
    free(name);
    return exact;
}

static bool has_character_below(const WCHAR *text, WCHAR limit)
{
    for (; *text; text++)
        if (*text < limit) return true;
    return false;
}

static void check_redacted(const WCHAR *name)
{
    WCHAR wide[64];
    char narrow[64];

    for (size_t size = 1; size <= 64; size += 21)
    {
        memset(wide, 0xff, sizeof(wide));
        memset(narrow, 0x7f, sizeof(narrow));
        url_redact(name, wide, size);
        url_redact_to_char(name, narrow, size);
        CHECK(str_len_max(wide, size) < size && !has_character_below(wide, 0x21));
        CHECK(strlen(narrow) == str_len(wide));
        for (const char *c = narrow; *c; c++)
            CHECK(*c > 0x20 && *c < 0x7f);
    }
}

static void check_parts(const WCHAR *name, const struct url_parts *parts)
{
    char shown[2 * URL_REMOTE_MAX];
    size_t len = str_len(name);

    CHECK(parts->host.len && parts->host.len <= URL_HOST_MAX && parts->port);
    CHECK(parts->host.text > name && parts->path.text <= name + len);
    CHECK(parts->host.text + parts->host.len <= parts->path.text);
    CHECK(!parts->user.text || parts->user.text + parts->user.len < parts->host.text);
    CHECK(url_same_origin(name, name));

    /* Neither user nor password is shown: an '@' could only be of the path. */
    url_redact_to_char(name, shown, sizeof(shown));
    shown[strcspn(strstr(shown, "//") + 2, "/?") + (size_t)(strstr(shown, "//") + 2 - shown)] = 0;
    CHECK(!strchr(shown, '@'));
}

static void check_remote(const WCHAR *name)
{
    enum url_scheme scheme = url_scheme_of(name);
    bool is_good = SUCCEEDED(url_check_remote(name));
    struct url_parts parts;
    WCHAR *path = NULL;

    if (is_good) CHECK(scheme != URL_UNKNOWN && str_len(name) <= URL_REMOTE_MAX);
    if (url_split(name, &parts))
        check_parts(name, &parts);
    else
        CHECK(!is_good || scheme == URL_FILE);
    if (is_good && scheme != URL_FILE) CHECK(!has_character_below(name, 0x21));

    CHECK(SUCCEEDED(url_to_path(name, &path)) == (is_good && scheme == URL_FILE));
    if (path)
    {
        CHECK(url_scheme_of(path) == URL_FILE && SUCCEEDED(url_check_remote(path)));
        CHECK(!has_character_below(path, 0x20));
    }
    free(path);
}

static void check_local(const WCHAR *name)
{
    if (FAILED(url_check_local(name))) return;
    CHECK(str_len(name) <= URL_LOCAL_MAX && !has_character_below(name, 0x20));
    for (const WCHAR *c = name; *c; c++)
    {
        CHECK(*c != ':' || c == name + 1);
        CHECK(*c != '*' && *c != '?');
        if (c[0] == '.' && c[1] == '.' && (c[2] == '\\' || c[2] == '/' || !c[2]))
            CHECK(c > name && c[-1] != '\\' && c[-1] != '/');
    }
}

static void check_char_form(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), shown[40];

    memcpy(text, data, size);
    text[size] = 0;
    url_redact_char(text, shown, sizeof(shown));
    CHECK(strlen(shown) < sizeof(shown));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    WCHAR *name = name_of(data, size);
    char *again = str_to_utf8(name);
    GUID guid;

    if (again)
    {
        WCHAR *back = str_from_utf8(again);

        CHECK(back && str_is_equal(back, name));
        free(back);
    }
    free(again);
    check_redacted(name);
    check_remote(name);
    check_local(name);
    check_char_form(data, size);
    guid_parse(name, &guid);
    free(name);
    return 0;
}
