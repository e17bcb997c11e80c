/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The proxy settings of a service account, as WinINet keeps them for each user: a blob for each
 * connection. It has a version, a count of changes, flags, and three texts with their lengths. */
#ifndef OPENBITS_TOOLS_IE_PROXY_H
#define OPENBITS_TOOLS_IE_PROXY_H

#include "bitsadmin.h"

#define IE_PROXY_TEXT_MAX 2048
#define IE_PROXY_BLOB_MAX (64 + 3 * IE_PROXY_TEXT_MAX)

#define IE_PROXY_DIRECT     0x1
#define IE_PROXY_MANUAL     0x2
#define IE_PROXY_SCRIPT     0x4
#define IE_PROXY_AUTODETECT 0x8

struct ie_proxy
{
    DWORD changes; /* how often it was set */
    DWORD flags;
    char list[IE_PROXY_TEXT_MAX], bypass[IE_PROXY_TEXT_MAX], script[IE_PROXY_TEXT_MAX];
};

/* Returns the size of the blob. */
DWORD ie_proxy_write(const struct ie_proxy *proxy, BYTE blob[IE_PROXY_BLOB_MAX]);
/* FALSE, and no proxy, for what is no blob of this kind. */
BOOL ie_proxy_read(const BYTE *blob, DWORD size, struct ie_proxy *proxy);

/* cmd_ie_proxy.c */
HRESULT set_ie_proxy(struct session *session, const struct arguments *args);
HRESULT get_ie_proxy(struct session *session, const struct arguments *args);

#endif
