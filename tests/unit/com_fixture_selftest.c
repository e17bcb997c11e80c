/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the fixture of COM tests does without a server: files, policies, the callback object. */
#include "harness/com_callback.h"

#include <wchar.h>

#include "harness/synthetic.h"

#define POLICY_KEY L"Software\\Policies\\Microsoft\\Windows\\BITS"

static void test_files(void)
{
    WCHAR path[MAX_PATH], other[MAX_PATH];
    bool is_right = true;
    HANDLE file;
    DWORD done;

    ok(!temp_file_count(), "Got %u files.\n", temp_file_count());
    temp_path(L"a.bin", path);
    ok(!file_exists(path), "It is there.\n");
    ok(write_file(path, 3 * 1024 * 1024 + 5, 4), "Could not write.\n");
    ok(file_exists(path) && temp_file_count() == 1, "Got %u files.\n", temp_file_count());
    ok(verify_file(path, 3 * 1024 * 1024 + 5, 4), "Not as written.\n");

    /* The checks inside of these must fail. */
    todo_if(1) is_right = verify_file(path, 3 * 1024 * 1024 + 5, 5);
    ok(!is_right, "Another version passed.\n");
    todo_if(1) is_right = verify_file(path, 3 * 1024 * 1024 + 6, 4);
    ok(!is_right, "Another size passed.\n");
    todo_if(1) is_right = verify_file(temp_path(L"none", other), 0, 4);
    ok(!is_right, "A missing file passed.\n");

    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    SetFilePointer(file, 2000000, NULL, FILE_BEGIN);
    WriteFile(file, "wrong", 5, &done, NULL);
    CloseHandle(file);
    todo_if(1) is_right = verify_file(path, 3 * 1024 * 1024 + 5, 4);
    ok(!is_right, "Wrong bytes passed.\n");

    /* com_stop() removes all of this. */
    CreateDirectoryW(temp_path(L"folder", path), NULL);
    write_file(temp_path(L"folder\\b.bin", path), 1, 1);
    SetFileAttributesW(path, FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY);
    ok(file_exists(path), "It is not there.\n");
}

static void test_folder_is_removed(void)
{
    WCHAR path[MAX_PATH];

    temp_path(L"", path);
    ok(file_exists(path), "There is no folder.\n");
    com_stop();
    ok(!file_exists(path), "The folder is left.\n");
    com_start(COINIT_MULTITHREADED);
    ok(file_exists(temp_path(L"", path)), "There is no folder.\n");
    ok(!temp_file_count(), "Got %u files.\n", temp_file_count());
}

/* The value's type, or REG_NONE. */
static DWORD read_policy(const WCHAR *name, DWORD *value)
{
    DWORD type = REG_NONE, size = sizeof(*value);
    HKEY key;

    *value = 0xdeadbeef;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, POLICY_KEY, 0, KEY_READ, &key)) return REG_NONE;
    if (RegQueryValueExW(key, name, NULL, &type, (BYTE *)value, &size)) type = REG_NONE;
    RegCloseKey(key);
    return type;
}

static void test_policies(void)
{
    DWORD value, type, before, type_before;
    HKEY key;

    type_before = read_policy(L"EnablePeercaching", &before);
    if (!policy_set(L"EnablePeercaching", 1))
    {
        skip("Policies cannot be written.\n");
        return;
    }
    type = read_policy(L"EnablePeercaching", &value);
    ok(type == REG_DWORD && value == 1, "Got type %lu, value %#lx.\n", type, value);
    ok(policy_set_raw(L"EnablePeercaching", REG_SZ, L"1", 4), "Could not set.\n");
    type = read_policy(L"EnablePeercaching", &value);
    ok(type == REG_SZ, "Got type %lu.\n", type);
    ok(policy_delete(L"EnablePeercaching"), "Could not delete.\n");
    ok(read_policy(L"EnablePeercaching", &value) == REG_NONE, "It is there.\n");
    ok(policy_delete(L"EnablePeercaching"), "Could not delete twice.\n");
    policy_restore();
    type = read_policy(L"EnablePeercaching", &value);
    ok(type == type_before && value == before, "Got type %lu, value %#lx.\n", type, value);

    /* A value that was there comes back. */
    RegCreateKeyExW(HKEY_LOCAL_MACHINE, POLICY_KEY, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    value = 42;
    RegSetValueExW(key, L"OpenBitsSelfTest", 0, REG_DWORD, (BYTE *)&value, sizeof(value));
    ok(policy_set(L"OpenBitsSelfTest", 43), "Could not set.\n");
    ok(policy_set(L"OpenBitsSelfTest", 44), "Could not set.\n");
    policy_restore();
    type = read_policy(L"OpenBitsSelfTest", &value);
    ok(type == REG_DWORD && value == 42, "Got type %lu, value %#lx.\n", type, value);
    RegDeleteValueW(key, L"OpenBitsSelfTest");
    RegCloseKey(key);
}

static HRESULT refuse_once(struct test_callback *callback, const struct callback_call *call)
{
    ok(call->method == CALLBACK_JOB_MODIFICATION, "Got method %u.\n", call->method);
    ok(call->number == 7, "Got %lu.\n", call->number);
    ++*(int *)callback->ctx;
    return callback->counts[CALLBACK_JOB_MODIFICATION] == 1 ? E_FAIL : S_OK;
}

static void test_callback(void)
{
    static const struct
    {
        const IID *iid;
        unsigned int bit;
    } iids[] = {{&IID_IBackgroundCopyCallback, CALLBACK_1},
                {&IID_IBackgroundCopyCallback2, CALLBACK_2},
                {&IID_IBackgroundCopyCallback3, CALLBACK_3}};
    struct test_callback *callback;
    IBackgroundCopyCallback3 *iface;
    IUnknown *unknown;
    int hooked = 0;
    HRESULT hr;

    for (unsigned int mask = 0; mask <= CALLBACK_ALL; mask++)
    {
        callback = test_callback_create(mask);
        for (unsigned int i = 0; i < ARRAY_SIZE(iids); i++)
        {
            hr = IUnknown_QueryInterface(test_callback_unknown(callback), iids[i].iid,
                                         (void **)&unknown);
            ok(hr == (mask & iids[i].bit ? S_OK : E_NOINTERFACE), "Mask %#x, %u: got hr %#lx.\n",
               mask, i, hr);
            if (hr == S_OK) IUnknown_Release(unknown);
        }
        ok(!test_callback_release(callback), "References are left.\n");
    }

    callback = test_callback_create(CALLBACK_ALL);
    iface = &callback->IBackgroundCopyCallback3_iface;
    callback->results[CALLBACK_JOB_TRANSFERRED] = E_ABORT;
    hr = IBackgroundCopyCallback3_JobTransferred(iface, NULL);
    ok(hr == E_ABORT, "Got hr %#lx.\n", hr);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, 0), "Not counted.\n");
    ok(!test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 2, 20), "Counted twice.\n");
    ok(!test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, 0), "Counted elsewhere.\n");
    ok(WaitForSingleObject(callback->events[CALLBACK_JOB_TRANSFERRED], 0) == WAIT_OBJECT_0,
       "The event is not set.\n");
    ok((DWORD)callback->threads[CALLBACK_JOB_TRANSFERRED] == GetCurrentThreadId(),
       "Got another thread.\n");

    callback->hook = refuse_once;
    callback->ctx = &hooked;
    hr = IBackgroundCopyCallback3_JobModification(iface, NULL, 7);
    ok(hr == E_FAIL, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyCallback3_JobModification(iface, NULL, 7);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(hooked == 2 && !callback->overlaps && !callback->running, "Got %d calls.\n", hooked);
    ok(!test_callback_release(callback), "References are left.\n");
}

START_TEST(com_fixture_selftest)
{
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_files);
    RUN_TEST(test_folder_is_removed);
    RUN_TEST(test_policies);
    RUN_TEST(test_callback);
    com_stop();
}
