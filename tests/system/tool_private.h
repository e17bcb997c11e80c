/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between the parts of tool_run.h. */
#ifndef OPENBITS_TESTS_TOOL_PRIVATE_H
#define OPENBITS_TESTS_TOOL_PRIVATE_H

#include "tool_run.h"

#define TOOL_WORDS_MAX 32

/* Takes over what the tool has written to a file or a pipe. */
void tool_set_output(struct tool_run *run, const char *bytes, size_t size);

#endif
