/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the RPC runtime calls, and the desk at which calls wait for the peers' thread. */
#include "peer/key_server.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/err_codes.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "peer/key_message.h"

#define CALLS_MAX 8

/* Less than a caller waits. */
#define PATIENCE_MS 10000

enum guest_state
{
    GUEST_WAITS,
    GUEST_IS_SERVED,
    GUEST_IS_DONE
};

/* One call, on the stack of its thread. */
struct guest
{
    struct list entry; /* of those that wait */
    enum guest_state state;
    struct key_exchange_peer caller;
    const uint8_t *blob;
    size_t size;
    uint8_t *answer; /* to be freed */
    size_t answer_size;
    HRESULT result;
};

/* There is one: the runtime may look at it after the last call, and calls may come late. */
struct key_server
{
    RPC_BINDING_VECTOR *bindings; /* that the endpoint mapper knows, or NULL; the peers' thread */

    struct lock lock; /* leaf; of the rest */
    bool is_open;
    struct key_door door; /* immutable while somebody is inside, as the next two */
    void (*wake)(void *ctx);
    void *ctx;
    unsigned int inside; /* calls */
    struct list guests;
    unsigned int guest_count; /* that wait or are served */
    struct cond changed;
};

static struct key_server the_server;
static INIT_ONCE is_made = INIT_ONCE_STATIC_INIT;

static bool enter(void)
{
    bool is_in;

    lock_acquire(&the_server.lock);
    if ((is_in = the_server.is_open)) the_server.inside++;
    lock_release(&the_server.lock);
    return is_in;
}

static void leave(void)
{
    lock_acquire(&the_server.lock);
    if (!--the_server.inside) cond_broadcast(&the_server.changed);
    lock_release(&the_server.lock);
}

/* ---- a call, on its own thread ---- */

static void wait_for_answer(struct key_server *server, struct guest *guest)
{
    bool is_in;

    guest->result = ERR_RPC_SERVER_TOO_BUSY;
    lock_acquire(&server->lock);
    if ((is_in = server->is_open && server->guest_count < CALLS_MAX))
    {
        server->guest_count++;
        list_add_tail(&server->guests, &guest->entry);
    }
    lock_release(&server->lock);
    if (!is_in) return;
    server->wake(server->ctx);

    lock_acquire(&server->lock);
    while (guest->state == GUEST_WAITS)
        if (!cond_wait(&server->changed, &server->lock, PATIENCE_MS)) break;
    /* It does not take long any more. */
    while (guest->state == GUEST_IS_SERVED)
        cond_wait(&server->changed, &server->lock, COND_FOREVER);
    if (guest->state == GUEST_WAITS) list_remove(&guest->entry);
    server->guest_count--;
    lock_release(&server->lock);
}

static bool is_named(RPC_BINDING_HANDLE binding, struct key_exchange_peer *caller)
{
    return the_server.door.name_caller(the_server.door.ctx, binding, caller) == S_OK;
}

/* Whoever is not named gets this far and no further: not every RPC runtime heeds the flags. */
static void serve(RPC_BINDING_HANDLE binding, struct guest *guest)
{
    guest->result = E_ACCESSDENIED;
    if (!enter()) return;
    if (is_named(binding, &guest->caller)) wait_for_answer(&the_server, guest);
    leave();
    if (guest->result != S_OK)
        LOG_INFO(LOG_PEER, "an exchange of keys is refused: %#lx", (unsigned long)guest->result);
}

/* The answer to the only method; what is raised ends in the runtime, which tells the caller. */
static void RPC_ENTRY dispatch(PRPC_MESSAGE message)
{
    struct guest guest = {.state = GUEST_WAITS};
    RPC_STATUS status;

    /* Little-endian, as all of this is. */
    if ((message->DataRepresentation & 0xf0) != 0x10 ||
        !key_call_read(message->Buffer, message->BufferLength, &guest.blob, &guest.size))
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    serve(message->Handle, &guest);
    message->BufferLength = (unsigned int)key_answer_size(guest.answer_size);
    if (!(status = I_RpcGetBuffer(message)))
    {
        key_answer_write(message->Buffer, guest.answer, guest.answer_size, guest.result);
        message->BufferLength = (unsigned int)key_answer_size(guest.answer_size);
    }
    free(guest.answer);
    if (status) RpcRaiseException(status);
}

static RPC_DISPATCH_FUNCTION methods[] = {dispatch, NULL};
static RPC_DISPATCH_TABLE dispatch_table = {1, methods, 0};

static RPC_SERVER_INTERFACE spec = {.Length = sizeof(spec), .DispatchTable = &dispatch_table};

/* ---- the peers' thread ---- */

static struct guest *next_guest(struct key_server *server)
{
    struct guest *guest;

    lock_acquire(&server->lock);
    if ((guest = LIST_HEAD_ENTRY(&server->guests, struct guest, entry)))
    {
        list_remove(&guest->entry);
        guest->state = GUEST_IS_SERVED;
    }
    lock_release(&server->lock);
    return guest;
}

static void finish(struct key_server *server, struct guest *guest)
{
    lock_acquire(&server->lock);
    guest->state = GUEST_IS_DONE;
    cond_broadcast(&server->changed);
    lock_release(&server->lock);
}

void key_server_run(struct key_server *server, key_serve_fn serve_guest, void *arg)
{
    struct guest *guest;

    while ((guest = next_guest(server)))
    {
        guest->result = serve_guest(arg, &guest->caller, guest->blob, guest->size, &guest->answer,
                                    &guest->answer_size);
        finish(server, guest);
    }
}

/* ---- life ---- */

/* Before the runtime looks at the bytes of a call, where it asks at all. */
static RPC_STATUS RPC_ENTRY allow(RPC_IF_HANDLE interface_spec, void *binding)
{
    struct key_exchange_peer caller;
    bool is_allowed;

    (void)interface_spec;
    if (!enter()) return RPC_S_ACCESS_DENIED;
    is_allowed = is_named(binding, &caller);
    leave();
    return is_allowed ? RPC_S_OK : RPC_S_ACCESS_DENIED;
}

static RPC_STATUS announce(struct key_server *server)
{
    RPC_STATUS status = RpcServerInqBindings(&server->bindings);

    if (status) return status;
    return RpcEpRegisterW(&spec, server->bindings, NULL, (RPC_WSTR)L"");
}

static RPC_STATUS listen_at(struct key_server *server)
{
    const struct key_door *door = &server->door;
    RPC_STATUS status;

    if (door->endpoint)
        status = RpcServerUseProtseqEpW((RPC_WSTR)door->protocol, CALLS_MAX,
                                        (RPC_WSTR)door->endpoint, NULL);
    else
        status = RpcServerUseProtseqW((RPC_WSTR)door->protocol, CALLS_MAX, NULL);
    /* An endpoint cannot be taken back; it is there from the last time. */
    return status == RPC_S_DUPLICATE_ENDPOINT ? RPC_S_OK : status;
}

static RPC_STATUS open_door(struct key_server *server)
{
    RPC_STATUS status = listen_at(server);

    if (!status)
        status =
            RpcServerRegisterIf2(&spec, NULL, NULL, RPC_IF_AUTOLISTEN | server->door.register_flags,
                                 CALLS_MAX, KEY_MESSAGE_MAX, allow);
    if (!status && !server->door.endpoint && (status = announce(server)))
        RpcServerUnregisterIf(&spec, NULL, FALSE);
    return status;
}

static BOOL CALLBACK make(INIT_ONCE *once, void *parameter, void **context)
{
    (void)once;
    (void)parameter;
    (void)context;
    lock_init(&the_server.lock, LOCK_RANK_LEAF, "key server");
    cond_init(&the_server.changed);
    list_init(&the_server.guests);
    spec.InterfaceId = key_door_interface;
    spec.TransferSyntax = key_door_syntax;
    return TRUE;
}

/* Threads of the runtime may still be on their way out of this code when nobody needs it. */
static HRESULT stay_loaded(void)
{
    HMODULE module;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                  GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                              (const WCHAR *)(void *)dispatch, &module)
               ? S_OK
               : err_from_last_error();
}

static bool take_server(const struct key_door *door, void (*wake)(void *ctx), void *ctx)
{
    bool is_free;

    lock_acquire(&the_server.lock);
    if ((is_free = !the_server.is_open))
    {
        the_server.door = *door;
        the_server.wake = wake;
        the_server.ctx = ctx;
        the_server.is_open = true;
    }
    lock_release(&the_server.lock);
    return is_free;
}

static HRESULT refuse(void *arg, const struct key_exchange_peer *caller, const uint8_t *blob,
                      size_t size, uint8_t **answer, size_t *answer_size)
{
    (void)arg;
    (void)caller;
    (void)blob;
    (void)size;
    *answer = NULL;
    *answer_size = 0;
    return ERR_RPC_SERVER_UNAVAILABLE;
}

/* Calls that come from now on are refused by themselves. */
static void close_server(struct key_server *server)
{
    lock_acquire(&server->lock);
    server->is_open = false;
    lock_release(&server->lock);
    key_server_run(server, refuse, NULL);
    lock_acquire(&server->lock);
    while (server->inside)
        cond_wait(&server->changed, &server->lock, COND_FOREVER);
    lock_release(&server->lock);
    if (server->bindings) RpcBindingVectorFree(&server->bindings);
}

HRESULT key_server_create(const struct key_door *door, void (*wake)(void *ctx), void *ctx,
                          struct key_server **out)
{
    HRESULT hr;

    *out = NULL;
    InitOnceExecuteOnce(&is_made, make, NULL, NULL);
    if (FAILED(hr = door->open(door->ctx)) || FAILED(hr = stay_loaded())) return hr;
    if (!take_server(door, wake, ctx)) return ERR_ALREADY_EXISTS;
    if (FAILED(hr = HRESULT_FROM_WIN32(open_door(&the_server))))
        close_server(&the_server);
    else
        *out = &the_server;
    return hr;
}

void key_server_destroy(struct key_server *server)
{
    if (!server) return;
    if (server->bindings) RpcEpUnregister(&spec, server->bindings, NULL);
    /* Not with a wait, which some runtimes never end; calls are counted here. */
    RpcServerUnregisterIf(&spec, NULL, FALSE);
    close_server(server);
}
