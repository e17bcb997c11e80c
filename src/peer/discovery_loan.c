/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lends discovery to other threads. */
#include "peer/discovery_loan.h"

#include <stdlib.h>
#include <string.h>

/* NULL: there is none now. */
static struct discovery *borrow(struct discovery_loan *loan)
{
    struct discovery *discovery;

    lock_acquire(&loan->lock);
    if ((discovery = loan->discovery)) loan->users++;
    lock_release(&loan->lock);
    return discovery;
}

static void give_back(struct discovery_loan *loan)
{
    lock_acquire(&loan->lock);
    loan->users--;
    cond_broadcast(&loan->unused);
    lock_release(&loan->lock);
}

/* host.domain as host$.domain, the name of the machine's account. */
static void fill_facts(const struct peer_info *info, struct peer_facts *facts)
{
    size_t at = 0;

    for (const char *c = info->fqdn; *c && at < PEER_NAME_SIZE - 2; c++)
    {
        if (*c == '.' && !memchr(info->fqdn, '.', (size_t)(c - info->fqdn)))
            facts->name[at++] = '$';
        facts->name[at++] = (unsigned char)*c;
    }
    facts->name[at] = 0;
    facts->is_authenticated = info->is_authenticated;
    facts->is_available = info->address_count != 0;
}

HRESULT discovery_loan_list(struct discovery_loan *loan, struct peer_facts **list, uint32_t *count)
{
    struct discovery *discovery = borrow(loan);
    struct peer_info *peers = NULL;
    size_t found = 0;
    HRESULT hr = S_OK;

    *list = NULL;
    *count = 0;
    if (!discovery) return S_OK;
    if (SUCCEEDED(hr = discovery_list_peers(discovery, false, &peers, &found)) && found &&
        !(*list = calloc(found, sizeof(**list))))
        hr = E_OUTOFMEMORY;
    give_back(loan);
    for (size_t i = 0; *list && i < found; i++)
        fill_facts(&peers[i], &(*list)[i]);
    if (*list) *count = (uint32_t)found;
    free(peers);
    return hr;
}

void discovery_loan_forget(struct discovery_loan *loan)
{
    struct discovery *discovery = borrow(loan);

    if (!discovery) return;
    discovery_clear_peers(discovery);
    give_back(loan);
}

void discovery_loan_request(struct discovery_loan *loan)
{
    struct discovery *discovery = borrow(loan);

    if (!discovery) return;
    discovery_request(discovery);
    give_back(loan);
}

/* ---- the owner ---- */

void discovery_loan_open(struct discovery_loan *loan, struct discovery *discovery)
{
    lock_acquire(&loan->lock);
    loan->discovery = discovery;
    lock_release(&loan->lock);
}

void discovery_loan_close(struct discovery_loan *loan)
{
    lock_acquire(&loan->lock);
    loan->discovery = NULL;
    while (loan->users)
        cond_wait(&loan->unused, &loan->lock, COND_FOREVER);
    lock_release(&loan->lock);
}

void discovery_loan_init(struct discovery_loan *loan)
{
    loan->discovery = NULL;
    loan->users = 0;
    lock_init(&loan->lock, LOCK_RANK_LEAF, "discovery loan");
    cond_init(&loan->unused);
}

void discovery_loan_done(struct discovery_loan *loan)
{
    cond_done(&loan->unused);
    lock_done(&loan->lock);
}
