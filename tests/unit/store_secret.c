/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/store: secrets, and files of older versions, which had none. */
#include "harness/test.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "harness/store_fixture.h"

#define NAME     "secret.db"
#define PASSWORD "correct horse battery staple"

static HRESULT change_bytes(void *ctx, const void *data, size_t size, struct store_secret *out)
{
    uint8_t key = *(uint8_t *)ctx;

    if (!(out->data = malloc(size + 1))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < size; i++)
        out->data[i] = ((const uint8_t *)data)[i] ^ key;
    out->size = size;
    return S_OK;
}

static const struct secret_ops fake_ops = {change_bytes, change_bytes};
static uint8_t fake_key = 0xa5;
static struct store_options options;

static struct store *open_store(struct store_report *report)
{
    struct store_report unused;
    struct store *store;
    HRESULT hr = store_open(scratch_wide(NAME), &options, &store, report ? report : &unused);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return store;
}

static void expect_put(struct store *store, unsigned int seed, uint32_t kind, const char *text,
                       HRESULT expected)
{
    GUID id = store_test_id(seed);
    HRESULT hr = store_put_secret(store, &id, kind, text, strlen(text));

    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", (unsigned long)hr, (unsigned long)expected);
}

static void expect_get(struct store *store, unsigned int seed, uint32_t kind, const char *text,
                       HRESULT expected)
{
    GUID id = store_test_id(seed);
    struct store_secret secret;
    HRESULT hr = store_get_secret(store, &id, kind, &secret);

    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", (unsigned long)hr, (unsigned long)expected);
    if (SUCCEEDED(hr))
        ok(secret.size == strlen(text) && !memcmp(secret.data, text, secret.size),
           "Got %zu other bytes.\n", secret.size);
    else
        ok(!secret.data && !secret.size, "There is a secret.\n");
    store_secret_free(&secret);
}

/* Where the bytes stand in the file; its size when they do not. */
static size_t find_in(const uint8_t *data, size_t size, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= size; i++)
        if (!memcmp(data + i, text, len)) return i;
    return size;
}

static void check_not_on_disk(const char *name)
{
    size_t size;
    uint8_t *data = scratch_read(name, &size);

    ok(!data || find_in(data, size, PASSWORD) == size, "The password stands in %s.\n", name);
    free(data);
}

static void check_round_trip(void)
{
    struct store *store = open_store(NULL);
    GUID id = store_test_id(1);
    HRESULT hr;

    store_test_commit(store, store_test_whole_job(1, 1));
    store_test_commit(store, store_test_whole_job(2, 1));
    expect_get(store, 1, 7, NULL, ERR_NOT_FOUND);
    expect_put(store, 1, 7, "old", S_OK);
    expect_put(store, 1, 7, PASSWORD, S_OK);
    expect_put(store, 1, UINT32_MAX, "", S_OK);
    expect_put(store, 2, 7, "of another job", S_OK);
    expect_put(store, 3, 7, "of no job", E_INVALIDARG);
    check_not_on_disk(NAME "-wal");
    store_close(store);
    check_not_on_disk(NAME);

    store = open_store(NULL);
    expect_get(store, 1, 7, PASSWORD, S_OK);
    expect_get(store, 1, UINT32_MAX, "", S_OK);
    expect_get(store, 1, 8, NULL, ERR_NOT_FOUND);
    expect_get(store, 2, 7, "of another job", S_OK);
    hr = store_remove_secret(store, &id, 7);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    expect_get(store, 1, 7, NULL, ERR_NOT_FOUND);

    /* A secret goes with its job. */
    store_test_commit(store, store_test_removal(2));
    expect_get(store, 2, 7, NULL, E_INVALIDARG);
    store_test_commit(store, store_test_whole_job(2, 1));
    expect_get(store, 2, 7, NULL, ERR_NOT_FOUND);
    store_close(store);
    scratch_remove_store(NAME);
}

static void test_round_trip(void)
{
    withstands("D17");
    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    check_round_trip();
}

#ifdef _WIN32
static void test_windows(void)
{
    options = (struct store_options){.secrets = &store_secrets_by_windows};
    check_round_trip();
}
#endif

static void test_no_ops(void)
{
    struct store *store;

    options = (struct store_options){NULL};
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 1));
    expect_put(store, 1, 1, PASSWORD, E_NOTIMPL);
    expect_get(store, 1, 1, NULL, E_NOTIMPL);
    store_close(store);
    scratch_remove_store(NAME);
}

/* The job stays when a secret of it is damaged. */
static void test_damaged(void)
{
    struct store_report report;
    struct store *store;
    char hidden[sizeof(PASSWORD)] = PASSWORD;
    size_t size, place;
    uint8_t *data;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    for (char *c = hidden; *c; c++)
        *c ^= (char)fake_key;
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 1));
    expect_put(store, 1, 1, PASSWORD, S_OK);
    store_close(store);

    data = scratch_read(NAME, &size);
    place = data ? find_in(data, size, hidden) : 0;
    ok(data && place < size, "The secret was not found.\n");
    if (data && place < size) data[place] ^= 4;
    scratch_write(NAME, data, size);
    free(data);
    store = open_store(&report);
    ok(report.jobs == 1 && !report.aside, "Got %u jobs.\n", (unsigned int)report.jobs);
    expect_get(store, 1, 1, NULL, ERR_FILE_CORRUPT);
    expect_put(store, 1, 1, "new", S_OK);
    expect_get(store, 1, 1, "new", S_OK);
    store_close(store);
    scratch_remove_store(NAME);
}

/* ---- the credentials of a job ---- */

static const WCHAR user_name[] = {'j', 'o', 0}, password[] = {'c', 'o', 'r', 'r', 'e', 'c', 't', 0};

/* Texts with the credentials; NULL password: with none. */
static struct store_change *job_with_login(unsigned int seed, const WCHAR *word)
{
    struct store_change *change = store_test_job(seed);
    struct job_texts *texts = change->job_data.texts;
    struct http_credential *login;

    http_settings_release(texts->http);
    texts->http = http_settings_copy(NULL);
    if (!texts->http) abort();
    login = &texts->http->credentials[AUTH_TARGET_PROXY][AUTH_DIGEST];
    login->is_set = word != NULL;
    http_settings_put_text(&login->user, word ? user_name : NULL);
    http_settings_put_text(&login->password, word);
    /* As the user is logged on. */
    texts->http->credentials[AUTH_TARGET_SERVER][AUTH_NTLM].is_set = word != NULL;
    return change;
}

static HRESULT take_job(void *ctx, const GUID *id, const struct job_status *status,
                        struct job_texts *texts)
{
    struct http_settings **settings = ctx;

    (void)id;
    (void)status;
    *settings = http_settings_addref(texts->http);
    job_texts_free(texts);
    return S_OK;
}

static struct http_settings *load_settings(struct store *store)
{
    static const struct store_loader loader = {.job = take_job};
    struct http_settings *settings = NULL;
    HRESULT hr = store_load(store, &loader, &settings);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(settings != NULL, "The job has no settings.\n");
    return settings;
}

static void expect_login(struct store *store, bool is_there)
{
    struct http_settings *settings = load_settings(store);
    const struct http_credential *login;

    if (!settings) return;
    login = &settings->credentials[AUTH_TARGET_PROXY][AUTH_DIGEST];
    ok(login->is_set == is_there, "Got %d.\n", login->is_set);
    if (is_there && login->user && login->password)
        ok(str_is_equal(login->user, user_name) && str_is_equal(login->password, password),
           "Other texts came back.\n");
    else
        ok(!login->user && !login->password, "There are texts.\n");
    login = &settings->credentials[AUTH_TARGET_SERVER][AUTH_NTLM];
    ok(login->is_set == is_there && !login->user && !login->password, "Got %d.\n", login->is_set);
    ok(!settings->credentials[AUTH_TARGET_SERVER][AUTH_DIGEST].is_set, "Another one is set.\n");
    http_settings_release(settings);
}

static void check_no_word(const char *name)
{
    size_t size, at = 0;
    uint8_t *data = scratch_read(name, &size);

    while (data && at + sizeof(password) <= size &&
           memcmp(data + at, password, sizeof(password) - sizeof(*password)))
        at++;
    ok(!data || at + sizeof(password) > size, "The password stands in %s.\n", name);
    free(data);
}

/* Written, read, changed and removed in one commit with the texts. */
static void test_logins(void)
{
    struct store *store;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    store = open_store(NULL);
    ok(store_test_commit(store, job_with_login(1, user_name)) == S_OK, "Not kept.\n");
    ok(store_test_commit(store, job_with_login(1, password)) == S_OK, "Not kept.\n");
    check_no_word(NAME "-wal");
    store_close(store);
    check_no_word(NAME);

    store = open_store(NULL);
    expect_login(store, true);
    expect_get(store, 2, 1, NULL, E_INVALIDARG);
    ok(store_test_commit(store, job_with_login(1, NULL)) == S_OK, "Not kept.\n");
    expect_login(store, false);
    expect_get(store, 1, 1, NULL, ERR_NOT_FOUND);

    /* They go with the job. */
    store_test_commit(store, job_with_login(1, password));
    store_test_commit(store, store_test_removal(1));
    store_test_commit(store, job_with_login(1, NULL));
    expect_login(store, false);
    store_close(store);
    scratch_remove_store(NAME);
}

/* Not in the clear, if that is how it has to be. */
static void test_logins_without_ops(void)
{
    struct store *store;
    HRESULT hr;

    options = (struct store_options){NULL};
    store = open_store(NULL);
    hr = store_test_commit(store, job_with_login(1, password));
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", (unsigned long)hr);
    ok(store_test_commit(store, job_with_login(1, NULL)) == S_OK, "Not kept.\n");
    check_no_word(NAME "-wal");
    store_close(store);
    scratch_remove_store(NAME);
}

/* With another key: the job comes without them. */
static void test_logins_unreadable(void)
{
    uint8_t other_key = 0x42;
    struct store *store;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    store = open_store(NULL);
    store_test_commit(store, job_with_login(1, password));
    store_close(store);
    options.secrets_ctx = &other_key;
    store = open_store(NULL);
    expect_login(store, false);
    store_close(store);
    scratch_remove_store(NAME);
}

/* Version 1 was without secrets. */
static void test_upgrade(void)
{
    struct store_report report;
    struct loaded loaded;
    struct store *store;
    sqlite3 *db = NULL;
    HRESULT hr;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 2));
    store_test_commit(store, store_test_whole_job(2, 0));
    store_close(store);
    ok(!sqlite3_open(scratch_file(NAME), &db), "Could not open the file.\n");
    ok(!sqlite3_exec(db, "DROP TABLE secrets; PRAGMA user_version=-131071", NULL, NULL, NULL),
       "SQLite: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);

    store = open_store(&report);
    ok(report.upgraded_from == 1, "Got %u.\n", (unsigned int)report.upgraded_from);
    ok(report.jobs == 2 && !report.aside && !report.is_new, "Got %u jobs.\n",
       (unsigned int)report.jobs);
    expect_put(store, 1, 1, PASSWORD, S_OK);
    store_close(store);

    store = open_store(&report);
    ok(!report.upgraded_from, "Got %u.\n", (unsigned int)report.upgraded_from);
    expect_get(store, 1, 1, PASSWORD, S_OK);
    hr = store_test_load(store, &loaded);
    ok(hr == S_OK && loaded.count == 2, "Got hr %#lx, %zu jobs.\n", (unsigned long)hr,
       loaded.count);
    loaded_done(&loaded);
    store_close(store);
    scratch_remove_store(NAME);
}

START_TEST(store_secret)
{
    log_configure("store=off");
    scratch_remove_store(NAME);
    RUN_TEST(test_round_trip);
#ifdef _WIN32
    RUN_TEST(test_windows);
#endif
    RUN_TEST(test_no_ops);
    RUN_TEST(test_damaged);
    RUN_TEST(test_logins);
    RUN_TEST(test_logins_without_ops);
    RUN_TEST(test_logins_unreadable);
    RUN_TEST(test_upgrade);
    scratch_done();
}
