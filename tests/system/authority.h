/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The authority that certificates of tests are made by. */
#ifndef OPENBITS_TESTS_AUTHORITY_H
#define OPENBITS_TESTS_AUTHORITY_H

#include "harness/test.h"

#include <wincrypt.h>

/* From the file that OPENBITS_HTTPS_AUTHORITY names; NULL, and a failed check, when it is not to be
 * had. */
const CERT_CONTEXT *read_authority(void);

/* Closed at once, or the change does not get to whoever looks for authorities. */
bool set_authority(const CERT_CONTEXT *authority, bool is_known);

#endif
