/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache under kills: a child process adds and deletes until it is killed, at a call of the disk
 * or at any other moment; then its folder must be whole, and nothing that was said to be there may
 * be missing. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "cache/cache_content.h"
#include "harness/cache_fixture.h"
#include "harness/os.h"

#ifndef _WIN32
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#define ROUNDS      100
#define KNOWN_MAX   4096
#define CONTENT_MAX (2 * CACHE_BLOCK_SIZE)
#define KILLED      77

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

/* ---- processes and pipes ---- */

#ifdef _WIN32

typedef HANDLE os_pipe;
typedef HANDLE os_process;

static bool write_note(os_pipe out, const struct note *note)
{
    DWORD done;

    return WriteFile(out, note, sizeof(*note), &done, NULL) && done == sizeof(*note);
}

static bool read_note(os_pipe in, struct note *note)
{
    DWORD done;

    return ReadFile(in, note, sizeof(*note), &done, NULL) && done == sizeof(*note);
}

static void kill_process(os_process process)
{
    TerminateProcess(process, KILLED);
}

static void kill_self(void)
{
    kill_process(GetCurrentProcess());
}

/* Waits for its end: was it killed? */
static bool end_process(os_process process)
{
    DWORD code = 0;
    bool answer = WaitForSingleObject(process, 30000) == WAIT_OBJECT_0 &&
                  GetExitCodeProcess(process, &code) && code == KILLED;

    CloseHandle(process);
    return answer;
}

static bool start_child(unsigned int round, os_pipe *in, os_process *process)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char program[MAX_PATH], command[MAX_PATH + 100];
    HANDLE out;
    bool done;

    if (!CreatePipe(in, &out, &inherited, 0)) return false;
    SetHandleInformation(*in, HANDLE_FLAG_INHERIT, 0);
    GetModuleFileNameA(NULL, program, sizeof(program));
    snprintf(command, sizeof(command), "\"%s\" cache_kill child %u %u %u", program, round,
             os_process_id(), (unsigned int)(uintptr_t)out);
    done = CreateProcessA(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info);
    CloseHandle(out);
    if (!done)
    {
        CloseHandle(*in);
        return false;
    }
    CloseHandle(info.hThread);
    *process = info.hProcess;
    return true;
}

static void close_pipe(os_pipe pipe)
{
    CloseHandle(pipe);
}

#else

typedef int os_pipe;
typedef pid_t os_process;

static bool write_note(os_pipe out, const struct note *note)
{
    return write(out, note, sizeof(*note)) == sizeof(*note);
}

static bool read_note(os_pipe in, struct note *note)
{
    return read(in, note, sizeof(*note)) == sizeof(*note);
}

static void kill_process(os_process process)
{
    kill(process, SIGKILL);
}

static void kill_self(void)
{
    kill_process(getpid());
}

static bool end_process(os_process process)
{
    int status;

    return waitpid(process, &status, 0) == process && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGKILL;
}

static void close_pipe(os_pipe pipe)
{
    close(pipe);
}

static void be_child(unsigned int round, os_pipe pipe);

static bool start_child(unsigned int round, os_pipe *in, os_process *process)
{
    int pipes[2];

    if (pipe(pipes)) return false;
    if (!(*process = fork()))
    {
        close(pipes[0]);
        be_child(round, pipes[1]);
    }
    close(pipes[1]);
    *in = pipes[0];
    return *process > 0;
}

#endif

/* ---- the child ---- */

static unsigned int die_at;
static os_pipe out;

static void die(unsigned int number)
{
    if (number == die_at) kill_self();
}

static void say(char kind, const GUID *id)
{
    struct note note = {.kind = kind};

    if (id) note.id = *id;
    if (!write_note(out, &note)) exit(2);
}

static void add(struct cache *cache, unsigned int seed)
{
    uint64_t size = next_random() % 4 ? next_random() % 3000 + 1 : next_random() % CONTENT_MAX + 1;
    struct cache_request request = cache_test_request(seed, size);
    GUID id;

    request.is_validated = next_random() % 2;
    if (SUCCEEDED(cache_test_add(cache, &request, seed, &id))) say('+', &id);
}

static void change_one(struct cache *cache)
{
    struct cache_list list;

    if (FAILED(cache_enumerate(cache, &list)) || !list.count)
        say('!', NULL);
    else
    {
        GUID id = list.records[next_random() % list.count].id;

        switch (next_random() % 4)
        {
        case 0:
        case 1:
            say('-', &id);
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

    if (FAILED(cache_test_try_open(&cache, NULL))) say('!', NULL);
    for (unsigned int seed = first_seed;; seed++)
    {
        add(cache, seed);
        add(cache, ++seed);
        change_one(cache);
        if (next_random() % 40) continue;
        say('*', NULL);
        cache_clear(cache);
        add(cache, ++seed);
    }
}

/* Rounds that end at a call of the disk, and those that end at any moment. */
static bool dies_itself(unsigned int round)
{
    return round % 2 == 0;
}

static void be_child(unsigned int round, os_pipe pipe)
{
    out = pipe;
    state = round * 7919;
    if (dies_itself(round))
    {
        die_at = cache_test.calls + next_random() % 120 + 1;
        cache_test.at_call = die;
    }
    live(round * 100000);
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

/* Takes what the child has to say, until it is dead. */
static void hear(os_pipe in, os_process child, bool is_doomed)
{
    uint64_t begin = os_micros();
    unsigned int wait_us = next_random() % 30000;
    struct note note;

    while (read_note(in, &note))
    {
        take_note(&note);
        /* From the first note on, any moment will do. */
        if (is_doomed || os_micros() - begin < wait_us) continue;
        kill_process(child);
        is_doomed = true;
    }
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
    os_process child;
    os_pipe in;

    if (!start_child(round, &in, &child))
    {
        ok(0, "There is no child.\n");
        return;
    }
    hear(in, child, dies_itself(round));
    ok(end_process(child), "The child was not killed.\n");
    close_pipe(in);
}

static void drop_line(const char *line)
{
    (void)line;
}

static void test_kills(void)
{
    unsigned int strays = 0;

    withstands("A6");
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
#ifdef _WIN32
    char **args;
    int count = winetest_get_mainargs(&args);

    if (count >= 6 && !strcmp(args[2], "child"))
    {
        log_set_sink(drop_line);
        cache_test_share((unsigned int)strtoul(args[4], NULL, 10));
        cache_test_join();
        be_child((unsigned int)strtoul(args[3], NULL, 10),
                 (HANDLE)(uintptr_t)strtoul(args[5], NULL, 10));
    }
#endif
    RUN_TEST(test_kills);
}
