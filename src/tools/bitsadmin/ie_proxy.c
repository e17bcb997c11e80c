/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The blob of proxy settings. Numbers are little-endian, texts have no terminator. */
#include "ie_proxy.h"

#include <string.h>

#define VERSION     0x46
#define VERSION_MIN 0x3c
#define TAIL_SIZE   32 /* zeros */

static BYTE *put_number(BYTE *at, DWORD number)
{
    for (unsigned int i = 0; i < 4; i++)
        *at++ = (BYTE)(number >> 8 * i);
    return at;
}

static BYTE *put_text(BYTE *at, const char *text)
{
    size_t len = strlen(text);

    at = put_number(at, (DWORD)len);
    memcpy(at, text, len);
    return at + len;
}

DWORD ie_proxy_write(const struct ie_proxy *proxy, BYTE blob[IE_PROXY_BLOB_MAX])
{
    BYTE *at = blob;

    at = put_number(at, VERSION);
    at = put_number(at, proxy->changes);
    at = put_number(at, proxy->flags);
    at = put_text(at, proxy->list);
    at = put_text(at, proxy->bypass);
    at = put_text(at, proxy->script);
    memset(at, 0, TAIL_SIZE);
    return (DWORD)(at + TAIL_SIZE - blob);
}

static BOOL get_number(const BYTE **at, const BYTE *end, DWORD *number)
{
    if (end - *at < 4) return FALSE;
    *number = 0;
    for (unsigned int i = 0; i < 4; i++)
        *number |= (DWORD) * (*at)++ << 8 * i;
    return TRUE;
}

static BOOL get_text(const BYTE **at, const BYTE *end, char text[IE_PROXY_TEXT_MAX])
{
    DWORD len;

    if (!get_number(at, end, &len) || len >= IE_PROXY_TEXT_MAX || len > (DWORD)(end - *at))
        return FALSE;
    memcpy(text, *at, len);
    text[len] = 0;
    *at += len;
    return TRUE;
}

BOOL ie_proxy_read(const BYTE *blob, DWORD size, struct ie_proxy *proxy)
{
    const BYTE *at = blob, *end = blob + size;
    DWORD version;

    memset(proxy, 0, sizeof(*proxy));
    if (get_number(&at, end, &version) && version >= VERSION_MIN &&
        get_number(&at, end, &proxy->changes) && get_number(&at, end, &proxy->flags) &&
        get_text(&at, end, proxy->list) && get_text(&at, end, proxy->bypass) &&
        get_text(&at, end, proxy->script))
        return TRUE;
    memset(proxy, 0, sizeof(*proxy));
    return FALSE;
}
