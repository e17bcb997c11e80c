/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages that wait for their time. */
#include "peer/discovery_outbox.h"

#include <string.h>

#define COPIES         2
#define REPEAT_MIN_MS  50 /* [MS-BPDP] names SOAP-over-UDP; Windows' timing of it */
#define REPEAT_SPAN_MS 201

struct discovery_post *discovery_outbox_add(struct discovery_outbox *outbox,
                                            enum discovery_kind kind,
                                            const struct discovery_target *target, tick_t due)
{
    for (size_t i = 0; i < DISCOVERY_OUTBOX_MAX; i++)
    {
        struct discovery_post *post = &outbox->posts[i];

        if (post->kind != DISCOVERY_OTHER) continue;
        memset(post, 0, offsetof(struct discovery_post, text));
        post->kind = kind;
        post->target = *target;
        post->due = due;
        post->order = outbox->order++;
        post->copies_left = COPIES;
        return post;
    }
    return NULL;
}

/* Those due at the same time in the order in which they were added. */
static struct discovery_post *find_first(const struct discovery_outbox *outbox)
{
    const struct discovery_post *first = NULL;

    for (size_t i = 0; i < DISCOVERY_OUTBOX_MAX; i++)
    {
        const struct discovery_post *post = &outbox->posts[i];

        if (post->kind == DISCOVERY_OTHER) continue;
        if (!first || post->due < first->due ||
            (post->due == first->due && (int32_t)(post->order - first->order) < 0))
            first = post;
    }
    return (struct discovery_post *)first;
}

void discovery_outbox_run(struct discovery_outbox *outbox, const struct discovery_port *port,
                          tick_t now, discovery_write_fn write, void *ctx)
{
    struct discovery_post *post;

    while ((post = find_first(outbox)) && post->due <= now)
    {
        if (!post->size && !(post->size = write(ctx, post)))
        {
            post->kind = DISCOVERY_OTHER;
            continue;
        }
        port->send(port->ctx, &post->target, post->text, post->size);
        post->due = now + REPEAT_MIN_MS + port->random_below(port->ctx, REPEAT_SPAN_MS);
        if (!--post->copies_left) post->kind = DISCOVERY_OTHER;
    }
}

tick_t discovery_outbox_next(const struct discovery_outbox *outbox)
{
    const struct discovery_post *first = find_first(outbox);

    return first ? first->due : TICK_NEVER;
}

void discovery_outbox_clear(struct discovery_outbox *outbox)
{
    for (size_t i = 0; i < DISCOVERY_OUTBOX_MAX; i++)
        outbox->posts[i].kind = DISCOVERY_OTHER;
}
