/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Random numbers of the system: bcrypt on Windows, getrandom() elsewhere. */
#include "base/random.h"

#include <string.h>

#ifdef _WIN32

#include <bcrypt.h>

static bool fill(unsigned char *buffer, size_t size)
{
    while (size)
    {
        ULONG part = size > 0x10000000 ? 0x10000000 : (ULONG)size;

        if (BCryptGenRandom(NULL, buffer, part, BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0) return false;
        buffer += part;
        size -= part;
    }
    return true;
}

#else

#include <errno.h>
#include <sys/random.h>

static bool fill(unsigned char *buffer, size_t size)
{
    while (size)
    {
        ssize_t got = getrandom(buffer, size, 0);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        buffer += got;
        size -= (size_t)got;
    }
    return true;
}

#endif

HRESULT random_bytes(void *buffer, size_t size)
{
    if (fill(buffer, size)) return S_OK;
    memset(buffer, 0, size);
    return E_FAIL;
}

HRESULT guid_create_random(GUID *guid)
{
    HRESULT hr;

    if (FAILED(hr = random_bytes(guid, sizeof(*guid)))) return hr;

    /* RFC 9562, 5.4: version and variant. */
    guid->Data3 = (uint16_t)((guid->Data3 & 0x0fff) | 0x4000);
    guid->Data4[0] = (uint8_t)((guid->Data4[0] & 0x3f) | 0x80);
    return S_OK;
}

uint32_t random_below(uint32_t limit)
{
    uint32_t value, rest;

    if (!limit) return 0;

    /* Values of the last, incomplete round would favour small results. */
    rest = (uint32_t)(0x100000000ull % limit);
    do
    {
        if (FAILED(random_bytes(&value, sizeof(value)))) return 0;
    } while (value > UINT32_MAX - rest);
    return value % limit;
}
