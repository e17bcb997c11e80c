/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the RPC runtime calls, and the desk at which calls wait for the peers' thread. */
#include "peer/key_server.h"

#include <stdlib.h>
#include <string.h>

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

struct key_server
{
    struct key_door door; /* immutable after create, as the next four */
    void (*wake)(void *ctx);
    void *ctx;
    RPC_SERVER_INTERFACE spec;
    RPC_BINDING_VECTOR *bindings; /* that the endpoint mapper knows, or NULL */

    struct lock lock; /* leaf */
    struct list guests;
    unsigned int guest_count; /* that wait or are served */
    bool is_ending;
    struct cond answered;
};

/* ---- a call, on its own thread ---- */

static void wait_for_answer(struct key_server *server, struct guest *guest)
{
    bool is_in;

    guest->result = ERR_RPC_SERVER_TOO_BUSY;
    lock_acquire(&server->lock);
    if ((is_in = !server->is_ending && server->guest_count < CALLS_MAX))
    {
        server->guest_count++;
        list_add_tail(&server->guests, &guest->entry);
    }
    lock_release(&server->lock);
    if (!is_in) return;
    server->wake(server->ctx);

    lock_acquire(&server->lock);
    while (guest->state == GUEST_WAITS)
        if (!cond_wait(&server->answered, &server->lock, PATIENCE_MS)) break;
    /* It does not take long any more. */
    while (guest->state == GUEST_IS_SERVED)
        cond_wait(&server->answered, &server->lock, COND_FOREVER);
    if (guest->state == GUEST_WAITS) list_remove(&guest->entry);
    server->guest_count--;
    lock_release(&server->lock);
}

/* Whoever is not named gets this far and no further: not every RPC runtime heeds the flags. */
static void serve(struct key_server *server, RPC_BINDING_HANDLE binding, struct guest *guest)
{
    if ((guest->result = server->door.name_caller(server->door.ctx, binding, &guest->caller)) !=
        S_OK)
        guest->result = E_ACCESSDENIED;
    else
        wait_for_answer(server, guest);
    if (guest->result != S_OK)
        LOG_INFO(LOG_PEER, "an exchange of keys is refused: %#lx", (unsigned long)guest->result);
}

/* The answer to the only method; what is raised ends in the runtime, which tells the caller. */
static void RPC_ENTRY dispatch(PRPC_MESSAGE message)
{
    const RPC_SERVER_INTERFACE *spec = message->RpcInterfaceInformation;
    struct key_server *server = (struct key_server *)spec->InterpreterInfo;
    struct guest guest = {.state = GUEST_WAITS};
    RPC_STATUS status;

    /* Little-endian, as all of this is. */
    if ((message->DataRepresentation & 0xf0) != 0x10 ||
        !key_call_read(message->Buffer, message->BufferLength, &guest.blob, &guest.size))
        RpcRaiseException(RPC_X_BAD_STUB_DATA);
    serve(server, message->Handle, &guest);
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
    cond_broadcast(&server->answered);
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

/* Older runtimes do not ask name_caller() before they look at the bytes of a call; this does. */
static RPC_STATUS RPC_ENTRY allow(RPC_IF_HANDLE spec, void *binding)
{
    struct key_server *server =
        (struct key_server *)((const RPC_SERVER_INTERFACE *)spec)->InterpreterInfo;
    struct key_exchange_peer caller;

    return server->door.name_caller(server->door.ctx, binding, &caller) == S_OK
               ? RPC_S_OK
               : RPC_S_ACCESS_DENIED;
}

static RPC_STATUS announce(struct key_server *server)
{
    RPC_STATUS status = RpcServerInqBindings(&server->bindings);

    if (status) return status;
    return RpcEpRegisterW(&server->spec, server->bindings, NULL, (RPC_WSTR)L"");
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
        status = RpcServerRegisterIf2(&server->spec, NULL, NULL,
                                      RPC_IF_AUTOLISTEN | server->door.register_flags, CALLS_MAX,
                                      KEY_MESSAGE_MAX, allow);
    if (!status && !server->door.endpoint && (status = announce(server)))
        RpcServerUnregisterIf(&server->spec, NULL, TRUE);
    return status;
}

static void free_server(struct key_server *server)
{
    if (server->bindings) RpcBindingVectorFree(&server->bindings);
    cond_done(&server->answered);
    lock_done(&server->lock);
    free(server);
}

HRESULT key_server_create(const struct key_door *door, void (*wake)(void *ctx), void *ctx,
                          struct key_server **out)
{
    struct key_server *server = calloc(1, sizeof(*server));
    HRESULT hr;

    *out = NULL;
    if (!server) return E_OUTOFMEMORY;
    server->door = *door;
    server->wake = wake;
    server->ctx = ctx;
    server->spec = (RPC_SERVER_INTERFACE){.Length = sizeof(RPC_SERVER_INTERFACE),
                                          .InterfaceId = key_door_interface,
                                          .TransferSyntax = key_door_syntax,
                                          .DispatchTable = &dispatch_table,
                                          .InterpreterInfo = server};
    lock_init(&server->lock, LOCK_RANK_LEAF, "key server");
    cond_init(&server->answered);
    list_init(&server->guests);
    hr = door->open(door->ctx);
    if (SUCCEEDED(hr)) hr = HRESULT_FROM_WIN32(open_door(server));
    if (FAILED(hr))
    {
        free_server(server);
        return hr;
    }
    *out = server;
    return S_OK;
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

void key_server_destroy(struct key_server *server)
{
    if (!server) return;
    if (server->bindings) RpcEpUnregister(&server->spec, server->bindings, NULL);
    lock_acquire(&server->lock);
    server->is_ending = true;
    lock_release(&server->lock);
    key_server_run(server, refuse, NULL);
    /* Waits for calls that are on their way out. */
    RpcServerUnregisterIf(&server->spec, NULL, TRUE);
    free_server(server);
}
