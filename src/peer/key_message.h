/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The bytes of ExchangePublicKeys, [MS-BPAU] 3.1.4.1, as NDR 2.0 puts them into a call and its
 * answer. Written by hand and not by an IDL compiler: there is one method, what comes is checked
 * here as strictly as the protocol wants it, and the same everywhere. Pure. */
#ifndef OPENBITS_PEER_KEY_MESSAGE_H
#define OPENBITS_PEER_KEY_MESSAGE_H

#include "base/types.h"

#define KEY_BLOB_MAX 65536

/* The longest call or answer that can be good. */
#define KEY_MESSAGE_MAX (KEY_BLOB_MAX + 24)

size_t key_call_size(size_t blob_size);
/* Without a blob the size is 0. */
void key_call_write(uint8_t *bytes, const uint8_t *blob, size_t blob_size);

/* The blob is in the caller's bytes; NULL, and 0, when there is none. */
bool key_call_read(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size);

size_t key_answer_size(size_t blob_size);
void key_answer_write(uint8_t *bytes, const uint8_t *blob, size_t blob_size, HRESULT result);
bool key_answer_read(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size,
                     HRESULT *result);

#endif
