#include "feeds/hub/intake.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/log.h"

#define INTAKE_ERRORS_MAX 100 /* of one batch, written out */

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

static void
add_error(struct intake_job *job, int64_t index, const char *text)
{
    buf_printf(&job->errors, job->errors.len ? "," : "{\"errors\":[");
    if (index < 0)
        buf_printf(&job->errors, "{\"index\":null,\"error\":\"");
    else
        buf_printf(&job->errors, "{\"index\":%lld,\"error\":\"", (long long)index);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_printf(&job->errors, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            buf_printf(&job->errors, " ");
        else
            buf_add(&job->errors, text, 1);
    }
    buf_printf(&job->errors, "\"}");
    job->result = INTAKE_INVALID;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the array's entry that begins at `at` ends: the next comma or bracket on its level. The
 * entry itself is only parsed later, strictly; here brackets and strings are counted. */
static size_t
entry_end(struct str text, size_t at)
{
    size_t depth = 0;
    bool in_string = false;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (in_string) {
            if (c == '\\')
                at++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (c == ']' || c == '}') {
            if (depth == 0)
                return at;
            depth--;
        } else if (c == ',' && depth == 0) {
            return at;
        }
    }
    return text.len;
}

static struct str
trim(struct str text)
{
    while (text.len && is_space(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Room for one more event; the array grows in the arena. */
static struct event *
new_event(struct intake_job *job, size_t *cap)
{
    if (job->count == *cap) {
        size_t wanted = *cap ? *cap * 2 : 16;
        struct event *events = arena_zalloc(&job->arena, wanted, sizeof *events);
        for (size_t i = 0; i < job->count; i++)
            events[i] = job->events[i];
        job->events = events;
        *cap = wanted;
    }
    return &job->events[job->count];
}

static void
decode_entry(struct intake_job *job, struct str text, int64_t index, size_t *cap, size_t *errors)
{
    struct err err = {0};
    struct event *event = new_event(job, cap);
    bool ok = event_from_json(text, true, &job->arena, event, &err);
    if (ok && event->json.len > INTAKE_EVENT_BYTES)
        ok = err_set(&err, "longer than %d bytes", INTAKE_EVENT_BYTES);
    if (ok)
        job->count++;
    else if ((*errors)++ < INTAKE_ERRORS_MAX)
        add_error(job, index, err.text);
}

/* Whether the whole text is one JSON value; asked only when something was wrong in it. */
static bool
is_json(struct str text, struct err *err)
{
    json_error_t error;
    json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    json_decref(value);
    return value ||
           err_set(err, "not JSON: %s (line %d, column %d)",
                   error.position < 0 ? "unreadable" : "a syntax error", error.line, error.column);
}

static void
broken(struct intake_job *job, const char *text)
{
    buf_clear(&job->errors);
    job->count = 0;
    add_error(job, -1, text);
}

static void
decode_batch(struct intake_job *job, struct str text)
{
    size_t cap = 0, errors = 0, index = 0, at = 1;
    if (text.len < 2 || text.ptr[0] != '[' || text.ptr[text.len - 1] != ']') {
        broken(job, "not a JSON array of events");
        return;
    }
    struct str inside = trim((struct str){text.ptr + 1, text.len - 2});
    while (inside.len) {
        size_t end = entry_end(text, at);
        if (end >= text.len || index >= INTAKE_EVENTS_MAX)
            break;
        decode_entry(job, trim((struct str){text.ptr + at, end - at}), (int64_t)index, &cap,
                     &errors);
        index++;
        at = end + 1;
        if (text.ptr[end] != ',')
            break;
    }
    struct err err = {0};
    if (index >= INTAKE_EVENTS_MAX && at < text.len)
        job->result = INTAKE_TOO_MANY;
    else if ((errors || (inside.len && at != text.len)) && !is_json(text, &err))
        broken(job, err.text);
    else if (inside.len && at != text.len)
        broken(job, "not a JSON array of events");
}

void
intake_decode(struct intake_job *job)
{
    job->result = INTAKE_LOGGED;
    struct str text = trim(buf_str(&job->body));
    size_t cap = 0, errors = 0;
    struct err err = {0};
    if (!text.len) {
        broken(job, "the body is empty");
    } else if (!utf8_valid(text)) {
        broken(job, "not UTF-8");
    } else if (job->kind == INTAKE_BATCH) {
        decode_batch(job, text);
    } else if (text.ptr[0] != '{') {
        broken(job, is_json(text, &err) ? "not a JSON object" : err.text);
    } else {
        decode_entry(job, text, 0, &cap, &errors);
        if (errors && !is_json(text, &err))
            broken(job, err.text);
    }
    if (job->result == INTAKE_INVALID)
        buf_printf(&job->errors, "]}");
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

static void *
write_all(void *arg)
{
    struct intake *intake = arg;
    pthread_mutex_lock(&intake->mutex);
    for (;;) {
        while (!intake->waiting.first && !intake->stops)
            pthread_cond_wait(&intake->wake, &intake->mutex);
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
intake_stop(struct intake *intake)
{
    if (!intake)
        return;
    pthread_mutex_lock(&intake->mutex);
    intake->stops = true;
    pthread_cond_signal(&intake->wake);
    pthread_mutex_unlock(&intake->mutex);
    pthread_join(intake->thread, NULL);
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
