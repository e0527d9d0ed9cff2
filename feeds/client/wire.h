/* wire: a TCP connection, with TLS where that is asked for; the only file that knows OpenSSL's TLS.
 *
 * One thread. Nothing here waits but the resolving of a name, which the system's resolver does in
 * its own time. A hub's certificate must be valid, chain to the authority given (else to the
 * system's), and be made out to the host of the URL; there is no way round. It knows nothing of
 * HTTP or websockets, and logs nothing. */
#ifndef FEEDS_CLIENT_WIRE_H
#define FEEDS_CLIENT_WIRE_H

#include "wall/base/err.h"
#include "wall/base/str.h"

struct wire_trust; /* whom to trust: made once, for all connections */
struct wire;

/* ca: a PEM file, or NULL for the system's authorities. */
struct wire_trust *wire_trust_create(const char *ca, struct err *err);
void wire_trust_destroy(struct wire_trust *trust); /* NULL-safe */

/* Resolves the host and begins to connect; NULL: there is no such host, or no way to it. trust:
 * NULL = no TLS; must outlive the wire. */
struct wire *wire_open(const struct wire_trust *trust, const char *host, int port, struct err *err);
void wire_close(struct wire *wire); /* at once; NULL-safe */

/* What poll is to be asked for. A connection that is not up asks for what it needs itself. */
int wire_fd(const struct wire *wire);
short wire_events(const struct wire *wire, bool read, bool write);

enum wire_state { WIRE_BUSY, WIRE_UP, WIRE_FAILED, WIRE_STATE_COUNT };
/* Goes on with connecting, after poll or at any time; tries the host's addresses one by one. */
enum wire_state wire_advance(struct wire *wire, struct err *err);
/* This address takes too long: goes on to the next one. WIRE_FAILED: there is none, or the
 * connection is made and its TLS is what takes long. */
enum wire_state wire_give_up(struct wire *wire, struct err *err);
bool wire_connected(const struct wire *wire); /* TCP is up; TLS may be under way */

/* Bytes read or written; 0: none for now; -1: the connection ended, and why. */
ptrdiff_t wire_read(struct wire *wire, char *to, size_t cap, struct err *err);
ptrdiff_t wire_write(struct wire *wire, struct str bytes, struct err *err);
/* Bytes came that poll does not tell of any more. */
bool wire_holds(const struct wire *wire);
/* Says that nothing more will be written; what the peer sends can still be read. */
void wire_end(struct wire *wire);

void wire_random(void *to, size_t len); /* bytes that nobody can guess */

#endif
