/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * select() over all sockets and one of our own, to which a wake sends a byte. Under Wine this is
 * one request to its server for all sockets, where events for sockets (WSAEventSelect, as in
 * libcurl's own wait) are several for each. */
#include "net/socket_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>

struct entry
{
    SOCKET handle;
    unsigned int wanted;
};

/* An fd_set of any size. */
struct sockets
{
    u_int count;
    SOCKET handles[];
};

_Static_assert(offsetof(struct sockets, handles) == offsetof(fd_set, fd_array),
               "as Winsock has it");

struct socket_set
{
    SOCKET waker;
    atomic_bool is_woken; /* a byte is on its way */
    struct entry *entries;
    size_t count;
    size_t capacity;
    /* Room for all entries and the waker. */
    struct sockets *readers, *writers, *broken;
};

/* Takes datagrams from itself only. */
static SOCKET open_waker(void)
{
    SOCKET waker = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address);
    u_long on = 1;

    if (waker == INVALID_SOCKET) return waker;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!bind(waker, (struct sockaddr *)&address, size) &&
        !getsockname(waker, (struct sockaddr *)&address, &size) &&
        !connect(waker, (struct sockaddr *)&address, size) && !ioctlsocket(waker, FIONBIO, &on))
        return waker;
    closesocket(waker);
    return INVALID_SOCKET;
}

static bool grow(struct sockets **sockets, size_t capacity)
{
    struct sockets *grown = realloc(*sockets, sizeof(*grown) + capacity * sizeof(SOCKET));

    if (grown) *sockets = grown;
    return grown;
}

static bool reserve(struct socket_set *set)
{
    size_t capacity = set->capacity ? 2 * set->capacity : 16;
    struct entry *entries;

    if (set->count < set->capacity) return true;
    if (!grow(&set->readers, capacity + 1) || !grow(&set->writers, capacity) ||
        !grow(&set->broken, capacity) ||
        !(entries = realloc(set->entries, capacity * sizeof(*entries))))
        return false;
    set->entries = entries;
    set->capacity = capacity;
    return true;
}

HRESULT socket_set_create(struct socket_set **out)
{
    struct socket_set *set;
    WSADATA data;

    *out = NULL;
    if (WSAStartup(MAKEWORD(2, 2), &data)) return E_FAIL;
    if (!(set = calloc(1, sizeof(*set))))
    {
        WSACleanup();
        return E_OUTOFMEMORY;
    }
    set->waker = open_waker();
    if (set->waker == INVALID_SOCKET || !reserve(set))
    {
        socket_set_destroy(set);
        return E_OUTOFMEMORY;
    }
    *out = set;
    return S_OK;
}

void socket_set_destroy(struct socket_set *set)
{
    if (set->waker != INVALID_SOCKET) closesocket(set->waker);
    free(set->entries);
    free(set->readers);
    free(set->writers);
    free(set->broken);
    free(set);
    WSACleanup();
}

static struct entry *find(struct socket_set *set, SOCKET handle)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->entries[i].handle == handle) return &set->entries[i];
    return NULL;
}

bool socket_set_want(struct socket_set *set, socket_handle handle, unsigned int wanted)
{
    struct entry *entry = find(set, handle);

    if (entry && !wanted)
        *entry = set->entries[--set->count];
    else if (entry)
        entry->wanted = wanted;
    else if (wanted)
    {
        if (!reserve(set)) return false;
        set->entries[set->count++] = (struct entry){handle, wanted};
    }
    return true;
}

/* ---- the wait ---- */

static void fill(struct socket_set *set)
{
    set->readers->count = set->writers->count = set->broken->count = 0;
    set->readers->handles[set->readers->count++] = set->waker;
    for (size_t i = 0; i < set->count; i++)
    {
        const struct entry *entry = &set->entries[i];

        if (entry->wanted & SOCKET_SET_READ)
            set->readers->handles[set->readers->count++] = entry->handle;
        if (!(entry->wanted & SOCKET_SET_WRITE)) continue;
        /* A connect that fails makes the socket an exception, not writable. */
        set->writers->handles[set->writers->count++] = entry->handle;
        set->broken->handles[set->broken->count++] = entry->handle;
    }
}

/* In this order a wake is either seen now, by whoever waited, or sends a byte of its own. */
static void drain_waker(struct socket_set *set)
{
    char bytes[64];

    while (recv(set->waker, bytes, sizeof(bytes), 0) > 0)
        ;
    atomic_store(&set->is_woken, false);
}

/* What came before in the same wait may have closed a socket, or changed what is wanted of it, or
 * moved the arrays: a look that is one too many does no harm. */
static void tell(struct socket_set *set, struct sockets *const *sockets, unsigned int ready,
                 socket_ready_fn fn, void *ctx)
{
    while ((*sockets)->count)
    {
        SOCKET handle = (*sockets)->handles[--(*sockets)->count];

        if (handle == set->waker)
            drain_waker(set);
        else if (find(set, handle))
            fn(ctx, handle, ready);
    }
}

void socket_set_wait(struct socket_set *set, uint32_t timeout_ms, socket_ready_fn ready, void *ctx)
{
    struct timeval time = {(long)(timeout_ms / 1000), (long)(timeout_ms % 1000) * 1000};
    bool has_writers;
    int count;

    fill(set);
    has_writers = set->writers->count != 0;
    count = select(0, (fd_set *)set->readers, has_writers ? (fd_set *)set->writers : NULL,
                   has_writers ? (fd_set *)set->broken : NULL, &time);
    if (count < 0 && timeout_ms) Sleep(1); /* nothing that we do brings this about: do not spin */
    if (count <= 0) return;
    tell(set, &set->readers, SOCKET_SET_READ, ready, ctx);
    if (!has_writers) return;
    tell(set, &set->writers, SOCKET_SET_WRITE, ready, ctx);
    tell(set, &set->broken, SOCKET_SET_READ | SOCKET_SET_WRITE, ready, ctx);
}

void socket_set_wake(struct socket_set *set)
{
    if (atomic_exchange(&set->is_woken, true)) return;
    if (send(set->waker, "", 1, 0) != 1) atomic_store(&set->is_woken, false);
}
