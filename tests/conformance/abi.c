/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The binary interface: ids, values, layouts and slots of our headers against what is published,
 * and against MinGW-w64's headers where these have them. Needs no server. */

#include <stdio.h>
#include <string.h>

#include <windows.h>

#include <bits10_3.h>

#include "harness/test.h"

#include "abi_table.h"

struct expected
{
    const char *name;
    const char *guid; /* NULL: the value counts */
    uint64_t value;
};

#define PER_BITS(in64, in32) (sizeof(void *) == 8 ? (in64) : (in32))

#define ABI_GUID(name, text)               {#name, text, 0},
#define ABI_VALUE(name, value)             {#name, NULL, value},
#define ABI_CODE(name, value)              {#name, NULL, value},
#define ABI_SIZE(type, size64, size32)     {"sizeof " #type, NULL, PER_BITS(size64, size32)},
#define ABI_FIELD(type, field, at64, at32) {#type "." #field, NULL, PER_BITS(at64, at32)},
#define ABI_SLOT(iface, method, slot)      {#iface "::" #method, NULL, slot},
#define ABI_TABLE(iface, methods, count)   methods(iface){"methods " #iface, NULL, count},

static const struct expected published[] = {
#include "abi_ids.h"
#include "abi_values.h"
#include "abi_codes.h"
#include "abi_layout.h"
#include "abi_slots.h"
};

static void print_guid(char *buffer, size_t size, const void *data)
{
    GUID guid;

    memcpy(&guid, data, sizeof(guid));
    snprintf(buffer, size, "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned long)guid.Data1, guid.Data2, guid.Data3, guid.Data4[0], guid.Data4[1],
             guid.Data4[2], guid.Data4[3], guid.Data4[4], guid.Data4[5], guid.Data4[6],
             guid.Data4[7]);
}

static const struct abi_entry *find(const struct abi_entry *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(table[i].name, name)) return &table[i];
    return NULL;
}

static void check(const struct expected *want)
{
    const struct abi_entry *got = find(abi_ours, abi_ours_count, want->name);
    char text[40];

    ok(!!got, "%s is missing.\n", want->name);
    if (!got) return;

    if (want->guid)
    {
        print_guid(text, sizeof(text), got->guid);
        ok(!strcmp(text, want->guid), "%s is %s, not %s.\n", want->name, text, want->guid);
    }
    else
        ok(got->value == want->value, "%s is %#llx, not %#llx.\n", want->name,
           (unsigned long long)got->value, (unsigned long long)want->value);
}

/* Every slot of one interface, and that there are no others. */
static void check_interface(const char *iface)
{
    size_t len = strlen(iface), found = 0;
    char methods[80];

    snprintf(methods, sizeof(methods), "methods %s", iface);
    for (size_t i = 0; i < ARRAY_SIZE(published); i++)
    {
        const char *name = published[i].name;
        bool is_slot = !strncmp(name, iface, len) && !strncmp(name + len, "::", 2);

        if (!is_slot && strcmp(name, methods)) continue;
        check(&published[i]);
        found++;
    }
    ok(found > 3, "Only %zu entries for %s.\n", found, iface);
}

static void test_published(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(published); i++)
        check(&published[i]);
    ok(abi_ours_count == ARRAY_SIZE(published), "%zu entries, not %zu.\n", abi_ours_count,
       ARRAY_SIZE(published));
}

static void test_mingw(void)
{
    ok(abi_mingw_count > 500, "Only %zu entries.\n", abi_mingw_count);
    for (size_t i = 0; i < abi_mingw_count; i++)
    {
        const struct abi_entry *theirs = &abi_mingw[i];
        const struct abi_entry *ours = find(abi_ours, abi_ours_count, theirs->name);

        ok(!!ours, "%s is missing.\n", theirs->name);
        if (!ours) continue;
        if (theirs->guid)
            ok(!memcmp(ours->guid, theirs->guid, 16), "%s differs.\n", theirs->name);
        else
            ok(ours->value == theirs->value, "%s is %#llx, in MinGW-w64 %#llx.\n", theirs->name,
               (unsigned long long)ours->value, (unsigned long long)theirs->value);
    }
}

static void test_IBackgroundCopyJob4(void)
{
    shows("J4-IF-3");
    check_interface("IBackgroundCopyJob4");
}

static void test_SetPeerCachingFlags(void)
{
    typedef HRESULT(STDMETHODCALLTYPE * method)(IBackgroundCopyJob4 *, DWORD);

    shows("J4-SPCF-1");
    ok(__builtin_types_compatible_p(
           method, __typeof__(((IBackgroundCopyJob4Vtbl *)0)->SetPeerCachingFlags)),
       "Another parameter than one DWORD.\n");
}

static void test_IBackgroundCopyFile3(void)
{
    shows("F3-IF-2");
    check_interface("IBackgroundCopyFile2");
    check_interface("IBackgroundCopyFile3");
}

static void test_IBackgroundCopyFile4(void)
{
    shows("F4-2");
    check_interface("IBackgroundCopyFile3");
    check_interface("IBackgroundCopyFile4");
}

static void test_IBackgroundCopyCallback2(void)
{
    shows("CB2-6");
    check_interface("IBackgroundCopyCallback");
    check_interface("IBackgroundCopyCallback2");
}

static void test_IBitsPeerCacheAdministration(void)
{
    shows("PCA-IF-2");
    check_interface("IBitsPeerCacheAdministration");
}

static void test_IBitsPeerCacheRecord(void)
{
    shows("PCR-2");
    check_interface("IBitsPeerCacheRecord");
}

static void test_IBitsPeer(void)
{
    shows("PEER-2");
    check_interface("IBitsPeer");
}

START_TEST(abi)
{
    RUN_TEST(test_published);
    RUN_TEST(test_mingw);
    RUN_TEST(test_IBackgroundCopyJob4);
    RUN_TEST(test_SetPeerCachingFlags);
    RUN_TEST(test_IBackgroundCopyFile3);
    RUN_TEST(test_IBackgroundCopyFile4);
    RUN_TEST(test_IBackgroundCopyCallback2);
    RUN_TEST(test_IBitsPeerCacheAdministration);
    RUN_TEST(test_IBitsPeerCacheRecord);
    RUN_TEST(test_IBitsPeer);
}
