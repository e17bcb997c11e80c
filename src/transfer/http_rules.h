/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an answer of an HTTP server means for a download. Pure decisions: no network, no disk, no
 * lock. */
#ifndef OPENBITS_TRANSFER_HTTP_RULES_H
#define OPENBITS_TRANSFER_HTTP_RULES_H

#include "base/range_set.h"
#include "base/types.h"
#include "job/file_version.h"
#include "net/http_message.h"

/* A foreground job takes a whole file from a server without ranges up to this size. */
#define HTTP_WHOLE_FILE_LIMIT 0x80000000ull

/* The body ends where it ends. */
#define HTTP_LENGTH_UNKNOWN UINT64_MAX

enum http_method
{
    HTTP_HEAD,
    HTTP_GET
};

/* What was asked. */
struct http_expectation
{
    enum http_method method;
    struct byte_range asked; /* ignored for HEAD and whole_file */
    bool whole_file;         /* GET without a Range field */
    bool is_dynamic;         /* of any size: the answer need not tell it */
    bool foreground;
    bool peerdist;                    /* content information may come in place of the file */
    bool resumed;                     /* bytes of the file are stored already */
    const struct file_version *known; /* NULL or known == false: nothing is known yet */
};

enum http_action
{
    HTTP_ACCEPT,       /* a good answer; the body, if any, is [offset, offset + length) */
    HTTP_ACCEPT_WHOLE, /* the same, but the whole file instead of the range that was asked */
    HTTP_REDIRECT,     /* ask at head->location */
    HTTP_CONTENT_INFO, /* the body is content information, of a length that is known */
    HTTP_NO_PEERDIST,  /* content information of no use: ask again, for the file itself */
    HTTP_RESTART,      /* the file changed: what is stored is worth nothing */
    HTTP_FAIL
};

struct http_verdict
{
    enum http_action action;
    HRESULT code; /* S_OK, or why: for HTTP_RESTART what to report when it happens too often */
    uint64_t offset;
    uint64_t length;
    struct file_version version; /* after HTTP_ACCEPT...: what is known now, old and new */
};

/* The head must be complete. Nothing of the body may be used before this has accepted it. */
void http_judge(const struct http_expectation *asked, const struct http_head *head,
                struct http_verdict *verdict);

/* Can these be answers about different contents? Facts that one side lacks do not count. */
bool http_is_other_version(const struct file_version *a, const struct file_version *b);

/* 0x80190000 and the status. */
HRESULT http_status_to_hresult(unsigned int status);

#endif
