#include "feeds/tickets/others.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/hash.h"

/* What one item is kept for: a stage of a subject, or one of the two events of a commitment. */
static int
kept_for(const struct event *event)
{
    switch (event->type) {
    case EVENT_MEETING_COMMITTED:
        return EVENT_STAGE_COUNT;
    case EVENT_MEETING_SETTLED:
        return EVENT_STAGE_COUNT + 1;
    default:
        return (int)event->data.stage;
    }
}

static uint64_t
key_of(struct str subject, int what)
{
    return hash_keyed(subject) + (uint64_t)what * UINT64_C(0x9e3779b97f4a7c15);
}

/* The slot of the item, or the hole where it belongs. */
static size_t
probe(const struct others *others, struct str subject, int what, uint64_t key)
{
    size_t mask = others->slots_count - 1;
    size_t at = key & mask;
    for (; others->slots[at]; at = (at + 1) & mask) {
        const struct others_item *item = &others->items[others->slots[at] - 1];
        if (item->key == key && str_eq(item->event.subject, subject) &&
            kept_for(&item->event) == what) {
            break;
        }
    }
    return at;
}

static void
grow(struct others *others)
{
    size_t count = others->slots_count ? others->slots_count * 2 : 64;
    free(others->slots);
    others->slots = calloc(count, sizeof *others->slots);
    others->slots_count = count;
    others->cap = count;
    others->items = reallocarray(others->items, others->cap, sizeof *others->items);
    if (!others->slots || !others->items) {
        abort();
    }
    for (size_t i = 0; i < others->count; i++) {
        const struct others_item *item = &others->items[i];
        size_t at = probe(others, item->event.subject, kept_for(&item->event), item->key);
        others->slots[at] = (uint32_t)i + 1;
    }
}

static void
move_in(struct str *s, char **at)
{
    if (s->len) {
        memcpy(*at, s->ptr, s->len);
    }
    s->ptr = *at;
    *at += s->len;
}

static void
copy(struct others_item *item, const struct event *event)
{
    struct event e = *event;
    struct event_data none = {0};
    e.data = none;
    e.data.has = event->data.has;
    e.data.cleared = event->data.cleared;
    e.data.stage = event->data.stage;
    e.data.until_ms = event->data.until_ms;
    e.data.due_ms = event->data.due_ms;
    e.data.by = event->data.by;
    e.data.reason = event->data.reason;
    e.data.unit = event->data.unit;
    e.data.text = event->data.text;
    e.data.outcome = event->data.outcome;
    e.json = (struct str){0};
    struct str *strings[] = {&e.id,          &e.source,    &e.subject,   &e.type_name,   &e.data.by,
                             &e.data.reason, &e.data.unit, &e.data.text, &e.data.outcome};
    size_t bytes = 1;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        bytes += strings[i]->len;
    }
    char *block = malloc(bytes);
    if (!block) {
        abort();
    }
    char *at = block;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        move_in(strings[i], &at);
    }
    free(item->bytes);
    item->bytes = block;
    item->event = e;
}

void
others_init(struct others *others)
{
    *others = (struct others){.newest_ms = INT64_MIN};
}

bool
others_add(struct others *others, const struct event *event)
{
    if ((others->count + 1) * 4 > others->slots_count * 3) {
        grow(others);
    }
    int what = kept_for(event);
    others->newest_ms = event->time_ms > others->newest_ms ? event->time_ms : others->newest_ms;
    uint64_t key = key_of(event->subject, what);
    size_t at = probe(others, event->subject, what, key);
    if (!others->slots[at]) {
        others->items[others->count] = (struct others_item){.key = key};
        others->slots[at] = (uint32_t)++others->count;
    } else if (others->items[others->slots[at] - 1].event.time_ms > event->time_ms) {
        return false;
    }
    copy(&others->items[others->slots[at] - 1], event);
    return true;
}

const struct event *
others_alarm(const struct others *others, struct str subject, enum event_stage stage)
{
    if (others->count == 0) {
        return NULL;
    }
    uint32_t slot = others->slots[probe(others, subject, (int)stage, key_of(subject, (int)stage))];
    return slot ? &others->items[slot - 1].event : NULL;
}

void
others_free(struct others *others)
{
    for (size_t i = 0; i < others->count; i++) {
        free(others->items[i].bytes);
    }
    free(others->items);
    free(others->slots);
    others_init(others);
}
