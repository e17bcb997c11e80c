/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The catalogue of faults, who is hit, and the plan of an answer. */
#include "harness/origin_faults_private.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "harness/origin_private.h"

/* One fault at one path. */
struct fault
{
    const struct fault_entry *entry;
    struct origin_fault_use use;
    atomic_uint seen; /* requests of its kind */
    atomic_uint hits;
};

static const struct fault_entry *const lists[] = {fault_status_entries, fault_head_entries,
                                                  fault_range_entries, fault_body_entries};

static const struct fault_entry *entry_at(size_t index)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct fault_entry *entry = lists[i]; entry->public.name; entry++)
            if (!index--) return entry;
    return NULL;
}

const struct origin_fault *origin_fault_at(size_t index)
{
    const struct fault_entry *entry = entry_at(index);

    return entry ? &entry->public : NULL;
}

static bool is_concerned(const struct fault_entry *entry, const struct origin_request *r)
{
    unsigned int scope = entry->public.scope;

    if (!strcmp(r->method, "HEAD")) return scope & ORIGIN_HITS_HEAD;
    if (strcmp(r->method, "GET") != 0) return scope & ORIGIN_HITS_OTHER;
    if (entry->needs_range && !r->range_count) return false;
    if (scope & ORIGIN_HITS_GET) return true;
    return scope & ORIGIN_HITS_RESUME && r->range_count && r->ranges[0].begin;
}

static void run_fault(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    struct fault *fault = ctx;
    const struct origin_fault_use *use = &fault->use;
    unsigned int number;

    if (is_concerned(fault->entry, r))
    {
        number = atomic_fetch_add(&fault->seen, 1);
        if (number >= use->after && (!use->times || number - use->after < use->times))
        {
            atomic_fetch_add(&fault->hits, 1);
            fault->entry->fn(c, r, use);
            return;
        }
    }
    origin_serve(c, r, &use->file);
}

bool origin_add_fault(struct origin *o, const char *path, const char *name,
                      const struct origin_fault_use *use)
{
    const struct fault_entry *entry = NULL;
    struct fault *fault;

    for (size_t i = 0; (entry = entry_at(i)) && strcmp(entry->public.name, name) != 0;)
        i++;
    if (!entry) return false;

    os_lock(&o->mutex);
    fault = origin_keep_memory(o, sizeof(*fault));
    fault->entry = entry;
    fault->use = *use;
    origin_keep_file(o, &fault->use.file, &use->file);
    if (use->text) fault->use.text = origin_keep_text(o, use->text, strlen(use->text));
    os_unlock(&o->mutex);
    origin_add(o, path, &use->file);
    origin_handle(o, path, run_fault, fault);
    return true;
}

unsigned int origin_fault_hits(struct origin *o, const char *path)
{
    struct route *route;
    unsigned int hits = 0;

    os_lock(&o->mutex);
    route = origin_find_route(o, path);
    if (route && route->handler == run_fault)
        hits = atomic_load(&((struct fault *)route->ctx)->hits);
    os_unlock(&o->mutex);
    return hits;
}

/* ---- Plans ---- */

void fault_plan_init(struct fault_plan *plan, const struct origin_request *r,
                     const struct origin_file *file)
{
    bool is_head = !strcmp(r->method, "HEAD");

    *plan = (struct fault_plan){.file = file,
                                .status_line = "HTTP/1.1 200 OK",
                                .has_length = true,
                                .has_body = !is_head,
                                .end = file->size,
                                .total = file->size,
                                .version = file->version};
    if (!is_head && r->range_count &&
        origin_resolve_range(&r->ranges[0], file->size, &plan->begin, &plan->end))
    {
        plan->status_line = "HTTP/1.1 206 Partial Content";
        plan->has_range = true;
    }
    plan->range_begin = plan->begin;
    plan->range_end = plan->end;
    plan->length = plan->end - plan->begin;
}

/* Appends, and keeps to the buffer. */
static ORIGIN_PRINTF(3, 4) void add(char *out, size_t size, const char *format, ...)
{
    size_t len = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + len, size - len, format, args);
    va_end(args);
}

size_t fault_format_head(const struct fault_plan *plan, char *out, size_t size)
{
    char headers[FILE_HEADERS_SIZE];

    origin_format_file_headers(plan->file, headers, sizeof(headers));
    snprintf(out, size, "%s\r\nContent-Type: application/octet-stream\r\n", plan->status_line);
    if (plan->length_text)
        add(out, size, "Content-Length: %s\r\n", plan->length_text);
    else if (plan->has_length)
        add(out, size, "Content-Length: %llu\r\n", (unsigned long long)plan->length);
    if (plan->range_text)
        add(out, size, "Content-Range: %s\r\n", plan->range_text);
    else if (plan->has_range)
        add(out, size, "Content-Range: bytes %llu-%llu/%llu\r\n",
            (unsigned long long)plan->range_begin, (unsigned long long)(plan->range_end - 1),
            (unsigned long long)plan->total);
    add(out, size, "%s%s\r\n", headers, plan->extra ? plan->extra : "");
    return strlen(out);
}

void fault_send_plan(struct origin_conn *c, const struct fault_plan *plan)
{
    char head[FAULT_HEAD_SIZE];

    if (!origin_send(c, head, fault_format_head(plan, head, sizeof(head)))) return;
    if (plan->has_body) origin_send_body(c, plan->version, plan->begin, plan->end - plan->begin);
}
