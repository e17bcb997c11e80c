/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of the fixture among themselves. */
#ifndef OPENBITS_TESTS_COM_PRIVATE_H
#define OPENBITS_TESTS_COM_PRIVATE_H

#include "harness/com_fixture.h"

void com_make_temp_folder(void);
void com_remove_temp_folder(void);
void com_cancel_jobs(void);

#endif
