/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Owner, group and access lists of a file that was copied. */
#ifndef OPENBITS_TRANSFER_FILE_SECURITY_H
#define OPENBITS_TRANSFER_FILE_SECURITY_H

#include "base/types.h"

/* flags: BG_COPY_FILE_*. The file is named by its URL or path, the copy by its path. */
HRESULT file_security_copy(const WCHAR *remote_name, const WCHAR *copy, uint32_t flags);

#endif
