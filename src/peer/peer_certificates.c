/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of peer certificates. A hundred rows: looking at each of them is quick enough. */
#include "peer/peer_certificates.h"

#include <string.h>

#include "base/err_codes.h"

static void drop_expired(struct peer_certificates *table, filetime_t now)
{
    for (unsigned int i = 0; i < table->count;)
    {
        if (now > table->rows[i].not_after)
            table->rows[i] = table->rows[--table->count];
        else
            i++;
    }
}

static struct peer_certificate *find_sid(struct peer_certificates *table, const char *sid)
{
    for (unsigned int i = 0; i < table->count; i++)
        if (!strcmp(table->rows[i].sid, sid)) return &table->rows[i];
    return NULL;
}

static struct peer_certificate *find_oldest(struct peer_certificates *table)
{
    struct peer_certificate *oldest = &table->rows[0];

    for (unsigned int i = 1; i < table->count; i++)
        if (table->rows[i].inserted < oldest->inserted) oldest = &table->rows[i];
    return oldest;
}

/* A clock that was set back makes no row young for long: such a row counts as old. */
static bool is_young(const struct peer_certificate *row, filetime_t now)
{
    return row->inserted <= now && now - row->inserted <= PEER_CERTIFICATES_MIN_AGE;
}

HRESULT peer_certificates_insert(struct peer_certificates *table,
                                 const struct certificate_facts *facts, unsigned int use,
                                 filetime_t now)
{
    struct peer_certificate *row;

    drop_expired(table, now);
    if (!(row = find_sid(table, facts->sid)))
    {
        if (table->count < PEER_CERTIFICATES_MAX)
            row = &table->rows[table->count++];
        else if (is_young(row = find_oldest(table), now))
            return ERR_TABLE_FULL;
    }
    memcpy(row->sid, facts->sid, sizeof(row->sid));
    memcpy(row->fingerprint, facts->fingerprint, sizeof(row->fingerprint));
    row->use = use;
    row->inserted = now;
    row->not_after = facts->not_after;
    return S_OK;
}

const struct peer_certificate *
peer_certificates_find(struct peer_certificates *table,
                       const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE], filetime_t now)
{
    drop_expired(table, now);
    for (unsigned int i = 0; i < table->count; i++)
        if (!memcmp(table->rows[i].fingerprint, fingerprint, CERTIFICATE_FINGERPRINT_SIZE))
            return &table->rows[i];
    return NULL;
}
