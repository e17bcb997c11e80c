/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which scheme is tried, and for how long. */
#include "net/http_auth.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "net/http_auth_private.h"
#include "net/http_digest.h"

#define CHALLENGES_MAX 16384 /* bytes of fields of one head; what goes beyond is not looked at */
#define ROUNDS_MAX     12    /* of one request, whatever servers say */
#define STALE_MAX      2     /* new nonces for a password that was not refused */

/* One of the two who may ask. */
struct side
{
    char *fields; /* of the last head, a line for each */
    size_t fields_len;
    unsigned int tried; /* schemes, as bits: they are not begun again */
    bool is_trying;
    enum http_auth_scheme scheme; /* that is being tried */
    bool is_asked_for;            /* a dialogue: its next word is due */
    unsigned int stale;
    struct http_dialogue dialogue;
    char *value;
};

struct http_auth
{
    struct http_logins logins;
    char *method;
    char *url;
    const struct http_login *(*find_proxy_login)(void *ctx); /* NULL: asked, or nobody to ask */
    void *ctx;
    struct http_auth_memory *memory; /* NULL: none */
    const char *proxy;               /* NULL: none */
    bool has_url_login;
    bool is_bound;
    unsigned int rounds;
    struct side sides[HTTP_AUTH_TARGETS];
};

static const char *const names[HTTP_AUTH_SCHEMES] = {"Basic", "Digest", "NTLM", "Negotiate"};

/* The strongest first. */
static const enum http_auth_scheme order[HTTP_AUTH_SCHEMES] = {HTTP_AUTH_NEGOTIATE, HTTP_AUTH_NTLM,
                                                               HTTP_AUTH_DIGEST, HTTP_AUTH_BASIC};

/* ---- life ---- */

static bool has_login(const struct http_logins *logins)
{
    for (int target = 0; target < HTTP_AUTH_TARGETS; target++)
        for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
            if (logins->of[target][scheme].is_set) return true;
    return false;
}

HRESULT http_auth_create(const struct http_auth_params *params, struct http_auth **out)
{
    bool has_url_login = http_auth_has_user(params->url);
    struct http_auth *auth;

    *out = NULL;
    if (!has_url_login && !params->find_proxy_login &&
        (!params->logins || !has_login(params->logins)))
        return S_FALSE;
    if (!(auth = calloc(1, sizeof(*auth)))) return E_OUTOFMEMORY;
    if (params->logins) auth->logins = *params->logins;
    auth->find_proxy_login = params->find_proxy_login;
    auth->ctx = params->ctx;
    auth->memory = params->memory;
    auth->has_url_login = has_url_login;
    auth->method = strdup(params->method);
    auth->url = strdup(params->url);
    if (!auth->method || !auth->url)
    {
        http_auth_destroy(auth);
        return E_OUTOFMEMORY;
    }
    *out = auth;
    return S_OK;
}

static void stop_trying(struct side *side)
{
    http_dialogue_done(&side->dialogue);
    http_wipe_text(side->value);
    side->value = NULL;
    side->is_trying = side->is_asked_for = false;
}

void http_auth_destroy(struct http_auth *auth)
{
    if (!auth) return;
    for (int target = 0; target < HTTP_AUTH_TARGETS; target++)
    {
        stop_trying(&auth->sides[target]);
        free(auth->sides[target].fields);
    }
    free(auth->method);
    http_wipe_text(auth->url);
    free(auth);
}

const char *http_auth_field(const struct http_auth *auth, enum http_auth_target target)
{
    return auth->sides[target].value;
}

bool http_auth_is_bound(const struct http_auth *auth)
{
    return auth->is_bound;
}

/* ---- heads ---- */

static void take_field(struct side *side, const char *value, size_t len)
{
    char *longer;

    if (len > CHALLENGES_MAX - side->fields_len) return;
    if (!(longer = realloc(side->fields, side->fields_len + len + 1))) return;
    side->fields = longer;
    memcpy(longer + side->fields_len, value, len);
    side->fields_len += len;
    longer[side->fields_len++] = '\n';
}

/* Bytes of the name and the colon; 0: it is another field. */
static size_t name_length(const char *line, size_t len, const char *name)
{
    const struct http_span span = {line, strlen(name)};

    return len > span.len && http_span_is(&span, name) && line[span.len] == ':' ? span.len + 1 : 0;
}

void http_auth_take_line(struct http_auth *auth, const char *line, size_t len)
{
    size_t skipped;

    if (len >= 5 && !memcmp(line, "HTTP/", 5))
    {
        for (int target = 0; target < HTTP_AUTH_TARGETS; target++)
            auth->sides[target].fields_len = 0;
        return;
    }
    while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    if ((skipped = name_length(line, len, "WWW-Authenticate")))
        take_field(&auth->sides[HTTP_AUTH_SERVER], line + skipped, len - skipped);
    else if ((skipped = name_length(line, len, "Proxy-Authenticate")))
        take_field(&auth->sides[HTTP_AUTH_PROXY], line + skipped, len - skipped);
}

static struct http_span take_line(struct http_span *lines)
{
    const char *end = memchr(lines->text, '\n', lines->len);
    struct http_span line = {lines->text, (size_t)(end - lines->text)};

    lines->text += line.len + 1;
    lines->len -= line.len + 1;
    return line;
}

/* The best of the scheme's challenges; false: there is none. A field that makes no sense does not
 * spoil the others. */
static bool find_challenge(const struct side *side, enum http_auth_scheme scheme,
                           struct http_challenge *best)
{
    struct http_span lines = {side->fields, side->fields_len};
    unsigned int strength = 0;
    struct http_challenge challenge;

    while (lines.len)
    {
        struct http_span field = take_line(&lines);

        while (http_challenge_next(&field, &challenge))
        {
            unsigned int its = 1;

            if (!http_span_is(&challenge.scheme, names[scheme])) continue;
            if (scheme == HTTP_AUTH_DIGEST) its = http_digest_strength(&challenge);
            if (its <= strength) continue;
            strength = its;
            *best = challenge;
        }
    }
    return strength != 0;
}

/* ---- words ---- */

static bool is_dialogue(enum http_auth_scheme scheme)
{
    return scheme == HTTP_AUTH_NTLM || scheme == HTTP_AUTH_NEGOTIATE;
}

/* The login of a URL is for the schemes that say its name to the server. */
static bool make_text_login(const struct http_auth *auth, enum http_auth_target target,
                            enum http_auth_scheme scheme, struct http_text_login *text)
{
    if (auth->logins.of[target][scheme].is_set)
        return http_text_login_make(text, &auth->logins.of[target][scheme]);
    if (target != HTTP_AUTH_SERVER || !auth->has_url_login) return false;
    return http_text_login_of_url(text, auth->url);
}

static char *make_simple(const struct http_auth *auth, enum http_auth_target target,
                         enum http_auth_scheme scheme, const struct http_challenge *challenge,
                         bool is_tunnel, unsigned int count)
{
    struct http_text_login login;
    char *value = NULL, *uri;

    if (!make_text_login(auth, target, scheme, &login)) return NULL;
    if (scheme == HTTP_AUTH_BASIC)
        value = http_basic_field(&login);
    else if ((uri = is_tunnel ? http_url_authority(auth->url) : http_url_target(auth->url)))
    {
        value =
            http_digest_field(&login, challenge, is_tunnel ? "CONNECT" : auth->method, uri, count);
        free(uri);
    }
    http_text_login_done(&login);
    return value;
}

/* A proxy ends the connection with its answer to CONNECT: no dialogue can go on there. */
static char *begin_dialogue(struct http_auth *auth, enum http_auth_target target,
                            enum http_auth_scheme scheme, bool is_tunnel)
{
    struct side *side = &auth->sides[target];
    char *host = http_url_host(auth->url), *value = NULL;

    if (host && !is_tunnel && auth->logins.of[target][scheme].is_set)
        value =
            http_dialogue_begin(&side->dialogue, scheme, &auth->logins.of[target][scheme], host);
    free(host);
    side->is_asked_for = value != NULL;
    if (value) auth->is_bound = true;
    return value;
}

/* What was set by name comes before what is kept elsewhere. */
static void find_proxy_login(struct http_auth *auth)
{
    struct http_login *logins = auth->logins.of[HTTP_AUTH_PROXY];
    const struct http_login *found;

    if (!auth->find_proxy_login) return;
    found = auth->find_proxy_login(auth->ctx);
    auth->find_proxy_login = NULL;
    for (int scheme = 0; found && scheme < HTTP_AUTH_SCHEMES; scheme++)
        if (!logins[scheme].is_set) logins[scheme] = *found;
}

/* ---- from request to request ---- */

static bool is_secure(const struct http_auth *auth)
{
    return !strncmp(auth->url, "https:", 6);
}

/* Who is asked, or has asked; NULL: nobody, or there is no memory. */
static char *place_of(const struct http_auth *auth, enum http_auth_target target)
{
    if (target == HTTP_AUTH_SERVER) return http_url_authority(auth->url);
    return auth->proxy ? strdup(auth->proxy) : NULL;
}

/* What is being tried now. A dialogue is of one connection and is begun anew each time. */
static void remember(const struct http_auth *auth, enum http_auth_target target)
{
    const struct side *side = &auth->sides[target];

    http_auth_question_keep(&auth->memory->of[target], place_of(auth, target), is_secure(auth),
                            side->scheme, &(struct http_span){side->fields, side->fields_len});
}

static bool is_asked_by(const struct http_auth *auth, enum http_auth_target target)
{
    const struct http_auth_question *question = &auth->memory->of[target];
    char *place = place_of(auth, target);
    bool is_same = place && question->place && !strcmp(place, question->place) &&
                   question->is_secure == is_secure(auth);

    free(place);
    return is_same;
}

/* The scheme does not count as tried: whoever is not content, with a nonce that is too old for it,
 * is answered once more. */
static bool answer_unasked(struct http_auth *auth, enum http_auth_target target)
{
    struct http_auth_question *question = &auth->memory->of[target];
    struct side *side = &auth->sides[target];
    struct http_challenge challenge;

    if (!is_asked_by(auth, target)) return false;
    free(side->fields);
    side->fields_len = 0;
    if (!(side->fields = malloc(question->fields_len))) return false;
    memcpy(side->fields, question->fields, question->fields_len);
    side->fields_len = question->fields_len;
    if (!find_challenge(side, question->scheme, &challenge)) return false;
    if (target == HTTP_AUTH_PROXY) find_proxy_login(auth);
    side->scheme = question->scheme;
    side->value = make_simple(auth, target, side->scheme, &challenge,
                              target == HTTP_AUTH_PROXY && is_secure(auth), ++question->count);
    side->is_trying = side->value != NULL;
    return side->is_trying;
}

bool http_auth_set_proxy(struct http_auth *auth, const char *proxy)
{
    bool is_any = false;

    auth->proxy = proxy;
    for (int target = 0; auth->memory && target < HTTP_AUTH_TARGETS; target++)
    {
        stop_trying(&auth->sides[target]);
        if (answer_unasked(auth, target)) is_any = true;
    }
    return is_any;
}

/* ---- challenges ---- */

static bool begin(struct http_auth *auth, enum http_auth_target target,
                  enum http_auth_scheme scheme, const struct http_challenge *challenge,
                  bool is_tunnel)
{
    struct side *side = &auth->sides[target];

    side->tried |= 1u << scheme;
    side->scheme = scheme;
    side->value = is_dialogue(scheme) ? begin_dialogue(auth, target, scheme, is_tunnel)
                                      : make_simple(auth, target, scheme, challenge, is_tunnel, 1);
    side->is_trying = side->value != NULL;
    if (!side->is_trying)
        stop_trying(side);
    else if (auth->memory && !is_dialogue(scheme))
        remember(auth, target);
    return side->is_trying;
}

/* What is being tried: is that to go on? */
static bool go_on(struct http_auth *auth, enum http_auth_target target, bool is_tunnel)
{
    struct side *side = &auth->sides[target];
    const struct http_span *stale;
    struct http_challenge challenge;

    if (!side->is_trying || !find_challenge(side, side->scheme, &challenge)) return false;
    http_wipe_text(side->value);
    side->value = NULL;
    if (is_dialogue(side->scheme))
    {
        if (!challenge.token.len || !side->is_asked_for) return false;
        side->value = http_dialogue_go_on(&side->dialogue, side->scheme,
                                          &auth->logins.of[target][side->scheme], &challenge.token);
        /* Of our own messages the third is the last. */
        if (!side->dialogue.sspi) side->is_asked_for = false;
    }
    else if (side->scheme == HTTP_AUTH_DIGEST &&
             (stale = http_challenge_param(&challenge, "stale")) && http_span_is(stale, "true") &&
             ++side->stale <= STALE_MAX)
    {
        side->value = make_simple(auth, target, side->scheme, &challenge, is_tunnel, 1);
        if (side->value && auth->memory) remember(auth, target);
    }
    return side->value != NULL;
}

/* What a login is missing for is not asked: the answer has the reason. */
bool http_auth_is_answerable(struct http_auth *auth, unsigned int status, bool is_tunnel)
{
    enum http_auth_target target = status == 407 ? HTTP_AUTH_PROXY : HTTP_AUTH_SERVER;
    struct side *side = &auth->sides[target];
    struct http_challenge challenge;

    if ((status != 401 && status != 407) || ++auth->rounds > ROUNDS_MAX) return false;
    if (go_on(auth, target, is_tunnel)) return true;
    stop_trying(side);
    if (target == HTTP_AUTH_PROXY) find_proxy_login(auth);
    for (int i = 0; i < HTTP_AUTH_SCHEMES; i++)
    {
        if (side->tried & 1u << order[i] || !find_challenge(side, order[i], &challenge)) continue;
        if (begin(auth, target, order[i], &challenge, is_tunnel)) return true;
    }
    LOG_INFO(LOG_HTTP, "a %s asks for a login that there is none for, or that it does not take",
             target == HTTP_AUTH_PROXY ? "proxy" : "server");
    return false;
}
