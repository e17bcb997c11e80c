/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the temporary files beside the destinations are named and opened. */
#ifndef OPENBITS_TRANSFER_LOCAL_PATH_H
#define OPENBITS_TRANSFER_LOCAL_PATH_H

#include "base/types.h"

/* A path that the system takes beyond MAX_PATH; freed with free(), NULL without memory. The
 * temporary name may be longer than the destination's, which has that limit. */
WCHAR *local_path_extend(const WCHAR *path);

/* Opens a plain file. E_ACCESSDENIED for a folder, a device or anything that leads elsewhere. */
HRESULT local_path_open(const WCHAR *path, DWORD access, DWORD disposition, DWORD attributes,
                        HANDLE *file);

/* Is there a file of this size under the name? */
bool local_path_has_size(const WCHAR *path, uint64_t size);

#endif
