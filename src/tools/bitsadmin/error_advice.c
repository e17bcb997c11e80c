/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Likely causes and remedies, by code. Families of codes share an entry. */
#include "error_advice.h"

#include "bitsadmin.h"
#include "bitsmsg.h"

#define WIN32_CODE(number) ((HRESULT)(0x80070000u | (number)))
#define HTTP_CODE(status)  ((HRESULT)(0x80190000u | (status)))

struct row
{
    HRESULT first, last; /* in the order of unsigned numbers */
    struct error_advice advice;
};

/* clang-format off */
#define ROW(code, cause, remedy)          {code, code, {cause, remedy}},
#define ROWS(first, last, cause, remedy)  {first, last, {cause, remedy}},
static const struct row rows[] = {
    /* ---- of BITS ---- */
    ROW(BG_E_NOT_FOUND, L"The job was completed or cancelled, or belongs to another user.",
        L"List the jobs with /list /allusers.")
    ROW(BG_E_INVALID_STATE, L"The job is complete or cancelled, or runs while this needs it suspended.",
        L"Look at its state with /getstate; suspend it first, or make a new job.")
    ROW(BG_E_EMPTY, L"No file was added to the job.", L"Add one with /addfile, then /resume.")
    ROW(BG_E_DESTINATION_LOCKED, L"The drive is encrypted and locked.", L"Unlock the drive.")
    ROW(BG_E_VOLUME_CHANGED, L"The drive was formatted or another one has its letter.",
        L"Put the old drive back, or cancel the job and make it anew.")
    ROW(BG_E_NETWORK_DISCONNECTED, L"No network is connected, or the machine is asleep.",
        L"Connect the network: the job goes on by itself.")
    ROW(BG_E_MISSING_FILE_SIZE, L"The server makes the content up and does not say how long it is.",
        L"Make the server send Content-Length, or set the property for dynamic content.")
    ROW(BG_E_INSUFFICIENT_HTTP_SUPPORT, L"A proxy or a very old server is on the way.",
        L"Go around the proxy, or update the server.")
    ROW(BG_E_INSUFFICIENT_RANGE_SUPPORT, L"The server or a proxy does not serve parts of files.",
        L"Switch range requests on at the server, or give the job foreground priority.")
    ROW(BG_E_NEW_OWNER_DIFF_MAPPING, L"Drive letters of the two users differ.",
        L"Map the drives of the job for the new owner.")
    ROW(BG_E_NEW_OWNER_NO_FILE_ACCESS, L"The new owner has no rights in the job's folders.",
        L"Give him the right to write there.")
    ROWS(BG_E_PROXY_LIST_TOO_LARGE, BG_E_PROXY_BYPASS_LIST_TOO_LARGE,
        L"The list has more than 32 KB.", L"Shorten it, with wildcards.")
    ROW(BG_E_INVALID_SERVER_RESPONSE, L"A proxy or a filter changes what the server sends.",
        L"Try /resume; look at the answer with another client.")
    ROW(BG_E_TOO_MANY_FILES, L"An upload has one file.", L"Make a job for each file.")
    ROW(BG_E_LOCAL_FILE_CHANGED, L"A program wrote to the file while it was sent.",
        L"Close that program and resume the job, or send a copy.")
    ROW(BG_E_SESSION_NOT_FOUND, L"The server was restarted, or cleaned old sessions up.",
        L"Nothing: the upload begins again.")
    ROW(BG_E_TOO_LARGE, L"The server limits the size of uploads.", L"Raise its limit, or send less.")
    ROW(BG_E_STRING_TOO_LONG, L"A text is over the limit of the interface.", L"Shorten it.")
    ROW(BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH, L"The server has no BITS upload extension of this version.",
        L"Install or update it.")
    ROW(BG_E_SERVER_EXECUTE_ENABLE, L"The folder of the server may run programs.",
        L"Switch scripts and programs off for that folder.")
    ROW(BG_E_NO_PROGRESS, L"Server or network are overloaded.", L"Wait, or resume the job later.")
    ROWS(BG_E_USERNAME_TOO_LARGE, BG_E_INVALID_AUTH_SCHEME,
        L"An argument of /setcredentials is not valid.", L"See /help /setcredentials.")
    ROWS(BG_E_INVALID_RANGE, BG_E_OVERLAPPING_RANGES,
        L"The ranges do not fit the file, or each other.", L"Correct them.")
    ROWS(BG_E_CONNECT_FAILURE, BG_E_KEEP_ALIVE_FAILURE, L"The server does not run, or a firewall is on the way.",
        L"Check the address and the port; resume the job.")
    ROW(BG_E_NAME_RESOLUTION_FAILURE,
        L"The name in the URL is wrong, or DNS does not work.", L"Check the name with nslookup.")
    ROW(BG_E_PROXY_NAME_RESOLUTION_FAILURE, L"The name of the proxy is wrong.", L"Check it with /getproxylist.")
    ROW(BG_E_SECURE_CHANNEL_FAILURE, L"Client and server have no version of TLS in common.",
        L"Update the server, or switch TLS 1.2 on there.")
    ROW(BG_E_TIMEOUT, L"Server or network are slow.", L"Resume the job, or wait for the next try.")
    ROW(BG_E_TRUST_FAILURE, L"The certificate was not issued by an authority known here.",
        L"Install the authority's certificate, or correct the server's.")
    ROW(BG_E_BLOCKED_BY_POLICY, L"The administrator has set a bandwidth limit of 0 for this time.",
        L"Wait, or give the job foreground priority.")
    ROW(BG_E_INVALID_PROXY_INFO, L"The list of proxies has an error in it.", L"Set it again with /setproxysettings.")
    ROW(BG_E_INVALID_CREDENTIALS, L"The user name or the password is empty or has the wrong form.",
        L"Set them again with /setcredentials.")
    ROW(BG_E_RECORD_DELETED, L"The cache was cleared.", L"Nothing: the file comes from the server.")
    ROWS(BG_E_COMMIT_IN_PROGRESS, BG_E_DISCOVERY_IN_PROGRESS, L"The same is being done already.",
        L"Try again in some seconds.")
    ROW(BG_E_PEERCACHING_DISABLED, L"The machine's switches for peers are off.",
        L"Switch them on with /peercaching /setconfigurationflags, or by policy.")
    ROW(BG_E_BUSYCACHERECORD, L"A peer is reading the record.", L"Try again in some seconds.")
    ROWS(BG_E_TOO_MANY_JOBS_PER_USER, BG_E_TOO_MANY_RANGES_IN_FILE,
        L"A limit of the machine is reached.",
        L"Complete or cancel jobs, or let the administrator raise the policy.")
    ROW(BG_E_VALIDATION_FAILED, L"The program that owns the job refused the file.",
        L"Check the file on the server.")
    ROW(BG_E_MAXDOWNLOAD_TIMEOUT, L"The download took longer than the job allows.",
        L"Raise the limit, and resume the job.")
    ROW(BG_E_TOKEN_REQUIRED, L"The service was restarted since the helper token was set.",
        L"Let the program that owns the job set it again.")
    ROW(BG_E_BLOCKED_BY_COST_TRANSFER_POLICY, L"The network costs money, and the job may not spend any.",
        L"Use another network, or change the job's cost flags.")
    ROWS(BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE, BG_E_READ_ONLY_PROPERTY_AFTER_RESUME,
        L"This must be set earlier in the life of a job.", L"Make a new job and set it first.")
    ROW(BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED, L"The file is larger than the job allows.",
        L"Raise the limit in a new job.")
    ROW(BG_E_DATABASE_CORRUPT, L"The disk lost what was written.",
        L"Check the disk; the old queue was put aside as damaged.")
    ROW(BG_E_REMOTE_FILE_CHANGED, L"Another version was put on the server.", L"Resume the job: it begins again.")

    /* ---- of HTTP ---- */
    ROW(BG_E_HTTP_ERROR_400, L"The URL has characters that the server refuses.", L"Check the URL.")
    ROW(BG_E_HTTP_ERROR_401, L"The server wants a user name and a password.",
        L"Set them with /setcredentials.")
    ROW(BG_E_HTTP_ERROR_403, L"The user may not have this file.", L"Ask the server's administrator.")
    ROW(BG_E_HTTP_ERROR_404, L"The URL is wrong, or the file was taken away.",
        L"Check the URL in a browser.")
    ROW(BG_E_HTTP_ERROR_405, L"The server does not take this kind of request.", L"Check the job's type and method.")
    ROW(BG_E_HTTP_ERROR_407, L"The proxy wants a user name and a password.",
        L"Set them with /setcredentials for the proxy.")
    ROW(BG_E_HTTP_ERROR_408, L"The network is slow.", L"Nothing: it is tried again.")
    ROW(BG_E_HTTP_ERROR_410, L"The file was taken away for good.", L"Look for its new address.")
    ROW(BG_E_HTTP_ERROR_413, L"The server limits the size of uploads.", L"Raise its limit, or send less.")
    ROW(BG_E_HTTP_ERROR_416, L"The file on the server is shorter than before.", L"Cancel the job and make it anew.")
    ROW(HTTP_CODE(429), L"There were too many requests.", L"Nothing: it is tried again.")
    ROWS(HTTP_CODE(500), HTTP_CODE(599), L"The server or what stands behind it is broken or overloaded.",
        L"Nothing: it is tried again; else ask the server's administrator.")

    /* ---- of the system ---- */
    ROWS(WIN32_CODE(2), WIN32_CODE(3), L"A folder of the job was deleted or renamed.",
        L"Make it again, and resume the job.")
    ROW(WIN32_CODE(5), L"The user of the job may not do this.",
        L"Check the rights of the folder, or run as administrator.")
    ROWS(WIN32_CODE(32), WIN32_CODE(33), L"A program has the file open, often a virus scanner.",
        L"Close it, and resume the job.")
    ROW(WIN32_CODE(39), L"The disk is full.", L"Make room, and resume the job.")
    ROW(WIN32_CODE(53), L"The share is not reachable.", L"Check its name, and the network.")
    ROW(WIN32_CODE(87), L"An argument is not valid.", L"See /help.")
    ROW(WIN32_CODE(112), L"The disk is full.", L"Make room, and resume the job.")
    ROW(WIN32_CODE(1058), L"The service is disabled.", L"Enable it: sc config bits start= demand.")
    ROW(WIN32_CODE(1295), L"The user's quota is used up.", L"Make room, or raise it.")
    ROW(WIN32_CODE(12002), L"Server or network are slow.", L"Resume the job, or wait for the next try.")
    ROW(WIN32_CODE(12007), L"The name in the URL is wrong, or DNS does not work.",
        L"Check the name with nslookup.")
    ROWS(WIN32_CODE(12029), WIN32_CODE(12031), L"The server does not run, or a firewall is on the way.",
        L"Check the address and the port; resume the job.")
    ROW(WIN32_CODE(12037), L"The certificate has expired, or the clock here is wrong.",
        L"Check the clock, then the certificate.")
    ROW(WIN32_CODE(12038), L"The certificate is for another name.", L"Use the name that stands in it.")
    ROW(WIN32_CODE(12044), L"The server wants a certificate of the client.", L"Set one with /setclientcertificatebyname.")
    ROW(WIN32_CODE(12045), L"The certificate was not issued by an authority known here.",
        L"Install the authority's certificate.")
    ROW(WIN32_CODE(12170), L"The certificate was revoked.", L"Ask the server's administrator for a new one.")
    ROW(WIN32_CODE(12175), L"The certificate of the server has a fault.", L"Look at it in a browser.")
};
/* clang-format on */

const struct error_advice *error_advice_find(HRESULT code)
{
    DWORD number = (DWORD)code;

    for (unsigned int i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (number >= (DWORD)rows[i].first && number <= (DWORD)rows[i].last) return &rows[i].advice;
    return NULL;
}

void print_error_advice(HRESULT code)
{
    const struct error_advice *advice = error_advice_find(code);

    if (!advice) return;
    out_print(L"LIKELY CAUSE:  %ls\n", advice->cause);
    out_print(L"REMEDY:        %ls\n", advice->remedy);
}
