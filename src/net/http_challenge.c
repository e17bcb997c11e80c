/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Challenges, and the parameters that belong to them, stand in one list with commas between them: a
 * name is a parameter when an equals sign follows, else it begins the next challenge. */
#include "net/http_challenge.h"

#include <string.h>

static bool is_token_byte(char byte)
{
    return byte > ' ' && byte < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", byte);
}

static bool is_token68_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("-._~+/", byte));
}

static void skip(struct http_span *field, size_t count)
{
    field->text += count;
    field->len -= count;
}

static void skip_space(struct http_span *field)
{
    while (field->len && (*field->text == ' ' || *field->text == '\t'))
        skip(field, 1);
}

static void skip_commas(struct http_span *field)
{
    skip_space(field);
    while (field->len && *field->text == ',')
    {
        skip(field, 1);
        skip_space(field);
    }
}

static struct http_span take_token(struct http_span *field)
{
    struct http_span token = {field->text, 0};

    while (token.len < field->len && is_token_byte(field->text[token.len]))
        token.len++;
    skip(field, token.len);
    return token;
}

/* Base64 or the like, up to the end of the challenge; nothing is taken when it is something else.
 */
static bool take_token68(struct http_span *field, struct http_span *token)
{
    struct http_span rest = *field;
    size_t len = 0;

    while (len < rest.len && is_token68_byte(rest.text[len]))
        len++;
    if (!len) return false;
    while (len < rest.len && rest.text[len] == '=')
        len++;
    skip(&rest, len);
    skip_space(&rest);
    if (rest.len && *rest.text != ',') return false;
    *token = (struct http_span){field->text, len};
    *field = rest;
    return true;
}

/* What may not stand in a field must not get into one of ours. */
static bool is_control(char byte)
{
    return (unsigned char)byte < ' ' ? byte != '\t' : byte == 0x7f;
}

/* False: the quotes have no end, or hold what is no text. */
static bool take_quoted(struct http_span *field, struct http_span *value)
{
    size_t len = 0;

    skip(field, 1);
    value->text = field->text;
    while (len < field->len && field->text[len] != '"')
        len += field->text[len] == '\\' ? 2 : 1;
    if (len >= field->len) return false;
    for (size_t i = 0; i < len; i++)
        if (is_control(field->text[i])) return false;
    value->len = len;
    skip(field, len + 1);
    return true;
}

static bool take_value(struct http_span *field, struct http_span *value)
{
    if (field->len && *field->text == '"') return take_quoted(field, value);
    *value = take_token(field);
    return true;
}

/* S_OK: taken; S_FALSE: the next challenge begins here. */
static HRESULT take_param(struct http_span *field, struct http_challenge *challenge)
{
    struct http_span rest = *field;
    struct http_challenge_param param = {.name = take_token(&rest)};

    skip_space(&rest);
    if (!param.name.len) return E_FAIL;
    if (!rest.len || *rest.text != '=') return S_FALSE;
    skip(&rest, 1);
    skip_space(&rest);
    if (!take_value(&rest, &param.value)) return E_FAIL;
    skip_space(&rest);
    if (rest.len && *rest.text != ',') return E_FAIL;
    if (challenge->param_count < HTTP_CHALLENGE_PARAMS_MAX)
        challenge->params[challenge->param_count++] = param;
    *field = rest;
    return S_OK;
}

static bool take_params(struct http_span *field, struct http_challenge *challenge)
{
    HRESULT hr = S_OK;

    while (hr == S_OK && field->len)
    {
        hr = take_param(field, challenge);
        if (hr == S_OK) skip_commas(field);
    }
    return SUCCEEDED(hr);
}

bool http_challenge_next(struct http_span *field, struct http_challenge *challenge)
{
    bool has_space;

    memset(challenge, 0, sizeof(*challenge));
    skip_commas(field);
    challenge->scheme = take_token(field);
    if (!challenge->scheme.len) return false;
    has_space = field->len && (*field->text == ' ' || *field->text == '\t');
    skip_space(field);
    if (!field->len || *field->text == ',') return true;
    if (!has_space) return false;
    return take_token68(field, &challenge->token) || take_params(field, challenge);
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + 'a' - 'A') : byte;
}

bool http_span_is(const struct http_span *span, const char *text)
{
    if (strlen(text) != span->len) return false;
    for (size_t i = 0; i < span->len; i++)
        if (lower(span->text[i]) != lower(text[i])) return false;
    return true;
}

const struct http_span *http_challenge_param(const struct http_challenge *challenge,
                                             const char *name)
{
    for (size_t i = 0; i < challenge->param_count; i++)
        if (http_span_is(&challenge->params[i].name, name)) return &challenge->params[i].value;
    return NULL;
}
