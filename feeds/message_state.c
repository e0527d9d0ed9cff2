/* The messages that carry state: snapshot, directory, board. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/message.h"
#include "feeds/message_codec.h"

#define CODE_BYTES 64
#define NAME_BYTES 256
#define MAX_PARTS 1000000

/* ---- directory ---- */

/* One of the five lists: codes, each with an object. parent_key: what names the parent, or NULL. */
static bool
read_names(struct message_reader *reader, const struct value *map, const char *where,
           const char *parent_key, const struct message_name **out, size_t *count)
{
    const struct message_field fields[] = {
        {"name", MESSAGE_WANT_TEXT, false, offsetof(struct message_name, name), 0, NAME_BYTES},
        {"kind", MESSAGE_WANT_TEXT, false, offsetof(struct message_name, kind), 0, CODE_BYTES},
        {parent_key, MESSAGE_WANT_TEXT, false, offsetof(struct message_name, parent), 0,
         CODE_BYTES},
        {0}};
    if (map->kind == VALUE_NULL) {
        return true;
    }
    if (map->kind != VALUE_MAP) {
        return err_set(reader->err, "%s: not an object", where);
    }
    struct message_name *names =
        arena_zalloc(reader->store.arena, (size_t)map->count + 1, sizeof *names);
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(map); value_next(&walk, &key, &child);) {
        struct message_name *name = &names[*count];
        if (key.len < 1 || key.len > CODE_BYTES || !event_text_clean(key)) {
            return err_set(reader->err, "%s: a code that is not 1-%d bytes", where, CODE_BYTES);
        }
        name->code = event_keep(&reader->store, key);
        if (!message_read(reader, &child, where, fields, name)) {
            return false;
        }
        ++*count;
    }
    *out = names;
    return true;
}

bool
message_read_directory(struct message_reader *reader, const struct value *value,
                       struct message_directory *out)
{
    struct {
        struct value streets, communities, units, categories, channels;
    } raw = {0};
#define LIST(member)                                                                               \
    {                                                                                              \
#member, MESSAGE_WANT_VALUE, false, offsetof(__typeof__(raw), member), 0, 0                \
    }
    static const struct message_field fields[] = {LIST(streets),    LIST(communities), LIST(units),
                                                  LIST(categories), LIST(channels),    {0}};
#undef LIST
    *out = (struct message_directory){0};
    return message_read(reader, value, "directory", fields, &raw) &&
           read_names(reader, &raw.streets, "directory: streets", NULL, &out->streets,
                      &out->streets_count) &&
           read_names(reader, &raw.communities, "directory: communities", "street",
                      &out->communities, &out->communities_count) &&
           read_names(reader, &raw.units, "directory: units", NULL, &out->units,
                      &out->units_count) &&
           read_names(reader, &raw.categories, "directory: categories", "parent", &out->categories,
                      &out->categories_count) &&
           read_names(reader, &raw.channels, "directory: channels", NULL, &out->channels,
                      &out->channels_count);
}

/* ---- board ---- */

static bool
read_rate(struct message_reader *reader, const struct value *map, struct message_rate *out)
{
#define TEXT(member)                                                                               \
    {                                                                                              \
#member, MESSAGE_WANT_TEXT, true, offsetof(struct message_rate, member), 1, CODE_BYTES     \
    }
#define COUNT(member)                                                                              \
    {                                                                                              \
#member, MESSAGE_WANT_COUNT, false, offsetof(struct message_rate, member), 0, 0            \
    }
#define REAL(member)                                                                               \
    {                                                                                              \
#member, MESSAGE_WANT_REAL, false, offsetof(struct message_rate, member), 0, 0             \
    }
    static const struct message_field fields[] = {
        TEXT(window),         TEXT(by),         TEXT(group),
        TEXT(code),           COUNT(received),  COUNT(resolved),
        COUNT(resolved_late), COUNT(effective), COUNT(responded),
        COUNT(solved),        COUNT(satisfied), COUNT(basic),
        REAL(response),       REAL(resolution), REAL(satisfaction),
        REAL(composite),      COUNT(rank),      {0}};
#undef TEXT
#undef COUNT
#undef REAL
    *out = (struct message_rate){.response = (double)NAN,
                                 .resolution = (double)NAN,
                                 .satisfaction = (double)NAN,
                                 .composite = (double)NAN};
    return message_read(reader, map, "board: rates", fields, out);
}

bool
message_read_board(struct message_reader *reader, const struct value *map)
{
    struct {
        int64_t at_ms;
        struct value rates;
    } raw = {0};
    static const struct message_field fields[] = {
        {"at_ms", MESSAGE_WANT_COUNT, true, offsetof(__typeof__(raw), at_ms), 0, 0},
        {"rates", MESSAGE_WANT_VALUE, true, offsetof(__typeof__(raw), rates), 0, 0},
        {0}};
    struct message_board *out = &reader->out->board;
    *out = (struct message_board){0};
    if (!message_read(reader, map, "board", fields, &raw)) {
        return false;
    }
    /* window, by, group and code take 30 bytes and more: a longer list cannot be one of rates */
    if (raw.rates.kind != VALUE_LIST || raw.rates.count > reader->bytes / 30) {
        return err_set(reader->err, "board: rates: not a list of rows");
    }
    struct message_rate *rates =
        arena_alloc(reader->store.arena, ((size_t)raw.rates.count + 1) * sizeof *rates);
    struct value row;
    for (struct value_walk walk = value_walk(&raw.rates); value_next(&walk, NULL, &row);) {
        if (!read_rate(reader, &row, &rates[out->rates_count])) {
            return false;
        }
        out->rates_count++;
    }
    out->at_ms = raw.at_ms;
    out->rates = rates;
    return true;
}

/* ---- snapshot ---- */

/* One row's milestones before their number is known; grows, freed at the end. */
struct milestones {
    struct event_milestone *items;
    size_t count, cap;
};

static int
column_of(struct str name)
{
    static const uint32_t ours =
        1u << EVENT_K_CHANNEL | 1u << EVENT_K_CATEGORY | 1u << EVENT_K_KIND | 1u << EVENT_K_STREET |
        1u << EVENT_K_COMMUNITY | 1u << EVENT_K_LON | 1u << EVENT_K_LAT | 1u << EVENT_K_URGENCY |
        1u << EVENT_K_CONFIDENTIAL | 1u << EVENT_K_SUMMARY;
    if (str_is(name, "ticket")) {
        return MESSAGE_COLUMN_TICKET;
    }
    if (str_is(name, "milestones")) {
        return MESSAGE_COLUMN_MILESTONES;
    }
    enum event_key key = event_key_of(name);
    return key != EVENT_K_NONE && (ours & 1u << key) ? (int)key : EVENT_K_NONE;
}

bool
message_read_columns(const struct value *list, struct message_columns *out, struct err *err)
{
    static const uint32_t needed = 1u << MESSAGE_COLUMN_TICKET | 1u << EVENT_K_CHANNEL |
                                   1u << EVENT_K_CATEGORY | 1u << EVENT_K_STREET |
                                   1u << MESSAGE_COLUMN_MILESTONES;
    uint32_t seen = 0;
    struct value name;
    if (list->kind != VALUE_LIST || list->count > MESSAGE_COLUMNS_MAX) {
        return err_set(err, "snapshot: columns: not a list of names");
    }
    out->count = out->unknown = 0;
    for (struct value_walk walk = value_walk(list); value_next(&walk, NULL, &name);) {
        int key = name.kind == VALUE_STR ? column_of(name.text) : -1;
        if (key < 0 || (key != EVENT_K_NONE && (seen & 1u << key))) {
            return err_set(err, "snapshot: columns: no name, or one that stands twice");
        }
        out->unknown += key == EVENT_K_NONE;
        seen |= key == EVENT_K_NONE ? 0 : 1u << key;
        out->keys[out->count++] = key;
    }
    return (seen & needed) == needed ||
           err_set(err, "snapshot: columns: ticket, channel, category, street and milestones are "
                        "needed");
}

static struct event_milestone *
milestones_room(struct milestones *list)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 32;
        list->items = realloc(list->items, list->cap * sizeof *list->items);
        if (!list->items) {
            abort();
        }
    }
    return &list->items[list->count];
}

/* [type, time_ms, data]. Unknown types and invalid data are counted and left out. */
static bool
read_milestone(struct message_reader *reader, const struct value *entry, struct milestones *list)
{
    struct value parts[3] = {0}, part;
    uint32_t count = 0;
    if (entry->kind != VALUE_LIST || entry->count < 2) {
        return err_set(reader->err, "snapshot: a milestone that is not [type, time_ms, data]");
    }
    for (struct value_walk walk = value_walk(entry); count < 3 && value_next(&walk, NULL, &part);) {
        parts[count++] = part;
    }
    struct event_milestone *out = milestones_room(list);
    *out = (struct event_milestone){.data = &event_no_data};
    if (parts[0].kind != VALUE_STR || !value_integer(&parts[1], &out->time_ms)) {
        return err_set(reader->err, "snapshot: a milestone that is not [type, time_ms, data]");
    }
    out->type = event_milestone_parse(parts[0].text);
    if (out->type == EVENT_UNKNOWN) {
        reader->out->unknown_types++;
        return true;
    }
    bool left_out = out->type == EVENT_REGISTERED && parts[2].kind == VALUE_NULL;
    struct event_data *data = arena_zalloc(reader->store.arena, 1, sizeof *data);
    int unknown_fields = 0;
    struct err err;
    if (!event_data_from_value(&reader->store, out->type, &parts[2], left_out, data,
                               &unknown_fields, &err)) {
        reader->out->invalid_events++;
        return true;
    }
    out->data = data;
    reader->out->unknown_fields += unknown_fields;
    list->count++;
    return true;
}

static bool
read_milestones(struct message_reader *reader, const struct value *value, struct event_ticket *row,
                struct milestones *list)
{
    struct value entry;
    if (value->kind != VALUE_LIST) {
        return err_set(reader->err, "snapshot: milestones: not a list");
    }
    list->count = 0;
    for (struct value_walk walk = value_walk(value); value_next(&walk, NULL, &entry);) {
        if (!read_milestone(reader, &entry, list)) {
            return false;
        }
    }
    struct event_milestone *copy =
        arena_alloc(reader->store.arena, (list->count + 1) * sizeof *copy);
    if (list->count) {
        memcpy(copy, list->items, list->count * sizeof *copy);
    }
    row->milestones = copy;
    row->milestones_count = list->count;
    return true;
}

static bool
read_row(struct message_reader *reader, const struct message_columns *columns,
         const struct value *entry, struct event_ticket *row, struct milestones *list)
{
    struct event_place place = {0};
    struct value milestones = {0}, cell;
    uint32_t i = 0;
    memset(row, 0, sizeof *row);
    if (entry->kind != VALUE_LIST || entry->count != columns->count) {
        return err_set(reader->err, "snapshot: a row that is not as long as columns");
    }
    for (struct value_walk walk = value_walk(entry); value_next(&walk, NULL, &cell); i++) {
        int key = columns->keys[i];
        if (key == MESSAGE_COLUMN_TICKET) {
            if (cell.kind != VALUE_STR || !event_subject_valid(cell.text)) {
                return err_set(reader->err, "snapshot: ticket: not 1-64 printable ASCII bytes");
            }
            row->ticket = event_keep(&reader->store, cell.text);
        } else if (key == MESSAGE_COLUMN_MILESTONES) {
            milestones = cell;
        } else if (key == EVENT_K_SUMMARY && cell.kind == VALUE_STR &&
                   event_text_is_personal(cell.text)) {
            reader->out->invalid_events++; /* the ticket stands, what is personal stays out */
        } else if (key != EVENT_K_NONE &&
                   !event_put_field(&reader->store, EVENT_REGISTERED, (enum event_key)key, &cell,
                                    &row->fields, &place, reader->err)) {
            return err_prefix(reader->err, "snapshot");
        }
    }
    uint32_t required = event_rules[EVENT_REGISTERED].required;
    if ((row->fields.has & required) != required) {
        return err_set(reader->err, "snapshot: channel, category or street is null");
    }
    return event_place_done(&place, &row->fields, reader->err) &&
           read_milestones(reader, &milestones, row, list);
}

static bool
read_rows(struct message_reader *reader, const struct value *tickets,
          const struct message_columns *columns)
{
    struct message_snapshot *out = &reader->out->snapshot;
    const struct message_rows *read = &reader->read;
    if (read->tickets && read->tickets == tickets->pack) {
        out->rows = read->rows;
        out->rows_count = read->count;
        reader->out->unknown_fields += read->unknown_fields;
        reader->out->unknown_types += read->unknown_types;
        reader->out->invalid_events += read->invalid_events;
        return true;
    }
    if (tickets->kind != VALUE_LIST || tickets->count > reader->bytes / MESSAGE_ROW_LEAST_BYTES) {
        return err_set(reader->err, "snapshot: tickets: not a list of rows");
    }
    struct event_ticket *rows =
        arena_alloc(reader->store.arena, ((size_t)tickets->count + 1) * sizeof *rows);
    out->rows = rows;
    struct milestones list = {0};
    struct value entry;
    bool sound = true;
    for (struct value_walk walk = value_walk(tickets); sound && value_next(&walk, NULL, &entry);) {
        struct event_ticket *row = &rows[out->rows_count];
        sound = read_row(reader, columns, &entry, row, &list);
        if (sound) {
            event_ticket_sum(row);
            out->rows_count++;
        }
    }
    free(list.items);
    return sound;
}

static bool
read_other(struct message_reader *reader, const struct value *list, const char *name,
           struct message_events *out)
{
    return list->kind == VALUE_NULL ||
           message_read_events(reader, list, name, SIZE_MAX, false, out, NULL);
}

bool
message_read_snapshot(struct message_reader *reader, const struct value *map)
{
    struct {
        int64_t seq, part, parts;
        struct value columns, tickets, alarms, commitments;
    } raw = {0};
#define COUNT(member)                                                                              \
    {                                                                                              \
#member, MESSAGE_WANT_COUNT, true, offsetof(__typeof__(raw), member), 0, 0                 \
    }
#define VALUE(member, is_required)                                                                 \
    {                                                                                              \
#member, MESSAGE_WANT_VALUE, is_required, offsetof(__typeof__(raw), member), 0, 0          \
    }
    static const struct message_field fields[] = {COUNT(seq),
                                                  COUNT(part),
                                                  COUNT(parts),
                                                  VALUE(columns, true),
                                                  VALUE(tickets, true),
                                                  VALUE(alarms, false),
                                                  VALUE(commitments, false),
                                                  {0}};
#undef COUNT
#undef VALUE
    struct message_columns columns = {.count = 0};
    struct message_snapshot *out = &reader->out->snapshot;
    *out = (struct message_snapshot){0};
    if (!message_read(reader, map, "snapshot", fields, &raw)) {
        return false;
    }
    if (raw.part < 1 || raw.part > raw.parts || raw.parts > MAX_PARTS) {
        return err_set(reader->err, "snapshot: part is not one of 1 to parts");
    }
    out->seq = raw.seq;
    out->part = raw.part;
    out->parts = raw.parts;
    if (!message_read_columns(&raw.columns, &columns, reader->err)) {
        return false;
    }
    reader->out->unknown_fields += columns.unknown;
    return read_rows(reader, &raw.tickets, &columns) &&
           read_other(reader, &raw.alarms, "snapshot: alarms", &out->alarms) &&
           read_other(reader, &raw.commitments, "snapshot: commitments", &out->commitments);
}
