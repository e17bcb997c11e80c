/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The set of sockets that the HTTP client waits for. */
#include <winsock2.h>

#include "base/clock.h"
#include "base/thread.h"
#include "harness/test.h"
#include "net/socket_set.h"

#define LONG_WAIT 20000

static struct socket_set *set;

struct told
{
    unsigned int count;
    socket_handle handle;
    unsigned int ready;
    const SOCKET *others;
    size_t other_count;
};

static void on_ready(void *ctx, socket_handle handle, unsigned int ready)
{
    struct told *told = ctx;

    told->count++;
    told->handle = handle;
    told->ready |= ready;
    for (size_t i = 0; i < told->other_count; i++)
        socket_set_want(set, told->others[i], 0);
}

static uint64_t wait_set(uint32_t timeout_ms, struct told *told)
{
    uint64_t start = test_ticks();

    socket_set_wait(set, timeout_ms, on_ready, told);
    return test_ticks() - start;
}

/* A socket that has itself at the other end. */
static SOCKET open_echo(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    SOCKET echo = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    int size = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(echo, (struct sockaddr *)&address, size);
    getsockname(echo, (struct sockaddr *)&address, &size);
    ok(!connect(echo, (struct sockaddr *)&address, size), "Got %d.\n", WSAGetLastError());
    return echo;
}

static void test_time(void)
{
    struct told told = {0};
    uint64_t took = wait_set(50, &told);

    ok(took >= 40 && took < LONG_WAIT, "Waited %llu ms.\n", (unsigned long long)took);
    took = wait_set(0, &told);
    ok(took < LONG_WAIT, "Waited %llu ms.\n", (unsigned long long)took);
    ok(!told.count, "Got %u calls.\n", told.count);
}

static void test_wake_before(void)
{
    struct told told = {0};
    uint64_t took;

    for (unsigned int i = 0; i < 100; i++)
        socket_set_wake(set);
    took = wait_set(LONG_WAIT, &told);
    ok(took < LONG_WAIT / 2, "Waited %llu ms.\n", (unsigned long long)took);

    /* All of them ended one wait. */
    took = wait_set(50, &told);
    ok(took >= 40, "Waited %llu ms.\n", (unsigned long long)took);
    ok(!told.count, "Got %u calls.\n", told.count);
}

static atomic_uint wakes_left;

static void wake_often(void *arg)
{
    (void)arg;
    while (atomic_load(&wakes_left))
        socket_set_wake(set);
}

/* A wake that is lost would show as a wait to its end. */
static void test_wake_race(void)
{
    struct told told = {0};
    struct thread thread = {0};
    unsigned int lost = 0;

    atomic_store(&wakes_left, 1);
    ok(thread_start(&thread, wake_often, NULL, "wakes") == S_OK, "No thread.\n");
    for (unsigned int i = 0; i < 2000 && !lost; i++)
    {
        uint64_t start = test_ticks();

        socket_set_wait(set, LONG_WAIT, on_ready, &told);
        if (test_ticks() - start >= LONG_WAIT) lost++;
    }
    atomic_store(&wakes_left, 0);
    thread_join(&thread);
    ok(!lost, "A wake was lost.\n");
    wait_set(0, &told);
}

static void test_data(void)
{
    struct told told = {0};
    SOCKET echo = open_echo();
    char byte;

    ok(socket_set_want(set, echo, SOCKET_SET_READ), "No memory.\n");
    wait_set(0, &told);
    ok(!told.count, "Got %u calls.\n", told.count);

    send(echo, "x", 1, 0);
    wait_set(LONG_WAIT, &told);
    ok(told.count == 1 && told.handle == echo && told.ready == SOCKET_SET_READ,
       "Got %u calls, %#x.\n", told.count, told.ready);
    /* What has not been read is told again. */
    wait_set(LONG_WAIT, &told);
    ok(told.count == 2, "Got %u calls.\n", told.count);

    recv(echo, &byte, 1, 0);
    wait_set(0, &told);
    ok(told.count == 2, "Got %u calls.\n", told.count);

    told = (struct told){0};
    socket_set_want(set, echo, SOCKET_SET_READ | SOCKET_SET_WRITE);
    wait_set(LONG_WAIT, &told);
    ok(told.count == 1 && told.ready == SOCKET_SET_WRITE, "Got %u calls, %#x.\n", told.count,
       told.ready);

    socket_set_want(set, echo, 0);
    send(echo, "x", 1, 0);
    wait_set(20, &told);
    ok(told.count == 1, "Got %u calls.\n", told.count);
    closesocket(echo);
}

static void test_failed_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    SOCKET bound = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP),
           client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    int size = sizeof(address);
    struct told told = {0};
    u_long on = 1;

    /* A port that is taken and not listened to. */
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(bound, (struct sockaddr *)&address, size);
    getsockname(bound, (struct sockaddr *)&address, &size);
    ioctlsocket(client, FIONBIO, &on);
    connect(client, (struct sockaddr *)&address, size);
    socket_set_want(set, client, SOCKET_SET_WRITE);
    wait_set(LONG_WAIT, &told);
    ok(told.count && told.handle == client && told.ready & SOCKET_SET_WRITE, "Got %u calls, %#x.\n",
       told.count, told.ready);
    socket_set_want(set, client, 0);
    closesocket(client);
    closesocket(bound);
}

/* More than an fd_set holds, and what one callback does holds for the others of the same wait. */
static void test_many(void)
{
    struct told told = {0};
    SOCKET echoes[200];

    for (size_t i = 0; i < ARRAY_COUNT(echoes); i++)
    {
        echoes[i] = open_echo();
        ok(socket_set_want(set, echoes[i], SOCKET_SET_READ), "No memory for %zu.\n", i);
        send(echoes[i], "x", 1, 0);
    }
    wait_set(LONG_WAIT, &told);
    ok(told.count == ARRAY_COUNT(echoes), "Got %u calls.\n", told.count);

    told = (struct told){.others = echoes, .other_count = ARRAY_COUNT(echoes)};
    wait_set(LONG_WAIT, &told);
    ok(told.count == 1, "Got %u calls.\n", told.count);
    wait_set(0, &told);
    ok(told.count == 1, "Got %u calls.\n", told.count);
    for (size_t i = 0; i < ARRAY_COUNT(echoes); i++)
        closesocket(echoes[i]);
}

START_TEST(socket_set)
{
    ok(socket_set_create(&set) == S_OK, "No set.\n");
    if (!set) return;
    RUN_TEST(test_time);
    RUN_TEST(test_wake_before);
    RUN_TEST(test_wake_race);
    RUN_TEST(test_data);
    RUN_TEST(test_failed_connect);
    RUN_TEST(test_many);
    socket_set_destroy(set);
}
