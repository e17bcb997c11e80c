/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A door for exchanges of keys within one process: calls go over ncalrpc, and it is settled who is
 * at either end. */
#ifndef OPENBITS_TESTS_LOCAL_DOOR_H
#define OPENBITS_TESTS_LOCAL_DOOR_H

#include "harness/test.h"

#include <stdio.h>

#include "peer/key_door.h"

#define OUR_SID   "S-1-5-21-1-2-3-1001"
#define THEIR_SID "S-1-5-21-1-2-3-1002"

static inline HRESULT open_nothing(void *ctx)
{
    (void)ctx;
    return S_OK;
}

static inline HRESULT call_us(void *ctx, RPC_BINDING_HANDLE caller, struct key_exchange_peer *peer)
{
    (void)ctx;
    (void)caller;
    *peer = (struct key_exchange_peer){OUR_SID, true, true};
    return S_OK;
}

static inline HRESULT call_them(void *ctx, RPC_BINDING_HANDLE server, const char *fqdn,
                                struct key_exchange_peer *peer)
{
    (void)ctx;
    (void)server;
    (void)fqdn;
    *peer = (struct key_exchange_peer){THEIR_SID, true, true};
    return S_OK;
}

static WCHAR local_name[64];
static const struct key_door local_door = {.protocol = L"ncalrpc",
                                           .endpoint = local_name,
                                           .open = open_nothing,
                                           .name_caller = call_us,
                                           .name_server = call_them};

/* Before the door is used: programs that run at the same time have different ones. */
static inline void name_local_door(void)
{
    swprintf(local_name, ARRAY_SIZE(local_name), L"openbits-keys-%lu", GetCurrentProcessId());
}

#endif
