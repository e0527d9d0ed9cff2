/* How many events a second the decoders take: single JSON texts (as POST and files bring them),
 * `events` messages of 1,000 in JSON and MessagePack, and snapshot parts near 1 MiB. One thread;
 * each figure is the best of five rounds of half a second. Prints bytes an event too. */
#include <stdio.h>
#include <stdlib.h>

#include "feeds/message.h"
#include "wall/base/clock.h"

#define BATCH 1000
#define ROUNDS 5
#define ROUND_NS INT64_C(500000000)

static struct arena arena;

static struct event
sample(int i, int step)
{
    static const enum event_type types[] = {EVENT_REGISTERED, EVENT_DISPATCHED, EVENT_ACCEPTED,
                                            EVENT_RESOLVED, EVENT_SURVEYED};
    static const struct event_data data = {
        .has = UINT32_MAX & ~(uint32_t)(EVENT_F_CONFIDENTIAL | EVENT_F_URGENCY | EVENT_F_PROPERTY),
        .kind = EVENT_HELP,
        .mode = EVENT_INTERNAL,
        .route = EVENT_DIRECT,
        .satisfied = EVENT_SATISFIED_BASIC,
        .reached = true,
        .responded = true,
        .solved = true,
        .due_ms = 1795398087120};
    struct event event = {
        .type = types[step % 5], .time_ms = 1795398087120 + i * 1000, .data = data};
    event.id = str_from(arena_printf(&arena, "e-%08d-%d", i, step));
    event.source = STR("/bj/shijingshan/12345");
    event.subject = str_from(arena_printf(&arena, "SJS-20261123-%06d", i));
    event.data.channel = STR("12345");
    event.data.category = STR("heating");
    event.data.street = STR("S01");
    event.data.community = STR("C011");
    event.data.summary = STR("暖气不热，楼道温度低");
    event.data.unit = STR("U1");
    event.data.lon = 116.1 + i * 0.0001234;
    event.data.lat = 39.9 + i * 0.0000321;
    return event;
}

/* The best rate of `what` over rounds; work returns how many events it decoded. */
static void
measure(const char *what, double bytes, size_t (*work)(const void *input), const void *input)
{
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t began = clock_mono_ns(), now = began;
        size_t done = 0;
        while (now - began < ROUND_NS) {
            done += work(input);
            now = clock_mono_ns();
        }
        double rate = (double)done * 1e9 / (double)(now - began);
        best = rate > best ? rate : best;
    }
    printf("%-34s %10.0f events/s  %6.1f bytes an event\n", what, best, bytes);
}

struct texts {
    struct str items[BATCH];
};

static size_t
decode_texts(const void *input)
{
    static struct arena scratch;
    const struct texts *texts = input;
    for (int i = 0; i < BATCH; i++) {
        struct event event;
        struct err err;
        arena_reset(&scratch);
        if (!event_from_json(texts->items[i], false, &scratch, &event, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
    }
    return BATCH;
}

struct encoded {
    enum message_format format;
    struct buf bytes;
};

static size_t
decode_message(const void *input)
{
    static struct arena scratch;
    const struct encoded *encoded = input;
    struct message message;
    struct err err;
    arena_reset(&scratch);
    if (message_decode(encoded->format, buf_str(&encoded->bytes), &scratch, &message, &err) !=
        MESSAGE_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    if (message.kind == MESSAGE_EVENTS) {
        return message.happened.events.count;
    }
    size_t milestones = 0;
    for (size_t i = 0; i < message.snapshot.rows_count; i++) {
        milestones += message.snapshot.rows[i].milestones_count;
    }
    return milestones;
}

static void
bench_events(enum message_format format, const char *what)
{
    struct encoded encoded = {.format = format};
    struct message_bodies bodies = {0};
    for (int i = 0; i < BATCH; i++) {
        struct event event = sample(i / 5, i % 5);
        message_bodies_add_event(&bodies, format, &event);
    }
    struct message message = {.kind = MESSAGE_EVENTS,
                              .happened = {.prev = 1, .seq = 1001, .events = {.bodies = &bodies}}};
    message_encode(format, &message, &encoded.bytes);
    measure(what, (double)encoded.bytes.len / BATCH, decode_message, &encoded);
    message_bodies_free(&bodies);
    buf_free(&encoded.bytes);
}

static void
bench_snapshot(enum message_format format, const char *what)
{
    struct encoded encoded = {.format = format};
    struct message_bodies rows = {0};
    size_t milestones = 0;
    for (int i = 0; rows.bytes.len < MESSAGE_MAX_BYTES - 64 * 1024; i++) {
        struct event steps[6];
        struct event_milestone done[6];
        for (int step = 0; step < 6; step++) {
            steps[step] = sample(i, step);
            done[step] = (struct event_milestone){steps[step].time_ms, steps[step].type,
                                                  &steps[step].data, 0};
        }
        struct event_ticket row = {.ticket = steps[0].subject,
                                   .fields = steps[0].data,
                                   .milestones = done,
                                   .milestones_count = 6};
        message_bodies_add_row(&rows, format, &row);
        milestones += 6;
    }
    struct message message = {.kind = MESSAGE_SNAPSHOT,
                              .snapshot = {.seq = 1, .part = 1, .parts = 2, .row_bodies = &rows}};
    message_encode(format, &message, &encoded.bytes);
    measure(what, (double)encoded.bytes.len / (double)milestones, decode_message, &encoded);
    message_bodies_free(&rows);
    buf_free(&encoded.bytes);
}

int
main(void)
{
    struct texts texts;
    size_t bytes = 0;
    for (int i = 0; i < BATCH; i++) {
        struct event event = sample(i / 5, i % 5);
        struct buf out = {0};
        event_to_json(&event, &out);
        texts.items[i] = arena_str(&arena, buf_str(&out));
        bytes += out.len;
        buf_free(&out);
    }
    measure("JSON, one text each", (double)bytes / BATCH, decode_texts, &texts);
    bench_events(MESSAGE_JSON, "JSON, events of 1,000");
    bench_events(MESSAGE_PACK, "MessagePack, events of 1,000");
    bench_snapshot(MESSAGE_JSON, "JSON, snapshot part (milestones)");
    bench_snapshot(MESSAGE_PACK, "MessagePack, snapshot (milestones)");
    arena_free(&arena);
    return 0;
}
