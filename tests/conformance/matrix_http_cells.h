/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJobHttpOptions to HttpOptions3 and IBitsTokenOptions. No include guard: read
 * twice. */
/* clang-format off */

#define H o->http
#define T o->token
#define CERT_BY_ID(location, store, hash) IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(H, (BG_CERT_STORE_LOCATION)(location), (WCHAR *)(store), hash)
#define CERT_BY_NAME(location, store, name) IBackgroundCopyJobHttpOptions3_SetClientCertificateByName(H, (BG_CERT_STORE_LOCATION)(location), (WCHAR *)(store), (WCHAR *)(name))

NEEDS("http", SetClientCertificateByID, "NULL store", NULL_WRITE, E_INVALIDARG, CERT_BY_ID(0, NULL, hash))
NEEDS("http", SetClientCertificateByID, "NULL hash", NULL_WRITE, E_INVALIDARG, CERT_BY_ID(0, L"MY", NULL))
NEEDS("http", SetClientCertificateByID, "location 8", BAD, E_NOTIMPL, CERT_BY_ID(8, L"MY", hash))
NEEDS("http", SetClientCertificateByID, "location -1", BAD, E_NOTIMPL, CERT_BY_ID(-1, L"MY", hash))
NEEDS("http", SetClientCertificateByID, "256 characters", BAD, BG_E_STRING_TOO_LONG, CERT_BY_ID(0, text_of(256), hash))
NEEDS("http", SetClientCertificateByID, "not there", BAD, CERT_NOT_FOUND, CERT_BY_ID(0, L"MY", hash))
NEEDS("http", SetClientCertificateByName, "NULL store", NULL_WRITE, E_INVALIDARG, CERT_BY_NAME(0, NULL, L"x"))
NEEDS("http", SetClientCertificateByName, "NULL name", NULL_WRITE, E_INVALIDARG, CERT_BY_NAME(0, L"MY", NULL))
NEEDS("http", SetClientCertificateByName, "location 8", BAD, E_NOTIMPL, CERT_BY_NAME(8, L"MY", L"x"))
NEEDS("http", SetClientCertificateByName, "256 characters", BAD, BG_E_STRING_TOO_LONG, CERT_BY_NAME(0, L"MY", text_of(256)))
NEEDS("http", SetClientCertificateByName, "long store", BAD, BG_E_STRING_TOO_LONG, CERT_BY_NAME(0, text_of(256), L"x"))
NEEDS("http", SetClientCertificateByName, "not there", BAD, CERT_NOT_FOUND, CERT_BY_NAME(0, L"MY", L"nobody at all"))
NEEDS("http", RemoveClientCertificate, "none", CHANGE, S_FALSE, IBackgroundCopyJobHttpOptions3_RemoveClientCertificate(H))
NEEDS("http", GetClientCertificate, "NULL location", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetClientCertificate(H, NULL, &out.text, &out.bytes, &out.text2))
NEEDS("http", GetClientCertificate, "NULL store", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetClientCertificate(H, &out.location, NULL, &out.bytes, &out.text2))
NEEDS("http", GetClientCertificate, "NULL hash", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetClientCertificate(H, &out.location, &out.text, NULL, &out.text2))
NEEDS("http", GetClientCertificate, "NULL subject", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetClientCertificate(H, &out.location, &out.text, &out.bytes, NULL))
NEEDS("http", GetClientCertificate, "none", ANY_STATE, HRESULT_FROM_WIN32(RPC_X_BAD_STUB_DATA), IBackgroundCopyJobHttpOptions3_GetClientCertificate(H, &out.location, &out.text, &out.bytes, &out.text2))
NEEDS("http", SetCustomHeaders, "one", CHANGE, S_OK, IBackgroundCopyJobHttpOptions3_SetCustomHeaders(H, L"X-A: b\r\n"))
NEEDS("http", SetCustomHeaders, "16,384 characters", BAD, BG_E_STRING_TOO_LONG, IBackgroundCopyJobHttpOptions3_SetCustomHeaders(H, text_of(16384)))
NEEDS("http", SetCustomHeaders, "60,000 characters", BAD, BG_E_STRING_TOO_LONG, IBackgroundCopyJobHttpOptions3_SetCustomHeaders(H, text_of(60000)))
NEEDS("http", SetCustomHeaders, "NULL", CHANGE, S_OK, IBackgroundCopyJobHttpOptions3_SetCustomHeaders(H, NULL))
NEEDS("http", GetCustomHeaders, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetCustomHeaders(H, NULL))
NEEDS("http", GetCustomHeaders, "none", ANY_STATE, S_FALSE, kept(IBackgroundCopyJobHttpOptions3_GetCustomHeaders(H, &out.text)))
NEEDS("http", SetSecurityFlags, "0", CHANGE, S_OK, IBackgroundCopyJobHttpOptions3_SetSecurityFlags(H, 0))
NEEDS("http", SetSecurityFlags, "2^31", BAD, E_NOTIMPL, IBackgroundCopyJobHttpOptions3_SetSecurityFlags(H, 0x80000000))
NEEDS("http", SetSecurityFlags, "all", BAD, E_NOTIMPL, IBackgroundCopyJobHttpOptions3_SetSecurityFlags(H, 0xffffffff))
NEEDS("http", GetSecurityFlags, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetSecurityFlags(H, NULL))
NEEDS("http", GetSecurityFlags, "", ANY_STATE, S_OK, IBackgroundCopyJobHttpOptions3_GetSecurityFlags(H, &out.number))
NEEDS("http", SetHttpMethod, "NULL", NULL_WRITE, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_SetHttpMethod(H, NULL))
NEEDS("http", GetHttpMethod, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyJobHttpOptions3_GetHttpMethod(H, NULL))
NEEDS("http", GetHttpMethod, "", ANY_STATE, S_OK, kept(IBackgroundCopyJobHttpOptions3_GetHttpMethod(H, &out.text)))
NEEDS_TABLE("http", SetServerCertificateValidationInterface, "NULL", certificate_codes, IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(H, NULL))
NEEDS("http", MakeCustomHeadersWriteOnly, "", ANY_STATE, S_OK, IBackgroundCopyJobHttpOptions3_MakeCustomHeadersWriteOnly(H))

NEEDS("token", GetHelperTokenFlags, "NULL", NULL_READ, E_INVALIDARG, IBitsTokenOptions_GetHelperTokenFlags(T, NULL))
NEEDS("token", GetHelperTokenFlags, "", ANY_STATE, S_OK, IBitsTokenOptions_GetHelperTokenFlags(T, &out.number))
NEEDS("token", GetHelperTokenSid, "NULL", NULL_READ, E_INVALIDARG, IBitsTokenOptions_GetHelperTokenSid(T, NULL))
NEEDS("token", GetHelperTokenSid, "none", ANY_STATE, S_OK, kept(IBitsTokenOptions_GetHelperTokenSid(T, &out.text)))
NEEDS("token", SetHelperTokenFlags, "1", CHANGE, S_OK, IBitsTokenOptions_SetHelperTokenFlags(T, 1))
NEEDS("token", SetHelperTokenFlags, "2", CHANGE, S_OK, IBitsTokenOptions_SetHelperTokenFlags(T, 2))
NEEDS("token", SetHelperTokenFlags, "0", CHANGE, S_OK, IBitsTokenOptions_SetHelperTokenFlags(T, 0))
NEEDS("token", ClearHelperToken, "", CHANGE, S_OK, IBitsTokenOptions_ClearHelperToken(T))

#undef H
#undef T
#undef CERT_BY_ID
#undef CERT_BY_NAME
