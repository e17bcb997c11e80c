/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of the records of the machine's cache: a snapshot, with a position of its own. */
#include "record_fixture.h"

#include <stdlib.h>

#define SIZE 100017

#define refused(object, call) refused_(__LINE__, object, #call, call)
static void refused_(int line, void *object, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(is_null_refusal(object, hr), "%s: got hr %#lx.\n", call, hr);
}

/* ---- The list ---- */

#define COUNT 4

struct listed
{
    struct record records[COUNT]; /* in the order of the list */
    IEnumBitsPeerCacheRecords *list;
};

/* Takes the next record, which must be the one of this number, or the end for COUNT. */
#define check_next(list, listed, number) check_next_(__LINE__, list, listed, number)
static void check_next_(int line, IEnumBitsPeerCacheRecords *list, const struct listed *listed,
                        unsigned int index)
{
    IBitsPeerCacheRecord *object = (IBitsPeerCacheRecord *)0xdeadbeef;
    ULONG fetched = 0;
    struct record record;
    HRESULT hr = IEnumBitsPeerCacheRecords_Next(list, 1, &object, &fetched);

    if (index == COUNT)
    {
        ok_(__FILE__, line)(hr == S_FALSE && !fetched, "Got hr %#lx, %lu records.\n", hr, fetched);
        return;
    }
    ok_(__FILE__, line)(hr == S_OK && fetched == 1, "Got hr %#lx, %lu records.\n", hr, fetched);
    if (hr != S_OK) return;
    read_record_(line, __FILE__, object, &record);
    ok_(__FILE__, line)(is_same_record(&record, &listed->records[index]), "Got another record.\n");
    ok_(__FILE__, line)(!IBitsPeerCacheRecord_Release(object), "Somebody else holds it.\n");
}

static void release_all(IBitsPeerCacheRecord **objects, ULONG count)
{
    for (ULONG i = 0; i < count; i++)
        IBitsPeerCacheRecord_Release(objects[i]);
}

/* A cache of COUNT records. */
static struct listed *make_list(void)
{
    struct listed *listed = calloc(1, sizeof(*listed));
    IBitsPeerCacheRecord *objects[COUNT];
    ULONG fetched = 0;
    struct download d;
    HRESULT hr;

    clear_records();
    for (unsigned int i = 0; i < COUNT; i++)
        make_record(&d, SIZE + i);
    listed->list = enum_records();
    hr = IEnumBitsPeerCacheRecords_Next(listed->list, COUNT, objects, &fetched);
    ok(hr == S_OK && fetched == COUNT, "Got hr %#lx, %lu records.\n", hr, fetched);
    for (ULONG i = 0; i < fetched; i++)
        read_record(objects[i], &listed->records[i]);
    release_all(objects, fetched);
    hr = IEnumBitsPeerCacheRecords_Reset(listed->list);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return listed;
}

static void end_list(struct listed *listed)
{
    IEnumBitsPeerCacheRecords_Release(listed->list);
    free(listed);
}

static void test_Next(void)
{
    struct listed *listed = make_list();
    IBitsPeerCacheRecord *objects[COUNT + 2];
    ULONG fetched = 0;
    HRESULT hr;

    shows("PCA-ER-1");
    shows("PCR-GID-2");
    shows("EPR-1");
    shows("EPR-3");
    shows("EPR-4");
    shows("EPR-5");
    shows("EPR-6");
    shows("EPR-7");
    shows("EPR-8");
    for (unsigned int i = 0; i < COUNT; i++)
        for (unsigned int j = 0; j < i; j++)
            ok(!IsEqualGUID(&listed->records[i].id, &listed->records[j].id), "%u and %u.\n", i, j);
    for (unsigned int i = 0; i <= COUNT; i++)
        check_next(listed->list, listed, i);
    check_next(listed->list, listed, COUNT);

    IEnumBitsPeerCacheRecords_Reset(listed->list);
    hr = IEnumBitsPeerCacheRecords_Next(listed->list, COUNT + 2, objects, &fetched);
    ok(hr == S_FALSE && fetched == COUNT, "Got hr %#lx, %lu records.\n", hr, fetched);
    release_all(objects, fetched);

    IEnumBitsPeerCacheRecords_Reset(listed->list);
    hr = IEnumBitsPeerCacheRecords_Next(listed->list, 2, objects, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeerCacheRecords_Next(listed->list, 1, objects, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IBitsPeerCacheRecord_Release(objects[0]);
    check_next(listed->list, listed, 1);
    hr = IEnumBitsPeerCacheRecords_Next(listed->list, 1, NULL, &fetched);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, 2);
    end_list(listed);
}

static void test_Skip_and_Reset(void)
{
    struct listed *listed = make_list();
    HRESULT hr;

    shows("EPR-9");
    shows("EPR-10");
    shows("EPR-11");
    hr = IEnumBitsPeerCacheRecords_Skip(listed->list, 2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, 2);
    hr = IEnumBitsPeerCacheRecords_Skip(listed->list, 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeerCacheRecords_Skip(listed->list, 2);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, COUNT);
    hr = IEnumBitsPeerCacheRecords_Reset(listed->list);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, 0);
    IEnumBitsPeerCacheRecords_Reset(listed->list);
    hr = IEnumBitsPeerCacheRecords_Skip(listed->list, COUNT);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, COUNT);
    IEnumBitsPeerCacheRecords_Reset(listed->list);
    hr = IEnumBitsPeerCacheRecords_Skip(listed->list, 0xffffffff);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    check_next(listed->list, listed, COUNT);
    end_list(listed);
}

static void test_Clone_and_GetCount(void)
{
    struct listed *listed = make_list();
    IEnumBitsPeerCacheRecords *clone = NULL;
    ULONG count[2] = {0xdeadbeef, 0xdeadbeef};
    HRESULT hr;

    shows("EPR-12");
    shows("EPR-13");
    shows("EPR-14");
    shows("EPR-15");
    check_next(listed->list, listed, 0);
    hr = IEnumBitsPeerCacheRecords_Clone(listed->list, &clone);
    ok(hr == S_OK && clone && clone != listed->list, "Got hr %#lx, %p.\n", hr, clone);
    if (!clone) return;
    check_next(listed->list, listed, 1);
    check_next(listed->list, listed, 2);
    check_next(clone, listed, 1);
    IEnumBitsPeerCacheRecords_Reset(clone);
    check_next(listed->list, listed, 3);
    check_next(clone, listed, 0);
    hr = IEnumBitsPeerCacheRecords_GetCount(listed->list, count);
    ok(hr == S_OK && count[0] == COUNT, "Got hr %#lx, %lu.\n", hr, count[0]);
    ok(count[1] == 0xdeadbeef, "More than a ULONG was written.\n");
    hr = IEnumBitsPeerCacheRecords_GetCount(clone, count);
    ok(hr == S_OK && count[0] == COUNT, "Got hr %#lx, %lu.\n", hr, count[0]);
    refused(clone, IEnumBitsPeerCacheRecords_GetCount(clone, NULL));
    refused(clone, IEnumBitsPeerCacheRecords_Clone(clone, NULL));
    ok(!IEnumBitsPeerCacheRecords_Release(clone), "Somebody else holds it.\n");
    end_list(listed);
}

static void test_snapshot(void)
{
    struct listed *listed = make_list();
    struct download d;
    ULONG count = 0;
    HRESULT hr;

    shows("PCA-ER-2");
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &listed->records[1].id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    make_record(&d, SIZE);
    make_record(&d, SIZE);
    expect_records(NULL, COUNT + 1);
    for (unsigned int i = 0; i <= COUNT; i++)
        check_next(listed->list, listed, i);
    clear_records();
    IEnumBitsPeerCacheRecords_Reset(listed->list);
    for (unsigned int i = 0; i <= COUNT; i++)
        check_next(listed->list, listed, i);
    IEnumBitsPeerCacheRecords_GetCount(listed->list, &count);
    ok(count == COUNT, "Got %lu records.\n", count);
    end_list(listed);
}

static void test_empty(void)
{
    IBitsPeerCacheRecord *object = (IBitsPeerCacheRecord *)0xdeadbeef;
    IEnumBitsPeerCacheRecords *list;
    ULONG count = 0xdeadbeef;
    HRESULT hr;

    shows("PCA-ER-3");
    shows("PCA-CR-5");
    clear_records();
    clear_records();
    list = enum_records();
    hr = IEnumBitsPeerCacheRecords_GetCount(list, &count);
    ok(hr == S_OK && !count, "Got hr %#lx, %lu records.\n", hr, count);
    count = 0;
    hr = IEnumBitsPeerCacheRecords_Next(list, 1, &object, &count);
    ok(hr == S_FALSE && !count, "Got hr %#lx, %lu records.\n", hr, count);
    hr = IEnumBitsPeerCacheRecords_Skip(list, 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    IEnumBitsPeerCacheRecords_Release(list);
}

static void test_ClearRecords(void)
{
    struct listed *listed = make_list();

    shows("PCA-CR-1");
    shows("PCA-CR-3");
    clear_records();
    expect_records(NULL, 0);
    for (unsigned int i = 0; i < COUNT; i++)
        ok(!has_record(&listed->records[i].id), "Record %u is still there.\n", i);
    end_list(listed);
}

START_TEST(peer_record_list)
{
    if (records_start())
    {
        RUN_TEST(test_empty);
        RUN_TEST(test_Next);
        RUN_TEST(test_Skip_and_Reset);
        RUN_TEST(test_Clone_and_GetCount);
        RUN_TEST(test_snapshot);
        RUN_TEST(test_ClearRecords);
    }
    records_stop();
}
