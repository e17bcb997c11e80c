/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Redirects, and names that could lead astray (rows D1, D2, D4, D6 to D8 of the faults). */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "net/http_redirect.h"

#define SIZE     300000
#define CUT      100000
#define HOPS_MAX 10
#define FILE_A                                                                                     \
    {                                                                                              \
        .size = SIZE, .version = 1                                                                 \
    }
#define LONG_TEXT 1048576

static struct origin *origin, *other;

/* ---- how far ---- */

/* "/hop/17" leads to "/hop/16", and "/hop/0" is the file. */
static void answer_hop(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    unsigned int left = (unsigned int)strtoul(strrchr(r->path, '/') + 1, NULL, 10);

    (void)ctx;
    if (!left)
        origin_serve(c, r, &(struct origin_file)FILE_A);
    else
        origin_sendf(c, "HTTP/1.1 302 Found\r\nLocation: /hop/%u\r\nContent-Length: 0\r\n\r\n",
                     left - 1);
}

static IBackgroundCopyJob *start_download(const char *path, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_download(origin, path, name, true);

    resume_job(job);
    return job;
}

static void check_refused(IBackgroundCopyJob *job, HRESULT code)
{
    wait_for_state(job, FAILED_STATES, FAULT_WAIT_MS);
    check_job_error(job, code, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!bytes_transferred(job), "Something is kept.\n");
    end_job(job);
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

static void test_chains(void)
{
    IBackgroundCopyJob *job;
    size_t count;

    withstands("D1");
    origin_handle(origin, "/hop/*", answer_hop, NULL);
    winetest_push_context("D1: %u hops", HOPS_MAX);
    job = start_download("/hop/10", L"hop.bin");
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    complete_download(job, L"hop.bin", SIZE, 1);
    end_job(job);
    winetest_pop_context();

    winetest_push_context("D1: %u hops", HOPS_MAX + 1);
    check_refused(start_download("/hop/11", L"hop.bin"), HTTP_CODE(302));
    winetest_pop_context();

    winetest_push_context("D1: 1000 hops");
    count = origin_journal_count(origin, NULL);
    check_refused(start_download("/hop/1000", L"hop.bin"), HTTP_CODE(302));
    count = origin_journal_count(origin, NULL) - count;
    ok(count == HOPS_MAX + 1, "Got %u requests.\n", (unsigned int)count);
    winetest_pop_context();

    winetest_push_context("D1: to itself");
    origin_add_fault(origin, "/loop", "redirect_loop", &(struct origin_fault_use){.file = FILE_A});
    count = origin_journal_count(origin, NULL);
    check_refused(start_download("/loop", L"loop.bin"), HTTP_CODE(302));
    count = origin_journal_count(origin, NULL) - count;
    ok(count == HOPS_MAX + 1, "Got %u requests.\n", (unsigned int)count);
    winetest_pop_context();
}

/* ---- where to ---- */

struct place
{
    const char *row;
    const char *location;
    HRESULT code; /* S_OK: it is followed */
};

/* From /dir/from. A server that is not HTTP is never asked. */
#define REFUSED HTTP_CODE(302)
static const struct place places[] = {
    {"absolute path", "/dir/file", S_OK},
    {"relative path", "file", S_OK},
    {"dots", "../dir/./file", S_OK},
    {"dots beyond the root", "../../../../file", S_OK},
    {"scheme-relative", "//127.0.0.1:PORT/file", S_OK},
    {"fragment", "/file#part", S_OK},
    {"query", "/file?q=1&r=/../x", S_OK},
    {"escaped", "/a%20b", S_OK},
    {"whole URL", "http://127.0.0.1:PORT/file", S_OK},
    {"scheme in capitals", "HTTP://127.0.0.1:PORT/file", S_OK},
    {"user and password", "http://user:password@127.0.0.1:PORT/file", REFUSED},
    {"user", "http://user@127.0.0.1:PORT/file", REFUSED},
    {"file:", "file:///c:/windows/win.ini", REFUSED},
    {"file: of a server", "file://server/share/file", REFUSED},
    {"UNC, that is a path", "\\\\127.0.0.1\\share\\file", HTTP_CODE(404)},
    {"drive", "c:\\windows\\win.ini", REFUSED},
    {"ftp", "ftp://127.0.0.1:PORT/file", REFUSED},
    {"javascript", "javascript:alert(1)", REFUSED},
    {"data", "data:,x", REFUSED},
    {"gopher", "gopher://127.0.0.1:PORT/file", REFUSED},
    {"no host", "http:///file", REFUSED},
    {"port 0", "http://127.0.0.1:0/file", REFUSED},
    {"port 65536", "http://127.0.0.1:65536/file", REFUSED},
    {"text after the port", "http://127.0.0.1:PORTx/file", REFUSED},
};

static void put_port(char *out, size_t size, const char *text)
{
    const char *port = strstr(text, "PORT");

    if (port)
        snprintf(out, size, "%.*s%u%s", (int)(port - text), text, origin_port(origin), port + 4);
    else
        snprintf(out, size, "%s", text);
}

static void check_place(const struct place *place, unsigned int index)
{
    char location[256], field[300], path[32];
    struct origin_fault_use use = {.file = FILE_A, .n = 302, .text = field};
    size_t asked = origin_journal_count(other, NULL);
    IBackgroundCopyJob *job;

    put_port(location, sizeof(location), place->location);
    snprintf(field, sizeof(field), "Location: %s\r\n", location);
    snprintf(path, sizeof(path), "/dir/from%u", index);
    origin_add_fault(origin, path, "status", &use);
    job = start_download(path, L"place.bin");
    if (!place->code)
    {
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        complete_download(job, L"place.bin", SIZE, 1);
        end_job(job);
    }
    else
    {
        wait_for_state(job, FAILED_STATES, FAULT_WAIT_MS);
        ok(job_error(job, NULL) == place->code, "Got error %#lx.\n", job_error(job, NULL));
        ok(job_state(job) == BG_JOB_STATE_ERROR, "The job is %s.\n", state_name(job_state(job)));
        end_job(job);
    }
    ok(origin_journal_count(other, NULL) == asked, "Somebody else was asked.\n");
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

static void test_places(void)
{
    static const struct origin_file file = FILE_A;

    withstands("D2");
    withstands("D6");
    origin_add(origin, "/dir/file", &file);
    origin_add(origin, "/file", &file);
    origin_add(origin, "/a%20b", &file);
    for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
    {
        winetest_push_context("D2, D6: %s", places[i].row);
        check_place(&places[i], i);
        winetest_pop_context();
    }
}

/* Redirects of all kinds lead to the same place; HEAD stays HEAD, GET stays GET. */
static void test_statuses(void)
{
    static const unsigned int statuses[] = {300, 301, 302, 303, 307, 308};
    struct origin_entry entry;

    withstands("D2");
    origin_add(other, "/moved", &(struct origin_file)FILE_A);
    for (unsigned int i = 0; i < ARRAY_SIZE(statuses); i++)
    {
        char field[128], path[32];
        struct origin_fault_use use = {.file = FILE_A, .n = statuses[i], .text = field};
        size_t asked = origin_journal_count(other, NULL);
        IBackgroundCopyJob *job;

        winetest_push_context("D2: %u", statuses[i]);
        snprintf(field, sizeof(field), "Location: http://127.0.0.1:%u/moved\r\n",
                 origin_port(other));
        snprintf(path, sizeof(path), "/status/%u", statuses[i]);
        origin_add_fault(origin, path, "status", &use);
        job = start_download(path, L"moved.bin");
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        origin_journal_get(other, NULL, asked, &entry);
        ok(!strcmp(entry.method, "HEAD"), "Got %s.\n", entry.method);
        origin_journal_get(other, NULL, asked + 1, &entry);
        ok(!strcmp(entry.method, "GET") && entry.range_count == 1, "Got %s.\n", entry.method);
        complete_download(job, L"moved.bin", SIZE, 1);
        end_job(job);
        winetest_pop_context();
    }
}

/* ---- a Location that is no URL ---- */

static void check_location_text(const char *row, const char *fields, HRESULT code)
{
    struct origin_fault_use use = {.file = FILE_A, .n = 302, .text = fields};
    IBackgroundCopyJob *job;
    static unsigned int index;
    char path[32];

    winetest_push_context("D6: %s", row);
    snprintf(path, sizeof(path), "/text/%u", ++index);
    origin_add_fault(origin, path, "status", &use);
    job = start_download(path, L"text.bin");
    check_refused(job, code);
    winetest_pop_context();
}

/* Sends what origin_sendf() has no room for. */
static void answer_long_location(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char *text = ctx;

    (void)r;
    origin_sendf(c, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /");
    origin_send(c, text, LONG_TEXT);
    origin_sendf(c, "\r\n\r\n");
}

static void test_location_texts(void)
{
    char *text = malloc(LONG_TEXT);
    size_t asked;

    withstands("D6");
    origin_add(origin, "/injected", &(struct origin_file)FILE_A);
    check_location_text("none", "", HTTP_CODE(302));
    check_location_text("empty", "Location:\r\n", HTTP_CODE(302));
    check_location_text("two", "Location: /file\r\nLocation: /dir/file\r\n",
                        BG_E_INVALID_SERVER_RESPONSE);
    check_location_text("control character", "Location: /fi\x01le\r\n",
                        BG_E_INVALID_SERVER_RESPONSE);
    check_location_text("CR", "Location: /file\rX: y\r\n", BG_E_INVALID_SERVER_RESPONSE);

    /* What stands for CR LF in a path stays what it is: there is one request, to one path. */
    asked = origin_journal_count(origin, NULL);
    check_location_text("escaped CR LF", "Location: /no%0d%0aGET%20/injected\r\n", HTTP_CODE(404));
    ok(origin_journal_count(origin, NULL) == asked + 2, "%u requests.\n",
       (unsigned int)(origin_journal_count(origin, NULL) - asked));
    ok(!origin_journal_count(origin, "/injected"), "A request was injected.\n");

    if (!text) abort();
    memset(text, 'x', LONG_TEXT);
    origin_handle(origin, "/long", answer_long_location, text);
    winetest_push_context("D6: 1 MiB");
    check_refused(start_download("/long", L"long.bin"), BG_E_INVALID_SERVER_RESPONSE);
    winetest_pop_context();
    origin_wait_idle(origin, "/long", FAULT_WAIT_MS);
    origin_handle(origin, "/long", answer_hop, NULL);
    free(text);
}

/* ---- of which version ---- */

/* The rest is fetched from a server that has another version. */
static void test_redirected_rest(void)
{
    char field[128];
    struct origin_fault_use use = {.file = FILE_A, .n = 302, .text = field, .after = 2};
    static const struct origin_file moved = {.size = SIZE, .version = 2};
    static const uint64_t stop = CUT;
    IBackgroundCopyJob *job;

    withstands("D4");
    for (unsigned int flags = 0; flags <= ORIGIN_NO_PRECONDITIONS; flags += ORIGIN_NO_PRECONDITIONS)
    {
        struct origin_file file = moved;
        char path[32];

        winetest_push_context("D4: %s", flags ? "conditions ignored" : "conditions kept");
        snprintf(path, sizeof(path), "/rest/%u", flags);
        file.flags = flags;
        origin_add(other, path, &file);
        snprintf(field, sizeof(field), "Location: http://127.0.0.1:%u%s\r\n", origin_port(other),
                 path);
        origin_add_fault(origin, path, "status", &use);
        origin_cut_after(origin, path, CUT, 0, 1);
        job = start_download(path, L"rest.bin");
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
        resume_job(job);
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        complete_download(job, L"rest.bin", SIZE, 2);
        end_job(job);
        winetest_pop_context();
    }

    winetest_push_context("D4: the same version");
    origin_add(other, "/same", &(struct origin_file)FILE_A);
    snprintf(field, sizeof(field), "Location: http://127.0.0.1:%u/same\r\n", origin_port(other));
    origin_add_fault(origin, "/same", "status", &use);
    origin_cut_after(origin, "/same", CUT, 0, 1);
    job = start_download("/same", L"same.bin");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    ok(bytes_transferred(job) == stop, "Got %llu bytes.\n",
       (unsigned long long)bytes_transferred(job));
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(other, "/same", CUT, SIZE);
    complete_download(job, L"same.bin", SIZE, 1);
    end_job(job);
    winetest_pop_context();
}

/* ---- local names ---- */

static const char *const suggestions[] = {"../evil.bin", "c:\\\\evil.bin", "con", "evil.bin:stream",
                                          "..\\\\evil.bin"};

/* Whatever the server proposes, the client's name is the only one. */
static void test_local_name(void)
{
    static const char *const paths[] = {"/%2e%2e/%2e%2e/evil.bin", "/..%5cevil.bin", "/con",
                                        "/evil.bin:stream", "/a/b/c:/evil.bin"};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;

    withstands("D7");
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
    {
        char field[128];
        struct origin_file file = {.size = SIZE, .version = 1, .headers = field};

        winetest_push_context("D7: %s", paths[i]);
        snprintf(field, sizeof(field), "Content-Disposition: attachment; filename=\"%s\"\r\n",
                 suggestions[i]);
        origin_add(origin, paths[i], &file);
        job = start_download(paths[i], L"mine.bin");
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        ok(temp_file_count() == 1, "There are %u files.\n", temp_file_count());
        complete_download(job, L"mine.bin", SIZE, 1);
        end_job(job);
        ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
        ok(!file_exists(temp_path(L"..\\evil.bin", path)), "It got out.\n");
        winetest_pop_context();
    }
}

/* ---- remote names ---- */

struct remote
{
    const char *row;
    const WCHAR *path;
    bool is_taken;
};

static const struct remote remotes[] = {
    {"space", L"/a b", false},          {"CR LF", L"/a\r\nX: y", false},
    {"tab", L"/a\tb", false},           {"backslash", L"/a\\b", false},
    {"quote", L"/a\"b", false},         {"not ASCII", L"/\x00e4", false},
    {"half an escape", L"/a%2", false}, {"no escape", L"/a%zz", false},
    {"escaped NUL", L"/a%00b", true},   {"escaped CR LF", L"/a%0d%0aX:%20y", true},
    {"query", L"/a?b=c&d=/../e", true}, {"fragment", L"/a#b", true},
    {"dots", L"/b/../a", true},         {"two slashes", L"//a", true},
};

static void test_remote_characters(void)
{
    WCHAR url[URL_MAX], path[MAX_PATH];

    withstands("D8");
    for (unsigned int i = 0; i < ARRAY_SIZE(remotes); i++)
    {
        const struct remote *remote = &remotes[i];
        size_t asked = origin_journal_count(origin, NULL), count;
        IBackgroundCopyJob *job;
        HRESULT hr;

        winetest_push_context("D8: %s", remote->row);
        job = create_job(L"remote", BG_JOB_TYPE_DOWNLOAD);
        origin_wurl(origin, "", url);
        wcscat(url, remote->path);
        hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"remote.bin", path));
        ok(hr == (remote->is_taken ? S_OK : E_INVALIDARG), "Got hr %#lx.\n", hr);
        if (SUCCEEDED(hr))
        {
            resume_job(job);
            wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
            count = origin_journal_count(origin, NULL) - asked;
            ok(job_error(job, NULL) == HTTP_CODE(404), "Got error %#lx.\n", job_error(job, NULL));
            ok(count == 1, "Got %u requests.\n", (unsigned int)count);
        }
        end_job(job);
        winetest_pop_context();
    }
}

/* What is not on this machine is refused or taken, but not asked for: the job stays suspended. */
static void test_remote_hosts(void)
{
    static const struct
    {
        const WCHAR *url;
        bool is_taken;
    } hosts[] = {
        {L"http://[::1]/a", true},
        {L"http://[::1]:8080/a", true},
        {L"http://[::1/a", false},
        {L"http://[]/a", false},
        {L"http://::1/a", false},
        {L"http://xn--bcher-kva.invalid/a", true},
        {L"http://b\x00fc"
         L"cher.invalid/a",
         false},
        {L"http://user:pass@host.invalid/a", true},
        {L"http://a@b@host.invalid/a", false},
        {L"http://host.invalid:0/a", false},
        {L"http://host.invalid:65535/a", true},
        {L"http://host.invalid:65536/a", false},
        {L"http://host.invalid:-1/a", false},
        {L"http://host.invalid:/a", false},
        {L"http:///a", false},
        {L"http://", false},
        {L"ftp://host.invalid/a", false},
        {L"javascript:alert(1)", false},
    };
    WCHAR path[MAX_PATH];

    withstands("D8");
    for (unsigned int i = 0; i < ARRAY_SIZE(hosts); i++)
    {
        IBackgroundCopyJob *job = create_job(L"hosts", BG_JOB_TYPE_DOWNLOAD);
        HRESULT hr = IBackgroundCopyJob_AddFile(job, hosts[i].url, temp_path(L"h.bin", path));

        ok(hr == (hosts[i].is_taken ? S_OK : E_INVALIDARG), "D8: %s: got hr %#lx.\n",
           wine_dbgstr_w(hosts[i].url), hr);
        end_job(job);
    }
}

static void test_remote_length(void)
{
    WCHAR url[URL_MAX + 1], path[MAX_PATH];
    IBackgroundCopyJob *job = create_job(L"length", BG_JOB_TYPE_DOWNLOAD);
    struct origin_entry entry;
    HRESULT hr;

    withstands("D8");
    winetest_push_context("D8: 2,200 characters");
    origin_wurl(origin, "/", url);
    for (size_t i = wcslen(url); i < URL_MAX - 1; i++)
        url[i] = i % 100 ? L'a' : L'/';
    url[URL_MAX - 1] = L'b';
    url[URL_MAX] = 0;
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"length.bin", path));
    ok(hr == E_INVALIDARG, "2,201 characters: got hr %#lx.\n", hr);
    url[URL_MAX - 1] = 0;
    hr = IBackgroundCopyJob_AddFile(job, url, path);
    ok(hr == S_OK, "2,200 characters: got hr %#lx.\n", hr);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
    origin_journal_get(origin, NULL, origin_journal_count(origin, NULL) - 1, &entry);
    ok(entry.target[strlen(entry.target) - 1] == 'a' && strlen(entry.target) > 2000,
       "The path has %u characters.\n", (unsigned int)strlen(entry.target));
    end_job(job);
    winetest_pop_context();
}

/* ---- from https ---- */

/* There is no TLS server to lead away from; this is who decides. */
static void test_scheme_changes(void)
{
    static const struct
    {
        const char *from, *location, *target;
    } tests[] = {
        {"https://a.invalid/x", "http://a.invalid/y", NULL},
        {"https://a.invalid/x", "HTTP://b.invalid/", NULL},
        {"https://a.invalid/x", "//b.invalid/y", "https://b.invalid/y"},
        {"https://a.invalid/x", "y", "https://a.invalid/y"},
        {"https://a.invalid/x", "https://b.invalid/y", "https://b.invalid/y"},
        {"http://a.invalid/x", "https://b.invalid/y", "https://b.invalid/y"},
        {"https://user:secret@a.invalid/x", "y", "https://user:secret@a.invalid/y"},
        {"http://user@a.invalid/x", "HTTP://A.invalid:80/y", "http://user@A.invalid:80/y"},
        {"http://user:secret@a.invalid/x", "http://a.invalid:81/y", "http://a.invalid:81/y"},
        {"http://user:secret@a.invalid/x", "//b.invalid/y", "http://b.invalid/y"},
        {"http://a.invalid/x", "///b.invalid/y", NULL},
        {"http://a.invalid/x", "http:///b.invalid/y", NULL},
        {"http://a.invalid/x", "http://[::1/y", NULL},
        {"http://a.invalid/x", "http://b\xc3\xbc.invalid/y", NULL},
        {"http://a.invalid/x", "/a//b///c", "http://a.invalid/a//b///c"},
        {"https://user:secret@a.invalid/x", "https://b.invalid/y", "https://b.invalid/y"},
        {"http://user:secret@a.invalid/x", "https://a.invalid/y", "https://a.invalid/y"},
    };

    withstands("D3");
    withstands("D2");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        char *target = http_redirect_target(tests[i].from, tests[i].location, false);

        ok(target && tests[i].target ? !strcmp(target, tests[i].target)
                                     : !target && !tests[i].target,
           "D2, D3: from %s to %s: got %s.\n", tests[i].from, tests[i].location,
           target ? target : "nothing");
        free(target);
    }
}

START_TEST(faults_redirect)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    other = origin_start(NULL);
    RUN_TEST(test_chains);
    RUN_TEST(test_places);
    RUN_TEST(test_statuses);
    RUN_TEST(test_location_texts);
    RUN_TEST(test_redirected_rest);
    RUN_TEST(test_local_name);
    RUN_TEST(test_remote_characters);
    RUN_TEST(test_remote_hosts);
    RUN_TEST(test_remote_length);
    RUN_TEST(test_scheme_changes);
    com_stop();
    origin_destroy(other);
    origin_destroy(origin);
}
