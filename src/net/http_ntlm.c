/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's messages of NTLM. */
#include "net/http_ntlm.h"

#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>
#include <mbedtls/md.h>

#include "base/str.h"
#include "net/md4.h"

#define HASH_SIZE        16
#define CHALLENGE_MIN    32 /* up to the server's nonce */
#define CHALLENGE_MAX    65536
#define HEAD_SIZE        88 /* of AUTHENTICATE, with version and MIC */
#define MIC_AT           72
#define BLOB_HEAD_SIZE   28
#define TEXT_MAX         65536
#define FLAG_UNICODE     0x00000001u
#define FLAG_TARGET      0x00000004u
#define FLAG_NTLM        0x00000200u
#define FLAG_ALWAYS_SIGN 0x00008000u
#define FLAG_SESSION_2   0x00080000u
#define FLAG_TARGET_INFO 0x00800000u
#define FLAG_128         0x20000000u
#define FLAG_56          0x80000000u
#define OUR_FLAGS                                                                                  \
    (FLAG_UNICODE | FLAG_TARGET | FLAG_NTLM | FLAG_ALWAYS_SIGN | FLAG_SESSION_2 | FLAG_128 |       \
     FLAG_56)
#define PAIR_END           0
#define PAIR_FLAGS         6
#define PAIR_TIME          7
#define PAIR_FLAGS_HAS_MIC 2

static const uint8_t signature[8] = "NTLMSSP";

static void put_number(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_number(const uint8_t *at, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static void wipe(void *data, size_t size)
{
    for (volatile uint8_t *byte = data; size; size--)
        *byte++ = 0;
}

void ntlm_message_done(struct ntlm_message *message)
{
    if (message->data) wipe(message->data, message->size);
    free(message->data);
    *message = (struct ntlm_message){NULL, 0};
}

static HRESULT make_message(struct ntlm_message *message, size_t size, uint32_t type)
{
    message->size = size;
    if (!(message->data = calloc(1, size))) return E_OUTOFMEMORY;
    memcpy(message->data, signature, sizeof(signature));
    put_number(message->data + 8, type, 4);
    return S_OK;
}

HRESULT ntlm_begin(struct ntlm_message *out)
{
    HRESULT hr = make_message(out, 32, 1);

    if (SUCCEEDED(hr)) put_number(out->data + 12, OUR_FLAGS, 4);
    return hr;
}

/* ---- the challenge ---- */

struct challenge
{
    uint32_t flags;
    const uint8_t *nonce;
    const uint8_t *info; /* pairs of a number and a value, with an end */
    size_t info_size;    /* without the end */
    bool has_time;
    const uint8_t *time;
};

static bool read_pairs(struct challenge *challenge, const uint8_t *pairs, size_t size)
{
    size_t at = 0;

    challenge->info = pairs;
    while (size - at >= 4)
    {
        uint32_t number = get_number(pairs + at, 2), len = get_number(pairs + at + 2, 2);

        if (number == PAIR_END)
        {
            challenge->info_size = at;
            return true;
        }
        if (len > size - at - 4) return false;
        /* Our own flags go there. */
        if (number == PAIR_FLAGS) return false;
        if (number == PAIR_TIME && len == 8)
        {
            challenge->has_time = true;
            challenge->time = pairs + at + 4;
        }
        at += 4 + len;
    }
    return false;
}

static bool read_challenge(struct challenge *challenge, const uint8_t *data, size_t size)
{
    uint32_t len, at;

    memset(challenge, 0, sizeof(*challenge));
    if (size < CHALLENGE_MIN || size > CHALLENGE_MAX) return false;
    if (memcmp(data, signature, sizeof(signature)) || get_number(data + 8, 4) != 2) return false;
    challenge->flags = get_number(data + 20, 4);
    challenge->nonce = data + 24;
    if (!(challenge->flags & FLAG_UNICODE)) return false;
    if (!(challenge->flags & FLAG_TARGET_INFO)) return true;
    if (size < 48) return false;
    len = get_number(data + 40, 2);
    at = get_number(data + 44, 4);
    if (at > size || len > size - at) return false;
    return read_pairs(challenge, data + at, len);
}

/* ---- keys ---- */

struct bytes
{
    const void *data;
    size_t size;
};

static bool hmac_md5(const uint8_t key[HASH_SIZE], const struct bytes *parts, size_t count,
                     uint8_t out[HASH_SIZE])
{
    mbedtls_md_context_t ctx;
    bool is_done;

    mbedtls_md_init(&ctx);
    is_done = !mbedtls_md_setup(&ctx, mbedtls_md_info_from_type(MBEDTLS_MD_MD5), 1) &&
              !mbedtls_md_hmac_starts(&ctx, key, HASH_SIZE);
    for (size_t i = 0; i < count && is_done; i++)
        is_done = !mbedtls_md_hmac_update(&ctx, parts[i].data, parts[i].size);
    if (is_done) is_done = !mbedtls_md_hmac_finish(&ctx, out);
    mbedtls_md_free(&ctx);
    return is_done;
}

/* UTF-16, low byte first; upper: ASCII letters. */
static uint8_t *make_units(const WCHAR *text, size_t len, bool is_upper)
{
    uint8_t *units = malloc(2 * len + 1);

    for (size_t i = 0; units && i < len; i++)
    {
        WCHAR unit = text[i];

        if (is_upper && unit >= 'a' && unit <= 'z') unit = (WCHAR)(unit - 'a' + 'A');
        put_number(units + 2 * i, unit, 2);
    }
    return units;
}

struct names
{
    const WCHAR *user, *domain;
    size_t user_len, domain_len;
};

/* A name with an @ stands as it is, without a domain. */
static struct names split_name(const WCHAR *name)
{
    static const WCHAR none[] = {0};
    size_t len = str_len_max(name, TEXT_MAX);
    struct names names = {name, none, len, 0};

    for (size_t i = 0; i < len; i++)
        if (name[i] == '\\') return (struct names){name + i + 1, name, len - i - 1, i};
    return names;
}

/* The key that stands for the password, of user and domain. */
static bool make_key(const struct ntlm_login *login, const struct names *names,
                     uint8_t key[HASH_SIZE])
{
    size_t len = str_len_max(login->password, TEXT_MAX);
    uint8_t *password = make_units(login->password, len, false);
    uint8_t *user = make_units(names->user, names->user_len, true);
    uint8_t *domain = make_units(names->domain, names->domain_len, false);
    const struct bytes parts[] = {{user, 2 * names->user_len}, {domain, 2 * names->domain_len}};
    uint8_t hash[MD4_SIZE];
    bool is_done = password && user && domain;

    if (is_done)
    {
        md4(password, 2 * len, hash);
        is_done = hmac_md5(hash, parts, ARRAY_COUNT(parts), key);
        wipe(hash, sizeof(hash));
        wipe(password, 2 * len);
    }
    free(password);
    free(user);
    free(domain);
    return is_done;
}

/* ---- the answer ---- */

/* What the proof is of: time, our nonce and the server's pairs, with our flags when it wants a MIC.
 */
static uint8_t *make_blob(const struct ntlm_login *login, const struct challenge *challenge,
                          size_t *size)
{
    size_t pairs = challenge->info_size + (challenge->has_time ? 8 : 0);
    uint8_t *blob, *at;

    *size = BLOB_HEAD_SIZE + pairs + 8;
    if (!(blob = calloc(1, *size))) return NULL;
    blob[0] = blob[1] = 1;
    if (challenge->has_time)
        memcpy(blob + 8, challenge->time, 8);
    else
        put_number(blob + 8, login->now, 8);
    memcpy(blob + 16, login->nonce, NTLM_NONCE_SIZE);
    at = blob + BLOB_HEAD_SIZE;
    if (challenge->info_size) memcpy(at, challenge->info, challenge->info_size);
    at += challenge->info_size;
    if (!challenge->has_time) return blob;
    put_number(at, PAIR_FLAGS, 2);
    put_number(at + 2, 4, 2);
    put_number(at + 4, PAIR_FLAGS_HAS_MIC, 4);
    return blob;
}

static void put_field(uint8_t *message, size_t field, size_t size, size_t *at)
{
    put_number(message + field, size, 2);
    put_number(message + field + 2, size, 2);
    put_number(message + field + 4, *at, 4);
    *at += size;
}

static void put_units(uint8_t *at, const WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put_number(at + 2 * i, text[i], 2);
}

/* Head, domain, user, no workstation, 24 bytes for the old proof, proof and blob. */
static HRESULT write_answer(const struct challenge *challenge, const struct names *names,
                            const uint8_t proof[HASH_SIZE], const uint8_t old_proof[24],
                            const struct bytes *blob, struct ntlm_message *out)
{
    size_t domain = HEAD_SIZE, user = domain + 2 * names->domain_len;
    size_t old = user + 2 * names->user_len, at = HEAD_SIZE, nothing = old;
    HRESULT hr;

    if (blob->size > 0xffff - HASH_SIZE) return BG_E_INVALID_SERVER_RESPONSE;
    hr = make_message(out, old + 24 + HASH_SIZE + blob->size, 3);
    if (FAILED(hr)) return hr;
    put_field(out->data, 28, 2 * names->domain_len, &at);
    put_field(out->data, 36, 2 * names->user_len, &at);
    put_field(out->data, 12, 24, &at);
    put_field(out->data, 20, HASH_SIZE + blob->size, &at);
    put_field(out->data, 44, 0, &nothing);
    put_field(out->data, 52, 0, &at);
    put_number(out->data + 60, OUR_FLAGS & (challenge->flags | FLAG_TARGET), 4);
    put_units(out->data + domain, names->domain, names->domain_len);
    put_units(out->data + user, names->user, names->user_len);
    memcpy(out->data + old, old_proof, 24);
    memcpy(out->data + old + 24, proof, HASH_SIZE);
    memcpy(out->data + old + 24 + HASH_SIZE, blob->data, blob->size);
    return S_OK;
}

/* The version 2 answer of LM; nothing where the server's time is there. */
static bool make_old_proof(const uint8_t key[HASH_SIZE], const struct ntlm_login *login,
                           const struct challenge *challenge, uint8_t out[24])
{
    const struct bytes parts[] = {{challenge->nonce, 8}, {login->nonce, NTLM_NONCE_SIZE}};

    memset(out, 0, 24);
    if (challenge->has_time) return true;
    memcpy(out + HASH_SIZE, login->nonce, NTLM_NONCE_SIZE);
    return hmac_md5(key, parts, ARRAY_COUNT(parts), out);
}

/* Over all three messages, with room for itself empty. */
static bool add_mic(const uint8_t key[HASH_SIZE], const uint8_t proof[HASH_SIZE],
                    const struct ntlm_message *first, const struct bytes *second,
                    struct ntlm_message *third)
{
    const struct bytes proof_part = {proof, HASH_SIZE};
    const struct bytes parts[] = {{first->data, first->size}, *second, {third->data, third->size}};
    uint8_t session_key[HASH_SIZE], mic[HASH_SIZE];
    bool is_done = hmac_md5(key, &proof_part, 1, session_key) &&
                   hmac_md5(session_key, parts, ARRAY_COUNT(parts), mic);

    if (is_done) memcpy(third->data + MIC_AT, mic, HASH_SIZE);
    wipe(session_key, sizeof(session_key));
    return is_done;
}

HRESULT ntlm_answer(const struct ntlm_login *login, const struct ntlm_message *first,
                    const void *data, size_t size, struct ntlm_message *out)
{
    struct names names = split_name(login->user);
    const struct bytes second = {data, size};
    uint8_t key[HASH_SIZE], proof[HASH_SIZE], old_proof[24];
    struct challenge challenge;
    struct bytes blob = {NULL, 0};
    uint8_t *blob_data;
    HRESULT hr = E_OUTOFMEMORY;

    *out = (struct ntlm_message){NULL, 0};
    if (!read_challenge(&challenge, data, size)) return BG_E_INVALID_SERVER_RESPONSE;
    if ((blob_data = make_blob(login, &challenge, &blob.size)))
    {
        const struct bytes parts[] = {{challenge.nonce, 8}, {blob_data, blob.size}};

        blob.data = blob_data;
        if (make_key(login, &names, key) && hmac_md5(key, parts, ARRAY_COUNT(parts), proof) &&
            make_old_proof(key, login, &challenge, old_proof))
            hr = write_answer(&challenge, &names, proof, old_proof, &blob, out);
        if (SUCCEEDED(hr) && challenge.has_time && !add_mic(key, proof, first, &second, out))
            hr = E_OUTOFMEMORY;
        wipe(key, sizeof(key));
    }
    free(blob_data);
    if (FAILED(hr)) ntlm_message_done(out);
    return hr;
}
