/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A store in memory: keeps what it is told as rows, can refuse, and gives the rows to a new queue,
 * as a start of the engine would. */
#ifndef OPENBITS_TESTS_FAKE_STORE_H
#define OPENBITS_TESTS_FAKE_STORE_H

#include "job/queue.h"

#define FAKE_STORE_ROWS 64

struct fake_row
{
    bool is_used;
    GUID id;
    struct job_status status;
    struct job_texts texts; /* strings are the row's own */
    uint32_t file_count;
    struct file_status files[FAKE_STORE_ROWS];
    struct file_names names[FAKE_STORE_ROWS];
};

struct fake_store
{
    struct fake_row rows[FAKE_STORE_ROWS]; /* in the order in which jobs came */
    unsigned int row_count;
    unsigned int commits;
    unsigned int refused;
    HRESULT error;           /* of the next commits; S_OK at first */
    unsigned int fail_after; /* so many commits; 0: never */
};

extern const struct store_ops fake_store_ops;

void fake_store_init(struct fake_store *store);
void fake_store_done(struct fake_store *store);
/* NULL: it is not kept. */
const struct fake_row *fake_store_find(const struct fake_store *store, const GUID *id);
unsigned int fake_store_count(const struct fake_store *store);
/* A start of the engine, up to the endings. */
void fake_store_restore(const struct fake_store *store, struct queue *queue);

#endif
