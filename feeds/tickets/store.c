#include "feeds/tickets/store.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/hash.h"

#define TEXT_BITS STORE_TEXT_BITS
#define TEXT_BLOCK (UINT32_C(1) << TEXT_BITS)
#define ID_BITS 27 /* 134 M tickets */
#define ID_MASK ((UINT32_C(1) << ID_BITS) - 1)
#define HELD_MAX 100000
/* A wrong expectation costs 77 MB of address space, untouched: 60 of tickets, 17 of index. */
#define EXPECT_MAX 3000000

/* An eighth more, a sixteenth where that is much: the kernel moves large blocks without copying, so
 * small steps cost little. */
static uint32_t
next_cap(uint32_t cap, uint32_t need)
{
    uint64_t next = (uint64_t)cap + cap / (cap > 1000000 ? 16 : 8) + 64;
    next = next > need ? next : need;
    if (next >= UINT32_MAX) {
        abort();
    }
    return (uint32_t)next;
}

void
store_init(struct store *store, struct intern *codes)
{
    *store = (struct store){.codes = codes, .newest_ms = INT64_MIN, .held_max = HELD_MAX};
    for (int i = 0; i < STORE_CLASSES; i++) {
        store->free_blocks[i] = STORE_NONE;
    }
}

void
store_finish(struct store *store)
{
    record_free(&store->records);
    free(store->tickets);
    free(store->milestones);
    for (uint32_t i = 0; i < store->texts_count; i++) {
        free(store->texts[i]);
    }
    free(store->texts);
    free(store->index);
    free(store->marks);
    free(store->streets);
    free(store->held);
    *store = (struct store){0};
}

/* --- numbers and index --- */

struct str
store_number(const struct store *store, uint32_t ticket)
{
    uint32_t at = store->tickets[ticket].number;
    const char *text = store->texts[at >> TEXT_BITS] + (at & (TEXT_BLOCK - 1));
    return (struct str){text + 1, (unsigned char)text[0]};
}

static uint32_t
add_text(struct store *store, struct str number)
{
    size_t len = number.len < 255 ? number.len : 255; /* the protocol's limit is 64 */
    if (store->texts_count == 0 || store->texts_used + len + 1 > TEXT_BLOCK) {
        if (store->texts_count == UINT32_MAX >> TEXT_BITS) {
            abort();
        }
        store->texts = arena_regrow(store->texts, store->texts_count + 1, sizeof *store->texts);
        store->texts[store->texts_count++] = arena_regrow(NULL, TEXT_BLOCK, 1);
        store->texts_used = 0;
    }
    char *text = store->texts[store->texts_count - 1] + store->texts_used;
    text[0] = (char)(unsigned char)len;
    str_put(text + 1, (struct str){number.ptr, len});
    uint32_t at = (store->texts_count - 1) << TEXT_BITS | store->texts_used;
    store->texts_used += (uint32_t)len + 1;
    return at;
}

static uint32_t
tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 59) << ID_BITS;
}

static void
set_index(struct store *store, uint32_t size)
{
    uint32_t *index = arena_table(size, sizeof *index);
    for (uint32_t i = 0; i < store->count; i++) {
        uint64_t hash = hash_keyed(store_number(store, i));
        uint32_t at = (uint32_t)hash & (size - 1);
        while (index[at]) {
            at = (at + 1) & (size - 1);
        }
        index[at] = tag_of(hash) | (i + 1);
    }
    free(store->index);
    store->index = index;
    store->index_size = size;
}

void
store_expect(struct store *store, uint64_t count)
{
    uint32_t size = store->index_size ? store->index_size : 1024;
    count = count < EXPECT_MAX ? count : EXPECT_MAX;
    while (count * 4 > (uint64_t)size * 3) {
        size *= 2;
    }
    if (size > store->index_size) {
        set_index(store, size);
    }
    if (count > store->cap) {
        store->cap = (uint32_t)count;
        store->tickets = arena_regrow(store->tickets, store->cap, sizeof *store->tickets);
    }
}

/* The place in the index of the number or of the hole where it belongs. */
static uint32_t
probe(const struct store *store, struct str number, uint64_t hash)
{
    uint32_t mask = store->index_size - 1;
    uint32_t at = (uint32_t)hash & mask;
    for (; store->index[at]; at = (at + 1) & mask) {
        uint32_t entry = store->index[at];
        if ((entry & ~ID_MASK) == tag_of(hash) &&
            str_eq(store_number(store, (entry & ID_MASK) - 1), number)) {
            break;
        }
    }
    return at;
}

uint32_t
store_find(const struct store *store, struct str number)
{
    if (store->index_size == 0) {
        return STORE_NONE;
    }
    uint32_t entry = store->index[probe(store, number, hash_keyed(number))];
    return entry ? (entry & ID_MASK) - 1 : STORE_NONE;
}

void
store_fetch(const struct store *store, uint64_t hash)
{
    if (store->index_size) {
        __builtin_prefetch(&store->index[(uint32_t)hash & (store->index_size - 1)], 1);
    }
}

uint32_t
store_ticket(struct store *store, struct str number)
{
    return store_ticket_of(store, number, hash_keyed(number));
}

uint32_t
store_ticket_of(struct store *store, struct str number, uint64_t hash)
{
    if ((uint64_t)(store->count + 1) * 4 > (uint64_t)store->index_size * 3) {
        set_index(store, store->index_size ? store->index_size * 2 : 1024);
    }
    uint32_t at = probe(store, number, hash);
    if (store->index[at]) {
        return (store->index[at] & ID_MASK) - 1;
    }
    if (store->count == ID_MASK - 1) {
        abort();
    }
    if (store->count == store->cap) {
        store->cap = next_cap(store->cap, 0);
        store->tickets = arena_regrow(store->tickets, store->cap, sizeof *store->tickets);
    }
    uint32_t ticket = store->count++;
    store->tickets[ticket] =
        (struct ticket){.number = add_text(store, number), .street = INTERN_NONE};
    store->index[at] = tag_of(hash) | (ticket + 1);
    return ticket;
}

/* --- marks of known events --- */

static void
grow_marks(struct store *store)
{
    size_t size = store->marks_size ? store->marks_size * 2 : 1024;
    uint64_t *marks = arena_table(size, sizeof *marks);
    for (size_t i = 0; i < store->marks_size; i++) {
        if (store->marks[i]) {
            size_t at = store->marks[i] & (size - 1);
            while (marks[at]) {
                at = (at + 1) & (size - 1);
            }
            marks[at] = store->marks[i];
        }
    }
    free(store->marks);
    store->marks = marks;
    store->marks_size = size;
}

bool
store_mark(struct store *store, const struct event *event, uint8_t generation)
{
    if ((store->marks_count + 1) * 4 > store->marks_size * 3) {
        grow_marks(store);
    }
    char text[300]; /* source and id have at most 128 bytes each */
    size_t source = event->source.len < 128 ? event->source.len : 128;
    size_t id = event->id.len < 128 ? event->id.len : 128;
    text[0] = (char)generation;
    if (source) {
        memcpy(text + 1, event->source.ptr, source);
    }
    text[1 + source] = '\0';
    if (id) {
        memcpy(text + 2 + source, event->id.ptr, id);
    }
    uint64_t mark = hash_keyed((struct str){text, 2 + source + id});
    mark += mark == 0;
    size_t at = mark & (store->marks_size - 1);
    for (; store->marks[at]; at = (at + 1) & (store->marks_size - 1)) {
        if (store->marks[at] == mark) {
            return false;
        }
    }
    store->marks[at] = mark;
    store->marks_count++;
    return true;
}

/* --- milestone blocks --- */

static uint32_t
class_size(int class)
{
    static const uint32_t small[] = {2, 4, 6, 8};
    if (class < 4) {
        return small[class];
    }
    uint32_t power = UINT32_C(8) << ((class - 4) / 2);
    return class % 2 ? power * 2 : power + power / 2; /* 12, 16, 24, 32, 48 … */
}

static int
class_of(uint32_t count)
{
    int class = 0;
    while (class_size(class) < count) {
        class ++;
    }
    return class;
}

static uint32_t
block_take(struct store *store, int class)
{
    uint32_t size = class_size(class);
    uint32_t at = store->free_blocks[class];
    if (at != STORE_NONE) {
        store->free_blocks[class] = store->milestones[at].record;
        store->milestones_free -= size;
        return at;
    }
    if (store->milestones_cap - store->milestones_used < size) {
        store->milestones_cap = next_cap(store->milestones_cap, store->milestones_used + size);
        store->milestones =
            arena_regrow(store->milestones, store->milestones_cap, sizeof *store->milestones);
    }
    at = store->milestones_used;
    store->milestones_used += size;
    return at;
}

static void
block_give(struct store *store, uint32_t at, int class)
{
    store->milestones[at].record = store->free_blocks[class];
    store->free_blocks[class] = at;
    store->milestones_free += class_size(class);
}

void
store_compact(struct store *store)
{
    if (store->milestones_free < 65536 || store->milestones_free < store->milestones_used / 4) {
        return;
    }
    uint32_t used = store->milestones_used - store->milestones_free;
    struct milestone *to = arena_regrow(NULL, used + 1, sizeof *to);
    uint32_t at = 0;
    for (uint32_t i = 0; i < store->count; i++) {
        struct ticket *t = &store->tickets[i];
        if (t->count) {
            memcpy(to + at, store->milestones + t->first, t->count * sizeof *to);
            t->first = at;
            at += class_size(class_of(t->count));
        }
    }
    free(store->milestones);
    store->milestones = to;
    store->milestones_used = at;
    store->milestones_cap = used + 1;
    store->milestones_free = 0;
    for (int i = 0; i < STORE_CLASSES; i++) {
        store->free_blocks[i] = STORE_NONE;
    }
}

static void
insert(struct store *store, struct ticket *t, struct milestone m, int64_t time_ms)
{
    if (t->count == 0) {
        t->first = block_take(store, 0);
    } else if (t->count == class_size(class_of(t->count))) {
        int class = class_of(t->count);
        uint32_t to = block_take(store, class + 1);
        memcpy(store->milestones + to, store->milestones + t->first, t->count * sizeof m);
        block_give(store, t->first, class);
        t->first = to;
    }
    struct milestone *list = store->milestones + t->first;
    uint32_t at = t->count;
    if (at && milestone_time(&list[at - 1]) > time_ms) {
        uint32_t low = 0; /* the first that is later */
        while (low < at) {
            uint32_t middle = low + (at - low) / 2;
            if (milestone_time(&list[middle]) > time_ms) {
                at = middle;
            } else {
                low = middle + 1;
            }
        }
        memmove(list + at + 1, list + at, (t->count - at) * sizeof m);
    }
    list[at] = m;
    t->count++;
}

/* --- the digest --- */

static struct store_sum *
sum_of(struct store *store, uint32_t street)
{
    if (street >= store->streets_cap) {
        uint32_t cap = next_cap(store->streets_cap, street + 1);
        store->streets = arena_regrow(store->streets, cap, sizeof *store->streets);
        memset(store->streets + store->streets_cap, 0,
               (cap - store->streets_cap) * sizeof *store->streets);
        store->streets_cap = cap;
    }
    return &store->streets[street];
}

/* Takes a term into the sums (sign 1) or out of them (-1). */
static void
sum_term(struct store *store, uint32_t street, uint64_t term, int sign)
{
    struct store_sum *sums[2] = {&store->all, NULL};
    if (street != INTERN_NONE) {
        sums[1] = sum_of(store, street);
    }
    for (int i = 0; i < 2 && sums[i]; i++) {
        sums[i]->count += sign > 0 ? 1 : UINT64_MAX;
        sums[i]->digest += sign > 0 ? term : (uint64_t)0 - term;
    }
}

/* The same with a ticket's, where that is registered. */
static void
sum_ticket(struct store *store, uint32_t ticket, int sign)
{
    const struct ticket *t = &store->tickets[ticket];
    if (!(t->flags & TICKET_REGISTERED)) {
        return;
    }
    const struct milestone *last = &store->milestones[t->first + t->count - 1];
    uint64_t term = event_digest_term(store_number(store, ticket), t->count, milestone_time(last));
    sum_term(store, t->street, term, sign);
}

/* The street over all milestones of a registered ticket. A registration always names one, so the
 * last milestone in order that names a street is one that counts: were it an amendment from before
 * the registration, the registration would come after it. */
static uint32_t
street_of(const struct store *store, const struct ticket *t)
{
    for (uint32_t i = t->count; i-- > 0;) {
        const struct milestone *m = &store->milestones[t->first + i];
        if (m->type == EVENT_REGISTERED || m->type == EVENT_AMENDED) {
            struct record r;
            record_read(&store->records, m->record, &r);
            if (r.has & EVENT_F_STREET) {
                return r.street;
            }
        }
    }
    return INTERN_NONE;
}

/* --- held tickets --- */

static bool
is_held(const struct ticket *t)
{
    return t->count && !(t->flags & TICKET_REGISTERED);
}

static void
hold(struct store *store, uint32_t ticket)
{
    struct ticket *t = &store->tickets[ticket];
    store->held_events++;
    if (t->flags & TICKET_QUEUED) {
        return;
    }
    if (store->held_to == store->held_cap) {
        size_t kept = 0; /* those registered meanwhile leave holes: close them before growing */
        for (size_t i = store->held_from; i < store->held_to; i++) {
            struct ticket *other = &store->tickets[store->held[i]];
            if (is_held(other)) {
                store->held[kept++] = store->held[i];
            } else {
                other->flags &= (uint8_t)~TICKET_QUEUED;
            }
        }
        store->held_from = 0;
        store->held_to = kept;
        if (kept * 2 >= store->held_cap) {
            store->held_cap = store->held_cap * 2 + 256;
            store->held = arena_regrow(store->held, store->held_cap, sizeof *store->held);
        }
    }
    store->held[store->held_to++] = ticket;
    t->flags |= TICKET_QUEUED;
}

void
store_bound_held(struct store *store)
{
    while (store->held_events > store->held_max && store->held_from < store->held_to) {
        uint32_t ticket = store->held[store->held_from++];
        struct ticket *t = &store->tickets[ticket];
        t->flags &= (uint8_t)~TICKET_QUEUED;
        if (is_held(t)) {
            store->held_dropped += t->count;
            store_forget(store, ticket);
        }
    }
}

/* --- changes --- */

/* but: fields of the data that are not kept, as bits. Field by field: see slots.c. */
static void
make_milestone(struct store *store, const struct event_milestone *e, uint32_t but,
               struct milestone *out)
{
    out->record =
        record_add(&store->records, store->codes, e->type, e->data, event_milestone_due(e), but);
    out->time_low = (uint32_t)(uint64_t)e->time_ms;
    out->time_high = (int16_t)(e->time_ms >> 32);
    out->type = (uint8_t)e->type;
    out->spare = 0;
}

void
store_add(struct store *store, uint32_t ticket, enum event_type type, int64_t time_ms,
          const struct event_data *data)
{
    struct event_milestone e = {.time_ms = time_ms, .type = type, .data = data};
    struct milestone m;
    make_milestone(store, &e, 0, &m);
    struct ticket *t = &store->tickets[ticket];
    sum_ticket(store, ticket, -1);
    insert(store, t, m, time_ms);
    t->flags &= (uint8_t)~TICKET_CLOSED;
    if (type == EVENT_REGISTERED && !(t->flags & TICKET_REGISTERED)) {
        t->flags |= TICKET_REGISTERED;
        store->held_events -= t->count - 1;
    }
    if (!(t->flags & TICKET_REGISTERED)) {
        hold(store, ticket);
    } else if (type == EVENT_REGISTERED || (type == EVENT_AMENDED && data->has & EVENT_F_STREET)) {
        t->street = street_of(store, t);
    }
    sum_ticket(store, ticket, 1);
    store->newest_ms = time_ms > store->newest_ms ? time_ms : store->newest_ms;
}

void
store_load(struct store *store, uint32_t ticket, const struct event_ticket *row)
{
    uint32_t count = (uint32_t)row->milestones_count;
    uint32_t first = block_take(store, class_of(count));
    /* Where the registration's data was left out the fields say it; a default was not named. */
    uint32_t defaults = (row->fields.urgency == EVENT_NORMAL ? EVENT_F_URGENCY : 0u) |
                        (row->fields.confidential ? 0u : EVENT_F_CONFIDENTIAL);
    bool registered = false;
    const struct str *street = NULL; /* what the last one says: see street_of */
    for (uint32_t i = 0; i < count; i++) {
        struct event_milestone e = row->milestones[i];
        bool left_out = e.type == EVENT_REGISTERED && !registered && !e.data->has;
        e.data = left_out ? &row->fields : e.data;
        registered = registered || e.type == EVENT_REGISTERED;
        make_milestone(store, &e, left_out ? defaults : 0, &store->milestones[first + i]);
        if ((e.type == EVENT_REGISTERED || e.type == EVENT_AMENDED) &&
            e.data->has & EVENT_F_STREET) {
            street = &e.data->street;
        }
    }
    struct ticket *t = &store->tickets[ticket];
    int64_t newest_ms = row->milestones[count - 1].time_ms;
    t->first = first;
    t->count = count;
    t->flags |= TICKET_REGISTERED;
    t->street = street ? intern_add(store->codes, *street) : INTERN_NONE;
    sum_term(store, t->street,
             row->term ? row->term : event_digest_term(row->ticket, count, newest_ms), 1);
    store->newest_ms = newest_ms > store->newest_ms ? newest_ms : store->newest_ms;
}

static void
empty(struct store *store, uint32_t ticket)
{
    struct ticket *t = &store->tickets[ticket];
    sum_ticket(store, ticket, -1);
    if (is_held(t)) {
        store->held_events -= t->count;
    }
    for (uint32_t i = 0; i < t->count; i++) {
        record_wipe(&store->records, store->milestones[t->first + i].record);
    }
    if (t->count) {
        block_give(store, t->first, class_of(t->count));
    }
    t->count = 0;
    t->street = INTERN_NONE;
    t->flags &= (uint8_t) ~(TICKET_REGISTERED | TICKET_CLOSED);
}

void
store_remove(struct store *store, uint32_t ticket)
{
    empty(store, ticket);
    store->tickets[ticket].flags |= TICKET_REMOVED;
}

void
store_forget(struct store *store, uint32_t ticket)
{
    empty(store, ticket);
    store->tickets[ticket].generation++;
}

/* --- memory --- */

size_t
store_bytes_columns(const struct store *store)
{
    return store->cap * sizeof *store->tickets + store->streets_cap * sizeof *store->streets +
           store->held_cap * sizeof *store->held;
}

size_t
store_bytes_milestones(const struct store *store)
{
    return store->milestones_cap * sizeof *store->milestones + store->records.cap +
           store->records.slots_count * sizeof *store->records.slots;
}

size_t
store_bytes_strings(const struct store *store)
{
    return (size_t)store->texts_count * TEXT_BLOCK;
}

size_t
store_bytes_index(const struct store *store)
{
    return store->index_size * sizeof *store->index;
}

size_t
store_bytes_marks(const struct store *store)
{
    return store->marks_size * sizeof *store->marks;
}
