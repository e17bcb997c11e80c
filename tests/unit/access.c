/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * job/access.c */
#include "harness/test.h"

#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "job/access.h"

#define MEDIUM 0x2000
#define HIGH   0x3000

static struct caller_facts user(const WCHAR *sid, uint32_t level, bool is_admin, bool is_elevated)
{
    struct caller_facts facts = {
        .integrity_level = level, .is_admin = is_admin, .is_elevated = is_elevated};

    memcpy(facts.sid, sid, (str_len(sid) + 1) * sizeof(*sid));
    return facts;
}

static void expect(int line, const struct caller_facts *caller, const struct caller_facts *owner,
                   HRESULT expected)
{
    HRESULT hr = access_check(caller, owner);

    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", (unsigned long)hr);
}

#define check(caller, owner, expected) expect(__LINE__, &(caller), &(owner), expected)

static void test_owner_and_administrator(void)
{
    struct caller_facts anna = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts bert = user(u"S-1-5-21-1-2-3-1002", MEDIUM, false, false);
    struct caller_facts root = user(u"S-1-5-21-1-2-3-500", HIGH, true, true);

    check(anna, anna, S_OK);
    check(bert, anna, E_ACCESSDENIED);
    check(root, anna, S_OK);
    check(anna, root, E_ACCESSDENIED);

    /* A name that begins like the owner's. */
    bert = user(u"S-1-5-21-1-2-3-10011", MEDIUM, false, false);
    check(bert, anna, E_ACCESSDENIED);
    check(anna, bert, E_ACCESSDENIED);
}

static void test_restricted(void)
{
    struct caller_facts anna = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts root = user(u"S-1-5-21-1-2-3-500", HIGH, true, true);
    struct caller_facts restricted = anna;

    restricted.is_restricted = true;
    check(restricted, anna, E_ACCESSDENIED);
    ok(access_check_token(&restricted) == E_ACCESSDENIED, "It may make jobs.\n");
    ok(access_check_token(&anna) == S_OK, "Anna may not make jobs.\n");
    restricted = root;
    restricted.is_restricted = true;
    check(restricted, anna, E_ACCESSDENIED);
    ok(access_check_taking(&restricted, &anna) == E_ACCESSDENIED, "It may take a job.\n");
    ok(!access_may_list(&restricted, &anna, true), "It sees a job.\n");
}

static void test_elevation(void)
{
    struct caller_facts elevated = user(u"S-1-5-21-1-2-3-1001", MEDIUM, true, true);
    struct caller_facts plain = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts admin = user(u"S-1-5-21-1-2-3-500", MEDIUM, true, false);

    check(elevated, elevated, S_OK);
    check(elevated, plain, S_OK);
    check(plain, elevated, E_ACCESSDENIED);
    check(admin, elevated, E_ACCESSDENIED);
    check(admin, plain, S_OK);
}

static void test_integrity(void)
{
    static const uint32_t levels[] = {0, 0x1000, MEDIUM, HIGH, 0x4000};

    for (unsigned int i = 0; i < ARRAY_COUNT(levels); i++)
        for (unsigned int j = 0; j < ARRAY_COUNT(levels); j++)
        {
            struct caller_facts caller = user(u"S-1-5-21-1-2-3-1001", levels[i], true, true);
            struct caller_facts owner = user(u"S-1-5-21-1-2-3-1001", levels[j], false, false);

            check(caller, owner, i < j ? E_ACCESSDENIED : S_OK);
        }
}

static void test_place(void)
{
    struct caller_facts anna = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts root = user(u"S-1-5-21-1-2-3-500", HIGH, true, true);

    ok(access_check_place(&anna) == S_OK, "A client of this machine is refused.\n");
    root.is_remote = true;
    ok(access_check_place(&root) == BG_E_REMOTE_NOT_SUPPORTED, "A remote client is let in.\n");
}

static void test_taking(void)
{
    struct caller_facts anna = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts system = user(u"S-1-5-18", 0x4000, true, true);
    struct caller_facts root = user(u"S-1-5-21-1-2-3-500", HIGH, true, true);
    struct caller_facts plain = user(u"S-1-5-21-1-2-3-500", MEDIUM, true, false);

    ok(access_check_taking(&root, &anna) == S_OK, "An administrator is refused.\n");
    ok(access_check_taking(&root, &root) == S_OK, "An administrator is refused.\n");
    ok(access_check_taking(&anna, &anna) == E_ACCESSDENIED, "A user may take his own job.\n");
    ok(access_check_taking(&plain, &anna) == E_ACCESSDENIED, "It goes without elevation.\n");
    ok(access_check_taking(&root, &system) == E_ACCESSDENIED, "A lower level may take a job.\n");
}

static void test_listing(void)
{
    struct caller_facts anna = user(u"S-1-5-21-1-2-3-1001", MEDIUM, false, false);
    struct caller_facts elevated = user(u"S-1-5-21-1-2-3-1001", HIGH, true, true);
    struct caller_facts root = user(u"S-1-5-21-1-2-3-500", HIGH, true, true);

    ok(access_may_list(&anna, &anna, false), "A user does not see his job.\n");
    ok(!access_may_list(&anna, &root, false), "A user sees another's job.\n");
    ok(!access_may_list(&root, &anna, false), "Another's job is among one's own.\n");
    ok(access_may_list(&root, &anna, true), "An administrator does not see a job.\n");
    /* What could not be looked at is not listed. */
    ok(!access_may_list(&anna, &elevated, false), "A job made with more rights is seen.\n");
    ok(access_may_list(&elevated, &anna, false), "A job made with less rights is not seen.\n");
}

static void test_limits(void)
{
    /* clang-format off */
    static const struct
    {
        const WCHAR *sid;
        bool is_admin, is_service, is_exempt;
    } tests[] = {
        {u"S-1-5-21-1-2-3-1001", false, false, false},
        {u"S-1-5-21-1-2-3-1001", true,  false, true},
        {u"S-1-5-18",            false, true,  true},
        {u"S-1-5-19",            false, true,  true},
        {u"S-1-5-20",            false, true,  true},
        {u"S-1-5-7",             false, false, false},
        {u"S-1-5-180",           false, false, false},
        {u"S-1-5-1",             false, false, false},
        {u"",                    false, false, false},
    };
    /* clang-format on */

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct caller_facts facts = user(tests[i].sid, MEDIUM, tests[i].is_admin, false);

        ok(access_is_service_account(&facts) == tests[i].is_service, "Case %u: service.\n", i);
        ok(access_is_exempt_from_limits(&facts) == tests[i].is_exempt, "Case %u: limits.\n", i);
    }
}

START_TEST(access)
{
    RUN_TEST(test_owner_and_administrator);
    RUN_TEST(test_restricted);
    RUN_TEST(test_elevation);
    RUN_TEST(test_integrity);
    RUN_TEST(test_place);
    RUN_TEST(test_taking);
    RUN_TEST(test_listing);
    RUN_TEST(test_limits);
}
