#include "feeds/client/wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel may hold of a snapshot while its parts are folded. On loopback a packet fills
 * half of the usual buffer, whose window then closes for fifths of a second again and again. */
#define KERNEL_BYTES (4 * 1024 * 1024)
#define TLS_BYTES 65536 /* read from the socket at once: some records */

struct wire_trust {
    SSL_CTX *tls;
};

struct wire {
    int fd;
    struct addrinfo *addresses, *at; /* all; the one that is tried */
    SSL *tls;                        /* NULL: none is wanted */
    char host[256];
    bool connected, up;
    bool drained, over; /* TLS holds no whole record; its end is yet to be told */
    bool read_wants_write, write_wants_read; /* TLS negotiates anew in the midst */
};

/* ---- TLS ---- */

static bool
tls_failed(struct err *err, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return err_set(err, "%s: %s", what, reason ? reason : "TLS failed");
}

struct wire_trust *
wire_trust_create(const char *ca, struct err *err)
{
    struct wire_trust *trust = calloc(1, sizeof *trust);
    if (!trust) {
        abort();
    }
    trust->tls = SSL_CTX_new(TLS_client_method());
    if (!trust->tls) {
        abort();
    }
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(trust->tls, TLS1_2_VERSION);
    SSL_CTX_set_verify(trust->tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(trust->tls,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* Messages are framed: one cut short is known by that. */
    SSL_CTX_set_options(trust->tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_read_ahead(trust->tls, 1);
    SSL_CTX_set_default_read_buffer_len(trust->tls, TLS_BYTES);
    bool good = ca ? SSL_CTX_load_verify_file(trust->tls, ca) == 1
                   : SSL_CTX_set_default_verify_paths(trust->tls) == 1;
    if (!good) {
        tls_failed(err, ca ? ca : "the system's certificate authorities");
        wire_trust_destroy(trust);
        return NULL;
    }
    return trust;
}

void
wire_trust_destroy(struct wire_trust *trust)
{
    if (trust) {
        SSL_CTX_free(trust->tls);
        free(trust);
    }
}

/* The name that the certificate must be made out to; an address is no name to ask for (SNI). */
static void
name_host(SSL *tls, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(tls);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1) {
        if (X509_VERIFY_PARAM_set1_host(param, host, 0) != 1 ||
            SSL_set_tlsext_host_name(tls, host) != 1) {
            abort(); /* out of memory: never without the check */
        }
    }
    ERR_clear_error();
}

static enum wire_state
shake_hands(struct wire *wire, struct err *err)
{
    ERR_clear_error();
    int done = SSL_connect(wire->tls), why = SSL_get_error(wire->tls, done), system = errno;
    if (done == 1) {
        wire->up = true;
        return WIRE_UP;
    }
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        return WIRE_BUSY;
    }
    long verified = SSL_get_verify_result(wire->tls);
    if (verified != X509_V_OK) {
        err_set(err, "the hub's certificate is not to be trusted: %s (see --ca)",
                X509_verify_cert_error_string(verified));
    } else if (why == SSL_ERROR_SYSCALL) {
        err_set(err, "the hub ended the connection before TLS was agreed on%s%s",
                system ? ": " : "", system ? strerror(system) : "");
    } else {
        tls_failed(err, "no TLS with the hub");
    }
    ERR_clear_error();
    return WIRE_FAILED;
}

/* ---- connecting ---- */

static void
drop(struct wire *wire)
{
    if (wire->fd >= 0) {
        close(wire->fd);
    }
    wire->fd = -1;
    wire->connected = false;
}

/* Never less than there was: the system may allow less than is asked for. */
static void
widen(int fd)
{
    int before = 0, wanted = KERNEL_BYTES;
    socklen_t len = sizeof before;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &before, &len) == 0 && before < wanted) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
    }
}

/* Begins with this address; false: errno. */
static bool
begin(struct wire *wire, const struct addrinfo *to)
{
    int one = 1;
    wire->fd =
        socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
    if (wire->fd < 0) {
        return false;
    }
    setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    widen(wire->fd); /* before connecting: the window's scale is agreed on then */
    return connect(wire->fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS;
}

/* The address that is tried failed: on to the next one. */
static enum wire_state
fall_through(struct wire *wire, int why, struct err *err)
{
    for (;;) {
        drop(wire);
        wire->at = wire->at->ai_next;
        if (!wire->at) {
            err_set(err, "%s: %s", wire->host, strerror(why));
            return WIRE_FAILED;
        }
        if (begin(wire, wire->at)) {
            return WIRE_BUSY;
        }
        why = errno;
    }
}

struct wire *
wire_open(const struct wire_trust *trust, const char *host, int port, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int failed = getaddrinfo(host, service, &hints, &found);
    if (failed) {
        err_set(err, "%s: no such host, or no network (%s)", host, gai_strerror(failed));
        return NULL;
    }
    struct wire *wire = calloc(1, sizeof *wire);
    if (!wire) {
        abort();
    }
    *wire = (struct wire){.fd = -1, .addresses = found, .at = found, .drained = true};
    snprintf(wire->host, sizeof wire->host, "%s", host);
    if (trust) {
        wire->tls = SSL_new(trust->tls);
        if (!wire->tls) {
            abort();
        }
        name_host(wire->tls, host);
    }
    if (!begin(wire, found) && fall_through(wire, errno, err) == WIRE_FAILED) {
        wire_close(wire);
        return NULL;
    }
    return wire;
}

void
wire_close(struct wire *wire)
{
    if (wire) {
        SSL_free(wire->tls);
        drop(wire);
        freeaddrinfo(wire->addresses);
        free(wire);
    }
}

int
wire_fd(const struct wire *wire)
{
    return wire->fd;
}

short
wire_events(const struct wire *wire, bool read, bool write)
{
    if (!wire->connected) {
        return POLLOUT;
    }
    if (!wire->up) {
        return SSL_want_write(wire->tls) ? POLLOUT : POLLIN;
    }
    bool in = (read && !wire->read_wants_write) || (write && wire->write_wants_read);
    bool out = (write && !wire->write_wants_read) || (read && wire->read_wants_write);
    return (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));
}

enum wire_state
wire_advance(struct wire *wire, struct err *err)
{
    if (!wire->connected) {
        struct pollfd poller = {.fd = wire->fd, .events = POLLOUT};
        int why = 0;
        socklen_t len = sizeof why;
        if (poll(&poller, 1, 0) <= 0) {
            return WIRE_BUSY;
        }
        if (getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &why, &len) != 0 || why) {
            return fall_through(wire, why ? why : errno, err);
        }
        wire->connected = true;
        wire->up = !wire->tls;
        if (wire->tls && SSL_set_fd(wire->tls, wire->fd) != 1) {
            abort();
        }
    }
    return wire->up ? WIRE_UP : shake_hands(wire, err);
}

enum wire_state
wire_give_up(struct wire *wire, struct err *err)
{
    if (wire->connected) {
        err_set(err, "%s: %s", wire->host, wire->up ? "no answer" : "no answer to TLS");
        return WIRE_FAILED;
    }
    return fall_through(wire, ETIMEDOUT, err);
}

bool
wire_connected(const struct wire *wire)
{
    return wire->connected;
}

/* ---- bytes ---- */

/* What an operation of TLS that did nothing means: 0 or -1, as for wire_read. */
static ptrdiff_t
tls_outcome(struct wire *wire, int done, bool reading, struct err *err)
{
    int why = SSL_get_error(wire->tls, done), system = errno;
    switch (why) {
    case SSL_ERROR_WANT_READ:
        wire->drained = true;
        wire->write_wants_read = !reading;
        return 0;
    case SSL_ERROR_WANT_WRITE:
        wire->read_wants_write = reading;
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        err_set(err, "the connection ended");
        return -1;
    case SSL_ERROR_SYSCALL:
        err_set(err, "the connection ended%s%s", system ? ": " : "",
                system ? strerror(system) : "");
        break;
    default:
        tls_failed(err, "the connection ended");
        break;
    }
    ERR_clear_error();
    return -1;
}

static ptrdiff_t
tls_read(struct wire *wire, char *to, size_t cap, struct err *err)
{
    size_t len = 0, now = 0;
    ERR_clear_error();
    wire->drained = wire->read_wants_write = false;
    while (len < cap) {
        int done = SSL_read_ex(wire->tls, to + len, cap - len, &now);
        if (done != 1) {
            ptrdiff_t outcome = tls_outcome(wire, done, true, err);
            wire->over = outcome < 0; /* the next call tells it again */
            return len ? (ptrdiff_t)len : outcome;
        }
        len += now;
    }
    return (ptrdiff_t)len;
}

ptrdiff_t
wire_read(struct wire *wire, char *to, size_t cap, struct err *err)
{
    if (wire->tls) {
        return tls_read(wire, to, cap, err);
    }
    ssize_t n = recv(wire->fd, to, cap, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (n <= 0) {
        err_set(err, "the connection ended%s%s", n < 0 ? ": " : "", n < 0 ? strerror(errno) : "");
        return -1;
    }
    return n;
}

ptrdiff_t
wire_write(struct wire *wire, struct str bytes, struct err *err)
{
    if (wire->tls) {
        size_t now = 0;
        ERR_clear_error();
        wire->write_wants_read = false;
        int done = SSL_write_ex(wire->tls, bytes.ptr, bytes.len, &now);
        return done == 1 ? (ptrdiff_t)now : tls_outcome(wire, done, false, err);
    }
    ssize_t n = send(wire->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (n < 0) {
        err_set(err, "the connection ended: %s", strerror(errno));
        return -1;
    }
    return n;
}

bool
wire_holds(const struct wire *wire)
{
    return wire->over || (wire->tls && !wire->drained && SSL_has_pending(wire->tls));
}

void
wire_end(struct wire *wire)
{
    if (wire->tls && wire->up) {
        ERR_clear_error();
        SSL_shutdown(wire->tls);
        ERR_clear_error();
    }
    shutdown(wire->fd, SHUT_WR);
}

void
wire_random(void *to, size_t len)
{
    if (RAND_bytes(to, (int)len) != 1) {
        abort(); /* never a key that can be guessed */
    }
}
