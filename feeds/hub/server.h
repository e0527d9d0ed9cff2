/* server: the sockets of a hub: HTTP, the feed's websocket, TLS, and the loop that drives them.
 *
 * Owns the service thread's loop, all connections and their sessions; it uses the state, the intake
 * and the tokens that the hub made. server_run is the service thread; server_append, server_stop,
 * server_set_* may come from any other. libwebsockets stays in server*.c. */
#ifndef FEEDS_HUB_SERVER_H
#define FEEDS_HUB_SERVER_H

#include "feeds/hub/log.h"
#include "feeds/hub/state.h"
#include "feeds/hub/tokens.h"
#include "feeds/message.h"

struct server;
struct names;

struct server_config {
    const char *host; /* an address: "127.0.0.1", "::1", "0.0.0.0" */
    int port;         /* 0 = any free one */
    const char *tls_cert, *tls_key;
    struct tokens *tokens;   /* taken over; NULL: everybody may do all */
    struct names *directory; /* taken over; NULL = an empty one */
    struct state *state;     /* used by the service thread alone from here on */
    const char *folder;      /* for temporary files */
    struct log *log;         /* to write; taken over, also on failure */
};

/* Listens; nothing is served before server_run. NULL and err on failure. */
struct server *server_create(const struct server_config *config, struct err *err);
int server_port(const struct server *server);
/* Serves until server_stop; says goodbye to every wall before it returns. */
void server_run(struct server *server);
void server_stop(struct server *server);
void server_destroy(struct server *server); /* behind server_run; NULL-safe */

/* Blocks until the events are logged and applied; false and err where the log could not take them.
 * Not from the service thread. */
bool server_append(struct server *server, const struct event *events, size_t count,
                   struct err *err);
/* Judges every connection anew by a token file that was read again; takes it over. Only for a
 * server that was made with one. */
void server_set_tokens(struct server *server, struct tokens *tokens);
/* Sends the new directory to every wall; takes it over. */
void server_set_directory(struct server *server, struct names *directory);

#endif
