/* The rows of a snapshot part in MessagePack, read straight into what the tickets take.
 *
 * Nine tenths of a snapshot's bytes are here, and message_state.c's way (values that are walked,
 * each level skipping again what the one below has read) took three times as long. What is taken,
 * refused and counted is the same; a test holds the two against each other. */
#include <string.h>

#include "feeds/message_codec.h"
#include "feeds/pack.h"

#define CODE_BYTES 64
#define ZEROED 16 /* rows at once, which still lie near when they are filled in */
#define SEEN 256  /* data maps of a part that are remembered; a power of two */

/* A map of data that came before in this part: most of them say the same unit or the same answers.
 * Equal bytes at the beginning of a token are an equal token. */
struct seen {
    const unsigned char *at; /* NULL: nothing yet */
    size_t len;
    enum event_type type;
    int unknown_fields;
    const struct event_data *data;
};

struct rows {
    struct message_reader *reader;
    const struct message_columns *columns;
    const unsigned char *at, *end; /* of what pack_check has looked at */
    struct event_data *spare;      /* zeroed, for the next data */
    struct seen seen[SEEN];
};

static bool
broken(struct rows *rows, const char *why)
{
    return err_set(rows->reader->err, "snapshot: %s", why);
}

/* ---- milestones ---- */

/* Where the data at `at` would be remembered; NULL where it is too short for that. */
static struct seen *
seen_place(struct rows *rows, enum event_type type, const unsigned char *at)
{
    uint64_t words[2];
    if ((size_t)(rows->end - at) < sizeof words) {
        return NULL;
    }
    memcpy(words, at, sizeof words);
    uint64_t mixed = (words[0] ^ (uint64_t)type) * UINT64_C(0x9e3779b97f4a7c15) ^ words[1];
    mixed = (mixed ^ mixed >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return &rows->seen[mixed >> 32 & (SEEN - 1)];
}

static bool
is_seen(const struct rows *rows, const struct seen *seen, enum event_type type)
{
    return seen && seen->at && seen->type == type && seen->len <= (size_t)(rows->end - rows->at) &&
           memcmp(seen->at, rows->at, seen->len) == 0;
}

static struct event_data *
spare_data(struct rows *rows)
{
    if (!rows->spare) {
        rows->spare = arena_zalloc(rows->reader->store.arena, 1, sizeof *rows->spare);
    }
    return rows->spare;
}

/* A map at rows->at of nothing but valid fields of the type, each once and no list among them, all
 * that are required there: as good as every one is. Else false; what is behind the map is then not
 * known, and nor is whether the data is valid. */
static bool
read_plain_data(struct rows *rows, enum event_type type, struct event_data *out)
{
    const struct event_rule *rule = &event_rules[type];
    struct event_place place = {0};
    struct value map, key, field;
    struct err err;
    uint32_t seen = 0;
    const unsigned char *at = pack_read(rows->at, &map);
    if (map.kind != VALUE_MAP || type == EVENT_AMENDED) {
        return false;
    }
    for (uint32_t i = 0; i < map.count; i++) {
        at = pack_read(at, &key);
        enum event_key known = event_key_of(key.text);
        at = pack_read(at, &field);
        if (known == EVENT_K_NONE || !(event_key_bit(known) & rule->allowed) ||
            seen & 1u << known || field.kind >= VALUE_LIST ||
            !event_put_field(&rows->reader->store, type, known, &field, out, &place, &err)) {
            return false;
        }
        seen |= 1u << known;
    }
    rows->at = at;
    return event_place_done(&place, out, &err) && (rule->required & ~out->has) == 0;
}

/* Any data at rows->at; false: it is invalid. rows->at then stands behind it all the same. */
static bool
read_any_data(struct rows *rows, enum event_type type, struct event_data *out, int *unknown_fields)
{
    struct value value;
    struct err err;
    rows->at = pack_read(rows->at, &value);
    if (value.kind >= VALUE_LIST) {
        rows->at = pack_skip(rows->at, (uint64_t)value.count * (value.kind == VALUE_MAP ? 2 : 1));
    }
    bool left_out = type == EVENT_REGISTERED && value.kind == VALUE_NULL;
    return event_data_from_value(&rows->reader->store, type, &value, left_out, out, unknown_fields,
                                 &err);
}

/* The data at rows->at. false: it is invalid. */
static bool
read_data(struct rows *rows, enum event_type type, const struct event_data **out)
{
    struct seen *seen = seen_place(rows, type, rows->at);
    int unknown_fields = 0;
    if (is_seen(rows, seen, type)) {
        *out = seen->data;
        rows->at += seen->len;
        rows->reader->out->unknown_fields += seen->unknown_fields;
        return true;
    }
    const unsigned char *at = rows->at;
    struct event_data *data = spare_data(rows);
    if (!read_plain_data(rows, type, data)) {
        rows->at = at;
        memset(data, 0, sizeof *data);
        if (!read_any_data(rows, type, data, &unknown_fields)) {
            memset(data, 0, sizeof *data);
            return false;
        }
    }
    *out = data;
    rows->spare = NULL;
    rows->reader->out->unknown_fields += unknown_fields;
    if (seen) {
        *seen = (struct seen){at, (size_t)(rows->at - at), type, unknown_fields, *out};
    }
    return true;
}

/* [type, time_ms, data]; *count grows where it is one to keep. */
static bool
read_milestone(struct rows *rows, struct event_milestone *out, size_t *count)
{
    struct value list, type, time;
    rows->at = pack_read(rows->at, &list);
    if (list.kind != VALUE_LIST || list.count < 2) {
        return broken(rows, "a milestone that is not [type, time_ms, data]");
    }
    rows->at = pack_read(rows->at, &type);
    if (type.kind == VALUE_STR) {
        rows->at = pack_read(rows->at, &time);
    }
    if (type.kind != VALUE_STR || !value_integer(&time, &out->time_ms)) {
        return broken(rows, "a milestone that is not [type, time_ms, data]");
    }
    out->type = event_milestone_parse(type.text);
    out->data = &event_no_data;
    uint64_t left = list.count - 2;
    bool valid = true;
    if (out->type == EVENT_UNKNOWN) {
        rows->reader->out->unknown_types++;
    } else if (left > 0) {
        left--;
        valid = read_data(rows, out->type, &out->data);
    } else {
        /* without data: right where nothing is required, or a registration leaves it out */
        valid = out->type == EVENT_REGISTERED || !event_rules[out->type].required;
    }
    rows->reader->out->invalid_events += !valid;
    rows->at = pack_skip(rows->at, left);
    *count += valid && out->type != EVENT_UNKNOWN;
    return true;
}

static bool
read_milestones(struct rows *rows, struct event_ticket *row)
{
    struct value list;
    rows->at = pack_read(rows->at, &list);
    if (list.kind != VALUE_LIST) {
        return broken(rows, "milestones: not a list");
    }
    struct event_milestone *milestones =
        arena_alloc(rows->reader->store.arena, ((size_t)list.count + 1) * sizeof *milestones);
    row->milestones = milestones;
    for (uint32_t i = 0; i < list.count; i++) {
        if (!read_milestone(rows, &milestones[row->milestones_count], &row->milestones_count)) {
            return false;
        }
    }
    return true;
}

/* ---- rows ---- */

static struct str *
code_of(struct event_data *fields, int key)
{
    switch (key) {
    case EVENT_K_CHANNEL:
        return &fields->channel;
    case EVENT_K_CATEGORY:
        return &fields->category;
    case EVENT_K_STREET:
        return &fields->street;
    case EVENT_K_COMMUNITY:
        return &fields->community;
    default:
        return NULL;
    }
}

/* A cell that is neither the milestones nor of an unknown column. */
static bool
take_cell(struct rows *rows, int key, const struct value *cell, struct event_ticket *row,
          struct event_place *place)
{
    struct message_reader *reader = rows->reader;
    if (key == MESSAGE_COLUMN_TICKET) {
        if (cell->kind != VALUE_STR || !event_subject_valid(cell->text)) {
            return broken(rows, "ticket: not 1-64 printable ASCII bytes");
        }
        row->ticket = cell->text;
        return true;
    }
    struct str *code = code_of(&row->fields, key);
    if (code && cell->kind == VALUE_STR && cell->text.len >= 1 && cell->text.len <= CODE_BYTES &&
        event_text_clean(cell->text)) {
        *code = cell->text;
        row->fields.has |= event_key_bit((enum event_key)key);
        return true;
    }
    if (key == EVENT_K_SUMMARY && cell->kind == VALUE_STR && event_text_is_personal(cell->text)) {
        reader->out->invalid_events++; /* the ticket stands, what is personal stays out */
        return true;
    }
    return event_put_field(&reader->store, EVENT_REGISTERED, (enum event_key)key, cell,
                           &row->fields, place, reader->err) ||
           err_prefix(reader->err, "snapshot");
}

/* row: zeroed. */
static bool
read_row(struct rows *rows, struct event_ticket *row)
{
    struct event_place place = {0};
    struct value list, cell;
    rows->at = pack_read(rows->at, &list);
    if (list.kind != VALUE_LIST || list.count != rows->columns->count) {
        return broken(rows, "a row that is not as long as columns");
    }
    for (uint32_t i = 0; i < list.count; i++) {
        int key = rows->columns->keys[i];
        if (key == MESSAGE_COLUMN_MILESTONES) {
            if (!read_milestones(rows, row)) {
                return false;
            }
            continue;
        }
        if (key == EVENT_K_NONE) {
            rows->at = pack_skip(rows->at, 1);
            continue;
        }
        rows->at = pack_read(rows->at, &cell);
        /* a list or map is refused, so that rows->at stands behind the cell */
        if (!take_cell(rows, key, &cell, row, &place)) {
            return false;
        }
    }
    uint32_t required = event_rules[EVENT_REGISTERED].required;
    if ((row->fields.has & required) != required) {
        return broken(rows, "channel, category or street is null");
    }
    return event_place_done(&place, &row->fields, rows->reader->err);
}

bool
message_read_pack_rows(struct message_reader *reader, const struct value *tickets,
                       const struct message_columns *columns, struct event_ticket *out)
{
    struct rows rows = {
        .reader = reader, .columns = columns, .at = tickets->pack, .end = reader->end};
    for (uint32_t i = 0; i < tickets->count; i++) {
        if (i % ZEROED == 0) {
            uint32_t left = tickets->count - i;
            memset(&out[i], 0, (left < ZEROED ? left : ZEROED) * sizeof *out);
        }
        if (!read_row(&rows, &out[i])) {
            return false;
        }
        event_ticket_sum(&out[i]);
        reader->out->snapshot.rows_count++;
    }
    return true;
}
