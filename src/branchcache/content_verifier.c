/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One block is hashed at a time. The hashes of the blocks are checked against those of their
 * segments before anything is taken. */
#include "branchcache/content_verifier.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

#include "branchcache/content_info.h"

struct content_verifier
{
    uint8_t *data;
    struct content_info info; /* into data */
    const mbedtls_md_info_t *md;
    mbedtls_md_context_t context;

    uint64_t offset; /* of the next byte */
    uint64_t end;
    size_t segment; /* that it is in, and block: counted from the first one with a hash */
    uint32_t block;
    bool is_hashed; /* the block, from its first byte on */
    uint64_t checked;
};

_Static_assert(MBEDTLS_MD_MAX_SIZE >= CONTENT_INFO_HASH_MAX, "a hash fits");

static mbedtls_md_type_t md_type(enum content_info_hash hash)
{
    switch (hash)
    {
    case CONTENT_INFO_SHA256:
        return MBEDTLS_MD_SHA256;
    case CONTENT_INFO_SHA384:
        return MBEDTLS_MD_SHA384;
    default:
        return MBEDTLS_MD_SHA512;
    }
}

/* ---- the blocks ---- */

static struct byte_range block_range(const struct content_verifier *verifier)
{
    const struct content_info_segment *segment = &verifier->info.segments[verifier->segment];
    uint64_t begin = (uint64_t)(segment->first_block + verifier->block) * segment->block_size;
    uint64_t end = begin + segment->block_size;

    if (end > segment->length) end = segment->length;
    return (struct byte_range){segment->offset + begin, segment->offset + end};
}

static void next_block(struct content_verifier *verifier)
{
    if (++verifier->block < verifier->info.segments[verifier->segment].block_count) return;
    verifier->block = 0;
    verifier->segment++;
}

/* Whole segments only: the others lack hashes. */
static HRESULT check_segments(const struct content_verifier *verifier)
{
    const struct content_info *info = &verifier->info;
    uint8_t hash[MBEDTLS_MD_MAX_SIZE];

    if (info->version != 1) return S_OK;
    for (size_t i = 0; i < info->segment_count; i++)
    {
        const struct content_info_segment *segment = &info->segments[i];

        if (!content_info_is_whole(segment)) continue;
        if (mbedtls_md(verifier->md, segment->block_hashes, segment->block_count * info->hash_size,
                       hash))
            return E_FAIL;
        if (memcmp(hash, segment->hash, info->hash_size)) return E_INVALIDARG;
    }
    return S_OK;
}

/* S_FALSE: it is another one. */
static HRESULT finish_block(struct content_verifier *verifier, uint64_t size)
{
    const struct content_info *info = &verifier->info;
    const uint8_t *expected =
        info->segments[verifier->segment].block_hashes + verifier->block * info->hash_size;
    uint8_t hash[MBEDTLS_MD_MAX_SIZE];

    if (!verifier->is_hashed) return S_OK;
    verifier->is_hashed = false;
    if (mbedtls_md_finish(&verifier->context, hash)) return E_FAIL;
    if (memcmp(hash, expected, info->hash_size)) return S_FALSE;
    verifier->checked += size;
    return S_OK;
}

HRESULT content_verifier_take(struct content_verifier *verifier, const void *data, size_t size)
{
    const uint8_t *at = data;
    HRESULT hr;

    if (size > verifier->end - verifier->offset) return E_UNEXPECTED;
    while (size)
    {
        struct byte_range block = block_range(verifier);
        size_t part = size;

        if (part > block.end - verifier->offset) part = (size_t)(block.end - verifier->offset);
        if (verifier->offset == block.begin)
            verifier->is_hashed = !mbedtls_md_starts(&verifier->context);
        if (verifier->is_hashed && mbedtls_md_update(&verifier->context, at, part)) return E_FAIL;
        verifier->offset += part;
        at += part;
        size -= part;
        if (verifier->offset != block.end) continue;
        if ((hr = finish_block(verifier, block.end - block.begin)) != S_OK) return hr;
        next_block(verifier);
    }
    return S_OK;
}

uint64_t content_verifier_checked(const struct content_verifier *verifier)
{
    return verifier->checked;
}

/* ---- life ---- */

static HRESULT begin(struct content_verifier *verifier, size_t size, const struct byte_range *range)
{
    const struct content_info *info = &verifier->info;
    HRESULT hr = content_info_parse(verifier->data, size, &verifier->info);

    if (FAILED(hr)) return hr;
    if (range->begin >= range->end || range->begin < info->range.begin ||
        range->end > info->range.end)
        return E_INVALIDARG;
    if (!(verifier->md = mbedtls_md_info_from_type(md_type(info->hash)))) return E_NOTIMPL;
    if (mbedtls_md_setup(&verifier->context, verifier->md, 0)) return E_OUTOFMEMORY;
    verifier->offset = range->begin;
    verifier->end = range->end;
    while (block_range(verifier).end <= range->begin)
        next_block(verifier);
    return check_segments(verifier);
}

HRESULT content_verifier_create(uint8_t *data, size_t size, const struct byte_range *range,
                                struct content_verifier **out)
{
    struct content_verifier *verifier;
    HRESULT hr;

    *out = NULL;
    if (!(verifier = calloc(1, sizeof(*verifier))))
    {
        free(data);
        return E_OUTOFMEMORY;
    }
    verifier->data = data;
    mbedtls_md_init(&verifier->context);
    if (FAILED(hr = begin(verifier, size, range)))
    {
        content_verifier_destroy(verifier);
        return hr;
    }
    *out = verifier;
    return S_OK;
}

void content_verifier_destroy(struct content_verifier *verifier)
{
    if (!verifier) return;
    mbedtls_md_free(&verifier->context);
    content_info_done(&verifier->info);
    free(verifier->data);
    free(verifier);
}
