/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of remote and local files: which ones a job takes, their parts, and a form that may be
 * shown. Pure and bounded: no name is looked up, no path is touched. */
#ifndef OPENBITS_BASE_URL_H
#define OPENBITS_BASE_URL_H

#include "base/types.h"

/* Characters, without the terminator. */
#define URL_REMOTE_MAX  2200
#define URL_SEGMENT_MAX MAX_PATH
#define URL_LOCAL_MAX   MAX_PATH
#define URL_HOST_MAX    255

enum url_scheme
{
    URL_UNKNOWN,
    URL_HTTP,
    URL_HTTPS,
    URL_FILE /* file:, \\server\share\... and X:\... */
};

/* A part of the text that was split; not terminated. */
struct url_span
{
    const WCHAR *text;
    size_t len;
};

/* Of http and https. Parts that are not there have length 0. */
struct url_parts
{
    enum url_scheme scheme;
    struct url_span user;  /* with the password, without '@' */
    struct url_span host;  /* with the brackets of an IPv6 literal */
    uint16_t port;         /* the scheme's own when none is given */
    struct url_span path;  /* from the first '/' */
    struct url_span query; /* without '?' and without the fragment */
};

/* Looks at the beginning only. */
enum url_scheme url_scheme_of(const WCHAR *url);

/* E_INVALIDARG unless the name can be the source of a download: see AddFile. */
HRESULT url_check_remote(const WCHAR *url);

/* E_INVALIDARG unless the path can be the destination of a download: see AddFile. */
HRESULT url_check_local(const WCHAR *path);

/* Splits an http or https URL; false, and zeroed parts, when its authority is malformed. */
bool url_split(const WCHAR *url, struct url_parts *parts);

/* Are both http or both https, with the same host and port? */
bool url_same_origin(const WCHAR *a, const WCHAR *b);

/* The full path that a file: URL, a UNC name or a drive path names; the caller frees it. Escapes
 * are decoded in URLs only. E_INVALIDARG for anything that url_check_remote() refuses. */
HRESULT url_to_path(const WCHAR *url, WCHAR **path);

/* Writes what may be logged: without user, password, fragment and the values of the query. Always
 * terminated; size counts characters and is at least 1. Takes any text. */
void url_redact(const WCHAR *url, WCHAR *out, size_t size);

/* The same, as ASCII: other characters become question marks. */
void url_redact_to_char(const WCHAR *url, char *out, size_t size);

/* The same for a URL off the wire. */
void url_redact_char(const char *url, char *out, size_t size);

#endif
