/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the system knows of proxies: the settings of the user, else those of the machine, and
 * WinHTTP's way to find one. The environment has no say. For any thread; the second one waits for
 * the network. */
#ifndef OPENBITS_NET_HTTP_PROXY_SYSTEM_H
#define OPENBITS_NET_HTTP_PROXY_SYSTEM_H

#include "base/types.h"

struct http_proxy_settings
{
    bool detects;  /* a script is looked for in the network */
    WCHAR *script; /* its URL; NULL: none */
    WCHAR *list;   /* NULL: none */
    WCHAR *bypass;
};

/* What cannot be read is not set. */
void http_proxy_settings_read(struct http_proxy_settings *settings);
void http_proxy_settings_done(struct http_proxy_settings *settings);

/* Asks the script that is found in the network, else that of the URL (NULL: none). S_OK: *list and
 * *bypass, which may be NULL, are to be freed. S_FALSE: no proxy. An error: there is no script, or
 * it does not answer. */
HRESULT http_proxy_ask_script(bool detects, const WCHAR *script, const WCHAR *url, WCHAR **list,
                              WCHAR **bypass);

#endif
