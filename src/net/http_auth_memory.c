/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What servers and proxies have asked. No secrets are in it: answers are made anew each time. */
#include <stdlib.h>
#include <string.h>

#include "net/http_auth_private.h"

static void forget(struct http_auth_question *question)
{
    free(question->place);
    free(question->fields);
    *question = (struct http_auth_question){NULL};
}

void http_auth_memory_done(struct http_auth_memory *memory)
{
    for (int target = 0; target < HTTP_AUTH_TARGETS; target++)
        forget(&memory->of[target]);
}

void http_auth_question_keep(struct http_auth_question *question, char *place, bool is_secure,
                             enum http_auth_scheme scheme, const struct http_span *fields)
{
    forget(question);
    *question = (struct http_auth_question){.place = place,
                                            .is_secure = is_secure,
                                            .scheme = scheme,
                                            .fields = malloc(fields->len),
                                            .fields_len = fields->len,
                                            .count = 1};
    if (!place || !question->fields)
        forget(question);
    else
        memcpy(question->fields, fields->text, fields->len);
}
