/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of peers of a machine that knows none, because it may not use any. */
#include "peer_fixture.h"

#include <stdlib.h>

/* Not NULL; the caller releases it. */
static IEnumBitsPeers *enum_peers(void)
{
    IEnumBitsPeers *peers = NULL;
    HRESULT hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);

    ok(hr == S_OK && peers, "Got hr %#lx, %p.\n", hr, peers);
    if (!peers) exit(1);
    return peers;
}

static bool has_no_peers(void *ctx)
{
    IEnumBitsPeers *peers = enum_peers();
    ULONG count = 0xdeadbeef;

    (void)ctx;
    IEnumBitsPeers_GetCount(peers, &count);
    IEnumBitsPeers_Release(peers);
    return !count;
}

#define refused(object, call) refused_(__LINE__, object, #call, call)
static void refused_(int line, void *object, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(is_null_refusal(object, hr), "%s: got hr %#lx.\n", call, hr);
}

static void test_EnumPeers(void)
{
    static const IID published = {
        0x659cdea5, 0x489e, 0x11d9, {0xa9, 0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51}};
    IEnumBitsPeers *peers, *found = NULL;
    HRESULT hr;

    shows("PCA-EP-1");
    peers = enum_peers();
    hr = IEnumBitsPeers_QueryInterface(peers, &published, (void **)&found);
    ok(hr == S_OK && found, "Got hr %#lx.\n", hr);
    if (found) IEnumBitsPeers_Release(found);
    ok(!IEnumBitsPeers_Release(peers), "Somebody else holds it.\n");
    shows("PCA-EP-5");
    refused(admin, IBitsPeerCacheAdministration_EnumPeers(admin, NULL));
}

static void test_empty(void)
{
    IBitsPeer *elements[2] = {(IBitsPeer *)0xdeadbeef, (IBitsPeer *)0xdeadbeef};
    IEnumBitsPeers *peers = enum_peers();
    ULONG count[2] = {0xdeadbeef, 0xdeadbeef}, fetched = 0;
    HRESULT hr;

    shows("EPE-4");
    hr = IEnumBitsPeers_GetCount(peers, count);
    ok(hr == S_OK && !count[0], "Got hr %#lx, %lu peers.\n", hr, count[0]);
    ok(count[1] == 0xdeadbeef, "More than a ULONG was written.\n");
    hr = IEnumBitsPeers_Next(peers, 1, elements, &fetched);
    ok(hr == S_FALSE && !fetched, "Got hr %#lx, %lu peers.\n", hr, fetched);
    hr = IEnumBitsPeers_Next(peers, 2, elements, &fetched);
    ok(hr == S_FALSE && !fetched, "Got hr %#lx, %lu peers.\n", hr, fetched);
    hr = IEnumBitsPeers_Next(peers, 1, elements, NULL);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Next(peers, 2, elements, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Next(peers, 0, elements, &fetched);
    ok(hr == S_OK && !fetched, "Got hr %#lx, %lu peers.\n", hr, fetched);
    hr = IEnumBitsPeers_Next(peers, 1, NULL, &fetched);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);

    hr = IEnumBitsPeers_Skip(peers, 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Skip(peers, 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Skip(peers, 0xffffffff);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Reset(peers);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    refused(peers, IEnumBitsPeers_GetCount(peers, NULL));
    refused(peers, IEnumBitsPeers_Clone(peers, NULL));
    IEnumBitsPeers_Release(peers);
}

/* A clone outlives what it was made from. */
static void test_Clone(void)
{
    IEnumBitsPeers *peers = enum_peers(), *clone = NULL;
    IBitsPeer *element = NULL;
    ULONG count = 0xdeadbeef;
    HRESULT hr;

    hr = IEnumBitsPeers_Clone(peers, &clone);
    ok(hr == S_OK && clone && clone != peers, "Got hr %#lx, %p.\n", hr, clone);
    IEnumBitsPeers_Release(peers);
    if (!clone) return;
    hr = IEnumBitsPeers_GetCount(clone, &count);
    ok(hr == S_OK && !count, "Got hr %#lx, %lu peers.\n", hr, count);
    hr = IEnumBitsPeers_Next(clone, 1, &element, NULL);
    ok(hr == S_FALSE && !element, "Got hr %#lx, %p.\n", hr, element);
    ok(!IEnumBitsPeers_Release(clone), "Somebody else holds it.\n");
}

static void test_ClearPeers(void)
{
    for (DWORD flags = 0; flags <= 3; flags++)
    {
        HRESULT hr;

        set_machine_flags(flags);
        hr = IBitsPeerCacheAdministration_ClearPeers(admin);
        ok(hr == S_OK, "Flags %lu: got hr %#lx.\n", flags, hr);
    }
    set_machine_flags(0);
    ok(com_wait_for(has_no_peers, NULL, SOON), "There are peers.\n");
}

/* Nobody is looked for who must not be asked. */
static void test_DiscoverPeers(void)
{
    static const struct
    {
        DWORD preference, enable, no_client, no_server;
        bool may_ask;
    } tests[] = {{3, 1, 1, 0, false}, {0, 1, 0, 0, true}, {0, 1, 0, 1, true}, {3, 0, 0, 0, false}};
    HRESULT hr;

    for (DWORD flags = 0; flags <= 3; flags++)
    {
        set_machine_flags(flags);
        hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
        ok(hr == (flags & BG_ENABLE_PEERCACHING_CLIENT ? S_OK : BG_E_PEERCACHING_DISABLED),
           "Flags %lu: got hr %#lx.\n", flags, hr);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        set_policy(ENABLE_PEERCACHING, tests[i].enable);
        set_policy(DISABLE_CLIENT, tests[i].no_client);
        set_policy(DISABLE_SERVER, tests[i].no_server);
        /* Looks at the registry before it returns. */
        IBitsPeerCacheAdministration_SetConfigurationFlags(admin, tests[i].preference);
        hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
        ok(hr == (tests[i].may_ask ? S_OK : BG_E_PEERCACHING_DISABLED), "Test %u: got hr %#lx.\n",
           i, hr);
    }
    reset_machine(0);
}

START_TEST(peer_list)
{
    if (peer_start())
    {
        ok(com_wait_for(has_no_peers, NULL, SOON), "There are peers.\n");
        RUN_TEST(test_EnumPeers);
        RUN_TEST(test_empty);
        RUN_TEST(test_Clone);
        RUN_TEST(test_ClearPeers);
        RUN_TEST(test_DiscoverPeers);
    }
    peer_stop();
}
