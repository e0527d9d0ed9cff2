/* The two themes: whole, legible (WCAG 2.2) and readable with two kinds of colour blindness. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "render/theme.h"
#include "wall/base/file.h"

struct linear {
    double r, g, b;
};

enum sight { SIGHT_FULL, SIGHT_DEUTERANOPIA, SIGHT_PROTANOPIA, SIGHT_COUNT };

/* Machado, Oliveira, Fernandes 2009, severity 1.0; on linear RGB. */
static const double sights[SIGHT_COUNT][3][3] = {
    [SIGHT_FULL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    [SIGHT_DEUTERANOPIA] = {{0.367322, 0.860646, -0.227968},
                            {0.280085, 0.672501, 0.047413},
                            {-0.011820, 0.042940, 0.968881}},
    [SIGHT_PROTANOPIA] = {{0.152286, 1.052583, -0.204868},
                          {0.114503, 0.786281, 0.099216},
                          {-0.003882, -0.048116, 1.051998}},
};

static double
to_linear(uint32_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
clamp(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static struct linear
seen(uint32_t colour, enum sight sight)
{
    double in[3] = {to_linear(colour >> 24), to_linear(colour >> 16 & 255),
                    to_linear(colour >> 8 & 255)};
    double out[3];
    for (int i = 0; i < 3; i++) {
        out[i] = clamp(sights[sight][i][0] * in[0] + sights[sight][i][1] * in[1] +
                       sights[sight][i][2] * in[2]);
    }
    return (struct linear){out[0], out[1], out[2]};
}

static double
luminance(struct linear c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/* Contrast ratio of WCAG 2.2, 1–21. */
static double
contrast(uint32_t a, uint32_t b, enum sight sight)
{
    double x = luminance(seen(a, sight)) + 0.05, y = luminance(seen(b, sight)) + 0.05;
    return x > y ? x / y : y / x;
}

static double
lab_f(double t)
{
    return t > 216.0 / 24389.0 ? cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
}

/* Colour difference ΔE*ab (CIE 1976, D65); 2.3 is just noticeable. */
static double
difference(uint32_t a, uint32_t b, enum sight sight)
{
    double lab[2][3];
    uint32_t colours[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        struct linear c = seen(colours[i], sight);
        double x = lab_f((0.4124564 * c.r + 0.3575761 * c.g + 0.1804375 * c.b) / 0.95047);
        double y = lab_f(0.2126729 * c.r + 0.7151522 * c.g + 0.0721750 * c.b);
        double z = lab_f((0.0193339 * c.r + 0.1191920 * c.g + 0.9503041 * c.b) / 1.08883);
        lab[i][0] = 116 * y - 16;
        lab[i][1] = 500 * (x - y);
        lab[i][2] = 200 * (y - z);
    }
    return sqrt(pow(lab[0][0] - lab[1][0], 2) + pow(lab[0][1] - lab[1][1], 2) +
                pow(lab[0][2] - lab[1][2], 2));
}

static struct theme
load(const char *name)
{
    struct theme theme;
    struct yaml_report report = {0};
    bool good = theme_load(name, &theme, &report);
    if (!good) {
        print_error("%s", report.text.ptr);
    }
    assert_true(good);
    assert_int_equal(report.count, 0);
    yaml_report_free(&report);
    return theme;
}

static void
contrast_is_known(void **state)
{
    (void)state;
    /* Black on white is 21 by definition; #767676 on white is the well-known 4.54. */
    assert_float_equal(contrast(0x000000ff, 0xffffffff, SIGHT_FULL), 21.0, 1e-6);
    assert_float_equal(contrast(0x767676ff, 0xffffffff, SIGHT_FULL), 4.54, 0.005);
    assert_float_equal(difference(0xffffffff, 0x000000ff, SIGHT_FULL), 100.0, 0.01);
}

static void
night_has_the_design_tokens(void **state)
{
    (void)state;
    struct theme night = load("night");
    assert_string_equal(night.name, "night");
    assert_int_equal(night.colours[THEME_GROUND], 0x0b1016ff);
    assert_int_equal(night.colours[THEME_PANEL], 0x101821ff);
    assert_int_equal(night.colours[THEME_INK], 0xe8eef4ff);
    assert_int_equal(night.colours[THEME_DATA], 0x4fb3d9ff);
    assert_int_equal(night.colours[THEME_AMBER], 0xf0b44aff);
    assert_int_equal(night.colours[THEME_RED], 0xff5d55ff);
    assert_int_equal(night.sizes[THEME_CLOCK][0], 44);
    assert_int_equal(night.sizes[THEME_CLOCK][1], 48);
    assert_int_equal(night.sizes[THEME_ROW_FIGURE][1], 38);
}

static void
check_legible(const struct theme *theme)
{
    static const enum theme_colour grounds[] = {THEME_PANEL, THEME_GROUND, THEME_ROW,
                                                THEME_LAST_ROW, THEME_MAP_LAND};
    for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++) {
        uint32_t ground = theme->colours[grounds[i]];
        assert_true(contrast(theme->colours[THEME_INK], ground, SIGHT_FULL) >= 4.5);
        assert_true(contrast(theme->colours[THEME_DIM], ground, SIGHT_FULL) >= 4.5);
        assert_true(contrast(theme->colours[THEME_AMBER], ground, SIGHT_FULL) >= 4.5);
        assert_true(contrast(theme->colours[THEME_RED], ground, SIGHT_FULL) >= 4.5);
        assert_true(contrast(theme->colours[THEME_GREEN], ground, SIGHT_FULL) >= 4.5);
        assert_true(contrast(theme->colours[THEME_DATA], ground, SIGHT_FULL) >= 3.0);
    }
    uint32_t panel = theme->colours[THEME_PANEL];
    assert_true(contrast(theme->colours[THEME_DATA2], panel, SIGHT_FULL) >= 3.0);
    assert_true(contrast(theme->colours[THEME_FAINT], panel, SIGHT_FULL) >= 3.0);
}

static void
both_are_legible(void **state)
{
    (void)state;
    struct theme night = load("night"), day = load("day");
    check_legible(&night);
    check_legible(&day);
}

/* Amber and red tell late from soon: they differ in lightness. Data against either may differ in
 * hue instead (blue stays blue for both kinds), but never by little. */
static void
check_sights(const struct theme *theme, double apart)
{
    uint32_t data = theme->colours[THEME_DATA], amber = theme->colours[THEME_AMBER],
             red = theme->colours[THEME_RED], panel = theme->colours[THEME_PANEL];
    for (int sight = 0; sight < SIGHT_COUNT; sight++) {
        enum sight s = (enum sight)sight;
        assert_true(contrast(amber, red, s) >= 1.3);
        assert_true(contrast(data, amber, s) >= apart || difference(data, amber, s) >= 60);
        assert_true(contrast(data, red, s) >= apart || difference(data, red, s) >= 60);
        assert_true(difference(amber, red, s) >= 12);
        assert_true(contrast(data, panel, s) >= 3.0);
        assert_true(contrast(amber, panel, s) >= 3.0);
        assert_true(contrast(red, panel, s) >= 3.0);
    }
}

static void
colour_blind_eyes_tell_the_states_apart(void **state)
{
    (void)state;
    struct theme night = load("night"), day = load("day");
    check_sights(&night, 1.3);
    check_sights(&day, 1.3);
    /* The day theme needs no hue at all: each pair differs in lightness. */
    for (int sight = 0; sight < SIGHT_COUNT; sight++) {
        enum sight s = (enum sight)sight;
        assert_true(contrast(day.colours[THEME_DATA], day.colours[THEME_AMBER], s) >= 1.3);
        assert_true(contrast(day.colours[THEME_DATA], day.colours[THEME_RED], s) >= 1.3);
    }
}

/* ---- bad files ---- */

static char *
report_of(const char *text)
{
    char path[] = "/tmp/wallboard-theme-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct theme theme;
    struct yaml_report report = {0};
    bool good = theme_load(path, &theme, &report);
    unlink(path);
    assert_int_equal(good, report.count == 0);
    char *out = strdup(report.text.ptr ? report.text.ptr : "");
    yaml_report_free(&report);
    return out;
}

static void
every_gap_is_named(void **state)
{
    (void)state;
    char *said = report_of("name: x\ncolours:\n  grond: \"#000000\"\n  panel: \"#00000\"\nsizes:\n"
                           "  clock: [44]\n  big: [4, 48]\n");
    assert_non_null(strstr(said, ":3:"));
    assert_non_null(strstr(said, "did you mean 'ground'"));
    assert_non_null(strstr(said, ":4:"));
    assert_non_null(strstr(said, "panel: expected a colour"));
    assert_non_null(strstr(said, "'ink' is missing"));
    assert_non_null(strstr(said, "clock: expected two sizes"));
    assert_non_null(strstr(said, "big: expected two sizes"));
    assert_non_null(strstr(said, "'caption' is missing"));
    free(said);
    said = report_of("name: x\ncolours: 3\nsizes: [1]\n");
    assert_non_null(strstr(said, "colours: expected a map"));
    assert_non_null(strstr(said, "sizes: expected a map"));
    free(said);
    said = report_of("name: x\n");
    assert_non_null(strstr(said, "colours"));
    free(said);
}

static void
an_unknown_theme_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"dusk", "../themes/night", "", "a/b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct theme theme;
        struct yaml_report report = {0};
        assert_false(theme_load(names[i], &theme, &report));
        assert_int_equal(report.count, 1);
        yaml_report_free(&report);
    }
}

static void
names_are_whole(void **state)
{
    (void)state;
    for (int i = 0; i < THEME_COLOUR_COUNT; i++) {
        assert_non_null(theme_colour_name((enum theme_colour)i));
    }
    for (int i = 0; i < THEME_TYPE_COUNT; i++) {
        assert_non_null(theme_type_name((enum theme_type)i));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_is_known),
        cmocka_unit_test(night_has_the_design_tokens),
        cmocka_unit_test(both_are_legible),
        cmocka_unit_test(colour_blind_eyes_tell_the_states_apart),
        cmocka_unit_test(every_gap_is_named),
        cmocka_unit_test(an_unknown_theme_is_refused),
        cmocka_unit_test(names_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
