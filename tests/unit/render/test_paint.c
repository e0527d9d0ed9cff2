/* Words and numbers, the header, and what surrounds every panel: waiting, stale, recorded. */
#include "tests/unit/render/paint_fixture.h"

/* ---- words ---- */

static void
integers_are_grouped(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {999, "999"},
                 {1000, "1,000"},
                 {1234567, "1,234,567"},
                 {-1, "−1"},
                 {-98765, "−98,765"},
                 {INT64_MAX, "9,223,372,036,854,775,807"},
                 {INT64_MIN, "−9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64];
        paint_integer(out, sizeof out, cases[i].value);
        assert_string_equal(out, cases[i].text);
    }
}

static void
time_left_reads_as_in_the_design(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "00:00"},
                 {59999, "00:00"},
                 {6 * WHEN_MINUTE, "00:06"},
                 {72 * WHEN_MINUTE, "01:12"},
                 {WHEN_DAY - 1, "23:59"},
                 {WHEN_DAY, "1d 00:00"},
                 {-6 * WHEN_MINUTE, "−00:06"},
                 {-(7 * WHEN_HOUR + 38 * WHEN_MINUTE), "−07:38"},
                 {-(2 * WHEN_DAY + 4 * WHEN_HOUR + 12 * WHEN_MINUTE + 59000), "−2d 04:12"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[32];
        paint_time_left(out, sizeof out, cases[i].ms);
        assert_string_equal(out, cases[i].text);
    }
}

static void
small_words(void **state)
{
    (void)state;
    char out[64];
    paint_part_span(out, sizeof out, 12999);
    assert_string_equal(out, "12 秒");
    paint_part_span(out, sizeof out, 4 * WHEN_MINUTE + 59000);
    assert_string_equal(out, "4 分");
    paint_part_span(out, sizeof out, 2 * WHEN_HOUR);
    assert_string_equal(out, "2 小时");
    paint_part_span(out, sizeof out, 3 * WHEN_DAY);
    assert_string_equal(out, "3 天");
    paint_part_span(out, sizeof out, -5);
    assert_string_equal(out, "0 秒");
    paint_part_signed(out, sizeof out, 12);
    assert_string_equal(out, "+12");
    paint_part_signed(out, sizeof out, -6);
    assert_string_equal(out, "−6");
    paint_part_signed(out, sizeof out, 0);
    assert_string_equal(out, "0");
    paint_part_value(out, sizeof out, 100, 2);
    assert_string_equal(out, "100.00");
    paint_part_value(out, sizeof out, NAN, 2);
    assert_string_equal(out, "—");
    static const struct {
        double value, target;
        int decimals;
        const char *shown;
    } rates[] = {{79.96, 80, 1, "79.9"},
                 {79.94, 80, 1, "79.9"},
                 {80, 80, 1, "80.0"},
                 {80.04, 80, 1, "80.0"},
                 {79.996, 80, 2, "79.99"},
                 {79.96, 80, 2, "79.96"},
                 {92.46, 92.5, 1, "92.4"},
                 {92.54, 92.5, 1, "92.5"},
                 {92.46, 92.45, 1, "92.5"},
                 {99.97, NAN, 1, "99.9"},
                 {99.999, 90, 2, "99.99"},
                 {100, 90, 1, "100.0"},
                 {79.6, 80, 0, "79"},
                 {0.04, 80, 1, "0.0"},
                 {NAN, 80, 1, "—"},
                 {79.9999999, 80, 1, "79.9"},
                 /* 138 yes and 8 basic of 165: 88 % exactly, as doubles have it */
                 {100 * (138 + 0.9 * 8) / 165, 88, 2, "88.00"},
                 {87.999999999999986, 88, 2, "88.00"},
                 {99.999999999999986, 90, 2, "100.00"},
                 {16.7799997, 16.78, 6, "16.779999"},
                 {16.7799997, 16.78, 5, "16.77999"}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct snapshot_metric metric = {.target = rates[i].target, .scale = 100};
        paint_part_rate(out, sizeof out, &metric, rates[i].value, rates[i].decimals);
        assert_string_equal(out, rates[i].shown);
    }
    assert_true(str_is(paint_part_short("响应率", 2), "响应"));
    assert_true(str_is(paint_part_short("综合成绩", 2), "综合"));
    assert_true(str_is(paint_part_short("率", 2), "率"));
    assert_true(str_is(paint_part_street_name(STR("八角街道")), "八角"));
    assert_true(str_is(paint_part_street_name(STR("八角街道办事处")), "八角"));
    assert_true(str_is(paint_part_street_name(STR("金顶街街道")), "金顶街"));
    assert_true(str_is(paint_part_street_name(STR("鲁谷")), "鲁谷"));
    assert_true(str_is(paint_part_cut(STR("八角街道"), 7), "八角"));
    assert_true(str_is(paint_part_cut(STR("abc"), 3), "abc"));
    assert_true(str_is(paint_part_cut(STR("八"), 2), ""));
}

/* ---- header ---- */

static struct fixture *
header(void)
{
    struct fixture *f = fixture_new(PANEL_HEADER, 3840, 88);
    snprintf(f->scene.place, sizeof f->scene.place, "石景山区接诉即办指挥调度");
    snprintf(f->scene.caption, sizeof f->scene.caption, "区级 · 日调度");
    return f;
}

static void
the_clock_shows_the_moment(void **state)
{
    (void)state;
    struct fixture *f = header();
    fixture_paint(f);
    assert_non_null(strstr(fixture_line(f, "09:41:27"), "text 3808 60 right figures"));
    fixture_line(f, "11月23日 周一");
    fixture_line(f, "石景山区接诉即办指挥调度");
    f->frame.moment_ms += 14 * WHEN_HOUR + 19 * WHEN_MINUTE; /* past midnight */
    fixture_paint(f);
    fixture_line(f, "00:00:27");
    fixture_line(f, "11月24日 周二");
    fixture_free(f);
}

/* The only disc in the header is the freshness dot. */
static bool
dot_is(struct fixture *f, enum theme_colour colour)
{
    char code[16];
    snprintf(code, sizeof code, "#%08x", f->theme.colours[colour]);
    const char *disc = strstr(fixture_paint(f), "disc ");
    assert_non_null(disc);
    const char *end = strchr(disc, '\n'), *hit = strstr(disc, code);
    return hit && hit < end;
}

static void
the_dot_is_green_only_while_live(void **state)
{
    (void)state;
    struct fixture *f = header();
    assert_true(dot_is(f, THEME_GREEN));
    fixture_line(f, "实时 0.4 秒");
    f->frame.feed.age_ms = 9999;
    assert_true(dot_is(f, THEME_GREEN));
    fixture_line(f, "实时 9.9 秒");
    f->frame.feed.age_ms = 12345;
    fixture_paint(f);
    fixture_line(f, "实时 12 秒");
    f->frame.feed.in_sync = false;
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "未同步");
    f->frame.feed.connected = false;
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "未连接");
    f->frame.feed.stale = true;
    f->frame.feed.age_ms = 4 * WHEN_MINUTE;
    snprintf(f->frame.feed.reason, sizeof f->frame.feed.reason, "连接中断");
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "数据停于 4 分前 · 连接中断");
    f->frame.feed = (struct renderer_feed){.connected = true, .in_sync = true, .live = false};
    snprintf(f->frame.feed.reason, sizeof f->frame.feed.reason, "回看 11月20日 08:00");
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "回看 11月20日 08:00");
    f->frame.snapshot = NULL; /* no data yet: nothing has stopped */
    f->frame.feed = (struct renderer_feed){.connected = true, .stale = true, .live = true};
    snprintf(f->frame.feed.reason, sizeof f->frame.feed.reason, "正在读取数据");
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "正在读取数据");
    f->frame.feed = (struct renderer_feed){.connected = false, .stale = true, .live = true};
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "等待数据");
    fixture_free(f);
}

/* A moment of the past must not look like now, whatever the feed does. */
static void
the_clock_of_another_moment_is_amber(void **state)
{
    (void)state;
    struct fixture *f = header();
    fixture_paint(f);
    fixture_coloured(f, "09:41:27", THEME_INK);
    f->frame.feed.live = false;
    fixture_paint(f);
    fixture_coloured(f, "09:41:27", THEME_AMBER);
    fixture_coloured(f, "11月23日 周一", THEME_AMBER);
    f->frame.feed.connected = false;
    fixture_paint(f);
    fixture_coloured(f, "09:41:27", THEME_AMBER);
    f->frame.snapshot = NULL; /* nothing is shown of any moment */
    fixture_paint(f);
    fixture_coloured(f, "09:41:27", THEME_INK);
    fixture_free(f);
}

static void
a_clock_offset_is_shown_over_two_seconds(void **state)
{
    (void)state;
    struct fixture *f = header();
    f->frame.feed.offset_ms = 2000;
    assert_true(dot_is(f, THEME_GREEN));
    f->frame.feed.offset_ms = -3250;
    assert_true(dot_is(f, THEME_AMBER));
    fixture_line(f, "实时 0.4 秒 · 时钟差 −3.2 秒");
    fixture_free(f);
}

static void
scene_names_keep_off_the_seams(void **state)
{
    (void)state;
    static const char *const names[] = {"值守", "日调度", "周调度", "月度点评", "应急", "参观"};
    struct fixture *f = header();
    f->scene.tiles_x = 4;
    f->scene.solved_w = 3840;
    f->scene.tab_now = 1;
    for (int count = 2; count <= 6; count++) {
        f->scene.tabs_count = count;
        for (int i = 0; i < count; i++) {
            snprintf(f->scene.tabs[i], sizeof f->scene.tabs[i], "%s", names[i]);
        }
        fixture_paint(f);
        for (int i = 0; i < count; i++) {
            float x = 0;
            assert_int_equal(sscanf(fixture_line(f, names[i]), "text %f", &x), 1);
            struct text_style style = paint_style(&f->paint, THEME_NAME, TEXT_SANS, TEXT_REGULAR);
            float end = x + text_width(f->paint.text, style, str_from(names[i]));
            assert_true((int)(x / 960) == (int)(end / 960));
        }
        fixture_coloured(f, "日调度", THEME_INK);
        fixture_coloured(f, "值守", THEME_DIM);
    }
    fixture_free(f);
}

/* ---- around every panel ---- */

static void
without_data_nothing_is_made_up(void **state)
{
    (void)state;
    static const enum panel_kind kinds[] = {PANEL_KPI,   PANEL_GAUGES,   PANEL_TREND,
                                            PANEL_HOT,   PANEL_WHISTLES, PANEL_CATEGORIES,
                                            PANEL_BOARD, PANEL_ALARMS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fixture *f = fixture_new(kinds[i], 936, 400);
        f->frame.snapshot = NULL;
        fixture_paint(f);
        fixture_line(f, "等待数据");
        assert_int_equal(f->record.count, 0);
        fixture_free(f);
    }
}

static void
an_empty_district_draws(void **state)
{
    (void)state;
    for (int kind = 0; kind < PANEL_KIND_COUNT; kind++) {
        if (kind == PANEL_MAP || kind == PANEL_TIMEBAR) {
            continue; /* theirs to test */
        }
        struct fixture *f = fixture_new((enum panel_kind)kind, 936, 400);
        f->scene.panels[0].kpis_count = 1;
        fixture_paint(f);
        f->snapshot.groups[SNAPSHOT_DISTRICT].count = 0; /* not even its row */
        fixture_paint(f);
        fixture_free(f);
    }
}

/* A sliver is drawn too: no negative sizes, no endless loops. */
static void
any_size_draws(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 0}, {1, 1}, {40, 12}, {200, 80}, {3840, 2160}};
    for (int kind = 0; kind < PANEL_KIND_COUNT; kind++) {
        for (size_t i = 0; kind != PANEL_MAP && i < sizeof sizes / sizeof *sizes; i++) {
            struct fixture *f = fixture_new((enum panel_kind)kind, sizes[i][0], sizes[i][1]);
            f->scene.panels[0].kpis_count = 3;
            f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
                fixture_survey(10, 9, 8, 7, 1);
            draw_clear(f->paint.list);
            paint_panel(&f->paint);
            f->scene.kiosk_scale = true;
            paint_panel(&f->paint);
            draw_dump(f->paint.list, &f->dump);
            assert_true(sizes[i][0] < 3840 || f->dump.len > 0);
            assert_null(f->dump.len ? strstr(f->dump.ptr, "nan") : NULL);
            fixture_free(f);
        }
    }
}

static void
stale_figures_lose_their_colour(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(100, 99, 70, 80, 5);
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "hatch "), 0);
    f->frame.feed.stale = true;
    f->frame.feed.age_ms = 4 * WHEN_MINUTE;
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "hatch "), 1);
    fixture_line(f, "4 分前");
    static const enum theme_colour lively[] = {THEME_DATA, THEME_DATA2, THEME_AMBER, THEME_RED,
                                               THEME_GREEN};
    for (size_t i = 0; i < sizeof lively / sizeof *lively; i++) {
        char code[16];
        snprintf(code, sizeof code, "#%06x", f->theme.colours[lively[i]] >> 8);
        assert_int_equal(fixture_count(f, code), 0);
    }
    fixture_coloured(f, "70.00", THEME_DIM);
    fixture_free(f);
}

static void
figures_name_their_base_and_key(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    f->paint.panel_index = 3;
    f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(200, 199, 140, 160, 15);
    fixture_paint(f);
    const struct renderer_figure *figure = fixture_figure(f, "satisfaction");
    assert_int_equal(figure->panel, 3);
    assert_string_equal(figure->value, "86.75");
    assert_float_equal(figure->number, 86.75, 1e-9);
    assert_int_equal(figure->n, 200);
    assert_string_equal(figure->formula, "formula of satisfaction");
    assert_true(figure->has_key);
    assert_int_equal(figure->key.group, SNAPSHOT_DISTRICT);
    assert_int_equal(figure->key.window, SNAPSHOT_PERIOD);
    assert_int_equal(figure->key.by, SNAPSHOT_BY_DISTRICT);
    f->paint.record = NULL; /* nobody asks */
    draw_clear(f->paint.list);
    paint_panel(&f->paint);
    fixture_free(f);
}

static void
long_names_are_cut_whole(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    char name[200] = "";
    for (int i = 0; i < 60; i++) {
        strcat(name, "苑");
    }
    paint_figure(&f->paint, name, name, 1, 1, name, NULL);
    assert_int_equal(f->record.count, 1);
    assert_true(utf8_valid(str_from(f->record.figures[0].name)));
    assert_true(utf8_valid(str_from(f->record.figures[0].value)));
    assert_int_equal(strlen(f->record.figures[0].value), 30);
    fixture_free(f);
}

static void
the_same_frame_gives_the_same_list(void **state)
{
    (void)state;
    struct fixture *f = header();
    fixture_paint(f);
    uint64_t first = draw_hash(f->paint.list);
    fixture_paint(f);
    assert_true(draw_hash(f->paint.list) == first);
    f->frame.feed.age_ms += 40; /* within the same tenth of a second: nothing to repaint */
    fixture_paint(f);
    assert_true(draw_hash(f->paint.list) == first);
    f->frame.moment_ms += 1000;
    fixture_paint(f);
    assert_true(draw_hash(f->paint.list) != first);
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_grouped),
        cmocka_unit_test(time_left_reads_as_in_the_design),
        cmocka_unit_test(small_words),
        cmocka_unit_test(the_clock_shows_the_moment),
        cmocka_unit_test(the_dot_is_green_only_while_live),
        cmocka_unit_test(the_clock_of_another_moment_is_amber),
        cmocka_unit_test(a_clock_offset_is_shown_over_two_seconds),
        cmocka_unit_test(scene_names_keep_off_the_seams),
        cmocka_unit_test(without_data_nothing_is_made_up),
        cmocka_unit_test(an_empty_district_draws),
        cmocka_unit_test(any_size_draws),
        cmocka_unit_test(stale_figures_lose_their_colour),
        cmocka_unit_test(figures_name_their_base_and_key),
        cmocka_unit_test(long_names_are_cut_whole),
        cmocka_unit_test(the_same_frame_gives_the_same_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
