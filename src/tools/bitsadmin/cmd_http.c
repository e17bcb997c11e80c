/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How requests of HTTP are made: headers, method, client certificate, what is accepted. */
#include "command.h"

#include <stdlib.h>
#include <wchar.h>

#define HASH_SIZE 20

/* ---- headers and method ---- */

void print_header_lines(WCHAR *headers, const WCHAR *before)
{
    for (WCHAR *line = headers, *end; line && *line; line = end)
    {
        end = line + wcscspn(line, L"\r\n");
        while (*end == '\r' || *end == '\n')
            *end++ = 0;
        out_print(L"%ls%ls\n", before, printable(line));
    }
}

static HRESULT get_headers(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    WCHAR *headers = NULL;
    HRESULT hr = IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &headers);

    (void)args;
    if (FAILED(hr)) return hr;
    if (headers && *headers)
        print_header_lines(headers, L"");
    else
        out_value(session, L"NULL");
    CoTaskMemFree(headers);
    return S_OK;
}

static HRESULT set_headers(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    WCHAR *headers;
    size_t len = 1;
    HRESULT hr;

    (void)session;
    for (int i = 0; i < args->count; i++)
        len += wcslen(args->words[i]) + 2;
    if (!(headers = calloc(len, sizeof(*headers)))) return E_OUTOFMEMORY;
    for (int i = 0; i < args->count; i++)
    {
        wcscat(headers, args->words[i]);
        wcscat(headers, L"\r\n");
    }
    if (args->count == 1 && !null_word(args->words[0]))
        hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, NULL);
    else
        hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, headers);
    free(headers);
    if (SUCCEEDED(hr)) out_print(L"Custom headers set.\n");
    return hr;
}

static HRESULT make_write_only(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions3 *options = job;
    HRESULT hr = IBackgroundCopyJobHttpOptions3_MakeCustomHeadersWriteOnly(options);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"Custom headers are write-only.\n");
    return hr;
}

static HRESULT get_method(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions2 *options = job;
    WCHAR *method = NULL;
    HRESULT hr = IBackgroundCopyJobHttpOptions2_GetHttpMethod(options, &method);

    (void)args;
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(method));
    CoTaskMemFree(method);
    return S_OK;
}

static HRESULT set_method(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions2 *options = job;
    HRESULT hr = IBackgroundCopyJobHttpOptions2_SetHttpMethod(options, args->words[0]);

    (void)session;
    if (SUCCEEDED(hr)) out_print(L"HTTP method set to %ls.\n", args->words[0]);
    return hr;
}

/* ---- what is accepted ---- */

static HRESULT get_security(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    ULONG flags;
    HRESULT hr = IBackgroundCopyJobHttpOptions_GetSecurityFlags(options, &flags);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, session->is_raw ? L"%lu" : L"0x%lx", flags);
}

static HRESULT set_security(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags))
        return session_refuse(session, L"Invalid number %ls", args->words[0]);
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, flags);
    if (SUCCEEDED(hr)) out_print(L"Security flags set to 0x%lx.\n", flags);
    return hr;
}

/* ---- the client's certificate ---- */

/* As the command line counts them, from 1. */
static const WCHAR *const locations[] = {L"CURRENT_USER",
                                         L"LOCAL_MACHINE",
                                         L"CURRENT_SERVICE",
                                         L"SERVICES",
                                         L"USERS",
                                         L"CURRENT_USER_GROUP_POLICY",
                                         L"LOCAL_MACHINE_GROUP_POLICY",
                                         L"LOCAL_MACHINE_ENTERPRISE"};

static HRESULT parse_location(struct session *session, const WCHAR *word,
                              BG_CERT_STORE_LOCATION *location)
{
    int place = find_name(word, locations, ARRAYSIZE(locations));
    DWORD number;

    if (place < 0 && parse_number(word, &number) && number >= 1 && number <= ARRAYSIZE(locations))
        place = (int)number - 1;
    if (place < 0)
        return session_refuse(session,
                              L"Invalid location %ls: it is a number from 1 (CURRENT_USER) to 8, "
                              L"or its name",
                              word);
    *location = (BG_CERT_STORE_LOCATION)place;
    return S_OK;
}

/* 40 digits, which may have blanks between them as certificate viewers write them. */
static BOOL parse_hash(const WCHAR *word, BYTE hash[HASH_SIZE])
{
    WCHAR digits[5] = L"0x";
    DWORD value;
    int count = 0;

    for (; *word; word++)
    {
        if (*word == ' ' || *word == ':') continue;
        if (count == 2 * HASH_SIZE) return FALSE;
        digits[2 + count % 2] = *word;
        if (count++ % 2 == 0) continue;
        if (!parse_number(digits, &value)) return FALSE;
        hash[count / 2 - 1] = (BYTE)value;
    }
    return count == 2 * HASH_SIZE;
}

static HRESULT get_certificate(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    WCHAR *store = NULL, *subject = NULL;
    BG_CERT_STORE_LOCATION location;
    BYTE *hash = NULL;
    HRESULT hr;

    (void)session, (void)args;
    hr = IBackgroundCopyJobHttpOptions_GetClientCertificate(options, &location, &store, &hash,
                                                            &subject);
    if (hr == HRESULT_FROM_WIN32(RPC_X_BAD_STUB_DATA))
        return out_value(session, L"No client certificate is set.");
    if (FAILED(hr)) return hr;
    out_print(L"STORE LOCATION: %ls\nSTORE NAME:     %ls\nHASH:           ",
              (unsigned int)location < ARRAYSIZE(locations) ? locations[location] : L"UNKNOWN",
              text_or_null(store));
    for (int i = 0; hash && i < HASH_SIZE; i++)
        out_print(L"%02x", hash[i]);
    out_print(L"\nSUBJECT NAME:   %ls\n", text_or_null(subject));
    CoTaskMemFree(store);
    CoTaskMemFree(hash);
    CoTaskMemFree(subject);
    return S_OK;
}

static HRESULT set_certificate_by_id(struct session *session, void *job,
                                     const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    BG_CERT_STORE_LOCATION location;
    BYTE hash[HASH_SIZE];
    HRESULT hr;

    if (FAILED(hr = parse_location(session, args->words[0], &location))) return hr;
    if (!parse_hash(args->words[2], hash))
        return session_refuse(session, L"Invalid hash %ls: it has 40 hexadecimal digits",
                              args->words[2]);
    hr = IBackgroundCopyJobHttpOptions_SetClientCertificateByID(options, location, args->words[1],
                                                                hash);
    if (SUCCEEDED(hr)) out_print(L"Client certificate set.\n");
    return hr;
}

static HRESULT set_certificate_by_name(struct session *session, void *job,
                                       const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    BG_CERT_STORE_LOCATION location;
    HRESULT hr;

    if (FAILED(hr = parse_location(session, args->words[0], &location))) return hr;
    hr = IBackgroundCopyJobHttpOptions_SetClientCertificateByName(options, location, args->words[1],
                                                                  args->words[2]);
    if (SUCCEEDED(hr)) out_print(L"Client certificate set.\n");
    return hr;
}

static HRESULT remove_certificate(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyJobHttpOptions *options = job;
    HRESULT hr = IBackgroundCopyJobHttpOptions_RemoveClientCertificate(options);

    (void)session, (void)args;
    if (hr == S_FALSE)
        out_print(L"No client certificate was set.\n");
    else if (SUCCEEDED(hr))
        out_print(L"Client certificate removed.\n");
    return hr;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/getcustomheaders", L"job", 1, 1, IBackgroundCopyJobHttpOptions, get_headers,
                L"get custom headers", L"The header lines that are added to each request"),
    JOB_COMMAND(L"/setcustomheaders", L"job header [header ...]", 2, -1,
                IBackgroundCopyJobHttpOptions, set_headers, L"set custom headers",
                L"One word for each line, as \"Name: value\"; NULL for none"),
    JOB_COMMAND(L"/makecustomheaderswriteonly", L"job", 1, 1, IBackgroundCopyJobHttpOptions3,
                make_write_only, L"make custom headers write-only",
                L"Nobody can read them from now on; cannot be undone"),
    JOB_COMMAND(L"/gethttpmethod", L"job", 1, 1, IBackgroundCopyJobHttpOptions2, get_method,
                L"get HTTP method", L"The method of its requests"),
    JOB_COMMAND(L"/sethttpmethod", L"job method", 2, 2, IBackgroundCopyJobHttpOptions2, set_method,
                L"set HTTP method", L"Another one than GET or BITS_POST"),
    JOB_COMMAND(L"/getclientcertificate", L"job", 1, 1, IBackgroundCopyJobHttpOptions,
                get_certificate, L"get client certificate", L"The certificate that it shows"),
    JOB_COMMAND(L"/setclientcertificatebyid", L"job location store hash", 4, 4,
                IBackgroundCopyJobHttpOptions, set_certificate_by_id, L"set client certificate",
                L"By its SHA-1; locations: 1 CURRENT_USER, 2 LOCAL_MACHINE, 3 CURRENT_SERVICE, 4 "
                L"SERVICES, 5 USERS, 6 CURRENT_USER_GROUP_POLICY, 7 LOCAL_MACHINE_GROUP_POLICY, 8 "
                L"LOCAL_MACHINE_ENTERPRISE"),
    JOB_COMMAND(L"/setclientcertificatebyname", L"job location store subject", 4, 4,
                IBackgroundCopyJobHttpOptions, set_certificate_by_name, L"set client certificate",
                L"By its subject"),
    JOB_COMMAND(L"/removeclientcertificate", L"job", 1, 1, IBackgroundCopyJobHttpOptions,
                remove_certificate, L"remove client certificate", L"Shows none"),
    JOB_COMMAND(L"/getsecurityflags", L"job", 1, 1, IBackgroundCopyJobHttpOptions, get_security,
                L"get security flags", L"What is accepted from servers"),
    JOB_COMMAND(L"/setsecurityflags", L"job flags", 2, 2, IBackgroundCopyJobHttpOptions,
                set_security, L"set security flags",
                L"A sum of 0x1 check revocation, and accepted: 0x2 wrong name, 0x4 wrong date, 0x8 "
                L"unknown authority, 0x10 wrong usage; redirects: 0x100 report, 0x200 refuse, "
                L"0x800 from HTTPS to HTTP too"),
};

COMMAND_TABLE(http_commands, L"HTTP", NULL, commands);
