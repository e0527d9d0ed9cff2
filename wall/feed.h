/* feed: what the network thread queued, folded into the tickets.
 *
 * Owns the client; borrows the tickets. The main thread's, but while it is lent to the one of
 * ahead.h: one thread at a time. Decides whether what is held is in sync and whether it is
 * stale, and tells the client when the digest differs. Reads no clock: moments are handed in. */
#ifndef WALL_FEED_H
#define WALL_FEED_H

#include "feeds/client/client.h"
#include "feeds/tickets/tickets.h"
#include "wall/control.h"

struct feed;

/* tickets outlive the feed. NULL and err as client_start. */
struct feed *feed_start(const struct client_config *config, struct tickets *tickets,
                        struct err *err);
void feed_stop(struct feed *feed); /* NULL-safe */

/* Folds what is waiting, up to `most` events and rows, and looks at up to about as many tickets of
 * those whose figures are to be made anew for the moment (tickets_prepare), so that neither a burst
 * nor a snapshot holds a frame up; true where more is to do. What comes behind a snapshot waits
 * until its figures are whole. */
bool feed_fold(struct feed *feed, int64_t moment_ms, uint32_t most);

struct feed_state {
    bool connected, has_state;
    bool in_sync;      /* snapshot or resume done, and a heartbeat agreed */
    bool stale;        /* nothing for 15 s, or a gap or divergence not yet made good */
    int64_t age_ms;    /* since the last message; 0 where there was none */
    int64_t offset_ms; /* this machine's clock less the hub's */
    uint64_t seq;      /* the cursor that the tickets stand at */
    char log[256];
    struct message_faults faults;
    const char *reason; /* in Chinese, "" while live */
    char why[200];      /* for the operator: why it is not in sync */
};
void feed_look(const struct feed *feed, int64_t mono_ms, struct feed_state *out);
/* Whether a snapshot is coming in, part by part, or its figures are being made. */
bool feed_is_loading(const struct feed *feed);
/* Grows whenever something was folded that can be seen: not while a snapshot's parts come. */
uint64_t feed_version(const struct feed *feed);
/* When the newest ticket folded from an events message was registered, by the hub's clock; 0 = none
 * yet. An arrival is drawn moving for a moment. */
int64_t feed_newest_ms(const struct feed *feed);
/* This machine's Unix time as the hub's clock would show it. */
int64_t feed_hub_ms(const struct feed *feed, int64_t wall_ms);
/* Grows with every welcome: a status is due then. */
uint64_t feed_welcomes(const struct feed *feed);
/* What the hub's operator wants shown; a control of another log's hub stays until a newer one. */
struct control *feed_control(struct feed *feed);
void feed_status(struct feed *feed, const struct client_status *status);

#endif
