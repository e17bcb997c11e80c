/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/trust_pins.c, over the registry of this machine, which must pin nobody; it is left so. */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "peer/trust_pins.h"
#include "unit/peer_certificate_data.h"

#define SID          L"S-1-5-21-1-2-3-1104"
#define SEEN_WITHIN  2000 /* milliseconds */
#define ALL          (KEY_ALL_ACCESS | KEY_WOW64_64KEY)
#define OTHER_PRINT  L"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define STRANGE_NAME L"not a fingerprint"

static const struct certificate_rules rules = {133537620300000000ull + CERTIFICATE_DAY,
                                               CERTIFICATE_USE_CLIENT, CERTIFICATE_USE_ANY, false};

static struct trust_pins *pins;
static WCHAR strong_print[65];
static LONG changes;

static void changed(void *ctx)
{
    (void)ctx;
    lock_assert_none_held();
    InterlockedIncrement(&changes);
}

static LSTATUS pin(const WCHAR *print, const WCHAR *name, const WCHAR *sid)
{
    WCHAR path[300];
    LSTATUS status;
    HKEY key;

    swprintf(path, ARRAY_SIZE(path), L"%ls\\%ls", TRUST_PINS_KEY, print);
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, ALL, NULL, &key, NULL);
    if (status) return status;
    if (name)
        RegSetValueExW(key, L"Name", 0, REG_SZ, (const BYTE *)name,
                       (DWORD)((wcslen(name) + 1) * sizeof(WCHAR)));
    if (sid)
        RegSetValueExW(key, L"Sid", 0, REG_SZ, (const BYTE *)sid,
                       (DWORD)((wcslen(sid) + 1) * sizeof(WCHAR)));
    RegCloseKey(key);
    return 0;
}

static void unpin(const WCHAR *print)
{
    WCHAR path[300];

    swprintf(path, ARRAY_SIZE(path), L"%ls\\%ls", TRUST_PINS_KEY, print);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0);
}

static enum trust_verdict judge(struct trusted_peer *peer)
{
    struct trust trust = trust_pins_trust(pins);

    return trust_judge(&trust, &rules, cert_strong, sizeof(cert_strong), peer);
}

static bool is_verdict(void *ctx)
{
    struct trusted_peer peer;

    return judge(&peer) == *(enum trust_verdict *)ctx;
}

static void expect(enum trust_verdict verdict, const char *what)
{
    ok(wait_for(is_verdict, &verdict, SEEN_WITHIN), "%s: not seen.\n", what);
}

static void test_comes_and_goes(void)
{
    struct trust trust = trust_pins_trust(pins);
    struct trusted_peer peer;

    ok(!trust_has_peers(&trust), "Someone is trusted.\n");
    expect(TRUST_UNKNOWN, "no key");

    ok(!pin(strong_print, L"strong", SID), "Not written.\n");
    expect(TRUST_KNOWN, "pinned");
    ok(trust_has_peers(&trust), "No one is trusted.\n");
    ok(judge(&peer) == TRUST_KNOWN && !strcmp(peer.name, "strong"), "Got %s.\n", peer.name);

    unpin(strong_print);
    expect(TRUST_UNKNOWN, "no longer pinned");
    ok(!trust_has_peers(&trust), "Someone is trusted.\n");
    ok(InterlockedCompareExchange(&changes, 0, 0) >= 2, "Told of %ld changes.\n", changes);

    /* The key of the list itself goes and comes. */
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY, 0);
    pin(strong_print, NULL, NULL);
    expect(TRUST_KNOWN, "pinned again");
    unpin(strong_print);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY, 0);
    expect(TRUST_UNKNOWN, "all gone");
}

static void test_values_change(void)
{
    pin(strong_print, L"strong", NULL);
    expect(TRUST_KNOWN, "without a SID");
    pin(strong_print, NULL, L"S-1-5-21-1-2-3-1105");
    expect(TRUST_REFUSED, "another SID");
    pin(strong_print, NULL, SID);
    expect(TRUST_KNOWN, "its SID");
    /* A SID that is none must not be taken for "any". */
    pin(strong_print, NULL, L"rubbish");
    expect(TRUST_UNKNOWN, "no SID");
    pin(strong_print, NULL, L"");
    expect(TRUST_KNOWN, "an empty SID");
    unpin(strong_print);
    expect(TRUST_UNKNOWN, "gone");
}

static void test_strange_keys(void)
{
    pin(STRANGE_NAME, L"strange", NULL);
    pin(OTHER_PRINT, L"other", NULL);
    pin(strong_print, L"strong", NULL);
    expect(TRUST_KNOWN, "among others");
    unpin(STRANGE_NAME);
    unpin(strong_print);
    expect(TRUST_UNKNOWN, "gone");
    unpin(OTHER_PRINT);
}

/* What is there at the start needs no notice. */
static void test_start(void)
{
    struct trusted_peer peer;

    trust_pins_destroy(pins);
    pins = NULL;
    pin(strong_print, L"strong", NULL);
    ok(trust_pins_create(NULL, NULL, &pins) == S_OK, "Not made.\n");
    ok(judge(&peer) == TRUST_KNOWN, "Not known at once.\n");
    unpin(strong_print);
    expect(TRUST_UNKNOWN, "gone");
}

START_TEST(trust_pins)
{
    uint8_t print[CERTIFICATE_FINGERPRINT_SIZE];
    HRESULT hr;
    HKEY key;

    if (!RegOpenKeyExW(HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key))
    {
        RegCloseKey(key);
        skip("This machine has trusted peers.\n");
        return;
    }
    certificate_fingerprint(cert_strong, sizeof(cert_strong), print);
    for (unsigned int i = 0; i < sizeof(print); i++)
        swprintf(strong_print + 2 * i, 3, L"%02x", print[i]);
    if (pin(strong_print, NULL, NULL))
    {
        skip("No right to write to the registry.\n");
        return;
    }
    unpin(strong_print);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY, 0);

    hr = trust_pins_create(changed, NULL, &pins);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return;
    RUN_TEST(test_comes_and_goes);
    RUN_TEST(test_values_change);
    RUN_TEST(test_strange_keys);
    RUN_TEST(test_start);
    trust_pins_destroy(pins);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY, 0);
}
