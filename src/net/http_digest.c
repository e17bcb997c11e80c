/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Digest access authentication. */
#include "net/http_digest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#define HASH_TEXT_SIZE 65 /* of SHA-256, in hexadecimal digits */
#define ANSWER_MAX     65536

struct algorithm
{
    const char *name;
    mbedtls_md_type_t hash;
    bool is_session;
    unsigned int strength;
};

static const struct algorithm algorithms[] = {
    {"MD5", MBEDTLS_MD_MD5, false, 1},
    {"MD5-sess", MBEDTLS_MD_MD5, true, 2},
    {"SHA-256", MBEDTLS_MD_SHA256, false, 3},
    {"SHA-256-sess", MBEDTLS_MD_SHA256, true, 4},
};

static const struct algorithm *algorithm_of(const struct http_challenge *challenge)
{
    const struct http_span *name = http_challenge_param(challenge, "algorithm");

    if (!name) return &algorithms[0];
    for (size_t i = 0; i < ARRAY_COUNT(algorithms); i++)
        if (http_span_is(name, algorithms[i].name)) return &algorithms[i];
    return NULL;
}

/* One of a list with commas. */
static bool offers_auth(const struct http_span *qop)
{
    const char *at = qop->text, *end = qop->text + qop->len;

    while (at < end)
    {
        struct http_span word = {at, 0};

        while (at < end && *at != ',')
            at++;
        word.len = (size_t)(at - word.text);
        at++;
        while (word.len && (*word.text == ' ' || *word.text == '\t'))
            word.text++, word.len--;
        while (word.len && (word.text[word.len - 1] == ' ' || word.text[word.len - 1] == '\t'))
            word.len--;
        if (http_span_is(&word, "auth")) return true;
    }
    return false;
}

unsigned int http_digest_strength(const struct http_challenge *challenge)
{
    const struct http_span *qop = http_challenge_param(challenge, "qop");
    const struct algorithm *algorithm = algorithm_of(challenge);

    if (!http_span_is(&challenge->scheme, "Digest") || !algorithm) return 0;
    if (!http_challenge_param(challenge, "nonce") || !http_challenge_param(challenge, "realm"))
        return 0;
    if (qop ? !offers_auth(qop) : algorithm->is_session) return 0;
    return algorithm->strength;
}

/* ---- texts ---- */

struct text
{
    char *data;
    size_t len;
    bool has_failed;
};

static void add(struct text *text, const char *data, size_t len)
{
    char *longer;

    if (text->has_failed || len > ANSWER_MAX - text->len ||
        !(longer = realloc(text->data, text->len + len + 1)))
    {
        text->has_failed = true;
        return;
    }
    text->data = longer;
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = 0;
}

static void add_text(struct text *text, const char *data)
{
    add(text, data, strlen(data));
}

/* In quotes; a value from a challenge has its backslashes already. */
static void add_quoted(struct text *text, const char *name, const struct http_span *value)
{
    add_text(text, name);
    add_text(text, "=\"");
    add(text, value->text, value->len);
    add_text(text, "\"");
}

static void add_escaped(struct text *text, const char *name, const char *value)
{
    add_text(text, name);
    add_text(text, "=\"");
    for (; *value; value++)
    {
        if (*value == '"' || *value == '\\') add_text(text, "\\");
        add(text, value, 1);
    }
    add_text(text, "\"");
}

static void add_unescaped(struct text *text, const struct http_span *value)
{
    for (size_t i = 0; i < value->len; i++)
    {
        if (value->text[i] == '\\' && i + 1 < value->len) i++;
        add(text, &value->text[i], 1);
    }
}

/* ---- hashes ---- */

static void format_hash(const uint8_t *hash, size_t size, char out[HASH_TEXT_SIZE])
{
    for (size_t i = 0; i < size; i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

/* Of the text, which is overwritten and freed. */
static bool hash_text(const struct algorithm *algorithm, struct text *text,
                      char out[HASH_TEXT_SIZE])
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(algorithm->hash);
    uint8_t hash[32];
    bool is_done = info && text->data && !text->has_failed &&
                   !mbedtls_md(info, (const uint8_t *)text->data, text->len, hash);

    if (is_done) format_hash(hash, mbedtls_md_get_size(info), out);
    for (volatile char *byte = text->data; text->len; text->len--)
        *byte++ = 0;
    free(text->data);
    *text = (struct text){0};
    return is_done;
}

static bool hash_user(const struct algorithm *algorithm, const struct http_challenge *challenge,
                      const struct http_digest_request *request, char out[HASH_TEXT_SIZE])
{
    const struct http_span *nonce = http_challenge_param(challenge, "nonce");
    struct text text = {0};

    add_text(&text, request->user);
    add_text(&text, ":");
    add_unescaped(&text, http_challenge_param(challenge, "realm"));
    add_text(&text, ":");
    add_text(&text, request->password);
    if (!hash_text(algorithm, &text, out)) return false;
    if (!algorithm->is_session) return true;
    add_text(&text, out);
    add_text(&text, ":");
    add_unescaped(&text, nonce);
    add_text(&text, ":");
    add_text(&text, request->client_nonce);
    return hash_text(algorithm, &text, out);
}

static bool hash_question(const struct algorithm *algorithm,
                          const struct http_digest_request *request, char out[HASH_TEXT_SIZE])
{
    struct text text = {0};

    add_text(&text, request->method);
    add_text(&text, ":");
    add_text(&text, request->uri);
    return hash_text(algorithm, &text, out);
}

static void add_count(struct text *text, unsigned int count)
{
    char digits[9];

    snprintf(digits, sizeof(digits), "%08x", count);
    add_text(text, digits);
}

static bool make_response(const struct algorithm *algorithm, const struct http_challenge *challenge,
                          const struct http_digest_request *request, char out[HASH_TEXT_SIZE])
{
    char user[HASH_TEXT_SIZE], question[HASH_TEXT_SIZE];
    struct text text = {0};

    if (!hash_user(algorithm, challenge, request, user) ||
        !hash_question(algorithm, request, question))
        return false;
    add_text(&text, user);
    add_text(&text, ":");
    add_unescaped(&text, http_challenge_param(challenge, "nonce"));
    if (http_challenge_param(challenge, "qop"))
    {
        add_text(&text, ":");
        add_count(&text, request->count);
        add_text(&text, ":");
        add_text(&text, request->client_nonce);
        add_text(&text, ":auth");
    }
    add_text(&text, ":");
    add_text(&text, question);
    return hash_text(algorithm, &text, out);
}

/* ---- the answer ---- */

static void add_param(struct text *text, const struct http_challenge *challenge, const char *name)
{
    const struct http_span *value = http_challenge_param(challenge, name);

    if (!value) return;
    add_text(text, ", ");
    add_quoted(text, name, value);
}

char *http_digest_answer(const struct http_challenge *challenge,
                         const struct http_digest_request *request)
{
    const struct algorithm *algorithm = algorithm_of(challenge);
    char response[HASH_TEXT_SIZE];
    struct text text = {0};

    if (!http_digest_strength(challenge)) return NULL;
    if (!make_response(algorithm, challenge, request, response)) return NULL;
    add_text(&text, "Digest ");
    add_escaped(&text, "username", request->user);
    add_param(&text, challenge, "realm");
    add_param(&text, challenge, "nonce");
    add_text(&text, ", ");
    add_escaped(&text, "uri", request->uri);
    if (http_challenge_param(challenge, "algorithm"))
    {
        add_text(&text, ", algorithm=");
        add_text(&text, algorithm->name);
    }
    if (http_challenge_param(challenge, "qop"))
    {
        add_text(&text, ", qop=auth, nc=");
        add_count(&text, request->count);
        add_text(&text, ", ");
        add_escaped(&text, "cnonce", request->client_nonce);
    }
    add_text(&text, ", ");
    add_escaped(&text, "response", response);
    add_param(&text, challenge, "opaque");
    if (!text.has_failed) return text.data;
    free(text.data);
    return NULL;
}
