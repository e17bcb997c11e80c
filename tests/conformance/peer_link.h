/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For the two programs that run on two machines of one link at the same time, one whose files are
 * served and one that fetches (peers.sh starts both): steps that one waits for and the other takes,
 * and downloads from an origin that both reach. On top of record_fixture.h. */
#ifndef OPENBITS_TESTS_PEER_LINK_H
#define OPENBITS_TESTS_PEER_LINK_H

#include "record_fixture.h"

#define LINK_MS 120000

/* The origin is OPENBITS_LINK_ORIGIN, the folder of steps OPENBITS_LINK_FOLDER; false without, or
 * where peer caching is not on. */
bool link_start(void);
void link_stop(void);

/* Says that it was done. */
void step_done(const char *name);
/* Waits until the other has done it; the program ends when that takes too long. */
void step_wait(const char *name);

/* A foreground job with one file of the origin and these flags; suspended. */
struct link_job
{
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyFile4 *file;
    UINT64 from_origin, from_peers; /* as of the last call of link_sources() */
};

void link_create(struct link_job *job, const char *name, DWORD flags);
void link_resume(struct link_job *job);
void link_sources(struct link_job *job);
/* Waits until so much came from peers. */
void link_wait_peers(struct link_job *job, UINT64 bytes);
/* Waits for the end, checks that no error was counted, and asks for the sources. */
void link_wait(struct link_job *job);
/* All of it; still to be ended. */
void link_fetch(struct link_job *job, const char *name, DWORD flags);
void link_complete(struct link_job *job);
void link_end(struct link_job *job);

/* Records of the file. */
ULONG link_records(const char *name, struct record *record);
void link_wait_records(const char *name, ULONG count);
WCHAR *link_url(const char *name, WCHAR url[URL_MAX]);

/* Peers in the list, and the first of them if it is wanted. */
ULONG link_peers(IBitsPeer **first);
void link_wait_peer_count(ULONG count);

#endif
