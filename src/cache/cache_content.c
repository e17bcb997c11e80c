/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of content files. */
#include "cache/cache_content.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cache/cache_disk.h"

#define ID_LEN     (GUID_TEXT_SIZE - 3) /* without braces and terminator */
#define SUFFIX_LEN 4

static const WCHAR *const suffixes[] = {
    [CACHE_CONTENT_WHOLE] = u".bin",
    [CACHE_CONTENT_UNFINISHED] = u".tmp",
};

WCHAR *cache_path_join(const WCHAR *folder, const WCHAR *name)
{
    size_t len = str_len(folder), name_len = str_len(name);
    WCHAR *path = malloc((len + 1 + name_len + 1) * sizeof(*path));

    if (!path) return NULL;
    memcpy(path, folder, len * sizeof(*path));
    path[len] = CACHE_SEPARATOR;
    memcpy(path + len + 1, name, (name_len + 1) * sizeof(*path));
    return path;
}

WCHAR *cache_content_path(const WCHAR *folder, const GUID *id, enum cache_content_kind kind)
{
    WCHAR text[GUID_TEXT_SIZE], name[ID_LEN + SUFFIX_LEN + 1];

    guid_format(id, text);
    memcpy(name, text + 1, ID_LEN * sizeof(*name));
    memcpy(name + ID_LEN, suffixes[kind], (SUFFIX_LEN + 1) * sizeof(*name));
    return cache_path_join(folder, name);
}

enum cache_content_kind cache_content_kind_of(const WCHAR *name, GUID *id)
{
    WCHAR text[GUID_TEXT_SIZE] = {'{'};

    if (str_len_max(name, ID_LEN + SUFFIX_LEN + 1) != ID_LEN + SUFFIX_LEN)
        return CACHE_CONTENT_NONE;
    memcpy(text + 1, name, ID_LEN * sizeof(*name));
    text[ID_LEN + 1] = '}';
    if (!guid_parse(text, id)) return CACHE_CONTENT_NONE;
    for (int kind = CACHE_CONTENT_WHOLE; kind <= CACHE_CONTENT_UNFINISHED; kind++)
        if (str_is_equal_nocase(name + ID_LEN, suffixes[kind])) return kind;
    return CACHE_CONTENT_NONE;
}
