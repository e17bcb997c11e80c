/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyFile3 and 4: the interfaces and the temporary file. */
#include "file_fixture.h"
#include "harness/com_callback.h"

#include <aclapi.h>

#define OLD "Sat, 01 Jan 2022 00:00:00 GMT"
#define NEW "Sun, 02 Jan 2022 00:00:00 GMT"

/* ---- The interfaces ---- */

static void check_interfaces(IBackgroundCopyFile *file)
{
    static const GUID file3 = {
        0x659cdeaa, 0x489e, 0x11d9, {0xa9, 0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51}};
    static const GUID file4 = {
        0xef7e0655, 0x7888, 0x4960, {0xb0, 0xe5, 0x73, 0x08, 0x46, 0xe0, 0x34, 0x92}};
    IUnknown *unknown;
    HRESULT hr;

    hr = IBackgroundCopyFile_QueryInterface(file, &file3, (void **)&unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IUnknown_Release(unknown);
    hr = IBackgroundCopyFile_QueryInterface(file, &file4, (void **)&unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IUnknown_Release(unknown);
}

static HRESULT on_file_transferred(struct test_callback *callback, const struct callback_call *call)
{
    (void)callback;
    if (call->method == CALLBACK_FILE_TRANSFERRED) check_interfaces(call->file);
    return S_OK;
}

static void check_file_of_error(void)
{
    IBackgroundCopyJob *job = create_files("/missing", NULL);
    IBackgroundCopyFile *file = NULL;
    IBackgroundCopyError *error;
    HRESULT hr;

    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = IBackgroundCopyJob_GetError(job, &error);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyError_GetFile(error, &file);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK)
    {
        check_interfaces(file);
        IBackgroundCopyFile_Release(file);
    }
    IBackgroundCopyError_Release(error);
    end_job(job);
}

static void test_QueryInterface(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_files("/small", NULL);
    IBackgroundCopyFile4 *file = file_of(job, 0);

    shows("F3-IF-1");
    shows("F3-IF-3");
    shows("F4-1");
    check_interfaces((IBackgroundCopyFile *)file);
    IBackgroundCopyFile4_Release(file);

    callback->hook = on_file_transferred;
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume(job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, SOON), "There was no call.\n");
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(job);
    test_callback_release(callback);
    check_file_of_error();
}

/* Whatever the headers say: what stands in the vtable of the object. */
static void test_slots(void)
{
    typedef HRESULT(WINAPI * get_name_fn)(void *iface, WCHAR **name);
    typedef HRESULT(WINAPI * set_state_fn)(void *iface, BOOL state);
    typedef HRESULT(WINAPI * get_state_fn)(void *iface, BOOL *state);
    typedef HRESULT(WINAPI * get_stats_fn)(void *iface, UINT64 *origin, UINT64 *peers);
    IBackgroundCopyJob *job = transfer("/small");
    IBackgroundCopyFile4 *file = file_of(job, 0);
    void *const *slots = *(void **)file;
    UINT64 from_origin = 1, from_peers = 1;
    WCHAR *name = NULL, *temp = NULL;
    BOOL state = 0xdeadbeef;
    HRESULT hr;

    shows("F3-IF-2");
    shows("F4-2");
    hr = ((get_name_fn)slots[4])(file, &name);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(name && wcsstr(name, L"first"), "Got %s.\n", wine_dbgstr_w(name));
    hr = ((get_name_fn)slots[8])(file, &temp);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(temp && name && wcscmp(temp, name) != 0 && file_exists(temp), "Got %s.\n",
       wine_dbgstr_w(temp));
    hr = ((set_state_fn)slots[9])(file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = ((get_state_fn)slots[10])(file, &state);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(state == TRUE, "Got state %#x.\n", state);
    hr = ((get_state_fn)slots[11])(file, &state);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(state == FALSE, "Got state %#x.\n", state);
    hr = ((get_stats_fn)slots[12])(file, &from_origin, &from_peers);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(from_origin == SMALL && !from_peers, "Got %llu and %llu.\n", from_origin, from_peers);
    CoTaskMemFree(name);
    CoTaskMemFree(temp);
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

/* ---- The temporary file ---- */

static WCHAR *folder_of(WCHAR *path)
{
    WCHAR *end = wcsrchr(path, '\\');

    if (end) *end = 0;
    return path;
}

static void test_GetTemporaryName(void)
{
    WCHAR name[MAX_PATH], again[MAX_PATH], folder[MAX_PATH], local[MAX_PATH], *text;
    IBackgroundCopyJob *job = create_files("/two", NULL);
    IBackgroundCopyFile4 *file = file_of(job, 0);
    HANDLE handle;
    DWORD size;

    shows("F3-GTN-1");
    shows("F3-GTN-2");
    shows("F3-GTN-3");
    shows("F3-GTN-4");
    shows("F3-GTN-5");
    shows("F3-GTN-8");
    origin_hold_after(origin, "/two", MIB);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Got %llu bytes.\n", bytes_of(file));
    temp_name_of(file, name);

    size = GetFullPathNameW(name, ARRAY_SIZE(again), again, NULL);
    ok(size && !wcsicmp(name, again), "Got %s.\n", wine_dbgstr_w(name));
    folder_of(wcscpy(folder, name));
    folder_of(temp_path(L"first", local));
    ok(!wcsicmp(folder, local), "Got %s, expected %s.\n", wine_dbgstr_w(folder),
       wine_dbgstr_w(local));
    ok(!file_exists(temp_path(L"first", local)), "The file has its name already.\n");

    /* An application reads what is there while more comes in. */
    ok(bytes_of(file) == MIB, "Got %llu bytes.\n", bytes_of(file));
    handle = open_shared(name, FILE_SHARE_READ | FILE_SHARE_WRITE);
    check_content(name, MIB, 1);
    origin_release(origin, "/two");
    wait_for_state(job, TRANSFERRED, SOON);
    CloseHandle(handle);
    ok(bytes_of(file) == 2 * MIB, "Got %llu bytes.\n", bytes_of(file));
    check_content(name, 2 * MIB, 1);
    temp_name_of(file, again);
    ok(!wcscmp(name, again), "Got %s.\n", wine_dbgstr_w(again));

    ok(file_exists(name), "It has gone before its time.\n");
    ok(IBackgroundCopyJob_Complete(job) == S_OK, "It could not be completed.\n");
    ok(!file_exists(name), "It is still there.\n");
    verify_file(temp_path(L"first", local), 2 * MIB, 1);
    DeleteFileW(local);

    ok(IBackgroundCopyFile4_GetTemporaryName(file, NULL) != S_OK, "A NULL pointer was taken.\n");
    text = (void *)0xdeadbeef;
    IBackgroundCopyFile4_GetTemporaryName(file, &text);
    if (text) CoTaskMemFree(text);
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

/* Cancelled in mid-transfer, and when all is there. */
static void test_Cancel(void)
{
    static const UINT64 stops[] = {MIB, 2 * MIB};

    shows("F3-GTN-9");
    for (unsigned int i = 0; i < ARRAY_SIZE(stops); i++)
    {
        char path[16] = "/cancel0";
        WCHAR name[MAX_PATH];
        IBackgroundCopyFile4 *file;
        IBackgroundCopyJob *job;
        HRESULT hr;

        path[7] = (char)('0' + i);
        origin_add(origin, path, &(struct origin_file){.size = 2 * MIB});
        origin_hold_after(origin, path, stops[i]);
        job = create_files(path, NULL);
        file = file_of(job, 0);
        resume(job);
        ok(wait_for_bytes(job, stops[i], SOON), "Got %llu bytes.\n", bytes_of(file));
        temp_name_of(file, name);
        ok(file_exists(name), "There is no %s.\n", wine_dbgstr_w(name));
        hr = IBackgroundCopyJob_Cancel(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(!file_exists(name), "It is still there.\n");
        ok(!temp_file_count(), "There are %u files.\n", temp_file_count());
        IBackgroundCopyFile4_Release(file);
        IBackgroundCopyJob_Release(job);
    }
}

static bool is_read_alone(void *ctx)
{
    struct
    {
        const WCHAR *name;
        HANDLE file;
    } *reader = ctx;

    reader->file =
        CreateFileW(reader->name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    return reader->file != INVALID_HANDLE_VALUE;
}

/* Who reads it while nothing is transferred keeps it from being written. */
static void test_open_before_transfer(void)
{
    IBackgroundCopyFile4 *file;
    IBackgroundCopyJob *job;
    WCHAR name[MAX_PATH];
    struct
    {
        const WCHAR *name;
        HANDLE file;
    } reader = {name, INVALID_HANDLE_VALUE};
    HRESULT hr;

    shows("F3-GTN-7");
    origin_add(origin, "/early", &(struct origin_file){.size = 2 * MIB, .version = 1});
    origin_hold_after(origin, "/early", MIB);
    job = create_files("/early", NULL);
    file = file_of(job, 0);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Got %llu bytes.\n", bytes_of(file));
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    temp_name_of(file, name);
    ok(com_wait_for(is_read_alone, &reader, SOON), "It stays open.\n");
    origin_release(origin, "/early");

    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    hr = job_error(job, NULL);
    ok(hr == HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION), "Got code %#lx.\n", hr);
    CloseHandle(reader.file);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

/* A handle that does not let the file go. */
static void test_open_handles(void)
{
    IBackgroundCopyJob *job = transfer("/small");
    IBackgroundCopyFile4 *file = file_of(job, 0);
    WCHAR name[MAX_PATH];
    HANDLE handle;
    HRESULT hr;

    shows("F3-GTN-11");
    temp_name_of(file, name);
    handle = open_shared(name, FILE_SHARE_READ | FILE_SHARE_WRITE);
    hr = IBackgroundCopyJob_Complete(job);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));
    CloseHandle(handle);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);

    job = transfer("/small");
    file = file_of(job, 0);
    temp_name_of(file, name);
    handle = open_shared(name, FILE_SHARE_READ | FILE_SHARE_WRITE);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == BG_S_UNABLE_TO_DELETE_FILES, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(job)));
    CloseHandle(handle);
    DeleteFileW(name);
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);
}

/* Half of it is there when the file at the origin becomes another one. */
static void test_changed_time_stamp(void)
{
    IBackgroundCopyJob *job;
    IBackgroundCopyFile4 *file;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("F3-GTN-6");
    origin_add(origin, "/changes",
               &(struct origin_file){.size = 2 * MIB, .version = 1, .last_modified = OLD});
    origin_hold_after(origin, "/changes", MIB);
    job = create_files("/changes", NULL);
    file = file_of(job, 0);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Got %llu bytes.\n", bytes_of(file));
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(bytes_of(file) == MIB, "Got %llu bytes.\n", bytes_of(file));

    ok(origin_wait_idle(origin, "/changes", SOON), "The first answer is still under way.\n");

    /* What was sent stays counted, so no byte of the new one is given out. */
    origin_add(origin, "/changes",
               &(struct origin_file){.size = 2 * MIB, .version = 2, .last_modified = NEW});
    origin_hold_after(origin, "/changes", MIB);
    resume(job);
    ok(origin_wait_held(origin, "/changes", SOON), "It was not asked for again.\n");
    ok(!bytes_of(file), "Got %llu bytes.\n", bytes_of(file));
    origin_release(origin, "/changes");
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (!verify_file(temp_path(L"first", local), 2 * MIB, 2)) origin_journal_print(origin);
    DeleteFileW(local);
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);
}

/* ---- Who may touch it ---- */

/* NULL without; LocalFree(*descriptor). */
static ACL *acl_of(const WCHAR *path, PSECURITY_DESCRIPTOR *descriptor)
{
    ACL *acl = NULL;
    DWORD error = GetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION,
                                        NULL, NULL, &acl, NULL, descriptor);

    ok(!error, "Got error %lu.\n", error);
    return error ? NULL : acl;
}

static bool is_same_acl(const WCHAR *a, const WCHAR *b)
{
    PSECURITY_DESCRIPTOR descriptor_a = NULL, descriptor_b = NULL;
    ACL *acl_a = acl_of(a, &descriptor_a), *acl_b = acl_of(b, &descriptor_b);
    bool is_same =
        acl_a && acl_b && acl_a->AclSize == acl_b->AclSize && !memcmp(acl_a, acl_b, acl_a->AclSize);

    LocalFree(descriptor_a);
    LocalFree(descriptor_b);
    return is_same;
}

/* What the directory gives is what any new file in it has. */
static void test_acl(void)
{
    WCHAR name[MAX_PATH], local[MAX_PATH], fresh[MAX_PATH];
    IBackgroundCopyJob *job = transfer("/small");
    IBackgroundCopyFile4 *file = file_of(job, 0);

    shows("F3-GTN-12");
    temp_name_of(file, name);
    temp_path(L"first", local);
    ok(write_file(temp_path(L"fresh", fresh), 1, 0), "Could not write.\n");
    ok(is_same_acl(name, fresh), "The temporary file has another ACL.\n");
    ok(IBackgroundCopyJob_Complete(job) == S_OK, "It could not be completed.\n");
    ok(is_same_acl(local, fresh), "The final file has another ACL.\n");
    DeleteFileW(local);
    DeleteFileW(fresh);
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);
}

START_TEST(file3)
{
    if (files_start())
    {
        origin_add(origin, "/two", &(struct origin_file){.size = 2 * MIB, .version = 1});
        RUN_TEST(test_QueryInterface);
        RUN_TEST(test_slots);
        RUN_TEST(test_GetTemporaryName);
        RUN_TEST(test_Cancel);
        RUN_TEST(test_open_before_transfer);
        RUN_TEST(test_open_handles);
        RUN_TEST(test_changed_time_stamp);
        RUN_TEST(test_acl);
    }
    files_stop();
}
