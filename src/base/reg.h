/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers in the registry, and notice of changes. Windows only; no lock may be held. */
#ifndef OPENBITS_BASE_REG_H
#define OPENBITS_BASE_REG_H

#include "base/types.h"

/* A place in the registry. The path is kept, not copied. */
struct reg_place
{
    HKEY root;
    const WCHAR *path;
    REGSAM view; /* KEY_WOW64_64KEY: the same key for programs of both sizes */
};

enum reg_kind
{
    REG_KIND_ABSENT,
    REG_KIND_NUMBER,
    REG_KIND_OTHER, /* there, but not a REG_DWORD of four bytes */
    REG_KIND_UNREADABLE
};

struct reg_number
{
    enum reg_kind kind;
    uint32_t number; /* 0 unless it is a number */
};

/* S_FALSE and NULL when there is no such key. Closed with RegCloseKey(). */
HRESULT reg_open(const struct reg_place *place, REGSAM access, HKEY *key);

struct reg_number reg_read_number(HKEY key, const WCHAR *name);

/* Makes the key when there is none. */
HRESULT reg_write_number(const struct reg_place *place, const WCHAR *name, uint32_t number);

/* One key that is watched. All of it belongs to one thread: the system drops a notice together with
 * the thread that asked for it. */
struct reg_watch
{
    struct reg_place place;
    bool has_subtree; /* values and keys at any depth; else only what lies directly in the key */
    HKEY key;         /* NULL while the key is not there */
    HANDLE event;     /* set after the first change since the last arm; manual reset */
};

HRESULT reg_watch_init(struct reg_watch *watch, const struct reg_place *place, bool has_subtree);

/* Takes a zeroed struct, and one whose init failed. */
void reg_watch_done(struct reg_watch *watch);

/* Asks for notice of the next change: read after it, not before. S_FALSE when the key is not there,
 * so that no notice will come. */
HRESULT reg_watch_arm(struct reg_watch *watch);

/* The same after the key may have been deleted or made, which the key itself does not always tell:
 * Wine is silent when the watched key goes. Watch its parent too, and call this when that changes.
 */
HRESULT reg_watch_arm_anew(struct reg_watch *watch);

#endif
