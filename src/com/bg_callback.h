/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client's callback object, and how it is called. It is kept in the Global Interface Table, so
 * that a call arrives in the apartment that registered it. */
#ifndef OPENBITS_COM_BG_CALLBACK_H
#define OPENBITS_COM_BG_CALLBACK_H

#include <windows.h>
#include <objbase.h>

#include "base/types.h"
#include "job/job_notify.h"

struct bg_callback;

/* E_NOINTERFACE unless the object is a callback of a kind that we know. */
HRESULT bg_callback_create(IUnknown *client, struct bg_callback **out);
/* An object of the class, in a process of its own, made anew for each event. */
HRESULT bg_callback_create_of_class(const CLSID *clsid, const IID *iid, struct bg_callback **out);
/* An object of this interface, whose id must last. */
HRESULT bg_callback_create_for(IUnknown *client, const IID *iid, struct bg_callback **out);
void bg_callback_destroy(struct bg_callback *callback);

/* What it was created for, and the client's object, for the apartment of this thread. */
HRESULT bg_callback_get_object(struct bg_callback *callback, void **out);
HRESULT bg_callback_get_client(struct bg_callback *callback, IUnknown **out);

/* Calls the client. An event of which its interface knows nothing is taken. */
HRESULT bg_callback_tell(const struct bg_callback *callback, const struct notify_event *event);

/* The notifier's functions (see notifier_config): targets are struct bg_callback, ctx is not
 * looked at. */
HRESULT bg_callback_thread_begin(void *ctx);
void bg_callback_thread_end(void *ctx);
bool bg_callback_deliver(void *ctx, const struct notify_event *event);
bool bg_callback_release(void *ctx, void *target);

#endif
