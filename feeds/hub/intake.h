/* intake: the thread that decodes what comes in and writes the log.
 *
 * Owns the writer thread, its queue (bounded by INTAKE_MAX_BYTES of bodies) and the writing side of
 * the log. Jobs go through it in order; those that wait together share one flush (group commit).
 * submit and take are the service thread's; the callback `ready` comes from the writer thread and
 * must only wake the service thread. Nothing is confirmed that is not flushed. */
#ifndef FEEDS_HUB_INTAKE_H
#define FEEDS_HUB_INTAKE_H

#include "feeds/hub/log.h"

#define INTAKE_MAX_BYTES (48 << 20) /* bodies that wait or are worked on */
#define INTAKE_EVENTS_MAX 10000     /* events of one POST */

enum intake_kind {
    INTAKE_ONE,    /* body: one event as JSON */
    INTAKE_BATCH,  /* body: a JSON array of events */
    INTAKE_EVENTS, /* events are given, decoded */
    INTAKE_KIND_COUNT
};

enum intake_result {
    INTAKE_LOGGED,
    INTAKE_INVALID,  /* errors says what; nothing of the job was logged */
    INTAKE_TOO_MANY, /* more than INTAKE_EVENTS_MAX */
    INTAKE_FAILED,   /* the log could not be written; try again later */
    INTAKE_RESULT_COUNT
};

struct intake_job {
    struct intake_job *next;
    enum intake_kind kind;
    uint64_t asker; /* the submitter's own reference */
    void *waiter;   /* the same, of a thread that waits for the job */
    struct buf body;
    struct buf ref; /* of a publish; the submitter's own */
    struct arena arena;
    struct event *events; /* in the arena, each with .json */
    size_t count;

    enum intake_result result;
    struct buf errors; /* INTAKE_INVALID: {"errors":[…]} */
    int64_t *seqs;     /* of each event; 0 = repeated */
    size_t accepted, repeated;
    int64_t head; /* of the log, behind this job */
};

struct intake;

/* Takes the log over; ready(user) is called when jobs are done. */
struct intake *intake_start(struct log *log, void (*ready)(void *user), void *user);
/* Finishes what waits, flushes and joins the thread; from then on nothing can be submitted, and
 * what is done can still be taken. */
void intake_finish(struct intake *intake);
/* The same, and closes the log. NULL-safe. Jobs not taken are freed. */
void intake_stop(struct intake *intake);

struct intake_job *intake_job_create(enum intake_kind kind, uint64_t asker);
void intake_job_free(struct intake_job *job); /* NULL-safe */

/* Hands the job over; false = too much waits already (the job stays the caller's). */
bool intake_submit(struct intake *intake, struct intake_job *job);
/* All finished jobs in the order of the log, linked by next; NULL = none. The caller frees them. */
struct intake_job *intake_take(struct intake *intake);
/* The last write failed (and none has succeeded since). Any thread. */
bool intake_is_failing(const struct intake *intake);

/* Decodes job->body into events, as the writer thread does: sets result (INTAKE_LOGGED = fine so
 * far) and errors. Pure; for the tests and the fuzzer. */
void intake_decode(struct intake_job *job);

#endif
