#include "feeds/hub/intake.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "wall/base/clock.h"
#include "wall/base/log.h"

#define INTAKE_PROBE_S 2

struct queue {
    struct intake_job *first, *last;
};

struct intake {
    struct log *log;
    void (*ready)(void *user);
    void *user;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct queue waiting, done; /* under the mutex */
    size_t bytes;               /* of bodies, under the mutex */
    bool stops;                 /* under the mutex */
    atomic_bool failing;
};

static void
push(struct queue *queue, struct intake_job *job)
{
    job->next = NULL;
    if (queue->last)
        queue->last->next = job;
    else
        queue->first = job;
    queue->last = job;
}

static struct intake_job *
pop(struct queue *queue)
{
    struct intake_job *job = queue->first;
    if (job) {
        queue->first = job->next;
        if (!queue->first)
            queue->last = NULL;
        job->next = NULL;
    }
    return job;
}

struct intake_job *
intake_job_create(enum intake_kind kind, uint64_t asker)
{
    struct intake_job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->kind = kind;
    job->asker = asker;
    return job;
}

void
intake_job_free(struct intake_job *job)
{
    if (!job)
        return;
    buf_free(&job->body);
    buf_free(&job->ref);
    buf_free(&job->errors);
    arena_free(&job->arena);
    free(job->seqs);
    free(job);
}

/* ---- decoding ---- */

/* {"errors":[{"index":i,"error":"…"},…]}; the texts are our own and hold no quotes of the input,
 * but are escaped all the same. */
static void
write_errors(const struct event_batch *batch, struct buf *out)
{
    buf_printf(out, "{\"errors\":[");
    for (size_t i = 0; i < batch->problems_count; i++) {
        const struct event_problem *problem = &batch->problems[i];
        buf_printf(out, i ? "," : "");
        if (problem->index < 0)
            buf_printf(out, "{\"index\":null,\"error\":\"");
        else
            buf_printf(out, "{\"index\":%ld,\"error\":\"", problem->index);
        for (size_t k = 0; k < problem->error.len; k++) {
            char c = problem->error.ptr[k];
            if (c == '"' || c == '\\')
                buf_printf(out, "\\%c", c);
            else
                buf_add(out, (unsigned char)c < ' ' ? " " : &c, 1);
        }
        buf_printf(out, "\"}");
    }
    buf_printf(out, "]}");
}

void
intake_decode(struct intake_job *job)
{
    struct event_batch batch;
    bool ok = event_batch_from_json(buf_str(&job->body), job->kind == INTAKE_ONE, INTAKE_EVENTS_MAX,
                                    &job->arena, &batch);
    job->events = batch.events;
    job->count = ok ? batch.count : 0;
    job->result = ok ? INTAKE_LOGGED : batch.too_many ? INTAKE_TOO_MANY : INTAKE_INVALID;
    if (job->result == INTAKE_INVALID)
        write_errors(&batch, &job->errors);
}

/* ---- the writer thread ---- */

static void
count_taken(struct intake_job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        if (job->seqs[i])
            job->accepted++;
        else
            job->repeated++;
    }
}

static void
fail_group(struct intake *intake, struct intake_job *group, const struct err *err)
{
    static struct log_limit limit;
    log_limited(&limit, 5000, LOG_LEVEL_ERROR, "hub", "%s; answering 503 until it works again",
                err->text);
    atomic_store(&intake->failing, true);
    for (struct intake_job *job = group; job; job = job->next) {
        if (job->result == INTAKE_LOGGED)
            job->result = INTAKE_FAILED;
    }
}

/* Logs all decoded jobs of a group with one flush. */
static void
write_group(struct intake *intake, struct intake_job *group)
{
    struct err err = {0};
    size_t events = 0;
    for (struct intake_job *job = group; job; job = job->next)
        events += job->result == INTAKE_LOGGED ? job->count : 0;
    int64_t head = log_head(intake->log);
    bool ok = events == 0 || log_begin(intake->log, &err);
    for (struct intake_job *job = group; ok && job; job = job->next) {
        if (job->result != INTAKE_LOGGED)
            continue;
        job->seqs = calloc(job->count + 1, sizeof *job->seqs);
        if (!job->seqs)
            abort();
        ok = job->count == 0 || log_add(intake->log, job->events, job->count, job->seqs, &err);
        count_taken(job);
        head += (int64_t)job->accepted;
        job->head = head;
    }
    if (ok && events)
        ok = log_commit(intake->log, &err);
    if (!ok)
        fail_group(intake, group, &err);
    else if (events)
        atomic_store(&intake->failing, false);
}

static struct intake_job *
take_group(struct intake *intake)
{
    struct queue group = {0};
    size_t bytes = 0;
    while (intake->waiting.first && bytes < (8u << 20)) {
        bytes += intake->waiting.first->body.len;
        push(&group, pop(&intake->waiting));
    }
    return group.first;
}

/* Waits for work. A log that could not be written is tried from time to time, so that the hub finds
 * out that there is room again although nobody sends. Under the mutex. */
static void
wait_for_work(struct intake *intake)
{
    while (!intake->waiting.first && !intake->stops) {
        struct timespec until = {.tv_sec = clock_wall_ms() / 1000 + INTAKE_PROBE_S};
        struct err err = {0};
        if (!atomic_load(&intake->failing)) {
            pthread_cond_wait(&intake->wake, &intake->mutex);
            continue;
        }
        if (pthread_cond_timedwait(&intake->wake, &intake->mutex, &until) != ETIMEDOUT)
            continue;
        pthread_mutex_unlock(&intake->mutex);
        if (log_probe(intake->log, &err)) {
            atomic_store(&intake->failing, false);
            log_line(LOG_LEVEL_INFO, "hub", "the event log can be written again");
        }
        pthread_mutex_lock(&intake->mutex);
    }
}

static void *
write_all(void *arg)
{
    struct intake *intake = arg;
    pthread_mutex_lock(&intake->mutex);
    for (;;) {
        wait_for_work(intake);
        struct intake_job *group = take_group(intake);
        if (!group)
            break;
        pthread_mutex_unlock(&intake->mutex);
        for (struct intake_job *job = group; job; job = job->next) {
            if (job->kind != INTAKE_EVENTS)
                intake_decode(job);
        }
        write_group(intake, group);
        pthread_mutex_lock(&intake->mutex);
        while (group) {
            struct intake_job *next = group->next;
            intake->bytes -= group->body.len;
            push(&intake->done, group);
            group = next;
        }
        pthread_mutex_unlock(&intake->mutex);
        intake->ready(intake->user);
        pthread_mutex_lock(&intake->mutex);
    }
    pthread_mutex_unlock(&intake->mutex);
    return NULL;
}

struct intake *
intake_start(struct log *log, void (*ready)(void *user), void *user)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        abort();
    intake->log = log;
    intake->ready = ready;
    intake->user = user;
    pthread_mutex_init(&intake->mutex, NULL);
    pthread_cond_init(&intake->wake, NULL);
    if (pthread_create(&intake->thread, NULL, write_all, intake) != 0)
        abort();
    return intake;
}

void
intake_finish(struct intake *intake)
{
    pthread_mutex_lock(&intake->mutex);
    bool was_running = !intake->stops;
    intake->stops = true;
    pthread_cond_signal(&intake->wake);
    pthread_mutex_unlock(&intake->mutex);
    if (was_running)
        pthread_join(intake->thread, NULL);
}

void
intake_stop(struct intake *intake)
{
    if (!intake)
        return;
    intake_finish(intake);
    struct intake_job *job;
    while ((job = pop(&intake->done)))
        intake_job_free(job);
    pthread_mutex_destroy(&intake->mutex);
    pthread_cond_destroy(&intake->wake);
    log_close(intake->log);
    free(intake);
}

bool
intake_submit(struct intake *intake, struct intake_job *job)
{
    pthread_mutex_lock(&intake->mutex);
    bool ok = !intake->stops && intake->bytes + job->body.len <= INTAKE_MAX_BYTES;
    if (ok) {
        intake->bytes += job->body.len;
        push(&intake->waiting, job);
        pthread_cond_signal(&intake->wake);
    }
    pthread_mutex_unlock(&intake->mutex);
    return ok;
}

struct intake_job *
intake_take(struct intake *intake)
{
    pthread_mutex_lock(&intake->mutex);
    struct intake_job *jobs = intake->done.first;
    intake->done = (struct queue){0};
    pthread_mutex_unlock(&intake->mutex);
    return jobs;
}

bool
intake_is_failing(const struct intake *intake)
{
    return atomic_load(&intake->failing);
}
