#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wall/base/yaml.h"

struct inner {
    double height_mm;
    int64_t limit_ms;
};

struct outer {
    struct str name;
    int64_t rows;
    bool framed;
    int theme;
    int size[2];
    struct inner viewing;
    const struct yaml_node *panels;
};

static const char *const THEMES[] = {"night", "day", NULL};

static const struct yaml_field INNER[] = {{.key = "height_mm",
                                           .kind = YAML_REAL,
                                           .offset = offsetof(struct inner, height_mm),
                                           .min = 100,
                                           .max = 20000},
                                          {.key = "limit",
                                           .kind = YAML_SPAN,
                                           .offset = offsetof(struct inner, limit_ms),
                                           .min = 1000,
                                           .max = 3600000},
                                          {0}};

static const struct yaml_field OUTER[] = {
    {.key = "name",
     .kind = YAML_STR,
     .offset = offsetof(struct outer, name),
     .required = true,
     .help = "what the scene is called"},
    {.key = "rows", .kind = YAML_INT, .offset = offsetof(struct outer, rows), .min = 1, .max = 40},
    {.key = "framed", .kind = YAML_BOOL, .offset = offsetof(struct outer, framed)},
    {.key = "theme",
     .kind = YAML_CHOICE,
     .offset = offsetof(struct outer, theme),
     .choices = THEMES},
    {.key = "size", .kind = YAML_SIZE, .offset = offsetof(struct outer, size)},
    {.key = "viewing",
     .kind = YAML_SUB,
     .offset = offsetof(struct outer, viewing),
     .fields = INNER},
    {.key = "panels", .kind = YAML_NODE, .offset = offsetof(struct outer, panels)},
    {0}};

/* Reads text into out; gives the report, which the caller frees. */
static struct yaml_report
read_text(const char *text, struct outer *out, struct yaml_doc **doc)
{
    struct yaml_report report = {0};
    *doc = yaml_parse("t.yaml", str_from(text), &report);
    if (*doc) {
        yaml_read(yaml_root(*doc), OUTER, out, &report);
    }
    return report;
}

static void
assert_report(const char *text, int count, const char *expected)
{
    struct outer out = {0};
    struct yaml_doc *doc;
    struct yaml_report report = read_text(text, &out, &doc);
    assert_string_equal(report.text.ptr ? report.text.ptr : "", expected);
    assert_int_equal(report.count, count);
    yaml_report_free(&report);
    yaml_free(doc);
}

static void
fills_every_kind(void **state)
{
    (void)state;
    struct outer out = {.theme = 0, .rows = 7};
    struct yaml_doc *doc;
    struct yaml_report report = read_text("# a comment\n"
                                          "name: 石景山\n"
                                          "framed: true\n"
                                          "theme: day\n"
                                          "size: 3840x1080\n"
                                          "viewing: {height_mm: 2000.5, limit: 30min}\n"
                                          "panels:\n"
                                          "  - {id: a}\n"
                                          "  - id: \"b\"\n",
                                          &out, &doc);
    assert_int_equal(report.count, 0);
    assert_true(str_is(out.name, "石景山"));
    assert_true(out.framed);
    assert_int_equal(out.theme, 1);
    assert_int_equal(out.size[0], 3840);
    assert_int_equal(out.size[1], 1080);
    assert_true(out.viewing.height_mm > 2000.4 && out.viewing.height_mm < 2000.6);
    assert_int_equal(out.viewing.limit_ms, 1800000);
    assert_int_equal(out.rows, 7); /* absent: as it was */
    assert_int_equal(yaml_count(out.panels), 2);
    const struct yaml_node *second = yaml_item(out.panels, 1);
    assert_int_equal(yaml_shape(second), YAML_MAP);
    assert_int_equal(yaml_line(second), 9);
    assert_int_equal(yaml_column(second), 5);
    assert_true(str_is(yaml_key(second, 0), "id"));
    assert_true(str_is(yaml_scalar(yaml_get(second, "id")), "b"));
    assert_null(yaml_get(second, "none"));
    assert_null(yaml_item(second, 1));
    yaml_report_free(&report);
    yaml_free(doc);
}

static void
shows_every_error_in_one_pass(void **state)
{
    (void)state;
    assert_report("nmae: a\n"
                  "rows: 12x\n"
                  "theme: nigth\n"
                  "size: 3840\n"
                  "framed: yes\n"
                  "viewing:\n"
                  "  height_mm: 5\n"
                  "  limit: 2h\n"
                  "  colour: red\n"
                  "rows: 3\n",
                  10,
                  "t.yaml:10:1: 'rows' is given twice; it was first given in line 2\n"
                  "t.yaml:1:1: unknown key 'nmae'; did you mean 'name'?\n"
                  "t.yaml:2:7: rows: expected a whole number, not '12x'\n"
                  "t.yaml:3:8: theme: expected one of night, day (did you mean 'night'?), not "
                  "'nigth'\n"
                  "t.yaml:4:7: size: expected a size such as 3840x1080, not '3840'\n"
                  "t.yaml:5:9: framed: expected true or false, not 'yes'\n"
                  "t.yaml:7:14: height_mm: 5 is outside 100 to 20000\n"
                  "t.yaml:8:10: limit: 2h is outside 1000 to 3600000 ms\n"
                  "t.yaml:9:3: unknown key 'colour'\n"
                  "t.yaml:1:1: 'name' is missing: what the scene is called\n");
}

static void
wants_the_right_shape(void **state)
{
    (void)state;
    assert_report("- a\n", 1, "t.yaml:1:1: expected keys with values (key: value)\n");
    assert_report("name: [a]\nviewing: 3\nrows:\n", 3,
                  "t.yaml:1:7: name: expected one value, not a list\n"
                  "t.yaml:2:10: expected keys with values (key: value)\n"
                  "t.yaml:3:6: rows: no value is given; give one or remove the key\n");
    assert_report("", 1, "t.yaml:1:1: 'name' is missing: what the scene is called\n");
    assert_report("rows: 41\nname: ~\n", 2,
                  "t.yaml:1:7: rows: 41 is outside 1 to 40\n"
                  "t.yaml:2:7: name: no value is given; give one or remove the key\n");
}

static void
numbers_are_strict(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"0x10", "1e3", "1.5", "+4", "1 2", "99999999999999999999",
                                        ".inf", "٣"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        char text[128], want[256];
        snprintf(text, sizeof text, "name: a\nrows: %s\n", WRONG[i]);
        snprintf(want, sizeof want, "t.yaml:2:7: rows: expected a whole number, not '%s'\n",
                 WRONG[i]);
        assert_report(text, 1, want);
    }
    assert_report("name: a\nviewing: {height_mm: nan}\n", 1,
                  "t.yaml:2:22: height_mm: expected a number, not 'nan'\n");
}

static void
says_where_it_is_no_yaml(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    assert_null(yaml_parse("t.yaml", STR("a: [1, 2\nb: 3\n"), &report));
    assert_int_equal(report.count, 1);
    assert_non_null(strstr(report.text.ptr, "t.yaml:2:"));
    yaml_report_free(&report);
    assert_null(yaml_parse("t.yaml", STR("a: 1\nb: 街\xff\n"), &report));
    assert_string_equal(report.text.ptr, "t.yaml:2:5: not UTF-8; save the file as UTF-8\n");
    yaml_report_free(&report);
    assert_null(yaml_parse("t.yaml", STR("a: 1\nb: x\001\n"), &report));
    assert_string_equal(report.text.ptr,
                        "t.yaml:2:5: no YAML: control characters are not allowed\n");
    yaml_report_free(&report);
    assert_null(yaml_parse("t.yaml", STR("a: 1\n---\nb: 2\n"), &report));
    assert_non_null(strstr(report.text.ptr, "t.yaml:2:1: one file holds one document"));
    yaml_report_free(&report);
    assert_null(yaml_load("no/such.yaml", &report));
    assert_string_equal(report.text.ptr, "no/such.yaml:1:1: No such file or directory\n");
    yaml_report_free(&report);
}

static void
refuses_aliases_and_tags(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct yaml_doc *doc =
        yaml_parse("t.yaml", STR("a: &x [1]\nb: *x\nc: !!int 3\nd: \"a\\0b\"\n"), &report);
    assert_non_null(doc);
    assert_string_equal(report.text.ptr,
                        "t.yaml:1:4: anchors (&name) are not taken; write the value out\n"
                        "t.yaml:2:4: aliases (*name) are not taken; write the value out\n"
                        "t.yaml:3:4: tags (!name) are not taken; remove it\n"
                        "t.yaml:4:4: a text must not hold a NUL character\n");
    yaml_report_free(&report);
    yaml_free(doc);
}

static void
keeps_its_limits(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct yaml_doc *doc = yaml_parse("t", STR("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"), &report);
    assert_non_null(doc);
    assert_int_equal(report.count, 0);
    yaml_free(doc);
    assert_null(yaml_parse("t", STR("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), &report));
    assert_string_equal(report.text.ptr, "t:1:17: nested deeper than 16 levels\n");
    yaml_report_free(&report);
    assert_null(yaml_parse("t", STR("{a: 1, [b]: 2}"), &report));
    assert_string_equal(report.text.ptr, "t:1:8: a key must be plain text, not a list or a map\n");
    yaml_report_free(&report);

    struct buf big = {0};
    buf_printf(&big, "[");
    for (int i = 0; i < 500000; i++) {
        buf_printf(&big, "a,");
    }
    assert_null(yaml_parse("t", buf_str(&big), &report));
    assert_non_null(strstr(report.text.ptr, "more than 500000 values"));
    yaml_report_free(&report);
    buf_clear(&big);
    while (big.len <= 8u << 20) {
        buf_printf(&big, "# a comment line\n");
    }
    assert_null(yaml_parse("t", buf_str(&big), &report));
    assert_string_equal(report.text.ptr, "t:1:1: larger than 8 MiB\n");
    yaml_report_free(&report);
    buf_clear(&big);
    for (int i = 0; i < 300; i++) {
        buf_printf(&big, "a: %d\n", i);
    }
    doc = yaml_parse("t", buf_str(&big), &report);
    assert_int_equal(report.count, 299);
    assert_non_null(strstr(report.text.ptr, "more than 200 errors"));
    yaml_report_free(&report);
    yaml_free(doc);
    buf_free(&big);
}

static void
a_message_is_one_line(void **state)
{
    (void)state;
    assert_report("name: a\n\"x\\ny\": 2\n", 1, "t.yaml:2:1: unknown key 'x?y'\n");
}

static void
finds_the_near_word(void **state)
{
    (void)state;
    static const char *const WORDS[] = {"columns", "rows", "at", "background", "token_file", NULL};
    assert_string_equal(yaml_near(STR("colums"), WORDS), "columns");
    assert_string_equal(yaml_near(STR("rwos"), WORDS), "rows");
    assert_string_equal(yaml_near(STR("ta"), WORDS), "at");
    assert_string_equal(yaml_near(STR("backgruond"), WORDS), "background");
    assert_string_equal(yaml_near(STR("token"), WORDS), "token_file");
    assert_null(yaml_near(STR("tok"), WORDS));
    assert_null(yaml_near(STR("xyz"), WORDS));
    assert_null(yaml_near(STR(""), WORDS));
    assert_null(yaml_near(STR("columnsssss"), WORDS));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_kind),         cmocka_unit_test(shows_every_error_in_one_pass),
        cmocka_unit_test(wants_the_right_shape),    cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(says_where_it_is_no_yaml), cmocka_unit_test(refuses_aliases_and_tags),
        cmocka_unit_test(keeps_its_limits),         cmocka_unit_test(a_message_is_one_line),
        cmocka_unit_test(finds_the_near_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
