/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_network.c: what the peers' thread could not open at its start is opened later. The
 * linker puts our doors in the place of those to trust and to sockets. */
#include "harness/test.h"

#include <stdatomic.h>
#include <stdio.h>

#include "net/socket_set.h"
#include "peer/identity.h"
#include "peer/peer_network.h"
#include "peer/peer_trust.h"
#include "policy/peer_flags.h"

#define WITHIN_MS 20000 /* a key is made */
#define AGAIN_MS  30000

static struct peer_network *network;
static WCHAR folder[MAX_PATH];
static HANDLE waits; /* the thread begins to wait */
static atomic_uint openings, failures, own_settings;
static _Atomic tick_t ticks;

/* ---- in the place of the product's ---- */

HRESULT __real_peer_trust_create(const struct peer_trust_config *config, struct peer_trust **out);
HRESULT __wrap_peer_trust_create(const struct peer_trust_config *config, struct peer_trust **out);
HRESULT __real_peer_trust_set_own(struct peer_trust *trust, const uint8_t *der, size_t size);
HRESULT __wrap_peer_trust_set_own(struct peer_trust *trust, const uint8_t *der, size_t size);
void __wrap_machine_notice_write(const char *name, const struct certificate_facts *facts);
void __real_socket_set_wait(struct socket_set *set, uint32_t timeout_ms, socket_ready_fn ready,
                            void *ctx);
void __wrap_socket_set_wait(struct socket_set *set, uint32_t timeout_ms, socket_ready_fn ready,
                            void *ctx);

HRESULT __wrap_peer_trust_create(const struct peer_trust_config *config, struct peer_trust **out)
{
    openings++;
    *out = NULL;
    if (!failures) return __real_peer_trust_create(config, out);
    failures--;
    return E_OUTOFMEMORY;
}

HRESULT __wrap_peer_trust_set_own(struct peer_trust *trust, const uint8_t *der, size_t size)
{
    if (der && size) own_settings++;
    return __real_peer_trust_set_own(trust, der, size);
}

/* Who this machine is goes on to be what the registry says. */
void __wrap_machine_notice_write(const char *name, const struct certificate_facts *facts)
{
    (void)name;
    (void)facts;
}

void __wrap_socket_set_wait(struct socket_set *set, uint32_t timeout_ms, socket_ready_fn ready,
                            void *ctx)
{
    SetEvent(waits);
    __real_socket_set_wait(set, timeout_ms, ready, ctx);
}

/* ---- the network ---- */

static tick_t fake_ticks(void *ctx)
{
    (void)ctx;
    return ticks;
}

static filetime_t real_date(void *ctx)
{
    (void)ctx;
    return clock_filetime(&clock_system);
}

static HRESULT get_no_cache(void *ctx, struct cache **cache)
{
    (void)ctx;
    *cache = NULL;
    return E_FAIL;
}

static void apply(uint32_t roles)
{
    const struct peer_network_settings settings = {.roles = roles};

    peer_network_apply(network, &settings);
}

/* The thread looks around once more, without news. */
static void wake(void)
{
    const struct file_version version = {.known = true};

    peer_network_refuse(network, L"http://127.0.0.1/", &version);
}

static void wait_for_thread(void)
{
    ok(WaitForSingleObject(waits, WITHIN_MS) == WAIT_OBJECT_0, "The thread does not wait.\n");
}

static void open_network(unsigned int failing)
{
    const struct peer_network_config config = {
        .folder = folder, .clock = {fake_ticks, real_date, NULL}, .get_cache = get_no_cache};

    failures = failing;
    openings = own_settings = 0;
    ok(peer_network_create(&config, &network) == S_OK, "There is no network.\n");
    apply(PEER_MACHINE_CLIENT);
    wait_for_thread();
    ok(openings == 1, "Trust was opened %u times.\n", openings);
    ok(own_settings == !failing, "It was told who we are %u times.\n", own_settings);
}

/* ---- tests ---- */

static void test_opens_once(void)
{
    open_network(0);
    ticks += AGAIN_MS;
    wake();
    wait_for_thread();
    apply(PEER_MACHINE_CLIENT);
    wait_for_thread();
    ok(openings == 1, "Trust was opened %u times.\n", openings);
    ok(own_settings == 1, "It was told who we are %u times.\n", own_settings);
    peer_network_destroy(network);
}

static void test_opens_later(void)
{
    open_network(2);
    ticks += AGAIN_MS - 1;
    wake();
    wait_for_thread();
    ok(openings == 1, "Trust was opened %u times too early.\n", openings);
    ticks++;
    wake();
    wait_for_thread();
    ok(openings == 2 && !own_settings, "Trust was opened %u times.\n", openings);
    ticks += AGAIN_MS;
    wake();
    wait_for_thread();
    ok(openings == 3, "Trust was opened %u times.\n", openings);
    ok(own_settings == 1, "It was told who we are %u times.\n", own_settings);
    peer_network_destroy(network);
}

/* Other settings are a reason not to wait. */
static void test_opens_with_news(void)
{
    open_network(1);
    apply(PEER_MACHINE_CLIENT);
    wait_for_thread();
    ok(openings == 2 && own_settings == 1, "Trust was opened %u times.\n", openings);
    peer_network_destroy(network);
}

/* The thread can be another one then. */
static void test_off_and_on(void)
{
    open_network(1);
    apply(0);
    apply(PEER_MACHINE_CLIENT);
    wait_for_thread();
    ok(openings == 2 && own_settings == 1, "Trust was opened %u times.\n", openings);
    peer_network_destroy(network);
}

START_TEST(peer_network)
{
    WCHAR temp[MAX_PATH], path[MAX_PATH + 32];

    waits = CreateEventW(NULL, FALSE, FALSE, NULL);
    GetTempPathW(MAX_PATH, temp);
    swprintf(folder, ARRAY_SIZE(folder), L"%lsopenbits-network-%lu", temp, GetCurrentProcessId());
    RUN_TEST(test_opens_once);
    RUN_TEST(test_opens_later);
    RUN_TEST(test_opens_with_news);
    RUN_TEST(test_off_and_on);
    swprintf(path, ARRAY_SIZE(path), L"%ls\\" IDENTITY_FILE_NAME, folder);
    DeleteFileW(path);
    ok(RemoveDirectoryW(folder), "%ls is not empty: error %lu.\n", folder, GetLastError());
    CloseHandle(waits);
}
