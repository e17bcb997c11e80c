/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * curl_get URL FILE MIB: the floor for HTTPS, a bare libcurl loop with the same build of libcurl
 * that gathers 1 MiB for each write. Certificates are not checked: the server's is made for the
 * run. Prints "seconds N". */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#define BUFFER_SIZE (1 << 20)

static char gathered[BUFFER_SIZE];
static DWORD used;
static HANDLE file;

static void flush(void)
{
    DWORD written;

    if (!WriteFile(file, gathered, used, &written, NULL) || written != used)
        bench_fail("WriteFile");
    used = 0;
}

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    size_t len = size * count, part;

    (void)ctx;
    for (size_t done = 0; done < len; done += part)
    {
        part = len - done < BUFFER_SIZE - used ? len - done : BUFFER_SIZE - used;
        memcpy(gathered + used, data + done, part);
        if ((used += (DWORD)part) == BUFFER_SIZE) flush();
    }
    return len;
}

int main(int argc, char **argv)
{
    double start;
    CURL *curl;

    if (argc != 4) bench_fail("usage");
    bench_warm(argv[2], argv[3]);
    start = bench_now();
    file = CreateFileA(argv[2], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) bench_fail("CreateFile");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 1024 * 1024L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    if (curl_easy_perform(curl)) bench_fail("curl_easy_perform");
    flush();
    CloseHandle(file);
    printf("seconds %.4f\n", bench_now() - start);
    curl_easy_cleanup(curl);
    return 0;
}
