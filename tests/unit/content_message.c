/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_message.c and peer/content_match.c: what we write, byte for byte, and which record
 * answers which search. R1 and so on are the vectors of the specification. */
#include "harness/content_vectors.h"

#include "peer/content_match.h"
#include "peer/content_values.h"

static const GUID id_1 = {
    0x3f2504e0, 0x4f89, 0x41d3, {0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33, 0x01}};
static const GUID id_5 = {
    0x6f9619ff, 0x8b86, 0x4011, {0xb4, 0x2d, 0x00, 0xc0, 0x4f, 0xc9, 0x64, 0xff}};

static struct content_record record_of(GUID id, struct content_piece *pieces, size_t count)
{
    return (struct content_record){
        .id = id,
        .created = 133541856001250000,
        .modified = 133541856025000000,
        .accessed = 133542774000000000,
        .url = (char *)VECTOR_URL,
        .mtime = VECTOR_MTIME,
        .size = 1000,
        .pieces = pieces,
        .piece_count = count,
    };
}

static void expect_body(const char *id, struct byte_buffer *body, HRESULT hr, const char *text,
                        size_t size)
{
    ok(hr == S_OK, "%s: got hr %#lx.\n", id, (unsigned long)hr);
    ok(body->size == size, "%s: got %u bytes.\n", id, (unsigned int)body->size);
    ok(vector_is_utf16(body->data, body->size, text), "%s: other bytes.\n", id);
    byte_buffer_clear(body);
}

static void test_queries(void)
{
    struct content_query query = {
        .url = (char *)VECTOR_URL, .mtime = VECTOR_MTIME, .max_records = 5};
    struct byte_buffer body = {0};
    HRESULT hr;

    hr = content_build_query(&query, &body);
    expect_body("R1", &body, hr, VECTOR_QUERY, 522);

    query.has_size = true;
    query.size = UINT64_MAX;
    query.etag = (char *)"\"v<1>\"";
    query.url = (char *)"http://h/a?b&c";
    hr = content_build_query(&query, &body);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(vector_is_utf16(body.data, body.size,
                       VECTOR_DECLARATION "<SearchRequest>\r\n"
                                          "    <OriginUrl>\"http://h/a?b&amp;c\"</OriginUrl>\r\n"
                                          "    <FileModificationTime>\"2024-03-05T10:20:30.000Z\""
                                          "</FileModificationTime>\r\n"
                                          "    <FileSize>\"18446744073709551615\"</FileSize>\r\n"
                                          "    <FileEtag>\"&quot;v&lt;1&gt;&quot;\"</FileEtag>\r\n"
                                          "    <MaxRecords>\"5\"</MaxRecords>\r\n"
                                          "</SearchRequest>\r\n"),
       "Other bytes.\n");

    byte_buffer_clear(&body);
    query.url = (char *)"http://h/\xf0\x9f\x98\x80";
    ok(content_build_query(&query, &body) == S_OK, "A character outside of the first plane.\n");
    byte_buffer_clear(&body);
    query.url = (char *)"http://h/\xff";
    ok(content_build_query(&query, &body) == E_INVALIDARG, "No UTF-8.\n");
    byte_buffer_clear(&body);
    query.url = (char *)"http://h/\x01";
    ok(content_build_query(&query, &body) == E_INVALIDARG, "No character of XML.\n");
    byte_buffer_clear(&body);
    query.url = (char *)VECTOR_URL;
    query.mtime = UINT64_MAX;
    ok(content_build_query(&query, &body) == E_INVALIDARG, "No time that can be written.\n");
    byte_buffer_done(&body);
}

static void test_results(void)
{
    struct content_piece whole[] = {{0, 1000}}, two[] = {{100, 16}, {200, 48}};
    struct content_record records[] = {record_of(id_1, whole, 1), record_of(id_5, two, 2)};
    struct content_results results = {CONTENT_SUCCESS, records, 1};
    struct byte_buffer body = {0};
    HRESULT hr;

    hr = content_build_results(&results, &body);
    expect_body("R1 answer", &body, hr, VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1), 1636);

    /* A tag is never written. */
    records[0].etag = (char *)"\"v1\"";
    hr = content_build_results(&results, &body);
    expect_body("R1 with a tag", &body, hr, VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1), 1636);

    results.records = records + 1;
    hr = content_build_results(&results, &body);
    expect_body("R5", &body, hr, VECTOR_RESULTS_OF("Success", VECTOR_RECORD_5), 1876);

    results = (struct content_results){.status = CONTENT_NOT_FOUND};
    hr = content_build_results(&results, &body);
    expect_body("R3", &body, hr, VECTOR_RESULTS_OF("ContentNotFound", ""), 232);
    byte_buffer_done(&body);
}

static void test_failures(void)
{
    struct byte_buffer body = {0};
    HRESULT hr;

    hr = content_build_failure(CONTENT_E_CERT_NOT_FOUND, &body);
    expect_body("R4", &body, hr, VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound"), 302);
    hr = content_build_failure(E_INVALIDARG, &body);
    expect_body("R25", &body, hr, VECTOR_FAILURE_OF("0x80070057", "InvalidSearch"), 290);
    hr = content_build_failure(E_NOTIMPL, &body);
    expect_body("not implemented", &body, hr, VECTOR_FAILURE_OF("0x80004001", "InvalidSearch"),
                290);
    hr = content_build_failure(E_OUTOFMEMORY, &body);
    expect_body("no memory", &body, hr, VECTOR_FAILURE_OF("0x8007000E", "OutOfResources"), 292);
    hr = content_build_failure(E_ACCESSDENIED, &body);
    expect_body("denied", &body, hr, VECTOR_FAILURE_OF("0x80070005", "AccessDenied"), 288);
    hr = content_build_failure(E_UNEXPECTED, &body);
    expect_body("unknown", &body, hr, VECTOR_FAILURE_OF("0x8000FFFF", "Unknown"), 278);
    byte_buffer_done(&body);
}

static void test_urls(void)
{
    static const char *const valid[] = {"http://h", "HTTPS://h/a?b", "\\\\server\\share\\a#b"};
    static const char *const invalid[] = {
        "",     "ftp://h/a", "file:///etc/passwd", "/a", "http:///a", "http://", "h",
        "\\\\", "\\a",       "http://h/a\nb"};
    static const struct
    {
        const char *a, *b;
        bool is_same;
    } pairs[] = {
        {"http://host/a", "HTTP://HOST/a", true},
        {"http://host/a", "http://host/A", false},
        {"http://host/a#x", "http://host/a#y", true},
        {"http://host/a#x", "http://host/a", true},
        {"http://host/a?B", "http://host/a?b", false},
        {"http://host?a", "http://HOST?a", true},
        {"http://host:80/a", "http://host/a", false},
        {"http://host/%61", "http://host/a", false},
        {"http://User@host/a", "http://user@HOST/a", false},
        {"http://User@host/a", "http://User@HOST/a", true},
        {"https://host/a", "http://host/a", false},
        {"\\\\Server\\a", "\\\\SERVER\\a", true},
        {"\\\\Server\\a", "\\\\Server\\A", false},
        {"\\\\Server\\a#1", "\\\\Server\\a#2", false},
    };
    char url[CONTENT_URL_MAX * 2 + 2];

    for (size_t i = 0; i < ARRAY_COUNT(valid); i++)
        ok(content_url_is_valid(valid[i]), "Refuses %s.\n", valid[i]);
    for (size_t i = 0; i < ARRAY_COUNT(invalid); i++)
        ok(!content_url_is_valid(invalid[i]), "Takes %s.\n", invalid[i]);
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++)
        ok(content_url_is_same(pairs[i].a, pairs[i].b) == pairs[i].is_same, "%s and %s.\n",
           pairs[i].a, pairs[i].b);

    memset(url, 'a', sizeof(url));
    memcpy(url, "http://", 7);
    url[CONTENT_URL_MAX] = 0;
    ok(content_url_is_valid(url), "Refuses 2,200 characters.\n");
    url[CONTENT_URL_MAX] = 'a';
    url[CONTENT_URL_MAX + 1] = 0;
    ok(!content_url_is_valid(url), "R27: takes 2,201 characters.\n");
    for (size_t i = 7; i < CONTENT_URL_MAX; i++)
        memcpy(url + 7 + (i - 7) * 2, "\xc3\xa9", 2);
    url[7 + (CONTENT_URL_MAX - 7) * 2] = 0;
    ok(content_url_is_valid(url), "Counts bytes.\n");
}

static void test_matching(void)
{
    struct content_piece whole[] = {{0, 1000}};
    struct content_record record = record_of(id_1, whole, 1);
    struct content_query query = {
        .url = (char *)VECTOR_URL, .mtime = VECTOR_MTIME, .max_records = 5};

    ok(content_record_matches(&record, &query), "R1.\n");
    query.has_size = true;
    query.size = 1000;
    ok(content_record_matches(&record, &query), "With the size.\n");
    query.size = 999;
    ok(!content_record_matches(&record, &query), "R28.\n");
    query.has_size = false;
    query.mtime += FILETIME_PER_SECOND;
    ok(!content_record_matches(&record, &query), "R29.\n");
    query.mtime = VECTOR_MTIME + FILETIME_PER_SECOND / 2;
    ok(content_record_matches(&record, &query), "Parts of a second.\n");
    query.etag = (char *)"\"v1\"";
    ok(!content_record_matches(&record, &query), "A record without a tag.\n");
    record.etag = (char *)"\"v1\"";
    ok(content_record_matches(&record, &query), "The same tag.\n");
    query.etag = (char *)"\"v2\"";
    ok(!content_record_matches(&record, &query), "Another tag.\n");
}

static void test_pieces(void)
{
    static const struct
    {
        struct content_piece pieces[3];
        size_t count;
        bool is_valid;
    } tests[] = {
        {{{0, 1000}}, 1, true},
        {{{0, 1001}}, 1, false},
        {{{0, 0}}, 1, false},
        {{{0, 0}}, 0, false},
        {{{1000, 1}}, 1, false},
        {{{0, 600}, {500, 500}}, 2, false}, /* R35 */
        {{{500, 500}, {0, 501}}, 2, false},
        {{{500, 500}, {0, 500}}, 2, true},
        {{{100, 16}, {200, 48}}, 2, true},
        {{{UINT64_MAX, 2}}, 1, false}, /* R36 */
        {{{2, UINT64_MAX}}, 1, false},
        {{{0, 10}, {20, 10}, {5, 1}}, 3, false},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
        ok(content_pieces_are_valid(tests[i].pieces, tests[i].count, 1000) == tests[i].is_valid,
           "Pieces %u.\n", (unsigned int)i);
    ok(content_pieces_are_valid(&(struct content_piece){0, UINT64_MAX}, 1, UINT64_MAX),
       "The largest.\n");
}

START_TEST(content_message)
{
    RUN_TEST(test_queries);
    RUN_TEST(test_results);
    RUN_TEST(test_failures);
    RUN_TEST(test_urls);
    RUN_TEST(test_matching);
    RUN_TEST(test_pieces);
}
