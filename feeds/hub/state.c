#include "feeds/hub/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/hash.h"
#include "wall/base/intern.h"
#include "wall/base/log.h"

#include "feeds/hub/marks.h"
#include "feeds/hub/replay.h"

struct state {
    struct tickets *tickets;
    struct log *log; /* a reader */
    struct intern streets;
    struct intern removed; /* numbers of removed tickets, exact: a wrong hit would hide a ticket */
    int64_t *removed_seq;  /* by number in `removed` */
    uint32_t removed_cap;
    struct marks held; /* tickets with events before their registration → seq of it, 0 = none yet */
    struct marks alarms, commitments; /* newest event of each */
    struct arena arena;               /* of one event that is looked into */
    int64_t head;
};

/* ---- small questions ---- */

int64_t
state_head(const struct state *state)
{
    return state->head;
}

const char *
state_log_name(const struct state *state)
{
    return log_name(state->log);
}

struct tickets *
state_tickets(struct state *state)
{
    return state->tickets;
}

uint32_t
state_street(struct state *state, struct str code)
{
    return code.len ? intern_add(&state->streets, code) : STATE_NOWHERE;
}

struct str
state_street_code(const struct state *state, uint32_t street)
{
    return intern_get(&state->streets, street);
}

bool
state_in_scope(const struct state_scope *scope, uint32_t street)
{
    if (street == STATE_NOWHERE)
        return false;
    for (size_t i = 0; i < scope->streets_count; i++) {
        if (scope->streets[i] == street)
            return true;
    }
    return scope->everywhere;
}

static uint32_t
street_now(struct state *state, struct str ticket)
{
    struct str code = {0};
    if (!tickets_street_of(state->tickets, ticket, &code))
        return STATE_NOWHERE;
    return state_street(state, code);
}

static bool
is_milestone(enum event_type type)
{
    return type >= EVENT_REGISTERED && type <= EVENT_TICKET_LAST;
}

static bool
is_removed(const struct state *state, struct str ticket)
{
    return intern_find(&state->removed, ticket) != INTERN_NONE;
}

static void
note_removed(struct state *state, struct str ticket, int64_t seq)
{
    uint32_t number = intern_add(&state->removed, ticket);
    if (number >= state->removed_cap) {
        state->removed_cap = state->removed_cap ? state->removed_cap * 2 : 64;
        state->removed_seq =
            realloc(state->removed_seq, state->removed_cap * sizeof *state->removed_seq);
        if (!state->removed_seq)
            abort();
    }
    state->removed_seq[number] = seq;
}

/* ---- applying ---- */

/* Keeps the event where it is newer, by (time, seq), than the one known under the key. */
static void
note_newest(struct marks *marks, struct str subject, const char *what, int64_t time_ms, int64_t seq)
{
    char key[96];
    int len = snprintf(key, sizeof key, "%.*s\n%s", STR_ARG(subject), what);
    struct marks_value *value = marks_put(marks, hash_keyed((struct str){key, (size_t)len}));
    if (value->seq == 0 || time_ms >= value->time_ms)
        *value = (struct marks_value){.time_ms = time_ms, .seq = seq};
}

static void
note_other(struct state *state, const struct event *event, int64_t seq)
{
    if (event->type >= EVENT_MEETING_COMMITTED)
        note_newest(&state->commitments, event->subject,
                    event->type == EVENT_MEETING_COMMITTED ? "c" : "s", event->time_ms, seq);
    else
        note_newest(&state->alarms, event->subject, event_stage_name(event->data.stage),
                    event->time_ms, seq);
}

static void
apply_other(struct state *state, const struct event *event, struct state_change *out)
{
    if (event->type >= EVENT_MEETING_COMMITTED) {
        out->what = STATE_MEETING;
        out->place = state_street(state, event->data.unit);
    } else if (is_removed(state, event->subject)) {
        return;
    } else if (event->type == EVENT_UNKNOWN) {
        out->what = STATE_OTHER;
        out->before = out->after = street_now(state, event->subject);
        return;
    } else {
        out->what = STATE_ALARM;
        out->before = out->after = street_now(state, event->subject);
        if (event->data.stage == EVENT_BURST)
            out->place = state_street(state, event->subject);
    }
    tickets_apply(state->tickets, event, false);
    note_other(state, event, out->seq);
}

static bool
decode(struct state *state, struct str json, struct event *out)
{
    struct err err = {0};
    static struct log_limit limit;
    arena_reset(&state->arena);
    if (event_from_json(json, false, &state->arena, out, &err))
        return true;
    log_limited(&limit, 10000, LOG_LEVEL_ERROR, "hub", "an event of the log is unreadable: %s",
                err.text);
    return false;
}

static bool
apply_held(void *user, const struct log_entry *entry)
{
    struct state *state = user;
    struct arena arena = {0};
    struct event event;
    struct err err = {0};
    if (is_milestone(event_type_parse(entry->type)) &&
        event_from_json(entry->json, false, &arena, &event, &err))
        tickets_apply(state->tickets, &event, false);
    arena_free(&arena);
    return true;
}

static void
apply_ticket(struct state *state, const struct event *event, struct state_change *out)
{
    if (is_removed(state, event->subject))
        return;
    out->before = street_now(state, event->subject);
    if (event->type == EVENT_REMOVED) {
        tickets_apply(state->tickets, event, false);
        note_removed(state, event->subject, out->seq);
        out->removal = true;
        out->what = out->before == STATE_NOWHERE ? STATE_SILENT : STATE_TICKET;
        return;
    }
    if (out->before == STATE_NOWHERE) {
        uint64_t key = hash_keyed(event->subject);
        if (event->type != EVENT_REGISTERED) {
            /* Held back: it stays in the log alone, which has room for any number of them. */
            marks_put(&state->held, key);
            return;
        }
        struct marks_value *held = marks_get(&state->held, key);
        if (held) {
            struct err err = {0};
            held->seq = out->seq;
            out->whole = true;
            if (!log_each_of(state->log, event->subject, out->seq - 1, apply_held, state, &err))
                log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
        }
    }
    tickets_apply(state->tickets, event, false);
    out->after = street_now(state, event->subject);
    out->what = STATE_TICKET;
}

void
state_apply(struct state *state, const struct event *event, int64_t seq, struct str json,
            struct state_change *out)
{
    *out = (struct state_change){.seq = seq,
                                 .time_ms = event->time_ms,
                                 .before = STATE_NOWHERE,
                                 .after = STATE_NOWHERE,
                                 .place = STATE_NOWHERE,
                                 .subject = event->subject,
                                 .json = json};
    if (is_milestone(event->type))
        apply_ticket(state, event, out);
    else
        apply_other(state, event, out);
    state->head = seq;
}

static void
replay_entry(void *user, int64_t seq, struct str json, const struct event *event)
{
    struct state *state = user;
    struct state_change change;
    if (event)
        state_apply(state, event, seq, json, &change);
    state->head = seq;
}

struct state *
state_create(const char *log_path, const struct profile *profile, struct err *err)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    state->tickets = tickets_create(profile);
    state->log = log_open(log_path, LOG_READ, err);
    if (!state->log || !replay_log(state->log, replay_entry, state, err)) {
        state_destroy(state);
        return NULL;
    }
    return state;
}

void
state_destroy(struct state *state)
{
    if (!state)
        return;
    tickets_destroy(state->tickets);
    log_close(state->log);
    intern_free(&state->streets);
    intern_free(&state->removed);
    free(state->removed_seq);
    marks_free(&state->held);
    marks_free(&state->alarms);
    marks_free(&state->commitments);
    arena_free(&state->arena);
    free(state);
}

/* ---- the past ---- */

struct street_fold {
    struct state *state;
    bool registered;
    uint32_t street;
};

static bool
fold_street(void *user, const struct log_entry *entry)
{
    struct street_fold *fold = user;
    struct event event;
    enum event_type type = event_type_parse(entry->type);
    if (type != EVENT_REGISTERED && (type != EVENT_AMENDED || !fold->registered))
        return true;
    if (!decode(fold->state, entry->json, &event))
        return true;
    fold->registered = true;
    if (event.data.has & EVENT_F_STREET)
        fold->street = state_street(fold->state, event.data.street);
    return true;
}

/* The ticket's street by its events up to a seq: the registration sets it, amendments after it in
 * order change it. */
static uint32_t
street_at(struct state *state, struct str ticket, int64_t upto)
{
    struct street_fold fold = {.state = state, .street = STATE_NOWHERE};
    struct err err = {0};
    if (!log_each_of(state->log, ticket, upto, fold_street, &fold, &err))
        log_line(LOG_LEVEL_ERROR, "hub", "%s", err.text);
    return fold.street;
}

struct history {
    struct state *state;
    bool streets;
    struct marks cache; /* ticket → its street so far, in .seq */
    state_visit_change *visit;
    void *user;
};

static uint32_t
street_before(struct history *history, const struct log_entry *entry)
{
    uint64_t key = hash_keyed(entry->subject);
    struct marks_value *known = marks_get(&history->cache, key);
    if (known)
        return (uint32_t)known->seq;
    uint32_t street = street_at(history->state, entry->subject, entry->seq - 1);
    marks_put(&history->cache, key)->seq = street;
    return street;
}

static void
past_other(struct history *history, const struct log_entry *entry, enum event_type type,
           struct state_change *out)
{
    struct state *state = history->state;
    struct event event;
    bool meeting = type == EVENT_MEETING_COMMITTED || type == EVENT_MEETING_SETTLED;
    if (!meeting && is_removed(state, entry->subject))
        return;
    out->what = meeting ? STATE_MEETING : type == EVENT_UNKNOWN ? STATE_OTHER : STATE_ALARM;
    if (!history->streets)
        return;
    if (!meeting)
        out->before = out->after = street_before(history, entry);
    if (type != EVENT_UNKNOWN && decode(state, entry->json, &event)) {
        if (meeting)
            out->place = state_street(state, event.data.unit);
        else if (event.data.stage == EVENT_BURST)
            out->place = state_street(state, event.subject);
    }
}

/* Of a ticket that is removed by now only its removal comes, and that it left a scope. */
static void
past_removed(struct history *history, const struct log_entry *entry, enum event_type type,
             struct state_change *out)
{
    struct state *state = history->state;
    int64_t removal = state->removed_seq[intern_find(&state->removed, entry->subject)];
    if (entry->seq == removal) {
        out->before = street_at(state, entry->subject, entry->seq - 1);
        out->removal = true;
        if (out->before != STATE_NOWHERE)
            out->what = STATE_TICKET;
        return;
    }
    bool moves = type == EVENT_REGISTERED || type == EVENT_AMENDED;
    if (!history->streets || !moves || entry->seq > removal)
        return;
    out->what = STATE_LEFT;
    out->before = street_before(history, entry);
    out->after = street_at(state, entry->subject, entry->seq);
    marks_put(&history->cache, hash_keyed(entry->subject))->seq = out->after;
}

static void
past_ticket(struct history *history, const struct log_entry *entry, enum event_type type,
            struct state_change *out)
{
    struct state *state = history->state;
    const struct marks_value *held = marks_get(&state->held, hash_keyed(entry->subject));
    if (held && (held->seq == 0 || entry->seq < held->seq))
        return;
    out->whole = held && entry->seq == held->seq;
    out->what = STATE_TICKET;
    if (!history->streets) {
        out->after = 0; /* somewhere: a wall that sees everything need not know where */
        return;
    }
    out->before = out->whole ? STATE_NOWHERE : street_before(history, entry);
    out->after = out->before;
    if (type == EVENT_REGISTERED || type == EVENT_AMENDED) {
        out->after = street_at(state, entry->subject, entry->seq);
        marks_put(&history->cache, hash_keyed(entry->subject))->seq = out->after;
    }
}

static bool
past_entry(void *user, const struct log_entry *entry)
{
    struct history *history = user;
    enum event_type type = event_type_parse(entry->type);
    struct state_change change = {.seq = entry->seq,
                                  .time_ms = entry->time_ms,
                                  .before = STATE_NOWHERE,
                                  .after = STATE_NOWHERE,
                                  .place = STATE_NOWHERE,
                                  .subject = entry->subject,
                                  .json = entry->json};
    if (!is_milestone(type))
        past_other(history, entry, type, &change);
    else if (is_removed(history->state, entry->subject))
        past_removed(history, entry, type, &change);
    else
        past_ticket(history, entry, type, &change);
    return history->visit(history->user, &change);
}

bool
state_history(struct state *state, int64_t after, int64_t upto, bool streets,
              state_visit_change *visit, void *user, struct err *err)
{
    struct history history = {.state = state, .streets = streets, .visit = visit, .user = user};
    bool ok = log_each(state->log, after, upto, past_entry, &history, err);
    marks_free(&history.cache);
    return ok;
}

struct whole {
    log_visit *visit;
    void *user;
};

static bool
whole_entry(void *user, const struct log_entry *entry)
{
    struct whole *whole = user;
    return !is_milestone(event_type_parse(entry->type)) || whole->visit(whole->user, entry);
}

bool
state_whole(struct state *state, struct str subject, int64_t upto, log_visit *visit, void *user,
            struct err *err)
{
    struct whole whole = {visit, user};
    return log_each_of(state->log, subject, upto, whole_entry, &whole, err);
}

/* ---- alarms, commitments, digest, rights ---- */

static int
newest_first(const void *a, const void *b)
{
    const struct marks_value *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? 1 : -1;
    return x->seq < y->seq ? 1 : x->seq > y->seq ? -1 : 0;
}

struct others {
    struct state *state;
    const struct state_scope *scope;
    log_visit *visit;
    void *user;
    bool goes_on;
};

static bool
in_scope_now(struct state *state, const struct state_scope *scope, const struct event *event)
{
    if (event->type >= EVENT_MEETING_COMMITTED)
        return scope->everywhere || state_in_scope(scope, state_street(state, event->data.unit));
    if (is_removed(state, event->subject))
        return false;
    if (event->data.stage == EVENT_BURST)
        return scope->everywhere || state_in_scope(scope, state_street(state, event->subject));
    return scope->everywhere || state_in_scope(scope, street_now(state, event->subject));
}

static bool
other_entry(void *user, const struct log_entry *entry)
{
    struct others *others = user;
    struct event event;
    if (decode(others->state, entry->json, &event) &&
        in_scope_now(others->state, others->scope, &event))
        others->goes_on = others->visit(others->user, entry);
    return true;
}

bool
state_others(struct state *state, const struct state_scope *scope, bool commitments,
             log_visit *visit, void *user, struct err *err)
{
    const struct marks *marks = commitments ? &state->commitments : &state->alarms;
    struct marks_value *list = calloc(marks->count + 1, sizeof *list);
    if (!list)
        abort();
    size_t count = 0;
    for (size_t at = 0; marks_next(marks, &at, &list[count]);)
        count++;
    qsort(list, count, sizeof *list, newest_first);
    struct others others = {state, scope, visit, user, true};
    bool ok = true;
    for (size_t i = 0; ok && i < count && others.goes_on; i++)
        ok = log_one(state->log, list[i].seq, other_entry, &others, err);
    free(list);
    return ok;
}

static void
digest_of_street(struct state *state, struct str street, int64_t since_ms, uint64_t *count,
                 uint64_t *digest)
{
    uint64_t n = 0, sum = 0;
    if (since_ms == INT64_MIN)
        tickets_digest(state->tickets, street, &n, &sum);
    else
        tickets_digest_since(state->tickets, street, since_ms, &n, &sum);
    *count += n;
    *digest += sum;
}

void
state_digest(struct state *state, const struct state_scope *scope, int64_t since_ms,
             uint64_t *count, uint64_t *digest)
{
    *count = *digest = 0;
    if (scope->everywhere)
        digest_of_street(state, (struct str){0}, since_ms, count, digest);
    for (size_t i = 0; !scope->everywhere && i < scope->streets_count; i++)
        digest_of_street(state, state_street_code(state, scope->streets[i]), since_ms, count,
                         digest);
}

bool
state_may_publish(struct state *state, const struct state_scope *scope, const struct event *event)
{
    if (event->type < EVENT_ALARM_ACKNOWLEDGED || event->type >= EVENT_TYPE_COUNT)
        return false;
    return in_scope_now(state, scope, event);
}
