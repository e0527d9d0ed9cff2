#include "feeds/hub/import.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/hub/import_names.h"
#include "feeds/hub/import_rows.h"
#include "feeds/hub/import_sink.h"
#include "feeds/hub/mapping.h"
#include "wall/base/when.h"

#define REASONS 200 /* different ones kept; more are counted together */

static const char usage[] =
    "usage: wallboard-hub import [--log FILE.db | --to URL [--token-file F] [--ca F]]\n"
    "           [--mapping M.yaml] [--directory-out D.yaml] FILE\n"
    "Brings ticket events from a file (- is standard input) into a log or a running hub:\n"
    "  JSON Lines, or a JSON list, of events: as they are\n"
    "  CSV, or a JSON list of Open311 service requests: by a mapping\n"
    "The same file again takes nothing; an import that was cut short is simply repeated.\n"
    "Without --log and --to the file is only checked.\n"
    "  --log FILE.db         the hub's log; made where missing, no hub may be using it\n"
    "  --to URL              http://HOST:PORT of a hub\n"
    "  --mapping M.yaml      what becomes of the file's columns\n"
    "  --directory-out F     also writes the codes that were seen, to be given names\n"
    "A mapping is YAML (examples: assets/profiles/*-mapping.yaml):\n"
    "  rows       csv, or open311 (columns are then paths: extended_attributes.ward)\n"
    "  source     of the events; zone, times: a strptime format, rfc3339, unix_s, unix_ms\n"
    "  delimiter  between cells\n"
    "  ticket     the column with the ticket's number\n"
    "  events     a list, the registration first: type, time, when: {column, is | is_not},\n"
    "             and the type's fields; an event whose time is empty is not made\n"
    "  names      for --directory-out: {categories: {name, parent}, units: {name}, ...}\n"
    "  areas      {file: F.geojson, property: P}; a field with area: true is the area that\n"
    "             the event's lon and lat lie in, else what its column says\n"
    "A field is a column's name, or {column | constant, prefix, default, values: {from: to}}.\n"
    "Exit status: 0 done, 1 nothing could be read, 2 wrong arguments or mapping, 3 the log or\n"
    "the hub failed (repeat the command to go on).\n";

struct options {
    struct import_target target;
    const char *mapping, *directory_out, *file;
};

/* Why rows were refused, grouped. */
struct reasons {
    struct {
        char text[256];
        long count, first_line;
    } items[REASONS];
    size_t count;
    long others;
};

struct import {
    struct import_rows *rows;
    struct import_sink *sink;
    struct mapping *mapping;
    struct import_names *names;
    struct arena arena; /* of one row */
    int *columns;       /* CSV: where each of the mapping's columns stands in the file */
    struct str *values;
    struct reasons reasons;
    long read, taken, refused;
    int shown_percent;
    bool progress;
};

/* ---- what is told ---- */

static void
refuse(void *user, long line, const char *why)
{
    struct reasons *reasons = &((struct import *)user)->reasons;
    for (size_t i = 0; i < reasons->count; i++) {
        if (strncmp(reasons->items[i].text, why, sizeof reasons->items[i].text - 1) == 0) {
            reasons->items[i].count++;
            return;
        }
    }
    if (reasons->count == REASONS) {
        reasons->others++;
        return;
    }
    snprintf(reasons->items[reasons->count].text, sizeof reasons->items[0].text, "%.*s",
             (int)sizeof reasons->items[0].text - 1, why);
    reasons->items[reasons->count].count = 1;
    reasons->items[reasons->count++].first_line = line;
}

static void
show_progress(struct import *import, bool last)
{
    int64_t bytes, total;
    if (!import->progress) {
        return;
    }
    import_rows_progress(import->rows, &bytes, &total);
    int percent = total > 0 ? (int)(bytes * 100 / total) : (int)(import->read / 1000 % 100);
    percent = percent > 100 ? 100 : percent;
    if (last) {
        fputs("\r\033[K", stderr);
    } else if (percent != import->shown_percent) {
        char bar[26];
        import->shown_percent = percent;
        for (int i = 0; i < 25; i++) {
            bar[i] = i < percent / 4 ? '#' : '.';
        }
        bar[25] = '\0';
        if (total > 0) {
            fprintf(stderr, "\r[%s] %3d %%  %ld rows", bar, percent, import->read);
        } else {
            fprintf(stderr, "\r%ld rows", import->read);
        }
    }
}

static void
tell(const struct import *import, bool checked_only)
{
    int64_t fresh, known;
    import_sink_counts(import->sink, &fresh, &known);
    printf("rows read %ld, taken %ld, refused %ld\n", import->read, import->taken, import->refused);
    if (checked_only) {
        printf("checked only: neither --log nor --to was given\n");
    } else {
        printf("events new %lld, known before %lld\n", (long long)fresh, (long long)known);
    }
    for (size_t i = 0; i < import->reasons.count; i++) {
        printf("refused %ld: %s (first at line %ld)\n", import->reasons.items[i].count,
               import->reasons.items[i].text, import->reasons.items[i].first_line);
    }
    if (import->reasons.others) {
        printf("refused %ld: for other reasons\n", import->reasons.others);
    }
}

/* ---- rows of CSV ---- */

/* A name of the header that is like the one wanted, or NULL. */
static const char *
near_header(const struct import_row *header, struct str wanted, struct arena *arena)
{
    const char **names = arena_alloc(arena, (header->cells_count + 1) * sizeof *names);
    for (size_t i = 0; i < header->cells_count; i++) {
        names[i] = arena_str(arena, header->cells[i]).ptr;
    }
    names[header->cells_count] = NULL;
    return yaml_near(wanted, names);
}

/* Finds the mapping's columns in the first row; reports those that are not there. */
static bool
read_header(struct import *import, struct yaml_report *report)
{
    struct import_row header;
    struct err err;
    size_t count = mapping_columns(import->mapping);
    import_rows_delimiter(import->rows, mapping_delimiter(import->mapping));
    if (!import_rows_next(import->rows, &header, &err) || header.broken) {
        yaml_error_at(report, "the file", 1, 1, "its first row is no header");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct str wanted = mapping_column(import->mapping, i);
        size_t at = 0;
        while (at < header.cells_count && !str_eq(header.cells[at], wanted)) {
            at++;
        }
        import->columns[i] = (int)at;
        if (at == header.cells_count) {
            mapping_missing(import->mapping, i, near_header(&header, wanted, &import->arena),
                            report);
        }
    }
    return report->count == 0;
}

static bool
csv_values(struct import *import, const struct import_row *row, struct err *err)
{
    for (size_t i = 0; i < mapping_columns(import->mapping); i++) {
        size_t at = (size_t)import->columns[i];
        if (at >= row->cells_count) {
            return err_set(err, "the row has fewer cells than the header");
        }
        import->values[i] = row->cells[at];
    }
    return true;
}

/* ---- rows of Open311 ---- */

/* The scalar at a path such as extended_attributes.channel, as text; "" where there is none. */
static struct str
json_text(struct arena *arena, const json_t *object, struct str path)
{
    const json_t *at = object;
    while (at && path.len) {
        const char *dot = memchr(path.ptr, '.', path.len);
        size_t len = dot ? (size_t)(dot - path.ptr) : path.len;
        at = json_object_getn(at, path.ptr, len);
        len += dot != NULL;
        path.ptr += len;
        path.len -= len;
    }
    switch (at ? json_typeof(at) : JSON_NULL) {
    case JSON_STRING:
        return arena_str(arena, (struct str){json_string_value(at), json_string_length(at)});
    case JSON_INTEGER:
        return str_from(arena_printf(arena, "%lld", (long long)json_integer_value(at)));
    case JSON_REAL:
        return str_from(arena_printf(arena, "%.17g", json_real_value(at)));
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    default:
        return (struct str){0};
    }
}

/* How deep the brackets of the text go at most; the parser recurses as deep. */
static int
deepest(struct str text)
{
    int depth = 0, most = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth +=
            (text.ptr[i] == '{' || text.ptr[i] == '[') - (text.ptr[i] == '}' || text.ptr[i] == ']');
        most = depth > most ? depth : most;
    }
    return most;
}

static bool
open311_values(struct import *import, const struct import_row *row, struct err *err)
{
    if (deepest(row->text) > 64) {
        return err_set(err, "nested too deep");
    }
    json_t *object = json_loadb(row->text.ptr, row->text.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        return err_set(err, "not a JSON object");
    }
    for (size_t i = 0; i < mapping_columns(import->mapping); i++) {
        import->values[i] = json_text(&import->arena, object, mapping_column(import->mapping, i));
    }
    json_decref(object);
    return true;
}

/* ---- one row ---- */

static bool
row_events(struct import *import, const struct import_row *row, struct mapping_result *out,
           struct err *err)
{
    static const char request[] = "\"service_request_id\"";
    if (row->broken) {
        return err_set(err, "%s", row->broken);
    }
    if (!import->mapping) {
        *out = (struct mapping_result){.events = arena_alloc(&import->arena, sizeof *out->events),
                                       .count = 1};
        return event_from_json(row->text, true, &import->arena, out->events, err) ||
               (memmem(row->text.ptr, row->text.len, request, sizeof request - 1) &&
                err_set(err, "an Open311 service request: give --mapping, such as "
                             "assets/profiles/open311-mapping.yaml"));
    }
    return (mapping_rows(import->mapping) == MAPPING_CSV ? csv_values(import, row, err)
                                                         : open311_values(import, row, err)) &&
           mapping_apply(import->mapping, import->values, &import->arena, out, err);
}

static void
note_names(struct import *import, const struct mapping_result *result)
{
    for (size_t i = 0; import->names && i < result->names_count; i++) {
        import_names_add(import->names, &result->names[i]);
    }
}

/* All rows; false: the target failed. */
static bool
take_rows(struct import *import, struct err *err)
{
    struct import_row row;
    struct err read_err;
    while (import_rows_next(import->rows, &row, &read_err)) {
        struct mapping_result result;
        struct err why = {0};
        import->read++;
        arena_reset(&import->arena);
        if (!row_events(import, &row, &result, &why)) {
            import->refused++;
            refuse(import, row.line, why.text);
        } else if (!import_sink_add(import->sink, result.events, result.count, row.line, err)) {
            return false;
        } else {
            import->taken++;
            note_names(import, &result);
        }
        show_progress(import, false);
    }
    if (read_err.text[0]) {
        import->refused++;
        refuse(import, 0, read_err.text);
    }
    return import_sink_flush(import->sink, err);
}

/* ---- the command ---- */

static bool
parse(int argc, char **argv, struct options *out)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {{"--log", &out->target.log},
                 {"--to", &out->target.url},
                 {"--token-file", &out->target.token_file},
                 {"--ca", &out->target.ca},
                 {"--mapping", &out->mapping},
                 {"--directory-out", &out->directory_out}};
    for (int i = 1; i < argc; i++) {
        size_t k = 0, count = sizeof known / sizeof *known;
        while (k < count && strcmp(argv[i], known[k].name) != 0) {
            k++;
        }
        if (k < count && i + 1 < argc) {
            *known[k].value = argv[++i];
        } else if (k < count || (argv[i][0] == '-' && argv[i][1] != '\0') || out->file) {
            fprintf(stderr, "import: %s: %s; see --help\n", argv[i],
                    k < count    ? "a value is missing"
                    : !out->file ? "no such option"
                                 : "one file at a time");
            return false;
        } else {
            out->file = argv[i];
        }
    }
    if (!out->file || (out->target.log && out->target.url)) {
        fprintf(stderr, "import: %s; see --help\n",
                out->file ? "--log or --to, not both" : "no file is named");
        return false;
    }
    return true;
}

/* The mapping, and whether it fits the kind of file; 0, or the exit status. */
static int
prepare(struct import *import, const struct options *options)
{
    enum import_kind kind = import_rows_kind(import->rows);
    struct yaml_report report = {0};
    struct err err;
    if (options->mapping && !(import->mapping = mapping_load(options->mapping, &report))) {
        fprintf(stderr, "%s", report.text.ptr);
        yaml_report_free(&report);
        return 2;
    }
    bool wants_csv = import->mapping && mapping_rows(import->mapping) == MAPPING_CSV;
    if (import->mapping ? wants_csv != (kind == IMPORT_CSV) : kind == IMPORT_CSV) {
        fprintf(stderr, "import: %s: %s\n", options->file,
                import->mapping ? "the mapping is for another kind of file (its key rows)"
                                : "neither JSON Lines nor a JSON list of events; CSV needs "
                                  "--mapping M.yaml");
        return import->mapping ? 2 : 1;
    }
    if (import->mapping && !when_set_zone(mapping_zone(import->mapping), &err)) {
        fprintf(stderr, "%s: zone: %s\n", options->mapping, err.text);
        return 2;
    }
    size_t count = import->mapping ? mapping_columns(import->mapping) : 0;
    import->columns = calloc(count + 1, sizeof *import->columns);
    import->values = calloc(count + 1, sizeof *import->values);
    if (!import->columns || !import->values) {
        abort();
    }
    if (wants_csv && !read_header(import, &report)) {
        fprintf(stderr, "%s", report.text.ptr);
        yaml_report_free(&report);
        return 2;
    }
    if (import->mapping && mapping_note(import->mapping)[0]) {
        printf("note: %s\n", mapping_note(import->mapping));
    }
    import->names = options->directory_out ? import_names_create() : NULL;
    import->progress = isatty(STDERR_FILENO);
    return 0;
}

static int
run(struct import *import, const struct options *options)
{
    struct err err = {0};
    import->rows = import_rows_open(options->file, &err);
    if (!import->rows) {
        fprintf(stderr, "import: %s\n", err.text);
        return 1;
    }
    int status = prepare(import, options);
    if (status) {
        return status;
    }
    import->sink = import_sink_open(&options->target, refuse, import, &err);
    if (!import->sink) {
        fprintf(stderr, "import: %s\n", err.text);
        return 3;
    }
    bool fine = take_rows(import, &err);
    show_progress(import, true);
    tell(import, !options->target.log && !options->target.url);
    if (!fine) {
        fprintf(stderr, "import: %s; what is counted above is safe, repeat the command to go on\n",
                err.text);
        return 3;
    }
    if (import->names && !import_names_write(import->names, options->directory_out, &err)) {
        fprintf(stderr, "import: %s\n", err.text);
        return 3;
    }
    return import->taken == 0;
}

int
import_main(int argc, char **argv)
{
    struct options options = {0};
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, &options)) {
        return 2;
    }
    struct import import = {.shown_percent = -1};
    int status = run(&import, &options);
    import_sink_close(import.sink);
    import_rows_close(import.rows);
    mapping_free(import.mapping);
    import_names_destroy(import.names);
    arena_free(&import.arena);
    free(import.columns);
    free(import.values);
    return status;
}
