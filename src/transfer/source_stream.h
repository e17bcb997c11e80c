/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source of bytes, as the mover sees it: the origin, a peer, a file. A stream calls its sink on
 * whichever thread it has, one call at a time, and none after stop() has returned. */
#ifndef OPENBITS_TRANSFER_SOURCE_STREAM_H
#define OPENBITS_TRANSFER_SOURCE_STREAM_H

#include "base/range_set.h"
#include "base/throttle.h"
#include "job/job_token.h"
#include "job/file_version.h"
#include "job/http_settings.h"
#include "job/job_types.h"
#include "job/proxy_settings.h"

struct job;
struct source_stream;

struct source_request
{
    struct job *job; /* who asks, and for which file; no reference */
    uint32_t file_index;
    const WCHAR *remote_name;
    bool is_elsewhere;                  /* the name is another server's than the client has given */
    bool is_single;                     /* one answer is the file; nothing is asked twice */
    bool is_probe;                      /* size and version only */
    struct byte_range range;            /* what is wanted; ignored for a probe */
    const struct file_version *version; /* known == false: nothing is known yet */
    bool is_foreground;
    bool uses_branchcache;
    bool is_resumed; /* bytes of the file are on the disk */
    struct http_settings
        *http;               /* a source that needs them longer takes a reference; NULL: defaults */
    bool is_dynamic;         /* all of a file of any size; the range is not looked at */
    struct job_token *token; /* whose rights the source is read with; NULL: our own */
    uint64_t rate;           /* bytes per second, or BANDWIDTH_UNLIMITED */
    struct throttle_user *limit; /* the same, for a source on the mover's thread; NULL: none */
    bool is_lan_free;            /* neither holds for a server of the same network */
    const struct proxy_settings *proxy; /* copied; NULL: the defaults */
};

struct source_answer
{
    struct file_version version;
    uint64_t offset; /* of the first byte that follows */
    uint64_t length;
};

enum source_outcome
{
    SOURCE_DONE,    /* all that the answer promised has been given */
    SOURCE_CHANGED, /* the file is another one: what is on the disk is worth nothing */
    SOURCE_WRONG,   /* the bytes are not those of the origin's own content information */
    SOURCE_AGAIN,   /* not all came, but ask once more: of peers only */
    SOURCE_FAILED
};

struct source_result
{
    enum source_outcome outcome;
    HRESULT code;
    enum error_context context;
};

struct source_sink
{
    /* Something answers, whatever it says. False: stop, the rest does not matter. */
    bool (*connected)(void *ctx);
    /* Before any data. False: stop. */
    bool (*answer)(void *ctx, const struct source_answer *answer);
    bool (*data)(void *ctx, const void *data, size_t size);
    /* The last call, unless stop() comes first. stop() must follow, but not from in here. */
    void (*end)(void *ctx, const struct source_result *result);
    /* The head of an answer has come, its lines with their ends; NULL: it takes no interest. */
    void (*headers)(void *ctx, const char *text, size_t size);
    /* A redirect that is to be seen: the file is there, on another server than the client's if so.
     * Between connected() and answer(), or data() does not follow. False: stop. */
    bool (*moved)(void *ctx, const WCHAR *remote_name, bool is_elsewhere);
};

struct source_ops
{
    /* Texts and the version are copied or not needed after the call. Does not wait. */
    HRESULT(*start)
    (void *ctx, const struct source_request *request, const struct source_sink *sink,
     void *sink_ctx, struct source_stream **out);
    /* Ends the stream and frees it. Waits at most for a sink call that is under way. */
    void (*stop)(void *ctx, struct source_stream *stream);
};

#endif
