/* store: every ticket as its milestones, and nothing derived but what the digest needs.
 *
 * Owns numbers, milestones, records, the index and the marks of known events. Milestones of a
 * ticket are ordered by (time, arrival). Private to feeds/tickets; one thread; reads no clock.
 *
 * Memory a ticket: 20 bytes of struct ticket (and 8 of a book's struct mark), its number + 1, 4
 * bytes of index at a load of 0.37–0.75, 12 bytes a milestone (in blocks of 2, 4, 6, 8, 12, 16, 24
 * …) and the records. */
#ifndef FEEDS_TICKETS_STORE_H
#define FEEDS_TICKETS_STORE_H

#include "feeds/tickets/record.h"

#define STORE_NONE UINT32_MAX
#define STORE_TEXT_BITS 20 /* blocks of numbers have 1 MiB */

struct milestone {
    uint32_t time_low;
    int16_t time_high; /* time = high·2^32 + low, Unix milliseconds */
    uint8_t type;      /* enum event_type */
    uint8_t spare;
    uint32_t record; /* reference into the record pool */
};

enum ticket_flag {
    TICKET_REGISTERED = 1 << 0,
    TICKET_REMOVED = 1 << 1, /* final: no milestones, nothing is applied any more */
    TICKET_CLOSED = 1 << 2,  /* not open once all its milestones have happened */
    TICKET_QUEUED = 1 << 3   /* held, and in the queue of held ones */
};

struct ticket {
    uint32_t number; /* place in the text blocks */
    uint32_t first;  /* milestones[first…first + count) */
    uint32_t count;
    uint32_t street; /* code now: over all milestones, future ones too; INTERN_NONE */
    uint8_t flags;
    uint8_t generation; /* grows when its events are forgotten: they are no repeats any more */
};

struct store_sum {
    uint64_t count, digest;
};

#define STORE_CLASSES 40

struct store {
    struct intern *codes; /* of struct tickets: shared by the old and the loading store */
    struct record_pool records;
    struct ticket *tickets;
    uint32_t count, cap;
    struct milestone *milestones;
    uint32_t milestones_used, milestones_cap, milestones_free;
    uint32_t free_blocks[STORE_CLASSES];
    char **texts; /* blocks of numbers: a byte of length, then the text; never moved */
    uint32_t texts_count, texts_used;
    uint32_t *index; /* tag (5 bits) · ticket + 1 (27 bits); 0 = empty */
    uint32_t index_size;
    uint64_t *marks; /* keyed hashes of source and id; 0 = empty */
    size_t marks_size, marks_count;
    struct store_sum all, *streets; /* streets: by code number */
    uint32_t streets_cap;
    int64_t newest_ms; /* of all milestones ever applied; INT64_MIN */
    uint32_t *held;    /* queue of held tickets, oldest first */
    size_t held_from, held_to, held_cap;
    size_t held_events, held_max;
    uint64_t held_dropped;
};

static inline int64_t
milestone_time(const struct milestone *m)
{
    return (int64_t)m->time_high * (INT64_C(1) << 32) + (int64_t)m->time_low;
}

void store_init(struct store *store, struct intern *codes);
void store_finish(struct store *store);

/* STORE_NONE where the number is unknown. */
uint32_t store_find(const struct store *store, struct str number);
/* Makes room for about so many tickets and their index, so that neither need grow under way. A
 * guess: nothing fails where it is wrong. */
void store_expect(struct store *store, uint64_t count);
/* The ticket of the number, added (without milestones) where new. */
uint32_t store_ticket(struct store *store, struct str number);
/* The same where the number's hash_keyed is known; store_fetch a while before saves waiting for
 * memory. */
uint32_t store_ticket_of(struct store *store, struct str number, uint64_t hash);
void store_fetch(const struct store *store, uint64_t hash);
struct str store_number(const struct store *store, uint32_t ticket);

/* Whether source and id are new; remembers them. The generation is the ticket's. */
bool store_mark(struct store *store, const struct event *event, uint8_t generation);

/* Puts a milestone behind all those of its time or earlier. The caller has made sure that the
 * ticket is not removed. */
void store_add(struct store *store, uint32_t ticket, enum event_type type, int64_t time_ms,
               const struct event_data *data);
/* A new ticket's milestones at once, in order, a registration among them: store_add of each, with
 * the sums updated once. The first registration's data: the row's fields, where it has none. */
void store_load(struct store *store, uint32_t ticket, const struct event_ticket *row);
void store_remove(struct store *store, uint32_t ticket); /* for ever */
void store_forget(struct store *store, uint32_t ticket); /* until its events come again */
/* Drops held tickets, oldest first, until at most held_max events are held. */
void store_bound_held(struct store *store);

/* Closes the holes of the milestone pool when they are over a quarter of it. */
void store_compact(struct store *store);

size_t store_bytes_columns(const struct store *store);
size_t store_bytes_milestones(const struct store *store);
size_t store_bytes_strings(const struct store *store);
size_t store_bytes_index(const struct store *store);
size_t store_bytes_marks(const struct store *store);

#endif
