/* The import: rows of files, mappings, and what reaches the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feeds/hub/areas.h"
#include "feeds/hub/import.h"
#include "feeds/hub/import_names.h"
#include "feeds/hub/import_rows.h"
#include "feeds/hub/log.h"
#include "feeds/hub/mapping.h"
#include "wall/base/file.h"
#include "wall/base/when.h"

static char folder[] = "/tmp/wallboard-import-XXXXXX";

static int
begin(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

/* A file in the test's folder; the path is valid until the fourth next call. */
static const char *
path_of(const char *name)
{
    static char paths[16][128]; /* more than one call of run() needs */
    static int next;
    next = (next + 1) % 16;
    snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
    return paths[next];
}

static const char *
write_file(const char *name, const char *text)
{
    struct err err = {0};
    if (!file_write(path_of(name), str_from(text), &err)) {
        fail_msg("%s", err.text);
    }
    return path_of(name);
}

/* ---- rows ---- */

/* All rows of a CSV text as "cell|cell;…", a malformed one as "!". */
static void
check_csv(const char *text, const char *expected)
{
    struct err err = {0};
    struct import_rows *rows = import_rows_open(write_file("rows.csv", text), &err);
    struct import_row row;
    struct buf got = {0};
    assert_non_null(rows);
    assert_int_equal(import_rows_kind(rows), IMPORT_CSV);
    while (import_rows_next(rows, &row, &err)) {
        if (row.broken) {
            buf_printf(&got, "!;");
            continue;
        }
        for (size_t i = 0; i < row.cells_count; i++) {
            buf_printf(&got, "%s%.*s", i ? "|" : "", STR_ARG(row.cells[i]));
        }
        buf_printf(&got, ";");
    }
    assert_string_equal(err.text, "");
    if (strcmp(got.ptr, expected) != 0) {
        fail_msg("%s is not %s", got.ptr, expected);
    }
    buf_free(&got);
    import_rows_close(rows);
}

static void
test_csv(void **state)
{
    (void)state;
    check_csv("a,b\n1,2\n", "a|b;1|2;");
    check_csv("a,b\r\n1,2", "a|b;1|2;"); /* CRLF; no line break at the end */
    check_csv("\xef\xbb\xbf"
              "a,b\n",
              "a|b;");                                       /* a byte order mark */
    check_csv("\"a\",\"b,c\"\n", "a|b,c;");                  /* a comma in quotes */
    check_csv("\"a\nb\r\nc\",2\n3,4\n", "a\nb\r\nc|2;3|4;"); /* line breaks in quotes */
    check_csv("\"say \"\"hi\"\"\",\"\"\n", "say \"hi\"|;");  /* doubled quotes; an empty cell */
    check_csv("a,,\n,b,\n", "a||;|b|;");
    check_csv("5' 6\",x\n", "5' 6\"|x;");        /* a quote inside a plain cell */
    check_csv("a\n\n\nb\n", "a;b;");             /* empty lines are no rows */
    check_csv("\"a\"x,b\nc,d\n", "!;c|d;");      /* text behind a closing quote */
    check_csv("a,b\n\"open,c\nd,e\n", "a|b;!;"); /* a quote that is never closed */
}

static void
test_long_row(void **state)
{
    (void)state;
    struct buf text = {0};
    struct err err = {0};
    struct import_row row;
    buf_add_str(&text, STR("a,b\n\""));
    for (int i = 0; i < 40000; i++) {
        buf_add_str(&text, STR("thirty characters of a cell ..\n"));
    }
    buf_add_str(&text, STR("\nlast,row\n"));
    struct import_rows *rows = import_rows_open(write_file("rows.csv", text.ptr), &err);
    assert_true(import_rows_next(rows, &row, &err) && !row.broken);
    assert_true(import_rows_next(rows, &row, &err));
    assert_non_null(row.broken); /* and the file is not swallowed by its quote */
    bool found = false;
    while (import_rows_next(rows, &row, &err)) {
        found = row.cells_count == 2 && str_is(row.cells[1], "row");
    }
    assert_true(found);
    import_rows_close(rows);
    buf_free(&text);
}

static void
test_json_rows(void **state)
{
    (void)state;
    struct err err = {0};
    struct import_row row;
    struct import_rows *rows =
        import_rows_open(write_file("a.jsonl", "\n{\"a\":1}\r\n\n{\"b\":\n{}\n"), &err);
    assert_int_equal(import_rows_kind(rows), IMPORT_LINES);
    assert_true(import_rows_next(rows, &row, &err) && row.line == 2);
    assert_true(import_rows_next(rows, &row, &err) && row.line == 4);
    assert_true(str_is(row.text, "{\"b\":"));
    assert_true(import_rows_next(rows, &row, &err) && str_is(row.text, "{}"));
    assert_false(import_rows_next(rows, &row, &err));
    import_rows_close(rows);
    rows = import_rows_open(write_file("a.json", " [ {\"a\":[1,\"]},{\\\"\"]} ,\n5, \"x,y\"\n]\n"),
                            &err);
    assert_int_equal(import_rows_kind(rows), IMPORT_LIST);
    assert_true(import_rows_next(rows, &row, &err));
    assert_true(str_is(row.text, "{\"a\":[1,\"]},{\\\"\"]} "));
    assert_true(import_rows_next(rows, &row, &err) && str_is(row.text, "5") && row.line == 2);
    assert_true(import_rows_next(rows, &row, &err) && !row.broken);
    assert_false(import_rows_next(rows, &row, &err));
    import_rows_close(rows);
    rows = import_rows_open(write_file("cut.json", "[{\"a\":1},{\"b\""), &err);
    assert_true(import_rows_next(rows, &row, &err) && !row.broken);
    assert_true(import_rows_next(rows, &row, &err) && row.broken);
    assert_false(import_rows_next(rows, &row, &err));
    import_rows_close(rows);
    assert_null(import_rows_open(path_of("none"), &err));
    assert_null(import_rows_open(folder, &err));
    assert_null(import_rows_open(write_file("empty", " \n"), &err));
}

/* ---- mapping ---- */

#define HEAD                                                                                       \
    "source: /boston/311\nzone: America/New_York\ntimes: \"%Y-%m-%d %H:%M:%S\"\nticket: id\n"
#define MAPPING                                                                                    \
    HEAD "events:\n"                                                                               \
         "  - type: ticket.registered\n"                                                           \
         "    time: opened\n"                                                                      \
         "    channel: {constant: web}\n"                                                          \
         "    category: {column: type, prefix: K-}\n"                                              \
         "    street: {column: area, default: none, values: {A / B: B}}\n"                         \
         "    lon: x\n"                                                                            \
         "    lat: y\n"                                                                            \
         "  - type: ticket.dispatched\n"                                                           \
         "    time: opened\n"                                                                      \
         "    unit: unit\n"                                                                        \
         "    mode: {constant: internal}\n"                                                        \
         "    due_ms: target\n"                                                                    \
         "  - type: ticket.resolved\n"                                                             \
         "    when: {column: status, is: [Closed, Done]}\n"                                        \
         "    time: closed\n"                                                                      \
         "names:\n"                                                                                \
         "  categories: {parent: reason, name: title}\n"

static struct mapping *
load(const char *text)
{
    struct yaml_report report = {0};
    struct mapping *mapping = mapping_parse("m.yaml", str_from(text), &report);
    if (!mapping) {
        fail_msg("%s", report.text.ptr);
    }
    struct err err;
    assert_true(when_set_zone(mapping_zone(mapping), &err));
    return mapping;
}

/* The values in the order of the mapping's columns; pairs "column", "value", …, NULL. */
static bool
apply(const struct mapping *mapping, const char *const *pairs, struct arena *arena,
      struct mapping_result *out, struct err *err)
{
    struct str values[32] = {{0}};
    for (size_t i = 0; i < mapping_columns(mapping); i++) {
        for (size_t k = 0; pairs[k]; k += 2) {
            if (str_is(mapping_column(mapping, i), pairs[k])) {
                values[i] = str_from(pairs[k + 1]);
            }
        }
    }
    return mapping_apply(mapping, values, arena, out, err);
}

static void
test_mapping(void **state)
{
    (void)state;
    struct mapping *mapping = load(MAPPING);
    struct arena arena = {0};
    struct mapping_result out;
    struct err err = {0};
    const char *const full[] = {"id",     " 101 ",   "opened", "2022-07-01 11:20:00",
                                "type",   "Pothole", "area",   "A / B",
                                "x",      "-71.05",  "y",      "42.123456789",
                                "unit",   "PWD",     "target", "2022-07-02 11:20:00",
                                "status", "Done",    "closed", "2022-07-01 12:00:00",
                                "reason", "Streets", "title",  "A pothole",
                                NULL};
    if (!apply(mapping, full, &arena, &out, &err)) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(out.count, 3);
    const struct event *e = out.events;
    assert_int_equal(e->type, EVENT_REGISTERED);
    assert_true(str_is(e->subject, "101") && str_is(e->source, "/boston/311"));
    assert_int_equal(e->time_ms, 1656688800000); /* 15:20 UTC: summer time */
    assert_true(str_is(e->data.category, "K-Pothole") && str_is(e->data.street, "B"));
    assert_true(str_is(e->data.channel, "web"));
    assert_true(e->data.lat > 42.1234567 && e->data.lat < 42.1234569);
    assert_int_equal(out.events[1].data.due_ms, 1656688800000 + WHEN_DAY);
    assert_int_equal(out.events[2].type, EVENT_RESOLVED);
    assert_true(str_is(out.names[1].code, "K-Pothole") && str_is(out.names[1].parent, "Streets"));
    assert_true(str_is(out.names[1].name, "A pothole"));
    struct mapping_result again;
    assert_true(apply(mapping, full, &arena, &again, &err));
    for (size_t i = 0; i < out.count; i++) { /* the same row, the same ids; all of them distinct */
        assert_true(str_eq(out.events[i].id, again.events[i].id));
        assert_false(str_eq(out.events[i].id, out.events[(i + 1) % 3].id));
    }
    const char *const least[] = {
        "id",     "102",  "opened", "2022-01-17 11:20:00", "type", "P", "unit", "U",
        "status", "Open", "closed", "2022-01-18 11:20:00", NULL};
    assert_true(apply(mapping, least, &arena, &out, &err));
    assert_int_equal(out.count, 2); /* not closed, whatever the column says */
    assert_int_equal(out.events[0].time_ms, 1642436400000); /* 16:20 UTC: winter time */
    assert_true(str_is(out.events[0].data.street, "none"));
    assert_int_equal(out.events[0].data.has & EVENT_F_PLACE, 0);
    mapping_free(mapping);
    arena_free(&arena);
}

static void
check_refused(const struct mapping *mapping, const char *column, const char *value,
              const char *field)
{
    const char *const good[] = {
        "id", "1", "opened", "2022-01-17 11:20:00", "type", "P", "unit", "U", "x", "1",
        "y",  "2", NULL};
    const char *pairs[16];
    size_t i = 0;
    for (; good[i]; i++) {
        pairs[i] = i % 2 && strcmp(good[i - 1], column) == 0 ? value : good[i];
    }
    pairs[i++] = column; /* the last of a name wins */
    pairs[i++] = value;
    pairs[i] = NULL;
    struct arena arena = {0};
    struct mapping_result out;
    struct err err = {0};
    if (apply(mapping, pairs, &arena, &out, &err)) {
        fail_msg("taken: %s = %s", column, value);
    }
    if (!strstr(err.text, field) || (strlen(value) > 3 && strstr(err.text, value))) {
        fail_msg("\"%s\" does not name %s, or repeats the value", err.text, field);
    }
    arena_free(&arena);
}

static void
test_wrong_rows(void **state)
{
    (void)state;
    struct mapping *mapping = load(MAPPING);
    check_refused(mapping, "opened", "", "opened");
    check_refused(mapping, "opened", "17.1.2022", "opened");
    check_refused(mapping, "opened", "2022-02-30 00:00:00", "opened");
    check_refused(mapping, "opened", "2022-01-17 11:20:00 EST", "opened");
    check_refused(mapping, "opened", "1922-01-17 11:20:00", "opened");
    check_refused(mapping, "id", "", "id");
    check_refused(mapping, "id", "工单七", "id");
    check_refused(mapping, "type", "", "category");
    check_refused(mapping, "type", "\xff\xfe\xfd\xfc", "category");
    check_refused(mapping, "x", "east", "lon");
    check_refused(mapping, "x", "", "lon, lat");
    check_refused(mapping, "y", "95", "lat");
    check_refused(mapping, "unit", "", "unit");
    check_refused(mapping, "target", "soon", "due_ms");
    mapping_free(mapping);
}

static void
test_wrong_mappings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", ""},
        {"[]", ""},
        {"source: /x\nticket: id\n", "events"},
        {"ticket: id\nevents: [{type: ticket.registered, time: t}]\n", "source"},
        {HEAD "events: []\n", "events"},
        {HEAD "events: [{type: ticket.resolved, time: t}]\n", "ticket.registered"},
        {HEAD "events: [{type: ticket.registred, time: t}]\n", "did you mean ticket.registered"},
        {HEAD "events: [{type: alarm.shelved, time: t}]\n", "not a type of ticket event"},
        {HEAD "events: [{type: ticket.registered}]\n", "time is missing"},
        {HEAD "events: [{type: ticket.registered, time: t, stret: a}]\n",
         "did you mean \"street\""},
        {HEAD "events: [{type: ticket.registered, time: t, unit: a}]\n", "unit"},
        {HEAD "events: [{type: ticket.registered, time: {colum: t}}]\n", "did you mean \"column\""},
        {HEAD "events: [{type: ticket.registered, time: {column: a, constant: b}}]\n",
         "exactly one"},
        {HEAD "events: [{type: ticket.registered, time: [t]}]\n", "column"},
        {HEAD "events: [{type: ticket.registered, time: t, when: {is: [x]}}]\n", "column"},
        {HEAD "rows: xml\nevents: [{type: ticket.registered, time: t}]\n", "rows"},
        {HEAD "delimiter: ab\nevents: [{type: ticket.registered, time: t}]\n", "one character"},
        {HEAD "names: {street: {name: x}}\nevents: [{type: ticket.registered, time: t}]\n",
         "did you mean \"streets\""},
        {HEAD "sorce: x\nevents: [{type: ticket.registered, time: t}]\n", "source"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct yaml_report report = {0};
        if (mapping_parse("m.yaml", str_from(cases[i].text), &report)) {
            fail_msg("taken: %s", cases[i].text);
        }
        assert_true(report.count > 0);
        if (!strstr(report.text.ptr, cases[i].says)) {
            fail_msg("\"%s\" does not say: %s", report.text.ptr, cases[i].says);
        }
        yaml_report_free(&report);
    }
    assert_true(when_set_zone("Asia/Shanghai", NULL));
}

/* A square with a hole, and an area of two parts. */
static const char square_map[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"properties\":{\"n\":\"ring\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":["
    "[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]]}},"
    "{\"properties\":{\"n\":7},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":["
    "[[[10,0],[20,0],[20,10],[10,10],[10,0]]],[[[30,0],[40,0],[35,10],[30,0]]]]}},"
    "{\"properties\":{\"n\":\"point\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,1]}},"
    "{\"properties\":{},\"geometry\":null}]}";

static void
test_areas(void **state)
{
    (void)state;
    static const struct {
        double lon, lat;
        const char *name;
    } cases[] = {{1, 1, "ring"}, {5, 5, ""},   {5, 3.9, "ring"}, {10, 5, "7"}, {15, 5, "7"},
                 {25, 5, ""},    {35, 9, "7"}, {31, 9, ""},      {-1, 5, ""},  {5, 11, ""}};
    struct err err = {0};
    struct areas *areas = areas_load(write_file("map.geojson", square_map), "n", &err);
    if (!areas) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str name = areas_find(areas, (struct geo_point){cases[i].lon, cases[i].lat});
        if (!str_is(name, cases[i].name)) {
            fail_msg("%g, %g is in %.*s", cases[i].lon, cases[i].lat, STR_ARG(name));
        }
    }
    areas_free(areas);
    assert_null(areas_load(path_of("map.geojson"), "other", &err));
    assert_null(areas_load(path_of("none.geojson"), "n", &err));
    assert_null(areas_load(write_file("no.geojson", "{"), "n", &err));
    assert_null(areas_load(write_file("no.geojson",
                                      "{\"features\":[{\"properties\":{\"n\":\"a\"},\"geometry\":{"
                                      "\"type\":\"Polygon\",\"coordinates\":[[[1,\"2\"]]]}}]}"),
                           "n", &err));
}

/* The place says which street; where it is in none, or the map is not there, the column does. */
static void
test_mapping_areas(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "areas: {file: map.geojson, property: n}\nevents:\n"
             "  - {type: ticket.registered, time: opened, channel: {constant: web},\n"
             "     category: {constant: c}, street: {column: area, area: true}, lon: x, lat: y}\n";
    const char *const inside[] = {
        "id", "1", "opened", "2022-01-17 11:20:00", "x", "15", "y", "5", "area", "column", NULL};
    const char *const outside[] = {
        "id", "1", "opened", "2022-01-17 11:20:00", "x", "25", "y", "5", "area", "column", NULL};
    struct yaml_report report = {0};
    struct arena arena = {0};
    struct mapping_result out;
    struct err err = {0};
    write_file("map.geojson", square_map);
    struct mapping *mapping = mapping_load(write_file("areas.yaml", text), &report);
    assert_non_null(mapping);
    assert_true(when_set_zone("UTC", &err));
    assert_string_equal(mapping_note(mapping), "");
    assert_true(apply(mapping, inside, &arena, &out, &err));
    assert_true(str_is(out.events[0].data.street, "7"));
    assert_true(apply(mapping, outside, &arena, &out, &err));
    assert_true(str_is(out.events[0].data.street, "column"));
    mapping_free(mapping);
    unlink(path_of("map.geojson"));
    mapping = mapping_load(path_of("areas.yaml"), &report);
    assert_non_null(mapping);
    assert_non_null(strstr(mapping_note(mapping), "map.geojson"));
    assert_true(apply(mapping, inside, &arena, &out, &err));
    assert_true(str_is(out.events[0].data.street, "column"));
    mapping_free(mapping);
    arena_free(&arena);
    assert_true(when_set_zone("Asia/Shanghai", NULL));
}

/* Every mapping that is shipped is one. */
static void
test_shipped(void **state)
{
    (void)state;
    static const char *const names[] = {"profiles/boston-mapping.yaml",
                                        "profiles/open311-mapping.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[4096];
        struct yaml_report report = {0};
        assert_true(file_find_asset(names[i], path, sizeof path));
        struct mapping *mapping = mapping_load(path, &report);
        if (!mapping) {
            fail_msg("%s", report.text.ptr);
        }
        mapping_free(mapping);
        yaml_report_free(&report);
    }
}

/* ---- the command ---- */

/* Runs the command with its output in a file; returns the exit status. */
static int
run(const char *log, const char *mapping, const char *file)
{
    char *argv[8] = {(char[]){"import"}};
    int argc = 1, status, kept = dup(STDOUT_FILENO), kept_err = dup(STDERR_FILENO);
    const char *const options[] = {"--log", log, "--mapping", mapping};
    for (int i = 0; i < 4; i += 2) {
        if (options[i + 1]) {
            argv[argc++] = (char *)(uintptr_t)options[i];
            argv[argc++] = (char *)(uintptr_t)options[i + 1];
        }
    }
    argv[argc++] = (char *)(uintptr_t)file;
    fflush(stdout);
    assert_non_null(freopen(path_of("out.txt"), "w", stdout));
    assert_non_null(freopen(path_of("err.txt"), "w", stderr));
    status = import_main(argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(kept, STDOUT_FILENO);
    dup2(kept_err, STDERR_FILENO);
    close(kept);
    close(kept_err);
    when_set_zone("Asia/Shanghai", NULL);
    return status;
}

static void
check_output(const char *expected)
{
    struct buf text = {0};
    struct err err;
    assert_true(file_read(path_of("out.txt"), 1 << 20, &text, &err));
    if (!strstr(text.ptr, expected)) {
        fail_msg("\"%s\" does not say: %s", text.ptr, expected);
    }
    buf_free(&text);
}

static bool
collect(void *user, const struct log_entry *entry)
{
    buf_printf(user, "%.*s %.*s\n", STR_ARG(entry->subject), STR_ARG(entry->type));
    return true;
}

static void
check_log(const char *path, const char *expected)
{
    struct err err = {0};
    struct buf got = {0};
    struct log *log = log_open(path, LOG_READ, &err);
    if (!log || !log_each(log, 0, INT64_MAX, collect, &got, &err)) {
        fail_msg("%s", err.text);
    }
    log_close(log);
    assert_string_equal(got.ptr, expected);
    buf_free(&got);
}

#define CSV_HEAD "id,opened,type,area,x,y,unit,target,status,closed,reason,title\n"
#define CSV_ONE "1,2022-01-17 11:20:00,P,A / B,,,U,,Closed,2022-01-18 11:20:00,R,T\n"
#define CSV_TWO "2,2022-01-17 11:20:00,P,A,1,2,U,2022-01-19 00:00:00,Open,,R,T\n"

static void
test_command(void **state)
{
    (void)state;
    const char *mapping = write_file("m.yaml", MAPPING);
    char log[128];
    snprintf(log, sizeof log, "%s/a.db", folder);
    char map[128];
    snprintf(map, sizeof map, "%s", mapping);
    assert_int_equal(run(log, map, write_file("a.csv", CSV_HEAD CSV_ONE "3,never,P,A,,,U,,,,,\n")),
                     0);
    check_output("rows read 2, taken 1, refused 1");
    check_output("events new 3, known before 0");
    check_output("(first at line 3)");
    check_log(log, "1 ticket.registered\n1 ticket.dispatched\n1 ticket.resolved\n");
    /* the same again takes nothing; a file that has grown only what is new */
    assert_int_equal(run(log, map, path_of("a.csv")), 0);
    check_output("events new 0, known before 3");
    assert_int_equal(run(log, map, write_file("a.csv", CSV_HEAD CSV_ONE CSV_TWO)), 0);
    check_output("events new 2, known before 3");
    check_log(log, "1 ticket.registered\n1 ticket.dispatched\n1 ticket.resolved\n"
                   "2 ticket.registered\n2 ticket.dispatched\n");
}

static void
test_events_file(void **state)
{
    (void)state;
    char log[128];
    snprintf(log, sizeof log, "%s/e.db", folder);
#define EVENT(id)                                                                                  \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"s\",\"type\":\"ticket.archived\","    \
    "\"subject\":\"T\",\"time\":\"2026-11-23T01:41:27Z\"}"
    assert_int_equal(
        run(log, NULL, write_file("e.jsonl", EVENT("1") "\nno json\n{}\n" EVENT("2") "\n")), 0);
    check_output("rows read 4, taken 2, refused 2");
    assert_int_equal(run(log, NULL, write_file("e.json", "[" EVENT("2") "," EVENT("3") "]")), 0);
    check_output("events new 1, known before 1");
    check_log(log, "T ticket.archived\nT ticket.archived\nT ticket.archived\n");
}

static void
test_statuses(void **state)
{
    (void)state;
    char log[128], map[128];
    snprintf(log, sizeof log, "%s/s.db", folder);
    snprintf(map, sizeof map, "%s", write_file("m.yaml", MAPPING));
    assert_int_equal(run(log, NULL, path_of("none.csv")), 1);
    assert_int_equal(run(log, NULL, write_file("s.csv", CSV_HEAD CSV_ONE)), 1); /* no mapping */
    assert_int_equal(run(log, NULL, write_file("s.jsonl", "{}\n")), 1);         /* nothing taken */
    assert_int_equal(run(log, path_of("none.yaml"), path_of("s.csv")), 2);
    assert_int_equal(run(log, map, write_file("s.csv", "id,opened\n1,2\n")),
                     2);                                               /* no such column */
    assert_int_equal(run(log, map, write_file("s.jsonl", "{}\n")), 2); /* of another kind */
    assert_int_equal(run(path_of("no/such/folder.db"), map, write_file("s.csv", CSV_HEAD CSV_ONE)),
                     3);
    assert_int_equal(run(NULL, map, path_of("s.csv")), 0);
    check_output("checked only");
}

static void
test_names(void **state)
{
    (void)state;
    struct import_names *names = import_names_create();
    struct mapping_name category = {"categories", STR("b \"q\""), STR(""), STR("a")};
    struct mapping_name community = {"communities", STR("C1"), STR("第一"), STR("S1")};
    import_names_add(names, &category);
    import_names_add(names, &category);
    import_names_add(names, &community);
    struct err err;
    struct buf text = {0};
    assert_true(import_names_write(names, path_of("d.yaml"), &err));
    assert_true(file_read(path_of("d.yaml"), 1 << 20, &text, &err));
    const char *body = strchr(text.ptr, '\n') + 1;
    assert_string_equal(body, "communities:\n  \"C1\": {name: \"第一\", street: \"S1\"}\n"
                              "categories:\n  \"a\": {name: \"a\"}\n"
                              "  \"b \\\"q\\\"\": {name: \"b \\\"q\\\"\", parent: \"a\"}\n");
    buf_free(&text);
    import_names_destroy(names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),           cmocka_unit_test(test_long_row),
        cmocka_unit_test(test_json_rows),     cmocka_unit_test(test_mapping),
        cmocka_unit_test(test_wrong_rows),    cmocka_unit_test(test_wrong_mappings),
        cmocka_unit_test(test_shipped),       cmocka_unit_test(test_command),
        cmocka_unit_test(test_events_file),   cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_areas),
        cmocka_unit_test(test_mapping_areas),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
