/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the hostile peer does. The name of a file says what it does when it is asked for it. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/byte_buffer.h"
#include "peer/content_values.h"

#define PIECE      16384
#define DRIP_MS    400
#define ENDLESS    (64u << 20)
#define MANY       10000
#define XML_HEADER "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %u\r\n\r\n"

const uint8_t *hostile_file;
uint64_t hostile_file_size;

/* ---- honest ---- */

static bool add_piece(struct content_record *record, uint64_t offset, uint64_t length)
{
    struct content_piece *pieces =
        realloc(record->pieces, (record->piece_count + 1) * sizeof(*pieces));

    if (!pieces) return false;
    record->pieces = pieces;
    pieces[record->piece_count++] = (struct content_piece){offset, length};
    return true;
}

/* What is right for the question, without pieces. */
static void honest_record(const struct hostile_visit *visit, struct content_record *record)
{
    *record = (struct content_record){.id = {.Data1 = visit->act + 1, .Data2 = 0x666},
                                      .created = visit->query->mtime,
                                      .modified = visit->query->mtime,
                                      .accessed = visit->query->mtime,
                                      .url = _strdup(visit->query->url),
                                      .mtime = visit->query->mtime,
                                      .size = hostile_file_size};
}

static bool send_records(const struct hostile_visit *visit, struct content_record *record,
                         unsigned int count)
{
    struct content_results results = {.status = CONTENT_SUCCESS};
    struct byte_buffer body = {0};
    bool ok = false;

    /* The same one again and again: built by hand, since records own what they point to. */
    results.records = calloc(count, sizeof(*results.records));
    for (results.count = 0; results.records && results.count < count; results.count++)
        results.records[results.count] = *record;
    if (results.records && SUCCEEDED(content_build_results(&results, &body)))
        ok = hostile_send_text(visit->link, XML_HEADER, (unsigned int)body.size) &&
             hostile_send(visit->link, body.data, body.size);
    free(results.records);
    content_record_done(record);
    byte_buffer_done(&body);
    return ok;
}

static bool search_honest(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    add_piece(&record, 0, hostile_file_size);
    return send_records(visit, &record, 1);
}

static bool send_head(const struct hostile_visit *visit, uint64_t begin, uint64_t end,
                      uint64_t total)
{
    if (!visit->has_range)
        return hostile_send_text(visit->link, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
                                 (unsigned long long)(end - begin));
    return hostile_send_text(
        visit->link,
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %llu-%llu/%llu\r\n"
        "Content-Length: %llu\r\n\r\n",
        (unsigned long long)begin, (unsigned long long)end - 1, (unsigned long long)total,
        (unsigned long long)(end - begin));
}

static bool send_bytes(const struct hostile_visit *visit, uint64_t begin, uint64_t end)
{
    return hostile_send(visit->link, hostile_file + begin, (size_t)(end - begin));
}

static bool honest_head(const struct hostile_visit *visit)
{
    return send_head(visit, visit->begin, visit->end, visit->total);
}

static bool fetch_honest(const struct hostile_visit *visit)
{
    return honest_head(visit) && send_bytes(visit, visit->begin, visit->end);
}

/* ---- searches ---- */

static bool say(const struct hostile_visit *visit, const char *text)
{
    return hostile_send(visit->link, text, strlen(text));
}

static bool stand_still(const struct hostile_visit *visit)
{
    hostile_wait_for_end(visit->link);
    return false;
}

static bool hang_up(const struct hostile_visit *visit)
{
    (void)visit;
    return false;
}

static bool reset(const struct hostile_visit *visit)
{
    hostile_reset(visit->link);
    return false;
}

static bool say_404(const struct hostile_visit *visit)
{
    return say(visit, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static bool say_401(const struct hostile_visit *visit)
{
    return say(visit, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"give\"\r\n"
                      "Content-Length: 0\r\n\r\n");
}

static bool say_500(const struct hostile_visit *visit)
{
    return say(visit, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
}

/* Nobody may ever ask for this. */
static bool say_redirect(const struct hostile_visit *visit)
{
    return say(visit, "HTTP/1.1 302 Found\r\nLocation: http://10.77.0.254:8080/forbidden\r\n"
                      "Content-Length: 0\r\n\r\n");
}

static bool say_hundreds(const struct hostile_visit *visit)
{
    for (unsigned int i = 0; i < MANY; i++)
        if (!say(visit, "HTTP/1.1 100 Continue\r\n\r\n")) return false;
    return fetch_honest(visit);
}

static bool endless_header(const struct hostile_visit *visit)
{
    static char line[PIECE];

    memset(line, 'a', sizeof(line));
    if (!say(visit, "HTTP/1.1 200 OK\r\nX-Endless: ")) return false;
    for (unsigned int sent = 0; sent < ENDLESS; sent += sizeof(line))
        if (!hostile_send(visit->link, line, sizeof(line))) return false;
    return false;
}

static bool many_fields(const struct hostile_visit *visit)
{
    if (!say(visit, "HTTP/1.1 200 OK\r\n")) return false;
    for (unsigned int i = 0; i < 100 * MANY; i++)
        if (!say(visit, "X-One: more\r\n")) return false;
    return false;
}

static bool huge_body(const struct hostile_visit *visit)
{
    static const char zeros[PIECE];

    if (!say(visit, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
                    "Content-Length: 18446744073709551615\r\n\r\n"))
        return false;
    for (unsigned int sent = 0; sent < ENDLESS; sent += sizeof(zeros))
        if (!hostile_send(visit->link, zeros, sizeof(zeros))) return false;
    return false;
}

static bool send_xml(const struct hostile_visit *visit, const char *text)
{
    return hostile_send_text(visit->link, XML_HEADER, (unsigned int)strlen(text)) &&
           say(visit, text);
}

static bool xml_bomb(const struct hostile_visit *visit)
{
    return send_xml(visit, "<?xml version=\"1.0\"?><!DOCTYPE b [<!ENTITY a \"aaaaaaaaaaaaaaaa\">"
                           "<!ENTITY c \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
                           "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]>"
                           "<SearchResults><Status>&d;&d;&d;&d;</Status></SearchResults>");
}

static bool xml_depth(const struct hostile_visit *visit)
{
    if (!hostile_send_text(visit->link, XML_HEADER, 3 * MANY)) return false;
    for (unsigned int i = 0; i < MANY; i++)
        if (!say(visit, "<a>")) return false;
    return true;
}

static bool xml_rubbish(const struct hostile_visit *visit)
{
    return send_xml(visit, "\xff\xfe\x00\x00 this is no answer <<<<");
}

static bool many_records(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    add_piece(&record, 0, hostile_file_size);
    return send_records(visit, &record, 500);
}

static bool tiny_ranges(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    for (unsigned int i = 0; i < MANY; i++)
        add_piece(&record, 2 * i, 1);
    return send_records(visit, &record, 1);
}

static bool overlapping(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    add_piece(&record, 0, hostile_file_size);
    add_piece(&record, 1, hostile_file_size - 1);
    return send_records(visit, &record, 1);
}

static bool outside(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    add_piece(&record, 0, hostile_file_size);
    add_piece(&record, hostile_file_size, UINT64_MAX - hostile_file_size);
    return send_records(visit, &record, 1);
}

static bool other_size(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    record.size++;
    add_piece(&record, 0, record.size);
    return send_records(visit, &record, 1);
}

static bool other_time(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    record.mtime += 3600 * FILETIME_PER_SECOND;
    add_piece(&record, 0, hostile_file_size);
    return send_records(visit, &record, 1);
}

/* F3: what it has is another file. */
static bool other_url(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    free(record.url);
    record.url = _strdup("http://10.77.0.254:8080/other-file");
    add_piece(&record, 0, hostile_file_size);
    return send_records(visit, &record, 1);
}

static bool first_half(const struct hostile_visit *visit)
{
    struct content_record record;

    honest_record(visit, &record);
    add_piece(&record, 0, hostile_file_size / 2);
    return send_records(visit, &record, 1);
}

/* ---- downloads ---- */

static bool cut(const struct hostile_visit *visit)
{
    honest_head(visit);
    send_bytes(visit, visit->begin, visit->begin + (visit->end - visit->begin) / 2);
    return false;
}

static bool cut_by_reset(const struct hostile_visit *visit)
{
    cut(visit);
    return reset(visit);
}

static bool head_only(const struct hostile_visit *visit)
{
    honest_head(visit);
    return stand_still(visit);
}

static bool stall_in_the_middle(const struct hostile_visit *visit)
{
    cut(visit);
    return stand_still(visit);
}

static bool drip(const struct hostile_visit *visit)
{
    if (!honest_head(visit)) return false;
    for (uint64_t at = visit->begin; at < visit->end; at++)
    {
        if (!send_bytes(visit, at, at + 1)) return false;
        Sleep(DRIP_MS);
    }
    return false;
}

/* The next answer is glued on, and nobody has asked for it. */
static bool too_much(const struct hostile_visit *visit)
{
    return fetch_honest(visit) && fetch_honest(visit) && fetch_honest(visit);
}

static bool shifted(const struct hostile_visit *visit)
{
    return send_head(visit, visit->begin + 1, visit->end, hostile_file_size) &&
           send_bytes(visit, visit->begin + 1, visit->end);
}

static bool other_total(const struct hostile_visit *visit)
{
    return send_head(visit, visit->begin, visit->end, hostile_file_size + 1) &&
           send_bytes(visit, visit->begin, visit->end);
}

static bool empty_part(const struct hostile_visit *visit)
{
    return hostile_send_text(visit->link,
                             "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/%llu\r\n"
                             "Content-Length: 0\r\n\r\n",
                             (unsigned long long)hostile_file_size);
}

static bool two_lengths(const struct hostile_visit *visit)
{
    return hostile_send_text(
               visit->link,
               "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %llu-%llu/%llu\r\n"
               "Content-Length: 5\r\nContent-Length: %llu\r\n\r\n",
               (unsigned long long)visit->begin, (unsigned long long)visit->end - 1,
               (unsigned long long)hostile_file_size,
               (unsigned long long)(visit->end - visit->begin)) &&
           send_bytes(visit, visit->begin, visit->end);
}

static bool encoded(const struct hostile_visit *visit)
{
    return hostile_send_text(visit->link,
                             "HTTP/1.1 206 Partial Content\r\nContent-Encoding: gzip\r\n"
                             "Content-Range: bytes %llu-%llu/%llu\r\nContent-Length: %llu\r\n\r\n",
                             (unsigned long long)visit->begin, (unsigned long long)visit->end - 1,
                             (unsigned long long)hostile_file_size,
                             (unsigned long long)(visit->end - visit->begin)) &&
           send_bytes(visit, visit->begin, visit->end);
}

static bool multipart(const struct hostile_visit *visit)
{
    if (!say(visit, "HTTP/1.1 206 Partial Content\r\n"
                    "Content-Type: multipart/byteranges; boundary=b\r\n"
                    "Content-Length: 9223372036854775807\r\n\r\n"))
        return false;
    for (unsigned int i = 0; i < MANY; i++)
        if (!hostile_send_text(visit->link, "\r\n--b\r\nContent-Range: bytes %u-%u/%llu\r\n\r\n!!",
                               i, i + 1, (unsigned long long)hostile_file_size))
            return false;
    return false;
}

static bool endless_chunks(const struct hostile_visit *visit)
{
    if (!say(visit, "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n") ||
        !hostile_send_text(visit->link, "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
                           (unsigned long long)visit->begin, (unsigned long long)visit->end - 1,
                           (unsigned long long)hostile_file_size))
        return false;
    return say(visit, "ffffffffffffffff\r\n") && send_bytes(visit, visit->begin, visit->end) &&
           fetch_honest(visit);
}

/* F1: nobody but the program can see that. */
static bool wrong_bytes(const struct hostile_visit *visit)
{
    uint8_t bytes[PIECE];

    if (!honest_head(visit)) return false;
    for (uint64_t at = visit->begin; at < visit->end; at += sizeof(bytes))
    {
        size_t size = (size_t)(visit->end - at < sizeof(bytes) ? visit->end - at : sizeof(bytes));

        memcpy(bytes, hostile_file + at, size);
        bytes[size / 2] ^= 0x10;
        if (!hostile_send(visit->link, bytes, size)) return false;
    }
    return true;
}

/* ---- the table ---- */

/* clang-format off */
const struct hostile_act hostile_acts[] = {
    { "honest",          NULL, NULL },
    { "first-half",      first_half, NULL },
    { "search-404",      say_404, NULL },
    { "search-401",      say_401, NULL },
    { "search-500",      say_500, NULL },
    { "search-redirect", say_redirect, NULL },
    { "search-hang-up",  hang_up, NULL },
    { "search-reset",    reset, NULL },
    { "search-stall",    stand_still, NULL },
    { "search-header",   endless_header, NULL },
    { "search-fields",   many_fields, NULL },
    { "search-huge",     huge_body, NULL },
    { "search-bomb",     xml_bomb, NULL },
    { "search-depth",    xml_depth, NULL },
    { "search-rubbish",  xml_rubbish, NULL },
    { "many-records",    many_records, NULL },
    { "tiny-ranges",     tiny_ranges, NULL },
    { "overlapping",     overlapping, NULL },
    { "outside",         outside, NULL },
    { "other-size",      other_size, NULL },
    { "other-time",      other_time, NULL },
    { "other-url",       other_url, NULL },
    { "get-404",         NULL, say_404 },
    { "get-401",         NULL, say_401 },
    { "get-500",         NULL, say_500 },
    { "get-redirect",    NULL, say_redirect },
    { "get-hundreds",    NULL, say_hundreds },
    { "get-hang-up",     NULL, hang_up },
    { "get-reset",       NULL, reset },
    { "get-stall",       NULL, stand_still },
    { "get-header",      NULL, endless_header },
    { "head-only",       NULL, head_only },
    { "cut",             NULL, cut },
    { "cut-by-reset",    NULL, cut_by_reset },
    { "stall-in-middle", NULL, stall_in_the_middle },
    { "drip",            NULL, drip },
    { "too-much",        NULL, too_much },
    { "shifted",         NULL, shifted },
    { "other-total",     NULL, other_total },
    { "empty-part",      NULL, empty_part },
    { "two-lengths",     NULL, two_lengths },
    { "encoded",         NULL, encoded },
    { "multipart",       NULL, multipart },
    { "endless-chunks",  NULL, endless_chunks },
    { "wrong-bytes",     NULL, wrong_bytes },
};
/* clang-format on */

const unsigned int hostile_act_count = ARRAYSIZE(hostile_acts);

static unsigned int find_act(const char *url)
{
    const char *name = strrchr(url, '/');
    size_t size = name ? strcspn(++name, "?") : 0;

    for (unsigned int i = 0; name && i < hostile_act_count; i++)
        if (strlen(hostile_acts[i].name) == size && !memcmp(name, hostile_acts[i].name, size))
            return i;
    return 0;
}

/* For the script that wants to know what was asked. */
static void tell(const char *what, unsigned int act)
{
    printf("%s %s\n", what, hostile_acts[act].name);
    fflush(stdout);
}

bool hostile_search(struct hostile_link *link, const struct content_query *query)
{
    const struct hostile_visit visit = {.link = link, .query = query, .act = find_act(query->url)};
    const struct hostile_act *act = &hostile_acts[visit.act];

    tell("search", visit.act);
    return act->search ? act->search(&visit) : search_honest(&visit);
}

bool hostile_fetch(struct hostile_link *link, unsigned int act, const char *range)
{
    struct hostile_visit visit = {.link = link, .act = act, .has_range = range != NULL};
    unsigned long long first, last;

    if (act >= hostile_act_count) return false;
    visit.total = hostile_file_size;
    if (hostile_acts[act].search == first_half) visit.total /= 2;
    visit.end = visit.total;
    if (range)
    {
        if (sscanf(range, "bytes=%llu-%llu", &first, &last) != 2) return false;
        if (first > last || last >= visit.total) return false;
        visit.begin = first;
        visit.end = last + 1;
    }
    tell("fetch", act);
    return hostile_acts[act].fetch ? hostile_acts[act].fetch(&visit) : fetch_honest(&visit);
}
