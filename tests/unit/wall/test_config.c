#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wall/base/file.h"
#include "wall/config.h"
#include "wall/display.h"

struct read {
    struct config config;
    struct yaml_report report;
    bool good;
};

static struct read
read_options(int argc, const char *const *argv)
{
    struct read read = {0};
    char *copy[16] = {(char *)(uintptr_t) "wallboard"};
    for (int i = 0; i < argc; i++) {
        copy[i + 1] = (char *)(uintptr_t)argv[i];
    }
    read.good = config_read(&read.config, argc + 1, copy, &read.report);
    return read;
}
#define READ(...)                                                                                  \
    read_options((int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                    \
                 (const char *[]){__VA_ARGS__})

static void
drop(struct read *read)
{
    config_free(&read->config);
    yaml_report_free(&read->report);
}

static void
assert_says(const struct read *read, const char *words)
{
    assert_false(read->good);
    assert_non_null(read->report.text.ptr);
    if (!strstr(read->report.text.ptr, words)) {
        fail_msg("'%s' is not in: %s", words, read->report.text.ptr);
    }
}

static void
test_defaults(void **state)
{
    (void)state;
    struct read r = read_options(0, NULL);
    assert_true(r.good);
    assert_string_equal(r.config.scene.ptr, "district-daily");
    assert_string_equal(r.config.profile.ptr, "default");
    assert_string_equal(r.config.name.ptr, "wall");
    assert_true(r.config.node.len > 0);
    assert_true(r.config.timeout_s == 30);
    assert_true(r.config.hold_s == 0);
    assert_int_equal(r.config.at_ms, -1);
    assert_int_equal(r.config.wander, CONFIG_WANDER_IN_KIOSK);
    assert_int_equal(r.config.motion, 0);
    assert_int_equal(config_run(&r.config), CONFIG_RUN_WALL);
    drop(&r);
}

static void
test_options(void **state)
{
    (void)state;
    struct read r = READ("--feed", "ws://h:1/feed/v1", "--size=640x360", "--offscreen", "--probe",
                         "--at", "2026-11-23T09:41:27+08:00", "--hold", "1.5", "--timeout", "3",
                         "--token-file", "/t", "--log-level", "debug");
    assert_true(r.good);
    assert_string_equal(r.config.feed.ptr, "ws://h:1/feed/v1");
    assert_string_equal(r.config.token_file.ptr, "/t");
    assert_int_equal(r.config.size[0], 640);
    assert_int_equal(r.config.size[1], 360);
    assert_true(r.config.offscreen && r.config.probe);
    assert_true(r.config.at_ms == INT64_C(1795398087000));
    assert_true(r.config.hold_s == 1.5 && r.config.timeout_s == 3);
    assert_int_equal(r.config.log_level, 3);
    drop(&r);
}

static void
test_values_are_taken_as_they_are(void **state)
{
    (void)state;
    struct read r = READ("--name", "a \"b\" \\ : # \t'x", "--scene", "null");
    assert_true(r.good);
    assert_string_equal(r.config.name.ptr, "a \"b\" \\ : # \t'x");
    assert_string_equal(r.config.scene.ptr, "null");
    drop(&r);
}

static void
test_wrong_options(void **state)
{
    (void)state;
    static const struct {
        const char *option, *value, *says;
    } cases[] = {
        {"--sence", "x", "did you mean '--scene'"},
        {"--frobnicate", NULL, "unknown option"},
        {"stray", NULL, "unknown option"},
        {"--size", "640", "a size such as"},
        {"--size", "20000x10", "at most 16384x16384"},
        {"--wall-height-mm", "20", "outside 100 to"},
        {"--farthest-m", "300", "outside 0.2 to 200"},
        {"--tiles", "80x2", "at most 64x64"},
        {"--theme", "Night Sky", "the name of a theme"},
        {"--theme", "../night", "the name of a theme"},
        {"--theme", "a-name-of-more-than-thirty-one-letters", "the name of a theme"},
        {"--bezels", "3 cm", "bezels: expected"},
        {"--bezels", "-1 mm", "bezels: expected"},
        {"--timeout", "soon", "a number"},
        {"--timeout", "-1", "outside 0 to"},
        {"--display", "1.5", "a whole number or all"},
        {"--display", "-1", "outside 0 to 63"},
        {"--at", "yesterday", "not a moment"},
        {"--feed", "http://h", "ws:// or wss://"},
        {"--feed", NULL, "a value is missing"},
        {"--log-level", "loud", "one of error"},
        {"--offscreen=maybe", NULL, "true or false"},
        {"--config", "/nonexistent/wall.yaml", "/nonexistent/wall.yaml"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[] = {cases[i].option, cases[i].value};
        struct read r = read_options(cases[i].value ? 2 : 1, argv);
        assert_says(&r, cases[i].says);
        drop(&r);
    }
    struct read r = READ("--demo", "--feed", "ws://h");
    assert_says(&r, "--demo follows its own hub");
    drop(&r);
}

static void
test_every_error_in_one_pass(void **state)
{
    (void)state;
    struct read r = READ("--size", "big", "--timeout", "x", "--sence", "y");
    assert_says(&r, "--size:1:");
    assert_says(&r, "--timeout:1:");
    assert_says(&r, "--scene");
    drop(&r);
}

static char folder[64];

static int
make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/wallboard-config-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/wall.yaml", folder);
    unlink(path);
    return rmdir(folder);
}

static const char *
write_file(const char *text)
{
    static char path[128];
    struct err err = {""};
    snprintf(path, sizeof path, "%s/wall.yaml", folder);
    assert_true(file_write(path, str_from(text), &err));
    return path;
}

static void
test_displays(void **state)
{
    (void)state;
    struct read r = READ("--display", "all");
    assert_true(r.good);
    assert_int_equal(r.config.display, DISPLAY_ALL);
    drop(&r);
    r = READ("--display", "2");
    assert_true(r.good);
    assert_int_equal(r.config.display, 2);
    drop(&r);
    r = READ("--config", write_file("display: all\n"));
    assert_true(r.good);
    assert_int_equal(r.config.display, DISPLAY_ALL);
    drop(&r);
}

static void
test_file(void **state)
{
    (void)state;
    const char *path = write_file("feed: wss://hub.example/feed/v1\n"
                                  "token_file: token.txt\n"
                                  "ca: /etc/ca.pem\n"
                                  "scene: mine.yaml\n"
                                  "name: 指挥大厅\n"
                                  "size: 3840x1080\n"
                                  "kiosk: true\n"
                                  "wander: false\n"
                                  "motion: none\n");
    char expected[160];
    struct read r = READ("--size", "640x360", "--config", path);
    assert_true(r.good);
    snprintf(expected, sizeof expected, "%s/token.txt", folder);
    assert_string_equal(r.config.token_file.ptr, expected); /* beside the file */
    assert_string_equal(r.config.ca.ptr, "/etc/ca.pem");
    snprintf(expected, sizeof expected, "%s/mine.yaml", folder);
    assert_string_equal(r.config.scene.ptr, expected);
    assert_string_equal(r.config.name.ptr, "指挥大厅");
    assert_int_equal(r.config.size[0], 640); /* the option wins */
    assert_true(r.config.kiosk);
    assert_int_equal(r.config.wander, CONFIG_WANDER_NEVER);
    assert_int_equal(r.config.motion, 1);
    drop(&r);
}

static void
test_wrong_file(void **state)
{
    (void)state;
    const char *path = write_file("feed: ws://hub\n"
                                  "heigth: 3\n"
                                  "scnee: x\n"
                                  "display: -1\n"
                                  "demo: true\n");
    struct read r = READ("--config", path);
    assert_says(&r, "wall.yaml:2:1: unknown key 'heigth'");
    assert_says(&r, "wall.yaml:3:1: unknown key 'scnee'; did you mean 'scene'?");
    assert_says(&r, "wall.yaml:4:10: display");
    assert_says(&r, "wall.yaml:5:1: unknown key 'demo'"); /* an option only */
    drop(&r);
}

static void
test_help_names_every_option(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--config",        "--feed",    "--token-file", "--ca",     "--scene",
        "--size",          "--at",      "--offscreen",  "--demo",   "--shot",
        "--dump",          "--timeout", "--hold",       "--probe",  "--check",
        "--list-displays", "--help",    "--version",    "--profile"};
    struct buf help = {0};
    config_help(&help);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        assert_non_null(strstr(help.ptr, options[i]));
    }
    buf_free(&help);
}

/* Where the wall hangs: in the file, alone or together as in a scene, and as options over it. */
static void
test_viewing(void **state)
{
    (void)state;
    char path[] = "/tmp/wallboard-viewing-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    static const char text[] = "viewing: {wall_height_mm: 3240, farthest_m: 9.5}\n"
                               "tiles: 4x2\nbezels: 3.5 mm\ntheme: day\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    struct read r = READ("--config", path, "--farthest-m=8", "--tiles", "8x4");
    assert_true(r.good);
    const struct scene_wall *wall = &r.config.wall;
    assert_float_equal(wall->wall_height_mm, 3240, 1e-9);
    assert_float_equal(wall->farthest_m, 8, 1e-9);
    assert_int_equal(wall->tiles[0], 8);
    assert_int_equal(wall->tiles[1], 4);
    assert_true(wall->has_bezel && wall->mm);
    assert_float_equal(wall->bezel, 3.5, 1e-9);
    assert_string_equal(wall->theme, "day");
    drop(&r);
    static const char more[] = "wall_height_mm: 5\nfarthest_m: 3\n";
    assert_int_equal(write(fd, more, sizeof more - 1), sizeof more - 1);
    r = READ("--config", path);
    assert_says(&r, "wall_height_mm: is in viewing too");
    assert_says(&r, ":6:13: farthest_m: is in viewing too");
    assert_says(&r, "outside 100 to 50000");
    drop(&r);
    r = READ("--scene", "street-duty");
    assert_true(r.good);
    assert_float_equal(r.config.wall.farthest_m, 0, 0);
    assert_false(r.config.wall.has_bezel);
    assert_string_equal(r.config.wall.theme, "");
    drop(&r);
    close(fd);
    unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_viewing),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_displays),
        cmocka_unit_test(test_values_are_taken_as_they_are),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_every_error_in_one_pass),
        cmocka_unit_test_setup_teardown(test_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_wrong_file, make_folder, remove_folder),
        cmocka_unit_test(test_help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
