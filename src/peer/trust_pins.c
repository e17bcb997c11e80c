/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pinned peers. One thread watches; what it has read goes into a trust list, which has the lock. */
#include "peer/trust_pins.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/reg.h"
#include "base/str.h"
#include "base/thread.h"

#define VERSION_KEY L"Software\\Microsoft\\Windows\\CurrentVersion"
#define BITS_KEY    L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"

#define KEY_NAME_SIZE 256

/* While something cannot be watched. */
#define RETRY_MS 60000
/* An administrator's program writes value by value: wait for a pause, within bounds. */
#define SETTLE_QUIET_MS 10
#define SETTLE_ROUNDS   5

enum watch
{
    WATCH_VERSION, /* each tells when the key of the next comes or goes */
    WATCH_BITS,
    WATCH_PINS,
    WATCH_COUNT
};

struct trust_pins
{
    struct trust_list *list;
    trust_pins_changed_fn changed; /* immutable after create, as ctx and stop */
    void *ctx;
    struct thread thread;
    HANDLE stop;                           /* event */
    struct reg_watch watches[WATCH_COUNT]; /* the thread's while it runs */
};

static const struct reg_place pins_place = {HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY};

/* False when the value is there, but not a text that fits. */
static bool read_text(HKEY key, const WCHAR *name, char *text, size_t size)
{
    WCHAR wide[TRUST_NAME_SIZE];
    DWORD bytes = sizeof(wide);
    LSTATUS status = RegGetValueW(key, NULL, name, RRF_RT_REG_SZ, NULL, wide, &bytes);
    char *utf8;
    bool ok;

    text[0] = 0;
    if (status == ERROR_FILE_NOT_FOUND) return true;
    if (status || !(utf8 = str_to_utf8(wide))) return false;
    if ((ok = strlen(utf8) < size)) strcpy(text, utf8);
    free(utf8);
    return ok;
}

/* The text of the key's name is ASCII where it is a fingerprint. */
static bool read_name(const WCHAR *name, uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE])
{
    char *utf8 = str_to_utf8(name);
    bool ok = utf8 && certificate_parse_fingerprint(utf8, fingerprint);

    free(utf8);
    return ok;
}

static bool read_pin(HKEY pins, const WCHAR *name, struct trusted_peer *peer)
{
    HKEY key;
    bool ok;

    memset(peer, 0, sizeof(*peer));
    peer->use = CERTIFICATE_USE_ANY;
    if (!read_name(name, peer->fingerprint)) return false;
    if (RegOpenKeyExW(pins, name, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key)) return false;
    /* A name that cannot be read is no reason; a SID that cannot be read would widen the trust. */
    read_text(key, L"Name", peer->name, sizeof(peer->name));
    ok = read_text(key, L"Sid", peer->sid, sizeof(peer->sid)) &&
         (!peer->sid[0] || certificate_is_machine_sid(peer->sid));
    RegCloseKey(key);
    return ok;
}

static size_t read_pins(HKEY key, struct trusted_peer *peers)
{
    size_t count = 0;

    for (DWORD i = 0; count < TRUST_PINS_MAX; i++)
    {
        WCHAR name[KEY_NAME_SIZE];
        DWORD len = ARRAY_COUNT(name);
        LSTATUS status = RegEnumKeyExW(key, i, name, &len, NULL, NULL, NULL, NULL);

        if (status == ERROR_NO_MORE_ITEMS) return count;
        if (status && status != ERROR_MORE_DATA) return count;
        if (!status && read_pin(key, name, &peers[count]))
            count++;
        else
            LOG_WARN(LOG_PEER, "A key below TrustedPeers is not a peer and is not used");
    }
    LOG_WARN(LOG_PEER, "More than %u trusted peers: the others are not used", TRUST_PINS_MAX);
    return count;
}

/* S_FALSE when nothing has changed. Keys that cannot be read pin nobody. */
static HRESULT refresh(struct trust_pins *pins)
{
    struct trusted_peer *peers = calloc(TRUST_PINS_MAX, sizeof(*peers));
    size_t count = 0;
    HRESULT hr;
    HKEY key;

    if (!peers) return E_OUTOFMEMORY;
    if (FAILED(hr = reg_open(&pins_place, KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS, &key)))
        LOG_WARN(LOG_PEER, "The trusted peers cannot be read (%#x)", (unsigned int)hr);
    if (key)
    {
        count = read_pins(key, peers);
        RegCloseKey(key);
    }
    hr = trust_list_set(pins->list, peers, count);
    free(peers);
    return hr;
}

static bool is_signalled(const struct reg_watch *watch)
{
    return WaitForSingleObject(watch->event, 0) == WAIT_OBJECT_0;
}

/* From the first that has changed on, for what lies below may be another key now. */
static void arm(struct trust_pins *pins, bool all)
{
    for (unsigned int i = 0; i < WATCH_COUNT; i++)
    {
        struct reg_watch *watch = &pins->watches[i];

        if (all)
            reg_watch_arm_anew(watch);
        else if (is_signalled(watch))
        {
            reg_watch_arm(watch);
            all = true;
        }
    }
}

/* WAIT_OBJECT_0: stop; WAIT_TIMEOUT; else something has changed. */
static DWORD wait_for_change(struct trust_pins *pins, DWORD timeout_ms)
{
    HANDLE handles[1 + WATCH_COUNT] = {pins->stop};

    for (unsigned int i = 0; i < WATCH_COUNT; i++)
        handles[1 + i] = pins->watches[i].event;
    return WaitForMultipleObjects(ARRAY_COUNT(handles), handles, FALSE, timeout_ms);
}

/* Armed when it returns; WAIT_OBJECT_0 means stop. */
static DWORD settle(struct trust_pins *pins)
{
    DWORD result = WAIT_TIMEOUT;

    for (unsigned int i = 0; i < SETTLE_ROUNDS; i++)
    {
        arm(pins, false);
        result = wait_for_change(pins, SETTLE_QUIET_MS);
        if (result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT) return result;
    }
    arm(pins, false);
    return result;
}

static void watch_thread(void *arg)
{
    struct trust_pins *pins = arg;

    arm(pins, true);
    for (;;)
    {
        bool is_watched = pins->watches[WATCH_VERSION].key != NULL;
        DWORD result;

        if (refresh(pins) == S_OK && pins->changed) pins->changed(pins->ctx);
        result = wait_for_change(pins, is_watched ? INFINITE : RETRY_MS);
        if (result == WAIT_TIMEOUT)
            arm(pins, true);
        else if (result == WAIT_OBJECT_0 || settle(pins) == WAIT_OBJECT_0)
            return;
    }
}

HRESULT trust_pins_create(trust_pins_changed_fn changed, void *ctx, struct trust_pins **out)
{
    static const struct reg_place places[WATCH_COUNT] = {
        [WATCH_VERSION] = {HKEY_LOCAL_MACHINE, VERSION_KEY, KEY_WOW64_64KEY},
        [WATCH_BITS] = {HKEY_LOCAL_MACHINE, BITS_KEY, KEY_WOW64_64KEY},
        [WATCH_PINS] = {HKEY_LOCAL_MACHINE, TRUST_PINS_KEY, KEY_WOW64_64KEY},
    };
    struct trust_pins *pins;
    HRESULT hr;

    *out = NULL;
    if (!(pins = calloc(1, sizeof(*pins)))) return E_OUTOFMEMORY;
    pins->changed = changed;
    pins->ctx = ctx;

    hr = trust_list_create(&pins->list);
    if (SUCCEEDED(hr) && !(pins->stop = CreateEventW(NULL, TRUE, FALSE, NULL)))
        hr = err_from_last_error();
    for (unsigned int i = 0; i < WATCH_COUNT && SUCCEEDED(hr); i++)
        hr = reg_watch_init(&pins->watches[i], &places[i], i == WATCH_PINS);
    /* The caller may ask at once; the thread reads again, after it has begun to watch. */
    if (SUCCEEDED(hr) && FAILED(refresh(pins))) hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr)) hr = thread_start(&pins->thread, watch_thread, pins, "trusted peers");
    if (FAILED(hr))
    {
        trust_pins_destroy(pins);
        return hr;
    }
    *out = pins;
    return S_OK;
}

void trust_pins_destroy(struct trust_pins *pins)
{
    if (!pins) return;
    if (pins->stop) SetEvent(pins->stop);
    thread_join(&pins->thread);
    for (unsigned int i = 0; i < WATCH_COUNT; i++)
        reg_watch_done(&pins->watches[i]);
    if (pins->stop) CloseHandle(pins->stop);
    trust_list_destroy(pins->list);
    free(pins);
}

struct trust trust_pins_trust(struct trust_pins *pins)
{
    return trust_list_trust(pins->list);
}
