#include "feeds/tickets/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/hash.h"

/* Fields a milestone keeps; a record with one of UNIQUE hardly ever comes twice. */
#define KEPT                                                                                       \
    (EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY | EVENT_F_KIND |      \
     EVENT_F_PLACE | EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL | EVENT_F_SUMMARY | EVENT_F_UNIT |     \
     EVENT_F_MODE | EVENT_F_ROUTE | EVENT_F_DUE | EVENT_F_PROPERTY | EVENT_F_REASON |              \
     EVENT_F_UNITS | EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED |           \
     EVENT_F_SATISFIED)
#define UNIQUE (EVENT_F_PLACE | EVENT_F_SUMMARY | EVENT_F_DUE)

/* Longest record: masks and numbers under 64 bytes, 32 units of 5, three texts of 200 characters of
 * 4 bytes; a longer text than the protocol allows is cut. */
#define TEXT_MAX 1000
#define RECORD_MAX (64 + RECORD_UNITS * 5 + 3 * (TEXT_MAX + 3))

static uint8_t *
put_number(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static const uint8_t *
get_number(const uint8_t *at, uint64_t *value)
{
    uint64_t v = *at & 0x7f;
    for (int shift = 7; *at++ & 0x80; shift += 7) {
        v |= (uint64_t)(*at & 0x7f) << shift;
    }
    *value = v;
    return at;
}

static const uint8_t *
get_u32(const uint8_t *at, uint32_t *value)
{
    uint64_t v;
    at = get_number(at, &v);
    *value = (uint32_t)v;
    return at;
}

static uint8_t *
put_text(uint8_t *at, struct str s)
{
    size_t len = s.len < TEXT_MAX ? s.len : TEXT_MAX;
    at = put_number(at, len);
    if (len) {
        memcpy(at, s.ptr, len);
    }
    return at + len;
}

static const uint8_t *
get_text(const uint8_t *at, struct str *out)
{
    uint64_t len;
    at = get_number(at, &len);
    *out = (struct str){(const char *)at, (size_t)len};
    return at + len;
}

void
record_place(const struct event_data *data, int32_t *lon_e7, int32_t *lat_e7)
{
    struct geo_point p = {data->lon, data->lat};
    if (data->crs != GEO_WGS84) {
        p = geo_to_wgs84(data->crs, p);
    }
    *lon_e7 = (int32_t)lround(p.lon * 1e7);
    *lat_e7 = (int32_t)lround(p.lat * 1e7);
}

static uint8_t *
put_code(uint8_t *at, struct intern *codes, struct str code)
{
    return put_number(at, intern_add(codes, code));
}

/* Every field that `has` names, in the order in which read_at takes them. */
static uint8_t *
put_fields(uint8_t *at, struct intern *codes, uint32_t has, enum event_type type,
           const struct event_data *d, int64_t due_ms)
{
    at = has & EVENT_F_CHANNEL ? put_code(at, codes, d->channel) : at;
    at = has & EVENT_F_CATEGORY ? put_code(at, codes, d->category) : at;
    at = has & EVENT_F_STREET ? put_code(at, codes, d->street) : at;
    at = has & EVENT_F_COMMUNITY ? put_code(at, codes, d->community) : at;
    at = has & EVENT_F_UNIT ? put_code(at, codes, d->unit) : at;
    at = has & EVENT_F_PROPERTY ? put_code(at, codes, d->property) : at;
    if (has & (EVENT_F_KIND | EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL)) {
        *at++ = (uint8_t)((unsigned)d->kind | (unsigned)d->urgency << 3 |
                          (unsigned)d->confidential << 5);
    }
    if (has & (EVENT_F_MODE | EVENT_F_ROUTE)) {
        *at++ = (uint8_t)((unsigned)d->mode | (unsigned)d->route << 2);
    }
    if (type == EVENT_SURVEYED) {
        *at++ = (uint8_t)((unsigned)d->surveyor | (unsigned)d->reached << 1 |
                          (unsigned)d->responded << 2 | (unsigned)d->solved << 3 |
                          (unsigned)d->satisfied << 4);
    }
    if (has & EVENT_F_PLACE) {
        int32_t place[2];
        record_place(d, &place[0], &place[1]);
        memcpy(at, place, sizeof place);
        at += sizeof place;
    }
    if (has & EVENT_F_DUE) {
        at = put_number(at, (uint64_t)due_ms); /* 0…2^53 - 1 */
    }
    if (has & EVENT_F_SUMMARY) {
        at = put_text(at, d->summary);
    }
    if (has & EVENT_F_REASON) {
        at = put_text(at, d->reason);
    }
    if (has & EVENT_F_BY && type != EVENT_SURVEYED) {
        at = put_text(at, d->by);
    }
    if (has & EVENT_F_UNITS) {
        int count = d->units_count < RECORD_UNITS ? d->units_count : RECORD_UNITS;
        at = put_number(at, (uint64_t)count);
        for (int i = 0; i < count; i++) {
            at = put_number(at, intern_add(codes, d->units[i]));
        }
    }
    return at;
}

static uint32_t
append(struct record_pool *pool, const uint8_t *bytes, size_t len)
{
    if (pool->used + len > pool->cap) {
        size_t cap = pool->cap + pool->cap / 16 + 4096 + RECORD_MAX;
        if (cap > UINT32_MAX) {
            abort(); /* 4 GiB of records: over 200 M tickets, far past every stated load */
        }
        pool->bytes = arena_regrow(pool->bytes, cap, 1);
        pool->cap = cap;
    }
    uint32_t reference = (uint32_t)pool->used;
    memcpy(pool->bytes + pool->used, bytes, len);
    pool->used += len;
    return reference;
}

static struct str
view(const uint8_t *bytes, size_t len)
{
    return (struct str){(const char *)bytes, len};
}

static size_t length_of(const struct record_pool *pool, uint32_t reference);

static void
rehash(struct record_pool *pool)
{
    uint32_t count = pool->slots_count ? pool->slots_count * 2 : 256;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) {
        abort();
    }
    for (uint32_t i = 0; i < pool->slots_count; i++) {
        uint32_t reference = pool->slots[i];
        if (reference) {
            size_t len = length_of(pool, reference);
            uint32_t at = (uint32_t)hash_keyed(view(pool->bytes + reference, len)) & (count - 1);
            while (slots[at]) {
                at = (at + 1) & (count - 1);
            }
            slots[at] = reference;
        }
    }
    free(pool->slots);
    pool->slots = slots;
    pool->slots_count = count;
}

/* Records delimit themselves, so equal bytes at a record's start are an equal record. */
static bool
is_at(const struct record_pool *pool, uint32_t reference, const uint8_t *bytes, size_t len)
{
    return pool->used - reference >= len && memcmp(pool->bytes + reference, bytes, len) == 0;
}

static uint32_t
share(struct record_pool *pool, const uint8_t *bytes, size_t len)
{
    struct str text = view(bytes, len);
    uint32_t *recent = &pool->recent[hash_quick(hash_ends_of(text), len) & (RECORD_RECENT - 1)];
    if (*recent && is_at(pool, *recent, bytes, len)) {
        return *recent;
    }
    if ((uint64_t)(pool->shared + 1) * 4 > (uint64_t)pool->slots_count * 3) {
        rehash(pool);
    }
    uint32_t mask = pool->slots_count - 1;
    uint32_t at = (uint32_t)hash_keyed(text) & mask;
    for (; pool->slots[at]; at = (at + 1) & mask) {
        if (is_at(pool, pool->slots[at], bytes, len)) {
            return *recent = pool->slots[at];
        }
    }
    pool->slots[at] = append(pool, bytes, len);
    pool->shared++;
    return *recent = pool->slots[at];
}

uint32_t
record_add(struct record_pool *pool, struct intern *codes, enum event_type type,
           const struct event_data *data, int64_t due_ms, uint32_t but)
{
    if (pool->used == 0) {
        append(pool, (const uint8_t[1]){0}, 1); /* reference 0: empty data */
    }
    uint32_t has = data->has & KEPT & ~but;
    uint32_t cleared = data->cleared & KEPT;
    if (type == EVENT_SURVEYED) {
        has |= EVENT_F_BY | EVENT_F_REACHED;
    } else {
        has &= ~(uint32_t)EVENT_F_REACHED; /* marks a survey's byte, see read_at */
    }
    if (!has && !cleared) {
        return 0;
    }
    uint8_t bytes[RECORD_MAX];
    uint8_t *at = put_number(bytes, (uint64_t)has << 1 | (cleared != 0));
    if (cleared) {
        at = put_number(at, cleared);
    }
    at = put_fields(at, codes, has, type, data, due_ms);
    size_t len = (size_t)(at - bytes);
    return has & UNIQUE ? append(pool, bytes, len) : share(pool, bytes, len);
}

static const uint8_t *
get_code(const uint8_t *at, uint32_t there, uint32_t *code)
{
    *code = INTERN_NONE;
    return there ? get_u32(at, code) : at;
}

static const uint8_t *
read_codes(const uint8_t *at, struct record *out)
{
    at = get_code(at, out->has & EVENT_F_CHANNEL, &out->channel);
    at = get_code(at, out->has & EVENT_F_CATEGORY, &out->category);
    at = get_code(at, out->has & EVENT_F_STREET, &out->street);
    at = get_code(at, out->has & EVENT_F_COMMUNITY, &out->community);
    at = get_code(at, out->has & EVENT_F_UNIT, &out->unit);
    return get_code(at, out->has & EVENT_F_PROPERTY, &out->property);
}

static const uint8_t *
read_choices(const uint8_t *at, struct record *out)
{
    uint32_t has = out->has;
    unsigned choices = has & (EVENT_F_KIND | EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL) ? *at++ : 0;
    out->kind = (enum event_kind)(choices & 7);
    out->urgency = (enum event_urgency)(choices >> 3 & 3);
    out->confidential = choices >> 5 & 1;
    unsigned modes = has & (EVENT_F_MODE | EVENT_F_ROUTE) ? *at++ : 0;
    out->mode = (enum event_mode)(modes & 3);
    out->route = (enum event_route)(modes >> 2 & 3);
    unsigned survey = has & EVENT_F_REACHED ? *at++ : 0;
    out->surveyor = (enum event_surveyor)(survey & 1);
    out->reached = survey >> 1 & 1;
    out->responded = survey >> 2 & 1;
    out->solved = survey >> 3 & 1;
    out->satisfied = (enum event_satisfied)(survey >> 4 & 3);
    return at;
}

static const uint8_t *
read_texts(const uint8_t *at, struct record *out)
{
    uint32_t has = out->has;
    static const struct str none = {"", 0}; /* chained, one would be read back: see slots.c */
    out->summary = none;
    out->reason = none;
    out->by = none;
    if (has & EVENT_F_SUMMARY) {
        at = get_text(at, &out->summary);
    }
    if (has & EVENT_F_REASON) {
        at = get_text(at, &out->reason);
    }
    if (has & EVENT_F_BY && !(has & EVENT_F_REACHED)) {
        at = get_text(at, &out->by);
    }
    return at;
}

/* The order of put_fields. */
static const uint8_t *
read_at(const uint8_t *at, struct record *out)
{
    uint64_t masks;
    at = get_number(at, &masks);
    out->has = (uint32_t)(masks >> 1);
    out->cleared = 0;
    if (masks & 1) {
        at = get_u32(at, &out->cleared);
    }
    at = read_choices(read_codes(at, out), out);
    if (out->has & EVENT_F_PLACE) {
        memcpy(&out->lon_e7, at, 4);
        memcpy(&out->lat_e7, at + 4, 4);
        at += 8;
    }
    if (out->has & EVENT_F_DUE) {
        uint64_t due;
        at = get_number(at, &due);
        out->due_ms = (int64_t)due;
    }
    at = read_texts(at, out);
    out->units_count = 0;
    if (out->has & EVENT_F_UNITS) {
        uint32_t count;
        at = get_u32(at, &count);
        out->units_count = (int)count;
        for (uint32_t i = 0; i < count; i++) {
            at = get_u32(at, &out->units[i]);
        }
    }
    return at;
}

static size_t
length_of(const struct record_pool *pool, uint32_t reference)
{
    struct record ignored;
    const uint8_t *start = pool->bytes + reference;
    return (size_t)(read_at(start, &ignored) - start);
}

void
record_read(const struct record_pool *pool, uint32_t reference, struct record *out)
{
    static const uint8_t empty[1] = {0};
    read_at(pool->used ? pool->bytes + reference : empty, out);
}

void
record_to_data(const struct record_pool *pool, const struct intern *codes, uint32_t reference,
               struct str units[RECORD_UNITS], struct event_data *out)
{
    struct record r;
    record_read(pool, reference, &r);
    *out = (struct event_data){
        .has = r.has,
        .cleared = r.cleared,
        .channel = intern_get(codes, r.channel),
        .category = intern_get(codes, r.category),
        .street = intern_get(codes, r.street),
        .community = intern_get(codes, r.community),
        .unit = intern_get(codes, r.unit),
        .property = intern_get(codes, r.property),
        .summary = r.summary,
        .reason = r.reason,
        .by = r.by,
        .kind = r.kind,
        .urgency = r.urgency,
        .mode = r.mode,
        .route = r.route,
        .surveyor = r.surveyor,
        .satisfied = r.satisfied,
        .confidential = r.confidential,
        .reached = r.reached,
        .responded = r.responded,
        .solved = r.solved,
        .crs = GEO_WGS84,
    };
    if (r.has & EVENT_F_PLACE) {
        out->lon = (double)r.lon_e7 / 1e7;
        out->lat = (double)r.lat_e7 / 1e7;
    }
    if (r.has & EVENT_F_DUE) {
        out->due_ms = r.due_ms;
    }
    if (r.has & EVENT_F_UNITS) {
        for (int i = 0; i < r.units_count; i++) {
            units[i] = intern_get(codes, r.units[i]);
        }
        out->units = units;
        out->units_count = r.units_count;
    }
}

void
record_wipe(struct record_pool *pool, uint32_t reference)
{
    struct record r;
    record_read(pool, reference, &r);
    if (r.has & UNIQUE) {
        memset(pool->bytes + reference, 0, length_of(pool, reference));
    }
}

void
record_free(struct record_pool *pool)
{
    free(pool->bytes);
    free(pool->slots);
    *pool = (struct record_pool){0};
}
