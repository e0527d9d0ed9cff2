/* replay: a whole log, decoded by all cores and handed on in its order.
 *
 * Decoding is nearly all that reading a log back costs, so a long log's start is spread over
 * threads: while one slice is applied, the next is decoded. The threads live inside replay_log. */
#ifndef FEEDS_HUB_REPLAY_H
#define FEEDS_HUB_REPLAY_H

#include "feeds/hub/log.h"

/* The event's strings live until the call returns. event NULL: the text could not be decoded (it
 * was valid when it was logged; reported). */
typedef void replay_apply(void *user, int64_t seq, struct str json, const struct event *event);

/* Calls apply for every entry from seq 1 on, on the calling thread. false: the log is unreadable.
 */
bool replay_log(struct log *log, replay_apply *apply, void *user, struct err *err);

#endif
