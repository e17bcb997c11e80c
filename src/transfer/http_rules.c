/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an answer means for a download. The order of the checks matters: a file that changed starts
 * over and must not be taken for a server that answers wrongly, nor the other way round. */
#include "transfer/http_rules.h"

#include <bitsmsg.h>
#include <string.h>

#include "branchcache/content_info.h"

HRESULT http_status_to_hresult(unsigned int status)
{
    return (HRESULT)(0x80190000u | (status & 0xffff));
}

static bool is_other_time(const struct file_version *a, const struct file_version *b)
{
    if (a->has_mtime && b->has_mtime) return a->mtime != b->mtime;
    if (!a->last_modified[0] || !b->last_modified[0]) return false;
    return strcmp(a->last_modified, b->last_modified) != 0;
}

bool http_is_other_version(const struct file_version *a, const struct file_version *b)
{
    if (!a->known || !b->known) return false;
    if (a->size != b->size || is_other_time(a, b)) return true;
    return a->etag[0] && b->etag[0] && strcmp(a->etag, b->etag) != 0;
}

/* What the answer says, and what was known before where it says nothing. */
static struct file_version version_of(const struct http_head *head, uint64_t size,
                                      const struct file_version *known)
{
    struct file_version version = {.known = true, .size = size};

    if (known && known->known) version = *known;
    version.size = size;
    if (head->last_modified[0])
    {
        memcpy(version.last_modified, head->last_modified, sizeof(version.last_modified));
        version.has_mtime = head->has_mtime;
        version.mtime = head->mtime;
    }
    if (head->is_private) version.is_private = true;
    if (head->etag[0] && !head->is_etag_weak)
        memcpy(version.etag, head->etag, sizeof(version.etag));
    return version;
}

_Static_assert(sizeof(((struct file_version *)0)->last_modified) ==
                   sizeof(((struct http_head *)0)->last_modified),
               "copied whole");
_Static_assert(sizeof(((struct file_version *)0)->etag) == sizeof(((struct http_head *)0)->etag),
               "copied whole");

static bool is_known(const struct http_expectation *asked)
{
    return asked->known && asked->known->known;
}

static void decide(struct http_verdict *verdict, enum http_action action, HRESULT code)
{
    verdict->action = action;
    verdict->code = code;
}

static void fail(struct http_verdict *verdict, HRESULT code)
{
    decide(verdict, HTTP_FAIL, code);
}

/* Holds the answer against what is known of the file. False: the verdict is out. */
static bool check_version(const struct http_expectation *asked, const struct http_head *head,
                          uint64_t size, struct http_verdict *verdict)
{
    struct file_version version = version_of(head, size, NULL);

    if (size > INT64_MAX)
    {
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
        return false;
    }
    if (asked->known && http_is_other_version(asked->known, &version))
    {
        decide(verdict, HTTP_RESTART, BG_E_REMOTE_FILE_CHANGED);
        return false;
    }
    verdict->version = version_of(head, size, asked->known);
    return true;
}

static void judge_size_answer(const struct http_expectation *asked, const struct http_head *head,
                              struct http_verdict *verdict)
{
    if (!head->has_content_length)
    {
        fail(verdict, BG_E_MISSING_FILE_SIZE);
        return;
    }
    if (check_version(asked, head, head->content_length, verdict))
        decide(verdict, HTTP_ACCEPT, S_OK);
}

/* The whole file where a range was asked. Only a foreground job that has nothing yet can use it. */
static void judge_unasked_whole(const struct http_expectation *asked, const struct http_head *head,
                                struct http_verdict *verdict)
{
    if (!asked->foreground || asked->asked.begin || asked->resumed)
    {
        fail(verdict, BG_E_INSUFFICIENT_RANGE_SUPPORT);
        return;
    }
    if (!head->has_content_length)
    {
        fail(verdict, BG_E_MISSING_FILE_SIZE);
        return;
    }
    if (!check_version(asked, head, head->content_length, verdict)) return;
    if (head->content_length >= HTTP_WHOLE_FILE_LIMIT)
    {
        fail(verdict, BG_E_INSUFFICIENT_RANGE_SUPPORT);
        return;
    }
    verdict->length = head->content_length;
    decide(verdict, HTTP_ACCEPT_WHOLE, S_OK);
}

static void judge_whole(const struct http_expectation *asked, const struct http_head *head,
                        struct http_verdict *verdict)
{
    if (asked->is_dynamic && !head->has_content_length)
    {
        verdict->version = version_of(head, HTTP_LENGTH_UNKNOWN, NULL);
        verdict->length = HTTP_LENGTH_UNKNOWN;
        decide(verdict, HTTP_ACCEPT, S_OK);
        return;
    }
    judge_size_answer(asked, head, verdict);
    verdict->length = verdict->action == HTTP_ACCEPT ? head->content_length : 0;
}

static void judge_range(const struct http_expectation *asked, const struct http_head *head,
                        struct http_verdict *verdict)
{
    if (asked->whole_file || head->is_multipart_byteranges ||
        head->content_range != HTTP_RANGE_PRESENT || !head->has_total)
    {
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
        return;
    }
    if (!check_version(asked, head, head->total, verdict)) return;
    if (head->range_first != asked->asked.begin || head->range_last + 1 != asked->asked.end)
    {
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
        return;
    }
    verdict->offset = head->range_first;
    verdict->length = head->range_last - head->range_first + 1;
    if (!head->has_content_length)
        fail(verdict, BG_E_MISSING_FILE_SIZE);
    else if (head->content_length != verdict->length)
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
    else
        decide(verdict, HTTP_ACCEPT, S_OK);
}

/* Length and range are those of the file, but for Content-Length. Whether the file has changed is
 * found out by the request for its bytes: another encoding may well have another tag. */
static void judge_content_info(const struct http_expectation *asked, const struct http_head *head,
                               struct http_verdict *verdict)
{
    bool has_size = head->status == 206
                        ? head->content_range == HTTP_RANGE_PRESENT && head->has_total
                        : head->has_peerdist_length;
    struct file_version version =
        version_of(head, head->status == 206 ? head->total : head->peerdist_length, NULL);

    decide(verdict, HTTP_NO_PEERDIST, S_OK);
    if (!has_size || head->has_other_encoding || head->is_multipart_byteranges) return;
    if (!head->has_content_length || !head->content_length ||
        head->content_length > CONTENT_INFO_SIZE_MAX)
        return;
    if (asked->known && http_is_other_version(asked->known, &version)) return;
    decide(verdict, HTTP_CONTENT_INFO, S_OK);
}

static void judge_success(const struct http_expectation *asked, const struct http_head *head,
                          struct http_verdict *verdict)
{
    bool is_partial = head->status == 206;

    if (head->is_peerdist)
    {
        if (asked->peerdist && asked->method == HTTP_GET)
            judge_content_info(asked, head, verdict);
        else
            fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
        return;
    }
    /* Any other content coding is part of the file: sizes and ranges are of what it makes, and that
     * is kept. */
    if (head->transfer_coding == HTTP_CODING_OTHER)
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
    else if (asked->method == HTTP_HEAD && is_partial)
        fail(verdict, BG_E_INVALID_SERVER_RESPONSE);
    else if (asked->method == HTTP_HEAD)
        judge_size_answer(asked, head, verdict);
    else if (is_partial)
        judge_range(asked, head, verdict);
    else if (asked->whole_file)
        judge_whole(asked, head, verdict);
    else
        judge_unasked_whole(asked, head, verdict);
}

static bool is_redirect(unsigned int status)
{
    return (status >= 300 && status <= 303) || status == 307 || status == 308;
}

void http_judge(const struct http_expectation *asked, const struct http_head *head,
                struct http_verdict *verdict)
{
    unsigned int status = head->status;

    memset(verdict, 0, sizeof(*verdict));
    if (!http_head_is_complete(head))
        fail(verdict, E_UNEXPECTED);
    else if (status == 200 || status == 206)
        judge_success(asked, head, verdict);
    else if (is_redirect(status) && head->location)
        decide(verdict, HTTP_REDIRECT, S_OK);
    /* A condition or a range that came from what is known of the file does not hold any more. */
    else if ((status == 412 || status == 416) && (is_known(asked) || asked->resumed))
        decide(verdict, HTTP_RESTART, http_status_to_hresult(status));
    else
        fail(verdict, http_status_to_hresult(status));

    if (verdict->action == HTTP_ACCEPT || verdict->action == HTTP_ACCEPT_WHOLE) return;
    verdict->offset = verdict->length = 0;
    memset(&verdict->version, 0, sizeof(verdict->version));
}
