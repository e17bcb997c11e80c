/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * RUN_TEST, shows() and withstands(), waits, the program's surroundings: what both frameworks
 * share. The records of shown statements and of faults withstood are files of lines
 * "ID<tab>file:function" in the folder OPENBITS_SHOWN_DIR. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/os.h"
#include "harness/test_private.h"

#define CLAIMS_MAX     512
#define CLAIM_SIZE_MAX 32

/* What the current test has named. */
struct claims
{
    const char *suffix; /* of the record */
    char ids[CLAIMS_MAX][CLAIM_SIZE_MAX];
    size_t count;
};

static const char *current_test; /* NULL outside of RUN_TEST */
static struct claims statements = {.suffix = "txt"};
static struct claims faults = {.suffix = "faults"};

bool test_env(const char *name, char *buffer, size_t size)
{
    const char *value = getenv(name);

    buffer[0] = 0;
    if (!value || !*value || strlen(value) >= size) return false;
    strcpy(buffer, value);
    return true;
}

static const char *base_name(const char *path)
{
    const char *name = path;

    for (; *path; path++)
        if (*path == '/' || *path == '\\') name = path + 1;
    return name;
}

void test_program_name(char *buffer, size_t size)
{
    char **argv;
    char *dot;

    winetest_get_mainargs(&argv);
    snprintf(buffer, size, "%s", base_name(argv[0]));
    if ((dot = strrchr(buffer, '.'))) *dot = 0;
}

/* The folder of the test file and its name: "conformance/job4.c". */
static const char *place_name(const char *file)
{
    const char *name = base_name(file);

    while (name > file && (name[-1] == '/' || name[-1] == '\\'))
        name--;
    while (name > file && name[-1] != '/' && name[-1] != '\\')
        name--;
    return name;
}

static bool is_id(const char *id)
{
    if (!*id) return false;
    for (; *id; id++)
        if (!(*id >= '0' && *id <= '9') && !(*id >= 'A' && *id <= 'Z') &&
            !(*id >= 'a' && *id <= 'z') && *id != '-' && *id != '.')
            return false;
    return true;
}

static void claim(const char *file, int line, struct claims *claims, const char *id)
{
    if (!current_test || !is_id(id) || strlen(id) >= CLAIM_SIZE_MAX || claims->count == CLAIMS_MAX)
    {
        ok_(file, line)(0, "%s cannot be shown here.\n", id);
        return;
    }
    for (size_t i = 0; i < claims->count; i++)
        if (!strcmp(claims->ids[i], id)) return;
    strcpy(claims->ids[claims->count++], id);
}

void test_shows(const char *file, int line, const char *id)
{
    claim(file, line, &statements, id);
}

void test_withstands(const char *file, int line, const char *id)
{
    claim(file, line, &faults, id);
}

static void record_claims(const char *file, int line, const char *name, const struct claims *claims)
{
    char folder[1024], program[128], path[1280];
    FILE *out;
    int result;

    if (!claims->count || !test_env("OPENBITS_SHOWN_DIR", folder, sizeof(folder))) return;
    test_program_name(program, sizeof(program));
    snprintf(path, sizeof(path), "%s/%s-%u.%s", folder, program, os_process_id(), claims->suffix);
    if (!(out = fopen(path, "ab")))
    {
        ok_(file, line)(0, "Could not open %s.\n", path);
        return;
    }
    for (size_t i = 0; i < claims->count; i++)
        fprintf(out, "%s\t%s:%s\n", claims->ids[i], place_name(file), name);
    result = fclose(out);
    ok_(file, line)(!result, "Could not write %s.\n", path);
}

void test_run(const char *file, int line, const char *name, void (*fn)(void))
{
    struct test_counts before, after;

    ok_(file, line)(!current_test, "%s was started by another test.\n", name);
    subtest_(file, line)(name);
    current_test = name;
    statements.count = 0;
    faults.count = 0;
    test_get_counts(&before);

    fn();

    test_get_counts(&after);
    current_test = NULL;
    ok_(file, line)(after.checks > before.checks || after.skips > before.skips,
                    "%s has checked nothing.\n", name);
    if (after.checks > before.checks && after.failures == before.failures &&
        after.skips == before.skips && after.todos == before.todos)
    {
        record_claims(file, line, name, &statements);
        record_claims(file, line, name, &faults);
    }
}

uint64_t test_ticks(void)
{
    return os_ticks();
}

bool wait_for(bool (*condition)(void *ctx), void *ctx, unsigned int timeout_ms)
{
    uint64_t end = os_ticks() + timeout_ms;
    unsigned int pause = 1;

    for (;;)
    {
        bool is_over = os_ticks() >= end;

        if (condition(ctx)) return true;
        if (is_over) return false;
        os_sleep(pause);
        if (pause < 10) pause++;
    }
}
