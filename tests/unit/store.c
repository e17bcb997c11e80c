/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/store, with a sound file: what is committed comes back, and nothing else. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "harness/store_fixture.h"

#define NAME "queue.db"
#define JOBS 12

static struct store *open_store(struct store_report *report)
{
    struct store_report unused;
    struct store *store;
    HRESULT hr = store_open(scratch_wide(NAME), NULL, &store, report ? report : &unused);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return store;
}

static void expect_commit(struct store *store, struct store_change *changes, HRESULT expected)
{
    HRESULT hr = store_test_commit(store, changes);

    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", (unsigned long)hr, (unsigned long)expected);
}

static void expect_load(struct store *store, struct loaded *loaded, size_t count)
{
    HRESULT hr = store_test_load(store, loaded);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(loaded->count == count, "Got %zu jobs, expected %zu.\n", loaded->count, count);
}

static void expect_text(const struct loaded_job *job, const struct store_change *changes)
{
    char *expected = store_test_text_of(changes);

    ok(job && !strcmp(job->text, expected), "Got\n%s\nexpected\n%s\n", job ? job->text : "nothing",
       expected);
    free(expected);
}

static void test_round_trip(void)
{
    struct store_report report;
    struct store *store = open_store(&report);
    struct loaded loaded;

    ok(report.is_new, "The store is not new.\n");
    expect_load(store, &loaded, 0);
    for (unsigned int seed = JOBS; seed; seed--)
        expect_commit(store, store_test_whole_job(seed, seed % 7), S_OK);
    store_close(store);

    store = open_store(&report);
    ok(!report.is_new && report.jobs == JOBS, "Got new %d, %u jobs.\n", report.is_new,
       (unsigned int)report.jobs);
    ok(!report.aside && !report.damaged_jobs && !report.upgraded_from, "Something was found.\n");
    expect_load(store, &loaded, JOBS);
    for (unsigned int i = 0; i < loaded.count; i++)
    {
        struct store_change *changes = store_test_whole_job(JOBS - i, (JOBS - i) % 7);

        expect_text(&loaded.jobs[i], changes);
        store_changes_free(changes);
    }
    loaded_done(&loaded);
    store_close(store);
    scratch_remove_store(NAME);
}

/* Status alone leaves texts as they were. */
static void test_changes(void)
{
    struct store *store = open_store(NULL);
    struct store_change *changes, *file;
    struct loaded loaded;

    expect_commit(store, store_test_whole_job(1, 2), S_OK);
    expect_commit(store, store_test_job_status(1, 77), S_OK);
    file = store_test_file(1, 1);
    file_names_free(file->file_data.names);
    file->file_data.names = NULL;
    file->file_data.status.is_done = true;
    range_set_add(&file->file_data.status.have, 0, UINT64_MAX);
    expect_commit(store, file, S_OK);
    store_close(store);

    store = open_store(NULL);
    expect_load(store, &loaded, 1);
    changes = store_test_whole_job(1, 2);
    changes->job_data.status.error_count = 77;
    changes->next->next->file_data.status.is_done = true;
    range_set_add(&changes->next->next->file_data.status.have, 0, UINT64_MAX);
    expect_text(&loaded.jobs[0], changes);
    store_changes_free(changes);
    loaded_done(&loaded);

    expect_commit(store, store_test_removal(1), S_OK);
    expect_commit(store, store_test_removal(1), S_OK);
    expect_load(store, &loaded, 0);
    expect_commit(store, store_test_job_status(1, 1), E_INVALIDARG);
    expect_commit(store, store_test_file(1, 0), E_INVALIDARG);
    store_close(store);
    store = open_store(NULL);
    expect_load(store, &loaded, 0);
    store_close(store);
    scratch_remove_store(NAME);
}

/* A fault in the last change takes back those before it, and the store goes on. */
static void test_all_or_nothing(void)
{
    struct store *store = open_store(NULL);
    struct store_change *bad = store_test_file(2, 0);
    struct loaded loaded;

    expect_commit(store, store_test_whole_job(1, 1), S_OK);
    bad->file_data.names->local[0] = 0;
    free(bad->file_data.names->remote);
    bad->file_data.names->remote = NULL;
    expect_commit(store,
                  store_test_join(store_test_removal(1), store_test_join(store_test_job(2), bad)),
                  E_INVALIDARG);
    expect_load(store, &loaded, 1);
    ok(loaded_find(&loaded, 1) != NULL, "The job is gone.\n");
    loaded_done(&loaded);
    expect_commit(store, store_test_job_status(1, 5), S_OK);
    expect_commit(store, store_test_job_status(2, 5), E_INVALIDARG);
    expect_commit(store, store_test_whole_job(2, 1), S_OK);
    expect_load(store, &loaded, 2);
    loaded_done(&loaded);
    store_close(store);
    scratch_remove_store(NAME);
}

static void test_limits(void)
{
    struct store *store = open_store(NULL);
    struct store_change *change;
    struct loaded loaded;

    for (int i = 0; i < 7; i++)
    {
        change = store_test_job(1);
        switch (i)
        {
        case 0:
            change->job_data.status.state = JOB_STATE_COUNT;
            break;
        case 1:
            change->job_data.status.error.context = 99;
            break;
        case 2:
            change->job_data.texts->type = JOB_TYPE_COUNT;
            break;
        case 3:
            free(change->job_data.texts->display_name);
            change->job_data.texts->display_name = NULL;
            break;
        case 4:
            for (size_t c = 0; c < ACCESS_SID_SIZE; c++)
                change->job_data.texts->owner.sid[c] = 'x';
            break;
        case 5:
            free(change->job_data.texts->description);
            change->job_data.texts->description = calloc(JOB_DESCRIPTION_MAX + 2, sizeof(WCHAR));
            for (size_t c = 0; c <= JOB_DESCRIPTION_MAX; c++)
                change->job_data.texts->description[c] = 'x';
            break;
        default:
            change->job_data.status.notify_flags = NOTIFY_FLAG_MASK + 1;
        }
        winetest_push_context("limit %d", i);
        expect_commit(store, change, E_INVALIDARG);
        winetest_pop_context();
    }

    change = store_test_whole_job(1, 1);
    memset(change->next->file_data.status.version.etag, 'x',
           sizeof(change->next->file_data.status.version.etag));
    expect_commit(store, change, E_INVALIDARG);
    expect_load(store, &loaded, 0);
    store_close(store);
    scratch_remove_store(NAME);
}

static void test_two_openers(void)
{
    struct store *store = open_store(NULL), *second;
    struct store_report report;
    struct loaded loaded;
    uint64_t start;
    HRESULT hr;

    withstands("A11");
    expect_commit(store, store_test_whole_job(1, 1), S_OK);
    start = test_ticks();
    hr = store_open(scratch_wide(NAME), NULL, &second, &report);
    ok(hr == STORE_E_IN_USE, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!second, "There is a second store.\n");
    ok(test_ticks() - start < 1000, "It took %llu ms.\n",
       (unsigned long long)(test_ticks() - start));
    expect_commit(store, store_test_whole_job(2, 1), S_OK);
    store_close(store);
    store = open_store(&report);
    ok(report.jobs == 2, "Got %u jobs.\n", (unsigned int)report.jobs);
    expect_load(store, &loaded, 2);
    loaded_done(&loaded);
    store_close(store);
    scratch_remove_store(NAME);
}

static void test_no_folder(void)
{
    struct store_report report;
    struct store *store;
    HRESULT hr = store_open(scratch_wide("missing/" NAME), NULL, &store, &report);

    withstands("A10");
    ok(hr == ERR_PATH_NOT_FOUND, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!store, "There is a store.\n");
}

START_TEST(store)
{
    scratch_remove_store(NAME);
    RUN_TEST(test_round_trip);
    RUN_TEST(test_changes);
    RUN_TEST(test_all_or_nothing);
    RUN_TEST(test_limits);
    RUN_TEST(test_two_openers);
    RUN_TEST(test_no_folder);
    scratch_done();
}
