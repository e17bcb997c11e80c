/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine linked into the test program in place of the DLL, so that a test can set its timeouts
 * or plug in a source of its own. Needs openbits_service; otherwise com_fixture.h as always. */
#ifndef OPENBITS_TESTS_ENGINE_FIXTURE_H
#define OPENBITS_TESTS_ENGINE_FIXTURE_H

#include "harness/com_fixture.h"

#include "service/runtime.h"

/* After com_start(): com_manager(), and all managers of this program, are from its own engine,
 * which starts with these values; NULL: the defaults. Without a file for the queue among them it
 * gets one that goes with it. Not to be released. */
IBackgroundCopyManager *engine_manager(const struct runtime_config *config);

/* After com_stop(): a check that nothing keeps the engine alive, and its end. */
void engine_stop(void);

#endif
