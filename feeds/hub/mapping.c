#include "feeds/hub/mapping.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeds/event_codec.h"
#include "wall/base/hash.h"
#include "wall/base/when.h"

/* Where a field's text comes from. */
struct spec {
    const struct yaml_node *at; /* NULL: not given */
    int column;                 /* index into mapping.columns; -1: constant */
    struct str constant, prefix, fallback;
    const struct yaml_node *values; /* a map of texts, or NULL */
};

struct event_spec {
    enum event_type type;
    struct spec time;
    struct spec when; /* its column decides whether the event happened at all */
    const struct yaml_node *is, *is_not;
    int fields_count;
    struct {
        enum event_key key;
        struct spec spec;
    } fields[MAPPING_MAX_FIELDS];
};

enum list {
    LIST_STREETS,
    LIST_COMMUNITIES,
    LIST_UNITS,
    LIST_CATEGORIES,
    LIST_CHANNELS,
    LIST_COUNT
};
static const char *const list_names[LIST_COUNT + 1] = {"streets",    "communities", "units",
                                                       "categories", "channels",    NULL};

struct mapping {
    struct yaml_doc *doc;
    enum mapping_rows rows;
    char delimiter;
    char zone[64], source[129];
    struct str times; /* a strptime format, or rfc3339, unix_s, unix_ms */
    struct spec ticket;
    struct event_spec events[MAPPING_MAX_EVENTS];
    int events_count;
    struct {
        struct spec name, parent;
    } names[LIST_COUNT];
    struct {
        struct str name;
        const struct yaml_node *at;
    } columns[MAPPING_MAX_COLUMNS];
    size_t columns_count;
};

/* ---- reading the file ---- */

static int
column_number(struct mapping *mapping, const struct yaml_node *at, struct yaml_report *report)
{
    struct str name = yaml_scalar(at);
    if (yaml_shape(at) != YAML_SCALAR || name.len == 0) {
        yaml_error(report, at, "a column's name is needed");
        return 0;
    }
    for (size_t i = 0; i < mapping->columns_count; i++) {
        if (str_eq(mapping->columns[i].name, name)) {
            return (int)i;
        }
    }
    if (mapping->columns_count == MAPPING_MAX_COLUMNS) {
        yaml_error(report, at, "more than %d columns", MAPPING_MAX_COLUMNS);
        return 0;
    }
    mapping->columns[mapping->columns_count].name = name;
    mapping->columns[mapping->columns_count].at = at;
    return (int)mapping->columns_count++;
}

static void
unknown_key(const struct yaml_node *map, size_t i, const char *const *known,
            struct yaml_report *report)
{
    struct str key = yaml_key(map, i);
    const char *near = yaml_near(key, known);
    yaml_error(report, yaml_item(map, i), "unknown key \"%.*s\"%s%s%s", STR_ARG(key),
               near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool
is_known(struct str key, const char *const *known)
{
    for (; *known; known++) {
        if (str_is(key, *known)) {
            return true;
        }
    }
    return false;
}

/* A plain name is a column; a map says more. */
static void
read_spec(struct mapping *mapping, const struct yaml_node *node, struct spec *out,
          struct yaml_report *report)
{
    static const char *const known[] = {"column", "constant", "prefix", "default", "values", NULL};
    *out = (struct spec){.at = node, .column = -1};
    if (yaml_shape(node) == YAML_SCALAR) {
        out->column = column_number(mapping, node, report);
        return;
    }
    if (yaml_shape(node) != YAML_MAP) {
        yaml_error(report, node, "a column's name, or a map with column or constant, is needed");
        return;
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        if (!is_known(yaml_key(node, i), known)) {
            unknown_key(node, i, known, report);
        }
    }
    const struct yaml_node *column = yaml_get(node, "column"),
                           *constant = yaml_get(node, "constant");
    if (!column == !constant) {
        yaml_error(report, node, "exactly one of column and constant is needed");
        return;
    }
    if (column) {
        out->column = column_number(mapping, column, report);
    } else {
        out->constant = yaml_scalar(constant);
    }
    const struct yaml_node *prefix = yaml_get(node, "prefix"),
                           *fallback = yaml_get(node, "default");
    out->prefix = prefix ? yaml_scalar(prefix) : (struct str){0};
    out->fallback = fallback ? yaml_scalar(fallback) : (struct str){0};
    out->values = yaml_get(node, "values");
    if (out->values && yaml_shape(out->values) != YAML_MAP) {
        yaml_error(report, out->values, "a map of what stands in the file to what is meant");
        out->values = NULL;
    }
}

static void
read_when(struct mapping *mapping, const struct yaml_node *node, struct event_spec *out,
          struct yaml_report *report)
{
    static const char *const known[] = {"column", "is", "is_not", NULL};
    const struct yaml_node *column = yaml_get(node, "column");
    if (yaml_shape(node) != YAML_MAP || !column) {
        yaml_error(report, node, "a map with column, and is or is_not, is needed");
        return;
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        if (!is_known(yaml_key(node, i), known)) {
            unknown_key(node, i, known, report);
        }
    }
    out->when.at = node;
    out->when.column = column_number(mapping, column, report);
    out->is = yaml_get(node, "is");
    out->is_not = yaml_get(node, "is_not");
    if ((out->is && yaml_shape(out->is) != YAML_LIST) ||
        (out->is_not && yaml_shape(out->is_not) != YAML_LIST)) {
        yaml_error(report, node, "is and is_not are lists of values");
        out->is = out->is_not = NULL;
    }
}

static void
read_field(struct mapping *mapping, const struct yaml_node *map, size_t i, struct event_spec *out,
           struct yaml_report *report)
{
    struct str name = yaml_key(map, i);
    const struct yaml_node *node = yaml_item(map, i);
    const char *candidates[EVENT_K_NONE + 4] = {"type", "time", "when"};
    size_t count = 3;
    for (int key = 0; key < EVENT_K_NONE; key++) {
        if (event_key_bit((enum event_key)key) & event_rules[out->type].allowed) {
            candidates[count++] = event_key_name((enum event_key)key);
        }
    }
    candidates[count] = NULL;
    if (str_is(name, "type")) {
        return;
    }
    if (str_is(name, "time")) {
        read_spec(mapping, node, &out->time, report);
    } else if (str_is(name, "when")) {
        read_when(mapping, node, out, report);
    } else if (!is_known(name, candidates)) {
        unknown_key(map, i, candidates, report);
    } else if (out->fields_count < MAPPING_MAX_FIELDS) {
        out->fields[out->fields_count].key = event_key_of(name);
        read_spec(mapping, node, &out->fields[out->fields_count].spec, report);
        out->fields_count++;
    }
}

static void
read_event(struct mapping *mapping, const struct yaml_node *node, struct yaml_report *report)
{
    const struct yaml_node *type = yaml_get(node, "type");
    if (yaml_shape(node) != YAML_MAP || !type) {
        yaml_error(report, node, "an event is a map with type, time and its fields");
        return;
    }
    if (mapping->events_count == MAPPING_MAX_EVENTS) {
        yaml_error(report, node, "more than %d events", MAPPING_MAX_EVENTS);
        return;
    }
    struct event_spec *out = &mapping->events[mapping->events_count];
    *out = (struct event_spec){.type = event_type_parse(yaml_scalar(type))};
    if (out->type == EVENT_UNKNOWN || out->type > EVENT_TICKET_LAST) {
        const char *types[EVENT_TYPE_COUNT] = {0};
        for (int i = EVENT_REGISTERED; i <= EVENT_TICKET_LAST; i++) {
            types[i - 1] = event_rules[i].full_name;
        }
        const char *near = yaml_near(yaml_scalar(type), types);
        yaml_error(report, type, "not a type of ticket event%s%s", near ? "; did you mean " : "",
                   near ? near : " (ticket.registered, ticket.dispatched, …)");
        return;
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        read_field(mapping, node, i, out, report);
    }
    if (!out->time.at) {
        yaml_error(report, node, "time is missing: the column that says when it happened");
    }
    mapping->events_count++;
}

static void
read_names(struct mapping *mapping, const struct yaml_node *node, struct yaml_report *report)
{
    static const char *const known[] = {"name", "parent", NULL};
    for (size_t i = 0; i < yaml_count(node); i++) {
        int list = 0;
        while (list < LIST_COUNT && !str_is(yaml_key(node, i), list_names[list])) {
            list++;
        }
        if (list == LIST_COUNT) {
            unknown_key(node, i, list_names, report);
            continue;
        }
        const struct yaml_node *entry = yaml_item(node, i);
        for (size_t k = 0; k < yaml_count(entry); k++) {
            if (str_is(yaml_key(entry, k), "name")) {
                read_spec(mapping, yaml_item(entry, k), &mapping->names[list].name, report);
            } else if (str_is(yaml_key(entry, k), "parent")) {
                read_spec(mapping, yaml_item(entry, k), &mapping->names[list].parent, report);
            } else {
                unknown_key(entry, k, known, report);
            }
        }
    }
}

struct head {
    int rows;
    struct str source, zone, times, delimiter;
    const struct yaml_node *ticket, *events, *names;
};

static void
read_head(struct mapping *mapping, const struct head *head, const struct yaml_node *root,
          struct yaml_report *report)
{
    mapping->rows = (enum mapping_rows)head->rows;
    mapping->times = head->times;
    mapping->delimiter = head->delimiter.len == 1 ? head->delimiter.ptr[0] : ',';
    if (head->delimiter.len != 1) {
        yaml_error(report, yaml_get(root, "delimiter"), "one character is needed");
    }
    if (head->source.len == 0 || head->source.len >= sizeof mapping->source ||
        head->zone.len >= sizeof mapping->zone) {
        yaml_error(report, root, "source is 1-128 bytes, zone a time zone's name");
        return;
    }
    memcpy(mapping->source, head->source.ptr, head->source.len);
    memcpy(mapping->zone, head->zone.ptr, head->zone.len);
}

static void
read_root(struct mapping *mapping, const struct yaml_node *root, struct yaml_report *report)
{
    static const char *const rows[] = {"csv", "open311", NULL};
    static const struct yaml_field fields[] = {
        {.key = "rows",
         .kind = YAML_CHOICE,
         .offset = offsetof(struct head, rows),
         .choices = rows,
         .help = "what the file holds: csv, or open311 (JSON service requests)"},
        {.key = "source",
         .kind = YAML_STR,
         .offset = offsetof(struct head, source),
         .required = true,
         .help = "source of the events, as in CloudEvents: /boston/311"},
        {.key = "zone",
         .kind = YAML_STR,
         .offset = offsetof(struct head, zone),
         .help = "time zone of times without one"},
        {.key = "times",
         .kind = YAML_STR,
         .offset = offsetof(struct head, times),
         .help = "a strptime format, rfc3339, unix_s or unix_ms"},
        {.key = "delimiter",
         .kind = YAML_STR,
         .offset = offsetof(struct head, delimiter),
         .help = "between the cells of CSV"},
        {.key = "ticket",
         .kind = YAML_NODE,
         .offset = offsetof(struct head, ticket),
         .required = true,
         .help = "the ticket's number"},
        {.key = "events",
         .kind = YAML_NODE,
         .offset = offsetof(struct head, events),
         .required = true,
         .help = "the events of a row, the registration first"},
        {.key = "names",
         .kind = YAML_NODE,
         .offset = offsetof(struct head, names),
         .help = "columns with the names and parents of codes"},
        {0}};
    struct head head = {
        .zone = STR("Asia/Shanghai"), .times = STR("rfc3339"), .delimiter = STR(",")};
    if (!yaml_read(root, fields, &head, report)) {
        return;
    }
    read_head(mapping, &head, root, report);
    read_spec(mapping, head.ticket, &mapping->ticket, report);
    if (yaml_shape(head.events) != YAML_LIST || yaml_count(head.events) == 0) {
        yaml_error(report, head.events, "a list of events is needed");
        return;
    }
    for (size_t i = 0; i < yaml_count(head.events); i++) {
        read_event(mapping, yaml_item(head.events, i), report);
    }
    if (mapping->events_count > 0 && mapping->events[0].type != EVENT_REGISTERED) {
        yaml_error(report, yaml_item(head.events, 0), "the first event is ticket.registered");
    }
    if (head.names) {
        read_names(mapping, head.names, report);
    }
}

/* before: how many errors were reported before the document was parsed. */
static struct mapping *
mapping_of(struct yaml_doc *doc, int before, struct yaml_report *report)
{
    if (!doc) {
        return NULL;
    }
    struct mapping *mapping = calloc(1, sizeof *mapping);
    if (!mapping) {
        abort();
    }
    mapping->doc = doc;
    if (!yaml_root(doc)) {
        yaml_error_at(report, "mapping", 1, 1, "the file is empty");
    } else {
        read_root(mapping, yaml_root(doc), report);
    }
    if (report->count > before) {
        mapping_free(mapping);
        return NULL;
    }
    return mapping;
}

struct mapping *
mapping_load(const char *path, struct yaml_report *report)
{
    int before = report->count;
    return mapping_of(yaml_load(path, report), before, report);
}

struct mapping *
mapping_parse(const char *name, struct str text, struct yaml_report *report)
{
    int before = report->count;
    return mapping_of(yaml_parse(name, text, report), before, report);
}

void
mapping_free(struct mapping *mapping)
{
    if (mapping) {
        yaml_free(mapping->doc);
        free(mapping);
    }
}

enum mapping_rows
mapping_rows(const struct mapping *mapping)
{
    return mapping->rows;
}

char
mapping_delimiter(const struct mapping *mapping)
{
    return mapping->delimiter;
}

const char *
mapping_zone(const struct mapping *mapping)
{
    return mapping->zone;
}

size_t
mapping_columns(const struct mapping *mapping)
{
    return mapping->columns_count;
}

struct str
mapping_column(const struct mapping *mapping, size_t number)
{
    return mapping->columns[number].name;
}

void
mapping_missing(const struct mapping *mapping, size_t number, const char *near,
                struct yaml_report *report)
{
    yaml_error(report, mapping->columns[number].at, "the file has no column \"%.*s\"%s%s%s",
               STR_ARG(mapping->columns[number].name), near ? "; did you mean \"" : "",
               near ? near : "", near ? "\"?" : "");
}

/* ---- one row ---- */

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
text_of(const struct row *row, const struct spec *spec)
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
column_name(const struct row *row, const struct spec *spec)
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
put_fields(const struct row *row, const struct event_spec *spec, struct event_data *data)
{
    struct event_place place = {0};
    for (int i = 0; i < spec->fields_count; i++) {
        enum event_key key = spec->fields[i].key;
        struct str text = text_of(row, &spec->fields[i].spec);
        struct value value;
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
happened(const struct row *row, const struct event_spec *spec)
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
    const struct event_spec *spec = &mapping->events[number];
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
add_name(const struct row *row, enum list list, struct str code, struct str parent)
{
    struct mapping_name *name = &row->out->names[row->out->names_count++];
    *name = (struct mapping_name){.list = list_names[list],
                                  .code = code,
                                  .parent = parent,
                                  .name = text_of(row, &row->mapping->names[list].name)};
}

/* What the event's codes are called, as far as the row says. */
static void
add_names(const struct row *row, const struct event_data *data)
{
    struct str parent = text_of(row, &row->mapping->names[LIST_CATEGORIES].parent);
    if (data->has & EVENT_F_STREET) {
        add_name(row, LIST_STREETS, data->street, (struct str){0});
    }
    if (data->has & EVENT_F_COMMUNITY) {
        add_name(row, LIST_COMMUNITIES, data->community, data->street);
    }
    if (data->has & EVENT_F_CATEGORY) {
        add_name(row, LIST_CATEGORIES, data->category,
                 str_eq(parent, data->category) ? (struct str){0} : parent);
    }
    if (data->has & EVENT_F_CHANNEL) {
        add_name(row, LIST_CHANNELS, data->channel, (struct str){0});
    }
    if (data->has & EVENT_F_UNIT) {
        add_name(row, LIST_UNITS, data->unit, (struct str){0});
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
        .names = arena_alloc(arena, (most * LIST_COUNT + 1) * sizeof *out->names)};
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
