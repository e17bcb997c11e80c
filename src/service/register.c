/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Registration. Somebody else may own a part of these keys: Windows' own BITS, or Wine's, has the
 * plain class and proxies of its own, and must find everything as it was when we go. */
#include "service/register.h"

#include <objbase.h>
#include <oleauto.h>
#include <rpcproxy.h>

#include "base/str.h"
#include "com/class_factory.h"
#include "service/class_keys.h"

#define KEY_SIZE  192
#define GUID_SIZE 39

/* Of dlldata.c, which widl makes. */
void RPC_ENTRY GetProxyDllInfo(const ProxyFileInfo ***files, const CLSID **clsid);

struct module_path
{
    WCHAR text[MAX_PATH];
};

static HRESULT get_module_path(HINSTANCE module, struct module_path *path)
{
    DWORD len = GetModuleFileNameW(module, path->text, MAX_PATH);
    return len && len < MAX_PATH ? S_OK : E_UNEXPECTED;
}

static const WCHAR *file_name(const WCHAR *path)
{
    size_t len = str_len(path);

    while (len && path[len - 1] != '\\' && path[len - 1] != '/')
        len--;
    return path + len;
}

/* "CLSID", a GUID and "InprocServer32" make one path. */
static void make_path(WCHAR out[KEY_SIZE], const WCHAR *root, const GUID *id, const WCHAR *below)
{
    WCHAR text[GUID_SIZE];
    const WCHAR *parts[5] = {root, L"\\", text, *below ? L"\\" : L"", below};
    size_t len = 0;

    guid_format(id, text);
    for (unsigned int i = 0; i < ARRAY_COUNT(parts); i++)
        for (const WCHAR *c = parts[i]; *c && len + 1 < KEY_SIZE; c++)
            out[len++] = *c;
    out[len] = 0;
}

/* ---- classes ---- */

/* Is it this DLL, wherever it lay when it was registered? */
static bool is_our_server(const WCHAR *key, const struct module_path *module)
{
    WCHAR found[CLASS_TEXT_MAX];

    if (!class_key_get(key, NULL, found)) return false;
    return str_is_equal_nocase(file_name(found), file_name(module->text));
}

static HRESULT register_class(const CLSID *clsid, const WCHAR *name,
                              const struct module_path *module)
{
    WCHAR key[KEY_SIZE], server[KEY_SIZE];
    HRESULT hr;

    make_path(key, L"CLSID", clsid, L"");
    make_path(server, L"CLSID", clsid, L"InprocServer32");
    if (FAILED(hr = class_key_take(server, NULL, module->text))) return hr;
    if (FAILED(hr = class_key_take(server, L"ThreadingModel", L"Both"))) return hr;
    return class_key_set_if_absent(key, NULL, name);
}

static HRESULT unregister_class(const CLSID *clsid, const WCHAR *name,
                                const struct module_path *module)
{
    HRESULT (*leave)(const WCHAR *, const WCHAR *) = class_key_forget;
    WCHAR key[KEY_SIZE], server[KEY_SIZE];
    HRESULT hr;

    make_path(key, L"CLSID", clsid, L"");
    make_path(server, L"CLSID", clsid, L"InprocServer32");
    if (is_our_server(server, module)) leave = class_key_give_back;
    if (FAILED(hr = leave(server, NULL))) return hr;
    if (FAILED(hr = leave(server, L"ThreadingModel"))) return hr;
    if (class_key_is(key, NULL, name) && FAILED(hr = class_key_clear(key, NULL))) return hr;
    return class_key_prune(server);
}

static HRESULT for_each_class(HRESULT (*fn)(const CLSID *, const WCHAR *,
                                            const struct module_path *),
                              const struct module_path *module)
{
    const ProxyFileInfo **files;
    const CLSID *proxy;
    HRESULT hr, first = S_OK;

    GetProxyDllInfo(&files, &proxy);
    first = fn(proxy, L"OpenBITS proxy and stub", module);
    for (unsigned int i = 0; i < CLASS_COUNT; i++)
    {
        hr = fn(class_infos[i].clsid, class_infos[i].name, module);
        if (SUCCEEDED(first)) first = hr;
    }
    return first;
}

/* ---- proxies ---- */

struct interface_info
{
    const IID *iid;
    const char *name;
    unsigned int methods;
    WCHAR proxy[GUID_SIZE];
};

static void widen(WCHAR *out, size_t size, const char *text)
{
    size_t len = 0;

    for (; text[len] && len + 1 < size; len++)
        out[len] = (unsigned char)text[len];
    out[len] = 0;
}

static void format_number(WCHAR out[12], unsigned int number)
{
    WCHAR digits[12];
    unsigned int count = 0;

    do
        digits[count++] = (WCHAR)('0' + number % 10);
    while (number /= 10);
    while (count)
        *out++ = digits[--count];
    *out = 0;
}

static HRESULT register_interface(const struct interface_info *info)
{
    WCHAR key[KEY_SIZE], stub[KEY_SIZE], methods[KEY_SIZE], name[CLASS_TEXT_MAX], number[12];
    HRESULT hr;

    make_path(key, L"Interface", info->iid, L"");
    make_path(stub, L"Interface", info->iid, L"ProxyStubClsid32");
    make_path(methods, L"Interface", info->iid, L"NumMethods");
    widen(name, CLASS_TEXT_MAX, info->name);
    format_number(number, info->methods);

    if (FAILED(hr = class_key_take(stub, NULL, info->proxy))) return hr;
    if (FAILED(hr = class_key_set_if_absent(methods, NULL, number))) return hr;
    return class_key_set_if_absent(key, NULL, name);
}

/* Name and number of methods are the same whoever marshals; they go with the last one who does. */
static HRESULT unregister_interface(const struct interface_info *info)
{
    WCHAR key[KEY_SIZE], stub[KEY_SIZE], methods[KEY_SIZE], found[CLASS_TEXT_MAX];
    HRESULT hr;

    make_path(key, L"Interface", info->iid, L"");
    make_path(stub, L"Interface", info->iid, L"ProxyStubClsid32");
    make_path(methods, L"Interface", info->iid, L"NumMethods");

    if (class_key_is(stub, NULL, info->proxy))
        hr = class_key_give_back(stub, NULL);
    else
        hr = class_key_forget(stub, NULL);
    if (FAILED(hr)) return hr;
    if (class_key_get(stub, NULL, found)) return S_OK;
    if (FAILED(hr = class_key_clear(key, NULL))) return hr;
    if (FAILED(hr = class_key_clear(methods, NULL))) return hr;
    if (FAILED(hr = class_key_prune(methods))) return hr;
    return class_key_prune(stub);
}

static HRESULT for_each_interface(HRESULT (*fn)(const struct interface_info *))
{
    const ProxyFileInfo **files;
    struct interface_info info;
    HRESULT hr, first = S_OK;
    const CLSID *proxy;

    GetProxyDllInfo(&files, &proxy);
    guid_format(proxy, info.proxy);
    for (; *files; files++)
        for (unsigned int i = 0; i < (*files)->TableSize; i++)
        {
            info.iid = (*files)->pStubVtblList[i]->header.piid;
            info.name = (*files)->pNamesArray[i];
            info.methods = (*files)->pStubVtblList[i]->header.DispatchTableCount;
            hr = fn(&info);
            if (SUCCEEDED(first)) first = hr;
        }
    return first;
}

/* ---- type library ---- */

#ifdef _WIN64
#define TYPELIB_PLATFORM L"0\\win64"
#else
#define TYPELIB_PLATFORM L"0\\win32"
#endif

struct typelib_info
{
    GUID id;
    WCHAR version[24]; /* as in the registry: hexadecimal, with a dot */
    WCHAR name[64];
};

static void format_hex(WCHAR **out, unsigned int number)
{
    if (number >= 16) format_hex(out, number / 16);
    *(*out)++ = L"0123456789abcdef"[number % 16];
}

/* S_FALSE: the DLL has none. */
static HRESULT load_typelib(const struct module_path *module, struct typelib_info *info)
{
    BSTR description = NULL;
    WCHAR *end = info->version;
    TLIBATTR *attributes;
    ITypeLib *library;
    HRESULT hr;

    if (FAILED(LoadTypeLibEx(module->text, REGKIND_NONE, &library))) return S_FALSE;
    if (SUCCEEDED(hr = ITypeLib_GetLibAttr(library, &attributes)))
    {
        info->id = attributes->guid;
        format_hex(&end, attributes->wMajorVerNum);
        *end++ = '.';
        format_hex(&end, attributes->wMinorVerNum);
        *end = 0;
        ITypeLib_ReleaseTLibAttr(library, attributes);
    }
    ITypeLib_GetDocumentation(library, -1, NULL, &description, NULL, NULL);
    lstrcpynW(info->name, description ? description : L"OpenBITS", ARRAY_COUNT(info->name));
    SysFreeString(description);
    ITypeLib_Release(library);
    return hr;
}

static void typelib_path(WCHAR out[KEY_SIZE], const struct typelib_info *info, const WCHAR *below)
{
    WCHAR tail[KEY_SIZE];
    size_t len = 0;

    for (const WCHAR *c = info->version; *c; c++)
        tail[len++] = *c;
    if (*below) tail[len++] = '\\';
    for (const WCHAR *c = below; *c; c++)
        tail[len++] = *c;
    tail[len] = 0;
    make_path(out, L"TypeLib", &info->id, tail);
}

static HRESULT register_typelib(const struct module_path *module)
{
    WCHAR key[KEY_SIZE], flags[KEY_SIZE], file[KEY_SIZE];
    struct typelib_info info;
    HRESULT hr;

    if ((hr = load_typelib(module, &info)) != S_OK) return FAILED(hr) ? hr : S_OK;
    typelib_path(key, &info, L"");
    typelib_path(flags, &info, L"FLAGS");
    typelib_path(file, &info, TYPELIB_PLATFORM);
    if (FAILED(hr = class_key_take(file, NULL, module->text))) return hr;
    if (FAILED(hr = class_key_set_if_absent(flags, NULL, L"0"))) return hr;
    return class_key_set_if_absent(key, NULL, info.name);
}

/* The library of the other architecture may have to stay. */
static HRESULT unregister_typelib(const struct module_path *module)
{
    WCHAR key[KEY_SIZE], flags[KEY_SIZE], file[KEY_SIZE], win32[KEY_SIZE], win64[KEY_SIZE];
    WCHAR found[CLASS_TEXT_MAX];
    struct typelib_info info;
    HRESULT hr;

    if ((hr = load_typelib(module, &info)) != S_OK) return FAILED(hr) ? hr : S_OK;
    typelib_path(key, &info, L"");
    typelib_path(flags, &info, L"FLAGS");
    typelib_path(file, &info, TYPELIB_PLATFORM);
    typelib_path(win32, &info, L"0\\win32");
    typelib_path(win64, &info, L"0\\win64");

    hr = is_our_server(file, module) ? class_key_give_back(file, NULL)
                                     : class_key_forget(file, NULL);
    if (FAILED(hr)) return hr;
    if (class_key_get(win32, NULL, found) || class_key_get(win64, NULL, found))
        return class_key_prune(file);
    if (FAILED(hr = class_key_clear(key, NULL))) return hr;
    if (FAILED(hr = class_key_clear(flags, NULL))) return hr;
    if (FAILED(hr = class_key_prune(flags))) return hr;
    return class_key_prune(file);
}

/* ---- all of it ---- */

HRESULT unregister_all(HINSTANCE module)
{
    HRESULT hr, classes, interfaces, typelib;
    struct module_path path;

    if (FAILED(hr = get_module_path(module, &path))) return hr;
    typelib = unregister_typelib(&path);
    interfaces = for_each_interface(unregister_interface);
    classes = for_each_class(unregister_class, &path);
    if (FAILED(typelib)) return typelib;
    return FAILED(interfaces) ? interfaces : classes;
}

HRESULT register_all(HINSTANCE module)
{
    struct module_path path;
    HRESULT hr;

    if (FAILED(hr = get_module_path(module, &path))) return hr;
    hr = for_each_interface(register_interface);
    if (SUCCEEDED(hr)) hr = for_each_class(register_class, &path);
    if (SUCCEEDED(hr)) hr = register_typelib(&path);
    if (FAILED(hr)) unregister_all(module);
    return hr;
}
