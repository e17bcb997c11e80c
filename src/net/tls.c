/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TLS by mbedTLS. Chains, names and authorities play no role between peers: the check that the
 * caller gives sees the certificate itself, and decides alone. */
#include "net/tls.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ssl.h>

#include "net/mbedtls_setup.h"

#define RECORD_MAX 16384

/* The library asks for a record's head and body apart and sends each record alone, and a call of
 * the system costs more under Wine than a record's ciphers: so several go in one. A connection that
 * has not moved much yet, as a stranger's, has room for one. */
#define RECORD_OVERHEAD 64
#define BUFFER_MIN      (RECORD_MAX + RECORD_OVERHEAD)
#define BUFFER_MAX      (16 * BUFFER_MIN)

struct buffer
{
    size_t from, to; /* what waits in it */
    size_t size;
    unsigned char *bytes;
};

struct tls_context
{
    atomic_uint references;
    mbedtls_ssl_config config; /* immutable after create, as the rest */
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
};

struct tls
{
    struct tls_context *context; /* counted */
    mbedtls_ssl_context ssl;
    struct tls_transport transport;
    tls_check_fn check;
    void *check_ctx;
    enum tls_failure failure;
    bool is_refused; /* by our check */
    bool is_open;    /* the handshake is done */
    bool is_closing; /* the other side has been told */
    size_t pending;  /* bytes of a write that has to be repeated */
    struct buffer in, out;
};

/* clang-format off */
static const int cipher_suites[] = {
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    /* Windows 7 and its servers have no GCM with RSA. */
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    0
};
/* clang-format on */

/* The library looks for signers and names first; what it found is replaced by what the check says.
 * A certificate above the peer's own is of no use to us, and not waited for. */
static int verify(void *ctx, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    struct tls *tls = ctx;

    if (depth)
        *flags = 0;
    else if (tls->check(tls->check_ctx, certificate->raw.p, certificate->raw.len))
        *flags = 0;
    else
    {
        tls->is_refused = true;
        *flags = MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    }
    return 0;
}

static int set_config(struct tls_context *context, enum tls_role role)
{
    mbedtls_ssl_config *config = &context->config;
    int code = mbedtls_ssl_config_defaults(
        config, role == TLS_SERVER ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

    if (code) return code;
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_ciphersuites(config, cipher_suites);
    mbedtls_ssl_conf_rng(config, mbedtls_setup_random, NULL);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    /* Without authorities the library refuses to ask the check; and clients that see a list of them
     * may show no certificate. */
    mbedtls_ssl_conf_ca_chain(config, &context->certificate, NULL);
#ifdef MBEDTLS_SSL_SRV_C
    mbedtls_ssl_conf_cert_req_ca_list(config, MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
#ifdef MBEDTLS_SSL_SESSION_TICKETS
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
    return mbedtls_ssl_conf_own_cert(config, &context->certificate, &context->key);
}

HRESULT tls_context_create(const struct tls_identity *identity, enum tls_role role,
                           struct tls_context **out)
{
    struct tls_context *context;

    *out = NULL;
    mbedtls_setup();
    if (!(context = calloc(1, sizeof(*context)))) return E_OUTOFMEMORY;
    atomic_init(&context->references, 1);
    mbedtls_ssl_config_init(&context->config);
    mbedtls_x509_crt_init(&context->certificate);
    mbedtls_pk_init(&context->key);

    if (mbedtls_x509_crt_parse_der(&context->certificate, identity->der, identity->der_size) ||
        mbedtls_pk_parse_key(&context->key, identity->key, identity->key_size, NULL, 0) ||
        mbedtls_pk_check_pair(&context->certificate.pk, &context->key) || set_config(context, role))
    {
        tls_context_release(context);
        return E_INVALIDARG;
    }
    *out = context;
    return S_OK;
}

void tls_context_release(struct tls_context *context)
{
    if (!context || atomic_fetch_sub(&context->references, 1) > 1) return;
    mbedtls_ssl_config_free(&context->config);
    mbedtls_pk_free(&context->key);
    mbedtls_x509_crt_free(&context->certificate);
    free(context);
}

/* Without memory it stays as it is, which is only slower. */
static void widen(struct buffer *buffer)
{
    unsigned char *bytes;

    if (buffer->size == BUFFER_MAX || !(bytes = realloc(buffer->bytes, BUFFER_MAX))) return;
    buffer->bytes = bytes;
    buffer->size = BUFFER_MAX;
}

static bool create_buffer(struct buffer *buffer)
{
    buffer->size = BUFFER_MIN;
    buffer->bytes = malloc(BUFFER_MIN);
    return buffer->bytes != NULL;
}

/* Empties the buffer: TLS_DONE, TLS_WANT_WRITE or TLS_FAILED. */
static enum tls_status flush(struct tls *tls)
{
    struct buffer *out = &tls->out;

    while (out->from < out->to)
    {
        int sent =
            tls->transport.send(tls->transport.ctx, out->bytes + out->from, out->to - out->from);

        if (!sent || sent == TLS_IO_BLOCK) return TLS_WANT_WRITE;
        if (sent < 0)
        {
            if (!tls->failure) tls->failure = TLS_FAILURE_NETWORK;
            return TLS_FAILED;
        }
        out->from += (size_t)sent;
    }
    out->from = out->to = 0;
    return TLS_DONE;
}

static int io_send(void *ctx, const unsigned char *data, size_t size)
{
    struct tls *tls = ctx;
    struct buffer *out = &tls->out;

    if (size > out->size - out->to)
    {
        if (flush(tls) == TLS_FAILED) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
        memmove(out->bytes, out->bytes + out->from, out->to - out->from);
        out->to -= out->from;
        out->from = 0;
    }
    if (size > out->size - out->to) size = out->size - out->to;
    if (!size) return MBEDTLS_ERR_SSL_WANT_WRITE;
    memcpy(out->bytes + out->to, data, size);
    out->to += size;
    return (int)size;
}

static int io_receive(void *ctx, unsigned char *buffer, size_t size)
{
    struct tls *tls = ctx;
    struct buffer *in = &tls->in;

    if (in->from == in->to)
    {
        int got;

        if (in->to == in->size) widen(in); /* it was full: there is much to come */
        got = tls->transport.receive(tls->transport.ctx, in->bytes, in->size);
        in->from = in->to = 0;
        if (got == TLS_IO_BLOCK) return MBEDTLS_ERR_SSL_WANT_READ;
        if (got < 0)
        {
            tls->failure = TLS_FAILURE_NETWORK;
            return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
        }
        in->to = (size_t)got;
    }
    if (size > in->to - in->from) size = in->to - in->from;
    memcpy(buffer, in->bytes + in->from, size);
    in->from += size;
    return (int)size;
}

HRESULT tls_open(struct tls_context *context, const struct tls_transport *transport,
                 tls_check_fn check, void *check_ctx, const char *server_name, struct tls **out)
{
    struct tls *tls;

    *out = NULL;
    if (!(tls = calloc(1, sizeof(*tls)))) return E_OUTOFMEMORY;
    atomic_fetch_add(&context->references, 1);
    tls->context = context;
    tls->transport = *transport;
    tls->check = check;
    tls->check_ctx = check_ctx;
    mbedtls_ssl_init(&tls->ssl);

    if (!create_buffer(&tls->in) || !create_buffer(&tls->out) ||
        mbedtls_ssl_setup(&tls->ssl, &context->config) ||
        (server_name && mbedtls_ssl_set_hostname(&tls->ssl, server_name)))
    {
        tls_destroy(tls);
        return E_OUTOFMEMORY;
    }
    mbedtls_ssl_set_verify(&tls->ssl, verify, tls);
    mbedtls_ssl_set_bio(&tls->ssl, tls, io_send, io_receive, NULL);
    *out = tls;
    return S_OK;
}

void tls_destroy(struct tls *tls)
{
    if (!tls) return;
    mbedtls_ssl_free(&tls->ssl);
    tls_context_release(tls->context);
    free(tls->in.bytes);
    free(tls->out.bytes);
    free(tls);
}

static enum tls_failure failure_of(const struct tls *tls, int code)
{
    if (tls->is_refused) return TLS_FAILURE_CERTIFICATE;

    switch (code)
    {
    case 0:
    case MBEDTLS_ERR_SSL_CONN_EOF:
        return TLS_FAILURE_CUT;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
        return TLS_FAILURE_REFUSED;
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
    case MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
        return TLS_FAILURE_CERTIFICATE;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
        return TLS_FAILURE_MEMORY;
    default:
        return TLS_FAILURE_PROTOCOL;
    }
}

/* What a code below or equal to 0 of the library means. */
static enum tls_status status_of(struct tls *tls, int code)
{
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return TLS_WANT_READ;
    if (code == MBEDTLS_ERR_SSL_WANT_WRITE) return TLS_WANT_WRITE;
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY && tls->is_open) return TLS_CLOSED;
    /* The library is silent here, and the client would take it for a broken network. */
    if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
        mbedtls_ssl_send_alert_message(&tls->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                       MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
    if (!tls->failure) tls->failure = failure_of(tls, code);
    /* An alert, perhaps. */
    if (tls->failure != TLS_FAILURE_NETWORK) flush(tls);
    return TLS_FAILED;
}

enum tls_status tls_handshake(struct tls *tls)
{
    enum tls_status status;
    int code;

    if (tls->failure) return TLS_FAILED;
    if (tls->is_open) return TLS_DONE;
    code = mbedtls_ssl_handshake(&tls->ssl);
    if (code && code != MBEDTLS_ERR_SSL_WANT_READ) return status_of(tls, code);
    if ((status = flush(tls)) != TLS_DONE) return status;
    if (code) return TLS_WANT_READ;
    tls->is_open = true;
    return TLS_DONE;
}

/* Nothing may pass before the check has been asked, whatever the library would do. */
static bool is_ready(struct tls *tls)
{
    if (!tls->failure && !tls->is_open) tls->failure = TLS_FAILURE_PROTOCOL;
    return !tls->failure;
}

enum tls_status tls_read(struct tls *tls, void *buffer, size_t size, size_t *got)
{
    int code;

    *got = 0;
    if (!is_ready(tls)) return TLS_FAILED;
    if (!size) return TLS_DONE;
    if ((code = mbedtls_ssl_read(&tls->ssl, buffer, size)) <= 0) return status_of(tls, code);
    *got = (size_t)code;
    return TLS_DONE;
}

enum tls_status tls_write(struct tls *tls, const void *data, size_t size, size_t *sent)
{
    const unsigned char *at = data;

    *sent = 0;
    if (!is_ready(tls)) return TLS_FAILED;
    if (size > RECORD_MAX) widen(&tls->out);
    while (*sent < size)
    {
        size_t part = size - *sent;
        int code;

        if (part > RECORD_MAX) part = RECORD_MAX;
        /* The library has made the record: only the same bytes may follow. */
        if (tls->pending > part) return status_of(tls, MBEDTLS_ERR_SSL_BAD_INPUT_DATA);
        if (tls->pending) part = tls->pending;
        if ((code = mbedtls_ssl_write(&tls->ssl, at + *sent, part)) <= 0)
        {
            tls->pending = part;
            return status_of(tls, code);
        }
        tls->pending = 0;
        *sent += (size_t)code;
    }
    return flush(tls);
}

bool tls_has_pending(const struct tls *tls)
{
    return tls->in.from < tls->in.to || mbedtls_ssl_check_pending(&tls->ssl);
}

enum tls_status tls_close(struct tls *tls)
{
    enum tls_status status;
    int code;

    if (!is_ready(tls)) return TLS_FAILED;
    /* With a full buffer the library would forget what it was asked for. */
    if ((status = flush(tls)) != TLS_DONE) return status;
    if (tls->is_closing) return TLS_DONE;
    if ((code = mbedtls_ssl_close_notify(&tls->ssl))) return status_of(tls, code);
    tls->is_closing = true;
    return flush(tls);
}

enum tls_failure tls_failure(const struct tls *tls)
{
    return tls->failure;
}

const char *tls_failure_text(const struct tls *tls)
{
    static const char *const texts[] = {
        [TLS_FAILURE_NONE] = "no failure",
        [TLS_FAILURE_NETWORK] = "the network failed",
        [TLS_FAILURE_CUT] = "the connection was cut",
        [TLS_FAILURE_CERTIFICATE] = "the certificate is refused",
        [TLS_FAILURE_REFUSED] = "the other side refused us",
        [TLS_FAILURE_PROTOCOL] = "not a TLS that we speak",
        [TLS_FAILURE_MEMORY] = "no memory",
    };

    return texts[tls->failure];
}

const uint8_t *tls_peer_certificate(const struct tls *tls, size_t *size)
{
    const mbedtls_x509_crt *certificate =
        tls->is_open ? mbedtls_ssl_get_peer_cert(&tls->ssl) : NULL;

    *size = certificate ? certificate->raw.len : 0;
    return certificate ? certificate->raw.p : NULL;
}

const char *tls_cipher(const struct tls *tls)
{
    const char *name = mbedtls_ssl_get_ciphersuite(&tls->ssl);

    return name ? name : "none";
}
