/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hostile_stranger.exe TARGET ATTACK [RECORD]: a machine on the link that nobody trusts attacks the
 * peer cache of the machine with this IPv4 address. Exit code 1: the machine has done what it must
 * not do; what a whole machine must hold besides is looked at by hostile.sh. */
#include "hostile.h"

#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "peer/byte_buffer.h"
#include "peer/discovery_message.h"

#define CONTENT_PORT   2178
#define DISCOVERY_PORT 3702
#define HOLD_MS        8000
#define DATAGRAMS      100000
#define PROBES         10000
#define ANSWERS_MAX    300 /* of so many probes, in the seconds that they take */
#define MACHINES       5000

static struct sockaddr_in target;
static unsigned int failures;

#define check(...) check_(__LINE__, __VA_ARGS__)
static void check_(int line, bool is_met, const char *what)
{
    if (is_met) return;
    printf("FAILED, line %d: %s\n", line, what);
    failures++;
}

/* The same for one seed, which is printed. */
static unsigned int seed;

static unsigned int next(unsigned int limit)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % limit;
}

/* ---- TCP ---- */

static SOCKET connect_to(void)
{
    SOCKET to = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in address = target;
    DWORD wait = 5000;

    address.sin_port = htons(CONTENT_PORT);
    setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, (const char *)&wait, sizeof(wait));
    setsockopt(to, SOL_SOCKET, SO_SNDTIMEO, (const char *)&wait, sizeof(wait));
    if (!connect(to, (struct sockaddr *)&address, sizeof(address))) return to;
    closesocket(to);
    return INVALID_SOCKET;
}

static void attack_garbage(const char *record)
{
    char bytes[4096];

    (void)record;
    for (unsigned int i = 0; i < 200; i++)
    {
        SOCKET to = connect_to();
        int size = (int)next(sizeof(bytes));

        for (int at = 0; at < size; at++)
            bytes[at] = (char)next(256);
        /* Some begin like a record of TLS with a length of its own. */
        if (i % 3 == 0) memcpy(bytes, "\x16\x03\x01\xff\xff", 5);
        if (i % 3 == 1) memcpy(bytes, "\x16\x03\x03\x00\x10\x01\xff\xff\xff", 9);
        send(to, bytes, size, 0);
        closesocket(to);
    }
}

static void attack_clear(const char *record)
{
    static const char request[] = "GET /BITS-peer-caching HTTP/1.1\r\nHost: a\r\n\r\n";
    SOCKET to = connect_to();
    char answer[4096] = "";
    int got;

    (void)record;
    send(to, request, sizeof(request) - 1, 0);
    got = recv(to, answer, sizeof(answer) - 1, 0);
    check(got <= 0 || memcmp(answer, "HTTP", 4), "it speaks HTTP without TLS");
    closesocket(to);
}

static bool shake_hands(enum hostile_certificate kind, struct hostile_link *link)
{
    static struct certificate certificates[HOSTILE_FUTURE + 1];
    static struct tls_context *contexts[HOSTILE_FUTURE + 1];
    SOCKET to;

    if (!contexts[kind] && hostile_make_certificate(kind, &certificates[kind]))
        contexts[kind] = hostile_tls(&certificates[kind], TLS_CLIENT);
    check(contexts[kind] != NULL, "there is no certificate");
    if ((to = connect_to()) == INVALID_SOCKET) return false;
    return hostile_open(link, to, contexts[kind]);
}

/* What is answered to a request, as far as one read goes; the number of its status. */
static unsigned int ask(struct hostile_link *link, const void *request, size_t size, char *answer,
                        size_t answer_size)
{
    unsigned int status = 0;
    size_t got;

    answer[0] = 0;
    if (!hostile_send(link, request, size)) return 0;
    got = hostile_receive(link, answer, answer_size - 1);
    answer[got] = 0;
    sscanf(answer, "HTTP/1.1 %u", &status);
    return status;
}

static unsigned int ask_for(const char *id, char *answer, size_t size)
{
    struct hostile_link link;
    unsigned int status = 0;
    char request[512];

    snprintf(request, sizeof(request),
             "GET /BITS-peer-caching/%s HTTP/1.1\r\nHost: a\r\nUser-Agent: Microsoft BITS/7.8\r\n"
             "Range: bytes=0-99\r\n\r\n",
             id);
    if (!shake_hands(HOSTILE_GOOD, &link)) return 0;
    status = ask(&link, request, strlen(request), answer, size);
    hostile_close(&link);
    return status;
}

/* Removes what may differ: the date. */
static void blank_date(char *answer)
{
    char *date = strstr(answer, "Date: ");

    for (; date && *date && *date != '\r'; date++)
        *date = ' ';
}

/* F10: one whose certificate nobody knows learns nothing, not even what is there. */
static void attack_unknown(const char *record)
{
    static char known[4096], unknown[4096];
    unsigned int status = ask_for(record, known, sizeof(known));

    check(status && status != 200 && status != 206, "a stranger gets content");
    status = ask_for("%7B11111111-2222-3333-4444-555555555555%7D", unknown, sizeof(unknown));
    check(status && status != 200 && status != 206, "a stranger gets content");
    blank_date(known);
    blank_date(unknown);
    check(!strcmp(known, unknown), "a stranger learns which records there are");
}

static void attack_expired(const char *record)
{
    struct hostile_link link;

    (void)record;
    for (unsigned int kind = HOSTILE_EXPIRED; kind <= HOSTILE_FUTURE; kind++)
    {
        char answer[4096];
        unsigned int status;

        if (!shake_hands((enum hostile_certificate)kind, &link)) continue;
        /* Under TLS 1.2 the client is done first; the alert comes next. */
        status = ask(&link, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, answer, sizeof(answer));
        check(!status, "a certificate that nobody may believe is answered");
        hostile_close(&link);
    }
}

/* Connections that say nothing, as many as one can have. */
static void attack_silence(const char *record)
{
    SOCKET sockets[500];
    unsigned int count;

    (void)record;
    for (count = 0; count < ARRAYSIZE(sockets); count++)
        if ((sockets[count] = connect_to()) == INVALID_SOCKET) break;
    printf("holding %u\n", count);
    fflush(stdout);
    Sleep(HOLD_MS);
    while (count)
        closesocket(sockets[--count]);
}

/* Connections whose requests never end. */
static void attack_slowly(const char *record)
{
    static const char head[] = "POST /BITS-peer-caching HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    struct hostile_link links[64];
    unsigned int count = 0;

    (void)record;
    for (unsigned int i = 0; i < ARRAYSIZE(links); i++)
        if (shake_hands(HOSTILE_GOOD, &links[count]) &&
            hostile_send(&links[count], head, sizeof(head) - 1))
            count++;
    printf("holding %u\n", count);
    fflush(stdout);
    for (unsigned int round = 0; round < 16; round++)
    {
        for (unsigned int i = 0; i < count; i++)
            hostile_send(&links[i], "a", 1);
        Sleep(HOLD_MS / 16);
    }
    while (count)
        hostile_close(&links[--count]);
}

/* ---- UDP ---- */

static SOCKET udp_to(void)
{
    SOCKET to = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in address = target;
    u_long yes = 1;

    address.sin_port = htons(DISCOVERY_PORT);
    check(!connect(to, (struct sockaddr *)&address, sizeof(address)), "no way to port 3702");
    ioctlsocket(to, FIONBIO, &yes);
    return to;
}

static void own_address(SOCKET to, struct peer_address *address)
{
    struct sockaddr_in own;
    int size = sizeof(own);

    getsockname(to, (struct sockaddr *)&own, &size);
    *address = (struct peer_address){.family = PEER_IPV4};
    memcpy(address->bytes, &own.sin_addr, sizeof(own.sin_addr));
}

static void random_guid(GUID *guid)
{
    for (unsigned int i = 0; i < sizeof(*guid); i++)
        ((uint8_t *)guid)[i] = (uint8_t)next(256);
}

static void make_self(struct discovery_self *self)
{
    memset(self, 0, sizeof(*self));
    random_guid(&self->endpoint);
    self->instance_id = next(100000) + 1;
    self->metadata_version = 1;
    snprintf(self->fqdn, sizeof(self->fqdn), "x%u.local", next(1u << 23));
    strcpy(self->domain, "local");
}

/* One of the five messages, as it should be. */
static size_t make_message(unsigned int kind, const struct peer_address *own, char *text)
{
    struct discovery_stamp stamp = {.message_number = next(1000) + 1};
    struct discovery_self self;

    make_self(&self);
    random_guid(&stamp.message_id);
    switch (kind % 4)
    {
    case 0:
        return discovery_write_hello(text, &self, &stamp, own, 1);
    case 1:
        return discovery_write_bye(text, &self, &stamp);
    case 2:
        return discovery_write_probe(text, &stamp.message_id, "https", "local");
    default:
        return discovery_write_matches(text, &self, &stamp,
                                       "urn:uuid:11111111-2222-3333-4444-555555555555", own, 1);
    }
}

static size_t mutate(char *text, size_t size)
{
    for (unsigned int i = next(8) + 1; i; i--)
    {
        unsigned int at = next((unsigned int)size), other = next((unsigned int)size);

        switch (next(5))
        {
        case 0:
            text[at] ^= (char)(1 << next(8));
            break;
        case 1:
            text[at] = (char)next(256);
            break;
        case 2:
            size = at + 1;
            break;
        case 3:
            memmove(text + at, text + other, size - (at > other ? at : other));
            break;
        default:
            text[at] = "<>&\"\0/:"[next(7)];
        }
    }
    return size;
}

/* G1 */
static void attack_flood(const char *record)
{
    SOCKET to = udp_to();
    struct peer_address own;
    char text[DISCOVERY_SEND_MAX + 1];

    (void)record;
    own_address(to, &own);
    for (unsigned int i = 0; i < DATAGRAMS; i++)
    {
        size_t size = make_message(next(4), &own, text);

        send(to, text, (int)mutate(text, size), 0);
    }
    closesocket(to);
}

/* G8, F19: machines that are not there, and addresses where nobody may be sent. */
static void attack_forged(const char *record)
{
    const struct peer_address places[] = {peer_ipv4(127, 0, 0, 1), peer_ipv4(169, 254, 169, 254),
                                          peer_ipv4(10, 77, 0, 1), peer_ipv4(10, 77, 0, 254),
                                          peer_ipv4(192, 0, 2, 1), peer_ipv4(10, 77, 0, 3)};
    SOCKET to = udp_to();
    char text[DISCOVERY_SEND_MAX + 1];

    (void)record;
    for (unsigned int i = 0; i < MACHINES; i++)
    {
        size_t size = make_message(i % 2 ? 0 : 3, &places[next(ARRAYSIZE(places))], text);

        send(to, text, (int)size, 0);
        size = make_message(1, NULL, text);
        send(to, text, (int)size, 0);
        if (i % 50 == 0) Sleep(20); /* so that some are looked at */
    }
    closesocket(to);
}

static unsigned int count_answers(SOCKET from, unsigned int *bytes)
{
    unsigned int count = 0;
    char text[65536];
    int got;

    while ((got = recv(from, text, sizeof(text), 0)) >= 0)
    {
        count++;
        *bytes += (unsigned int)got;
    }
    return count;
}

/* G6, I14 */
static void attack_probes(const char *record)
{
    SOCKET to = udp_to();
    char text[DISCOVERY_SEND_MAX + 1];
    unsigned int sent = 0, got = 0, answers = 0;

    (void)record;
    for (unsigned int i = 0; i < PROBES; i++)
    {
        size_t size = make_message(2, NULL, text);

        send(to, text, (int)size, 0);
        sent += (unsigned int)size;
        if (i % 10 == 0) Sleep(1);
        answers += count_answers(to, &got);
    }
    Sleep(2000);
    answers += count_answers(to, &got);
    printf("%u answers of %u bytes for %u probes of %u bytes\n", answers, got, PROBES, sent);
    check(answers <= ANSWERS_MAX && got <= sent, "it is an amplifier");
    closesocket(to);
}

/* G7 */
static void attack_rubbish(const char *record)
{
    SOCKET to = udp_to();
    unsigned int bytes = 0;
    char text[65];

    (void)record;
    send(to, "<:/>\n", 5, 0);
    for (int size = 0; size <= 64; size++)
    {
        for (int at = 0; at < size; at++)
            text[at] = (char)next(256);
        send(to, text, size, 0);
    }
    Sleep(1500);
    check(!count_answers(to, &bytes), "rubbish is answered");
    closesocket(to);
}

static void send_repeated(SOCKET to, const char *begin, const char *again, const char *end)
{
    static char text[65000];
    size_t size = strlen(begin);

    memcpy(text, begin, size);
    while (size + strlen(again) + strlen(end) < sizeof(text))
    {
        memcpy(text + size, again, strlen(again));
        size += strlen(again);
    }
    memcpy(text + size, end, strlen(end));
    send(to, text, (int)(size + strlen(end)), 0);
    /* And one that would be taken for its size. */
    send(to, text, 8000, 0);
}

/* G3, G4 */
static void attack_bombs(const char *record)
{
    SOCKET to = udp_to();
    unsigned int bytes = 0;

    (void)record;
    for (unsigned int i = 0; i < 10; i++)
    {
        send_repeated(to, "<?xml version=\"1.0\"?>", "<a>", "");
        send_repeated(to, "<a", " b='c'", ">");
        send_repeated(to, "<a b='", "x", "'>");
        send_repeated(to, "<!DOCTYPE a [<!ENTITY b 'cccccccc'>]><a>", "&b;", "</a>");
        send_repeated(to, "<!DOCTYPE a SYSTEM 'http://10.77.0.254:8080/forbidden'><a>", " ",
                      "</a>");
        send_repeated(to, "\xff\xfe<", "\x01\xd8", "");
        send_repeated(to, "<a>", "\xc0\xaf", "</a>");
    }
    Sleep(1500);
    check(!count_answers(to, &bytes), "a bomb is answered");
    closesocket(to);
}

/* ---- all ---- */

static const struct
{
    const WCHAR *name;
    void (*attack)(const char *record);
} attacks[] = {
    {L"garbage", attack_garbage}, {L"clear", attack_clear},     {L"unknown", attack_unknown},
    {L"expired", attack_expired}, {L"silence", attack_silence}, {L"slowly", attack_slowly},
    {L"flood", attack_flood},     {L"forged", attack_forged},   {L"probes", attack_probes},
    {L"rubbish", attack_rubbish}, {L"bombs", attack_bombs},
};

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    char address[64], record[64];
    WSADATA data;

    if (argc < 3) return 2;
    WSAStartup(MAKEWORD(2, 2), &data);
    snprintf(address, sizeof(address), "%ls", argv[1]);
    snprintf(record, sizeof(record), "%ls", argc > 3 ? argv[3] : L"%7B%7D");
    target.sin_family = AF_INET;
    target.sin_addr.s_addr = inet_addr(address);
    seed = GetTickCount();
    printf("seed %u\n", seed);
    for (unsigned int i = 0; i < ARRAYSIZE(attacks); i++)
    {
        if (wcscmp(attacks[i].name, argv[2])) continue;
        attacks[i].attack(record);
        return failures != 0;
    }
    return 2;
}
