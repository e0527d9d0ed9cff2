/* socket: the websocket under the client: connects (wire), upgrades (upgrade), frames (frames),
 * queues what is to be sent, and waits for all of it in one loop.
 *
 * One connection at a time, on the thread that calls socket_run. Every call but socket_wake and
 * socket_end is for that thread, from inside a hook. It knows nothing of the feed's messages.
 * Making one has the process ignore SIGPIPE: a connection or a log that ended is an error, not the
 * end. */
#ifndef FEEDS_CLIENT_SOCKET_H
#define FEEDS_CLIENT_SOCKET_H

#include "feeds/client/client.h"

struct socket;

struct socket_hooks {
    void *user;
    void (*opened)(void *user, enum message_format format);
    /* Part of a message. left: bytes of its frame still to come. false: too long, close 1009. */
    bool (*chunk)(void *user, struct str bytes, bool first, bool last, bool binary, uint64_t left);
    void (*lost)(void *user, const char *why); /* once an attempt or connection */
    void (*woken)(void *user);                 /* after socket_wake, and when the timer is due */
};

struct socket *socket_create(const struct client_url *url, const char *token_file, const char *ca,
                             const struct socket_hooks *hooks, struct err *err);
void socket_destroy(struct socket *socket); /* NULL-safe; not while it runs */
/* Serves until socket_end. */
void socket_run(struct socket *socket);
void socket_end(struct socket *socket);  /* any thread */
void socket_wake(struct socket *socket); /* any thread */

void socket_connect(struct socket *socket); /* answered by opened or lost */
/* Ends the attempt or the connection; no hook is called for it any more. */
void socket_hang_up(struct socket *socket);
/* Queues a message; false: too many are waiting already, or there is no connection. */
bool socket_send(struct socket *socket, struct str bytes, enum message_format format);
/* true: read nothing more until false. */
void socket_pause(struct socket *socket, bool pause);
/* Calls woken in so many milliseconds; replaces the time set before. */
void socket_timer(struct socket *socket, int64_t in_ms);

#endif
