/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Intrusive, circular, doubly linked list. Knows no lock: whoever owns the list guards it. An entry
 * that is in no list is linked to itself, so that it can be removed at any time. */
#ifndef OPENBITS_BASE_LIST_H
#define OPENBITS_BASE_LIST_H

#include "base/types.h"

struct list
{
    struct list *prev;
    struct list *next;
};

/* Makes an empty list, or an entry that is in no list. */
static inline void list_init(struct list *list)
{
    list->prev = list->next = list;
}

/* Puts an unlinked entry behind the given place, which is an entry or the list itself. */
static inline void list_add_after(struct list *place, struct list *entry)
{
    entry->prev = place;
    entry->next = place->next;
    place->next->prev = entry;
    place->next = entry;
}

static inline void list_add_head(struct list *list, struct list *entry)
{
    list_add_after(list, entry);
}

static inline void list_add_tail(struct list *list, struct list *entry)
{
    list_add_after(list->prev, entry);
}

/* Does nothing to an entry that is in no list. */
static inline void list_remove(struct list *entry)
{
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    list_init(entry);
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

/* Is the entry in a list? */
static inline bool list_is_linked(const struct list *entry)
{
    return entry->next != entry;
}

#define LIST_ENTRY_OF(ptr, type, member) CONTAINER_OF(ptr, type, member)

/* The first entry, NULL when the list is empty. */
#define LIST_HEAD_ENTRY(list, type, member) ((type *)list_head_at((list), offsetof(type, member)))

static inline void *list_head_at(const struct list *list, size_t offset)
{
    return list_is_empty(list) ? NULL : (char *)list->next - offset;
}

/* The cursors are of type struct list *. The list may not change in the loop. */
#define LIST_FOR_EACH(cursor, list)                                                                \
    for ((cursor) = (list)->next; (cursor) != (list); (cursor) = (cursor)->next)

/* The entry at the cursor may be removed in the loop, but not the one after it. */
#define LIST_FOR_EACH_SAFE(cursor, after, list)                                                    \
    for ((cursor) = (list)->next, (after) = (cursor)->next; (cursor) != (list);                    \
         (cursor) = (after), (after) = (cursor)->next)

/* The same with a cursor of the type that holds the entry. */
#define LIST_FOR_EACH_ENTRY(cursor, list, type, member)                                            \
    for ((cursor) = LIST_ENTRY_OF((list)->next, type, member); &(cursor)->member != (list);        \
         (cursor) = LIST_ENTRY_OF((cursor)->member.next, type, member))

#endif
