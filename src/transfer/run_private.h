/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of a run share. Like the run, for the mover's thread. */
#ifndef OPENBITS_TRANSFER_RUN_PRIVATE_H
#define OPENBITS_TRANSFER_RUN_PRIVATE_H

#include "transfer/run.h"

/* run_file.c */
/* The writer's report; ctx is the run. */
void run_file_written(void *ctx, uint64_t begin, uint64_t end);
/* Of the local file when it is whole; the version must be known. */
uint64_t run_file_size(const struct transfer_plan *plan);
/* Behind the last byte that is there. */
uint64_t run_file_end(const struct range_set *have);
/* False: local_error, or is_content_lost, says why. */
bool run_file_open(struct run *run);
bool run_file_is_in_trouble(const struct run *run);
/* True: there is more to read; else it is checked, or in trouble. */
bool run_file_check_more(struct run *run);

/* run_stream.c */
/* What a source has said of the remote file. False: the run is to stop. */
bool run_take_version(struct run *run, const struct file_version *version);
HRESULT run_start_stream(struct run *run, bool is_probe);
/* Does nothing without one. */
void run_stop_stream(struct run *run);

/* run_peer.c */
/* When the peer is to be looked at next; now: its result was taken, or is about to be. */
tick_t run_watch_peer(struct run *run, tick_t now);

#endif
