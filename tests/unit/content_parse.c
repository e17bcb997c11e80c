/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_parse.c. R1 and so on are the vectors of the specification. */
#include "harness/content_vectors.h"

#include "peer/content_match.h"
#include "peer/content_values.h"

#define R2                                                                                         \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"                                                 \
    "<SearchRequest xmlns=\"http://schemas.microsoft.com/windows/2007/01/BITS/"                    \
    "ContentDiscovery\"><OriginUrl>" VECTOR_URL "</OriginUrl>"                                     \
    "<FileModificationTime>2024-03-05T10:20:30Z</FileModificationTime>"                            \
    "<FileSize>1000</FileSize><MaxRecords>1</MaxRecords></SearchRequest>\n"

#define URL   "<OriginUrl>\"" VECTOR_URL "\"</OriginUrl>"
#define MTIME "<FileModificationTime>\"2024-03-05T10:20:30.000Z\"</FileModificationTime>"

/* In memory of exactly its size, so that a look past its end is found. */
static HRESULT parse_query(const char *text, struct content_query *query)
{
    size_t size;
    uint8_t *utf16 = vector_utf16(text, &size), *body = malloc(size ? size : 1);
    HRESULT hr;

    memcpy(body, utf16, size);
    hr = content_parse_query(body, size, query);
    free(utf16);
    free(body);
    return hr;
}

static HRESULT parse_results(const char *text, size_t max, struct content_results *results)
{
    size_t size;
    uint8_t *body = vector_utf16(text, &size);
    HRESULT hr = content_parse_results(body, size, max, results);

    free(body);
    return hr;
}

static void test_windows_query(void)
{
    struct content_query query;

    ok(parse_query(VECTOR_QUERY, &query) == S_OK, "R1 is refused.\n");
    ok(query.url && !strcmp(query.url, VECTOR_URL), "R1: got %s.\n", query.url);
    ok(query.mtime == VECTOR_MTIME, "R1: got %llu.\n", (unsigned long long)query.mtime);
    ok(!query.has_size && !query.etag && query.max_records == 5, "R1: got more.\n");
    content_query_done(&query);
}

static void test_schema_query(void)
{
    struct content_query query;

    ok(strlen(R2) == 328, "R2 has %u bytes.\n", (unsigned int)strlen(R2));
    ok(content_parse_query(R2, strlen(R2), &query) == S_OK, "R2 is refused.\n");
    ok(query.url && !strcmp(query.url, VECTOR_URL), "R2: got %s.\n", query.url);
    ok(query.mtime == VECTOR_MTIME, "R2: got %llu.\n", (unsigned long long)query.mtime);
    ok(query.has_size && query.size == 1000 && query.max_records == 1, "R2: got %llu, %u.\n",
       (unsigned long long)query.size, query.max_records);
    content_query_done(&query);
}

static void test_good_queries(void)
{
    static const char *const good[] = {
        "<SearchRequest>" URL MTIME "</SearchRequest>",
        "<searchRequest>" URL MTIME "</searchRequest>",
        "<SearchRequest a=\"b\">" URL "<!-- c -->" MTIME "</SearchRequest> \r\n\t",
        "<SearchRequest>" URL MTIME "<x:More xmlns:x=\"u\"><x:OriginUrl>no</x:OriginUrl></x:More>"
        "</SearchRequest>",
        "<SearchRequest><Before><OriginUrl>no</OriginUrl></Before>" URL MTIME "</SearchRequest>",
        "<b:SearchRequest xmlns:b=\"http://schemas.microsoft.com/windows/2007/01/BITS/"
        "ContentDiscovery\"><b:OriginUrl>" VECTOR_URL "</b:OriginUrl><b:FileModificationTime>"
        "2024-03-05T10:20:30Z</b:FileModificationTime></b:SearchRequest>",
        "<SearchRequest>" URL MTIME "<MaxRecords>\r\n \"1\" </MaxRecords></SearchRequest>",
    };
    struct content_query query;

    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
    {
        ok(parse_query(good[i], &query) == S_OK, "Query %u is refused.\n", (unsigned int)i);
        ok(query.url && !strcmp(query.url, VECTOR_URL), "Query %u: got %s.\n", (unsigned int)i,
           query.url);
        ok(query.mtime == VECTOR_MTIME && query.max_records == 1, "Query %u.\n", (unsigned int)i);
        content_query_done(&query);
    }

    ok(parse_query("<SearchRequest><OriginUrl>\"http://h/a?b&amp;c&#x41;&quot;\"</OriginUrl>" MTIME
                   "<FileEtag>\"\"v1\"\"</FileEtag></SearchRequest>",
                   &query) == S_OK,
       "Escapes are refused.\n");
    ok(query.url && !strcmp(query.url, "http://h/a?b&cA\""), "Got %s.\n", query.url);
    ok(query.etag && !strcmp(query.etag, "\"v1\""), "Got %s.\n", query.etag);
    content_query_done(&query);
}

static void test_bad_queries(void)
{
    static const struct
    {
        const char *id, *text;
    } bad[] = {
        {"nothing", ""},
        {"R25", "<SearchRequest>"},
        {"R26, zero", "<SearchRequest>" URL MTIME "<MaxRecords>\"0\"</MaxRecords></SearchRequest>"},
        {"R26, minus",
         "<SearchRequest>" URL MTIME "<MaxRecords>\"-1\"</MaxRecords></SearchRequest>"},
        {"other root", "<SearchResults>" URL MTIME "</SearchResults>"},
        {"other namespace", "<SearchRequest xmlns=\"u\">" URL MTIME "</SearchRequest>"},
        {"no URL", "<SearchRequest>" MTIME "</SearchRequest>"},
        {"no time", "<SearchRequest>" URL "</SearchRequest>"},
        {"order", "<SearchRequest>" MTIME URL "</SearchRequest>"},
        {"twice", "<SearchRequest>" URL URL MTIME "</SearchRequest>"},
        {"scheme", "<SearchRequest><OriginUrl>\"ftp://h/a\"</OriginUrl>" MTIME "</SearchRequest>"},
        {"one quote",
         "<SearchRequest><OriginUrl>\"http://h/a</OriginUrl>" MTIME "</SearchRequest>"},
        {"elements in a value",
         "<SearchRequest><OriginUrl>\"http://h/a\"<b/></OriginUrl>" MTIME "</SearchRequest>"},
        {"size", "<SearchRequest>" URL MTIME "<FileSize>\"1 000\"</FileSize></SearchRequest>"},
        {"size too large",
         "<SearchRequest>" URL MTIME "<FileSize>18446744073709551616</FileSize></SearchRequest>"},
        {"time", "<SearchRequest>" URL "<FileModificationTime>\"now\"</FileModificationTime>"
                 "</SearchRequest>"},
        {"what follows", "<SearchRequest>" URL MTIME "</SearchRequest>x"},
        {"a DTD", "<!DOCTYPE a [<!ENTITY b \"c\">]><SearchRequest>" URL MTIME "</SearchRequest>"},
    };
    struct content_query query;
    char *text = malloc(CONTENT_URL_MAX + 400);
    size_t len;

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        HRESULT hr = parse_query(bad[i].text, &query);

        ok(hr == E_INVALIDARG, "%s: got hr %#lx.\n", bad[i].id, (unsigned long)hr);
        ok(!query.url && !query.etag, "%s: something is left.\n", bad[i].id);
    }

    for (unsigned int count = CONTENT_URL_MAX; count <= CONTENT_URL_MAX + 1; count++)
    {
        strcpy(text, "<SearchRequest><OriginUrl>\"http://");
        len = strlen(text);
        memset(text + len, 'h', count - 7);
        strcpy(text + len + count - 7, "\"</OriginUrl>" MTIME "</SearchRequest>");
        ok(parse_query(text, &query) == (count > CONTENT_URL_MAX ? E_INVALIDARG : S_OK),
           "R27: %u characters.\n", count);
        content_query_done(&query);
    }
    free(text);
}

static void test_encodings(void)
{
    struct content_query query;
    size_t size;
    uint8_t *body = vector_utf16(VECTOR_QUERY, &size), *marked = malloc(size + 2);

    memcpy(marked, "\xff\xfe", 2);
    memcpy(marked + 2, body, size);
    ok(content_parse_query(marked, size + 2, &query) == S_OK, "A mark is refused.\n");
    content_query_done(&query);
    for (size_t i = 0; i < size + 2; i += 2)
    {
        uint8_t swap = marked[i];

        marked[i] = marked[i + 1];
        marked[i + 1] = swap;
    }
    ok(content_parse_query(marked, size + 2, &query) == S_OK, "Big endian is refused.\n");
    content_query_done(&query);
    ok(content_parse_query(marked + 2, size, &query) == S_OK, "Without a mark.\n");
    content_query_done(&query);
    /* What it declares is another encoding. */
    ok(content_parse_query(VECTOR_QUERY, strlen(VECTOR_QUERY), &query) == S_OK,
       "A wrong declaration is refused.\n");
    content_query_done(&query);

    for (size_t i = 0; i < size; i++)
        if (content_parse_query(body, i, &query) != E_INVALIDARG && i < size - 4)
            ok(false, "The first %u bytes are taken.\n", (unsigned int)i), i = size;
        else
            content_query_done(&query);
    free(body);
    free(marked);
}

static void test_results(void)
{
    struct content_results results;
    char id[CONTENT_GUID_SIZE];

    ok(parse_results(VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1 VECTOR_RECORD_5), 5, &results) ==
           S_OK,
       "R1 and R5 are refused.\n");
    ok(results.status == CONTENT_SUCCESS && results.count == 2, "Got %u records.\n",
       (unsigned int)results.count);
    if (results.count == 2)
    {
        const struct content_record *one = &results.records[0], *five = &results.records[1];

        content_format_guid(&one->id, id);
        ok(!strcmp(id, "{" VECTOR_ID_1 "}"), "R1: got %s.\n", id);
        ok(one->created == 133541856001250000 && one->modified == 133541856025000000 &&
               one->accessed == 133542774000000000 && one->mtime == VECTOR_MTIME,
           "R1: other times.\n");
        ok(!strcmp(one->url, VECTOR_URL) && one->size == 1000, "R1: got %s.\n", one->url);
        ok(one->piece_count == 1 && !one->pieces[0].offset && one->pieces[0].length == 1000,
           "R1: other ranges.\n");
        ok(five->piece_count == 2 && five->pieces[0].offset == 100 &&
               five->pieces[0].length == 16 && five->pieces[1].offset == 200 &&
               five->pieces[1].length == 48,
           "R5: other ranges.\n");
    }
    content_results_done(&results);
}

static void test_statuses(void)
{
    static const struct
    {
        const char *text;
        enum content_status status;
    } tests[] = {
        {VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NOT_FOUND},
        {VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound"), CONTENT_CERT_UNKNOWN},
        {VECTOR_FAILURE_OF("0x80070005", "AccessDenied"), CONTENT_ACCESS_DENIED},
        {VECTOR_FAILURE_OF("0x8007000E", "OutOfResources"), CONTENT_OUT_OF_RESOURCES},
        {VECTOR_FAILURE_OF("0x80070057", "InvalidSearch"), CONTENT_INVALID_SEARCH},
        {VECTOR_FAILURE_OF("0x8000FFFF", "Unknown"), CONTENT_UNKNOWN},
        {VECTOR_RESULTS_OF("success", VECTOR_RECORD_1), CONTENT_UNKNOWN},
        {VECTOR_RESULTS_OF("ContentNotFound", VECTOR_RECORD_1), CONTENT_NOT_FOUND},
        {VECTOR_RESULTS_OF("Success", ""), CONTENT_SUCCESS}, /* R33: nothing in it */
    };
    struct content_results results;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        ok(parse_results(tests[i].text, 5, &results) == S_OK, "Answer %u is refused.\n",
           (unsigned int)i);
        ok(results.status == tests[i].status && !results.count, "Answer %u: got %u, %u records.\n",
           (unsigned int)i, results.status, (unsigned int)results.count);
        content_results_done(&results);
    }
    ok(parse_results("<SearchResults></SearchResults>", 5, &results) == E_INVALIDARG,
       "No status.\n");
    ok(parse_results(VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1) "x", 5, &results) ==
           E_INVALIDARG,
       "R41 is taken.\n");
    ok(!results.count && !results.records, "R41: records are left.\n");
    ok(parse_results(VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1) "\r\n \t", 5, &results) == S_OK,
       "White space after it.\n");
    content_results_done(&results);
}

static void test_bad_records(void)
{
    static const struct
    {
        const char *id, *record;
    } bad[] = {
        {"R35", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000",
                                 VECTOR_RANGE("0", "600") VECTOR_RANGE("500", "500"))},
        {"R36", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000",
                                 VECTOR_RANGE("18446744073709551615", "2"))},
        {"no range", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000", "")},
        {"empty range", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000", VECTOR_RANGE("0", "0"))},
        {"beyond the end",
         VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000", VECTOR_RANGE("1", "1000"))},
        {"half a range", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000",
                                          "<ContentRange><Offset>0</Offset></ContentRange>")},
        {"id", VECTOR_RECORD_OF("../../boot.ini", VECTOR_URL, "1000", VECTOR_RANGE("0", "1000"))},
        {"size", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "many", VECTOR_RANGE("0", "1000"))},
        {"URL", VECTOR_RECORD_OF(VECTOR_ID_1, "ftp://h/", "1000", VECTOR_RANGE("0", "1000"))},
        {"nothing in it", "<CacheRecord/>"},
        {"order", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000",
                                   VECTOR_RANGE("0", "1000") "<FileEtag>a</FileEtag>")},
    };
    char text[8192];
    struct content_results results;

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        snprintf(text, sizeof(text), "<SearchResults><Status>Success</Status>%s%s</SearchResults>",
                 bad[i].record, VECTOR_RECORD_5);
        ok(parse_results(text, 5, &results) == S_OK, "%s: refused.\n", bad[i].id);
        ok(results.count == 1 && results.records[0].piece_count == 2, "%s: got %u records.\n",
           bad[i].id, (unsigned int)results.count);
        content_results_done(&results);
    }
}

static void test_filter(void)
{
    struct content_query query = {.url = (char *)VECTOR_URL,
                                  .mtime = VECTOR_MTIME,
                                  .has_size = true,
                                  .size = 1000,
                                  .etag = (char *)"\"v1\"",
                                  .max_records = 5};
    struct content_results results;

    ok(parse_results(
           VECTOR_RESULTS_OF(
               "Success",
               VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1001", VECTOR_RANGE("0", "1000"))
                   VECTOR_RECORD_OF(VECTOR_ID_1, "http://origin.example.test/other", "1000",
                                    VECTOR_RANGE("0", "1000")) VECTOR_RECORD_5),
           5, &results) == S_OK,
       "R34 is refused.\n");
    ok(results.count == 3, "Got %u records.\n", (unsigned int)results.count);
    content_results_filter(&results, &query);
    ok(results.count == 1 && results.records[0].id.Data1 == 0x6f9619ff, "R34: %u records.\n",
       (unsigned int)results.count);
    content_results_done(&results);
}

static void test_many(void)
{
    static const char head[] = "<SearchResults><Status>Success</Status>";
    size_t size = sizeof(head) + 6 * sizeof(VECTOR_RECORD_1) + 1010 * 120;
    char *text = malloc(size), *at = text;
    struct content_results results;

    at += sprintf(at, "%s", head);
    for (unsigned int i = 0; i < 6; i++)
        at += sprintf(at, "%s", i == 5 ? VECTOR_RECORD_5 : VECTOR_RECORD_1);
    strcpy(at, "</SearchResults>");
    ok(parse_results(text, 5, &results) == S_OK, "R37 is refused.\n");
    ok(results.count == 5 && results.records[4].piece_count == 1, "R37: got %u records.\n",
       (unsigned int)results.count);
    content_results_done(&results);

    for (unsigned int count = 1000; count <= 1001; count++)
    {
        static const char record[] =
            "<CacheRecord><Id>" VECTOR_ID_1 "</Id><CreationTime>2024-03-06T08:00:00Z"
            "</CreationTime><ModificationTime>2024-03-06T08:00:00Z</ModificationTime>"
            "<LastAccessTime>2024-03-06T08:00:00Z</LastAccessTime><OriginUrl>http://h/a"
            "</OriginUrl>" MTIME "<FileSize>100000</FileSize>";

        at = text + sprintf(text, "%s%s", head, record);
        for (unsigned int i = 0; i < count; i++)
            at += sprintf(at, "<ContentRange><Offset>%u</Offset><Length>1</Length></ContentRange>",
                          i * 2);
        strcpy(at, "</CacheRecord></SearchResults>");
        ok(content_parse_results(text, strlen(text), 5, &results) == S_OK, "%u ranges: refused.\n",
           count);
        ok(results.count == (count == 1000), "%u ranges: got %u records.\n", count,
           (unsigned int)results.count);
        content_results_done(&results);
    }
    free(text);

    text = malloc(CONTENT_BODY_MAX + 1);
    memset(text, ' ', CONTENT_BODY_MAX + 1);
    memcpy(text, "<SearchResults><Status>ContentNotFound</Status></SearchResults>", 63);
    ok(content_parse_results(text, CONTENT_BODY_MAX, 5, &results) == S_OK, "1 MiB is refused.\n");
    content_results_done(&results);
    ok(content_parse_results(text, CONTENT_BODY_MAX + 1, 5, &results) == E_INVALIDARG,
       "More than 1 MiB.\n");
    free(text);
}

START_TEST(content_parse)
{
    RUN_TEST(test_windows_query);
    RUN_TEST(test_schema_query);
    RUN_TEST(test_good_queries);
    RUN_TEST(test_bad_queries);
    RUN_TEST(test_encodings);
    RUN_TEST(test_results);
    RUN_TEST(test_statuses);
    RUN_TEST(test_bad_records);
    RUN_TEST(test_filter);
    RUN_TEST(test_many);
}
