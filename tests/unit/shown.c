/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rule of RUN_TEST, shows() and withstands(): what a test has named is recorded only if it made
 * checks and every one of them was good. Each case runs in a process of its own. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <process.h>
#else
#include <sys/wait.h>
#include <unistd.h>
#endif

#define CASE_VARIABLE "OPENBITS_SHOWN_CASE"

static void case_good(void)
{
    shows("X-GOOD-1");
    shows("X-GOOD-1");
    shows("X-GOOD-2");
    withstands("X1");
    ok(1, "Good.\n");
}

static void case_fails(void)
{
    shows("X-FAILS-1");
    withstands("X2");
    ok(1, "Good.\n");
    ok(0, "This failure is wanted.\n");
}

static void case_skips(void)
{
    shows("X-SKIPS-1");
    ok(1, "Good.\n");
    skip("This is wanted.\n");
}

static void case_todo(void)
{
    shows("X-TODO-1");
    ok(1, "Good.\n");
    todo_if(1) ok(0, "This is wanted.\n");
}

static void case_todo_succeeds(void)
{
    shows("X-TODO-2");
    todo_if(1) ok(1, "This failure is wanted.\n");
}

static void case_empty(void)
{
    shows("X-EMPTY-1");
}

static void case_bad_id(void)
{
    shows("not an id");
    ok(1, "Good.\n");
}

static const struct
{
    const char *name;
    void (*fn)(void);
    bool is_success;
    const char *shown;
    const char *withstood;
} cases[] = {
    {"good", case_good, true, "X-GOOD-1\tunit/shown.c:good\nX-GOOD-2\tunit/shown.c:good\n",
     "X1\tunit/shown.c:good\n"},
    {"fails", case_fails, false, "", ""},
    {"skips", case_skips, true, "", ""},
    {"todo", case_todo, true, "", ""},
    {"todo succeeds", case_todo_succeeds, false, "", ""},
    {"empty", case_empty, false, "", ""},
    {"bad id", case_bad_id, false, "", ""},
};

/* An environment variable, because Wine's main() takes the first argument for itself. */
static void set_variable(const char *name, const char *value)
{
    static char kept[2][1300];
    static unsigned int next;
    char *text = kept[next++ % ARRAY_SIZE(kept)];

    snprintf(text, sizeof(kept[0]), "%s=%s", name, value);
#ifdef _WIN32
    _putenv(text);
#else
    putenv(text);
#endif
}

/* Runs this program with one case; answers the process id, and whether it ended with code 0. */
static unsigned int run_case(unsigned int index, bool *is_success)
{
    char number[16];
    char **argv;

    winetest_get_mainargs(&argv);
    snprintf(number, sizeof(number), "%u", index);
    set_variable(CASE_VARIABLE, number);
#ifdef _WIN32
    {
        STARTUPINFOA startup = {.cb = sizeof(startup)};
        PROCESS_INFORMATION process;
        char path[MAX_PATH];
        DWORD code = 1;

        GetModuleFileNameA(NULL, path, sizeof(path));
        if (!CreateProcessA(path, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
            return 0;
        WaitForSingleObject(process.hProcess, 30000);
        GetExitCodeProcess(process.hProcess, &code);
        CloseHandle(process.hProcess);
        CloseHandle(process.hThread);
        *is_success = !code;
        return process.dwProcessId;
    }
#else
    {
        int status = 1;
        pid_t pid;

        fflush(stdout);
        if (!(pid = fork()))
        {
            execv(argv[0], argv);
            _exit(127);
        }
        waitpid(pid, &status, 0);
        *is_success = WIFEXITED(status) && !WEXITSTATUS(status);
        return (unsigned int)pid;
    }
#endif
}

static void read_record(const char *folder, unsigned int pid, const char *suffix, char *buffer,
                        size_t size)
{
    char program[128], path[1300];
    FILE *file;

    buffer[0] = 0;
    test_program_name(program, sizeof(program));
    snprintf(path, sizeof(path), "%s/%s-%u.%s", folder, program, pid, suffix);
    if (!(file = fopen(path, "rb"))) return;
    buffer[fread(buffer, 1, size - 1, file)] = 0;
    fclose(file);
    remove(path);
}

static void test_record(void)
{
    char folder[1024], shown[512];

    /* The records of the cases go to a folder that is there in any case, and are removed. */
    if (!test_env("OPENBITS_SHOWN_DIR", folder, sizeof(folder)))
    {
        strcpy(folder, ".");
        set_variable("OPENBITS_SHOWN_DIR", folder);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
    {
        bool is_success = !cases[i].is_success;
        unsigned int pid;

        winetest_push_context("case %s", cases[i].name);
        pid = run_case(i, &is_success);
        ok(pid, "Could not start the program.\n");
        ok(is_success == cases[i].is_success, "The program has %s.\n",
           is_success ? "succeeded" : "failed");
        read_record(folder, pid, "txt", shown, sizeof(shown));
        ok(!strcmp(shown, cases[i].shown), "Got record %s.\n", shown);
        read_record(folder, pid, "faults", shown, sizeof(shown));
        ok(!strcmp(shown, cases[i].withstood), "Got faults %s.\n", shown);
        winetest_pop_context();
    }
}

static bool is_third_call(void *ctx)
{
    return ++*(unsigned int *)ctx == 3;
}

static bool is_never(void *ctx)
{
    ++*(unsigned int *)ctx;
    return false;
}

static void test_wait_for(void)
{
    unsigned int calls = 0;
    uint64_t start;

    ok(wait_for(is_third_call, &calls, 10000), "The condition was not seen.\n");
    ok(calls == 3, "Got %u calls.\n", calls);

    calls = 0;
    start = test_ticks();
    ok(!wait_for(is_never, &calls, 50), "The condition was made up.\n");
    ok(test_ticks() - start >= 50, "Gave up after %llu ms.\n",
       (unsigned long long)(test_ticks() - start));
    ok(calls > 1, "Got %u calls.\n", calls);

    calls = 0;
    ok(!wait_for(is_never, &calls, 0), "The condition was made up.\n");
    ok(calls == 1, "Got %u calls.\n", calls);
}

START_TEST(shown)
{
    char text[16];

    if (test_env(CASE_VARIABLE, text, sizeof(text)))
    {
        unsigned int index = (unsigned int)atoi(text);

        if (index < ARRAY_SIZE(cases))
            test_run(__FILE__, __LINE__, cases[index].name, cases[index].fn);
        return;
    }
    RUN_TEST(test_record);
    RUN_TEST(test_wait_for);
}
