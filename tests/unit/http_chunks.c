/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/http_chunks.c */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_chunks.h"

/* Feeds a text in steps; gives how much was taken, and the data, terminated. */
static HRESULT feed(struct http_chunks *chunks, const char *text, size_t step, size_t *taken,
                    char *out)
{
    size_t size = strlen(text), len = 0;
    HRESULT hr = S_OK;

    memset(chunks, 0, sizeof(*chunks));
    *taken = 0;
    while (*taken < size && SUCCEEDED(hr) && chunks->state != HTTP_CHUNKS_COMPLETE)
    {
        size_t count = size - *taken < step ? size - *taken : step, used, data_size;
        uint8_t *copy = malloc(count);
        const uint8_t *data;

        memcpy(copy, text + *taken, count);
        hr = http_chunks_feed(chunks, copy, count, &used, &data, &data_size);
        if (data_size) memcpy(out + len, data, data_size);
        len += data_size;
        *taken += used;
        free(copy);
    }
    out[len] = 0;
    return hr;
}

static void test_good(void)
{
    static const struct
    {
        const char *text, *data;
    } tests[] = {
        {"0\r\n\r\n", ""},
        {"3\r\nabc\r\n0\r\n\r\n", "abc"},
        {"1\r\na\r\n002\r\nbc\r\n000\r\n\r\n", "abc"},
        {"a;x=\"y\"\r\n0123456789\r\nA ; z\r\n0123456789\r\n0;end\r\nName: value\r\nB: c\r\n\r\n",
         "01234567890123456789"},
        {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
    };
    struct http_chunks chunks;
    char text[256], out[256];
    size_t taken;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
        for (size_t step = 1; step < 200; step = step * 3)
        {
            snprintf(text, sizeof(text), "%sHTTP", tests[i].text);
            ok(feed(&chunks, text, step, &taken, out) == S_OK, "%u: refused.\n", (unsigned int)i);
            ok(chunks.state == HTTP_CHUNKS_COMPLETE && taken == strlen(tests[i].text),
               "%u: took %u.\n", (unsigned int)i, (unsigned int)taken);
            ok(!strcmp(out, tests[i].data), "%u: got %s.\n", (unsigned int)i, out);
            for (size_t len = 0; len < strlen(tests[i].text); len++)
            {
                text[strlen(tests[i].text) - 1 - len] = 0;
                ok(feed(&chunks, text, step, &taken, out) == S_OK &&
                       chunks.state != HTTP_CHUNKS_COMPLETE,
                   "%u: complete too early.\n", (unsigned int)i);
            }
        }
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "\r\n",
        "x\r\n",
        " 3\r\nabc\r\n",
        "+3\r\nabc\r\n",
        "-1\r\n",
        "0x3\r\nabc\r\n",
        ";a\r\n",
        "3\nabc\r\n",
        "3\r\r\nabc\r\n",
        "3\rabc",
        "3\r\nabcd\r\n",
        "3\r\nabc\n",
        "3\r\nabc\rx",
        "3\r\nabc\r\n\r\n",
        "10000000000000000\r\n",
        "0\r\nName: a\nB: c\r\n\r\n",
        "0\r\n\n",
    };
    struct http_chunks chunks;
    const uint8_t *data;
    char out[256], *text = malloc(400000), *at = text;
    size_t taken, size;

    withstands("B17");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        ok(feed(&chunks, bad[i], 5, &taken, out) == E_INVALIDARG, "%u: taken.\n", (unsigned int)i);
        ok(http_chunks_feed(&chunks, (const uint8_t *)"0\r\n\r\n", 5, &taken, &data, &size) ==
                   E_INVALIDARG &&
               !taken,
           "%u: goes on.\n", (unsigned int)i);
    }

    memset(text, '0', 300);
    strcpy(text + 300, "\r\n\r\n");
    ok(feed(&chunks, text, 1000, &taken, out) == E_INVALIDARG, "A long size is taken.\n");
    text[1] = ';';
    ok(feed(&chunks, text, 1000, &taken, out) == E_INVALIDARG, "A long line is taken.\n");
    strcpy(text, "0\r\n");
    memset(text + 3, 'a', 70000);
    text[70003] = 0;
    ok(feed(&chunks, text, 1000, &taken, out) == E_INVALIDARG, "A long trailer is taken.\n");
    for (unsigned int i = 0; i < 50000; i++)
        at += sprintf(at, "1\r\na\r\n");
    memset(&chunks, 0, sizeof(chunks));
    for (at = text; *at; at += taken)
        if (FAILED(
                http_chunks_feed(&chunks, (const uint8_t *)at, strlen(at), &taken, &data, &size)))
            break;
    ok(*at, "Single bytes without end are taken.\n");
    free(text);
}

/* What is around real chunks does not add up. */
static void test_many(void)
{
    struct http_chunks chunks = {0};
    const uint8_t *data;
    char chunk[128];
    size_t used, size;
    HRESULT hr = S_OK;

    memset(chunk, 'a', sizeof(chunk));
    memcpy(chunk, "64\r\n", 4);
    memcpy(chunk + 104, "\r\n", 2);
    for (unsigned int i = 0; i < 100000 && SUCCEEDED(hr); i++)
        for (size_t at = 0; at < 106 && SUCCEEDED(hr); at += used)
            hr = http_chunks_feed(&chunks, (const uint8_t *)chunk + at, 106 - at, &used, &data,
                                  &size);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

START_TEST(http_chunks)
{
    RUN_TEST(test_good);
    RUN_TEST(test_bad);
    RUN_TEST(test_many);
}
