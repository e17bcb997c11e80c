/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which proxy a list means for a URL. Pure. */
#ifndef OPENBITS_NET_HTTP_PROXY_H
#define OPENBITS_NET_HTTP_PROXY_H

#include "base/types.h"

/* BG_JOB_PROXY_USAGE. */
enum http_proxy_usage
{
    HTTP_PROXY_PRECONFIG, /* what user and machine have set */
    HTTP_PROXY_NONE,
    HTTP_PROXY_OVERRIDE, /* the lists that are given */
    HTTP_PROXY_AUTODETECT
};

struct http_proxy_wish
{
    enum http_proxy_usage usage;
    const WCHAR *list;      /* [protocol=][protocol://]server[:port], spaces in between */
    const WCHAR *bypass;    /* hosts without a proxy, which may begin with a *, and <local>; NULL */
    bool uses_stored_login; /* that the system keeps for the proxy */
};

/* http://SERVER:PORT of each that can be tried, in this order, with spaces in between; from
 * malloc(). S_FALSE and NULL: none. BG_E_INVALID_PROXY_INFO: the list is none, whatever the URL. */
HRESULT http_proxy_pick(const WCHAR *list, const WCHAR *bypass, const char *url, char **proxies);

/* Takes the next one off what http_proxy_pick() has given, from malloc(). NULL: there is none, or
 * no memory. */
char *http_proxy_next(const char **proxies);

#endif
