/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A text of JSON that is written step by step. It is ASCII whatever the code page of the output:
 * all else is escaped. */
#ifndef OPENBITS_TOOLS_JSON_H
#define OPENBITS_TOOLS_JSON_H

#include <windows.h>

struct json
{
    WCHAR *text; /* starts zeroed */
    size_t len, size;
    unsigned int depth;
    BOOL has_member; /* of the innermost object or array */
    BOOL is_failed;  /* no memory */
};

/* key: NULL within an array and for the outermost object. */
void json_begin_object(struct json *json, const WCHAR *key);
void json_end_object(struct json *json);
void json_begin_array(struct json *json, const WCHAR *key);
void json_end_array(struct json *json);
void json_text(struct json *json, const WCHAR *key, const WCHAR *value); /* NULL: null */
void json_number(struct json *json, const WCHAR *key, UINT64 value);
void json_bool(struct json *json, const WCHAR *key, BOOL value);
void json_null(struct json *json, const WCHAR *key);
/* UTC as 2026-01-31T12:00:00Z; null for the zero time. */
void json_time(struct json *json, const WCHAR *key, const FILETIME *time);
/* As 0x80070005. */
void json_code(struct json *json, const WCHAR *key, HRESULT code);
void json_guid(struct json *json, const WCHAR *key, const GUID *id);
/* Null for BG_SIZE_UNKNOWN. */
void json_size(struct json *json, const WCHAR *key, UINT64 value);

/* The outermost object, with its name and version: "openbits.jobs/1". */
void json_begin(struct json *json, const WCHAR *schema);
/* Ends it, prints it and frees the text. */
HRESULT json_finish(struct json *json);

#endif
