/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Positions in a record and in its URL, and the ranges that a download asks for. Pure. */
#ifndef OPENBITS_PEER_CONTENT_RANGES_H
#define OPENBITS_PEER_CONTENT_RANGES_H

#include "base/range_set.h"
#include "peer/content_message.h"

#define CONTENT_ASKED_MAX     256 /* ranges of one download */
#define CONTENT_BOUNDARY_SIZE 40  /* with the terminator */
#define CONTENT_PART_HEAD_MAX 256

/* What a download asks for, in its order; ranges may overlap. */
struct content_asked
{
    struct byte_range ranges[CONTENT_ASKED_MAX];
    size_t count;
    bool is_list; /* several were asked for, whatever is left of them */
};

/* Bytes in the record. The pieces are valid. */
uint64_t content_pieces_total(const struct content_piece *pieces, size_t count);

/* Where the record has these bytes of the URL, one behind the other; false when it has not. Pieces
 * that touch in the URL and in the record count as one. */
bool content_find_in_record(const struct content_piece *pieces, size_t count, uint64_t begin,
                            uint64_t end, uint64_t *position);

/* The bytes of the URL from this position of the record to the end of its piece; false behind the
 * record. */
bool content_find_in_url(const struct content_piece *pieces, size_t count, uint64_t position,
                         struct content_piece *bytes);

/* The value of a Range field for a record of this size: bytes=a-b and its other forms. False when
 * it cannot be read or asks for nothing that is there. */
bool content_parse_range(const char *text, size_t len, uint64_t total, struct content_asked *asked);

/* The same from a Content-Range field, as the prose of [MS-BPCR] has it: a-b / n, bytes a-b/n. */
bool content_parse_prose_range(const char *text, size_t len, uint64_t total,
                               struct content_asked *asked);

/* What comes before the bytes of one part. Gives its size; the text is not terminated. */
size_t content_format_part_head(const char *boundary, const struct byte_range *range,
                                uint64_t total, char text[CONTENT_PART_HEAD_MAX]);

/* What comes after the last part. */
size_t content_format_part_end(const char *boundary, char text[CONTENT_PART_HEAD_MAX]);

/* Size of the whole body; false when it does not fit 64 bits. */
bool content_multipart_size(const struct content_asked *asked, const char *boundary, uint64_t total,
                            uint64_t *size);

#endif
