#include "feeds/hub/replay.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "wall/base/log.h"

#define REPLAY_EVENTS 4096 /* of one thread's share of a slice */
#define REPLAY_THREADS 8

struct share {
    pthread_t thread;
    struct arena arena;
    int64_t seqs[REPLAY_EVENTS];
    struct str texts[REPLAY_EVENTS];
    struct event events[REPLAY_EVENTS];
    bool decoded[REPLAY_EVENTS];
    size_t count;
};

struct slice {
    struct share *shares[REPLAY_THREADS];
    size_t count; /* of shares with something in them */
};

struct reading {
    struct slice *slice;
    size_t threads;
    int64_t last;
};

static bool
take_entry(void *user, const struct log_entry *entry)
{
    struct reading *reading = user;
    struct slice *slice = reading->slice;
    if (slice->count == 0 || slice->shares[slice->count - 1]->count == REPLAY_EVENTS) {
        if (slice->count == reading->threads)
            return false;
        slice->count++;
    }
    struct share *share = slice->shares[slice->count - 1];
    share->seqs[share->count] = entry->seq;
    share->texts[share->count++] = arena_str(&share->arena, entry->json);
    reading->last = entry->seq;
    return true;
}

static void *
decode(void *arg)
{
    struct share *share = arg;
    for (size_t i = 0; i < share->count; i++) {
        struct err err = {0};
        share->decoded[i] =
            event_from_json(share->texts[i], false, &share->arena, &share->events[i], &err);
        if (!share->decoded[i])
            log_line(LOG_LEVEL_ERROR, "hub", "event %lld of the log is unreadable: %s",
                     (long long)share->seqs[i], err.text);
    }
    return NULL;
}

static void
begin_decoding(struct slice *slice)
{
    for (size_t i = 0; i < slice->count; i++) {
        if (pthread_create(&slice->shares[i]->thread, NULL, decode, slice->shares[i]) != 0)
            abort();
    }
}

static void
end_decoding(struct slice *slice)
{
    for (size_t i = 0; i < slice->count; i++)
        pthread_join(slice->shares[i]->thread, NULL);
}

/* Hands on what was decoded, and empties the slice. */
static void
apply_slice(struct slice *slice, replay_apply *apply, void *user)
{
    for (size_t i = 0; i < slice->count; i++) {
        struct share *share = slice->shares[i];
        for (size_t k = 0; k < share->count; k++)
            apply(user, share->seqs[k], share->texts[k],
                  share->decoded[k] ? &share->events[k] : NULL);
        share->count = 0;
        arena_reset(&share->arena);
    }
    slice->count = 0;
}

static bool
read_slice(struct log *log, struct reading *reading, struct slice *slice, struct err *err)
{
    reading->slice = slice;
    return log_each(log, reading->last, INT64_MAX, take_entry, reading, err);
}

bool
replay_log(struct log *log, replay_apply *apply, void *user, struct err *err)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct reading reading = {.threads = cores < 1                ? 1
                                         : cores > REPLAY_THREADS ? REPLAY_THREADS
                                                                  : (size_t)cores};
    struct slice slices[2] = {{{NULL}, 0}, {{NULL}, 0}};
    for (size_t i = 0; i < 2 * reading.threads; i++) {
        struct share *share = calloc(1, sizeof *share);
        if (!share)
            abort();
        slices[i % 2].shares[i / 2] = share;
    }
    int now = 0;
    bool ok = read_slice(log, &reading, &slices[now], err);
    begin_decoding(&slices[now]);
    while (slices[now].count) {
        struct slice *next = &slices[1 - now];
        ok = ok && read_slice(log, &reading, next, err);
        end_decoding(&slices[now]);
        begin_decoding(next);
        apply_slice(&slices[now], apply, user);
        now = 1 - now;
    }
    for (size_t i = 0; i < 2 * reading.threads; i++) {
        arena_free(&slices[i % 2].shares[i / 2]->arena);
        free(slices[i % 2].shares[i / 2]);
    }
    return ok;
}
