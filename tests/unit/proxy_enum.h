/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One object and one test for each of the enumerators, which have one shape. Elements travel as one
 * array, or, where they are interface pointers, one by one. */
#ifndef OPENBITS_TESTS_PROXY_ENUM_H
#define OPENBITS_TESTS_PROXY_ENUM_H

#include "proxy_fixture.h"

/* How many elements a call of Next hands out: three in all, of which "left" are still there. */
static inline ULONG enum_take(ULONG *left, ULONG celt)
{
    ULONG count = celt < *left ? celt : *left;

    *left -= count;
    return count;
}

/* clang-format off */

/* The object ENUM_mock of the interface ENUM: "put" writes an element into its place. */
#define DEFINE_ENUM_MOCK(ENUM, ELEMENT, IS_ARRAY, put)                                             \
    static struct mock ENUM##_mock;                                                                \
    static ULONG ENUM##_left = 3;                                                                  \
    static HRESULT WINAPI ENUM##_Next_(ENUM *This, ULONG celt, ELEMENT *rgelt, ULONG *fetched)     \
    {                                                                                              \
        ULONG count = enum_take(&ENUM##_left, celt);                                               \
        (void)This;                                                                                \
        if (IS_ARRAY) note("Next %lu %s", celt, fetched ? "counted" : "NULL");                     \
        for (ULONG i = 0; i < count; i++)                                                          \
            put(rgelt[i]);                                                                         \
        if (!fetched && count < celt) memset(rgelt, 0, sizeof(*rgelt));                            \
        if (fetched) *fetched = count;                                                             \
        return count == celt ? S_OK : S_FALSE;                                                     \
    }                                                                                              \
    static HRESULT WINAPI ENUM##_Skip_(ENUM *This, ULONG celt)                                     \
    { (void)This; note("Skip %lu", celt); return S_FALSE; }                                        \
    static HRESULT WINAPI ENUM##_Reset_(ENUM *This)                                                \
    { (void)This; ENUM##_left = 3; return S_OK; }                                                  \
    static HRESULT WINAPI ENUM##_Clone_(ENUM *This, ENUM **out)                                    \
    { mock_AddRef(*out = This); return S_OK; }                                                     \
    static HRESULT WINAPI ENUM##_GetCount_(ENUM *This, ULONG *count)                               \
    { (void)This; *count = 3; return S_OK; }                                                       \
    static const ENUM##Vtbl ENUM##_vtbl_ = {                                                       \
        MOCK_UNKNOWN, .Next = ENUM##_Next_, .Skip = ENUM##_Skip_, .Reset = ENUM##_Reset_,          \
        .Clone = ENUM##_Clone_, .GetCount = ENUM##_GetCount_};                                     \
    static const IID *const ENUM##_iids[] = {&IID_##ENUM, NULL};                                   \
    static struct mock ENUM##_mock = {&ENUM##_vtbl_, ENUM##_iids, 1}

/* The test test_ENUM: "check_and_free" looks at an element that was handed out. */
#define DEFINE_ENUM_TEST(ENUM, ELEMENT, IS_ARRAY, check_and_free)                                  \
    static void test_##ENUM(void)                                                                  \
    {                                                                                              \
        ENUM *list = proxy_of(&IID_##ENUM, &ENUM##_mock), *clone = NULL;                           \
        ELEMENT elements[4];                                                                       \
        ULONG count = 99;                                                                          \
                                                                                                   \
        if (!list) return;                                                                         \
        memset(elements, 0, sizeof(elements));                                                     \
        expect_hr(ENUM##_Next(list, 1, elements, NULL), S_OK);                                     \
        if (IS_ARRAY) expect_notes("Next 1 NULL");                                                 \
        check_and_free(elements[0]);                                                               \
        memset(elements, 0, sizeof(elements));                                                     \
        expect_hr(ENUM##_Next(list, 4, elements, &count), S_FALSE);                                \
        if (IS_ARRAY) expect_notes("Next 4 counted");                                              \
        ok(count == 2, "Got %lu elements.\n", count);                                              \
        check_and_free(elements[0]);                                                               \
        check_and_free(elements[1]);                                                               \
        expect_hr(ENUM##_Next(list, 1, elements, NULL), S_FALSE);                                  \
        if (IS_ARRAY) expect_notes("Next 1 NULL");                                                 \
        expect_hr(ENUM##_Next(list, 1, elements, &count), S_FALSE);                                \
        if (IS_ARRAY) expect_notes("Next 1 counted");                                              \
        ok(!count, "Got %lu elements.\n", count);                                                  \
        expect_hr(ENUM##_Skip(list, 7), S_FALSE);                                                  \
        expect_notes("Skip 7");                                                                    \
        expect_hr(ENUM##_Reset(list), S_OK);                                                       \
        memset(elements, 0, sizeof(elements));                                                     \
        expect_hr(ENUM##_Next(list, 3, elements, &count), S_OK);                                   \
        if (IS_ARRAY) expect_notes("Next 3 counted");                                              \
        ok(count == 3, "Got %lu elements.\n", count);                                              \
        for (ULONG i = 0; i < 3; i++)                                                              \
            check_and_free(elements[i]);                                                           \
        expect_hr(ENUM##_GetCount(list, &count), S_OK);                                            \
        ok(count == 3, "Got count %lu.\n", count);                                                 \
        expect_hr(ENUM##_Clone(list, &clone), S_OK);                                               \
        if (clone)                                                                                 \
        {                                                                                          \
            count = 0;                                                                             \
            expect_hr(ENUM##_GetCount(clone, &count), S_OK);                                       \
            ok(count == 3, "Got count %lu.\n", count);                                             \
            ENUM##_Release(clone);                                                                 \
        }                                                                                          \
        ENUM##_Release(list);                                                                      \
    }

/* clang-format on */

#endif
