/* Any bytes as an event, in both encodings. What is taken must read back as itself. */
#include <stdlib.h>
#include <string.h>

#include "feeds/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* An event that was taken is taken again as it is written, and writes the same. */
static void
check_again(const struct event *event, struct arena *arena)
{
    struct buf first = {0}, second = {0};
    struct event again;
    struct err err;
    event_to_json(event, &first);
    if (first.len <= EVENT_MAX_BYTES) { /* escapes may have made it longer than it came */
        must(event_from_json(buf_str(&first), true, arena, &again, &err));
        must(again.time_ms == event->time_ms && again.type == event->type);
        must(again.data.has == event->data.has && again.data.cleared == event->data.cleared);
        event_to_json(&again, &second);
        must(str_eq(buf_str(&first), buf_str(&second)));
        must(str_eq(again.json, buf_str(&first)));
    }
    buf_free(&first);
    buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = {(const char *)data, size};
    struct event event;
    struct event_batch batch;
    struct err err = {0};
    if (event_from_json(text, true, &arena, &event, &err)) {
        must(utf8_valid(event.json) && event.json.len <= size);
        check_again(&event, &arena);
    } else {
        must(err.text[0] != '\0');
    }
    if (event_from_pack(text, &arena, &event, &err)) {
        check_again(&event, &arena);
    }
    if (event_batch_from_json(text, false, 100, &arena, &batch)) {
        must(batch.problems_count == 0);
        for (size_t i = 0; i < batch.count; i++) {
            check_again(&batch.events[i], &arena);
        }
    } else {
        must(batch.problems_count > 0 || batch.too_many);
    }
    arena_free(&arena);
    return 0;
}
