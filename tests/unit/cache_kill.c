/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache under kills: a child process adds and deletes until it is killed, at a call of the disk
 * or at any other moment; then its folder must be whole, and nothing that was said to be there may
 * be missing. Host only. */
#include "harness/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "cache/cache_content.h"
#include "harness/cache_fixture.h"

#define ROUNDS      100
#define KNOWN_MAX   4096
#define CONTENT_MAX (2 * CACHE_BLOCK_SIZE)

/* What the child tells: a record is there from now on; it may be gone from now on; all may be. */
struct note
{
    char kind; /* '+', '-', '*', or '!' for a failure of the test */
    GUID id;
};

static uint32_t state;

static uint32_t next_random(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

/* ---- the child ---- */

static unsigned int die_at;
static int out;

static void die(unsigned int number)
{
    if (number == die_at) kill(getpid(), SIGKILL);
}

static void tell(char kind, const GUID *id)
{
    struct note note = {.kind = kind};

    if (id) note.id = *id;
    if (write(out, &note, sizeof(note)) != sizeof(note)) _exit(2);
}

static void add(struct cache *cache, unsigned int seed)
{
    uint64_t size = next_random() % 4 ? next_random() % 3000 + 1 : next_random() % CONTENT_MAX + 1;
    struct cache_request request = cache_test_request(seed, size);
    GUID id;

    request.is_validated = next_random() % 2;
    if (SUCCEEDED(cache_test_add(cache, &request, seed, &id))) tell('+', &id);
}

static void change_one(struct cache *cache)
{
    struct cache_list list;

    if (FAILED(cache_enumerate(cache, &list)) || !list.count)
        tell('!', NULL);
    else
    {
        GUID id = list.records[next_random() % list.count].id;

        switch (next_random() % 4)
        {
        case 0:
        case 1:
            tell('-', &id);
            cache_delete(cache, &id);
            break;
        case 2:
            cache_set_validated(cache, &id, true);
            break;
        case 3:
            cache_touch(cache, &id);
            cache_maintain(cache);
            break;
        }
    }
    cache_list_free(&list);
}

static void live(unsigned int first_seed)
{
    struct cache *cache;

    if (FAILED(cache_test_try_open(&cache, NULL))) tell('!', NULL);
    for (unsigned int seed = first_seed;; seed++)
    {
        add(cache, seed);
        add(cache, ++seed);
        change_one(cache);
        if (next_random() % 40) continue;
        tell('*', NULL);
        cache_clear(cache);
        add(cache, ++seed);
    }
}

/* ---- the parent ---- */

static GUID known[KNOWN_MAX];
static unsigned int known_count;

static void forget(const GUID *id)
{
    for (unsigned int i = 0; i < known_count; i++)
        if (guid_is_equal(&known[i], id)) known[i--] = known[--known_count];
}

static void take_note(const struct note *note)
{
    switch (note->kind)
    {
    case '+':
        if (known_count < KNOWN_MAX) known[known_count++] = note->id;
        break;
    case '-':
        forget(&note->id);
        break;
    case '*':
        known_count = 0;
        break;
    default:
        ok(0, "The child failed.\n");
    }
}

/* Reads what the child has to say, until it is dead. A read gives whole notes: they are smaller
 * than what a pipe takes in one piece. */
static void hear(int in, pid_t child, unsigned int wait_us)
{
    struct note note;
    bool is_killed = !wait_us;

    while (read(in, &note, sizeof(note)) == sizeof(note))
    {
        take_note(&note);
        if (is_killed) continue;
        usleep(wait_us); /* any moment will do: this is what is tested */
        kill(child, SIGKILL);
        is_killed = true;
    }
    if (!is_killed) kill(child, SIGKILL);
}

static unsigned int seed_of(const WCHAR *url)
{
    unsigned int seed = 0;

    while (*url && *url != '-')
        url++;
    while (*url && *++url)
        seed = seed * 10 + (*url - '0');
    return seed;
}

static void check(unsigned int round, unsigned int *strays)
{
    struct cache_report report;
    struct cache *cache = cache_test_open(&report);
    struct cache_list list;
    unsigned int missing = 0;
    HRESULT hr = cache_enumerate(cache, &list);

    ok(hr == S_OK && !report.aside, "Round %u: got hr %#lx, number %u.\n", round, (unsigned long)hr,
       report.aside);
    ok(cache_test_count_files() == list.count, "Round %u: %u files, %zu records.\n", round,
       cache_test_count_files(), list.count);
    for (size_t i = 0; i < list.count; i++)
        cache_test_must_read(cache, &list.records[i].id, seed_of(list.records[i].url));
    for (unsigned int i = 0; i < known_count; i++)
        missing += !cache_test_has(cache, &known[i]);
    ok(!missing, "Round %u: %u of %u records are missing.\n", round, missing, known_count);
    *strays += report.strays;
    /* What came without a word, just before the end. */
    known_count = 0;
    for (size_t i = 0; i < list.count && i < KNOWN_MAX; i++)
        known[known_count++] = list.records[i].id;
    cache_list_free(&list);
    cache_close(cache);
}

static void one_round(unsigned int round)
{
    unsigned int wait_us = round % 2 ? next_random() % 20000 + 1 : 0;
    int pipes[2], status;
    pid_t child;

    ok(!pipe(pipes), "There is no pipe.\n");
    if (!(child = fork()))
    {
        close(pipes[0]);
        out = pipes[1];
        state = round * 7919;
        if (!wait_us)
        {
            die_at = cache_test.calls + next_random() % 120 + 1;
            cache_test.at_call = die;
        }
        live(round * 100000);
    }
    close(pipes[1]);
    ok(child > 0, "There is no child.\n");
    if (child > 0)
    {
        hear(pipes[0], child, wait_us);
        ok(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
               WTERMSIG(status) == SIGKILL,
           "The child was not killed.\n");
    }
    close(pipes[0]);
}

static void drop_line(const char *line)
{
    (void)line;
}

static void test_kills(void)
{
    unsigned int strays = 0;

    cache_test_begin();
    log_set_sink(drop_line);
    state = 1;
    for (unsigned int round = 0; round < ROUNDS; round++)
    {
        one_round(round);
        check(round, &strays);
    }
    log_set_sink(NULL);
    cache_test_end();
    /* Else nothing was killed in the middle of anything. */
    ok(strays > 0, "No kill left anything to sweep.\n");
    trace("%u files were swept.\n", strays);
}

START_TEST(cache_kill)
{
    RUN_TEST(test_kills);
}
