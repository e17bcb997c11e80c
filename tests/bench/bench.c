/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Time, COM and a bare HTTP connection for the benchmark programs. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_SECONDS 600.0

double bench_now(void)
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER now;

    if (!frequency.QuadPart) QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

void bench_warm(const char *file, const char *mib)
{
    static char zeros[1 << 20];
    char path[MAX_PATH];
    DWORD written;
    HANDLE warm;

    snprintf(path, sizeof(path), "%s.warm", file);
    warm =
        CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (warm == INVALID_HANDLE_VALUE) bench_fail("CreateFile");
    for (unsigned long i = strtoul(mib, NULL, 10); i; i--)
        if (!WriteFile(warm, zeros, sizeof(zeros), &written, NULL)) bench_fail("WriteFile");
    CloseHandle(warm);
}

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s failed\n", what);
    ExitProcess(1);
}

void bench_check(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr)) return;
    fprintf(stderr, "bench: %s: 0x%08lx\n", what, hr);
    ExitProcess(1);
}

IBackgroundCopyManager *bench_manager(void)
{
    const char *ctx = getenv("OPENBITS_CLSCTX");
    DWORD clsctx = ctx && !strcmp(ctx, "local") ? CLSCTX_LOCAL_SERVER : CLSCTX_INPROC_SERVER;
    IBackgroundCopyManager *manager;

    bench_check(CoInitializeEx(NULL, COINIT_MULTITHREADED), "CoInitializeEx");
    bench_check(CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, clsctx,
                                 &IID_IBackgroundCopyManager, (void **)&manager),
                "CoCreateInstance");
    return manager;
}

IBackgroundCopyJob *bench_job(IBackgroundCopyManager *manager, BG_JOB_PRIORITY priority)
{
    IBackgroundCopyJob *job;
    GUID id;

    bench_check(
        IBackgroundCopyManager_CreateJob(manager, L"bench", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        "CreateJob");
    bench_check(IBackgroundCopyJob_SetPriority(job, priority), "SetPriority");
    return job;
}

void bench_transfer(IBackgroundCopyJob *job)
{
    double limit = bench_now() + LIMIT_SECONDS;
    BG_JOB_STATE state;

    bench_check(IBackgroundCopyJob_Resume(job), "Resume");
    for (;;)
    {
        bench_check(IBackgroundCopyJob_GetState(job, &state), "GetState");
        if (state == BG_JOB_STATE_TRANSFERRED) break;
        if (state == BG_JOB_STATE_ERROR || bench_now() > limit) bench_fail("the transfer");
        Sleep(1);
    }
}

void bench_finish(IBackgroundCopyJob *job)
{
    bench_transfer(job);
    bench_check(IBackgroundCopyJob_Complete(job), "Complete");
}

void bench_split_url(const char *url, char host[64], unsigned short *port, char path[256])
{
    unsigned int number = 80;

    if (sscanf(url, "http://%63[^:/]:%u%255s", host, &number, path) != 3) bench_fail("URL");
    *port = (unsigned short)number;
}

void bench_http_open(struct bench_http *http, const char *host, unsigned short port,
                     int buffer_size)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    BOOL on = TRUE;
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data)) bench_fail("WSAStartup");
    memset(http, 0, sizeof(*http));
    snprintf(http->host, sizeof(http->host), "%s", host);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = inet_addr(host);
    http->socket = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(http->socket, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
    if (connect(http->socket, (struct sockaddr *)&address, sizeof(address))) bench_fail("connect");
    http->size = buffer_size;
    if (!(http->buffer = malloc(buffer_size + 1))) bench_fail("malloc");
}

void bench_http_close(struct bench_http *http)
{
    closesocket(http->socket);
    free(http->buffer);
}

static void fill(struct bench_http *http)
{
    int got = recv(http->socket, http->buffer + http->used, http->size - http->used, 0);

    if (got <= 0) bench_fail("recv");
    http->used += got;
    http->buffer[http->used] = 0;
}

unsigned long long bench_http_request(struct bench_http *http, const char *method, const char *path,
                                      const char *range)
{
    unsigned long long length = 0;
    char request[512], *end, *field;
    int len;

    len =
        snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", method, path,
                 http->host, range ? "Range: bytes=" : "", range ? range : "", range ? "\r\n" : "");
    if (send(http->socket, request, len, 0) != len) bench_fail("send");
    http->used = http->taken = 0;
    http->buffer[0] = 0;
    while (!(end = strstr(http->buffer, "\r\n\r\n")))
        fill(http);
    if (strncmp(http->buffer, "HTTP/1.1 20", 11)) bench_fail("the answer");
    if ((field = strstr(http->buffer, "Content-Length: "))) length = strtoull(field + 16, NULL, 10);
    http->taken = (int)(end + 4 - http->buffer);
    return length;
}

int bench_http_read(struct bench_http *http, char **data, unsigned long long max)
{
    int len;

    if (http->taken == http->used)
    {
        http->taken = http->used = 0;
        fill(http);
    }
    len = http->used - http->taken;
    if ((unsigned long long)len > max) len = (int)max;
    *data = http->buffer + http->taken;
    http->taken += len;
    return len;
}
