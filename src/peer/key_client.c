/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls other machines for their keys. */
#include "peer/key_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/str.h"
#include "base/thread.h"
#include "peer/key_message.h"

/* Those that were given up and do not end yet count. */
#define CALLS_MAX 4

#define CANCEL_AGAIN_MS 1000
#define END_WAIT_MS     50

struct key_client
{
    struct key_door door; /* immutable after create, as the next three */
    struct clock clock;
    void (*wake)(void *ctx);
    void *ctx;
    struct list calls; /* the peers' thread */
    unsigned int call_count;
    struct lock lock; /* leaf */
    struct cond ended;
};

struct key_call
{
    struct list entry;
    struct key_client *client; /* immutable while the thread runs, as the next three */
    char *fqdn;
    uint8_t *blob;
    size_t size;
    struct thread thread;
    void (*done)(void *arg, const struct key_exchange_answer *answer); /* the peers' thread */
    void *arg;
    bool is_told;
    tick_t due;

    bool is_over; /* the client's lock; the rest is the thread's until then */
    struct key_exchange_answer answer;
    uint8_t *answer_blob;
};

/* ---- the call, on its thread ---- */

static RPC_STATUS bind_to(const struct key_call *call, RPC_BINDING_HANDLE *out)
{
    const struct key_door *door = &call->client->door;
    bool is_local = !wcscmp(door->protocol, L"ncalrpc");
    WCHAR *host = is_local ? NULL : str_from_utf8(call->fqdn);
    RPC_WSTR text = NULL;
    RPC_STATUS status;

    *out = NULL;
    if (!is_local && !host) return RPC_S_OUT_OF_MEMORY;
    status = RpcStringBindingComposeW(NULL, (RPC_WSTR)door->protocol, (RPC_WSTR)host,
                                      (RPC_WSTR)door->endpoint, NULL, &text);
    if (!status) status = RpcBindingFromStringBindingW(text, out);
    if (text) RpcStringFreeW(&text);
    free(host);
    return status;
}

static HRESULT take_answer(struct key_call *call, const RPC_MESSAGE *message)
{
    const uint8_t *blob;
    size_t size;
    HRESULT result;

    if ((message->DataRepresentation & 0xf0) != 0x10 ||
        !key_answer_read(message->Buffer, message->BufferLength, &blob, &size, &result))
        return ERR_RPC_BAD_STUB_DATA;
    if (size)
    {
        if (!(call->answer_blob = malloc(size))) return E_OUTOFMEMORY;
        memcpy(call->answer_blob, blob, size);
        call->answer.blob = call->answer_blob;
        call->answer.size = size;
    }
    return result;
}

static HRESULT send_call(struct key_call *call, RPC_BINDING_HANDLE binding)
{
    RPC_CLIENT_INTERFACE spec = {.Length = sizeof(spec),
                                 .InterfaceId = key_door_interface,
                                 .TransferSyntax = key_door_syntax};
    RPC_MESSAGE message = {.Handle = binding,
                           .DataRepresentation = 0x10,
                           .BufferLength = (unsigned int)key_call_size(call->size),
                           .ProcNum = RPC_FLAGS_VALID_BIT,
                           .RpcInterfaceInformation = &spec};
    RPC_STATUS status = I_RpcGetBuffer(&message);
    HRESULT hr;

    if (status) return HRESULT_FROM_WIN32(status);
    key_call_write(message.Buffer, call->blob, call->size);
    if ((status = I_RpcSendReceive(&message))) return HRESULT_FROM_WIN32(status);
    hr = take_answer(call, &message);
    I_RpcFreeBuffer(&message);
    return hr;
}

static HRESULT make_call(struct key_call *call)
{
    const struct key_door *door = &call->client->door;
    RPC_BINDING_HANDLE binding;
    RPC_STATUS status = bind_to(call, &binding);
    HRESULT hr;

    if (status) return HRESULT_FROM_WIN32(status);
    /* Not all runtimes know it; the peers' thread watches the time as well. */
    RpcBindingSetOption(binding, RPC_C_OPT_CALL_TIMEOUT, KEY_CLIENT_PATIENCE_MS);
    hr = door->name_server(door->ctx, binding, call->fqdn, &call->answer.server);
    if (SUCCEEDED(hr)) hr = send_call(call, binding);
    RpcBindingFree(&binding);
    return hr;
}

static void call_main(void *arg)
{
    struct key_call *call = arg;
    struct key_client *client = call->client;

    call->answer.result = make_call(call);
    lock_acquire(&client->lock);
    call->is_over = true;
    cond_broadcast(&client->ended);
    lock_release(&client->lock);
    /* The client is there until this thread has been joined. */
    client->wake(client->ctx);
}

/* ---- the peers' thread ---- */

static bool is_over(struct key_call *call)
{
    bool over;

    lock_acquire(&call->client->lock);
    over = call->is_over;
    lock_release(&call->client->lock);
    return over;
}

static void free_call(struct key_call *call)
{
    free(call->fqdn);
    free(call->blob);
    free(call->answer_blob);
    free(call);
}

static void end_call(struct key_call *call)
{
    thread_join(&call->thread);
    list_remove(&call->entry);
    call->client->call_count--;
    if (!call->is_told) call->done(call->arg, &call->answer);
    free_call(call);
}

static void give_up(struct key_call *call, tick_t now)
{
    const struct key_exchange_answer answer = {.result = ERR_WIN32(ERROR_TIMEOUT)};

    RpcCancelThreadEx(call->thread.native, 0);
    call->due = now + CANCEL_AGAIN_MS;
    if (call->is_told) return;
    call->is_told = true;
    call->done(call->arg, &answer);
}

tick_t key_client_run(struct key_client *client, tick_t now)
{
    struct list *cursor, *after;
    tick_t next = TICK_NEVER;

    LIST_FOR_EACH_SAFE(cursor, after, &client->calls)
    {
        struct key_call *call = LIST_ENTRY_OF(cursor, struct key_call, entry);

        if (is_over(call))
        {
            end_call(call);
            continue;
        }
        if (now >= call->due) give_up(call, now);
        if (call->due < next) next = call->due;
    }
    return next;
}

static struct key_call *new_call(const char *fqdn, const uint8_t *blob, size_t size)
{
    struct key_call *call = calloc(1, sizeof(*call));
    size_t length = strlen(fqdn) + 1;

    if (!call) return NULL;
    if (!(call->fqdn = malloc(length)) || !(call->blob = malloc(size + 1)))
    {
        free_call(call);
        return NULL;
    }
    memcpy(call->fqdn, fqdn, length);
    memcpy(call->blob, blob, call->size = size);
    return call;
}

static HRESULT client_call(void *ctx, const char *fqdn, const uint8_t *blob, size_t size,
                           void (*done)(void *arg, const struct key_exchange_answer *answer),
                           void *arg)
{
    struct key_client *client = ctx;
    struct key_call *call;
    HRESULT hr;

    if (size > KEY_BLOB_MAX) return E_INVALIDARG;
    if (client->call_count >= CALLS_MAX) return ERR_BUSY;
    if (!(call = new_call(fqdn, blob, size))) return E_OUTOFMEMORY;
    call->client = client;
    call->done = done;
    call->arg = arg;
    call->due = clock_ticks(&client->clock) + KEY_CLIENT_PATIENCE_MS;
    if (FAILED(hr = thread_start(&call->thread, call_main, call, "peer keys")))
    {
        free_call(call);
        return hr;
    }
    list_add_tail(&client->calls, &call->entry);
    client->call_count++;
    return S_OK;
}

struct key_exchange_carrier key_client_carrier(struct key_client *client)
{
    return (struct key_exchange_carrier){client_call, client};
}

/* ---- life ---- */

HRESULT key_client_create(const struct key_door *door, const struct clock *clock,
                          void (*wake)(void *ctx), void *ctx, struct key_client **out)
{
    struct key_client *client = calloc(1, sizeof(*client));

    *out = client;
    if (!client) return E_OUTOFMEMORY;
    client->door = *door;
    client->clock = *clock;
    client->wake = wake;
    client->ctx = ctx;
    list_init(&client->calls);
    lock_init(&client->lock, LOCK_RANK_LEAF, "key client");
    cond_init(&client->ended);
    return S_OK;
}

/* A thread between two waits does not feel that it is cancelled, so it is told again. */
static void wait_for_end(struct key_call *call)
{
    struct key_client *client = call->client;

    while (!is_over(call))
    {
        RpcCancelThreadEx(call->thread.native, 0);
        lock_acquire(&client->lock);
        if (!call->is_over) cond_wait(&client->ended, &client->lock, END_WAIT_MS);
        lock_release(&client->lock);
    }
}

void key_client_destroy(struct key_client *client)
{
    struct key_call *call;

    if (!client) return;
    while ((call = LIST_HEAD_ENTRY(&client->calls, struct key_call, entry)))
    {
        call->is_told = true;
        wait_for_end(call);
        end_call(call);
    }
    cond_done(&client->ended);
    lock_done(&client->lock);
    free(client);
}
