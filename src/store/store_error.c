/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What SQLite's result codes are to the rest of the program. */
#include "store/store_private.h"

#include "base/log.h"

static const struct
{
    int code; /* extended codes first: the first that fits counts */
    HRESULT hr;
} table[] = {
    {SQLITE_OK, S_OK},
    {SQLITE_ROW, S_OK},
    {SQLITE_DONE, S_OK},
    {SQLITE_IOERR_NOMEM, E_OUTOFMEMORY},
    {SQLITE_CANTOPEN, ERR_PATH_NOT_FOUND},
    {SQLITE_FULL, ERR_DISK_FULL},
    {SQLITE_IOERR, ERR_WRITE_FAULT},
    {SQLITE_BUSY, STORE_E_IN_USE},
    {SQLITE_LOCKED, STORE_E_IN_USE},
    {SQLITE_NOMEM, E_OUTOFMEMORY},
    {SQLITE_READONLY, E_ACCESSDENIED},
    {SQLITE_PERM, E_ACCESSDENIED},
    {SQLITE_AUTH, E_ACCESSDENIED},
    {SQLITE_TOOBIG, E_INVALIDARG},
    {SQLITE_CORRUPT, ERR_FILE_CORRUPT},
    {SQLITE_NOTADB, ERR_FILE_CORRUPT},
    {SQLITE_FORMAT, ERR_FILE_CORRUPT},
    /* Our statements are right: a table that they name is not there or not as it was. */
    {SQLITE_ERROR, ERR_FILE_CORRUPT},
    {SQLITE_SCHEMA, ERR_FILE_CORRUPT},
    {SQLITE_CONSTRAINT, ERR_FILE_CORRUPT},
    {SQLITE_MISMATCH, ERR_FILE_CORRUPT},
};

HRESULT store_error(int code)
{
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].code == code || table[i].code == (code & 0xff)) return table[i].hr;
    return E_UNEXPECTED;
}

HRESULT store_failure(struct store *store, const char *doing)
{
    int code = sqlite3_extended_errcode(store->db);
    HRESULT hr = store_error(code);

    if (SUCCEEDED(hr)) hr = E_UNEXPECTED;
    LOG_WARN(LOG_STORE, "Could not %s: SQLite %d, %s; hr %#lx", doing, code,
             sqlite3_errmsg(store->db), (unsigned long)hr);
    return hr;
}

bool store_is_damage(HRESULT hr)
{
    return hr == ERR_FILE_CORRUPT || hr == STORE_E_MISPLACED;
}
