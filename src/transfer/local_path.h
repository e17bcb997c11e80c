/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the temporary files beside the destinations are named and opened. */
#ifndef OPENBITS_TRANSFER_LOCAL_PATH_H
#define OPENBITS_TRANSFER_LOCAL_PATH_H

#include "base/types.h"

/* A path that the system takes beyond MAX_PATH; freed with free(), NULL without memory. The
 * temporary name may be longer than the destination's, which has that limit. */
WCHAR *local_path_extend(const WCHAR *path);

#define LOCAL_PATH_IS_LINK HRESULT_FROM_WIN32(ERROR_CANT_RESOLVE_FILENAME)

/* Opens a plain file. LOCAL_PATH_IS_LINK for a folder, a device, anything that leads elsewhere, and
 * a file that has another name too. */
HRESULT local_path_open(const WCHAR *path, DWORD access, DWORD disposition, DWORD attributes,
                        HANDLE *file);

/* Renames the file that is open, whatever its name is by now, and replaces what has the new name.
 * The handle needs DELETE. */
HRESULT local_path_rename(HANDLE file, const WCHAR *path);

/* Is there a plain file of this size under the name? */
bool local_path_has_size(const WCHAR *path, uint64_t size);

#endif
