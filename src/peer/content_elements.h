/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The elements of the messages of content retrieval: their order, and what each value must be.
 * Private to content_parse.c. */
#ifndef OPENBITS_PEER_CONTENT_ELEMENTS_H
#define OPENBITS_PEER_CONTENT_ELEMENTS_H

#include "base/types.h"

/* One element of a sequence, in its order. */
struct element
{
    const char *name;
    bool is_required;
    bool is_repeated;
    /* E_INVALIDARG for a value that is none. NULL: the element has elements itself. */
    HRESULT (*take)(void *into, const char *text, size_t len);
};

struct sequence
{
    const struct element *elements;
    size_t count;
};

/* Their values go into a query, results, a record and a piece. */
extern const struct sequence content_query_sequence;
extern const struct sequence content_results_sequence;
extern const struct sequence content_record_sequence;
extern const struct sequence content_range_sequence;

#endif
