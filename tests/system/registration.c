/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What regsvr32 leaves behind: everything a client needs, and nothing after /u, whoever had a part
 * of the keys before. The machine is registered again at the end. OPENBITS_NIGHTLY=1 registers it
 * more often. */
#include "harness/com_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef HRESULT(WINAPI *register_fn)(void);

#define CLASSES       L"Software\\Classes\\"
#define PLAIN_CLASS   L"CLSID\\{4991D34B-80A1-4291-83B6-3328366B9097}"
#define CLASS_3_0     L"CLSID\\{659CDEA7-489E-11D9-A9CD-000D56965251}"
#define CLASS_10_3    L"CLSID\\{5FD42AD5-C04E-4D36-ADC7-E08FF15737AD}"
#define INTERFACE_OWN L"Interface\\{98C97BD2-E32B-4AD8-A528-95FD8B16BD42}"
#define INTERFACE_JOB L"Interface\\{37668D37-507E-4160-9316-26306D150B12}"
#define APP_ID        L"{69AD4AEE-51BE-439B-A92C-86AE490E8B30}"
#define SERVICE_KEY   L"System\\CurrentControlSet\\Services\\BITS"
#define SVCHOST_KEY   L"Software\\Microsoft\\Windows NT\\CurrentVersion\\Svchost"
#define OTHER_SERVER  L"C:\\windows\\system32\\other.dll"
#define ROUNDS        10
#define NIGHTLY       100

static HMODULE module;
static WCHAR module_path[MAX_PATH];
typedef HRESULT(WINAPI *install_fn)(BOOL is_installed, const WCHAR *what);

static register_fn do_register, do_unregister;
static install_fn do_install;

/* ---- the registry as text ---- */

struct text
{
    WCHAR *buffer;
    size_t len, capacity;
};

static void append(struct text *text, const WCHAR *part, size_t len)
{
    if (text->len + len + 1 > text->capacity)
    {
        text->capacity = (text->len + len + 1) * 2;
        if (!(text->buffer = realloc(text->buffer, text->capacity * sizeof(WCHAR)))) abort();
    }
    wmemcpy(text->buffer + text->len, part, len);
    text->len += len;
    text->buffer[text->len] = 0;
}

static void append_values(struct text *text, HKEY key, const WCHAR *path)
{
    WCHAR name[256], line[32];
    BYTE data[4096];

    for (DWORD i = 0;; i++)
    {
        DWORD name_len = ARRAY_SIZE(name), size = sizeof(data), type;

        if (RegEnumValueW(key, i, name, &name_len, NULL, &type, data, &size)) break;
        append(text, path, wcslen(path));
        append(text, L"\t", 1);
        append(text, name, name_len);
        append(text, line, swprintf(line, ARRAY_SIZE(line), L"\t%lu\t", type));
        for (DWORD k = 0; k < size; k++)
            append(text, line, swprintf(line, ARRAY_SIZE(line), L"%02x", data[k]));
        append(text, L"\n", 1);
    }
}

static int compare_names(const void *a, const void *b)
{
    return wcscmp(*(WCHAR *const *)a, *(WCHAR *const *)b);
}

static WCHAR **sorted_keys(HKEY key, DWORD *count)
{
    WCHAR **names, name[256];

    RegQueryInfoKeyW(key, NULL, NULL, NULL, count, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    if (!(names = calloc(*count + 1, sizeof(*names)))) abort();
    for (DWORD i = 0; i < *count; i++)
    {
        DWORD len = ARRAY_SIZE(name);

        if (RegEnumKeyExW(key, i, name, &len, NULL, NULL, NULL, NULL)) name[0] = 0;
        names[i] = _wcsdup(name);
    }
    qsort(names, *count, sizeof(*names), compare_names);
    return names;
}

static void append_key(struct text *text, HKEY parent, const WCHAR *name, const WCHAR *path)
{
    WCHAR full[512], **names;
    DWORD count;
    HKEY key;

    swprintf(full, ARRAY_SIZE(full), L"%ls\\%ls", path, name);
    append(text, full, wcslen(full));
    append(text, L"\n", 1);
    if (RegOpenKeyExW(parent, name, 0, KEY_READ, &key)) return;
    append_values(text, key, full);
    names = sorted_keys(key, &count);
    for (DWORD i = 0; i < count; i++)
    {
        append_key(text, key, names[i], full);
        free(names[i]);
    }
    free(names);
    RegCloseKey(key);
}

static WCHAR *read_registry(void)
{
    static const WCHAR *const roots[] = {CLASSES L"CLSID", CLASSES L"Interface", CLASSES L"TypeLib",
                                         CLASSES L"AppID", SERVICE_KEY,          SVCHOST_KEY};
    struct text text = {0};

    for (unsigned int i = 0; i < ARRAY_SIZE(roots); i++)
        append_key(&text, HKEY_LOCAL_MACHINE, roots[i], L"");
    return text.buffer;
}

/* Prints the first line that differs. */
#define check_same(a, b) check_same_(__LINE__, a, b)
static void check_same_(int line, const WCHAR *before, const WCHAR *after)
{
    WCHAR a[300] = {0}, b[300] = {0};
    size_t begin = 0, i;

    for (i = 0; before[i] && before[i] == after[i]; i++)
        if (before[i] == '\n') begin = i + 1;
    if (before[i] != after[i])
    {
        lstrcpynW(a, before + begin, ARRAY_SIZE(a));
        lstrcpynW(b, after + begin, ARRAY_SIZE(b));
        if (wcschr(a, '\n')) *wcschr(a, '\n') = 0;
        if (wcschr(b, '\n')) *wcschr(b, '\n') = 0;
    }
    ok_(__FILE__, line)(before[i] == after[i], "There was %s, now there is %s.\n", wine_dbgstr_w(a),
                        wine_dbgstr_w(b));
}

/* ---- single values ---- */

static HKEY open_class(const WCHAR *path, bool is_made)
{
    WCHAR full[256];
    HKEY key = NULL;

    swprintf(full, ARRAY_SIZE(full), CLASSES L"%ls", path);
    if (is_made)
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, full, 0, NULL, 0, KEY_READ | KEY_WRITE, NULL, &key,
                        NULL);
    else if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, full, 0, KEY_READ | KEY_WRITE, &key))
        return NULL;
    return key;
}

static void set_text(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    HKEY key = open_class(path, true);

    RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                   (DWORD)((wcslen(text) + 1) * sizeof(*text)));
    RegCloseKey(key);
}

#define check_text(path, name, text) check_text_(__LINE__, path, name, text)
static void check_text_(int line, const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    WCHAR found[512] = {0};
    DWORD size = sizeof(found);
    HKEY key = open_class(path, false);

    if (key)
    {
        RegGetValueW(key, NULL, name, RRF_RT_REG_SZ, NULL, found, &size);
        RegCloseKey(key);
    }
    ok_(__FILE__, line)(!wcscmp(found, text), "%s: got %s.\n", wine_dbgstr_w(path),
                        wine_dbgstr_w(found));
}

static void delete_value(const WCHAR *path, const WCHAR *name)
{
    HKEY key = open_class(path, false);

    RegDeleteValueW(key, name);
    RegCloseKey(key);
}

static void delete_key(const WCHAR *path)
{
    WCHAR full[256];

    swprintf(full, ARRAY_SIZE(full), CLASSES L"%ls", path);
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, full);
}

#define run(fn) ok((fn)() == S_OK, #fn " failed.\n")

/* ---- tests ---- */

static void test_register(void)
{
    WCHAR *first, *second;

    withstands("P2");
    run(do_register);
    check_text(PLAIN_CLASS L"\\InprocServer32", NULL, module_path);
    check_text(PLAIN_CLASS L"\\InprocServer32", L"ThreadingModel", L"Both");
    check_text(CLASS_3_0 L"\\InprocServer32", NULL, module_path);
    check_text(CLASS_10_3 L"\\InprocServer32", NULL, module_path);
    check_text(INTERFACE_OWN, NULL, L"IBackgroundCopyCallback3");
    check_text(INTERFACE_OWN L"\\NumMethods", NULL, L"8");

    /* Again, and nothing changes. */
    first = read_registry();
    run(do_register);
    second = read_registry();
    check_same(first, second);
    free(first);
    free(second);
    run(do_unregister);
}

static void test_unregister(void)
{
    WCHAR *before = read_registry(), *after;

    run(do_register);
    run(do_unregister);
    after = read_registry();
    check_same(before, after);
    free(after);

    run(do_unregister);
    after = read_registry();
    check_same(before, after);
    free(after);
    free(before);
}

/* A registration that was cut off, or damaged later. */
static void test_unregister_a_part(void)
{
    WCHAR *before = read_registry(), *after;

    withstands("P2");
    run(do_register);
    delete_key(CLASS_3_0);
    delete_key(CLASS_10_3 L"\\InprocServer32");
    delete_value(INTERFACE_OWN, NULL);
    delete_key(INTERFACE_OWN L"\\NumMethods");
    run(do_unregister);
    after = read_registry();
    check_same(before, after);
    free(after);
    free(before);
}

static void test_many_times(void)
{
    WCHAR *before = read_registry(), *after;
    char text[16];
    unsigned int rounds = test_env("OPENBITS_NIGHTLY", text, sizeof(text)) ? NIGHTLY : ROUNDS;

    withstands("P2");
    for (unsigned int i = 0; i < rounds; i++)
    {
        run(do_register);
        run(do_unregister);
    }
    after = read_registry();
    check_same(before, after);
    free(after);
    free(before);
}

/* A copy elsewhere is registered over this one, and goes again. */
static void test_two_folders(void)
{
    WCHAR *before = read_registry(), *after, path[MAX_PATH];
    register_fn register_copy, unregister_copy;
    HMODULE copy;

    withstands("P2");
    com_start(COINIT_MULTITHREADED); /* for the folder */
    ok(CopyFileW(module_path, temp_path(L"qmgr-copy.dll", path), FALSE), "Could not copy.\n");
    copy = LoadLibraryW(path);
    ok(copy != NULL, "Could not load %s.\n", wine_dbgstr_w(path));
    if (copy)
    {
        register_copy = (register_fn)(void *)GetProcAddress(copy, "DllRegisterServer");
        unregister_copy = (register_fn)(void *)GetProcAddress(copy, "DllUnregisterServer");
        run(do_register);
        run(register_copy);
        check_text(PLAIN_CLASS L"\\InprocServer32", NULL, path);
        check_text(CLASS_10_3 L"\\InprocServer32", NULL, path);
        run(unregister_copy);
        run(do_unregister);
        after = read_registry();
        check_same(before, after);
        free(after);
        FreeLibrary(copy);
    }
    DeleteFileW(path);
    com_stop();
    free(before);
}

/* Who works with it works on. */
static void test_unregister_in_use(void)
{
    WCHAR *before = read_registry(), *after;
    IBackgroundCopyJob *job;

    withstands("P2");
    run(do_register);
    com_start(COINIT_MULTITHREADED);
    com_manager();
    run(do_unregister);
    after = read_registry();
    check_same(before, after);
    job = create_job(L"in use", BG_JOB_TYPE_DOWNLOAD);
    ok(job && job_state(job) == BG_JOB_STATE_SUSPENDED, "It does not work any more.\n");
    end_job(job);
    com_stop();
    free(after);
    free(before);
}

/* A client finds out which version there is by asking for each class. */
static void test_class_that_is_not_there(void)
{
    IUnknown *factory = NULL;
    HRESULT hr;

    shows("GEN-4");
    run(do_register);
    delete_key(CLASS_3_0);
    hr = CoGetClassObject(&CLSID_BackgroundCopyManager3_0, CLSCTX_ALL, NULL, &IID_IUnknown,
                          (void **)&factory);
    ok(hr == REGDB_E_CLASSNOTREG && !factory, "Got hr %#lx, %p.\n", hr, factory);
    hr = CoGetClassObject(&CLSID_BackgroundCopyManager10_3, CLSCTX_INPROC_SERVER, NULL,
                          &IID_IUnknown, (void **)&factory);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IUnknown_Release(factory);
    run(do_unregister);
}

static void test_earlier_owner(void)
{
    WCHAR *before, *after;

    set_text(CLASS_3_0, NULL, L"Somebody else's class");
    set_text(CLASS_3_0 L"\\InprocServer32", NULL, OTHER_SERVER);
    set_text(CLASS_3_0 L"\\InprocServer32", L"ThreadingModel", L"Apartment");
    before = read_registry();
    run(do_register);
    run(do_register);
    check_text(CLASS_3_0 L"\\InprocServer32", NULL, module_path);
    check_text(CLASS_3_0 L"\\InprocServer32", L"ThreadingModel", L"Both");
    run(do_unregister);
    after = read_registry();
    check_same(before, after);
    free(after);
    free(before);
    delete_key(CLASS_3_0);
}

static void test_later_owner(void)
{
    static const WCHAR proxy[] = L"{01234567-0123-0123-0123-0123456789AB}";
    WCHAR *after;

    run(do_register);
    set_text(CLASS_3_0 L"\\InprocServer32", NULL, OTHER_SERVER);
    set_text(INTERFACE_OWN L"\\ProxyStubClsid32", NULL, proxy);
    run(do_unregister);
    check_text(CLASS_3_0 L"\\InprocServer32", NULL, OTHER_SERVER);
    check_text(INTERFACE_OWN L"\\ProxyStubClsid32", NULL, proxy);
    check_text(INTERFACE_OWN, NULL, L"IBackgroundCopyCallback3");
    after = read_registry();
    ok(!wcsstr(after, L"OpenBITS"), "Something of ours is left.\n");
    free(after);
    delete_key(CLASS_3_0);
    delete_key(INTERFACE_OWN);
}

/* As regsvr32 /i:service does it, and /u with either order of its two steps. */
static void test_service(void)
{
    WCHAR *before = read_registry(), *after;

    for (unsigned int i = 0; i < 2; i++)
    {
        run(do_register);
        ok(do_install(TRUE, L"service") == S_OK, "Round %u failed.\n", i);
        ok(do_install(TRUE, L"service") == S_OK, "Round %u failed.\n", i);
        check_text(CLASS_3_0, L"AppID", APP_ID);
        check_text(L"AppID\\" APP_ID, L"LocalService", L"BITS");
        if (i) run(do_unregister);
        ok(do_install(FALSE, L"service") == S_OK, "Round %u failed.\n", i);
        if (!i) run(do_unregister);
        after = read_registry();
        check_same(before, after);
        free(after);
    }
    ok(do_install(TRUE, L"other") == E_INVALIDARG, "It installs something else.\n");
    free(before);
}

/* ---- the DLL ---- */

static bool find_server(void)
{
    DWORD size = sizeof(module_path);

    if (!target_is_ours()) return false;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, CLASSES PLAIN_CLASS L"\\InprocServer32", NULL,
                     RRF_RT_REG_SZ, NULL, module_path, &size))
        return false;
    if (!(module = LoadLibraryW(module_path))) return false;
    do_register = (register_fn)(void *)GetProcAddress(module, "DllRegisterServer");
    do_unregister = (register_fn)(void *)GetProcAddress(module, "DllUnregisterServer");
    do_install = (install_fn)(void *)GetProcAddress(module, "DllInstall");
    return do_register && do_unregister && do_install;
}

START_TEST(registration)
{
    if (!find_server())
    {
        win_skip("No server of ours is registered.\n");
        return;
    }
    run(do_unregister);
    RUN_TEST(test_register);
    RUN_TEST(test_unregister);
    RUN_TEST(test_unregister_a_part);
    RUN_TEST(test_many_times);
    RUN_TEST(test_two_folders);
    RUN_TEST(test_unregister_in_use);
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_class_that_is_not_there);
    com_stop();
    RUN_TEST(test_earlier_owner);
    RUN_TEST(test_later_owner);
    RUN_TEST(test_service);
    run(do_register);
    check_text(INTERFACE_JOB, NULL, L"IBackgroundCopyJob");
}
