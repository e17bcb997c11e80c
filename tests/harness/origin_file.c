/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The honest answers: HEAD and GET of a synthetic file with ranges and preconditions, by RFC 9110.
 */
#include "harness/origin_private.h"

#include <stdio.h>
#include <string.h>

#define FIRST_DATE 1577836800u /* 2020-01-01; each version is a day younger */

static const char *reason(int status)
{
    static const struct
    {
        int status;
        const char *text;
    } reasons[] = {
        {200, "OK"},
        {206, "Partial Content"},
        {302, "Found"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {412, "Precondition Failed"},
        {416, "Range Not Satisfiable"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status) return reasons[i].text;
    return "Status";
}

static const char *last_modified(const struct origin_file *file, char text[DATE_SIZE])
{
    if (file->flags & ORIGIN_NO_LAST_MODIFIED) return NULL;
    if (file->last_modified) return file->last_modified;
    origin_format_date(FIRST_DATE + 86400ull * (file->version % 20000), text);
    return text;
}

void origin_send_simple(struct origin_conn *c, const struct origin_request *r, int status,
                        const char *headers)
{
    const char *text = reason(status);
    bool is_bare = !strcmp(r->method, "HEAD") || status == 204 || status == 304 || status < 200;

    origin_sendf(c, "HTTP/1.1 %d %s\r\nContent-Type: text/html\r\nContent-Length: %u\r\n%s\r\n%s",
                 status, text, (unsigned int)strlen(text), headers, is_bare ? "" : text);
}

void origin_format_file_headers(const struct origin_file *file, char *out, size_t size)
{
    char date[DATE_SIZE];
    const char *modified = last_modified(file, date);

    snprintf(out, size, "%s%s%s%s%s%s%s%s%s", file->headers ? file->headers : "",
             modified ? "Last-Modified: " : "", modified ? modified : "", modified ? "\r\n" : "",
             file->etag ? "ETag: " : "", file->etag ? file->etag : "", file->etag ? "\r\n" : "",
             file->flags & ORIGIN_NO_RANGES ? "" : "Accept-Ranges: bytes\r\n",
             file->flags & ORIGIN_CLOSE ? "Connection: close\r\n" : "");
}

bool origin_send_file_headers(struct origin_conn *c, const struct origin_file *file)
{
    char text[FILE_HEADERS_SIZE];

    origin_format_file_headers(file, text, sizeof(text));
    return origin_send(c, text, strlen(text));
}

/* Weak tags are equal to nothing. */
static bool has_etag(const char *head, const char *name, const struct origin_file *file)
{
    return origin_header_has(head, name, "*") ||
           (file->etag && file->etag[0] == '"' && origin_header_has(head, name, file->etag));
}

static bool has_failed_precondition(const struct origin_request *r, const struct origin_file *file)
{
    char text[256], date[DATE_SIZE];
    const char *modified = last_modified(file, date);
    uint64_t since, at;

    if (file->flags & ORIGIN_NO_PRECONDITIONS) return false;
    if (origin_header(r->head, "If-Match", text, sizeof(text)))
        return !has_etag(r->head, "If-Match", file);
    if (!modified || !origin_header(r->head, "If-Unmodified-Since", text, sizeof(text)))
        return false;
    return strcmp(text, modified) != 0 && origin_parse_date(text, &since) &&
           origin_parse_date(modified, &at) && at > since;
}

/* If-Range: the ranges count only if the file is still that one. */
static bool wants_ranges(const struct origin_request *r, const struct origin_file *file)
{
    char text[256], date[DATE_SIZE];
    const char *modified = last_modified(file, date);

    if (!r->range_count || strcmp(r->method, "GET") != 0) return false;
    if (file->flags & (ORIGIN_NO_RANGES | ORIGIN_NO_LENGTH)) return false;
    if (!origin_header(r->head, "If-Range", text, sizeof(text))) return true;
    return has_etag(r->head, "If-Range", file) || (modified && !strcmp(text, modified));
}

static unsigned int count_satisfiable(const struct origin_request *r, uint64_t size)
{
    unsigned int count = 0;
    uint64_t begin, end;

    for (unsigned int i = 0; i < r->range_count; i++)
        count += origin_resolve_range(&r->ranges[i], size, &begin, &end);
    return count;
}

static void serve_chunked(struct origin_conn *c, const struct origin_file *file, bool is_head)
{
    uint64_t offset = 0;

    origin_sendf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n");
    origin_send_file_headers(c, file);
    origin_sendf(c, "\r\n");
    if (is_head) return;
    while (offset < file->size)
    {
        uint64_t count = file->size - offset;

        if (count > 10000) count = 10000;
        if (!origin_sendf(c, "%llx\r\n", (unsigned long long)count)) return;
        if (!origin_send_body(c, file->version, offset, count)) return;
        origin_sendf(c, "\r\n");
        offset += count;
    }
    origin_sendf(c, "0\r\n\r\n");
}

static void serve_range(struct origin_conn *c, const struct origin_request *r,
                        const struct origin_file *file)
{
    uint64_t begin, end;

    origin_resolve_range(&r->ranges[0], file->size, &begin, &end);
    origin_sendf(c,
                 "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Range: bytes %llu-%llu/%llu\r\nContent-Length: %llu\r\n",
                 (unsigned long long)begin, (unsigned long long)(end - 1),
                 (unsigned long long)file->size, (unsigned long long)(end - begin));
    origin_send_file_headers(c, file);
    if (origin_sendf(c, "\r\n")) origin_send_body(c, file->version, begin, end - begin);
}

static void serve_whole(struct origin_conn *c, const struct origin_file *file, bool is_head)
{
    origin_sendf(c,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Length: %llu\r\n",
                 (unsigned long long)file->size);
    origin_send_file_headers(c, file);
    if (origin_sendf(c, "\r\n") && !is_head) origin_send_body(c, file->version, 0, file->size);
}

static void serve_get(struct origin_conn *c, const struct origin_request *r,
                      const struct origin_file *file)
{
    static const struct origin_multipart honest;
    char headers[64];

    if (!wants_ranges(r, file))
        serve_whole(c, file, false);
    else if (!count_satisfiable(r, file->size))
    {
        snprintf(headers, sizeof(headers), "Content-Range: bytes */%llu\r\n",
                 (unsigned long long)file->size);
        origin_send_simple(c, r, 416, headers);
    }
    else if (r->range_count == 1)
        serve_range(c, r, file);
    else
        origin_send_multipart(c, r, file, &honest);
}

void origin_serve(struct origin_conn *c, const struct origin_request *r,
                  const struct origin_file *file)
{
    bool is_head = !strcmp(r->method, "HEAD");

    if (!is_head && strcmp(r->method, "GET") != 0)
        origin_send_simple(c, r, 405, "Allow: GET, HEAD\r\n");
    else if (is_head && file->flags & ORIGIN_NO_HEAD)
        origin_send_simple(c, r, 405, "Allow: GET\r\n");
    else if (has_failed_precondition(r, file))
        origin_send_simple(c, r, 412, "");
    else if (file->flags & ORIGIN_NO_LENGTH)
        serve_chunked(c, file, is_head);
    else if (is_head)
        serve_whole(c, file, true);
    else
        serve_get(c, r, file);
    if (file->flags & (ORIGIN_CLOSE | ORIGIN_CLOSE_SILENTLY)) origin_close(c);
}
