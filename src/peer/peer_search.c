/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files and their searches. The state machine of a search is content_search; here it gets its
 * peers and connections. */
#include "peer/peer_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/list.h"
#include "base/log.h"
#include "base/random.h"
#include "base/url.h"
#include "peer/content_ranges.h"

/* How long nobody is asked again: whoever has the file may have it yet, whoever has not may get it.
 */
#define RESULT_MS 60000
/* The same when a program has found that what peers have of it is wrong. */
#define REFUSED_MS 3600000
#define FILES_MAX  1000

struct peer_searches
{
    const struct peer_host *host;
    struct peer_links *links;
    void (*changed)(void *ctx, struct peer_file *file);
    void *ctx;
    struct list files;
    size_t count;
    bool wants_discovery;
    /* Peers as content_search chooses among them; of the last look. */
    struct peer_info *peers;
    size_t peer_count;
};

/* A peer with what it has. */
struct holder
{
    struct list entry;
    char fqdn[CONTENT_PEER_NAME_SIZE];
    struct content_results results;
    bool is_rejected;
};

/* A call for a peer's key; it may outlive the attempt that wanted it. */
struct exchange
{
    struct attempt *attempt; /* NULL: nobody waits */
};

/* A question that is out, or a call for a key. */
struct attempt
{
    struct list entry;
    struct peer_file *file;
    uint32_t number;
    struct peer_link *link;
    bool is_authentication;
    struct exchange *exchange; /* NULL: none is under way */
    bool is_over; /* to be told by the next run: the search may not be called from within itself */
    enum content_outcome outcome;
};

/* ---- questions ---- */

static void free_attempt(struct attempt *attempt)
{
    if (attempt->exchange) attempt->exchange->attempt = NULL;
    list_remove(&attempt->entry);
    free(attempt);
}

static void take_answer(void *ctx, enum content_outcome outcome, struct content_results *results)
{
    struct attempt *attempt = ctx;
    struct peer_file *file = attempt->file;
    uint32_t number = attempt->number;

    free_attempt(attempt);
    content_search_answered(&file->search, number, outcome, results,
                            clock_ticks(&file->searches->host->clock));
}

static const struct peer_link_events search_events = {take_answer, NULL};

static void ask(void *ctx, uint32_t number, const char *peer)
{
    struct peer_file *file = ctx;
    struct attempt *attempt = calloc(1, sizeof(*attempt));

    if (!attempt) return; /* its time limit ends it */
    attempt->file = file;
    attempt->number = number;
    list_add_tail(&file->attempts, &attempt->entry);
    if (SUCCEEDED(peer_link_search(file->searches->links, peer, &file->query, &search_events,
                                   attempt, &attempt->link)))
        return;
    attempt->is_over = true;
    attempt->outcome = CONTENT_TRANSPORT;
}

static struct attempt *find_attempt(struct peer_file *file, uint32_t number)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &file->attempts)
    {
        struct attempt *attempt = LIST_ENTRY_OF(cursor, struct attempt, entry);

        if (attempt->number == number) return attempt;
    }
    return NULL;
}

static void stop(void *ctx, uint32_t number)
{
    struct attempt *attempt = find_attempt(ctx, number);

    if (!attempt) return;
    if (!attempt->is_over && attempt->link) peer_link_drop(attempt->link);
    free_attempt(attempt);
}

/* The next run tells the search. */
static void on_exchanged(void *arg, HRESULT hr)
{
    struct exchange *exchange = arg;
    struct attempt *attempt = exchange->attempt;

    free(exchange);
    if (!attempt) return;
    attempt->exchange = NULL;
    attempt->is_over = true;
    attempt->outcome = SUCCEEDED(hr) ? CONTENT_FOUND : CONTENT_CLIENT_STRANGE;
}

static void authenticate(void *ctx, uint32_t number, const char *peer)
{
    struct peer_file *file = ctx;
    struct attempt *attempt = calloc(1, sizeof(*attempt));
    struct exchange *exchange = attempt ? calloc(1, sizeof(*exchange)) : NULL;
    HRESULT hr = E_OUTOFMEMORY;

    if (!attempt) return;
    attempt->file = file;
    attempt->number = number;
    attempt->is_authentication = true;
    list_add_tail(&file->attempts, &attempt->entry);
    if (exchange)
    {
        exchange->attempt = attempt;
        attempt->exchange = exchange;
        hr = trust_exchange(&file->searches->host->trust, peer, on_exchanged, exchange);
    }
    if (SUCCEEDED(hr)) return;
    free(exchange);
    attempt->exchange = NULL;
    attempt->is_over = true;
    attempt->outcome = CONTENT_CLIENT_STRANGE;
}

/* ---- the rest of the port ---- */

static bool get_peer(void *ctx, size_t index, struct content_peer *peer)
{
    struct peer_searches *searches = ((struct peer_file *)ctx)->searches;

    if (!index)
    {
        free(searches->peers);
        if (FAILED(discovery_list_peers(searches->host->discovery, true, &searches->peers,
                                        &searches->peer_count)))
            searches->peer_count = 0;
    }
    if (index >= searches->peer_count) return false;
    memset(peer, 0, sizeof(*peer));
    memcpy(peer->name, searches->peers[index].fqdn, strlen(searches->peers[index].fqdn));
    peer->is_authenticated = searches->peers[index].is_authenticated;
    return true;
}

static uint32_t choose_below(void *ctx, uint32_t limit)
{
    (void)ctx;
    return random_below(limit);
}

static void drop_peer(void *ctx, const char *peer, enum content_outcome why)
{
    struct peer_searches *searches = ((struct peer_file *)ctx)->searches;

    event_write(EVENT_ANSWER_INVALID, "%s: outcome %u", peer, why);
    discovery_remove_peer(searches->host->discovery, peer);
}

static void discover(void *ctx)
{
    ((struct peer_file *)ctx)->searches->wants_discovery = true;
}

static void report(void *ctx, const char *peer, struct content_results *results)
{
    struct peer_file *file = ctx;
    struct holder *holder = calloc(1, sizeof(*holder));

    if (!holder) return;
    memcpy(holder->fqdn, peer, strlen(peer));
    holder->results = *results;
    memset(results, 0, sizeof(*results));
    list_add_tail(&file->holders, &holder->entry);
    event_write(EVENT_RECORD_FOUND, "%s: %u records", peer, (unsigned int)holder->results.count);
    file->searches->changed(file->searches->ctx, file);
}

static void complete(void *ctx)
{
    struct peer_file *file = ctx;

    file->is_searching = false;
    file->end = clock_ticks(&file->searches->host->clock);
    event_write(EVENT_SEARCH_ENDED, "%s",
                list_is_empty(&file->holders) ? "no peer has it" : "found");
    file->searches->changed(file->searches->ctx, file);
}

static const struct content_search_port search_port = {.get_peer = get_peer,
                                                       .random_below = choose_below,
                                                       .ask = ask,
                                                       .stop = stop,
                                                       .authenticate = authenticate,
                                                       .drop_peer = drop_peer,
                                                       .discover = discover,
                                                       .report = report,
                                                       .complete = complete};

/* ---- files ---- */

static void free_holders(struct peer_file *file)
{
    struct holder *holder;

    while ((holder = LIST_HEAD_ENTRY(&file->holders, struct holder, entry)))
    {
        list_remove(&holder->entry);
        content_results_done(&holder->results);
        free(holder);
    }
}

static void free_file(struct peer_file *file)
{
    struct attempt *attempt;

    content_search_done(&file->search);
    while ((attempt = LIST_HEAD_ENTRY(&file->attempts, struct attempt, entry)))
        free_attempt(attempt);
    free_holders(file);
    content_query_done(&file->query);
    list_remove(&file->entry);
    file->searches->count--;
    free(file);
}

static struct peer_file *find_file(struct peer_searches *searches, const char *url,
                                   filetime_t mtime, uint64_t size)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &searches->files)
    {
        struct peer_file *file = LIST_ENTRY_OF(cursor, struct peer_file, entry);

        if (file->query.mtime == mtime && file->query.size == size && !strcmp(file->query.url, url))
            return file;
    }
    return NULL;
}

static bool is_outdated(const struct peer_file *file, tick_t now)
{
    tick_t worth = file->is_refused ? REFUSED_MS : file->is_taken_back ? 0 : RESULT_MS;

    return !file->users && !file->is_searching && now >= file->end + worth;
}

/* Makes room. */
static void forget_files(struct peer_searches *searches, tick_t now)
{
    struct list *cursor, *after;

    for (cursor = searches->files.next; cursor != &searches->files; cursor = after)
    {
        struct peer_file *file = LIST_ENTRY_OF(cursor, struct peer_file, entry);

        after = cursor->next;
        if (is_outdated(file, now)) free_file(file);
    }
}

static HRESULT add_file(struct peer_searches *searches, const char *url, filetime_t mtime,
                        uint64_t size, struct peer_file **out)
{
    size_t length = strlen(url) + 1;
    struct peer_file *file;

    *out = NULL;
    if (searches->count >= FILES_MAX) return E_OUTOFMEMORY;
    if (!(file = calloc(1, sizeof(*file)))) return E_OUTOFMEMORY;
    if (!(file->query.url = malloc(length)))
    {
        free(file);
        return E_OUTOFMEMORY;
    }
    memcpy(file->query.url, url, length);
    file->query.mtime = mtime;
    file->query.has_size = true;
    file->query.size = size;
    file->query.max_records = CONTENT_RECORDS_ASK;
    file->searches = searches;
    list_init(&file->holders);
    list_init(&file->attempts);
    file->port = search_port;
    file->port.ctx = file;
    list_add_tail(&searches->files, &file->entry);
    searches->count++;
    *out = file;
    return S_OK;
}

static void tell_begin(const char *url)
{
    char redacted[256];

    url_redact_char(url, redacted, sizeof(redacted));
    event_write(EVENT_SEARCH_BEGAN, "%s", redacted);
}

HRESULT peer_searches_get(struct peer_searches *searches, const char *url, filetime_t mtime,
                          uint64_t size, struct peer_file **out)
{
    tick_t now = clock_ticks(&searches->host->clock);
    struct peer_file *file;
    HRESULT hr;

    forget_files(searches, now);
    *out = find_file(searches, url, mtime, size);
    if (*out)
    {
        (*out)->users++;
        return S_OK;
    }
    if (FAILED(hr = add_file(searches, url, mtime, size, &file))) return hr;
    file->users = 1;
    file->is_searching = true;
    tell_begin(url);
    if (FAILED(hr = content_search_start(&file->search, &file->port, now)))
    {
        file->is_searching = false;
        free_file(file);
        return hr;
    }
    *out = file;
    return S_OK;
}

void peer_file_release(struct peer_file *file, bool has_waited)
{
    file->users--;
    if (file->users || !file->is_searching) return;
    file->is_taken_back = !has_waited && list_is_empty(&file->holders);
    /* What the others would say interests nobody. */
    content_search_cancel(&file->search);
}

bool peer_file_is_searching(const struct peer_file *file)
{
    return file->is_searching;
}

/* ---- who has what ---- */

static bool find_in_record(const struct content_record *record, uint64_t begin, uint64_t end,
                           struct peer_part *part)
{
    for (size_t i = 0; i < record->piece_count; i++)
    {
        const struct content_piece *piece = &record->pieces[i];
        uint64_t piece_end = piece->offset + piece->length;
        uint64_t position;

        if (begin < piece->offset || begin >= piece_end) continue;
        if (piece_end < end) end = piece_end;
        if (!content_find_in_record(record->pieces, record->piece_count, begin, end, &position))
            return false;
        part->length = end - begin;
        part->wish = (struct content_wish){
            .id = record->id,
            .begin = position,
            .end = position + part->length,
            .total = content_pieces_total(record->pieces, record->piece_count),
            .mtime = record->mtime};
        return true;
    }
    return false;
}

bool peer_file_find(struct peer_file *file, uint64_t begin, uint64_t end, struct peer_part *part)
{
    struct list *cursor;

    if (file->failures >= PEER_FAILURES_MAX || file->is_refused) return false;
    LIST_FOR_EACH(cursor, &file->holders)
    {
        struct holder *holder = LIST_ENTRY_OF(cursor, struct holder, entry);

        if (holder->is_rejected) continue;
        for (size_t i = 0; i < holder->results.count; i++)
            if (find_in_record(&holder->results.records[i], begin, end, part))
            {
                memcpy(part->fqdn, holder->fqdn, sizeof(part->fqdn));
                return true;
            }
    }
    return false;
}

void peer_file_reject(struct peer_file *file, const char *fqdn)
{
    struct list *cursor;

    file->failures++;
    LIST_FOR_EACH(cursor, &file->holders)
    {
        struct holder *holder = LIST_ENTRY_OF(cursor, struct holder, entry);

        if (!strcmp(holder->fqdn, fqdn)) holder->is_rejected = true;
    }
}

/* ---- what the thread calls ---- */

void peer_searches_refuse(struct peer_searches *searches, const char *url, filetime_t mtime,
                          uint64_t size)
{
    tick_t now = clock_ticks(&searches->host->clock);
    struct peer_file *file;

    forget_files(searches, now);
    if (!(file = find_file(searches, url, mtime, size)) &&
        FAILED(add_file(searches, url, mtime, size, &file)))
        return;
    file->is_refused = true;
    if (!file->is_searching) file->end = now;
}

void peer_searches_found(struct peer_searches *searches)
{
    tick_t now = clock_ticks(&searches->host->clock);
    struct peer_info *peers;
    struct list *cursor;
    size_t count;

    if (FAILED(discovery_list_peers(searches->host->discovery, true, &peers, &count))) return;
    LIST_FOR_EACH(cursor, &searches->files)
    {
        struct peer_file *file = LIST_ENTRY_OF(cursor, struct peer_file, entry);

        for (size_t i = 0; i < count && file->is_searching; i++)
            content_search_peer_found(&file->search, peers[i].fqdn, now);
    }
    free(peers);
}

void peer_searches_discovered(struct peer_searches *searches)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &searches->files)
    {
        struct peer_file *file = LIST_ENTRY_OF(cursor, struct peer_file, entry);

        if (file->is_searching) content_search_discovered(&file->search);
    }
}

static bool tell_one(struct peer_file *file, tick_t now)
{
    struct content_results none = {0};
    struct list *cursor;

    LIST_FOR_EACH(cursor, &file->attempts)
    {
        struct attempt *attempt = LIST_ENTRY_OF(cursor, struct attempt, entry);
        enum content_outcome outcome = attempt->outcome;
        bool is_authentication = attempt->is_authentication;
        uint32_t number = attempt->number;

        if (!attempt->is_over) continue;
        free_attempt(attempt);
        if (is_authentication)
            content_search_authenticated(&file->search, number, outcome == CONTENT_FOUND, now);
        else
            content_search_answered(&file->search, number, outcome, &none, now);
        return true;
    }
    return false;
}

static tick_t run_file(struct peer_file *file, tick_t now)
{
    while (file->is_searching && tell_one(file, now))
        ;
    if (file->is_searching && content_search_deadline(&file->search) <= now)
        content_search_run(&file->search, now);
    return file->is_searching ? content_search_deadline(&file->search) : TICK_NEVER;
}

tick_t peer_searches_run(struct peer_searches *searches, tick_t now)
{
    tick_t next = TICK_NEVER;
    struct list *cursor;

    LIST_FOR_EACH(cursor, &searches->files)
    {
        tick_t due = run_file(LIST_ENTRY_OF(cursor, struct peer_file, entry), now);

        if (due < next) next = due;
    }
    if (searches->wants_discovery)
    {
        searches->wants_discovery = false;
        if (!discovery_request(searches->host->discovery)) peer_searches_discovered(searches);
    }
    return next;
}

/* ---- life ---- */

HRESULT peer_searches_create(const struct peer_host *host, struct peer_links *links,
                             void (*changed)(void *ctx, struct peer_file *file), void *ctx,
                             struct peer_searches **out)
{
    struct peer_searches *searches = calloc(1, sizeof(*searches));

    *out = searches;
    if (!searches) return E_OUTOFMEMORY;
    searches->host = host;
    searches->links = links;
    searches->changed = changed;
    searches->ctx = ctx;
    list_init(&searches->files);
    return S_OK;
}

void peer_searches_destroy(struct peer_searches *searches)
{
    struct peer_file *file;

    if (!searches) return;
    while ((file = LIST_HEAD_ENTRY(&searches->files, struct peer_file, entry)))
        free_file(file);
    free(searches->peers);
    free(searches);
}
