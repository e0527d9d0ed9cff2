/* log (of the hub): the one durable, append-only list of events, numbered from 1 without holes.
 *
 * Owns one SQLite file in WAL mode (behind this interface; another engine may follow). A struct log
 * is used by one thread at a time; several may be open on the same file: any number to read, one to
 * write (a second writer is refused at log_open). What log_append or log_commit confirmed survives
 * a crash and a power cut. It never interprets an event: applying, ordering and dedup beyond
 * (source, id) belong to its callers. Reads no clock. */
#ifndef FEEDS_HUB_LOG_H
#define FEEDS_HUB_LOG_H

#include "feeds/event.h"

struct log;

enum log_mode {
    LOG_READ,  /* the file must exist */
    LOG_WRITE, /* created where missing; takes the writer's lock (FILE-lock beside the file) */
    LOG_MODE_COUNT
};

/* NULL and err where it cannot be opened, is no event log, or has another writer. */
struct log *log_open(const char *path, enum log_mode mode, struct err *err);
void log_close(struct log *log); /* NULL-safe; an open group is rolled back */

/* The incarnation: 16 hex digits drawn when the file was made; valid until log_close. */
const char *log_name(const struct log *log);
/* The greatest seq; 0 = empty. Of a reader: as it is in the file now. */
int64_t log_head(struct log *log);

/* Appends a batch, durable when true is returned. seqs (count long, or NULL) gets each event's new
 * cursor, or 0 where its (source, id) was logged before (earlier in the same batch included): the
 * first one stays as it is. All or nothing: on false (disk full, I/O error) nothing was logged, err
 * says why, and the log goes on: the same batch may be tried again. An event's .json is kept as it
 * is; one without gets event_to_json's text. */
bool log_append(struct log *log, const struct event *events, size_t count, int64_t *seqs,
                struct err *err);

/* The same in groups, so that many batches share one flush: begin, any number of add, commit. After
 * a false the group is rolled back whole and nothing of it was logged. */
bool log_begin(struct log *log, struct err *err);
bool log_add(struct log *log, const struct event *events, size_t count, int64_t *seqs,
             struct err *err);
bool log_commit(struct log *log, struct err *err);
void log_rollback(struct log *log);

/* Whether it can be written again: writes and flushes a page's worth that is no event. */
bool log_probe(struct log *log, struct err *err);

struct log_entry {
    int64_t seq;
    int64_t time_ms;
    struct str subject, type; /* type: "ticket.registered" */
    struct str json;          /* the event, one line of compact JSON */
};

/* Called for each entry; its strings live until it returns. false stops the walk (no error). */
typedef bool log_visit(void *user, const struct log_entry *entry);

/* Entries with after < seq <= upto in order of seq. A walk sees the log as it was when it began.
 * To read a long log at one's own pace, stop and begin again after the last seq seen. */
bool log_each(struct log *log, int64_t after, int64_t upto, log_visit *visit, void *user,
              struct err *err);
/* Entries of one subject with seq <= upto in order of (time, seq). */
bool log_each_of(struct log *log, struct str subject, int64_t upto, log_visit *visit, void *user,
                 struct err *err);
/* The entry of one seq; visit is not called where there is none. */
bool log_one(struct log *log, int64_t seq, log_visit *visit, void *user, struct err *err);

#endif
