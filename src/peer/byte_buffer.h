/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes that are put together piece by piece. The first failure stays, and what comes after it is
 * dropped, so that builders need not ask each time. Knows no lock: whoever owns it guards it. */
#ifndef OPENBITS_PEER_BYTE_BUFFER_H
#define OPENBITS_PEER_BYTE_BUFFER_H

#include "base/types.h"

/* A zeroed struct is empty and has no limit. */
struct byte_buffer
{
    uint8_t *data;
    size_t size;
    size_t capacity;
    size_t limit;    /* of size; 0 for none */
    HRESULT failure; /* E_OUTOFMEMORY, also beyond the limit */
};

void byte_buffer_init(struct byte_buffer *buffer, size_t limit);

void byte_buffer_done(struct byte_buffer *buffer);

/* Empties it and keeps memory and limit. */
void byte_buffer_clear(struct byte_buffer *buffer);

void byte_buffer_add(struct byte_buffer *buffer, const void *data, size_t size);

/* Makes room at the end, which the caller fills; NULL as for a failure of byte_buffer_add(). */
void *byte_buffer_extend(struct byte_buffer *buffer, size_t size);

void byte_buffer_add_text(struct byte_buffer *buffer, const char *text);

/* As printf() writes it; one call adds at most 1023 bytes. */
void byte_buffer_add_format(struct byte_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes this many bytes off the front. */
void byte_buffer_drop(struct byte_buffer *buffer, size_t size);

#endif
