/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tokens of the system's security packages. */
#define SECURITY_WIN32
#include "net/http_sspi.h"

#include <stdlib.h>
#include <string.h>

#include <security.h>

#include "base/log.h"
#include "base/str.h"

#define NAME_MAX_LEN 320

struct http_sspi
{
    CredHandle credentials;
    CtxtHandle context;
    bool has_context;
    WCHAR service[NAME_MAX_LEN];
};

static bool make_service_name(struct http_sspi *sspi, const char *host)
{
    static const WCHAR prefix[] = L"HTTP/";
    size_t len = ARRAY_COUNT(prefix) - 1;

    memcpy(sspi->service, prefix, sizeof(prefix));
    return str_decode_utf8(host, sspi->service + len, NAME_MAX_LEN - len);
}

static HRESULT take_credentials(struct http_sspi *sspi, enum http_auth_scheme scheme,
                                const struct http_login *login)
{
    WCHAR *package = (WCHAR *)(scheme == HTTP_AUTH_NTLM ? L"NTLM" : L"Negotiate");
    SEC_WINNT_AUTH_IDENTITY_W identity = {.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE};
    const WCHAR *user = login->user;
    TimeStamp expiry;

    if (user)
    {
        const WCHAR *slash = wcschr(user, '\\');

        if (slash)
        {
            identity.Domain = (unsigned short *)user;
            identity.DomainLength = (unsigned long)(slash - user);
            user = slash + 1;
        }
        identity.User = (unsigned short *)user;
        identity.UserLength = (unsigned long)wcslen(user);
        identity.Password = (unsigned short *)login->password;
        identity.PasswordLength = login->password ? (unsigned long)wcslen(login->password) : 0;
    }
    return AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_OUTBOUND, NULL,
                                     user ? &identity : NULL, NULL, NULL, &sspi->credentials,
                                     &expiry);
}

static HRESULT step(struct http_sspi *sspi, const void *data, size_t size,
                    struct ntlm_message *token)
{
    SecBuffer in = {(unsigned long)size, SECBUFFER_TOKEN, (void *)data}, out = {0};
    SecBufferDesc ins = {SECBUFFER_VERSION, 1, &in}, outs = {SECBUFFER_VERSION, 1, &out};
    unsigned long attributes;
    SECURITY_STATUS status;
    TimeStamp expiry;

    *token = (struct ntlm_message){NULL, 0};
    out.BufferType = SECBUFFER_TOKEN;
    status = InitializeSecurityContextW(
        &sspi->credentials, sspi->has_context ? &sspi->context : NULL, sspi->service,
        ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_CONNECTION, 0, SECURITY_NETWORK_DREP, data ? &ins : NULL,
        0, &sspi->context, &outs, &attributes, &expiry);
    if (SUCCEEDED(status)) sspi->has_context = true;
    if (status == SEC_I_COMPLETE_NEEDED || status == SEC_I_COMPLETE_AND_CONTINUE)
        status = CompleteAuthToken(&sspi->context, &outs);
    if (SUCCEEDED(status) && out.pvBuffer && out.cbBuffer)
    {
        if ((token->data = malloc(out.cbBuffer)))
        {
            memcpy(token->data, out.pvBuffer, out.cbBuffer);
            token->size = out.cbBuffer;
        }
        else
            status = E_OUTOFMEMORY;
    }
    else if (SUCCEEDED(status))
        status = E_FAIL; /* nothing to send */
    if (out.pvBuffer) FreeContextBuffer(out.pvBuffer);
    return FAILED(status) ? (HRESULT)status : S_OK;
}

HRESULT http_sspi_begin(enum http_auth_scheme scheme, const struct http_login *login,
                        const char *host, struct http_sspi **out, struct ntlm_message *token)
{
    struct http_sspi *sspi = calloc(1, sizeof(*sspi));
    HRESULT hr;

    *out = NULL;
    *token = (struct ntlm_message){NULL, 0};
    if (!sspi) return E_OUTOFMEMORY;
    if (!make_service_name(sspi, host))
        hr = E_INVALIDARG;
    else if (SUCCEEDED(hr = take_credentials(sspi, scheme, login)))
    {
        if (SUCCEEDED(hr = step(sspi, NULL, 0, token)))
        {
            *out = sspi;
            return S_OK;
        }
        FreeCredentialsHandle(&sspi->credentials);
    }
    free(sspi);
    LOG_INFO(LOG_HTTP, "the system has no token to authenticate with: %#lx", (unsigned long)hr);
    return hr;
}

HRESULT http_sspi_step(struct http_sspi *sspi, const void *data, size_t size,
                       struct ntlm_message *token)
{
    return step(sspi, data, size, token);
}

void http_sspi_end(struct http_sspi *sspi)
{
    if (!sspi) return;
    if (sspi->has_context) DeleteSecurityContext(&sspi->context);
    FreeCredentialsHandle(&sspi->credentials);
    free(sspi);
}
