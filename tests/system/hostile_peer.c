/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hostile_peer.exe FILE [other|expired|weak|future]: announces itself, serves at port 2178 with a
 * certificate whose public key it prints first, and lies about every file but "honest". With a
 * second argument the certificate is not the one that it has printed, or one that nobody may
 * believe. Tells on its output what it can do and what it is asked; is ended from outside. */
#include "hostile.h"

#include <ws2tcpip.h>

#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "net/http_request.h"
#include "peer/discovery.h"
#include "peer/machine_name.h"

#define PORT     2178
#define BODY_MAX 65536

static struct tls_context *context;

static void check(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "hostile_peer: %s\n", what);
    ExitProcess(1);
}

/* ---- requests ---- */

struct visitor
{
    struct hostile_link link;
    struct http_request request;
    char bytes[8192]; /* received, not looked at */
    size_t at, size;
};

static bool fill(struct visitor *visitor)
{
    if (visitor->at < visitor->size) return true;
    visitor->at = 0;
    visitor->size = hostile_receive(&visitor->link, visitor->bytes, sizeof(visitor->bytes));
    return visitor->size != 0;
}

static bool read_head(struct visitor *visitor)
{
    size_t used;

    http_request_reset(&visitor->request);
    while (visitor->request.state == HTTP_REQUEST_PARTIAL)
    {
        if (!fill(visitor)) return false;
        http_request_feed(&visitor->request, visitor->bytes + visitor->at,
                          visitor->size - visitor->at, &used);
        visitor->at += used;
    }
    return visitor->request.state == HTTP_REQUEST_COMPLETE;
}

static bool read_body(struct visitor *visitor, char *body, size_t size)
{
    for (size_t at = 0; at < size; at++)
    {
        if (!fill(visitor)) return false;
        body[at] = visitor->bytes[visitor->at++];
    }
    return true;
}

static bool answer_search(struct visitor *visitor)
{
    size_t size = (size_t)visitor->request.content_length;
    struct content_query query = {0};
    char *body = malloc(BODY_MAX);
    bool goes_on = false;

    if (body && size <= BODY_MAX && read_body(visitor, body, size) &&
        SUCCEEDED(content_parse_query(body, size, &query)))
        goes_on = hostile_search(&visitor->link, &query);
    content_query_done(&query);
    free(body);
    return goes_on;
}

/* /BITS-peer-caching/{NUMBER-0666-...}: the number is that of the act, plus 1. */
static bool answer_fetch(struct visitor *visitor)
{
    const struct http_request_field *field;
    char path[256], range[64];
    unsigned int act;
    size_t count;

    if (!http_request_path(&visitor->request, path, sizeof(path)) || !strchr(path, '{') ||
        sscanf(strchr(path, '{'), "{%x-", &act) != 1)
        return false;
    field = http_request_find(&visitor->request, "range", &count);
    if (!field) return hostile_fetch(&visitor->link, act - 1, NULL);
    snprintf(range, sizeof(range), "%.*s", (int)field->value.len, field->value.at);
    return hostile_fetch(&visitor->link, act - 1, range);
}

static void serve(void *arg)
{
    struct visitor *visitor = calloc(1, sizeof(*visitor));

    http_request_init(&visitor->request);
    if (hostile_open(&visitor->link, (SOCKET)(uintptr_t)arg, context))
    {
        while (read_head(visitor) &&
               (http_part_is(visitor->request.method, "POST") ? answer_search(visitor)
                                                              : answer_fetch(visitor)))
            ;
        hostile_close(&visitor->link);
    }
    http_request_done(&visitor->request);
    free(visitor);
}

/* ---- start ---- */

static void read_file(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    DWORD size = GetFileSize(file, NULL), got = 0;
    uint8_t *bytes = malloc(size);

    check(file != INVALID_HANDLE_VALUE && bytes && ReadFile(file, bytes, size, &got, NULL) &&
              got == size,
          "the file cannot be read");
    hostile_file = bytes;
    hostile_file_size = size;
}

static void choose_certificate(const WCHAR *kind)
{
    static const struct
    {
        const WCHAR *name;
        enum hostile_certificate kind;
    } kinds[] = {
        {L"expired", HOSTILE_EXPIRED}, {L"weak", HOSTILE_WEAK}, {L"future", HOSTILE_FUTURE}};
    struct certificate shown = {0}, printed = {0};
    enum hostile_certificate wanted = HOSTILE_GOOD;
    char text[65];

    for (unsigned int i = 0; kind && i < ARRAYSIZE(kinds); i++)
        if (!wcscmp(kind, kinds[i].name)) wanted = kinds[i].kind;
    check(hostile_make_certificate(wanted, &shown), "there is no certificate");
    check((context = hostile_tls(&shown, TLS_SERVER)) != NULL, "there is no TLS");
    hostile_key_print(&shown, text);
    if (kind && !wcscmp(kind, L"other"))
    {
        check(hostile_make_certificate(HOSTILE_GOOD, &printed), "there is no certificate");
        hostile_key_print(&printed, text);
    }
    printf("key %s\n", text);
    for (unsigned int i = 0; i < hostile_act_count; i++)
        printf("act %s %s\n", hostile_acts[i].name, hostile_acts[i].fetch ? "fetch" : "search");
    fflush(stdout);
    certificate_done(&shown);
    certificate_done(&printed);
}

static void announce(void)
{
    static const struct discovery_events none;
    struct discovery_config config = {0};
    static struct machine_name name;
    struct discovery *discovery;

    check(SUCCEEDED(machine_name_get(&name)), "there is no name");
    config.fqdn = name.fqdn;
    config.domain = name.domain;
    check(SUCCEEDED(discovery_create(&config, &none, &discovery)) &&
              SUCCEEDED(discovery_set_roles(discovery, false, true)),
          "it cannot be announced");
}

static SOCKET listen_for_visitors(void)
{
    /* Of both families, as it is announced. */
    const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
    SOCKET listener = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    DWORD no = 0;

    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&no, sizeof(no));
    check(!bind(listener, (const struct sockaddr *)&any, sizeof(any)) && !listen(listener, 16),
          "the port is taken");
    return listener;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    SOCKET listener, visitor;
    WSADATA data;

    check(argc == 2 || argc == 3, "hostile_peer FILE [other|expired|weak|future]");
    WSAStartup(MAKEWORD(2, 2), &data);
    read_file(argv[1]);
    listener = listen_for_visitors();
    choose_certificate(argc == 3 ? argv[2] : NULL);
    announce();
    while ((visitor = accept(listener, NULL, NULL)) != INVALID_SOCKET)
        _beginthread(serve, 0, (void *)(uintptr_t)visitor);
    return 0;
}
