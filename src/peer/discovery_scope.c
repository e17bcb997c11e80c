/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Comparing scopes as the rule rfc2396 of WS-Discovery, 5.1, demands, and host names. */
#include "peer/discovery_scope.h"

#include <string.h>

#define LABEL_MAX 63

struct part
{
    const char *at;
    size_t len;
};

struct scope
{
    struct part scheme, authority, path;
    bool has_authority;
};

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_equal_nocase(struct part a, struct part b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (fold(a.at[i]) != fold(b.at[i])) return false;
    return true;
}

static bool split(const char *text, struct scope *scope)
{
    *scope = (struct scope){{text, strcspn(text, ":/?#")}, {text, 0}, {text, 0}, false};
    if (!scope->scheme.len || text[scope->scheme.len] != ':') return false;

    text += scope->scheme.len + 1;
    if (text[0] == '/' && text[1] == '/')
    {
        scope->has_authority = true;
        scope->authority = (struct part){text + 2, strcspn(text + 2, "/?#")};
        text += 2 + scope->authority.len;
    }
    scope->path = (struct part){text, strcspn(text, "?#")};
    return true;
}

/* False at the end of the path. Empty segments at the end are none. */
static bool next_segment(struct part *path, struct part *segment)
{
    const char *slash;

    if (path->len && path->at[0] == '/') path->at++, path->len--;
    slash = path->len ? memchr(path->at, '/', path->len) : NULL;
    *segment = (struct part){path->at, slash ? (size_t)(slash - path->at) : path->len};
    path->at += segment->len;
    path->len -= segment->len;
    if (segment->len) return true;
    for (size_t i = 0; i < path->len; i++)
        if (path->at[i] != '/') return true;
    return false;
}

static bool has_dot_segment(struct part path)
{
    struct part segment;

    while (next_segment(&path, &segment))
        if ((segment.len == 1 || segment.len == 2) && !memcmp(segment.at, "..", segment.len))
            return true;
    return false;
}

bool discovery_scope_is_match(const char *asked_text, const char *scope_text)
{
    struct scope asked, scope;
    struct part a, b;

    if (!split(asked_text, &asked) || !split(scope_text, &scope)) return false;
    if (asked.has_authority != scope.has_authority) return false;
    if (!is_equal_nocase(asked.scheme, scope.scheme)) return false;
    if (!is_equal_nocase(asked.authority, scope.authority)) return false;
    if (has_dot_segment(asked.path) || has_dot_segment(scope.path)) return false;

    while (next_segment(&asked.path, &a))
    {
        if (!next_segment(&scope.path, &b)) return false;
        if (a.len != b.len || memcmp(a.at, b.at, a.len)) return false;
    }
    return true;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (fold(c) >= 'a' && fold(c) <= 'z');
}

static enum fqdn_check check_label(const char *text, size_t len)
{
    if (!len || len > LABEL_MAX) return FQDN_MALFORMED;
    if (!is_letter_or_digit(text[0]) || !is_letter_or_digit(text[len - 1])) return FQDN_MALFORMED;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '-' && !is_letter_or_digit(text[i])) return FQDN_MALFORMED;
    return text[0] >= '0' && text[0] <= '9' ? FQDN_TOLERATED : FQDN_GOOD;
}

enum fqdn_check fqdn_check(const char *text, size_t len)
{
    enum fqdn_check worst = FQDN_GOOD, label;
    const char *end = text + len;

    if (len > PEER_FQDN_MAX) return FQDN_MALFORMED;
    for (;;)
    {
        const char *dot = text < end ? memchr(text, '.', (size_t)(end - text)) : NULL;

        label = check_label(text, (size_t)((dot ? dot : end) - text));
        if (label == FQDN_MALFORMED) return label;
        if (label == FQDN_TOLERATED) worst = label;
        if (!dot) return worst;
        text = dot + 1;
    }
}

bool fqdn_is_equal(const char *a, const char *b)
{
    return is_equal_nocase((struct part){a, strlen(a)}, (struct part){b, strlen(b)});
}

bool fqdn_is_below(const char *fqdn, const char *domain)
{
    size_t len = strlen(fqdn), domain_len = strlen(domain);

    if (!domain_len || len < domain_len + 2 || fqdn[len - domain_len - 1] != '.') return false;
    return fqdn_is_equal(fqdn + len - domain_len, domain);
}
