/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two records of the vectors as a content_store, for one thread. */
#ifndef OPENBITS_TESTS_FAKE_RECORDS_H
#define OPENBITS_TESTS_FAKE_RECORDS_H

#include "peer/content_request.h"

extern const struct content_store fake_records;

extern HRESULT fake_records_failure;      /* of the next calls */
extern HRESULT fake_records_read_failure; /* of reads only, at or behind this position: */
extern uint64_t fake_records_read_limit;
extern unsigned int fake_records_open; /* readers */
/* Bytes of the first record: 1000, unless a test wants more. */
extern uint64_t fake_records_size;

/* A byte of the first record, or of the one that has two pieces. */
uint8_t fake_record_byte(bool is_five, uint64_t position);

#endif
