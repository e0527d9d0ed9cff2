/* The rows of a snapshot part in MessagePack, read straight into what the tickets take, out of a
 * text that nobody has checked yet.
 *
 * Nine tenths of a snapshot's bytes are here. message_state.c's way (a check of all bytes, then
 * values that are walked, each level skipping again what the one below has read) takes four times
 * as long. What is taken and counted is the same; a test holds the two against each other. What
 * this one cannot take is left to the other, which knows what to say about it. */
#include <string.h>

#include "feeds/message_codec.h"
#include "feeds/pack.h"

#define CELL_DEPTH 3 /* lists and maps around a row's cell: the message, the tickets, the row */
#define DATA_DEPTH 5 /* around a milestone's data: the milestones and the milestone, too */
#define ZEROED 16    /* rows at once, which still lie near when they are filled in */
#define SEEN 256     /* data maps of a part that are remembered; a power of two */
#define UINT64 0xcf  /* a number of eight bytes follows: as any time since 1970-02-20 is one */

/* A map of data that came before in this part: most of them say the same unit or the same answers.
 * Equal bytes at the beginning of a token are an equal token. A dispatch also says when it is due,
 * which differs from ticket to ticket: its map is the same where all but that time's bytes are. */
struct seen {
    const unsigned char *at; /* NULL: nothing yet */
    size_t len;
    size_t due; /* offset of the due time's eight bytes; 0 where there are none */
    enum event_type type;
    int unknown_fields;
    const struct event_data *data;
};

struct rows {
    const struct event_store *store;
    struct message_rows *found;
    struct message_columns columns;
    const unsigned char *at, *end; /* of the message; what is behind `at` is unchecked */
    struct event_data *spare;      /* zeroed, for the next data */
    const unsigned char *due;      /* of the data read last: see struct seen; NULL for none */
    struct seen seen[SEEN];
};

/* The next token; false: there is none that is sound. Whether a string is UTF-8 is not looked at.
 */
static bool
take(struct rows *rows, struct value *out)
{
    const unsigned char *behind = pack_take(rows->at, rows->end, out);
    rows->at = behind ? behind : rows->at;
    return behind != NULL;
}

/* The head of a list, most often a short one. */
static inline bool
take_list(struct rows *rows, uint32_t *count)
{
    struct value list;
    if (rows->at < rows->end && (*rows->at & 0xf0) == 0x90) {
        *count = *rows->at++ & 15u;
        return true;
    }
    bool taken = take(rows, &list) && list.kind == VALUE_LIST;
    *count = taken ? list.count : 0;
    return taken;
}

static inline bool
take_time(struct rows *rows, int64_t *ms)
{
    struct value time;
    if (rows->end - rows->at > (ptrdiff_t)sizeof(uint64_t) && *rows->at == UINT64) {
        uint64_t number = pack_eight(rows->at + 1);
        rows->at += 1 + sizeof number;
        *ms = (int64_t)number;
        return number <= VALUE_MAX_INT;
    }
    return take(rows, &time) && value_integer(&time, ms);
}

static bool
is_utf8(const struct rows *rows, struct str text)
{
    bool holds_nul = false; /* what keeps a text refuses one */
    return pack_text_valid((const unsigned char *)text.ptr, text.len, rows->end, &holds_nul);
}

/* So many whole values, each within `depth` lists and maps; checked, and then to be read again. */
static bool
check(struct rows *rows, uint64_t count, int depth)
{
    struct err err;
    bool holds_nul = false;
    for (; count > 0 && rows->at; count--) {
        const unsigned char *at = rows->at;
        rows->at = pack_check_value(at, rows->end, MESSAGE_MAX_DEPTH - depth, &holds_nul, &err);
    }
    return rows->at != NULL;
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
    if (!seen || !seen->at || seen->type != type || seen->len > (size_t)(rows->end - rows->at)) {
        return false;
    }
    size_t rest = seen->due ? seen->due + sizeof(uint64_t) : 0;
    return (rest == 0 || memcmp(seen->at, rows->at, seen->due) == 0) &&
           memcmp(seen->at + rest, rows->at + rest, seen->len - rest) == 0;
}

/* The data at rows->at, which was seen; false where its due time is none that stands apart. */
static bool
take_seen(struct rows *rows, const struct seen *seen, struct event_milestone *out)
{
    if (seen->due) {
        uint64_t due_ms = pack_eight(rows->at + seen->due);
        if (due_ms == 0 || due_ms > VALUE_MAX_INT) {
            return false;
        }
        out->due_ms = (int64_t)due_ms;
    }
    out->data = seen->data;
    rows->at += seen->len;
    rows->found->unknown_fields += seen->unknown_fields;
    return true;
}

static struct event_data *
spare_data(struct rows *rows)
{
    if (!rows->spare) {
        rows->spare = arena_zalloc(rows->store->arena, 1, sizeof *rows->spare);
    }
    return rows->spare;
}

/* A map at rows->at of nothing but valid fields of the type, each once, all that are required
 * there: as good as every one is. Else false, and where rows->at is then says nothing, nor is known
 * whether the data is valid or even sound. */
static bool
read_plain_data(struct rows *rows, enum event_type type, struct event_data *out)
{
    const struct event_rule *rule = &event_rules[type];
    struct event_place place = {0};
    struct value map, key, field;
    struct err err;
    uint32_t seen = 0;
    rows->due = NULL;
    if (!take(rows, &map) || map.kind != VALUE_MAP || type == EVENT_AMENDED) {
        return false;
    }
    for (uint32_t i = 0; i < map.count; i++) {
        if (!take(rows, &key) || key.kind != VALUE_STR) {
            return false;
        }
        enum event_key known = event_key_of(key.text);
        const unsigned char *at = rows->at;
        if (known == EVENT_K_NONE || !(event_key_bit(known) & rule->allowed) ||
            seen & 1u << known || !take(rows, &field) ||
            (field.kind == VALUE_STR && !is_utf8(rows, field.text))) {
            return false;
        }
        if (field.kind >= VALUE_LIST) { /* of units */
            rows->at = at;
            if (!check(rows, 1, DATA_DEPTH + 1)) {
                return false;
            }
        }
        if (!event_put_field(rows->store, type, known, &field, out, &place, &err)) {
            return false;
        }
        seen |= 1u << known;
        rows->due = known == EVENT_K_DUE && *at == UINT64 ? at + 1 : rows->due;
    }
    return event_place_done(&place, out, &err) && (rule->required & ~out->has) == 0;
}

enum outcome { OUTCOME_TAKEN, OUTCOME_INVALID, OUTCOME_BROKEN };

/* Any data at rows->at; where it is not broken, rows->at then stands behind it. */
static enum outcome
read_any_data(struct rows *rows, enum event_type type, struct event_data *out, int *unknown_fields)
{
    struct value value;
    struct err err;
    const unsigned char *at = rows->at;
    if (!check(rows, 1, DATA_DEPTH)) {
        return OUTCOME_BROKEN;
    }
    pack_read(at, &value);
    bool left_out = type == EVENT_REGISTERED && value.kind == VALUE_NULL;
    bool valid =
        event_data_from_value(rows->store, type, &value, left_out, out, unknown_fields, &err);
    return valid ? OUTCOME_TAKEN : OUTCOME_INVALID;
}

/* The data at rows->at. */
static enum outcome
read_data(struct rows *rows, struct event_milestone *out)
{
    enum event_type type = out->type;
    struct seen *seen = seen_place(rows, type, rows->at);
    int unknown_fields = 0;
    if (is_seen(rows, seen, type) && take_seen(rows, seen, out)) {
        return OUTCOME_TAKEN;
    }
    const unsigned char *at = rows->at;
    struct event_data *data = spare_data(rows);
    if (!read_plain_data(rows, type, data)) {
        rows->at = at;
        rows->due = NULL;
        memset(data, 0, sizeof *data);
        enum outcome outcome = read_any_data(rows, type, data, &unknown_fields);
        if (outcome != OUTCOME_TAKEN) {
            memset(data, 0, sizeof *data);
            return outcome;
        }
    }
    out->data = data;
    rows->spare = NULL;
    rows->found->unknown_fields += unknown_fields;
    if (seen) {
        size_t due = rows->due ? (size_t)(rows->due - at) : 0;
        *seen = (struct seen){at, (size_t)(rows->at - at), due, type, unknown_fields, data};
    }
    return OUTCOME_TAKEN;
}

/* [type, time_ms, data]; *count grows where it is one to keep. */
static bool
read_milestone(struct rows *rows, struct event_milestone *out, size_t *count)
{
    struct value type;
    uint32_t entries;
    if (!take_list(rows, &entries) || entries < 2 || !take(rows, &type) || type.kind != VALUE_STR ||
        !take_time(rows, &out->time_ms)) {
        return false;
    }
    out->type = event_milestone_parse(type.text);
    out->data = &event_no_data;
    out->due_ms = 0;
    uint64_t left = entries - 2;
    enum outcome outcome = OUTCOME_TAKEN;
    if (out->type == EVENT_UNKNOWN) {
        rows->found->unknown_types++;
        outcome = is_utf8(rows, type.text) ? OUTCOME_TAKEN : OUTCOME_BROKEN;
    } else if (left > 0) {
        left--;
        outcome = read_data(rows, out);
    } else if (out->type != EVENT_REGISTERED && event_rules[out->type].required) {
        outcome = OUTCOME_INVALID; /* only a registration may leave its data out */
    }
    rows->found->invalid_events += outcome == OUTCOME_INVALID;
    *count += outcome == OUTCOME_TAKEN && out->type != EVENT_UNKNOWN;
    return outcome != OUTCOME_BROKEN && (left == 0 || check(rows, left, DATA_DEPTH));
}

static bool
read_milestones(struct rows *rows, struct event_ticket *row)
{
    uint32_t count;
    if (!take_list(rows, &count) || count > (size_t)(rows->end - rows->at)) {
        return false;
    }
    struct event_milestone *milestones =
        arena_alloc(rows->store->arena, ((size_t)count + 1) * sizeof *milestones);
    row->milestones = milestones;
    for (uint32_t i = 0; i < count; i++) {
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
    struct err err;
    if (key == MESSAGE_COLUMN_TICKET) {
        row->ticket = cell->text;
        return cell->kind == VALUE_STR && event_subject_valid(cell->text);
    }
    if (cell->kind == VALUE_STR && !is_utf8(rows, cell->text)) {
        return false;
    }
    if (key == EVENT_K_SUMMARY && cell->kind == VALUE_STR && event_text_is_personal(cell->text)) {
        rows->found->invalid_events++; /* the ticket stands, what is personal stays out */
        return true;
    }
    /* a list or map is refused before anything below it is looked at */
    return event_put_field(rows->store, EVENT_REGISTERED, (enum event_key)key, cell, &row->fields,
                           place, &err);
}

/* The cell at rows->at where it is what most are: the ticket's number or a code, a short text, and
 * valid. false: it is not, and nothing is taken. The text is kept from memory on its way: what is
 * written there in two parts and read back as one, the processor waits for (see
 * feeds/tickets/slots.c). */
static inline bool
take_short_text(struct rows *rows, int key, struct event_ticket *row)
{
    if (rows->at >= rows->end || (*rows->at & 0xe0) != 0xa0) {
        return false;
    }
    struct str text = {(const char *)rows->at + 1, *rows->at & 31u};
    struct str *to = key == MESSAGE_COLUMN_TICKET ? &row->ticket : code_of(&row->fields, key);
    if (!to || text.len == 0 || text.len >= (size_t)(rows->end - rows->at) ||
        !event_text_printable(text)) {
        return false;
    }
    *to = text;
    row->fields.has |= key == MESSAGE_COLUMN_TICKET ? 0 : event_key_bit((enum event_key)key);
    rows->at += 1 + text.len;
    return true;
}

/* row: zeroed. */
static bool
read_row(struct rows *rows, struct event_ticket *row)
{
    struct event_place place = {0};
    struct value cell;
    struct err err;
    uint32_t count;
    if (!take_list(rows, &count) || count != rows->columns.count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        int key = rows->columns.keys[i];
        bool sound;
        if (key == MESSAGE_COLUMN_MILESTONES) {
            sound = read_milestones(rows, row);
        } else if (key == EVENT_K_NONE) {
            sound = check(rows, 1, CELL_DEPTH);
        } else {
            sound = take_short_text(rows, key, row) ||
                    (take(rows, &cell) && take_cell(rows, key, &cell, row, &place));
        }
        if (!sound) {
            return false;
        }
    }
    uint32_t required = event_rules[EVENT_REGISTERED].required;
    return (row->fields.has & required) == required && event_place_done(&place, &row->fields, &err);
}

/* rows->at stands at the first row. */
static bool
read_rows(struct rows *rows, uint32_t count, struct event_ticket *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i % ZEROED == 0) {
            uint32_t left = count - i;
            memset(&out[i], 0, (left < ZEROED ? left : ZEROED) * sizeof *out);
        }
        if (!read_row(rows, &out[i])) {
            return false;
        }
        event_ticket_sum(&out[i]);
    }
    return true;
}

/* Finds the list of tickets in a snapshot whose columns stand before it, as every hub of ours
 * writes it. rows->at then stands at the list's head. */
static bool
find_tickets(struct rows *rows)
{
    struct value map, key, value;
    struct err err;
    bool is_snapshot = false, has_columns = false;
    if (!take(rows, &map) || map.kind != VALUE_MAP) {
        return false;
    }
    for (uint32_t i = 0; i < map.count && take(rows, &key) && key.kind == VALUE_STR; i++) {
        const unsigned char *at = rows->at;
        if (str_is(key.text, "tickets")) {
            return is_snapshot && has_columns;
        }
        if (!check(rows, 1, 1)) {
            return false;
        }
        pack_read(at, &value);
        if (str_is(key.text, "kind")) {
            is_snapshot = value.kind == VALUE_STR && str_is(value.text, "snapshot");
        } else if (str_is(key.text, "columns")) {
            has_columns = message_read_columns(&value, &rows->columns, &err);
        }
    }
    return false;
}

bool
message_read_pack_rows(const struct event_store *store, struct str bytes, struct message_rows *out,
                       struct pack_gap *gap)
{
    struct rows rows = {.store = store,
                        .found = out,
                        .at = (const unsigned char *)bytes.ptr,
                        .end = (const unsigned char *)bytes.ptr + bytes.len};
    struct value list;
    *out = (struct message_rows){0};
    if (!find_tickets(&rows)) {
        return false;
    }
    gap->from = rows.at;
    if (!take(&rows, &list) || list.kind != VALUE_LIST ||
        list.count > bytes.len / MESSAGE_ROW_LEAST_BYTES) {
        return false;
    }
    struct event_ticket *read = arena_alloc(store->arena, ((size_t)list.count + 1) * sizeof *read);
    if (!read_rows(&rows, list.count, read)) {
        return false;
    }
    out->tickets = list.pack;
    out->rows = read;
    out->count = list.count;
    gap->to = rows.at;
    return true;
}
