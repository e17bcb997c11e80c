/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests of peer caching on one machine: the machine's flags by call and by policy, and a
 * download that stands at a known byte, with its requests. One origin, main thread only. */
#ifndef OPENBITS_TESTS_PEER_FIXTURE_H
#define OPENBITS_TESTS_PEER_FIXTURE_H

#include "harness/com_fixture.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

/* Long enough for a loaded machine; nothing waits for so long unless it fails. */
#define SOON 10000

/* The names of the policies. */
#define ENABLE_PEERCACHING L"EnablePeercaching"
#define DISABLE_CLIENT     L"DisablePeerCachingClient"
#define DISABLE_SERVER     L"DisablePeerCachingServer"
#define MAX_CONTENT_AGE    L"MaxContentAge"
#define MAX_CACHE_SIZE     L"MaxCacheSize"
#define MAX_DOWNLOAD_TIME  L"MaxDownloadTime"

/* ---- Start and end ---- */

/* The fixture of COM, an origin, and a machine without policies of ours. False, with a skip, where
 * BITS has no peer caching of the 3.0 model; end it with peer_stop() all the same. */
bool peer_start(void);
void peer_stop(void);
extern struct origin *origin;

/* ---- The machine ---- */

extern IBitsPeerCacheAdministration *admin;

DWORD machine_flags(void);
/* SetConfigurationFlags, checked, with no policy configured. */
#define set_machine_flags(flags) set_machine_flags_(__LINE__, __FILE__, flags)
void set_machine_flags_(int line, const char *file, DWORD flags);
/* A change in the registry is seen soon, not at once. */
#define expect_machine_flags(flags) expect_machine_flags_(__LINE__, __FILE__, flags)
void expect_machine_flags_(int line, const char *file, DWORD flags);
/* Writes a policy, checked. */
#define set_policy(name, value) set_policy_(__LINE__, __FILE__, name, value)
void set_policy_(int line, const char *file, const WCHAR *name, DWORD value);
#define delete_policy(name) delete_policy_(__LINE__, __FILE__, name)
void delete_policy_(int line, const char *file, const WCHAR *name);
/* None of the policies above is configured, and the preference says this. */
void reset_machine(DWORD flags);

/* Preferences that were never set: takes away what is there. Only where it is known how the server
 * keeps them; false where not. A test that does so puts them back itself. */
bool preferences_put_aside(void);
void preferences_put_back(void);

/* ---- Downloads ---- */

struct download
{
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    char path[32];
    WCHAR name[32];
    UINT64 size;
    unsigned int version; /* of the bytes */
};

/* A foreground job with one file and these flags, or with those of any new job; suspended. */
#define FLAGS_UNTOUCHED 0xffffffff
void download_create(struct download *d, DWORD flags, UINT64 size);
/* Runs it until it has got so many bytes and the origin gives it no more. A multiple of MIB is
 * known to have come in before a second is over. */
void download_run_to(struct download *d, UINT64 stop);
/* Both in one. */
void download_start(struct download *d, DWORD flags, UINT64 size, UINT64 stop);
/* Lets it go on; checks that it arrives, without an error on the way, and completes it. */
#define download_finish(d) download_finish_(__LINE__, __FILE__, d)
void download_finish_(int line, const char *file, struct download *d);
/* Cancels and releases what is left. */
void download_end(struct download *d);

void set_job_flags(struct download *d, DWORD flags);
UINT64 bytes_transferred(IBackgroundCopyJob *job);

/* ---- Its requests ---- */

unsigned int get_count(const struct download *d);
/* The GET with this number, from 0; its first byte, or ORIGIN_OPEN when there is none. */
bool get_entry(const struct download *d, unsigned int index, struct origin_entry *entry);
UINT64 get_begin(const struct download *d, unsigned int index);
bool wait_gets(const struct download *d, unsigned int count, unsigned int ms);

/* The download that stood at this byte was stopped, and asks again, from there, with the GET of
 * this number (1: the second). Its states in between are those of a job that is rescheduled. */
#define expect_resumed(d, index, stop) expect_resumed_(__LINE__, __FILE__, d, index, stop)
void expect_resumed_(int line, const char *file, struct download *d, unsigned int index,
                     UINT64 stop);
/* At the end: there was one GET, on one connection, that nobody ended before its end. */
#define check_uninterrupted(d) check_uninterrupted_(__LINE__, __FILE__, d)
void check_uninterrupted_(int line, const char *file, const struct download *d);
/* At the end: nothing was fetched again that had been there at these stops. */
#define check_nothing_twice(d, stops, count)                                                       \
    check_nothing_twice_(__LINE__, __FILE__, d, stops, count)
void check_nothing_twice_(int line, const char *file, const struct download *d,
                          const uint64_t *stops, size_t count);

#endif
