/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the benchmark programs share. Each prints lines "name value"; run.sh compares them. */
#ifndef OPENBITS_TESTS_BENCH_H
#define OPENBITS_TESTS_BENCH_H

#include <winsock2.h>
#include <windows.h>

#include "bits10_3.h"

/* Seconds, of a clock that only goes forward. */
double bench_now(void);

/* Puts as much memory as a file of so many MiB takes into use and out of it again: what follows
 * finds memory that the machine has at hand. */
void bench_warm(const char *file, const char *mib);

/* Ends the program with a message when hr is a failure. */
void bench_check(HRESULT hr, const char *what);
void bench_fail(const char *what);

/* In process, unless the environment variable OPENBITS_CLSCTX is "local". */
IBackgroundCopyManager *bench_manager(void);
IBackgroundCopyJob *bench_job(IBackgroundCopyManager *manager, BG_JOB_PRIORITY priority);
/* Resumes and waits for TRANSFERRED. */
void bench_transfer(IBackgroundCopyJob *job);
/* The same, and completes. */
void bench_finish(IBackgroundCopyJob *job);

/* A blocking HTTP/1.1 connection on a bare socket. */
struct bench_http
{
    SOCKET socket;
    char host[64];
    char *buffer;
    int size, used, taken;
};

void bench_http_open(struct bench_http *http, const char *host, unsigned short port,
                     int buffer_size);
void bench_http_close(struct bench_http *http);
/* Sends the request and reads its head; returns Content-Length. */
unsigned long long bench_http_request(struct bench_http *http, const char *method, const char *path,
                                      const char *range);
/* Up to max bytes of the body. */
int bench_http_read(struct bench_http *http, char **data, unsigned long long max);

/* "http://host:port/path" into its parts. */
void bench_split_url(const char *url, char host[64], unsigned short *port, char path[256]);

#endif
