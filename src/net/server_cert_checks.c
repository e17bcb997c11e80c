/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of servers' certificates that ask the network. The system gives each of their steps a
 * limit, but none to a server that sends a byte now and then: so a check that nobody waits for any
 * more may go on, and their number is bounded. */
#include "net/server_cert_checks.h"

#include <stdlib.h>
#include <string.h>

#include <wincrypt.h>

#include "base/err.h"
#include "base/err_codes.h"
#include "base/lock.h"
#include "net/server_cert.h"

#define RUNNING_MAX 16

struct server_cert_checks
{
    struct lock lock; /* leaf; everything below, and all waits */
    unsigned int refs;
    unsigned int running;
    void (*wake)(void *ctx); /* NULL: the owner has gone */
    void *ctx;
};

struct server_cert_wait
{
    struct server_cert_checks *checks; /* a reference; immutable, as the next four */
    HMODULE module;                    /* stays loaded until the thread has left it */
    const CERT_CONTEXT *cert;
    char *host;
    uint32_t flags;
    unsigned int refs; /* the owner's, and the thread's */
    bool is_over;
    HRESULT hr;
};

/* ---- life ---- */

HRESULT server_cert_checks_create(void (*wake)(void *ctx), void *ctx,
                                  struct server_cert_checks **out)
{
    struct server_cert_checks *checks = calloc(1, sizeof(*checks));

    if (!(*out = checks)) return E_OUTOFMEMORY;
    lock_init(&checks->lock, LOCK_RANK_LEAF, "certificate checks");
    checks->refs = 1;
    checks->wake = wake;
    checks->ctx = ctx;
    return S_OK;
}

static void release(struct server_cert_checks *checks)
{
    bool is_last;

    lock_acquire(&checks->lock);
    is_last = !--checks->refs;
    lock_release(&checks->lock);
    if (!is_last) return;
    lock_done(&checks->lock);
    free(checks);
}

void server_cert_checks_destroy(struct server_cert_checks *checks)
{
    if (!checks) return;
    lock_acquire(&checks->lock);
    checks->wake = NULL;
    lock_release(&checks->lock);
    release(checks);
}

static void free_wait(struct server_cert_wait *wait)
{
    if (wait->cert) CertFreeCertificateContext(wait->cert);
    free(wait->host);
    release(wait->checks);
    free(wait);
}

void server_cert_wait_end(struct server_cert_wait *wait)
{
    bool is_last;

    if (!wait) return;
    lock_acquire(&wait->checks->lock);
    is_last = !--wait->refs;
    lock_release(&wait->checks->lock);
    if (is_last) free_wait(wait);
}

/* ---- checks ---- */

static void CALLBACK run(TP_CALLBACK_INSTANCE *instance, void *ctx)
{
    struct server_cert_wait *wait = ctx;
    struct server_cert_checks *checks = wait->checks;
    HRESULT hr;

    CallbackMayRunLong(instance);
    FreeLibraryWhenCallbackReturns(instance, wait->module);
    hr = server_cert_check(wait->cert, wait->host, wait->flags);
    lock_acquire(&checks->lock);
    wait->hr = hr;
    wait->is_over = true;
    checks->running--;
    /* Within the lock, or the owner may be gone: it is a note, and waits for nothing. */
    if (checks->wake) checks->wake(checks->ctx);
    lock_release(&checks->lock);
    server_cert_wait_end(wait);
}

/* False: there are enough. */
static bool take_place(struct server_cert_checks *checks)
{
    bool is_free;

    lock_acquire(&checks->lock);
    if ((is_free = checks->running < RUNNING_MAX))
    {
        checks->running++;
        checks->refs++;
    }
    lock_release(&checks->lock);
    return is_free;
}

static void leave_place(struct server_cert_checks *checks)
{
    lock_acquire(&checks->lock);
    checks->running--;
    lock_release(&checks->lock);
}

static HRESULT submit(struct server_cert_wait *wait)
{
    HRESULT hr;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)(void *)run,
                            &wait->module))
        return err_from_last_error();
    if (TrySubmitThreadpoolCallback(run, wait, NULL)) return S_OK;
    hr = err_from_last_error();
    FreeLibrary(wait->module);
    return hr;
}

HRESULT server_cert_wait_begin(struct server_cert_checks *checks, const void *certificate,
                               const char *host, uint32_t flags, struct server_cert_wait **out)
{
    struct server_cert_wait *wait;
    HRESULT hr = E_OUTOFMEMORY;

    *out = NULL;
    if (!take_place(checks)) return ERR_HTTP_CERT_REV_FAILED;
    if (!(wait = calloc(1, sizeof(*wait))))
    {
        leave_place(checks);
        release(checks);
        return E_OUTOFMEMORY;
    }
    wait->checks = checks;
    wait->refs = 2;
    wait->flags = flags;
    wait->cert = CertDuplicateCertificateContext(certificate);
    if ((wait->host = strdup(host))) hr = submit(wait);
    if (FAILED(hr))
    {
        leave_place(checks);
        free_wait(wait);
        return hr;
    }
    *out = wait;
    return S_OK;
}

HRESULT server_cert_wait_result(struct server_cert_wait *wait)
{
    HRESULT hr;

    lock_acquire(&wait->checks->lock);
    hr = wait->is_over ? wait->hr : E_PENDING;
    lock_release(&wait->checks->lock);
    return hr;
}

bool server_cert_wait_is_for(const struct server_cert_wait *wait, const void *certificate)
{
    const CERT_CONTEXT *cert = certificate;

    return cert->cbCertEncoded == wait->cert->cbCertEncoded &&
           !memcmp(cert->pbCertEncoded, wait->cert->pbCertEncoded, cert->cbCertEncoded);
}
