/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The servers that https.sh has started, and their authority. */
#ifndef OPENBITS_TESTS_HTTPS_FIXTURE_H
#define OPENBITS_TESTS_HTTPS_FIXTURE_H

#include <windows.h>
#include <wincrypt.h>

#include "harness/com_fixture.h"

#define HTTPS_FILE_SIZE 3000000
#define HTTPS_WAIT_MS   30000

/* Makes the authority one of the machine's. NULL, with a skip, when there are no servers. */
const CERT_CONTEXT *https_begin(void);
void https_end(const CERT_CONTEXT *authority);

/* Of the server with this certificate; 0: there is none. */
unsigned int https_port(const char *certificate);

/* A suspended job in the foreground for the file of the server with this certificate. */
IBackgroundCopyJob *https_job(const char *certificate, const char *host, WCHAR path[MAX_PATH]);

#endif
