/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who calls. job/access.h decides what follows from it. For any thread, with no lock held; the
 * thread's impersonation is afterwards what it was before. */
#ifndef OPENBITS_COM_CALLER_H
#define OPENBITS_COM_CALLER_H

#include "job/access.h"

/* The client of the COM call that this thread serves, else the user that the thread impersonates,
 * else the user of the process. Asks the system, so it is for the calls that decide on identity:
 * to make, find, list and take over jobs, and to change the machine. E_ACCESSDENIED when it cannot
 * be told. */
HRESULT caller_get(struct caller_facts *facts);

/* The client of the COM call that this thread serves. S_FALSE, in less than a microsecond, when it
 * serves none: then client and server are one process, and whoever holds a front has been checked
 * when it was handed out (as BITS does from 4.0 on, in QueryInterface). E_ACCESSDENIED when it
 * cannot be told. */
HRESULT caller_get_client(struct caller_facts *facts);

/* The user of the process, whomever the thread impersonates. E_ACCESSDENIED when it cannot be told.
 */
HRESULT caller_get_process(struct caller_facts *facts);

#endif
