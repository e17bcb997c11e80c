/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The certificate of this machine. Its key is protected for the machine, not for an account: the
 * queue has owners under several, and all are the same peer to others. The folder keeps users out.
 */
#include "peer/identity.h"

#include <stdlib.h>
#include <string.h>

#include <wincrypt.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "peer/identity_file.h"
#include "peer/machine_sid.h"

/* Clocks of peers differ. */
#define STARTS_BEFORE (300 * FILETIME_PER_SECOND)

/* Without this the data of another program, protected for the machine too, could be put here. */
static const BYTE entropy[] = "OpenBITS peer identity";

static bool unprotect(const struct identity_file *file, struct certificate *out)
{
    DATA_BLOB in = {(DWORD)file->secret_size, (BYTE *)file->secret}, blob;
    DATA_BLOB extra = {sizeof(entropy), (BYTE *)entropy};

    if (!file->secret_size ||
        !CryptUnprotectData(&in, NULL, &extra, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &blob))
        return false;
    if ((out->key = malloc(blob.cbData + 1)) && (out->der = malloc(file->der_size + 1)))
    {
        memcpy(out->key, blob.pbData, out->key_size = blob.cbData);
        memcpy(out->der, file->der, out->der_size = file->der_size);
    }
    SecureZeroMemory(blob.pbData, blob.cbData);
    LocalFree(blob.pbData);
    if (out->der) return true;
    certificate_done(out);
    return false;
}

static uint8_t *read_file(const WCHAR *path, size_t *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    uint8_t *bytes = NULL;
    LARGE_INTEGER length;
    DWORD got;

    *size = 0;
    if (file == INVALID_HANDLE_VALUE) return NULL;
    if (GetFileSizeEx(file, &length) && length.QuadPart > 0 &&
        length.QuadPart <= IDENTITY_FILE_MAX && (bytes = malloc((size_t)length.QuadPart)) &&
        ReadFile(file, bytes, (DWORD)length.QuadPart, &got, NULL))
        *size = got;
    CloseHandle(file);
    return bytes;
}

/* The certificate in the file, whatever its age. */
static bool load(const WCHAR *path, struct identity *out)
{
    struct identity_file file;
    uint8_t *bytes;
    size_t size;
    bool ok;

    memset(out, 0, sizeof(*out));
    if (!(bytes = read_file(path, &size))) return false;
    ok = identity_file_read(bytes, size, &file) && unprotect(&file, &out->certificate);
    free(bytes);
    if (ok &&
        SUCCEEDED(certificate_read(out->certificate.der, out->certificate.der_size, &out->facts)) &&
        certificate_has_key(&out->certificate))
        return true;

    LOG_WARN(LOG_PEER, "The file of this machine's certificate is damaged, or not this machine's");
    identity_done(out);
    return false;
}

static HRESULT write_new(const WCHAR *path, const uint8_t *bytes, size_t size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    HRESULT hr = S_OK;
    DWORD written;

    if (file == INVALID_HANDLE_VALUE) return err_from_last_error();
    if (!WriteFile(file, bytes, (DWORD)size, &written, NULL) || !FlushFileBuffers(file))
        hr = err_from_last_error();
    else if (written != size)
        hr = E_FAIL;
    CloseHandle(file);
    return hr;
}

/* Under a new name first: a file cut by a crash would cost us the key. */
static HRESULT replace_file(const WCHAR *path, const uint8_t *bytes, size_t size)
{
    static const WCHAR suffix[] = L".new";
    size_t len = str_len(path);
    WCHAR *other = malloc((len + ARRAY_COUNT(suffix)) * sizeof(WCHAR));
    HRESULT hr;

    if (!other) return E_OUTOFMEMORY;
    memcpy(other, path, len * sizeof(WCHAR));
    memcpy(other + len, suffix, sizeof(suffix));
    hr = write_new(other, bytes, size);
    if (SUCCEEDED(hr) &&
        !MoveFileExW(other, path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        hr = err_from_last_error();
    if (FAILED(hr)) DeleteFileW(other);
    free(other);
    return hr;
}

static HRESULT save(const WCHAR *path, const struct certificate *certificate)
{
    DATA_BLOB in = {(DWORD)certificate->key_size, certificate->key}, blob;
    DATA_BLOB extra = {sizeof(entropy), (BYTE *)entropy};
    struct identity_file file = {certificate->der, certificate->der_size, NULL, 0};
    uint8_t *bytes;
    size_t size;
    HRESULT hr;

    if (!CryptProtectData(&in, NULL, &extra, NULL, NULL,
                          CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &blob))
        return err_from_last_error();
    file.secret = blob.pbData;
    file.secret_size = blob.cbData;
    hr = identity_file_make(&file, &bytes, &size);
    if (SUCCEEDED(hr)) hr = replace_file(path, bytes, size);
    free(bytes);
    LocalFree(blob.pbData);
    return hr;
}

/* Not early in its life either: a clock that was wrong then may have been put right since. */
static bool is_fresh(const struct identity *identity, filetime_t now)
{
    const struct certificate_rules rules = {now, CERTIFICATE_USE_ANY, CERTIFICATE_USE_ANY, false};

    return certificate_check(&identity->facts, &rules) == CERTIFICATE_GOOD &&
           !identity_is_outdated(identity, now);
}

static HRESULT make(const struct certificate *old, const char *sid, const char *dns_name,
                    filetime_t now, struct identity *out)
{
    struct certificate_request request = {.sid = sid,
                                          .dns_name = dns_name,
                                          .not_before =
                                              now > STARTS_BEFORE ? now - STARTS_BEFORE : 0,
                                          .key_bits = CERTIFICATE_KEY_BITS,
                                          .key = old->key,
                                          .key_size = old->key_size};
    HRESULT hr;

    request.not_after = request.not_before + CERTIFICATE_DAYS * CERTIFICATE_DAY;
    if (FAILED(hr = certificate_make(&request, &out->certificate))) return hr;
    hr = certificate_read(out->certificate.der, out->certificate.der_size, &out->facts);
    if (FAILED(hr)) identity_done(out);
    return hr;
}

HRESULT identity_open(const WCHAR *path, filetime_t now, struct identity *out)
{
    char sid[CERTIFICATE_SID_SIZE], dns_name[CERTIFICATE_DNS_NAME_SIZE];
    struct identity old;
    HRESULT hr;

    lock_assert_none_held();
    memset(out, 0, sizeof(*out));
    if (FAILED(hr = machine_sid(sid))) return hr;
    machine_dns_name(dns_name);

    if (load(path, &old))
    {
        bool is_ours = !strcmp(old.facts.sid, sid);

        if (is_ours && !strcmp(old.facts.dns_name, dns_name) && is_fresh(&old, now))
        {
            *out = old;
            return S_OK;
        }
        /* The copy of another machine must not keep its key, nor one that became too weak. */
        if (!is_ours || old.facts.key_bits < CERTIFICATE_KEY_BITS) identity_done(&old);
    }

    hr = make(&old.certificate, sid, dns_name, now, out);
    identity_done(&old);
    if (FAILED(hr)) return hr;
    if (FAILED(hr = save(path, &out->certificate)))
        LOG_WARN(LOG_PEER, "This machine's certificate could not be kept (%#x)", (unsigned int)hr);
    return S_OK;
}

void identity_done(struct identity *identity)
{
    certificate_done(&identity->certificate);
    memset(identity, 0, sizeof(*identity));
}

filetime_t identity_next_renewal(const struct identity *identity)
{
    return identity->facts.not_after > IDENTITY_RENEWED_BEFORE
               ? identity->facts.not_after - IDENTITY_RENEWED_BEFORE
               : 0;
}

bool identity_is_outdated(const struct identity *identity, filetime_t now)
{
    return now > identity_next_renewal(identity) || now < identity->facts.not_before;
}
