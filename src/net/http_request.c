/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The head of an HTTP request: RFC 9112, the strict side of every choice that it leaves. */
#include "net/http_request.h"

#include <stdlib.h>

#include "net/http_text.h"

#define CAPACITY_MIN 512

void http_request_init(struct http_request *request)
{
    memset(request, 0, sizeof(*request));
}

void http_request_done(struct http_request *request)
{
    free(request->raw);
    http_request_init(request);
}

void http_request_reset(struct http_request *request)
{
    char *raw = request->raw;
    size_t capacity = request->raw_capacity;

    http_request_init(request);
    request->raw = raw;
    request->raw_capacity = capacity;
}

static bool is_token(struct http_part part)
{
    for (size_t i = 0; i < part.len; i++)
    {
        char c = fold(part.at[i]);

        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c && strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return part.len > 0;
}

/* Cuts off what is before the separator; false when there is none. */
static bool cut(struct http_part *rest, char separator, struct http_part *part)
{
    const char *found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;

    if (!found) return false;
    *part = (struct http_part){rest->at, (size_t)(found - rest->at)};
    rest->at = found + 1;
    rest->len -= part->len + 1;
    return true;
}

/* RFC 9112, 3: three words with one space between. The version is a digit, a dot and a digit. */
static bool parse_request_line(struct http_request *request, struct http_part line)
{
    static const char prefix[] = "HTTP/";

    if (!cut(&line, ' ', &request->method) || !cut(&line, ' ', &request->target)) return false;
    if (!is_token(request->method) || !request->target.len) return false;
    for (size_t i = 0; i < request->target.len; i++)
        if (request->target.at[i] <= ' ' || request->target.at[i] > '~') return false;
    if (line.len != strlen(prefix) + 3 || memcmp(line.at, prefix, strlen(prefix))) return false;
    line.at += strlen(prefix);
    if (!is_digit(line.at[0]) || line.at[1] != '.' || !is_digit(line.at[2])) return false;
    request->version_major = (unsigned int)(line.at[0] - '0');
    request->version_minor = (unsigned int)(line.at[2] - '0');
    return true;
}

static bool is_named(const struct http_request_field *field, const char *name)
{
    return is_word((struct text){field->name.at, field->name.len}, name);
}

static bool take_length(struct http_request *request, struct http_part value)
{
    uint64_t number = 0;

    if (request->has_content_length || !value.len) return false;
    for (size_t i = 0; i < value.len; i++)
    {
        unsigned int digit = (unsigned int)(value.at[i] - '0');

        if (!is_digit(value.at[i]) || number > (UINT64_MAX - digit) / 10) return false;
        number = number * 10 + digit;
    }
    request->has_content_length = true;
    request->content_length = number;
    return true;
}

static void take_connection(struct http_request *request, struct http_part value)
{
    struct http_part part;

    do
    {
        bool is_last = !cut(&value, ',', &part);

        if (is_last)
        {
            part = value;
            value.len = 0;
        }
        if (is_word(trim((struct text){part.at, part.len}), "close"))
            request->has_connection_close = true;
    } while (value.len);
}

static bool parse_field(struct http_request *request, struct http_part line)
{
    struct http_request_field *field;
    struct text value;

    /* A folded line begins with a blank, which no name has. */
    if (request->field_count == HTTP_REQUEST_FIELDS_MAX) return false;
    field = &request->fields[request->field_count];
    if (!cut(&line, ':', &field->name) || !is_token(field->name)) return false;
    for (size_t i = 0; i < line.len; i++)
        if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f)
            return false;
    value = trim((struct text){line.at, line.len});
    field->value = (struct http_part){value.at, value.len};
    request->field_count++;

    if (is_named(field, "transfer-encoding")) return false;
    if (is_named(field, "content-length")) return take_length(request, field->value);
    if (is_named(field, "connection")) take_connection(request, field->value);
    return true;
}

static bool parse_head(struct http_request *request)
{
    struct http_part rest = {request->raw, request->raw_size}, line;

    if (!cut(&rest, '\n', &line)) return false;
    line.len--;
    if (!parse_request_line(request, line)) return false;
    while (cut(&rest, '\n', &line) && --line.len)
        if (!parse_field(request, line)) return false;
    return true;
}

static HRESULT append(struct http_request *request, char c)
{
    size_t capacity = request->raw_capacity ? request->raw_capacity * 2 : CAPACITY_MIN;
    char *raw;

    if (request->raw_size == request->raw_capacity)
    {
        if (!(raw = realloc(request->raw, capacity))) return E_OUTOFMEMORY;
        request->raw = raw;
        request->raw_capacity = capacity;
    }
    request->raw[request->raw_size++] = c;
    return S_OK;
}

static HRESULT take_byte(struct http_request *request, char c)
{
    char last = request->raw_size ? request->raw[request->raw_size - 1] : 0;
    HRESULT hr;

    if (request->raw_size == HTTP_REQUEST_SIZE_MAX || !c) return E_INVALIDARG;
    if ((last == '\r') != (c == '\n')) return E_INVALIDARG;
    if (FAILED(hr = append(request, c))) return hr;
    if (c != '\n') return S_OK;

    /* RFC 9112, 2.2, lets us skip an empty line here; no peer sends one. */
    if (request->raw_size == 2) return E_INVALIDARG;
    if (request->raw_size < 4 || memcmp(request->raw + request->raw_size - 4, "\r\n\r\n", 4))
        return S_OK;
    if (!parse_head(request)) return E_INVALIDARG;
    request->state = HTTP_REQUEST_COMPLETE;
    return S_OK;
}

HRESULT http_request_feed(struct http_request *request, const void *data, size_t size, size_t *used)
{
    const char *bytes = data;
    HRESULT hr;

    *used = 0;
    if (request->state == HTTP_REQUEST_REFUSED) return E_INVALIDARG;
    while (*used < size && request->state == HTTP_REQUEST_PARTIAL)
    {
        if (FAILED(hr = take_byte(request, bytes[*used])))
        {
            request->state = HTTP_REQUEST_REFUSED;
            return hr;
        }
        ++*used;
    }
    return S_OK;
}

bool http_request_is_begun(const struct http_request *request)
{
    return request->raw_size > 0;
}

bool http_part_is(struct http_part part, const char *text)
{
    return part.len == strlen(text) && !memcmp(part.at, text, part.len);
}

const struct http_request_field *http_request_find(const struct http_request *request,
                                                   const char *name, size_t *count)
{
    const struct http_request_field *found = NULL;

    *count = 0;
    for (size_t i = 0; i < request->field_count; i++)
    {
        if (!is_named(&request->fields[i], name)) continue;
        found = &request->fields[i];
        ++*count;
    }
    return *count == 1 ? found : NULL;
}

static int hex_digit(char c)
{
    if (is_digit(c)) return c - '0';
    c = fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_request_path(const struct http_request *request, char *path, size_t size)
{
    struct http_part rest = request->target;
    size_t len = 0;

    path[0] = 0;
    if (!rest.len || *rest.at != '/') return false;
    while (rest.len)
    {
        char c = *rest.at;
        size_t taken = 1;

        if (c == '?' || c == '#') return false;
        if (c == '%')
        {
            int high = rest.len > 2 ? hex_digit(rest.at[1]) : -1;
            int low = rest.len > 2 ? hex_digit(rest.at[2]) : -1;

            if (high < 0 || low < 0 || !(high | low)) return false;
            c = (char)(high << 4 | low);
            taken = 3;
        }
        if (len + 1 >= size) return false;
        path[len++] = c;
        rest.at += taken;
        rest.len -= taken;
    }
    path[len] = 0;
    return true;
}
