/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The system's word on networks is there from Windows 10 2004 on, and not under Wine; it is looked
 * for at run time. The names and layouts are those of the documentation of netioapi.h. */
#include "service/conditions.h"

#include <windows.h>

#include <stdlib.h>

#include "base/log.h"
#include "job/queue.h"
#include "policy/bandwidth.h"
#include "policy/network_cost.h"

/* NL_NETWORK_CONNECTIVITY_HINT */
struct connectivity_hint
{
    int level;
    int cost;
    BOOLEAN is_near_limit;
    BOOLEAN is_over_limit;
    BOOLEAN is_roaming;
};

typedef void(CALLBACK *hint_changed_fn)(void *ctx, struct connectivity_hint hint);
typedef DWORD(WINAPI *get_hint_fn)(struct connectivity_hint *hint);
typedef DWORD(WINAPI *notify_hint_fn)(hint_changed_fn changed, void *ctx, BOOLEAN tell_first,
                                      HANDLE *handle);
typedef DWORD(WINAPI *cancel_fn)(HANDLE handle);

struct conditions
{
    /* Immutable after create; NULL where the system has no such function. */
    HMODULE module;
    get_hint_fn get_hint;
    notify_hint_fn notify_hint;
    cancel_fn cancel;
    /* Immutable after start. */
    struct queue *queue;
    HANDLE handle;
};

static uint32_t cost_state(const struct conditions *conditions)
{
    struct connectivity_hint hint = {0};
    struct network_cost cost = {0};

    if (conditions->get_hint && !conditions->get_hint(&hint))
        cost = (struct network_cost){.kind = (enum network_cost_kind)hint.cost,
                                     .is_near_limit = hint.is_near_limit,
                                     .is_over_limit = hint.is_over_limit,
                                     .is_roaming = hint.is_roaming};
    return network_cost_state(&cost);
}

static void read_conditions(void *ctx, struct machine_conditions *out)
{
    SYSTEMTIME now;

    GetLocalTime(&now);
    *out = (struct machine_conditions){
        .cost_state = cost_state(ctx),
        .minute = now.wDayOfWeek * MINUTES_PER_DAY + now.wHour * MINUTES_PER_HOUR + now.wMinute,
        .minute_left_ms = 60000u - (now.wSecond * 1000u + now.wMilliseconds) % 60000u};
}

const struct condition_ops condition_port = {read_conditions};

static void CALLBACK on_hint(void *ctx, struct connectivity_hint hint)
{
    struct conditions *conditions = ctx;

    (void)hint;
    queue_conditions_changed(conditions->queue);
}

static void *find(HMODULE module, const char *name)
{
    return (void *)(ULONG_PTR)GetProcAddress(module, name);
}

HRESULT conditions_create(struct conditions **out)
{
    struct conditions *conditions = calloc(1, sizeof(*conditions));

    *out = conditions;
    if (!conditions) return E_OUTOFMEMORY;
    if (!(conditions->module = LoadLibraryExW(L"iphlpapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32)))
        return S_OK;
    conditions->get_hint = (get_hint_fn)find(conditions->module, "GetNetworkConnectivityHint");
    conditions->notify_hint =
        (notify_hint_fn)find(conditions->module, "NotifyNetworkConnectivityHintChange");
    conditions->cancel = (cancel_fn)find(conditions->module, "CancelMibChangeNotify2");
    return S_OK;
}

void conditions_start(struct conditions *conditions, struct queue *queue)
{
    conditions->queue = queue;
    if (!conditions->get_hint || !conditions->notify_hint || !conditions->cancel) return;
    if (conditions->notify_hint(on_hint, conditions, FALSE, &conditions->handle))
    {
        conditions->handle = NULL;
        LOG_INFO(LOG_SERVICE, "changes of the network's cost are not told");
    }
}

void conditions_destroy(struct conditions *conditions)
{
    if (!conditions) return;
    if (conditions->handle) conditions->cancel(conditions->handle);
    if (conditions->module) FreeLibrary(conditions->module);
    free(conditions);
}
