/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a code means, in words for people. Pure tables; any thread, no lock.
 *
 * Languages come as LANGID or LCID; only the low word counts. Texts exist in English, and
 * those of HTTP statuses in German too. English ones are given for English of any country, for the
 * invariant language, and for the neutral ids (0, the defaults 0x0400 and 0x0800 and their kin),
 * which ask for whatever there is. A code that has no text in its language, and any other language,
 * is refused with ERR_RESOURCE_LANG_NOT_FOUND. IBackgroundCopyError refuses 0 with E_INVALIDARG:
 * its front checks that before it asks here. */
#ifndef OPENBITS_COM_ERROR_TEXT_H
#define OPENBITS_COM_ERROR_TEXT_H

#include "base/types.h"
#include "job/job_types.h"

/* Characters, with the terminator, that are enough for every text. */
#define ERROR_TEXT_SIZE 512

/* For every code? */
bool error_text_has_language(uint32_t language);

/* The text for a code that we know: all BG_E_ and BG_S_ codes, every HTTP status from 100 to 599,
 * and those that a server or a transfer produces. ERR_MR_MID_NOT_FOUND and NULL for another code.
 */
HRESULT error_text_find(HRESULT code, uint32_t language, const WCHAR **text);

/* A text for any code: ours, else the system's on Windows, else a sentence that names the number.
 * Fails only for a language without texts; *buffer is empty then. */
HRESULT error_text_format(HRESULT code, uint32_t language, WCHAR buffer[ERROR_TEXT_SIZE]);

/* Where a failure arose. Never NULL: what is no context is "unknown". */
const WCHAR *error_context_text(enum error_context context);

#endif
