#include "feeds/hub/mapping.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "feeds/hub/mapping_parts.h"
#include "wall/base/hash.h"
#include "wall/base/when.h"

/* One row at work. */
struct row {
    const struct mapping *mapping;
    const struct str *values;
    struct event_store store;
    struct mapping_result *out;
    struct err *err;
};

static struct str
trim(struct str text)
{
    while (text.len && (unsigned char)text.ptr[0] <= ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len && (unsigned char)text.ptr[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

/* The field's text in this row; "" = empty. */
static struct str
text_of(const struct row *row, const struct mapping_spec *spec)
{
    if (!spec->at) {
        return (struct str){0};
    }
    struct str text = spec->column < 0 ? spec->constant : trim(row->values[spec->column]);
    for (size_t i = 0; spec->values && i < yaml_count(spec->values); i++) {
        if (str_eq(yaml_key(spec->values, i), text)) {
            text = yaml_scalar(yaml_item(spec->values, i));
            break;
        }
    }
    if (text.len == 0) {
        text = spec->fallback;
    }
    if (text.len == 0 || spec->prefix.len == 0) {
        return text;
    }
    return str_from(
        arena_printf(row->store.arena, "%.*s%.*s", STR_ARG(spec->prefix), STR_ARG(text)));
}

static bool
parse_unix(struct str text, int64_t scale, int64_t *out)
{
    int64_t value;
    if (!str_to_i64(text, &value) || value < 0 || value > WHEN_MAX / scale) {
        return false;
    }
    *out = value * scale;
    return true;
}

/* A time in the mapping's form; one without a zone is of the mapping's. */
static bool
parse_time(const struct mapping *mapping, struct str text, int64_t *out)
{
    if (str_is(mapping->times, "rfc3339")) {
        return when_parse(text, out);
    }
    if (str_is(mapping->times, "unix_ms") || str_is(mapping->times, "unix_s")) {
        return parse_unix(text, str_is(mapping->times, "unix_s") ? 1000 : 1, out);
    }
    char copy[64], format[64];
    struct tm tm = {.tm_mday = 1};
    if (text.len >= sizeof copy || mapping->times.len >= sizeof format) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    memcpy(format, mapping->times.ptr, mapping->times.len);
    format[mapping->times.len] = '\0';
    const char *end = strptime(copy, format, &tm);
    if (!end || *end || tm.tm_sec > 59 || tm.tm_year < 70 || tm.tm_year > 299) {
        return false;
    }
    *out = when_instant(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                        tm.tm_sec);
    /* strptime takes the 31st of any month; the calendar then carries it over */
    return when_civil(*out).day == tm.tm_mday;
}

static const char *
column_name(const struct row *row, const struct mapping_spec *spec)
{
    return spec->column < 0 ? "constant" : row->mapping->columns[spec->column].name.ptr;
}

/* The text as the kind of value that the field has. */
static bool
value_of(const struct row *row, enum event_key key, struct str text, struct value *out)
{
    *out = (struct value){.kind = VALUE_STR, .text = text};
    switch (key) {
    case EVENT_K_LON:
    case EVENT_K_LAT:
        out->kind = VALUE_REAL;
        if (!str_to_double(text, &out->real)) {
            return false;
        }
        out->real = nearbyint(out->real * 1e7) / 1e7; /* a centimetre: all that a map can show */
        return true;
    case EVENT_K_DUE:
    case EVENT_K_UNTIL:
        out->kind = VALUE_INT;
        return parse_time(row->mapping, text, &out->integer);
    case EVENT_K_CONFIDENTIAL:
    case EVENT_K_REACHED:
    case EVENT_K_RESPONDED:
    case EVENT_K_SOLVED:
        out->kind = VALUE_BOOL;
        out->truth = str_is(text, "true");
        return out->truth || str_is(text, "false");
    default:
        return true;
    }
}

/* The area that the event's place lies in; "" = none, or no place. */
static struct str
area_of(const struct row *row, const struct mapping_event *spec)
{
    struct geo_point point = {0};
    int found = 0;
    for (int i = 0; row->mapping->areas && i < spec->fields_count; i++) {
        enum event_key key = spec->fields[i].key;
        if (key == EVENT_K_LON || key == EVENT_K_LAT) {
            double *to = key == EVENT_K_LON ? &point.lon : &point.lat;
            found += str_to_double(text_of(row, &spec->fields[i].spec), to);
        }
    }
    return found == 2 ? areas_find(row->mapping->areas, point) : (struct str){0};
}

/* units: one code a row of a file; the event's list of one. */
static bool
put_unit_list(const struct row *row, struct str text, struct event_data *data)
{
    data->units = arena_alloc(row->store.arena, sizeof *data->units);
    data->units[0] = text;
    data->units_count = 1;
    data->has |= EVENT_F_UNITS;
    return true;
}

static bool
put_fields(const struct row *row, const struct mapping_event *spec, struct event_data *data)
{
    struct event_place place = {0};
    for (int i = 0; i < spec->fields_count; i++) {
        enum event_key key = spec->fields[i].key;
        struct str text = spec->fields[i].spec.by_area ? area_of(row, spec) : (struct str){0};
        struct value value;
        if (text.len == 0) {
            text = text_of(row, &spec->fields[i].spec);
        }
        if (text.len == 0) {
            continue;
        }
        if (!utf8_valid(text) || !value_of(row, key, text, &value)) {
            return err_set(row->err, "%s: %s: not a value of this field", event_key_name(key),
                           column_name(row, &spec->fields[i].spec));
        }
        if (key == EVENT_K_UNITS
                ? !put_unit_list(row, text, data)
                : !event_put_field(&row->store, spec->type, key, &value, data, &place, row->err)) {
            return false;
        }
    }
    return event_place_done(&place, data, row->err);
}

static bool
listed(const struct yaml_node *list, struct str text)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (str_eq(yaml_scalar(yaml_item(list, i)), text)) {
            return true;
        }
    }
    return false;
}

static bool
happened(const struct row *row, const struct mapping_event *spec)
{
    if (!spec->when.at) {
        return true;
    }
    struct str text = trim(row->values[spec->when.column]);
    return (!spec->is || listed(spec->is, text)) &&
           (!spec->is_not || !listed(spec->is_not, text)) &&
           (spec->is || spec->is_not || text.len > 0);
}

/* The id: the ticket, the type and what the event says, so that the same row gives the same id and
 * a changed one another. Then the event is checked as one that came from outside. */
static bool
finish_event(const struct row *row, struct event *event)
{
    struct buf text = {0};
    event->id = STR("-");
    event_to_json(event, &text);
    uint64_t mark = hash_fnv1a64(buf_str(&text));
    event->id = str_from(arena_printf(row->store.arena, "%.*s-%s-%016llx", STR_ARG(event->subject),
                                      event_type_name(event->type), (unsigned long long)mark));
    buf_clear(&text);
    event_to_json(event, &text);
    struct event checked;
    bool valid = event_from_json(buf_str(&text), true, row->store.arena, &checked, row->err);
    buf_free(&text);
    *event = checked;
    return valid;
}

static bool
make_event(const struct row *row, int number)
{
    const struct mapping *mapping = row->mapping;
    const struct mapping_event *spec = &mapping->events[number];
    struct str time = text_of(row, &spec->time), ticket = text_of(row, &mapping->ticket);
    if (!happened(row, spec)) {
        return true;
    }
    if (time.len == 0) {
        return number > 0 || err_set(row->err, "time: %s is empty", column_name(row, &spec->time));
    }
    struct event *event = &row->out->events[row->out->count];
    *event = (struct event){.type = spec->type,
                            .type_name = str_from(event_rules[spec->type].full_name),
                            .source = str_from(mapping->source),
                            .subject = ticket};
    if (!parse_time(mapping, time, &event->time_ms)) {
        return err_set(row->err, "time: %s is not a time of the form %.*s",
                       column_name(row, &spec->time), STR_ARG(mapping->times));
    }
    if (!event_subject_valid(ticket)) {
        return err_set(row->err, "ticket: %s is not 1-64 printable ASCII bytes",
                       column_name(row, &mapping->ticket));
    }
    if (!put_fields(row, spec, &event->data) || !finish_event(row, event)) {
        return false;
    }
    row->out->count++;
    return true;
}

static void
add_name(const struct row *row, enum mapping_list list, struct str code, struct str parent)
{
    struct mapping_name *name = &row->out->names[row->out->names_count++];
    *name = (struct mapping_name){.list = mapping_lists[list],
                                  .code = code,
                                  .parent = parent,
                                  .name = text_of(row, &row->mapping->names[list].name)};
}

/* What the event's codes are called, as far as the row says. */
static void
add_names(const struct row *row, const struct event_data *data)
{
    struct str parent = text_of(row, &row->mapping->names[MAPPING_LIST_CATEGORIES].parent);
    if (data->has & EVENT_F_STREET) {
        add_name(row, MAPPING_LIST_STREETS, data->street, (struct str){0});
    }
    if (data->has & EVENT_F_COMMUNITY) {
        add_name(row, MAPPING_LIST_COMMUNITIES, data->community, data->street);
    }
    if (data->has & EVENT_F_CATEGORY) {
        add_name(row, MAPPING_LIST_CATEGORIES, data->category,
                 str_eq(parent, data->category) ? (struct str){0} : parent);
    }
    if (data->has & EVENT_F_CHANNEL) {
        add_name(row, MAPPING_LIST_CHANNELS, data->channel, (struct str){0});
    }
    if (data->has & EVENT_F_UNIT) {
        add_name(row, MAPPING_LIST_UNITS, data->unit, (struct str){0});
    }
}

bool
mapping_apply(const struct mapping *mapping, const struct str *values, struct arena *arena,
              struct mapping_result *out, struct err *err)
{
    struct row row = {mapping, values, {arena, false}, out, err};
    size_t most = (size_t)mapping->events_count;
    *out = (struct mapping_result){
        .events = arena_alloc(arena, (most + 1) * sizeof *out->events),
        .names = arena_alloc(arena, (most * MAPPING_LIST_COUNT + 1) * sizeof *out->names)};
    for (int i = 0; i < mapping->events_count; i++) {
        if (!make_event(&row, i)) {
            return err_prefix(err, "%s", event_rules[mapping->events[i].type].full_name);
        }
    }
    for (size_t i = 0; i < out->count; i++) {
        add_names(&row, &out->events[i].data);
    }
    return true;
}
