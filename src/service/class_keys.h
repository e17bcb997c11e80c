/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text values under HKLM\Software\Classes that may have had an owner before us: what we replace is
 * kept beside it and comes back when we leave. Paths are relative to that key, or to
 * HKLM when they begin with a backslash; a name of NULL is
 * the key's default value. */
#ifndef OPENBITS_SERVICE_CLASS_KEYS_H
#define OPENBITS_SERVICE_CLASS_KEYS_H

#include "base/types.h"

#define CLASS_TEXT_MAX 1024

/* False, and empty, when there is no such text. */
bool class_key_get(const WCHAR *path, const WCHAR *name, WCHAR text[CLASS_TEXT_MAX]);
bool class_key_is(const WCHAR *path, const WCHAR *name, const WCHAR *text);

/* Makes the key when there is none. */
HRESULT class_key_set(const WCHAR *path, const WCHAR *name, const WCHAR *text);
HRESULT class_key_set_if_absent(const WCHAR *path, const WCHAR *name, const WCHAR *text);
/* Keeps what was there, or that nothing was, unless the value has been taken before. */
HRESULT class_key_take(const WCHAR *path, const WCHAR *name, const WCHAR *text);
/* The same for a value of the type for paths with variables. */
HRESULT class_key_take_path(const WCHAR *path, const WCHAR *name, const WCHAR *text);
bool class_key_is_taken(const WCHAR *path, const WCHAR *name);

/* Makes the value what it was; does nothing to one that has not been taken. */
HRESULT class_key_give_back(const WCHAR *path, const WCHAR *name);
/* The value has another owner now: it stays as it is. */
HRESULT class_key_forget(const WCHAR *path, const WCHAR *name);
/* Deletes a value; none is no fault. */
HRESULT class_key_clear(const WCHAR *path, const WCHAR *name);
/* Deletes the key, and its parents up to the first that has something else in it. */
HRESULT class_key_prune(const WCHAR *path);

#endif
