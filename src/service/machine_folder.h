/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the machine's queue is kept: Microsoft\Network\Downloader in the folder for the data of all
 * users. */
#ifndef OPENBITS_SERVICE_MACHINE_FOLDER_H
#define OPENBITS_SERVICE_MACHINE_FOLDER_H

#include "base/types.h"

#define MACHINE_PATH_SIZE (MAX_PATH + 64)

/* The path of a file in there; makes the folder where it is missing, for the system and the
 * administrators alone: queues hold addresses and secrets of all users. */
HRESULT machine_folder_path(const WCHAR *name, WCHAR path[MACHINE_PATH_SIZE]);

/* As CreateFileW; who is new in the folder may be read by every user that has logged on. */
HANDLE machine_folder_create_public(const WCHAR *path, DWORD access, DWORD share);

#endif
