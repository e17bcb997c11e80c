/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/identity.c and peer/machine_sid.c, with files in a folder of their own. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/identity.h"
#include "peer/machine_sid.h"

/* 2024-03-01 10:20:30 */
#define NOW 133537620300000000ull

static WCHAR folder[MAX_PATH], path[MAX_PATH];

static struct identity open_at(filetime_t now)
{
    struct identity identity;
    HRESULT hr = identity_open(path, now, &identity);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return identity;
}

static bool is_same_certificate(const struct identity *a, const struct identity *b)
{
    return !memcmp(a->facts.fingerprint, b->facts.fingerprint, CERTIFICATE_FINGERPRINT_SIZE);
}

static bool is_same_key(const struct identity *a, const struct identity *b)
{
    return !memcmp(a->facts.key_fingerprint, b->facts.key_fingerprint,
                   CERTIFICATE_FINGERPRINT_SIZE);
}

static uint8_t *read_file(DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    uint8_t *bytes;

    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    if (file == INVALID_HANDLE_VALUE) return NULL;
    *size = GetFileSize(file, NULL);
    bytes = malloc(*size + 1);
    ok(ReadFile(file, bytes, *size, size, NULL), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
    return bytes;
}

static void write_file(const uint8_t *bytes, DWORD size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);

    ok(WriteFile(file, bytes, size, &size, NULL), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static bool contains(const uint8_t *bytes, size_t size, const uint8_t *part, size_t part_size)
{
    for (size_t i = 0; i + part_size <= size; i++)
        if (!memcmp(bytes + i, part, part_size)) return true;
    return false;
}

static void test_machine(void)
{
    char sid[CERTIFICATE_SID_SIZE], name[CERTIFICATE_DNS_NAME_SIZE];
    HRESULT hr = machine_sid(sid);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(certificate_is_machine_sid(sid), "Got %s.\n", sid);
    machine_dns_name(name);
    ok(name[0], "No name.\n");
    trace("%s is %s\n", name, sid);
}

static void test_make(void)
{
    const struct certificate_rules rules = {NOW, CERTIFICATE_USE_ANY, CERTIFICATE_USE_ANY, false};
    char sid[CERTIFICATE_SID_SIZE], name[CERTIFICATE_DNS_NAME_SIZE];
    struct identity first = open_at(NOW), second = open_at(NOW);
    enum certificate_fault fault = certificate_check(&first.facts, &rules);
    uint8_t *bytes;
    DWORD size;

    machine_sid(sid);
    machine_dns_name(name);
    ok(!strcmp(first.facts.sid, sid), "Got %s.\n", first.facts.sid);
    ok(!strcmp(first.facts.dns_name, name), "Got %s.\n", first.facts.dns_name);
    ok(!fault, "Got %s.\n", certificate_fault_text(fault));
    ok(first.facts.not_after - first.facts.not_before == 14 * CERTIFICATE_DAY, "Not 14 days.\n");
    ok(certificate_has_key(&second.certificate), "Not its key.\n");
    ok(is_same_certificate(&first, &second), "Not read back.\n");

    if ((bytes = read_file(&size)))
    {
        ok(contains(bytes, size, first.certificate.der, first.certificate.der_size),
           "Another file.\n");
        /* Somewhere within the private numbers. */
        ok(!contains(bytes, size, first.certificate.key + first.certificate.key_size / 2, 32),
           "The key is readable.\n");
        free(bytes);
    }
    identity_done(&first);
    identity_done(&second);
    ok(!second.certificate.key, "Not emptied.\n");
}

static void test_renew(void)
{
    struct identity first = open_at(NOW), second, third;
    filetime_t renewal = identity_next_renewal(&first);

    ok(first.facts.not_after - renewal == 4 * CERTIFICATE_DAY, "Got %llu.\n",
       (unsigned long long)renewal);
    second = open_at(renewal);
    ok(is_same_certificate(&first, &second), "Renewed too early.\n");
    identity_done(&second);

    second = open_at(renewal + 1);
    ok(!is_same_certificate(&first, &second), "Not renewed.\n");
    ok(is_same_key(&first, &second), "Another key.\n");
    ok(identity_next_renewal(&second) > renewal + 9 * CERTIFICATE_DAY, "For how long?\n");
    third = open_at(renewal + 2);
    ok(is_same_certificate(&second, &third), "The renewed one is not kept.\n");
    identity_done(&third);

    /* A clock that was set back makes the certificate one of the future. */
    third = open_at(NOW);
    ok(!is_same_certificate(&second, &third) && is_same_key(&second, &third), "Not renewed.\n");
    identity_done(&third);
    identity_done(&second);
    identity_done(&first);
}

static void test_damage(void)
{
    struct identity first = open_at(NOW), second;
    uint8_t *bytes;
    DWORD size;

    if ((bytes = read_file(&size)))
    {
        bytes[size / 2] ^= 1;
        write_file(bytes, size);
        second = open_at(NOW);
        ok(!is_same_key(&first, &second), "Taken from a damaged file.\n");
        identity_done(&first);
        first = open_at(NOW);
        ok(is_same_certificate(&first, &second), "Not kept.\n");
        identity_done(&second);

        write_file(bytes, 0);
        second = open_at(NOW);
        ok(!is_same_key(&first, &second), "Taken from an empty file.\n");
        identity_done(&second);
        free(bytes);
    }
    identity_done(&first);
}

/* A machine that was copied together with its files has another SID. */
static void test_other_machine(void)
{
    struct certificate_request request = {.sid = "S-1-5-21-9-9-9-9",
                                          .dns_name = "other.example.test",
                                          .not_before = NOW - 1,
                                          .not_after = NOW + 14 * CERTIFICATE_DAY};
    struct identity ours = open_at(NOW), again;
    uint8_t *bytes;
    DWORD size;

    /* The file of the other has the same form: only the certificate in it differs. */
    request.key = ours.certificate.key;
    request.key_size = ours.certificate.key_size;
    if ((bytes = read_file(&size)))
    {
        struct certificate other;
        size_t secret_size = size - 16 - ours.certificate.der_size - 32;
        uint8_t *copy = malloc(size + 4096);

        ok(certificate_make(&request, &other) == S_OK, "Not made.\n");
        memcpy(copy, bytes, 16);
        copy[8] = (uint8_t)other.der_size;
        copy[9] = (uint8_t)(other.der_size >> 8);
        memcpy(copy + 16, other.der, other.der_size);
        memcpy(copy + 16 + other.der_size, bytes + 16 + ours.certificate.der_size, secret_size);
        certificate_fingerprint(copy, 16 + other.der_size + secret_size,
                                copy + 16 + other.der_size + secret_size);
        write_file(copy, (DWORD)(16 + other.der_size + secret_size + 32));
        again = open_at(NOW);
        ok(!is_same_key(&ours, &again), "Keeps the key.\n");
        ok(!strcmp(again.facts.sid, ours.facts.sid), "Got %s.\n", again.facts.sid);
        identity_done(&again);
        certificate_done(&other);
        free(copy);
        free(bytes);
    }
    identity_done(&ours);
}

static void test_leftover(void)
{
    WCHAR other[MAX_PATH];
    struct identity first, second;
    HANDLE file;

    swprintf(other, ARRAY_SIZE(other), L"%ls.new", path);
    file = CreateFileW(other, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    CloseHandle(file);
    DeleteFileW(path);
    first = open_at(NOW);
    second = open_at(NOW);
    ok(is_same_certificate(&first, &second), "Not kept.\n");
    ok(GetFileAttributesW(other) == INVALID_FILE_ATTRIBUTES, "Left behind.\n");
    identity_done(&first);
    identity_done(&second);
}

static void test_no_folder(void)
{
    static const WCHAR nowhere[] = L"C:\\no such folder\\identity";
    struct identity identity;
    HRESULT hr = identity_open(nowhere, NOW, &identity);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(certificate_has_key(&identity.certificate), "No certificate.\n");
    identity_done(&identity);
}

START_TEST(identity)
{
    GetTempPathW(ARRAY_SIZE(folder), folder);
    swprintf(path, ARRAY_SIZE(path), L"%lsopenbits-%lu", folder, GetCurrentProcessId());
    CreateDirectoryW(path, NULL);
    wcscpy(folder, path);
    wcscat(path, L"\\" IDENTITY_FILE_NAME);

    RUN_TEST(test_machine);
    RUN_TEST(test_make);
    RUN_TEST(test_renew);
    RUN_TEST(test_damage);
    RUN_TEST(test_other_machine);
    RUN_TEST(test_leftover);
    RUN_TEST(test_no_folder);
    DeleteFileW(path);
    ok(RemoveDirectoryW(folder), "Something is left in the folder: %lu.\n", GetLastError());
}
