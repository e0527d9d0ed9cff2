#include "feeds/tickets/bursts.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/when.h"

void
bursts_clear(struct bursts *bursts)
{
    bursts_sort_rest(bursts);
    for (size_t i = 0; i < bursts->count; i++) {
        struct bursts_cell *cell = &bursts->cells[i];
        cell->count = cell->out = 0;
        cell->touched = cell->stale = cell->unsorted = false;
    }
    bursts->touched_count = 0;
    bursts->anew = bursts->sorting = true;
    bursts->next = 0;
}

void
bursts_free(struct bursts *bursts)
{
    bursts_sort_rest(bursts);
    for (size_t i = 0; i < bursts->count; i++) {
        free(bursts->cells[i].entries);
    }
    free(bursts->cells);
    free(bursts->slots);
    free(bursts->touched);
    free(bursts->found);
    free(bursts->found_cells);
    free(bursts->tally);
    *bursts = (struct bursts){0};
}

static size_t
probe(const struct bursts *bursts, uint32_t street, uint32_t category)
{
    uint64_t hash = ((uint64_t)street << 32 | category) * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = bursts->slots_count - 1;
    size_t at = (hash >> 32) & mask;
    for (; bursts->slots[at]; at = (at + 1) & mask) {
        const struct bursts_cell *cell = &bursts->cells[bursts->slots[at] - 1];
        if (cell->street == street && cell->category == category) {
            break;
        }
    }
    return at;
}

static struct bursts_cell *
cell_of(struct bursts *bursts, uint32_t street, uint32_t category)
{
    if ((bursts->count + 1) * 4 > bursts->slots_count * 3) {
        bursts->slots_count = bursts->slots_count ? bursts->slots_count * 2 : 256;
        free(bursts->slots);
        bursts->slots = calloc(bursts->slots_count, sizeof *bursts->slots);
        if (!bursts->slots) {
            abort();
        }
        for (size_t i = 0; i < bursts->count; i++) {
            const struct bursts_cell *cell = &bursts->cells[i];
            bursts->slots[probe(bursts, cell->street, cell->category)] = (uint32_t)i + 1;
        }
    }
    size_t at = probe(bursts, street, category);
    if (!bursts->slots[at]) {
        if (bursts->count == bursts->cap) {
            bursts->cap = bursts->cap * 2 + 64;
            bursts->cells = arena_regrow(bursts->cells, bursts->cap, sizeof *bursts->cells);
        }
        bursts->cells[bursts->count] = (struct bursts_cell){.street = street, .category = category};
        bursts->slots[at] = (uint32_t)++bursts->count;
    }
    return &bursts->cells[bursts->slots[at] - 1];
}

static int
compare(const void *a, const void *b)
{
    const struct bursts_entry *x = a, *y = b;
    if (x->ms != y->ms) {
        return x->ms < y->ms ? -1 : 1;
    }
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* The first entry that does not come before the key. */
static size_t
lower(const struct bursts_cell *cell, struct bursts_entry key)
{
    size_t low = 0, high = cell->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&cell->entries[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void
note_touched(struct bursts *bursts, struct bursts_cell *cell)
{
    if (cell->touched) {
        return;
    }
    if (bursts->touched_count == bursts->touched_cap) {
        bursts->touched_cap = bursts->touched_cap * 2 + 64;
        bursts->touched = arena_regrow(bursts->touched, bursts->touched_cap, sizeof(uint32_t));
    }
    bursts->touched[bursts->touched_count++] = (uint32_t)(cell - bursts->cells);
    cell->touched = true;
}

/* Whether an evaluation as at that moment counts what was registered at ms: in the window, or in
 * that of one of the days before. */
static bool
is_counted(const struct profile *profile, int64_t as_of_ms, int64_t ms)
{
    int64_t ago = as_of_ms - ms;
    return ago >= 0 && ago / WHEN_DAY <= BURSTS_DAYS && ago % WHEN_DAY < profile->burst_window_ms;
}

#define RADIX_BITS 11
#define RADIX_LEAST 64 /* entries: of fewer a comparing sort is as quick */
#define SPREAD_PLACES 16384
#define SPREAD_MOST 16 /* entries in one place */

/* By the bits of (ms − least_ms) from `low` on; entries that are equal in them keep their order. */
static void
sort_by_bits(const struct bursts_entry *from, struct bursts_entry *to, size_t count,
             int64_t least_ms, int low)
{
    uint32_t places[1 << RADIX_BITS] = {0};
    const uint32_t mask = (1u << RADIX_BITS) - 1;
    for (size_t i = 0; i < count; i++) {
        places[(uint64_t)(from[i].ms - least_ms) >> low & mask]++;
    }
    for (uint32_t i = 0, place = 0; i <= mask; i++) {
        uint32_t here = places[i];
        places[i] = place;
        place += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[places[(uint64_t)(from[i].ms - least_ms) >> low & mask]++] = from[i];
    }
}

/* Into places by the time's highest bits, at least as many as there are entries: spread over the
 * days as requests are, few share one. false, and nothing is done, where too many do. */
static bool
sort_by_spread(const struct bursts_entry *from, struct bursts_entry *to, size_t count,
               int64_t least_ms, uint64_t span_ms)
{
    uint32_t places[SPREAD_PLACES];
    int shift = 0;
    while (span_ms >> shift >= SPREAD_PLACES || span_ms >> shift >= 2 * count) {
        shift++;
    }
    size_t used = (size_t)(span_ms >> shift) + 1;
    memset(places, 0, used * sizeof *places);
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t here = ++places[(uint64_t)(from[i].ms - least_ms) >> shift];
        most = here > most ? here : most;
    }
    if (most > SPREAD_MOST) {
        return false;
    }
    for (size_t i = 0, place = 0; i < used; i++) {
        uint32_t here = places[i];
        places[i] = (uint32_t)place;
        place += here;
    }
    for (size_t i = 0; i < count; i++) {
        to[places[(uint64_t)(from[i].ms - least_ms) >> shift]++] = from[i];
    }
    return true; /* but for those that share a place */
}

/* 28 days and an hour or two of milliseconds have 32 bits: three passes, where one does not do.
 * Where times are equal, or near, the entries may still be out of order. */
static bool
sort_by_radix(struct bursts_cell *cell)
{
    int64_t least_ms = INT64_MAX, most_ms = INT64_MIN;
    for (size_t i = 0; i < cell->count; i++) {
        int64_t ms = cell->entries[i].ms;
        least_ms = ms < least_ms ? ms : least_ms;
        most_ms = ms > most_ms ? ms : most_ms;
    }
    uint64_t span_ms = (uint64_t)most_ms - (uint64_t)least_ms;
    if (cell->count < RADIX_LEAST || cell->count > UINT32_MAX || span_ms >> 3 * RADIX_BITS) {
        return false;
    }
    struct bursts_entry *other = arena_regrow(NULL, cell->cap, sizeof *other);
    if (!sort_by_spread(cell->entries, other, cell->count, least_ms, span_ms)) {
        sort_by_bits(cell->entries, other, cell->count, least_ms, 0);
        sort_by_bits(other, cell->entries, cell->count, least_ms, RADIX_BITS);
        sort_by_bits(cell->entries, other, cell->count, least_ms, 2 * RADIX_BITS);
    }
    free(cell->entries);
    cell->entries = other;
    return true;
}

/* Tickets are mostly added in their order; where times are equal that is seen to at the end. */
static void
sort(struct bursts_cell *cell)
{
    struct bursts_entry *e = cell->entries;
    if (cell->unsorted && !sort_by_radix(cell)) {
        qsort(e, cell->count, sizeof *e, compare);
    } else if (cell->unsorted) {
        e = cell->entries;
        for (size_t i = 1; i < cell->count; i++) {
            struct bursts_entry entry = e[i];
            size_t at = i;
            for (; at && compare(&e[at - 1], &entry) > 0; at--) {
                e[at] = e[at - 1];
            }
            e[at] = entry;
        }
    }
    cell->unsorted = false;
}

/* Makes the entry's place, which is to be filled. NULL: it is in it, for it was taken away since
 * the last evaluation; where it is the same again, nothing happened. */
static struct bursts_entry *
open_place(struct bursts *bursts, struct bursts_cell *cell, const struct bursts_entry *entry,
           const struct profile *profile)
{
    size_t at = cell->count;
    if (at && compare(&cell->entries[at - 1], entry) >= 0) {
        cell->unsorted |= bursts->sorting;
        at = bursts->sorting ? at : lower(cell, *entry);
    }
    struct bursts_entry *there = at < cell->count ? &cell->entries[at] : NULL;
    if (there && there->out && compare(there, entry) == 0) {
        bool same = there->community == entry->community && there->lon_e7 == entry->lon_e7 &&
                    there->lat_e7 == entry->lat_e7;
        *there = *entry;
        cell->out--;
        cell->stale |= !same && is_counted(profile, bursts->as_of_ms, entry->ms);
        return NULL;
    }
    if (cell->count == cell->cap) {
        cell->cap = cell->cap * 2 + 8;
        cell->entries = arena_regrow(cell->entries, cell->cap, sizeof *entry);
    }
    memmove(cell->entries + at + 1, cell->entries + at, (cell->count - at) * sizeof *entry);
    cell->count++;
    cell->stale |= is_counted(profile, bursts->as_of_ms, entry->ms);
    return &cell->entries[at];
}

/* Field by field, out of the fold: see slots.c. */
static void
fill(struct bursts_entry *out, uint32_t ticket, const struct fold *fold)
{
    bool drawn = fold->placed && !fold->confidential;
    out->ms = fold->registered_ms;
    out->ticket = ticket & INT32_MAX;
    out->out = 0;
    out->community = fold->community;
    out->lon_e7 = drawn ? fold->lon_e7 : BURSTS_NOWHERE;
    out->lat_e7 = drawn ? fold->lat_e7 : BURSTS_NOWHERE;
}

static void
take_away(struct bursts *bursts, struct bursts_cell *cell, const struct bursts_entry *entry)
{
    size_t at = cell->unsorted ? 0 : lower(cell, *entry);
    while (cell->unsorted && at < cell->count && compare(&cell->entries[at], entry) != 0) {
        at++;
    }
    if (at == cell->count || compare(&cell->entries[at], entry) != 0) {
        return;
    }
    if (bursts->sorting) {
        cell->count--;
        memmove(cell->entries + at, cell->entries + at + 1, (cell->count - at) * sizeof *entry);
    } else if (!cell->entries[at].out) {
        cell->entries[at].out = 1;
        cell->out++;
    }
}

void
bursts_count(struct bursts *bursts, const struct profile *profile, const struct periods *periods,
             uint32_t ticket, const struct fold *fold, int sign)
{
    int64_t oldest = periods->from_ms[SNAPSHOT_TODAY] - BURSTS_DAYS * WHEN_DAY -
                     profile->burst_window_ms - BURSTS_STEP_MS;
    if (fold->registered_ms < oldest || fold->street == INTERN_NONE ||
        fold->category == INTERN_NONE) {
        return;
    }
    struct bursts_cell *cell = cell_of(bursts, fold->street, fold->category);
    struct bursts_entry entry, *place;
    fill(&entry, ticket, fold);
    if (!bursts->sorting) {
        note_touched(bursts, cell);
    }
    if (sign < 0) {
        take_away(bursts, cell, &entry);
    } else if ((place = open_place(bursts, cell, &entry, profile)) != NULL) {
        fill(place, ticket, fold);
    }
}

void
bursts_fetch(const struct bursts *bursts, const struct fold *fold)
{
    uint32_t at =
        bursts->slots_count ? bursts->slots[probe(bursts, fold->street, fold->category)] : 0;
    if (at && bursts->cells[at - 1].count) {
        const struct bursts_cell *cell = &bursts->cells[at - 1];
        __builtin_prefetch(&cell->entries[cell->count - 1], 1);
        __builtin_prefetch((const char *)(&cell->entries[cell->count] + 1) - 1, 1);
    }
}

/* Sorts a cell that nobody has begun; returns 1 and the entries that took; 0: there is none. */
static size_t
sort_next(struct bursts *bursts)
{
    size_t at = atomic_fetch_add(&bursts->next, 1);
    if (at >= bursts->count) {
        return 0;
    }
    struct bursts_cell *cell = &bursts->cells[at];
    size_t cost = 1 + (cell->unsorted ? cell->count : 0);
    sort(cell);
    return cost;
}

static bool
help_sort(void *user)
{
    return sort_next(user) > 0;
}

void
bursts_sort_begin(struct bursts *bursts, struct helper *helper)
{
    if (bursts->helper != helper) {
        bursts_sort_rest(bursts);
    }
    if (atomic_load(&bursts->next) < bursts->count) {
        bursts->helper = helper;
        helper_begin(helper, help_sort, bursts);
    }
}

void
bursts_sort_rest(struct bursts *bursts)
{
    helper_end(bursts->helper, bursts);
    bursts->helper = NULL;
}

bool
bursts_sort_part(struct bursts *bursts, uint32_t *looks)
{
    while (*looks) {
        size_t entries = sort_next(bursts), cost = 1 + entries / 32;
        if (entries == 0) {
            bursts_sort_rest(bursts);
            bursts->sorting = false;
            return true;
        }
        *looks -= cost < *looks ? (uint32_t)cost : *looks;
    }
    return false;
}

/* Drops the entries that did not come back. */
static void
settle(struct bursts *bursts, struct bursts_cell *cell, const struct profile *profile)
{
    size_t kept = 0;
    for (size_t i = 0; cell->out && i < cell->count; i++) {
        const struct bursts_entry *entry = &cell->entries[i];
        if (entry->out) {
            cell->stale |= is_counted(profile, bursts->as_of_ms, entry->ms);
        } else {
            cell->entries[kept++] = *entry;
        }
    }
    cell->count = cell->out ? kept : cell->count;
    cell->out = 0;
    cell->touched = false;
}

/* The first entry later than ms. */
static size_t
after(const struct bursts_cell *cell, int64_t ms)
{
    return lower(cell, (struct bursts_entry){.ms = ms + 1});
}

/* What an evaluation reads beside the cells. */
struct looking {
    const struct intern *codes;
    const struct profile *profile;
    const struct directory *directory;
};

/* The community named most often; of equally often named ones, that of the first code. */
static uint32_t
most_common(struct bursts *bursts, const struct intern *codes, const struct bursts_entry *entries,
            size_t count)
{
    uint32_t found = INTERN_NONE, most = 0;
    if (codes->count > bursts->tally_cap) {
        free(bursts->tally);
        bursts->tally_cap = codes->count + codes->count / 2;
        bursts->tally = calloc(bursts->tally_cap, sizeof *bursts->tally);
        if (!bursts->tally) {
            abort();
        }
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t code = entries[i].community;
        if (code == INTERN_NONE) {
            continue;
        }
        uint32_t times = ++bursts->tally[code];
        if (times > most ||
            (times == most && str_cmp(intern_get(codes, code), intern_get(codes, found)) < 0)) {
            most = times;
            found = code;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (entries[i].community != INTERN_NONE) {
            bursts->tally[entries[i].community] = 0;
        }
    }
    return found;
}

/* The middle of those that may be drawn, in degrees, the lower of two; NaN: none may. By the bits
 * of the value, the highest first: a byte at a time tells where the middle lies, and nothing is
 * moved or sorted. */
static double
median_degrees(const struct bursts_entry *entries, size_t count, size_t axis)
{
    const uint32_t sign = UINT32_C(1)
                          << 31; /* turned over, so that keys are in the values' order */
    uint32_t known = 0;
    size_t place = 0; /* of the middle among those that begin as known */
    for (int low = 24; low >= 0; low -= 8) {
        size_t tally[256] = {0}, all = 0;
        for (size_t i = 0; i < count; i++) {
            int32_t degrees_e7 = axis ? entries[i].lat_e7 : entries[i].lon_e7;
            uint32_t key = (uint32_t)degrees_e7 ^ sign;
            if (degrees_e7 != BURSTS_NOWHERE && (uint64_t)(key ^ known) >> (low + 8) == 0) {
                tally[key >> low & 0xff]++;
                all++;
            }
        }
        if (all == 0) {
            return NAN;
        }
        place = low == 24 ? (all - 1) / 2 : place;
        uint32_t byte = 0;
        for (; place >= tally[byte]; byte++) {
            place -= tally[byte];
        }
        known |= byte << low;
    }
    return (double)(int32_t)(known ^ sign) / 1e7;
}

/* The community with most of the requests, and the middle of those that may be drawn: a median,
 * since a few from the street's other end would pull a mean to where nothing is. */
static void
describe(struct bursts *bursts, struct snapshot_burst *burst, const struct bursts_entry *entries,
         size_t count, const struct looking *at)
{
    uint32_t community = most_common(bursts, at->codes, entries, count);
    burst->community = directory_name(at->directory, at->codes, DIRECTORY_COMMUNITIES, community);
    burst->lon = median_degrees(entries, count, 0);
    burst->lat = median_degrees(entries, count, 1);
}

static void
look_at(struct bursts *bursts, uint32_t number, const struct looking *at)
{
    struct bursts_cell *cell = &bursts->cells[number];
    int64_t as_of = bursts->as_of_ms, window = at->profile->burst_window_ms;
    size_t least = (size_t)at->profile->burst_min_count, earlier = 0;
    cell->stale = false;
    if (cell->count < least || cell->entries[cell->count - 1].ms <= as_of - window) {
        return;
    }
    size_t to = after(cell, as_of), from = after(cell, as_of - window);
    if (to - from < least || to == from) {
        return;
    }
    for (int day = 1; day <= BURSTS_DAYS; day++) {
        int64_t then = as_of - day * WHEN_DAY;
        earlier += after(cell, then) - after(cell, then - window);
    }
    double usual = (double)earlier / BURSTS_DAYS;
    if ((double)(to - from) < at->profile->burst_ratio * usual) {
        return;
    }
    if (bursts->found_count == bursts->found_cap) {
        bursts->found_cap = bursts->found_cap * 2 + 8;
        bursts->found = arena_regrow(bursts->found, bursts->found_cap, sizeof *bursts->found);
        bursts->found_cells =
            arena_regrow(bursts->found_cells, bursts->found_cap, sizeof(uint32_t));
    }
    const struct intern *codes = at->codes;
    bursts->found_cells[bursts->found_count] = number;
    struct snapshot_burst *burst = &bursts->found[bursts->found_count++];
    *burst = (struct snapshot_burst){
        .street = directory_name(at->directory, codes, DIRECTORY_STREETS, cell->street),
        .street_code = intern_get(codes, cell->street),
        .category = directory_name(at->directory, codes, DIRECTORY_CATEGORIES, cell->category),
        .count = (uint32_t)(to - from),
        .window_ms = window,
        .newest_ms = cell->entries[to - 1].ms,
        .usual = usual};
    describe(bursts, burst, cell->entries + from, to - from, at);
}

static bool
comes_before(const struct snapshot_burst *a, const struct snapshot_burst *b)
{
    if (a->count != b->count) {
        return a->count > b->count;
    }
    int order = str_cmp(a->street_code, b->street_code);
    return order ? order < 0 : str_cmp(a->category, b->category) < 0;
}

/* By insertion: there are few, and they are nearly in order. */
static void
sort_found(struct bursts *bursts)
{
    for (size_t i = 1; i < bursts->found_count; i++) {
        struct snapshot_burst burst = bursts->found[i];
        uint32_t cell = bursts->found_cells[i];
        size_t at = i;
        for (; at && comes_before(&burst, &bursts->found[at - 1]); at--) {
            bursts->found[at] = bursts->found[at - 1];
            bursts->found_cells[at] = bursts->found_cells[at - 1];
        }
        bursts->found[at] = burst;
        bursts->found_cells[at] = cell;
    }
}

/* Looks again at the cells that are stale, and at no other; false: none is. */
static bool
look_again(struct bursts *bursts, const struct looking *looking)
{
    size_t stale = 0, kept = 0;
    for (size_t i = 0; i < bursts->touched_count; i++) {
        if (bursts->cells[bursts->touched[i]].stale) {
            bursts->touched[stale++] = bursts->touched[i];
        }
    }
    for (size_t i = 0; stale && i < bursts->found_count; i++) {
        if (!bursts->cells[bursts->found_cells[i]].stale) {
            bursts->found[kept] = bursts->found[i];
            bursts->found_cells[kept++] = bursts->found_cells[i];
        }
    }
    bursts->found_count = stale ? kept : bursts->found_count;
    for (size_t i = 0; i < stale; i++) {
        look_at(bursts, bursts->touched[i], looking);
    }
    return stale > 0;
}

bool
bursts_find(struct bursts *bursts, const struct intern *codes, const struct profile *profile,
            const struct directory *directory, int64_t at_ms)
{
    struct looking looking = {codes, profile, directory};
    int64_t as_of = at_ms - (at_ms % BURSTS_STEP_MS + BURSTS_STEP_MS) % BURSTS_STEP_MS;
    size_t before = bursts->found_count;
    for (size_t i = 0; i < bursts->touched_count; i++) {
        settle(bursts, &bursts->cells[bursts->touched[i]], profile);
    }
    bool all = bursts->anew || as_of != bursts->as_of_ms;
    if (all) {
        bursts->as_of_ms = as_of;
        bursts->found_count = 0;
        for (size_t i = 0; i < bursts->count; i++) {
            look_at(bursts, (uint32_t)i, &looking);
        }
    }
    bool some = all || look_again(bursts, &looking);
    bursts->anew = false;
    bursts->touched_count = 0;
    sort_found(bursts);
    return some && (before || bursts->found_count);
}

size_t
bursts_bytes(const struct bursts *bursts)
{
    size_t bytes = bursts->cap * sizeof *bursts->cells + bursts->slots_count * sizeof(uint32_t);
    for (size_t i = 0; i < bursts->count; i++) {
        bytes += bursts->cells[i].cap * sizeof *bursts->cells[i].entries;
    }
    return bytes;
}
