/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One search among the peers: whom to ask, what an answer leads to, when it is over; [MS-BPCR]
 * 3.1.7.4. Pure: time comes in, everything else goes out through a port. One thread, no lock. */
#ifndef OPENBITS_PEER_CONTENT_SEARCH_H
#define OPENBITS_PEER_CONTENT_SEARCH_H

#include "peer/content_outcome.h"

#define CONTENT_SEARCH_PEERS      10 /* IDEAL-SERVER-COUNT */
#define CONTENT_SEARCH_CHOSEN_MAX 64 /* peers of one search, one after the other */
#define CONTENT_SEARCH_MS         60000
#define CONTENT_ATTEMPT_MS        15000
#define CONTENT_PEER_NAME_SIZE    256 /* with the terminator */

struct content_peer
{
    char name[CONTENT_PEER_NAME_SIZE];
    bool is_authenticated;
};

/* None of these may call the search. The number of an attempt is its own in the search. */
struct content_search_port
{
    void *ctx;

    /* The known peers; false behind the last. They stay the same while the search chooses. */
    bool (*get_peer)(void *ctx, size_t index, struct content_peer *peer);
    uint32_t (*random_below)(void *ctx, uint32_t limit);

    /* Answered by content_search_answered(), unless it is stopped. */
    void (*ask)(void *ctx, uint32_t attempt, const char *peer);
    void (*stop)(void *ctx, uint32_t attempt);
    /* Answered by content_search_authenticated(), unless it is stopped. */
    void (*authenticate)(void *ctx, uint32_t attempt, const char *peer);

    /* It was of no use. */
    void (*drop_peer)(void *ctx, const char *peer, enum content_outcome why);
    /* Answered by content_search_peer_found() and content_search_discovered(). */
    void (*discover)(void *ctx);

    /* There is content; the results may be taken over. */
    void (*report)(void *ctx, const char *peer, struct content_results *results);
    /* Nothing more will come. Called once and last. */
    void (*complete)(void *ctx);
};

struct content_attempt
{
    uint32_t number; /* 0: free */
    tick_t deadline;
    bool is_authenticating;
    bool is_second; /* after authentication */
    char peer[CONTENT_PEER_NAME_SIZE];
};

enum content_search_state
{
    CONTENT_SEARCH_IDLE,
    CONTENT_SEARCH_WAIT,
    CONTENT_SEARCH_COMPLETE
};

struct content_search
{
    enum content_search_state state;
    const struct content_search_port *port;
    tick_t deadline;
    unsigned int peers_needed; /* SERVERS_NEEDED */
    unsigned int authenticated_needed;
    bool has_discovered; /* F_DISCOVERED */
    bool is_discovering; /* F_WAITING_FOR_DISCOVERY */
    uint32_t last_number;
    struct content_attempt attempts[CONTENT_SEARCH_PEERS];
    char (*chosen)[CONTENT_PEER_NAME_SIZE];
    size_t chosen_count;
};

/* The port must outlive it. E_OUTOFMEMORY: nothing was begun. May complete at once. */
HRESULT content_search_start(struct content_search *search, const struct content_search_port *port,
                             tick_t now);

void content_search_answered(struct content_search *search, uint32_t attempt,
                             enum content_outcome outcome, struct content_results *results,
                             tick_t now);

void content_search_authenticated(struct content_search *search, uint32_t attempt, bool is_good,
                                  tick_t now);

void content_search_peer_found(struct content_search *search, const char *peer, tick_t now);

void content_search_discovered(struct content_search *search);

/* Stops what runs and completes. */
void content_search_cancel(struct content_search *search);

/* When content_search_run() has to be called; TICK_NEVER once it is complete. */
tick_t content_search_deadline(const struct content_search *search);

void content_search_run(struct content_search *search, tick_t now);

/* Stops what runs and tells nobody. */
void content_search_done(struct content_search *search);

#endif
