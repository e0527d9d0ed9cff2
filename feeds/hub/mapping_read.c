#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/mapping_parts.h"
#include "wall/base/file.h"

const char *const mapping_lists[MAPPING_LIST_COUNT + 1] = {"streets",    "communities", "units",
                                                           "categories", "channels",    NULL};

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
read_spec(struct mapping *mapping, const struct yaml_node *node, struct mapping_spec *out,
          struct yaml_report *report)
{
    static const char *const known[] = {"column", "constant", "prefix", "default",
                                        "values", "area",     NULL};
    *out = (struct mapping_spec){.at = node, .column = -1};
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
    if (yaml_get(node, "area")) {
        out->by_area = str_is(yaml_scalar(yaml_get(node, "area")), "true");
        if (!out->by_area && !str_is(yaml_scalar(yaml_get(node, "area")), "false")) {
            yaml_error(report, yaml_get(node, "area"), "true or false is needed");
        }
    }
    if (out->values && yaml_shape(out->values) != YAML_MAP) {
        yaml_error(report, out->values, "a map of what stands in the file to what is meant");
        out->values = NULL;
    }
}

static void
read_when(struct mapping *mapping, const struct yaml_node *node, struct mapping_event *out,
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
read_field(struct mapping *mapping, const struct yaml_node *map, size_t i,
           struct mapping_event *out, struct yaml_report *report)
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
    struct mapping_event *out = &mapping->events[mapping->events_count];
    *out = (struct mapping_event){.type = event_type_parse(yaml_scalar(type))};
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
        while (list < MAPPING_LIST_COUNT && !str_is(yaml_key(node, i), mapping_lists[list])) {
            list++;
        }
        if (list == MAPPING_LIST_COUNT) {
            unknown_key(node, i, mapping_lists, report);
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

/* The file beside the mapping, or in the folder of maps. One that is not there is no error: the
 * column that stands beside it is taken. */
static void
read_areas(struct mapping *mapping, const struct yaml_node *node, const char *path,
           struct yaml_report *report)
{
    struct {
        struct str file, property;
    } areas = {0};
    static const struct yaml_field fields[] = {
        {.key = "file",
         .kind = YAML_STR,
         .offset = offsetof(__typeof__(areas), file),
         .required = true,
         .help = "GeoJSON, beside the mapping or in the folder WALLBOARD_MAPS"},
        {.key = "property",
         .kind = YAML_STR,
         .offset = offsetof(__typeof__(areas), property),
         .required = true,
         .help = "the property that holds the code"},
        {0}};
    char beside[1024], in_maps[1024], property[128];
    const char *maps = getenv("WALLBOARD_MAPS");
    struct err err;
    if (!yaml_read(node, fields, &areas, report)) {
        return;
    }
    snprintf(property, sizeof property, "%.*s", STR_ARG(areas.property));
    snprintf(beside, sizeof beside, "%.*s%.*s", STR_ARG(file_folder(path)), STR_ARG(areas.file));
    snprintf(in_maps, sizeof in_maps, "%s/%.*s", maps ? maps : ".", STR_ARG(areas.file));
    const char *found = file_exists(beside) ? beside : file_exists(in_maps) ? in_maps : NULL;
    if (!found) {
        snprintf(mapping->note, sizeof mapping->note,
                 "%.*s is neither beside the mapping nor in the folder WALLBOARD_MAPS: columns are "
                 "taken instead of areas",
                 STR_ARG(areas.file));
        return;
    }
    mapping->areas = areas_load(found, property, &err);
    if (!mapping->areas) {
        yaml_error(report, node, "%s", err.text);
    }
}

struct head {
    int rows;
    struct str source, zone, times, delimiter;
    const struct yaml_node *ticket, *events, *names, *areas;
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

static const char *const row_kinds[] = {"csv", "open311", NULL};
static const struct yaml_field head_fields[] = {
    {.key = "rows",
     .kind = YAML_CHOICE,
     .offset = offsetof(struct head, rows),
     .choices = row_kinds,
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
    {.key = "areas",
     .kind = YAML_NODE,
     .offset = offsetof(struct head, areas),
     .help = "a map whose areas give a field by the place"},
    {0}};

static void
read_root(struct mapping *mapping, const struct yaml_node *root, const char *path,
          struct yaml_report *report)
{
    struct head head = {
        .zone = STR("Asia/Shanghai"), .times = STR("rfc3339"), .delimiter = STR(",")};
    if (!yaml_read(root, head_fields, &head, report)) {
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
    if (head.areas) {
        read_areas(mapping, head.areas, path, report);
    }
}

/* before: how many errors were reported before the document was parsed. */
static struct mapping *
mapping_of(struct yaml_doc *doc, const char *path, int before, struct yaml_report *report)
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
        read_root(mapping, yaml_root(doc), path, report);
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
    return mapping_of(yaml_load(path, report), path, before, report);
}

struct mapping *
mapping_parse(const char *name, struct str text, struct yaml_report *report)
{
    int before = report->count;
    return mapping_of(yaml_parse(name, text, report), name, before, report);
}

void
mapping_free(struct mapping *mapping)
{
    if (mapping) {
        yaml_free(mapping->doc);
        areas_free(mapping->areas);
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

const char *
mapping_note(const struct mapping *mapping)
{
    return mapping->note;
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
