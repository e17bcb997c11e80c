/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When two URLs are the same file: as text without the fragment; scheme and host, or the server of
 * a UNC path, without case. Ports and escapes are not looked into. Pure. */
#ifndef OPENBITS_CACHE_CACHE_URL_H
#define OPENBITS_CACHE_CACHE_URL_H

#include "base/types.h"

/* A view of the caller's text. */
struct cache_url
{
    const WCHAR *text;
    size_t len;    /* up to the fragment */
    size_t folded; /* so many from the start are compared without case */
    bool has_user; /* a name, perhaps with a password, before the host */
};

/* False for texts that no record can have: empty, too long. */
bool cache_url_read(const WCHAR *text, struct cache_url *url);
uint32_t cache_url_hash(const struct cache_url *url);
bool cache_url_is_equal(const struct cache_url *a, const struct cache_url *b);

#endif
