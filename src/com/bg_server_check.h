/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks clients about the certificates of servers. */
#ifndef OPENBITS_COM_BG_SERVER_CHECK_H
#define OPENBITS_COM_BG_SERVER_CHECK_H

#include "base/types.h"

struct job;

struct bg_server_check
{
    struct job *job;
    uint32_t file;
    void *target; /* struct bg_callback */
    const uint8_t *cert;
    uint32_t cert_size;
    const uint8_t *chain;
    uint32_t chain_size;
};

/* Runs fn(arg) on a thread that is in the multithreaded apartment and keeps the module in its
 * place. An error when too many of them run: each may be with a client that does not return. */
HRESULT bg_server_check_start(void (*fn)(void *arg), void *arg);

/* On such a thread: S_OK, what else the client says, or
 * BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED when it cannot be reached. */
HRESULT bg_server_check_call(const struct bg_server_check *check);

#endif
