#include "tests/bench/glass_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/names.h"
#include "feeds/hub/simulate.h"
#include "feeds/tickets/store.h"
#include "wall/base/file.h"
#include "wall/base/when.h"

#define PLACES 2048
#define STEPS 6
#define PART_BYTES (900 * 1024)
#define NUMBER_BYTES 12 /* "SJS-00000000" */
#define ID_BYTES 12     /* "e-0000000000" */
#define TIME_BYTES 29   /* "2026-11-23T09:41:27.120+08:00" */
/* What is looked for in an encoded event to know where its own values go. */
#define ANY_NUMBER "SJS-99999999"
#define ANY_ID "e-9999999999"
#define ANY_MS INT64_C(1795398087123)
#define ANY_LON 116.1234567
#define ANY_LAT 39.7654321
#define ANY_SEQ INT64_C(0x7a7b7c7d)

static const enum event_type types[STEPS] = {EVENT_REGISTERED, EVENT_DISPATCHED, EVENT_ACCEPTED,
                                             EVENT_RESOLVED,   EVENT_SURVEYED,   EVENT_ARCHIVED};

struct place {
    double lon, lat;
    struct event_data registration; /* strings in the load's arena */
    struct str unit;
};

/* An encoded event; offsets of what differs from one to the next, 0 = not in it. */
struct form {
    struct buf bytes;
    size_t number, id, time, lon, lat;
};

struct entry {
    int64_t newest_ms;
    uint16_t place;
    uint8_t steps; /* done: 1–6 */
};

struct list {
    uint32_t *items;
    size_t count, cap;
};

struct glass_load {
    struct arena arena;
    struct names *names;
    struct place places[PLACES];
    size_t places_count;
    struct form forms[PLACES][STEPS];
    struct buf envelope; /* of a message with one event, up to it */
    size_t envelope_prev, envelope_seq;
    struct entry *entries;
    size_t count, cap;
    struct list waiting[STEPS]; /* by steps done: those that go on from there */
    uint64_t digest, seq, random;
    struct buf snapshot; /* framed */
    struct message_bodies bodies;
    struct buf scratch;
    int64_t text_ms;
    char text[32]; /* text_ms as the events say it */
};

static uint64_t
next_random(struct glass_load *load)
{
    load->random = load->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t x = load->random;
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static double
next_unit(struct glass_load *load)
{
    return (double)(next_random(load) >> 11) / (double)(UINT64_C(1) << 53);
}

/* A final, unmasked binary frame. */
static void
add_frame_head(struct buf *out, size_t len)
{
    unsigned char head[10] = {0x82};
    size_t used = 2;
    if (len < 126) {
        head[1] = (unsigned char)len;
    } else if (len < 65536) {
        head[1] = 126;
        used = 4;
    } else {
        head[1] = 127;
        used = 10;
    }
    for (size_t i = 2; i < used; i++) {
        head[i] = (unsigned char)(len >> 8 * (used - 1 - i));
    }
    buf_add(out, head, used);
}

static void
add_message(struct glass_load *load, const struct message *message, struct buf *out)
{
    buf_clear(&load->scratch);
    message_encode(MESSAGE_PACK, message, &load->scratch);
    add_frame_head(out, load->scratch.len);
    buf_add_str(out, buf_str(&load->scratch));
}

/* ---- the district ---- */

static struct str
keep(struct glass_load *load, struct str s)
{
    return s.len ? arena_str(&load->arena, s) : s;
}

static void
keep_place(struct glass_load *load, const struct event_data *data)
{
    struct place *place = &load->places[load->places_count++];
    place->lon = data->lon;
    place->lat = data->lat;
    place->registration = (struct event_data){
        .has = data->has & (EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET |
                            EVENT_F_COMMUNITY | EVENT_F_KIND | EVENT_F_PLACE),
        .channel = keep(load, data->channel),
        .category = keep(load, data->category),
        .street = keep(load, data->street),
        .community = keep(load, data->community),
        .kind = data->kind,
    };
    place->unit = place->registration.street;
}

/* Where requests come from and what they are about: those of a simulated district. */
static bool
make_places(struct glass_load *load, int64_t now_ms, struct err *err)
{
    struct simulate_config config = {
        .days = 7, .per_day = 600, .seed = 20261123, .until_ms = now_ms};
    struct simulate *simulate = simulate_create(&config, err);
    struct event event;
    if (!simulate) {
        return false;
    }
    while (load->places_count < PLACES && simulate_next(simulate, now_ms, &event, NULL)) {
        const struct event_data *d = &event.data;
        uint32_t need = EVENT_F_PLACE | EVENT_F_COMMUNITY;
        if (event.type == EVENT_REGISTERED && (d->has & need) == need && !d->confidential &&
            d->crs == GEO_WGS84) {
            keep_place(load, d);
        }
    }
    simulate_destroy(simulate);
    return load->places_count > 0 ||
           err_set(err, "the simulation has no request with a place in WGS 84");
}

static bool
load_names(struct glass_load *load, struct err *err)
{
    char path[1024];
    struct yaml_report report = {0};
    if (!file_find_asset("directories/shijingshan.yaml", path, sizeof path)) {
        return err_set(err, "assets/directories/shijingshan.yaml is missing");
    }
    load->names = names_load(path, &report);
    if (!load->names) {
        err_set(err, "%s", report.text.len ? report.text.ptr : path);
    }
    yaml_report_free(&report);
    return load->names != NULL;
}

static struct event_data
data_of(const struct place *place, int step)
{
    struct event_data data = {.has = EVENT_F_UNIT, .unit = place->unit};
    switch (types[step]) {
    case EVENT_REGISTERED:
        data = place->registration;
        data.lon = ANY_LON;
        data.lat = ANY_LAT;
        break;
    case EVENT_DISPATCHED:
        data.has |= EVENT_F_MODE | EVENT_F_ROUTE;
        data.mode = EVENT_INTERNAL;
        data.route = EVENT_DIRECT;
        break;
    case EVENT_SURVEYED:
        data = (struct event_data){.has = EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED |
                                          EVENT_F_SOLVED | EVENT_F_SATISFIED,
                                   .surveyor = EVENT_BY_CITY,
                                   .reached = true,
                                   .responded = true,
                                   .solved = true,
                                   .satisfied = EVENT_SATISFIED_YES};
        break;
    case EVENT_ARCHIVED:
        data = (struct event_data){0};
        break;
    default:
        break;
    }
    return data;
}

/* ---- forms: encoded once, patched for ever ---- */

static size_t
find(const struct buf *bytes, const void *what, size_t len)
{
    const char *at = memmem(bytes->ptr, bytes->len, what, len);
    return at ? (size_t)(at - bytes->ptr) : 0;
}

static void
put_big(char *to, uint64_t value, int bytes)
{
    for (int i = bytes; i-- > 0; value >>= 8) {
        to[i] = (char)(value & 0xff);
    }
}

static void
put_real(char *to, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_big(to, bits, 8);
}

static void
put_digits(char *to, uint64_t value, int digits)
{
    for (int i = digits; i-- > 0; value /= 10) {
        to[i] = (char)('0' + value % 10);
    }
}

static bool
make_form(struct form *form, const struct place *place, int step)
{
    char time[32], name[64], real[8];
    snprintf(name, sizeof name, "ticket.%s", event_type_name(types[step]));
    struct event event = {
        .id = STR(ANY_ID),
        .source = STR("/bench"),
        .subject = STR(ANY_NUMBER),
        .type_name = str_from(name),
        .type = types[step],
        .time_ms = ANY_MS,
        .data = data_of(place, step),
    };
    struct message_bodies bodies = {0};
    message_bodies_add_event(&bodies, MESSAGE_PACK, &event);
    form->bytes = bodies.bytes;
    when_format(ANY_MS, time);
    form->number = find(&form->bytes, ANY_NUMBER, NUMBER_BYTES);
    form->id = find(&form->bytes, ANY_ID, ID_BYTES);
    form->time = find(&form->bytes, time, TIME_BYTES);
    if (step == 0) {
        put_real(real, ANY_LON);
        form->lon = find(&form->bytes, real, 8);
        put_real(real, ANY_LAT);
        form->lat = find(&form->bytes, real, 8);
    }
    return form->number && form->id && form->time && (step > 0 || (form->lon && form->lat));
}

static bool
make_envelope(struct glass_load *load)
{
    char number[5] = {(char)0xce};
    struct message_bodies one = {.count = 1};
    struct message message = {.kind = MESSAGE_EVENTS};
    message.happened.prev = ANY_SEQ;
    message.happened.seq = ANY_SEQ + 1;
    message.happened.events.bodies = &one;
    message_encode(MESSAGE_PACK, &message, &load->envelope);
    put_big(number + 1, (uint64_t)ANY_SEQ, 4);
    load->envelope_prev = find(&load->envelope, number, 5);
    put_big(number + 1, (uint64_t)ANY_SEQ + 1, 4);
    load->envelope_seq = find(&load->envelope, number, 5);
    return load->envelope_prev && load->envelope_seq;
}

static bool
make_forms(struct glass_load *load, struct err *err)
{
    bool good = make_envelope(load);
    for (size_t i = 0; good && i < load->places_count; i++) {
        for (int step = 0; good && step < STEPS; step++) {
            good = make_form(&load->forms[i][step], &load->places[i], step);
        }
    }
    return good || err_set(err, "the encoders write an event in another way than expected");
}

/* ---- the tickets ---- */

static void
list_add(struct list *list, uint32_t item)
{
    if (list->count == list->cap) {
        list->cap = list->cap * 2 + 1024;
        list->items = reallocarray(list->items, list->cap, sizeof *list->items);
        if (!list->items) {
            abort();
        }
    }
    list->items[list->count++] = item;
}

static uint32_t
list_take(struct glass_load *load, struct list *list)
{
    size_t i = next_random(load) % list->count;
    uint32_t item = list->items[i];
    list->items[i] = list->items[--list->count];
    return item;
}

static void
number_of(uint32_t ticket, char out[NUMBER_BYTES + 1])
{
    memcpy(out, "SJS-00000000", NUMBER_BYTES + 1);
    put_digits(out + 4, ticket, 8);
}

static uint64_t
term_of(const struct glass_load *load, uint32_t ticket)
{
    char number[NUMBER_BYTES + 1];
    const struct entry *entry = &load->entries[ticket];
    number_of(ticket, number);
    return event_digest_term((struct str){number, NUMBER_BYTES}, entry->steps, entry->newest_ms);
}

static uint32_t
add_entry(struct glass_load *load, uint16_t place)
{
    if (load->count == load->cap) {
        load->cap = load->cap * 2 + 1024;
        load->entries = reallocarray(load->entries, load->cap, sizeof *load->entries);
        if (!load->entries) {
            abort();
        }
    }
    load->entries[load->count] = (struct entry){.place = place};
    return (uint32_t)load->count++;
}

static double
near(struct glass_load *load, double degrees)
{
    return degrees + (next_unit(load) - 0.5) * 0.003; /* some 150 m either way */
}

/* Open ones came in the last four days and wait, accepted, to be resolved: one in fifty is late,
 * one in thirty nearly so. The others went through all their steps in the months before. */
static void
add_old_ticket(struct glass_load *load, bool open, int64_t now_ms, struct message_bodies *bodies)
{
    static const int64_t gaps[STEPS] = {
        0, 10 * WHEN_MINUTE, 25 * WHEN_MINUTE, 30 * WHEN_HOUR, 40 * WHEN_HOUR, 3 * WHEN_DAY};
    char number[NUMBER_BYTES + 1];
    struct event_milestone milestones[STEPS];
    struct event_data data[STEPS];
    int steps = open ? 3 : STEPS;
    uint16_t at = (uint16_t)(next_random(load) % load->places_count);
    const struct place *place = &load->places[at];
    uint32_t ticket = add_entry(load, at);
    double age = open ? 0.05 + next_unit(load) * 3.9 : 8 + next_unit(load) * 50;
    int64_t time_ms = now_ms - (int64_t)(age * (double)WHEN_DAY);
    for (int step = 0; step < steps; step++) {
        time_ms += gaps[step];
        data[step] = data_of(place, step);
        milestones[step] = (struct event_milestone){time_ms, types[step], &data[step], 0};
    }
    if (open) {
        double luck = next_unit(load);
        double hours = luck < 0.02    ? -1 - luck * 500
                       : luck < 0.053 ? 1 + luck * 20
                                      : 48 + luck * 90;
        data[1].has |= EVENT_F_DUE;
        data[1].due_ms = now_ms + (int64_t)(hours * (double)WHEN_HOUR);
        list_add(&load->waiting[3], ticket);
    }
    load->entries[ticket].steps = (uint8_t)steps;
    load->entries[ticket].newest_ms = time_ms;
    load->digest += term_of(load, ticket);
    number_of(ticket, number);
    struct event_ticket row = {.ticket = {number, NUMBER_BYTES},
                               .fields = place->registration,
                               .milestones = milestones,
                               .milestones_count = (size_t)steps};
    row.fields.lon = near(load, place->lon);
    row.fields.lat = near(load, place->lat);
    message_bodies_add_row(bodies, MESSAGE_PACK, &row);
}

static void
add_part(struct glass_load *load, int64_t part, int64_t parts, const struct message_bodies *bodies)
{
    struct message message = {.kind = MESSAGE_SNAPSHOT};
    message.snapshot.seq = (int64_t)load->seq;
    message.snapshot.part = part;
    message.snapshot.parts = parts;
    message.snapshot.row_bodies = bodies;
    add_message(load, &message, &load->snapshot);
}

static void
make_tickets(struct glass_load *load, const struct glass_load_config *config)
{
    struct message_bodies *parts = NULL;
    size_t count = 0;
    load->seq = 100000 + config->tickets * STEPS; /* encoded in five bytes from here on */
    for (size_t i = 0; i < config->tickets || count == 0; i++) {
        if (count == 0 || parts[count - 1].bytes.len > PART_BYTES) {
            parts = reallocarray(parts, ++count, sizeof *parts);
            if (!parts) {
                abort();
            }
            parts[count - 1] = (struct message_bodies){0};
        }
        if (i < config->tickets) {
            add_old_ticket(load, next_unit(load) < config->open, config->now_ms, &parts[count - 1]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        add_part(load, (int64_t)i + 1, (int64_t)count, &parts[i]);
        message_bodies_free(&parts[i]);
    }
    free(parts);
}

struct glass_load *
glass_load_create(const struct glass_load_config *config, struct err *err)
{
    struct glass_load *load = calloc(1, sizeof *load);
    if (!load) {
        abort();
    }
    load->random = 1;
    if (!load_names(load, err) || !make_places(load, config->now_ms, err) ||
        !make_forms(load, err)) {
        glass_load_destroy(load);
        return NULL;
    }
    make_tickets(load, config);
    return load;
}

void
glass_load_destroy(struct glass_load *load)
{
    if (!load) {
        return;
    }
    for (size_t i = 0; i < load->places_count; i++) {
        for (int step = 0; step < STEPS; step++) {
            buf_free(&load->forms[i][step].bytes);
        }
    }
    for (int i = 0; i < STEPS; i++) {
        free(load->waiting[i].items);
    }
    buf_free(&load->envelope);
    buf_free(&load->snapshot);
    buf_free(&load->scratch);
    message_bodies_free(&load->bodies);
    free(load->entries);
    names_free(load->names);
    arena_free(&load->arena);
    free(load);
}

/* ---- what goes out ---- */

void
glass_load_heartbeat(struct glass_load *load, int64_t now_ms, struct buf *out)
{
    struct message message = {.kind = MESSAGE_HEARTBEAT};
    message.heartbeat =
        (struct message_heartbeat){(int64_t)load->seq, now_ms, (int64_t)load->count, load->digest};
    add_message(load, &message, out);
}

void
glass_load_welcome(struct glass_load *load, int64_t now_ms, struct buf *out)
{
    struct message message = {.kind = MESSAGE_WELCOME};
    message.welcome.log = STR("bench");
    message.welcome.seq = (int64_t)load->seq;
    message.welcome.time_ms = now_ms;
    message.welcome.mode = MESSAGE_MODE_SNAPSHOT;
    message.welcome.directory = load->names->message;
    add_message(load, &message, out);
}

struct str
glass_load_snapshot(const struct glass_load *load)
{
    return buf_str(&load->snapshot);
}

/* The next thing that happens: which ticket, and its step. */
static uint32_t
happen(struct glass_load *load, int64_t now_ms, int *step)
{
    uint32_t ticket;
    *step = (int)(next_random(load) % STEPS);
    if (*step == 0 || load->waiting[*step].count == 0) {
        *step = 0;
        ticket = add_entry(load, (uint16_t)(next_random(load) % load->places_count));
    } else {
        ticket = list_take(load, &load->waiting[*step]);
        load->digest -= term_of(load, ticket);
    }
    struct entry *entry = &load->entries[ticket];
    entry->steps++;
    entry->newest_ms = now_ms;
    load->digest += term_of(load, ticket);
    if (entry->steps < STEPS) {
        list_add(&load->waiting[entry->steps], ticket);
    }
    load->seq++;
    return ticket;
}

/* The event's body, patched in its form. */
static struct str
next_body(struct glass_load *load, int64_t now_ms)
{
    int step;
    uint32_t ticket = happen(load, now_ms, &step);
    uint16_t place = load->entries[ticket].place;
    struct form *form = &load->forms[place][step];
    char *bytes = form->bytes.ptr;
    if (now_ms != load->text_ms) {
        when_format(now_ms, load->text);
        load->text_ms = now_ms;
    }
    memcpy(bytes + form->time, load->text, TIME_BYTES);
    put_digits(bytes + form->number + 4, ticket, 8);
    put_digits(bytes + form->id + 2, load->seq, 10);
    if (step == 0) {
        put_real(bytes + form->lon, near(load, load->places[place].lon));
        put_real(bytes + form->lat, near(load, load->places[place].lat));
    }
    return buf_str(&form->bytes);
}

void
glass_load_event(struct glass_load *load, int64_t now_ms, struct buf *out)
{
    put_big(load->envelope.ptr + load->envelope_prev + 1, load->seq, 4);
    put_big(load->envelope.ptr + load->envelope_seq + 1, load->seq + 1, 4);
    struct str body = next_body(load, now_ms);
    add_frame_head(out, load->envelope.len + body.len);
    buf_add_str(out, buf_str(&load->envelope));
    buf_add_str(out, body);
}

void
glass_load_events(struct glass_load *load, size_t count, int64_t now_ms, struct buf *out)
{
    struct message message = {.kind = MESSAGE_EVENTS};
    message.happened.prev = (int64_t)load->seq;
    message_bodies_clear(&load->bodies);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&load->bodies.bytes, next_body(load, now_ms));
        load->bodies.count++;
    }
    message.happened.seq = (int64_t)load->seq;
    message.happened.events.bodies = &load->bodies;
    add_message(load, &message, out);
}

uint64_t
glass_load_seq(const struct glass_load *load)
{
    return load->seq;
}
