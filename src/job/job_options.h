/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a job is to be transferred, as its client wishes: the properties of IBackgroundCopyJob5, the
 * flags of file security, and what is known of the helper token. */
#ifndef OPENBITS_JOB_JOB_OPTIONS_H
#define OPENBITS_JOB_JOB_OPTIONS_H

#include "base/types.h"

struct job;

/* Bits of BITS_COST_STATE. */
#define COST_UNRESTRICTED 0x1u
#define COST_STATES       0xffu
#define COST_FLAGS_MASK   0xc00000ffu
#define COST_ALWAYS       0x800000ffu

#define ACL_FLAGS_MASK   0xfu
#define TOKEN_FLAGS_MASK 0x3u

#define CHANGE_INTERVAL_DEFAULT_MS 500u

/* All zero: the defaults. */
struct job_options
{
    bool was_resumed; /* at least once */
    bool has_cost_flags;
    uint32_t cost_flags;
    bool is_dynamic;
    bool is_high_performance;
    uint64_t max_download_size; /* bytes; 0: no limit */
    bool has_change_interval;
    uint32_t change_interval_ms;
    GUID notify_class; /* all zero: none */
    uint32_t acl_flags;
    uint32_t token_flags;
    bool has_token; /* one was set; it does not outlive the engine */
};

/* Each setter answers BG_E_INVALID_STATE in the final states, and says what else it answers. */

/* E_INVALIDARG for bits without a meaning. In force at once. */
HRESULT job_set_cost_flags(struct job *job, uint32_t flags);
/* The job's own, else those of the policy for its priority. */
uint32_t job_cost_flags(struct job *job);

/* Download jobs only, and before the first Resume. */
HRESULT job_set_dynamic(struct job *job, bool is_dynamic);
/* BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE for 0. */
HRESULT job_set_max_download_size(struct job *job, uint64_t size);
/* Download jobs only, and before the first file. */
HRESULT job_set_high_performance(struct job *job, bool is_high_performance);

HRESULT job_set_change_interval(struct job *job, uint32_t ms);
/* The class that is told when no object is. All zero: none. */
HRESULT job_set_notify_class(struct job *job, const GUID *clsid);
/* E_INVALIDARG for unknown bits; BG_E_INVALID_STATE in TRANSFERRED as well. */
HRESULT job_set_acl_flags(struct job *job, uint32_t flags);

/* E_INVALIDARG for unknown bits. */
HRESULT job_set_token_flags(struct job *job, uint32_t flags);

/* A copy of all of them. */
void job_get_options(struct job *job, struct job_options *options);

#endif
