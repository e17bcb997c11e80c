/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * curl_put URL FILE [KIB]: one PUT by the same build of libcurl, with the wait that it has itself,
 * which is given so many KiB at once. Prints "seconds N". */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

static HANDLE file;

static size_t give(char *buffer, size_t size, size_t count, void *ctx)
{
    DWORD got;

    (void)ctx;
    if (!ReadFile(file, buffer, (DWORD)(size * count), &got, NULL)) bench_fail("ReadFile");
    return got;
}

int main(int argc, char **argv)
{
    struct curl_slist *fields = NULL;
    LARGE_INTEGER file_size;
    double start;
    CURL *curl;

    if (argc < 3) bench_fail("usage");
    start = bench_now();
    file = CreateFileA(argv[2], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx(file, &file_size)) bench_fail("CreateFile");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    fields = curl_slist_append(fields, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)file_size.QuadPart);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, (argc > 3 ? atol(argv[3]) : 256) * 1024L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    if (curl_easy_perform(curl)) bench_fail("curl_easy_perform");
    printf("seconds %.4f\n", bench_now() - start);
    curl_easy_cleanup(curl);
    curl_slist_free_all(fields);
    CloseHandle(file);
    return 0;
}
