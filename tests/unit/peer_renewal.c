/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_network.c with a clock that the test sets: the certificate that the server shows on
 * loopback, renewed in time, and clocks that are a year apart. Discovery is played here, and sends
 * nothing. The registry of this machine must pin nobody, and is left so. */
#include <winsock2.h>

#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"
#include "net/tls_socket.h"
#include "peer/certificate.h"
#include "peer/discovery.h"
#include "peer/identity.h"
#include "peer/peer_network.h"
#include "peer/trust_pins.h"
#include "policy/peer_flags.h"

/* 2024-03-01 10:20:30 */
#define NOW     133537620300000000ull
#define YEAR    (365 * CERTIFICATE_DAY)
#define WAIT_MS 20000
#define SOME_PIN                                                                                   \
    TRUST_PINS_KEY L"\\00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static WCHAR folder[MAX_PATH];
static struct cache *cache;
static struct peer_network *network;
static uint16_t port;
static volatile LONG64 network_time;

/* ---- in the place of discovery ---- */

HRESULT discovery_create(const struct discovery_config *config,
                         const struct discovery_events *events, struct discovery **out)
{
    (void)config;
    (void)events;
    *out = (struct discovery *)&network;
    return S_OK;
}

void discovery_destroy(struct discovery *discovery)
{
    (void)discovery;
}

HRESULT discovery_set_roles(struct discovery *discovery, bool is_client, bool is_server)
{
    (void)discovery;
    (void)is_client;
    (void)is_server;
    return S_OK;
}

bool discovery_request(struct discovery *discovery)
{
    (void)discovery;
    return false;
}

HRESULT discovery_list_peers(struct discovery *discovery, bool only_available,
                             struct peer_info **peers, size_t *count)
{
    (void)discovery;
    (void)only_available;
    *peers = NULL;
    *count = 0;
    return S_OK;
}

void discovery_clear_peers(struct discovery *discovery)
{
    (void)discovery;
}

void discovery_restore_peers(struct discovery *discovery, const struct peer_info *peers,
                             size_t count)
{
    (void)discovery;
    (void)peers;
    (void)count;
}

void discovery_refresh_peer(struct discovery *discovery, const char *fqdn,
                            const struct peer_address *address)
{
    (void)discovery;
    (void)fqdn;
    (void)address;
}

void discovery_set_authenticated(struct discovery *discovery, const char *fqdn, bool authenticated)
{
    (void)discovery;
    (void)fqdn;
    (void)authenticated;
}

void discovery_remove_peer(struct discovery *discovery, const char *fqdn)
{
    (void)discovery;
    (void)fqdn;
}

/* ---- the network ---- */

static tick_t real_ticks(void *ctx)
{
    (void)ctx;
    return clock_ticks(&clock_system);
}

static filetime_t set_filetime(void *ctx)
{
    (void)ctx;
    return (filetime_t)InterlockedCompareExchange64(&network_time, 0, 0);
}

static HRESULT get_cache(void *ctx, struct cache **out)
{
    (void)ctx;
    *out = cache;
    return S_OK;
}

/* Its thread looks at the clock at once. */
static void set_time(filetime_t now)
{
    const struct peer_network_settings settings = {PEER_MACHINE_SERVER, 1 << 20};

    InterlockedExchange64(&network_time, (LONG64)now);
    peer_network_apply(network, &settings);
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address);
    SOCKET handle = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(handle, (struct sockaddr *)&address, size);
    getsockname(handle, (struct sockaddr *)&address, &size);
    closesocket(handle);
    return ntohs(address.sin_port);
}

static LSTATUS pin_somebody(void)
{
    HKEY key;
    LSTATUS status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, SOME_PIN, 0, NULL, 0,
                                     KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key, NULL);

    if (status) return status;
    status = RegSetValueExW(key, L"Name", 0, REG_SZ, (const BYTE *)L"gamma", 6 * sizeof(WCHAR));
    RegCloseKey(key);
    return status;
}

static bool start(void)
{
    const struct cache_options options = {.limits = {.percent = 1}, .clock = clock_system};
    struct peer_network_config config = {
        .clock = {real_ticks, set_filetime, NULL}, .folder = folder, .get_cache = get_cache};
    struct cache_report report;
    WCHAR temp[MAX_PATH];
    HRESULT hr;

    GetTempPathW(MAX_PATH, temp);
    swprintf(folder, ARRAY_SIZE(folder), L"%lspeer-network-%lu", temp, GetCurrentProcessId());
    CreateDirectoryW(folder, NULL);
    config.content_port = port = free_port();
    ok(!pin_somebody(), "Nobody can be pinned.\n");
    hr = cache_open(folder, &options, &cache, &report);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return false;
    hr = peer_network_create(&config, &network);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return SUCCEEDED(hr);
}

static void end(void)
{
    peer_network_destroy(network);
    cache_close(cache);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, SOME_PIN, KEY_WOW64_64KEY, 0);
}

/* ---- a peer ---- */

static bool take_certificate(void *ctx, const uint8_t *der, size_t size)
{
    return SUCCEEDED(certificate_read(der, size, ctx));
}

static SOCKET reach_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    DWORD limit = WAIT_MS;
    SOCKET handle = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, (const char *)&limit, sizeof(limit));
    if (!connect(handle, (struct sockaddr *)&address, sizeof(address))) return handle;
    closesocket(handle);
    return INVALID_SOCKET;
}

static bool wait_for_socket(SOCKET handle, enum tls_status status)
{
    struct timeval limit = {.tv_sec = WAIT_MS / 1000};
    fd_set sockets;

    FD_ZERO(&sockets);
    FD_SET(handle, &sockets);
    if (status == TLS_WANT_READ) return select(0, &sockets, NULL, NULL, &limit) > 0;
    return select(0, NULL, &sockets, NULL, &limit) > 0;
}

/* A handshake with a certificate of that time: what the server shows, and whether it lets us in.
 * False: it cannot be reached now. */
static bool shake_hands(const struct certificate *own, struct certificate_facts *server,
                        bool *is_in)
{
    const struct tls_identity identity = {own->der, own->der_size, own->key, own->key_size};
    struct tls_transport transport;
    struct tls_context *context;
    SOCKET handle = reach_server();
    enum tls_status status;
    u_long on = 1;
    struct tls *tls;

    memset(server, 0, sizeof(*server));
    if (handle == INVALID_SOCKET) return false;
    ioctlsocket(handle, FIONBIO, &on);
    transport = tls_socket_transport(handle);
    if (SUCCEEDED(tls_context_create(&identity, TLS_CLIENT, &context)))
    {
        if (SUCCEEDED(tls_open(context, &transport, take_certificate, server, NULL, &tls)))
        {
            while ((status = tls_handshake(tls)) == TLS_WANT_READ || status == TLS_WANT_WRITE)
                if (!wait_for_socket(handle, status)) break;
            *is_in = status == TLS_DONE;
            tls_destroy(tls);
        }
        tls_context_release(context);
    }
    closesocket(handle);
    return server->not_after != 0;
}

/* What the server shows when it is not what it showed before. */
static bool wait_for_other(const struct certificate *own, const struct certificate_facts *before,
                           struct certificate_facts *server, bool *is_in)
{
    uint64_t deadline = test_ticks() + WAIT_MS;

    do
    {
        if (shake_hands(own, server, is_in) &&
            (!before ||
             memcmp(before->fingerprint, server->fingerprint, sizeof(server->fingerprint))))
            return true;
        Sleep(20);
    } while (test_ticks() < deadline);
    ok(0, "The server shows nothing else (it serves: %d).\n", peer_network_is_serving(network));
    return false;
}

static struct certificate make_own(filetime_t now)
{
    const struct certificate_request request = {.sid = "S-1-5-21-1-2-3-1104",
                                                .dns_name = "beta.lab.example",
                                                .not_before = now - CERTIFICATE_DAY,
                                                .not_after = now + 13 * CERTIFICATE_DAY,
                                                .key_bits = CERTIFICATE_KEY_BITS};
    struct certificate own = {0};
    HRESULT hr = certificate_make(&request, &own);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return own;
}

static bool is_same(const struct certificate_facts *a, const struct certificate_facts *b)
{
    return !memcmp(a->fingerprint, b->fingerprint, sizeof(a->fingerprint));
}

/* ---- the tests ---- */

static void test_renewal(void)
{
    struct certificate own = make_own(NOW);
    struct certificate_facts first, same, renewed;
    SOCKET kept;
    bool is_in = false;
    char byte;
    int got;

    set_time(NOW);
    if (!wait_for_other(&own, NULL, &first, &is_in)) goto done;
    ok(is_in, "A peer of the same time is refused.\n");
    set_time(first.not_after - IDENTITY_RENEWED_BEFORE - FILETIME_PER_SECOND);
    kept = reach_server();
    ok(shake_hands(&own, &same, &is_in) && is_same(&first, &same), "It is renewed too early.\n");

    set_time(first.not_after - IDENTITY_RENEWED_BEFORE + FILETIME_PER_SECOND);
    if (!wait_for_other(&own, &first, &renewed, &is_in)) goto done;
    ok(is_in, "A peer is refused after the renewal.\n");
    ok(!memcmp(first.key_fingerprint, renewed.key_fingerprint, sizeof(first.key_fingerprint)),
       "Whoever pins the key does not know us any more.\n");
    ok(renewed.not_after > first.not_after, "It is good for no longer.\n");
    got = recv(kept, &byte, 1, 0);
    ok(!got || WSAGetLastError() != WSAETIMEDOUT, "A connection of before goes on.\n");
    closesocket(kept);

done:
    certificate_done(&own);
}

static enum certificate_fault judge(const struct certificate_facts *facts, filetime_t now)
{
    const struct certificate_rules rules = {now, CERTIFICATE_USE_SERVER, CERTIFICATE_USE_ANY,
                                            false};

    return certificate_check(facts, &rules);
}

/* Neither side takes the other's certificate, until the wrong clock has been put right. */
static void test_year(int years, enum certificate_fault fault)
{
    filetime_t wrong = years > 0 ? NOW + YEAR : NOW - YEAR;
    struct certificate own = make_own(NOW);
    struct certificate_facts strange, good;
    bool is_in = true;

    set_time(NOW);
    if (!wait_for_other(&own, NULL, &good, &is_in)) goto done;
    ok(is_in && judge(&good, NOW) == CERTIFICATE_GOOD, "Peers of the same time do not agree.\n");
    set_time(wrong);
    if (!wait_for_other(&own, &good, &strange, &is_in)) goto done;
    ok(!is_in, "A certificate of another year is taken.\n");
    ok(judge(&strange, NOW) == fault, "Got %u.\n", judge(&strange, NOW));
    ok(judge(&strange, wrong) == CERTIFICATE_GOOD, "Got %u.\n", judge(&strange, wrong));

    set_time(NOW);
    if (!wait_for_other(&own, &strange, &good, &is_in)) goto done;
    ok(is_in && judge(&good, NOW) == CERTIFICATE_GOOD, "It is not right again.\n");

done:
    certificate_done(&own);
}

static void test_clocks(void)
{
    withstands("F23");
    winetest_push_context("F23: a year ahead");
    test_year(1, CERTIFICATE_NOT_YET_VALID);
    winetest_pop_context();
    winetest_push_context("F23: a year behind");
    test_year(-1, CERTIFICATE_EXPIRED);
    winetest_pop_context();
}

START_TEST(peer_renewal)
{
    WSADATA data;

    ok(!WSAStartup(MAKEWORD(2, 2), &data), "There is no Winsock.\n");
    if (start())
    {
        RUN_TEST(test_renewal);
        RUN_TEST(test_clocks);
    }
    end();
}
