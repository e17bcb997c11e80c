/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/job/credentials: what is accepted, what a transfer gets, and when they are gone. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/credentials.h"

static struct fake_world world;
static const WCHAR user[] = {'u', 's', 'e', 'r', 0}, word[] = {'w', 'o', 'r', 'd', 0};
static const WCHAR header[] = {'A', ':', ' ', 'b', '\r', '\n', 0};

static HRESULT set(struct job *job, enum auth_target target, enum auth_scheme scheme,
                   const WCHAR *name, const WCHAR *password)
{
    const struct credential_wish wish = {target, scheme, name, password};

    return job_set_credential(job, &wish);
}

static HRESULT take_away(struct job *job, enum auth_target target, enum auth_scheme scheme)
{
    const struct credential_wish wish = {target, scheme, NULL, NULL};

    return job_remove_credential(job, &wish);
}

static bool has_any(struct job *job)
{
    struct http_settings *settings = job_http_settings(job);
    bool has = http_settings_have_credentials(settings);

    http_settings_release(settings);
    return has;
}

static void test_set_and_remove(void)
{
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
        {
            hr = take_away(job, target, scheme);
            ok(hr == S_FALSE, "Got hr %#lx.\n", (unsigned long)hr);
            hr = set(job, target, scheme, user, word);
            ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
            ok(has_any(job), "There are none.\n");
            hr = take_away(job, target, scheme);
            ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
            ok(!has_any(job), "There are some.\n");
        }
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_replace(void)
{
    struct http_settings *before, *after;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    set(job, AUTH_TARGET_SERVER, AUTH_BASIC, user, user);
    before = job_http_settings(job);
    set(job, AUTH_TARGET_SERVER, AUTH_BASIC, user, word);
    after = job_http_settings(job);
    ok(str_is_equal(before->credentials[AUTH_TARGET_SERVER][AUTH_BASIC].password, user),
       "What a transfer has was changed.\n");
    ok(str_is_equal(after->credentials[AUTH_TARGET_SERVER][AUTH_BASIC].password, word),
       "The old one is there.\n");
    http_settings_release(before);
    http_settings_release(after);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static WCHAR *make_text(size_t len)
{
    WCHAR *text = malloc((len + 1) * sizeof(*text));

    if (!text) abort();
    for (size_t i = 0; i < len; i++)
        text[i] = 'x';
    text[len] = 0;
    return text;
}

static void expect_set(struct job *job, enum auth_scheme scheme, const WCHAR *name,
                       const WCHAR *password, HRESULT expected)
{
    HRESULT hr = set(job, AUTH_TARGET_SERVER, scheme, name, password);

    ok(hr == expected, "Scheme %d: got hr %#lx, expected %#lx.\n", scheme, (unsigned long)hr,
       (unsigned long)expected);
    if (FAILED(hr)) ok(!has_any(job), "Scheme %d: it is set.\n", scheme);
    take_away(job, AUTH_TARGET_SERVER, scheme);
}

static void test_limits(void)
{
    WCHAR *long_user = make_text(CREDENTIAL_USER_MAX + 1);
    WCHAR *long_word = make_text(CREDENTIAL_PASSWORD_MAX + 1);
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
    {
        bool needs_both = scheme == AUTH_BASIC || scheme == AUTH_DIGEST;

        expect_set(job, scheme, long_user, word, BG_E_USERNAME_TOO_LARGE);
        expect_set(job, scheme, long_user + 1, word, S_OK);
        expect_set(job, scheme, user, long_word, BG_E_PASSWORD_TOO_LARGE);
        expect_set(job, scheme, user, long_word + 1, S_OK);
        expect_set(job, scheme, NULL, word, needs_both ? E_INVALIDARG : S_OK);
        expect_set(job, scheme, user, NULL, needs_both ? E_INVALIDARG : S_OK);
        expect_set(job, scheme, NULL, NULL, needs_both ? E_INVALIDARG : S_OK);
    }
    free(long_user);
    free(long_word);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static HRESULT change_rest(struct http_settings *settings, const void *wish)
{
    (void)wish;
    settings->security_flags = 5;
    settings->cert.is_set = true;
    return http_settings_put_text(&settings->headers, header) ? S_OK : E_OUTOFMEMORY;
}

/* What was set in the name of the old owner goes. */
static void test_new_owner(void)
{
    struct caller_facts admin = {.is_admin = true, .is_elevated = true};
    struct http_settings *settings;
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    admin.integrity_level = 0x3000;
    admin.sid[0] = 'S';
    job = fake_job(&world, 1);
    set(job, AUTH_TARGET_SERVER, AUTH_BASIC, user, word);
    set(job, AUTH_TARGET_PROXY, AUTH_NTLM, NULL, NULL);
    job_use_stored_credentials(job, AUTH_TARGET_PROXY);
    job_change_http(job, change_rest, NULL);
    hr = job_take_ownership(job, &admin);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!has_any(job), "The new owner has them.\n");
    settings = job_http_settings(job);
    ok(settings && settings->security_flags == 5, "The flags are gone.\n");
    if (settings)
        ok(!settings->headers && !settings->cert.is_set && !settings->uses_stored_for_proxy,
           "Something is left.\n");
    http_settings_release(settings);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_final_state(void)
{
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_cancel(job);
    hr = set(job, AUTH_TARGET_SERVER, AUTH_BASIC, user, word);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", (unsigned long)hr);
    hr = take_away(job, AUTH_TARGET_SERVER, AUTH_BASIC);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", (unsigned long)hr);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_stored(void)
{
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    hr = job_use_stored_credentials(job, AUTH_TARGET_SERVER);
    ok(hr == BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_use_stored_credentials(job, AUTH_TARGET_PROXY);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(job_credentials)
{
    RUN_TEST(test_set_and_remove);
    RUN_TEST(test_replace);
    RUN_TEST(test_limits);
    RUN_TEST(test_new_owner);
    RUN_TEST(test_final_state);
    RUN_TEST(test_stored);
}
