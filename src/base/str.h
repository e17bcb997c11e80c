/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wide strings and the text of GUIDs. Results are from malloc(): the caller frees them. */
#ifndef OPENBITS_BASE_STR_H
#define OPENBITS_BASE_STR_H

#include "base/types.h"

/* {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} and the terminator. */
#define GUID_TEXT_SIZE 39

/* Characters, without the terminator. */
size_t str_len(const WCHAR *text);

/* As str_len(), but looks at no more than max characters. */
size_t str_len_max(const WCHAR *text, size_t max);

/* NULL when there is no memory. */
WCHAR *str_dup(const WCHAR *text);

/* Copies len characters and terminates them; NULL when there is no memory. */
WCHAR *str_dup_len(const WCHAR *text, size_t len);

/* Negative, 0 or positive, by the values of the characters. */
int str_compare(const WCHAR *a, const WCHAR *b);

bool str_is_equal(const WCHAR *a, const WCHAR *b);

/* Takes A to Z for a to z; other letters must be the same. */
bool str_is_equal_nocase(const WCHAR *a, const WCHAR *b);

bool str_starts_with(const WCHAR *text, const WCHAR *prefix);

/* Has no half of a surrogate pair. */
bool str_is_whole(const WCHAR *text);
/* NULL when there is no memory or the text is not whole. */
char *str_to_utf8(const WCHAR *text);

/* NULL when there is no memory or the text is not well-formed UTF-8. */
WCHAR *str_from_utf8(const char *text);

/* The same into the caller's storage; strlen(text) + 1 characters are always enough. False when it
 * does not fit or is not well-formed. */
bool str_decode_utf8(const char *text, WCHAR *out, size_t size);

/* Upper case, with braces. */
void guid_format(const GUID *guid, WCHAR text[GUID_TEXT_SIZE]);

/* Takes both cases; braces are needed. Empties *guid when the text is no GUID. */
bool guid_parse(const WCHAR *text, GUID *guid);

bool guid_is_equal(const GUID *a, const GUID *b);

/* Spreads well over the low bits. */
uint32_t guid_hash(const GUID *guid);

#endif
