/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The helper token of a job, for a moment of this thread. */
#ifndef OPENBITS_TRANSFER_RUN_TOKEN_H
#define OPENBITS_TRANSFER_RUN_TOKEN_H

#include "job/job_token.h"

/* True: this thread is somebody else from here to token_leave(). False when there is no token, or
 * it is not used; and when it cannot be, so that what follows is done with our own rights, which
 * are the owner's. */
bool token_enter(const struct job_token *token, bool is_used);
void token_leave(void);

#endif
