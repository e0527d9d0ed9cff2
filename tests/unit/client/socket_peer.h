/* socket_peer: the other end for tests of the client's socket: one connection, one thread, bytes as
 * the test wants them, over TCP or TLS with a certificate made here. Blocking, with a time limit.
 */
#ifndef TESTS_UNIT_CLIENT_SOCKET_PEER_H
#define TESTS_UNIT_CLIENT_SOCKET_PEER_H

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wall/base/str.h"

struct peer {
    int listener, fd, port;
    SSL_CTX *tls; /* NULL: TCP */
    SSL *ssl;
    pthread_t thread;
    void (*script)(struct peer *peer);
    struct buf request; /* the upgrade's */
    struct buf heard;   /* of frames: "t:TEXT|", "b:TEXT|", "pong:TEXT|", "close CODE|", "end|" */
};

static inline void
peer_must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "the test's peer: %s\n", what);
        abort();
    }
}

/* A self-signed certificate, valid from so many seconds from now for an hour; names as in "DNS:hub,
 * IP:127.0.0.1". Written to the file too where there is one. */
static inline SSL_CTX *
peer_certificate(const char *names, long from_s, const char *file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509V3_CTX about;
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), from_s);
    X509_gmtime_adj(X509_getm_notAfter(cert), from_s + 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"hub of a test", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_set_pubkey(cert, key);
    X509V3_set_ctx(&about, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &about, NID_subject_alt_name, names);
    peer_must(extension && X509_add_ext(cert, extension, -1), "no names");
    peer_must(X509_sign(cert, key, EVP_sha256()) > 0, "no certificate");
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    peer_must(SSL_CTX_use_certificate(tls, cert) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1,
              "no TLS");
    if (file) {
        FILE *out = fopen(file, "w");
        peer_must(out && PEM_write_X509(out, cert) == 1 && fclose(out) == 0, file);
    }
    X509_EXTENSION_free(extension);
    X509_free(cert);
    EVP_PKEY_free(key);
    return tls;
}

static inline void
peer_write(struct peer *peer, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len) {
        ssize_t n =
            peer->ssl ? SSL_write(peer->ssl, at, (int)len) : send(peer->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return; /* what it heard tells */
        }
        at += n;
        len -= (size_t)n;
    }
}

static inline bool
peer_read(struct peer *peer, void *to, size_t len)
{
    char *at = to;
    while (len) {
        ssize_t n = peer->ssl ? SSL_read(peer->ssl, at, (int)len) : recv(peer->fd, at, len, 0);
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* The request up to its empty line; false: none came. */
static inline bool
peer_request(struct peer *peer)
{
    char c;
    while (!peer->request.len || !strstr(peer->request.ptr, "\r\n\r\n")) {
        if (!peer_read(peer, &c, 1)) {
            return false;
        }
        buf_add(&peer->request, &c, 1);
    }
    return true;
}

/* What RFC 6455 §4.2.2 wants back, by other means than the client's. */
static inline void
peer_accept(const struct peer *peer, char out[64])
{
    static const char name[] = "Sec-WebSocket-Key: ";
    const char *at = strstr(peer->request.ptr, name);
    char text[128];
    unsigned char hash[64];
    unsigned len;
    peer_must(at, "no Sec-WebSocket-Key");
    int wrote = snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                         at + sizeof name - 1);
    EVP_Digest(text, (size_t)wrote, hash, &len, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)out, hash, (int)len);
}

/* Takes the request and answers it, with the first bytes of the websocket in the same write. */
static inline bool
peer_upgrade(struct peer *peer, struct str behind)
{
    char accept[64];
    struct buf out = {0};
    if (!peer_request(peer)) {
        return false;
    }
    peer_accept(peer, accept);
    buf_printf(&out,
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: ticketfeed.v1.msgpack\r\n\r\n",
               accept);
    buf_add_str(&out, behind);
    peer_write(peer, out.ptr, out.len);
    buf_free(&out);
    return true;
}

/* One frame into heard; false: the connection ended, which is there too. */
static inline bool
peer_hear(struct peer *peer)
{
    unsigned char head[2], more[8] = {0}, mask[4];
    if (!peer_read(peer, head, 2)) {
        buf_printf(&peer->heard, "end|");
        return false;
    }
    size_t len = head[1] & 127u, extra = len == 127 ? 8 : len == 126 ? 2 : 0;
    peer_must((head[0] & 0xf0) == 0x80, "a frame that is not whole");
    peer_must(head[1] & 128, "a frame without a mask");
    peer_must(peer_read(peer, more, extra) && peer_read(peer, mask, 4), "half a frame");
    for (size_t i = 0; i < extra; i++) {
        len = (i ? len << 8 : 0) | more[i];
    }
    unsigned char *payload = calloc(1, len + 1);
    peer_must(peer_read(peer, payload, len), "half a frame");
    for (size_t i = 0; i < len; i++) {
        payload[i] ^= mask[i & 3];
    }
    switch (head[0] & 15) {
    case 8:
        buf_printf(&peer->heard, "close %d|", len >= 2 ? payload[0] << 8 | payload[1] : 1005);
        break;
    case 10:
        buf_printf(&peer->heard, "pong:%s|", (char *)payload);
        break;
    default:
        buf_printf(&peer->heard, "%s:%s|", (head[0] & 15) == 2 ? "b" : "t", (char *)payload);
        break;
    }
    free(payload);
    return true;
}

static inline void *
peer_run(void *user)
{
    struct peer *peer = user;
    struct pollfd poller = {.fd = peer->listener, .events = POLLIN};
    struct timeval limit = {.tv_sec = 4};
    if (poll(&poller, 1, 4000) != 1) {
        return NULL;
    }
    peer->fd = accept(peer->listener, NULL, NULL);
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    bool good = true;
    if (peer->tls) {
        peer->ssl = SSL_new(peer->tls);
        SSL_set_fd(peer->ssl, peer->fd);
        good = SSL_accept(peer->ssl) == 1;
    }
    if (good) {
        peer->script(peer);
    }
    if (peer->ssl && good) {
        SSL_shutdown(peer->ssl);
    }
    close(peer->fd);
    return NULL;
}

/* Listens on all of IPv4 at once, so that it has more than one address. */
static inline void
peer_start(struct peer *peer, SSL_CTX *tls, void (*script)(struct peer *))
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    socklen_t len = sizeof to;
    signal(SIGPIPE, SIG_IGN);
    *peer = (struct peer){.tls = tls, .script = script};
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    peer_must(bind(peer->listener, (struct sockaddr *)&to, sizeof to) == 0 &&
                  listen(peer->listener, 4) == 0 &&
                  getsockname(peer->listener, (struct sockaddr *)&to, &len) == 0,
              "no port");
    peer->port = ntohs(to.sin_port);
    peer_must(pthread_create(&peer->thread, NULL, peer_run, peer) == 0, "no thread");
}

/* Waits for the script to end; what was heard stays until peer_free. */
static inline void
peer_wait(struct peer *peer)
{
    pthread_join(peer->thread, NULL);
    close(peer->listener);
    buf_add(&peer->heard, "", 0);
}

static inline void
peer_free(struct peer *peer)
{
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->tls);
    buf_free(&peer->request);
    buf_free(&peer->heard);
}

#endif
