/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * floor_files URL FOLDER COUNT: the floor for many small files. The same requests (HEAD, then GET
 * of the range) on one connection and the same file operations (make a hidden temporary file, write
 * it, close it, show it, set its times, rename it), and nothing else. Prints "transfer N" and
 * "seconds N". */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

static void write_file(struct bench_http *http, const char *path, const char *temp)
{
    unsigned long long rest = bench_http_request(http, "HEAD", path, NULL);
    char range[64], *data;
    DWORD written;
    HANDLE file;

    snprintf(range, sizeof(range), "0-%llu", rest - 1);
    file = CreateFileA(temp, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, CREATE_NEW, FILE_ATTRIBUTE_HIDDEN, NULL);
    if (file == INVALID_HANDLE_VALUE) bench_fail("CreateFile");
    rest = bench_http_request(http, "GET", path, range);
    while (rest)
    {
        int len = bench_http_read(http, &data, rest);

        if (!WriteFile(file, data, len, &written, NULL)) bench_fail("WriteFile");
        rest -= len;
    }
    CloseHandle(file);
}

static void publish(const char *temp, const char *local)
{
    FILETIME time = {0, 0x01d00000};
    HANDLE file = CreateFileA(temp, FILE_WRITE_ATTRIBUTES,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);

    SetFileTime(file, &time, NULL, &time);
    CloseHandle(file);
    SetFileAttributesA(temp, FILE_ATTRIBUTE_NORMAL);
    if (!MoveFileExA(temp, local, MOVEFILE_REPLACE_EXISTING)) bench_fail("MoveFileEx");
}

int main(int argc, char **argv)
{
    char host[64], path[256], one[300], temp[300], local[300];
    struct bench_http http;
    unsigned short port;
    unsigned long count;
    double start;

    if (argc != 4) bench_fail("usage");
    count = strtoul(argv[3], NULL, 10);
    bench_split_url(argv[1], host, &port, path);
    start = bench_now();
    bench_http_open(&http, host, port, 1 << 16);
    for (unsigned long i = 0; i < count; i++)
    {
        snprintf(one, sizeof(one), "%s/%lu", path, i);
        snprintf(temp, sizeof(temp), "%s\\BIT%08lx.tmp", argv[2], i);
        write_file(&http, one, temp);
    }
    printf("transfer %.4f\n", bench_now() - start);
    for (unsigned long i = 0; i < count; i++)
    {
        snprintf(temp, sizeof(temp), "%s\\BIT%08lx.tmp", argv[2], i);
        snprintf(local, sizeof(local), "%s\\%lu", argv[2], i);
        publish(temp, local);
    }
    printf("seconds %.4f\n", bench_now() - start);
    bench_http_close(&http);
    return 0;
}
