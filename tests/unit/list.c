/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/list.h */
#include "harness/test.h"

#include "base/list.h"

struct item
{
    char name;
    struct list link;
};

/* The names of the items in order, forwards; checks that it is the same backwards. */
static const char *names_of(struct list *list)
{
    static char names[16];
    struct list *cursor;
    unsigned int count = 0;

    LIST_FOR_EACH(cursor, list)
    names[count++] = LIST_ENTRY_OF(cursor, struct item, link)->name;
    names[count] = 0;

    for (cursor = list->prev; cursor != list && count; cursor = cursor->prev)
    {
        const struct item *item = LIST_ENTRY_OF(cursor, struct item, link);

        count--;
        ok(item->name == names[count], "Backwards: got %c, expected %c.\n", item->name,
           names[count]);
    }
    ok(cursor == list && !count, "Backwards: %u items are missing.\n", count);
    return names;
}

static void expect_names(int line, struct list *list, const char *expected)
{
    const char *names = names_of(list);
    unsigned int i = 0;

    while (names[i] && names[i] == expected[i])
        i++;
    ok(names[i] == expected[i], "Line %d: got \"%s\", expected \"%s\".\n", line, names, expected);
}
#define EXPECT_NAMES(list, expected) expect_names(__LINE__, list, expected)

static void test_add(void)
{
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'}, d = {.name = 'd'};
    struct list list;

    list_init(&list);
    ok(list_is_empty(&list), "A new list is not empty.\n");
    ok(!LIST_HEAD_ENTRY(&list, struct item, link), "An empty list has a head.\n");
    EXPECT_NAMES(&list, "");

    list_add_tail(&list, &b.link);
    ok(!list_is_empty(&list), "The list is empty.\n");
    EXPECT_NAMES(&list, "b");
    list_add_head(&list, &a.link);
    EXPECT_NAMES(&list, "ab");
    list_add_tail(&list, &d.link);
    EXPECT_NAMES(&list, "abd");
    list_add_after(&b.link, &c.link);
    EXPECT_NAMES(&list, "abcd");
    ok(LIST_HEAD_ENTRY(&list, struct item, link) == &a, "The head is not a.\n");
}

static void test_remove(void)
{
    struct item items[3] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};
    struct list list;

    list_init(&list);
    for (unsigned int i = 0; i < 3; i++)
    {
        list_init(&items[i].link);
        ok(!list_is_linked(&items[i].link), "A new entry is in a list.\n");
        list_remove(&items[i].link);
        ok(!list_is_linked(&items[i].link), "An entry that was removed is in a list.\n");
        list_add_tail(&list, &items[i].link);
        ok(list_is_linked(&items[i].link), "An entry that was added is in no list.\n");
    }

    list_remove(&items[1].link);
    EXPECT_NAMES(&list, "ac");
    ok(!list_is_linked(&items[1].link), "b is still linked.\n");
    list_remove(&items[1].link);
    EXPECT_NAMES(&list, "ac");
    list_add_head(&list, &items[1].link);
    EXPECT_NAMES(&list, "bac");

    for (unsigned int i = 0; i < 3; i++)
        list_remove(&items[i].link);
    ok(list_is_empty(&list), "The list is not empty.\n");
}

static void test_walks(void)
{
    struct item items[5] = {
        {.name = 'a'}, {.name = 'b'}, {.name = 'c'}, {.name = 'd'}, {.name = 'e'}};
    struct list list, *cursor, *after;
    unsigned int count = 0;
    struct item *item;

    list_init(&list);
    LIST_FOR_EACH_SAFE(cursor, after, &list)
    count++;
    LIST_FOR_EACH_ENTRY(item, &list, struct item, link)
    count++;
    ok(!count, "Walked %u entries of an empty list.\n", count);

    for (unsigned int i = 0; i < 5; i++)
        list_add_tail(&list, &items[i].link);
    LIST_FOR_EACH_ENTRY(item, &list, struct item, link)
    {
        ok(item == &items[count], "Got entry %c at %u.\n", item->name, count);
        count++;
    }
    ok(count == 5, "Walked %u entries.\n", count);

    LIST_FOR_EACH_SAFE(cursor, after, &list)
    {
        item = LIST_ENTRY_OF(cursor, struct item, link);
        if (item->name != 'c') list_remove(cursor);
    }
    EXPECT_NAMES(&list, "c");
}

START_TEST(list)
{
    RUN_TEST(test_add);
    RUN_TEST(test_remove);
    RUN_TEST(test_walks);
}
