#include "feeds/hub/import_sink.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/hub/log.h"
#include "feeds/hub/post.h"
#include "wall/base/file.h"

#define GROUP_EVENTS 5000
#define GROUP_BYTES (4 * 1024 * 1024)

struct import_sink {
    struct log *log;
    struct post *post;
    bool open; /* a group of the log */
    size_t waiting;
    int64_t waiting_fresh, fresh, known;
    struct buf bytes; /* to a hub: the waiting events' texts, one after another */
    size_t *ends;     /* where each ends, GROUP_EVENTS of them */
    long *lines;
    void (*refused)(void *user, long line, const char *why);
    void *user;
};

/* The token without the line break behind it. */
static bool
read_token(const char *path, struct buf *out, struct err *err)
{
    if (!file_read(path, 4096, out, err)) {
        return false;
    }
    while (out->len && strchr(" \t\r\n", out->ptr[out->len - 1])) {
        out->ptr[--out->len] = '\0';
    }
    return true;
}

struct import_sink *
import_sink_open(const struct import_target *target,
                 void (*refused)(void *user, long line, const char *why), void *user,
                 struct err *err)
{
    struct import_sink *sink = calloc(1, sizeof *sink);
    struct buf token = {0};
    if (!sink || !(sink->ends = calloc(GROUP_EVENTS, sizeof *sink->ends)) ||
        !(sink->lines = calloc(GROUP_EVENTS, sizeof *sink->lines))) {
        abort();
    }
    sink->refused = refused;
    sink->user = user;
    bool fine = true;
    if (target->log) {
        sink->log = log_open(target->log, LOG_WRITE, err);
        fine = sink->log != NULL;
    } else if (target->url) {
        fine = !target->token_file || read_token(target->token_file, &token, err);
        sink->post = fine ? post_open(target->url, token.ptr, target->ca, err) : NULL;
        fine = sink->post != NULL;
    }
    buf_free(&token);
    if (!fine) {
        import_sink_close(sink);
        return NULL;
    }
    return sink;
}

void
import_sink_close(struct import_sink *sink)
{
    if (!sink) {
        return;
    }
    log_close(sink->log);
    post_close(sink->post);
    buf_free(&sink->bytes);
    free(sink->ends);
    free(sink->lines);
    free(sink);
}

void
import_sink_counts(const struct import_sink *sink, int64_t *fresh, int64_t *known)
{
    *fresh = sink->fresh;
    *known = sink->known;
}

/* ---- to a log ---- */

static bool
add_to_log(struct import_sink *sink, const struct event *events, size_t count, struct err *err)
{
    int64_t seqs[256];
    if (!sink->open) {
        if (!log_begin(sink->log, err)) {
            return false;
        }
        sink->open = true;
    }
    for (size_t at = 0; at < count;) {
        size_t some = count - at < 256 ? count - at : 256;
        if (!log_add(sink->log, events + at, some, seqs, err)) {
            sink->open = false;
            return false;
        }
        for (size_t i = 0; i < some; i++) {
            sink->waiting_fresh += seqs[i] != 0;
        }
        at += some;
    }
    return true;
}

static bool
flush_log(struct import_sink *sink, struct err *err)
{
    if (!sink->open) {
        return true;
    }
    sink->open = false;
    if (!log_commit(sink->log, err)) {
        return false;
    }
    sink->fresh += sink->waiting_fresh;
    sink->known += (int64_t)sink->waiting - sink->waiting_fresh;
    sink->waiting_fresh = 0;
    sink->waiting = 0;
    return true;
}

/* ---- to a hub ---- */

/* Takes the event that the hub refused out of what waits, and says so. false: the hub named none.
 */
static bool
drop_refused(struct import_sink *sink, const struct post_reply *reply, struct err *err)
{
    int64_t index = reply->refused_index;
    if (index < 0 || (size_t)index >= sink->waiting) {
        return err_set(err, "the hub refused a batch: %s", reply->refused);
    }
    size_t i = (size_t)index, from = i ? sink->ends[i - 1] : 0, len = sink->ends[i] - from;
    sink->refused(sink->user, sink->lines[i], reply->refused);
    memmove(sink->bytes.ptr + from, sink->bytes.ptr + from + len, sink->bytes.len - from - len);
    sink->bytes.len -= len;
    for (size_t k = i; k + 1 < sink->waiting; k++) {
        sink->ends[k] = sink->ends[k + 1] - len;
        sink->lines[k] = sink->lines[k + 1];
    }
    sink->waiting--;
    return true;
}

static bool
flush_post(struct import_sink *sink, struct err *err)
{
    struct buf batch = {0};
    bool fine = true, done = false;
    while (fine && !done && sink->waiting > 0) {
        struct post_reply reply = {0};
        buf_clear(&batch);
        for (size_t i = 0; i < sink->waiting; i++) {
            size_t from = i ? sink->ends[i - 1] : 0;
            buf_add(&batch, i ? "," : "[", 1);
            buf_add(&batch, sink->bytes.ptr + from, sink->ends[i] - from);
        }
        buf_add(&batch, "]", 1);
        switch (post_events(sink->post, buf_str(&batch), &reply, err)) {
        case POST_TAKEN:
            sink->fresh += reply.accepted;
            sink->known += reply.repeated;
            done = true;
            break;
        case POST_REFUSED:
            fine = drop_refused(sink, &reply, err);
            break;
        case POST_FAILED:
        default:
            fine = false;
            break;
        }
    }
    buf_free(&batch);
    if (fine) {
        sink->waiting = 0;
        buf_clear(&sink->bytes);
    }
    return fine;
}

bool
import_sink_flush(struct import_sink *sink, struct err *err)
{
    if (sink->post) {
        return flush_post(sink, err);
    }
    return !sink->log || flush_log(sink, err);
}

bool
import_sink_add(struct import_sink *sink, const struct event *events, size_t count, long line,
                struct err *err)
{
    for (size_t i = 0; sink->post && i < count; i++) {
        if (sink->waiting == GROUP_EVENTS && !flush_post(sink, err)) {
            return false;
        }
        buf_add_str(&sink->bytes, events[i].json);
        sink->lines[sink->waiting] = line;
        sink->ends[sink->waiting++] = sink->bytes.len;
    }
    if (sink->log) {
        if (!add_to_log(sink, events, count, err)) {
            return false;
        }
        sink->waiting += count;
    }
    bool full = sink->waiting >= GROUP_EVENTS || sink->bytes.len >= GROUP_BYTES;
    return !full || import_sink_flush(sink, err);
}
