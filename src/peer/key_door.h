/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the exchange of keys travels, and who says whose call it is. The product has one door:
 * Kerberos over TCP. Windows only. */
#ifndef OPENBITS_PEER_KEY_DOOR_H
#define OPENBITS_PEER_KEY_DOOR_H

#include <rpc.h>

#include <rpcdcep.h>

#include "peer/key_exchange.h"

struct key_door
{
    const WCHAR *protocol;
    const WCHAR *endpoint;       /* NULL: any free one, which the endpoint mapper tells */
    unsigned int register_flags; /* of RpcServerRegisterIf2() beside RPC_IF_AUTOLISTEN */

    /* Before the server can be called: announces its security provider. */
    HRESULT (*open)(void *ctx);
    /* Who has made this call; anything but S_OK refuses it. */
    HRESULT (*name_caller)(void *ctx, RPC_BINDING_HANDLE caller, struct key_exchange_peer *peer);
    /* Has the binding prove whom it reaches, and tells who that will be. */
    HRESULT(*name_server)
    (void *ctx, RPC_BINDING_HANDLE server, const char *fqdn, struct key_exchange_peer *peer);
    void *ctx;
};

extern const struct key_door key_door_kerberos;

/* Only there can anybody be named for sure; elsewhere the door stays shut. */
bool key_door_is_in_domain(void);

/* e3d0d746-d2af-40fd-8a7a-0d7078bb7092 1.0, and NDR 2.0 */
extern const RPC_SYNTAX_IDENTIFIER key_door_interface, key_door_syntax;

#endif
