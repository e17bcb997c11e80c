/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IP addresses and subnets. */
#include "peer/peer_address.h"

#include <stdio.h>
#include <string.h>

#define GROUPS_MAX 8

struct peer_address peer_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (struct peer_address){.family = PEER_IPV4, .bytes = {a, b, c, d}};
}

bool peer_address_is_equal(const struct peer_address *a, const struct peer_address *b)
{
    return a->family == b->family && a->scope == b->scope &&
           !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool peer_address_is_in(const struct peer_address *address, const struct peer_address *network,
                        uint8_t prefix)
{
    size_t whole = prefix / 8;
    uint8_t mask = (uint8_t)(0xff00u >> prefix % 8);

    if (address->family != network->family || address->scope != network->scope) return false;
    if (prefix > (address->family == PEER_IPV4 ? 32 : 128)) return false;
    if (memcmp(address->bytes, network->bytes, whole)) return false;
    return !(prefix % 8) || !((address->bytes[whole] ^ network->bytes[whole]) & mask);
}

bool peer_address_is_link_local(const struct peer_address *address)
{
    return address->family == PEER_IPV6 && address->bytes[0] == 0xfe &&
           (address->bytes[1] & 0xc0) == 0x80;
}

bool peer_address_is_host(const struct peer_address *address)
{
    static const uint8_t zeros[12];

    if (address->family == PEER_IPV4)
        return address->bytes[0] && address->bytes[0] != 127 && address->bytes[0] < 224;
    if (address->family != PEER_IPV6 || address->bytes[0] == 0xff) return false;
    if (!memcmp(address->bytes, zeros, 12)) return false;
    return memcmp(address->bytes, zeros, 10) || address->bytes[10] != 0xff ||
           address->bytes[11] != 0xff;
}

/* All bits of the host part 0 or 1: no host, but everybody. */
static bool is_broadcast(const struct peer_address *address, uint8_t prefix)
{
    const uint8_t *b = address->bytes;
    uint32_t bits = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3], mask;

    if (prefix >= 31) return false;
    mask = UINT32_MAX >> prefix;
    return !(bits & mask) || (bits & mask) == mask;
}

bool peer_address_is_neighbour(const struct peer_address *address,
                               const struct local_address *local)
{
    if (!peer_address_is_in(address, &local->address, local->prefix)) return false;
    return address->family != PEER_IPV4 || !is_broadcast(address, local->prefix);
}

static bool parse_ipv4(const char *text, size_t len, uint8_t out[4])
{
    size_t at = 0;

    for (unsigned int i = 0; i < 4; i++)
    {
        size_t start = at;
        unsigned int value = 0;

        while (at < len && text[at] >= '0' && text[at] <= '9' && at - start < 3)
            value = value * 10 + (unsigned int)(text[at++] - '0');
        /* A leading zero means octal to some. */
        if (at == start || value > 255 || (at - start > 1 && text[start] == '0')) return false;
        out[i] = (uint8_t)value;
        if (i < 3 && (at == len || text[at++] != '.')) return false;
    }
    return at == len;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* One to four digits; false when there are none. */
static bool take_group(const char *text, size_t len, size_t *at, uint8_t out[2])
{
    size_t start = *at;
    unsigned int value = 0;

    while (*at < len && *at - start < 4 && hex_value(text[*at]) >= 0)
        value = value << 4 | (unsigned int)hex_value(text[(*at)++]);
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return *at > start;
}

/* RFC 4291, 2.2. */
static bool parse_ipv6(const char *text, size_t len, uint8_t out[16])
{
    size_t at = 0, count = 0, gap = SIZE_MAX;

    if (len >= 2 && text[0] == ':' && text[1] == ':') gap = 0, at = 2;
    while (at < len)
    {
        size_t start = at;

        if (count == GROUPS_MAX || !take_group(text, len, &at, out + 2 * count)) return false;
        if (at < len && text[at] == '.')
        {
            if (count > GROUPS_MAX - 2 || !parse_ipv4(text + start, len - start, out + 2 * count))
                return false;
            count += 2;
            break;
        }
        count++;
        if (at == len) break;
        if (text[at++] != ':' || at == len) return false;
        if (text[at] != ':') continue;
        if (gap != SIZE_MAX) return false;
        gap = count;
        at++;
    }
    if (gap == SIZE_MAX) return count == GROUPS_MAX;
    if (count == GROUPS_MAX) return false;
    memmove(out + 16 - 2 * (count - gap), out + 2 * gap, 2 * (count - gap));
    memset(out + 2 * gap, 0, 2 * (GROUPS_MAX - count));
    return true;
}

bool peer_address_parse(const char *text, size_t len, struct peer_address *address)
{
    *address = (struct peer_address){.family = PEER_IPV4};
    if (parse_ipv4(text, len, address->bytes)) return true;
    *address = (struct peer_address){.family = PEER_IPV6};
    if (parse_ipv6(text, len, address->bytes)) return true;
    *address = (struct peer_address){0};
    return false;
}

/* The first of the longest runs of zero groups, when there is more than one zero. */
static void find_gap(const uint8_t *bytes, unsigned int *begin, unsigned int *end)
{
    *begin = *end = GROUPS_MAX;
    for (unsigned int i = 0; i < GROUPS_MAX; i++)
    {
        unsigned int last = i;

        while (last < GROUPS_MAX && !bytes[2 * last] && !bytes[2 * last + 1])
            last++;
        if (last - i > 1 && last - i > *end - *begin) *begin = i, *end = last;
    }
}

/* RFC 5952. */
static void format_ipv6(const uint8_t *bytes, char *text)
{
    unsigned int gap_begin, gap_end;

    find_gap(bytes, &gap_begin, &gap_end);
    for (unsigned int i = 0; i < GROUPS_MAX; i++)
    {
        if (i == gap_begin)
        {
            text += sprintf(text, "::");
            i = gap_end - 1;
            continue;
        }
        text +=
            sprintf(text, i && i != gap_end ? ":%x" : "%x", bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
}

void peer_address_format(const struct peer_address *address, char text[PEER_ADDRESS_TEXT_SIZE])
{
    const uint8_t *b = address->bytes;

    if (address->family == PEER_IPV4)
        sprintf(text, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    else if (address->family == PEER_IPV6)
        format_ipv6(b, text);
    else
        text[0] = 0;
}

bool peer_xaddr_parse(const char *text, size_t len, struct peer_address *address)
{
    static const char scheme[] = "https://";
    size_t prefix_len = strlen(scheme);

    *address = (struct peer_address){0};
    if (len <= prefix_len || memcmp(text, scheme, prefix_len)) return false;
    text += prefix_len;
    len -= prefix_len;
    if (text[0] != '[')
        return peer_address_parse(text, len, address) && address->family == PEER_IPV4;
    return len > 2 && text[len - 1] == ']' && peer_address_parse(text + 1, len - 2, address) &&
           address->family == PEER_IPV6;
}

void peer_xaddr_format(const struct peer_address *address, char text[PEER_XADDR_TEXT_SIZE])
{
    char plain[PEER_ADDRESS_TEXT_SIZE];

    peer_address_format(address, plain);
    sprintf(text, address->family == PEER_IPV6 ? "https://[%s]" : "https://%s", plain);
}
