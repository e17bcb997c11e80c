/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * socket_get URL FILE MIB: the floor for one large file, a bare socket loop with 1 MiB buffers that
 * writes what it receives. Prints "seconds N". */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define BUFFER_SIZE (1 << 20)

int main(int argc, char **argv)
{
    static char gathered[BUFFER_SIZE];
    char host[64], path[256], *data;
    unsigned long long rest;
    struct bench_http http;
    unsigned short port;
    DWORD written, used = 0;
    double start;
    HANDLE file;

    if (argc != 4) bench_fail("usage");
    bench_split_url(argv[1], host, &port, path);
    bench_warm(argv[2], argv[3]);
    start = bench_now();
    file = CreateFileA(argv[2], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) bench_fail("CreateFile");
    bench_http_open(&http, host, port, BUFFER_SIZE);
    rest = bench_http_request(&http, "GET", path, NULL);
    while (rest)
    {
        int len =
            bench_http_read(&http, &data, rest < BUFFER_SIZE - used ? rest : BUFFER_SIZE - used);

        memcpy(gathered + used, data, len);
        used += len;
        rest -= len;
        if (used < BUFFER_SIZE && rest) continue;
        if (!WriteFile(file, gathered, used, &written, NULL) || written != used)
            bench_fail("WriteFile");
        used = 0;
    }
    CloseHandle(file);
    printf("seconds %.4f\n", bench_now() - start);
    bench_http_close(&http);
    return 0;
}
