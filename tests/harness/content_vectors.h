/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages of content retrieval that several tests use, and how they are made. */
#ifndef OPENBITS_TESTS_CONTENT_VECTORS_H
#define OPENBITS_TESTS_CONTENT_VECTORS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"

#define VECTOR_DECLARATION "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n"
#define VECTOR_URL         "http://origin.example.test/pkg/tool-1.4.cab"
#define VECTOR_MTIME       0x1DA6EE6BFC8EB00ull /* 2024-03-05T10:20:30Z */

/* R1, the search. */
#define VECTOR_QUERY                                                                               \
    VECTOR_DECLARATION "<SearchRequest>\r\n"                                                       \
                       "    <OriginUrl>\"" VECTOR_URL "\"</OriginUrl>\r\n"                         \
                       "    <FileModificationTime>\"2024-03-05T10:20:30.000Z\""                    \
                       "</FileModificationTime>\r\n"                                               \
                       "    <MaxRecords>\"5\"</MaxRecords>\r\n"                                    \
                       "</SearchRequest>\r\n"

#define VECTOR_RANGE(offset, length)                                                               \
    "        <ContentRange>\r\n"                                                                   \
    "            <Offset>\"" offset "\"</Offset>\r\n"                                              \
    "            <Length>\"" length "\"</Length>\r\n"                                              \
    "        </ContentRange>\r\n"

#define VECTOR_RECORD_OF(id, url, size, ranges)                                                    \
    "    <CacheRecord>\r\n"                                                                        \
    "        <Id>\"{" id "}\"</Id>\r\n"                                                            \
    "        <CreationTime>\"2024-03-06T08:00:00.125Z\"</CreationTime>\r\n"                        \
    "        <ModificationTime>\"2024-03-06T08:00:02.500Z\"</ModificationTime>\r\n"                \
    "        <LastAccessTime>\"2024-03-07T09:30:00.000Z\"</LastAccessTime>\r\n"                    \
    "        <OriginUrl>\"" url "\"</OriginUrl>\r\n"                                               \
    "        <LocalUrl>\"BITS-peer-caching/{" id "}\"</LocalUrl>\r\n"                              \
    "        <FileModificationTime>\"2024-03-05T10:20:30.000Z\"</FileModificationTime>\r\n"        \
    "        <FileSize>\"" size "\"</FileSize>\r\n" ranges "    </CacheRecord>\r\n"

#define VECTOR_ID_1 "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
#define VECTOR_ID_5 "6F9619FF-8B86-4011-B42D-00C04FC964FF"

#define VECTOR_RECORD_1 VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1000", VECTOR_RANGE("0", "1000"))
#define VECTOR_RECORD_5                                                                            \
    VECTOR_RECORD_OF(VECTOR_ID_5, VECTOR_URL, "1000",                                              \
                     VECTOR_RANGE("100", "16") VECTOR_RANGE("200", "48"))

#define VECTOR_RESULTS_OF(status, records)                                                         \
    VECTOR_DECLARATION "<SearchResults>\r\n    <Status>\"" status "\"</Status>\r\n" records        \
                       "</SearchResults>\r\n"

#define VECTOR_FAILURE_OF(code, status)                                                            \
    VECTOR_DECLARATION "<SearchResults>\r\n    <!-- Error " code " -->\r\n    <Status>\"" status   \
                       "\"</Status>\r\n</SearchResults>\r\n"

/* ASCII as UTF-16, little endian, without a mark; from malloc(). */
static inline uint8_t *vector_utf16(const char *text, size_t *size)
{
    size_t len = strlen(text);
    uint8_t *bytes = malloc(len * 2 + 1);

    for (size_t i = 0; i < len; i++)
    {
        bytes[2 * i] = (uint8_t)text[i];
        bytes[2 * i + 1] = 0;
    }
    *size = len * 2;
    return bytes;
}

static inline bool vector_is_utf16(const void *data, size_t size, const char *text)
{
    size_t expected_size;
    uint8_t *expected = vector_utf16(text, &expected_size);
    bool is_same = size == expected_size && !memcmp(data, expected, size);

    free(expected);
    return is_same;
}

/* A byte of the file of the vectors. */
static inline uint8_t vector_byte(uint64_t i)
{
    return (uint8_t)(7 * i + 3);
}

#endif
