/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Settings in the registry. One thread watches while the source is started; it needs no lock, since
 * watch() and unwatch() begin and end it. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/reg.h"
#include "base/thread.h"
#include "policy/policy_source.h"

#define POLICIES_KEY    L"Software\\Policies"
#define POLICY_KEY      L"Software\\Policies\\Microsoft\\Windows\\BITS"
#define THROTTLING_KEY  POLICY_KEY L"\\Throttling"
#define BRANCHCACHE_KEY L"Software\\Policies\\Microsoft\\PeerDist\\Service"
#define VERSION_KEY     L"Software\\Microsoft\\Windows\\CurrentVersion"
#define PREFERENCE_KEY  L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"

/* Group policy writes value by value: what comes in one go is read when it has ended. */
#define SETTLE_QUIET_MS 10
#define SETTLE_MAX_MS   50

/* While something cannot be watched. */
#define RETRY_MS 60000

enum watch
{
    WATCH_POLICIES, /* with subtree: it is always there, the keys of policies come and go */
    WATCH_VERSION,  /* tells when the key of the preferences comes or goes */
    WATCH_PREFERENCES,
    WATCH_COUNT
};

struct registry_store
{
    struct policy_source *source; /* immutable while the thread runs */
    struct thread thread;
    HANDLE stop;                           /* event; immutable while the thread runs */
    struct reg_watch watches[WATCH_COUNT]; /* the thread's while it runs */
};

static const struct reg_place policy_place = {HKEY_LOCAL_MACHINE, POLICY_KEY, KEY_WOW64_64KEY};
static const struct reg_place branchcache_place = {HKEY_LOCAL_MACHINE, BRANCHCACHE_KEY,
                                                   KEY_WOW64_64KEY};
static const struct reg_place throttling_place = {HKEY_LOCAL_MACHINE, THROTTLING_KEY,
                                                  KEY_WOW64_64KEY};
static const struct reg_place work_place = {HKEY_LOCAL_MACHINE, THROTTLING_KEY L"\\WorkSchedule",
                                            KEY_WOW64_64KEY};
static const struct reg_place non_work_place = {
    HKEY_LOCAL_MACHINE, THROTTLING_KEY L"\\NonWorkSchedule", KEY_WOW64_64KEY};
static const struct reg_place maintenance_place = {
    HKEY_LOCAL_MACHINE, THROTTLING_KEY L"\\MaintenanceSchedule", KEY_WOW64_64KEY};
static const struct reg_place transfer_policy_place = {
    HKEY_LOCAL_MACHINE, POLICY_KEY L"\\TransferPolicy", KEY_WOW64_64KEY};
static const struct reg_place preference_place = {HKEY_LOCAL_MACHINE, PREFERENCE_KEY,
                                                  KEY_WOW64_64KEY};

static struct policy_raw raw_of(struct reg_number value)
{
    static const enum policy_raw_kind kinds[] = {
        [REG_KIND_ABSENT] = POLICY_RAW_ABSENT,
        [REG_KIND_NUMBER] = POLICY_RAW_NUMBER,
        [REG_KIND_OTHER] = POLICY_RAW_OTHER,
        [REG_KIND_UNREADABLE] = POLICY_RAW_UNREADABLE,
    };

    return (struct policy_raw){kinds[value.kind], value.number};
}

static void read_place(const struct reg_place *place, enum policy_value first,
                       enum policy_value end, struct policy_raw raws[])
{
    HKEY key;
    HRESULT hr = reg_open(place, KEY_QUERY_VALUE, &key);

    for (enum policy_value value = first; value < end; value++)
    {
        struct reg_number number = {FAILED(hr) ? REG_KIND_UNREADABLE : REG_KIND_ABSENT, 0};

        if (key) number = reg_read_number(key, policy_value_name(value));
        raws[value] = raw_of(number);
    }
    if (key) RegCloseKey(key);
}

static void registry_read(void *ctx, struct policy_raw raws[POLICY_VALUE_COUNT])
{
    (void)ctx;
    read_place(&policy_place, 0, POLICY_FIRST_THROTTLING, raws);
    read_place(&throttling_place, POLICY_FIRST_THROTTLING, POLICY_FIRST_WORK, raws);
    read_place(&work_place, POLICY_FIRST_WORK, POLICY_FIRST_NON_WORK, raws);
    read_place(&non_work_place, POLICY_FIRST_NON_WORK, POLICY_FIRST_MAINTENANCE, raws);
    read_place(&maintenance_place, POLICY_FIRST_MAINTENANCE, POLICY_FIRST_TRANSFER_POLICY, raws);
    read_place(&transfer_policy_place, POLICY_FIRST_TRANSFER_POLICY, POLICY_FIRST_BRANCHCACHE,
               raws);
    read_place(&branchcache_place, POLICY_FIRST_BRANCHCACHE, POLICY_FIRST_PREFERENCE, raws);
    read_place(&preference_place, POLICY_FIRST_PREFERENCE, POLICY_VALUE_COUNT, raws);
}

static HRESULT registry_write(void *ctx, enum policy_value value, uint32_t number)
{
    (void)ctx;
    return reg_write_number(&preference_place, policy_value_name(value), number);
}

/* A key of preferences that is not there yet is no fault. */
static bool is_watched(const struct registry_store *store)
{
    return store->watches[WATCH_POLICIES].key && store->watches[WATCH_VERSION].key;
}

static void arm_all(struct registry_store *store)
{
    for (unsigned int i = 0; i < WATCH_COUNT; i++)
        reg_watch_arm_anew(&store->watches[i]);
    if (!is_watched(store))
        LOG_INFO(LOG_POLICY, "Changes of settings are seen after %u s only", RETRY_MS / 1000);
}

static bool is_signalled(const struct reg_watch *watch)
{
    return WaitForSingleObject(watch->event, 0) == WAIT_OBJECT_0;
}

static void arm_signalled(struct registry_store *store)
{
    struct reg_watch *watches = store->watches;

    if (is_signalled(&watches[WATCH_POLICIES])) reg_watch_arm(&watches[WATCH_POLICIES]);
    if (is_signalled(&watches[WATCH_VERSION]))
    {
        reg_watch_arm(&watches[WATCH_VERSION]);
        reg_watch_arm_anew(&watches[WATCH_PREFERENCES]);
    }
    else if (is_signalled(&watches[WATCH_PREFERENCES]))
        reg_watch_arm(&watches[WATCH_PREFERENCES]);
}

/* WAIT_OBJECT_0: stop; WAIT_TIMEOUT; else something has changed. */
static DWORD wait_for_change(struct registry_store *store, DWORD timeout_ms)
{
    HANDLE handles[1 + WATCH_COUNT] = {store->stop};

    for (unsigned int i = 0; i < WATCH_COUNT; i++)
        handles[1 + i] = store->watches[i].event;
    return WaitForMultipleObjects(ARRAY_COUNT(handles), handles, FALSE, timeout_ms);
}

/* Lets a burst of changes end, within bounds. Everything is armed when it returns; WAIT_OBJECT_0
 * means stop. */
static DWORD settle(struct registry_store *store)
{
    tick_t end = clock_ticks(&clock_system) + SETTLE_MAX_MS;
    DWORD result;

    do
    {
        arm_signalled(store);
        result = wait_for_change(store, SETTLE_QUIET_MS);
        if (result == WAIT_OBJECT_0 || result == WAIT_TIMEOUT) return result;
    } while (clock_ticks(&clock_system) < end);
    arm_signalled(store);
    return result;
}

static void watch_thread(void *arg)
{
    struct registry_store *store = arg;
    DWORD result;

    arm_all(store);
    for (;;)
    {
        policy_source_refresh(store->source);
        result = wait_for_change(store, is_watched(store) ? INFINITE : RETRY_MS);
        if (result == WAIT_TIMEOUT)
            arm_all(store);
        else if (result == WAIT_OBJECT_0 || settle(store) == WAIT_OBJECT_0)
            return;
    }
}

static void registry_unwatch(void *ctx)
{
    struct registry_store *store = ctx;

    if (store->stop) SetEvent(store->stop);
    thread_join(&store->thread);
    for (unsigned int i = 0; i < WATCH_COUNT; i++)
        reg_watch_done(&store->watches[i]);
    if (store->stop) CloseHandle(store->stop);
    store->stop = NULL;
    store->source = NULL;
}

static HRESULT registry_watch(void *ctx, struct policy_source *source)
{
    static const struct reg_place places[WATCH_COUNT] = {
        [WATCH_POLICIES] = {HKEY_LOCAL_MACHINE, POLICIES_KEY, KEY_WOW64_64KEY},
        [WATCH_VERSION] = {HKEY_LOCAL_MACHINE, VERSION_KEY, KEY_WOW64_64KEY},
        [WATCH_PREFERENCES] = {HKEY_LOCAL_MACHINE, PREFERENCE_KEY, KEY_WOW64_64KEY},
    };
    struct registry_store *store = ctx;
    HRESULT hr = S_OK;

    if (store->source) return S_OK;

    store->source = source;
    if (!(store->stop = CreateEventW(NULL, TRUE, FALSE, NULL))) hr = err_from_last_error();
    for (unsigned int i = 0; i < WATCH_COUNT && SUCCEEDED(hr); i++)
        hr = reg_watch_init(&store->watches[i], &places[i], i == WATCH_POLICIES);
    if (SUCCEEDED(hr)) hr = thread_start(&store->thread, watch_thread, store, "policy watch");
    if (FAILED(hr)) registry_unwatch(store);
    return hr;
}

static void registry_destroy(void *ctx)
{
    free(ctx);
}

static const struct policy_store registry_store_ops = {
    registry_read, registry_write, registry_watch, registry_unwatch, registry_destroy,
};

HRESULT policy_source_create(policy_changed_fn changed, void *ctx, struct policy_source **out)
{
    struct registry_store *store;

    *out = NULL;
    if (!(store = calloc(1, sizeof(*store)))) return E_OUTOFMEMORY;
    return policy_source_create_on(&registry_store_ops, store, changed, ctx, out);
}
