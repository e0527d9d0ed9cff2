/* hub: takes ticket events in, keeps the one durable log, serves walls over websockets.
 *
 * hub_start runs its own threads (one service thread that owns sockets and tickets, one writer that
 * owns the log); the calls here may come from any other thread. `wallboard-hub serve` and
 * `wallboard --demo` both start it this way. Nothing of SQLite or libwebsockets shows. */
#ifndef FEEDS_HUB_HUB_H
#define FEEDS_HUB_HUB_H

#include "feeds/event.h"
#include "feeds/tickets/profile.h"

struct hub;

struct hub_config {
    const char *listen;             /* "127.0.0.1:8080"; port 0 = any free one */
    const char *log;                /* the SQLite file; created where missing */
    const struct profile *profile;  /* outlives the hub */
    const char *directory;          /* JSON or YAML file, or NULL */
    const char *tokens;             /* YAML file, or NULL: loopback only, all rights */
    const char *tls_cert, *tls_key; /* both or neither */
};

/* Opens the log, replays it, listens. NULL and err on failure. */
struct hub *hub_start(const struct hub_config *config, struct err *err);
/* Says goodbye `shutdown` to walls, flushes the log, joins the threads. NULL-safe. */
void hub_stop(struct hub *hub);
/* The port it listens on. */
int hub_port(const struct hub *hub);
/* Takes a batch in as POST /events would (validated already), durable when it returns true. */
bool hub_append(struct hub *hub, const struct event *events, size_t count, struct err *err);
/* Reads the token file again: connections whose token is gone or means something else now are
 * ended. Only for a hub that was started with one. false: all stays as it was. */
bool hub_set_tokens(struct hub *hub, const char *path, struct err *err);
/* Reads the directory file again and sends it to every wall. false: it stays as it was. */
bool hub_set_directory(struct hub *hub, const char *path, struct err *err);

#endif
