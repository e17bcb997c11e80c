/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Foreign failures as HRESULTs, and what a failure means for the job. Pure; any thread. */
#ifndef OPENBITS_BASE_ERR_H
#define OPENBITS_BASE_ERR_H

#include "base/err_codes.h"
#include "base/types.h"

/* From a Win32 or Winsock code. The Winsock codes of a failing connection become the WinHTTP codes
 * that programs which use BITS know; 0 is S_OK, an HRESULT comes back as it is. */
HRESULT err_from_win32(uint32_t code);

/* BG_E_HTTP_ERROR_n, for any status. */
HRESULT err_from_http_status(unsigned int status);

/* The status in a BG_E_HTTP_ERROR_n; 0 when the code is another one. */
unsigned int err_http_status(HRESULT code);

/* True: trying again later may help. False: the job needs its client. */
bool err_is_transient(HRESULT code);

/* Does it raise the job's error count? Network loss, disk checks and blocks by policy do not. */
bool err_counts(HRESULT code);

/* True: no timed retry, the job waits until the machine lets it go on. */
bool err_waits_for_condition(HRESULT code);

#ifdef _WIN32
/* From GetLastError(), for a call that has failed: never a success code. */
HRESULT err_from_last_error(void);
#endif

#endif
