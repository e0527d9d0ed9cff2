/* import_sink: where imported events go: a log file, a hub, or nowhere (a check only). Internal to
 * the import. One thread. Events are counted as new or known only once they are durable there. */
#ifndef FEEDS_HUB_IMPORT_SINK_H
#define FEEDS_HUB_IMPORT_SINK_H

#include "feeds/event.h"

struct import_sink;

struct import_target {
    const char *log;             /* a log file, or NULL */
    const char *url;             /* a hub, or NULL */
    const char *token_file, *ca; /* with url; or NULL */
};

/* refused: called for an event that the hub did not take, with the line it came from. */
struct import_sink *import_sink_open(const struct import_target *target,
                                     void (*refused)(void *user, long line, const char *why),
                                     void *user, struct err *err);
/* Takes one row's events, each with .json. false: err; what was confirmed stays. */
bool import_sink_add(struct import_sink *sink, const struct event *events, size_t count, long line,
                     struct err *err);
/* Makes everything so far durable. */
bool import_sink_flush(struct import_sink *sink, struct err *err);
void import_sink_counts(const struct import_sink *sink, int64_t *fresh, int64_t *known);
void import_sink_close(struct import_sink *sink); /* NULL-safe; what was not flushed is dropped */

#endif
