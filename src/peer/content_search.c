/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One search among the peers. INIT, CHOOSE, SEND and DISCOVER of [MS-BPCR] 3.1.7.4 pass without
 * waiting and so are functions here; the state is either WAIT or COMPLETE. */
#include "peer/content_search.h"

#include <stdlib.h>
#include <string.h>

enum
{
    DO_REPORT = 1,
    DO_AUTHENTICATE = 2,
    DO_DROP = 4,
    DO_REPLACE = 8
};

static const unsigned int actions[CONTENT_OUTCOME_COUNT] = {
    [CONTENT_FOUND] = DO_REPORT,
    [CONTENT_NONE] = 0,
    [CONTENT_CLIENT_STRANGE] = DO_AUTHENTICATE,
    [CONTENT_SERVER_STRANGE] = DO_AUTHENTICATE,
    [CONTENT_DENIED] = DO_DROP | DO_REPLACE,
    [CONTENT_REFUSED] = DO_DROP | DO_REPLACE,
    [CONTENT_BROKEN] = DO_DROP | DO_REPLACE,
    [CONTENT_BUSY] = DO_REPLACE,
    [CONTENT_TRANSPORT] = DO_DROP | DO_REPLACE,
    [CONTENT_TIMEOUT] = DO_DROP | DO_REPLACE,
    [CONTENT_STOPPED] = 0,
};

enum kind
{
    KIND_AUTHENTICATED,
    KIND_OTHER,
    KIND_ANY
};

static bool is_chosen(const struct content_search *search, const char *peer)
{
    for (size_t i = 0; i < search->chosen_count; i++)
        if (!strcmp(search->chosen[i], peer)) return true;
    return false;
}

/* Every one with the same chance, without knowing first how many there are. */
static bool pick(struct content_search *search, enum kind kind, struct content_peer *picked)
{
    const struct content_search_port *port = search->port;
    struct content_peer peer;
    uint32_t count = 0;

    for (size_t i = 0; port->get_peer(port->ctx, i, &peer); i++)
    {
        if (kind != KIND_ANY && peer.is_authenticated != (kind == KIND_AUTHENTICATED)) continue;
        if (is_chosen(search, peer.name)) continue;
        if (!port->random_below(port->ctx, ++count)) *picked = peer;
    }
    return count > 0;
}

static bool choose_peer(struct content_search *search, struct content_peer *peer)
{
    if (search->chosen_count == CONTENT_SEARCH_CHOSEN_MAX) return false;
    if (search->authenticated_needed)
    {
        if (pick(search, KIND_AUTHENTICATED, peer))
        {
            search->authenticated_needed--;
            return true;
        }
        search->authenticated_needed = 0;
    }
    return pick(search, KIND_OTHER, peer) || pick(search, KIND_ANY, peer);
}

static void ask(struct content_search *search, struct content_attempt *attempt, tick_t now)
{
    attempt->number = ++search->last_number;
    attempt->deadline = now + CONTENT_ATTEMPT_MS;
    attempt->is_authenticating = false;
    search->port->ask(search->port->ctx, attempt->number, attempt->peer);
}

/* There is a free place, as no more peers are needed than places are free. */
static void send_to(struct content_search *search, const char *peer, tick_t now)
{
    struct content_attempt *attempt = search->attempts;

    while (attempt->number)
        attempt++;
    strcpy(search->chosen[search->chosen_count++], peer);
    strcpy(attempt->peer, peer);
    attempt->is_second = false;
    search->peers_needed--;
    if (!search->peers_needed) search->is_discovering = false;
    ask(search, attempt, now);
}

static void complete_if_over(struct content_search *search)
{
    if (search->state != CONTENT_SEARCH_WAIT || search->is_discovering) return;
    for (size_t i = 0; i < CONTENT_SEARCH_PEERS; i++)
        if (search->attempts[i].number) return;
    search->state = CONTENT_SEARCH_COMPLETE;
    search->port->complete(search->port->ctx);
}

static void choose(struct content_search *search, tick_t now)
{
    struct content_peer peer;

    while (search->peers_needed && choose_peer(search, &peer))
        send_to(search, peer.name, now);
    if (search->peers_needed && !search->has_discovered)
    {
        search->has_discovered = search->is_discovering = true;
        search->port->discover(search->port->ctx);
    }
    complete_if_over(search);
}

static struct content_attempt *find_attempt(struct content_search *search, uint32_t number)
{
    if (search->state != CONTENT_SEARCH_WAIT || !number) return NULL;
    for (size_t i = 0; i < CONTENT_SEARCH_PEERS; i++)
        if (search->attempts[i].number == number) return &search->attempts[i];
    return NULL;
}

static void authenticate(struct content_search *search, struct content_attempt *attempt, tick_t now)
{
    attempt->number = ++search->last_number;
    attempt->deadline = now + CONTENT_ATTEMPT_MS;
    attempt->is_authenticating = true;
    search->port->authenticate(search->port->ctx, attempt->number, attempt->peer);
}

static void end_attempt(struct content_search *search, struct content_attempt *attempt,
                        enum content_outcome outcome, struct content_results *results, tick_t now)
{
    const struct content_search_port *port = search->port;
    unsigned int todo = actions[outcome];

    if (todo & DO_AUTHENTICATE)
    {
        if (!attempt->is_authenticating && !attempt->is_second)
        {
            authenticate(search, attempt, now);
            return;
        }
        todo = DO_DROP | DO_REPLACE;
    }
    attempt->number = 0;
    if (todo & DO_REPORT) port->report(port->ctx, attempt->peer, results);
    if (todo & DO_DROP) port->drop_peer(port->ctx, attempt->peer, outcome);
    if (!(todo & DO_REPLACE))
    {
        complete_if_over(search);
        return;
    }
    search->peers_needed++;
    choose(search, now);
}

/* AUTH_NEEDED: more of them where enough peers are authenticated. */
static unsigned int count_authenticated_needed(const struct content_search_port *port)
{
    struct content_peer peer;
    size_t count = 0, authenticated = 0;

    for (; port->get_peer(port->ctx, count, &peer); count++)
        authenticated += peer.is_authenticated;
    return authenticated && authenticated * 10 >= count * 3 ? CONTENT_SEARCH_PEERS
                                                            : CONTENT_SEARCH_PEERS / 2;
}

HRESULT content_search_start(struct content_search *search, const struct content_search_port *port,
                             tick_t now)
{
    memset(search, 0, sizeof(*search));
    if (!(search->chosen = calloc(CONTENT_SEARCH_CHOSEN_MAX, sizeof(*search->chosen))))
        return E_OUTOFMEMORY;
    search->port = port;
    search->state = CONTENT_SEARCH_WAIT;
    search->deadline = now + CONTENT_SEARCH_MS;
    search->peers_needed = CONTENT_SEARCH_PEERS;
    search->authenticated_needed = count_authenticated_needed(port);
    choose(search, now);
    return S_OK;
}

void content_search_answered(struct content_search *search, uint32_t attempt,
                             enum content_outcome outcome, struct content_results *results,
                             tick_t now)
{
    struct content_attempt *found = find_attempt(search, attempt);

    if (found && !found->is_authenticating) end_attempt(search, found, outcome, results, now);
}

void content_search_authenticated(struct content_search *search, uint32_t attempt, bool is_good,
                                  tick_t now)
{
    struct content_attempt *found = find_attempt(search, attempt);

    if (!found || !found->is_authenticating) return;
    if (!is_good)
    {
        end_attempt(search, found, CONTENT_CLIENT_STRANGE, NULL, now);
        return;
    }
    found->is_second = true;
    ask(search, found, now);
}

void content_search_peer_found(struct content_search *search, const char *peer, tick_t now)
{
    if (search->state != CONTENT_SEARCH_WAIT || !search->is_discovering || !search->peers_needed)
        return;
    if (search->chosen_count == CONTENT_SEARCH_CHOSEN_MAX || is_chosen(search, peer) ||
        strlen(peer) >= CONTENT_PEER_NAME_SIZE)
        return;
    send_to(search, peer, now);
}

void content_search_discovered(struct content_search *search)
{
    search->is_discovering = false;
    complete_if_over(search);
}

static void stop_all(struct content_search *search)
{
    if (search->state != CONTENT_SEARCH_WAIT) return;
    search->state = CONTENT_SEARCH_COMPLETE;
    search->is_discovering = false;
    for (size_t i = 0; i < CONTENT_SEARCH_PEERS; i++)
    {
        uint32_t number = search->attempts[i].number;

        search->attempts[i].number = 0;
        if (number) search->port->stop(search->port->ctx, number);
    }
}

void content_search_cancel(struct content_search *search)
{
    if (search->state != CONTENT_SEARCH_WAIT) return;
    stop_all(search);
    search->port->complete(search->port->ctx);
}

tick_t content_search_deadline(const struct content_search *search)
{
    tick_t first = search->deadline;

    if (search->state != CONTENT_SEARCH_WAIT) return TICK_NEVER;
    for (size_t i = 0; i < CONTENT_SEARCH_PEERS; i++)
        if (search->attempts[i].number && search->attempts[i].deadline < first)
            first = search->attempts[i].deadline;
    return first;
}

void content_search_run(struct content_search *search, tick_t now)
{
    if (search->state != CONTENT_SEARCH_WAIT) return;
    if (now >= search->deadline)
    {
        content_search_cancel(search);
        return;
    }
    for (size_t i = 0; i < CONTENT_SEARCH_PEERS; i++)
    {
        struct content_attempt *attempt = &search->attempts[i];

        if (!attempt->number || now < attempt->deadline) continue;
        search->port->stop(search->port->ctx, attempt->number);
        end_attempt(search, attempt, CONTENT_TIMEOUT, NULL, now);
    }
}

void content_search_done(struct content_search *search)
{
    stop_all(search);
    free(search->chosen);
    memset(search, 0, sizeof(*search));
}
