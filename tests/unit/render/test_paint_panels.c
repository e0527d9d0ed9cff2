/* What each panel says about given counts: figures, colours, order, words, empty states. */
#include "tests/unit/render/paint_fixture.h"

/* ---- gauges ---- */

static void
gauges_say_value_change_base_and_target(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    struct panel *panel = &f->scene.panels[0];
    panel->metrics_count = 3;
    snprintf(panel->metrics[0], sizeof panel->metrics[0], "response");
    snprintf(panel->metrics[1], sizeof panel->metrics[1], "resolution");
    snprintf(panel->metrics[2], sizeof panel->metrics[2], "satisfaction");
    f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(6031, 6031, 4720, 5200, 115);
    f->district.counts[SNAPSHOT_PREVIOUS_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(1000, 990, 793, 900, 0);
    fixture_paint(f);
    fixture_line(f, "100.00");
    fixture_line(f, "6,031 / 6,031");
    fixture_coloured(f, "1.00", THEME_GREEN); /* 100 − 99 */
    fixture_coloured(f, "1.04", THEME_AMBER); /* 78.26 − 79.30 */
    fixture_line(f, "78.26");
    fixture_line(f, "5,303.5 / 6,031"); /* 5200 + 0.9 × 115: a weighted count keeps its fraction */
    fixture_line(f, "目标 80.0");
    fixture_line(f, "当前周期 · 区级回访");
    assert_int_equal(fixture_count(f, "arc "), 6); /* track and value each */
    assert_int_equal(fixture_count(f, "line "), 3);
    fixture_free(f);
}

/* A value below the metric's range: the marks say what the arc begins with, the same for dials that
 * share a range and no other. */
static void
a_gauges_range_holds_what_it_shows(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 396);
    f->metrics[1].low = 90; /* 响应率 */
    struct snapshot_counts *counts = &f->district.counts[SNAPSHOT_PERIOD];
    counts->by[SNAPSHOT_BY_DISTRICT] = fixture_survey(100, 95, 47, 70, 0);
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "\"90\""), 1);
    assert_int_equal(fixture_count(f, "\"60\""), 0);
    assert_int_equal(fixture_count(f, "\"40\""), 3); /* 综合, 解决率, 满意率 */
    f->metrics[1].target = 76;
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "\"90\""), 0);
    assert_int_equal(fixture_count(f, "\"70\""), 1);
    counts->by[SNAPSHOT_BY_DISTRICT].solved = 0;
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "\"0\""), 3);
    fixture_free(f);
}

static void
a_low_gauge_panel_lets_its_target_go_first(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 268);
    f->snapshot.metrics = f->metrics + 1; /* three */
    f->snapshot.metrics_count = 3;
    struct snapshot_counts *counts = &f->district.counts[SNAPSHOT_PERIOD];
    counts->by[SNAPSHOT_BY_DISTRICT] = fixture_survey(6031, 5979, 4701, 5292, 0);
    fixture_paint(f);
    fixture_line(f, "当前周期");
    fixture_line(f, "区级回访"); /* in the other corner */
    fixture_line(f, "目标 99.0");
    assert_null(draw_left_out(f->paint.list, 0));
    f->scene.panels[0].rect.w = 420;
    f->scene.panels[0].rect.h = 150;
    fixture_paint(f);
    fixture_line(f, "5,979 / 6,031");
    assert_true(fixture_leaves_out(f, "target"));
    assert_int_equal(fixture_count(f, "目标"), 0);
    fixture_free(f);
}

static void
a_gauge_without_survey_has_no_arc(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    f->scene.panels[0].metrics_count = 1;
    snprintf(f->scene.panels[0].metrics[0], 32, "response");
    fixture_paint(f);
    fixture_line(f, "—");
    fixture_line(f, "0 / 0");
    assert_int_equal(fixture_count(f, "arc "), 1);
    assert_true(isnan(fixture_figure(f, "response")->number));
    assert_false(fixture_draws(f, "0.00"));
    fixture_free(f);
}

static void
zero_is_not_nothing(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_GAUGES, 936, 380);
    f->scene.panels[0].metrics_count = 1;
    snprintf(f->scene.panels[0].metrics[0], 32, "resolution");
    f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] = fixture_survey(3, 3, 0, 0, 0);
    fixture_paint(f);
    fixture_line(f, "0.00");
    fixture_line(f, "0 / 3");
    assert_int_equal(fixture_count(f, "arc "),
                     2); /* below the zoomed range: a stub has its colour */
    fixture_free(f);
}

/* ---- trend ---- */

static void
a_day_without_survey_breaks_the_line(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_TREND, 936, 236);
    f->scene.panels[0].metrics_count = 1;
    snprintf(f->scene.panels[0].metrics[0], 32, "resolution");
    for (int i = 0; i < SNAPSHOT_DAYS; i++) {
        f->history.day_ms[i] = when_day(MOMENT, i - SNAPSHOT_DAYS + 1);
        f->history.days[i].by[SNAPSHOT_BY_DISTRICT] =
            fixture_survey(100, 99, (uint32_t)(70 + i % 5), 80, 0);
    }
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "polyline "), 1);
    fixture_line(f, "10月24日");
    fixture_line(f, "11月22日"); /* today is not over */
    fixture_line(f, "70");
    fixture_line(f, "解决");
    f->history.days[10].by[SNAPSHOT_BY_DISTRICT].effective = 0;
    f->history.days[12].by[SNAPSHOT_BY_DISTRICT].effective = 0;
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "polyline "), 2);
    assert_int_equal(fixture_count(f, "disc "), 1); /* the lone day between */
    memset(f->history.days, 0, sizeof f->history.days);
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "polyline "), 0);
    fixture_line(f, "—");
    fixture_free(f);
}

/* ---- categories, hot communities, whistles ---- */

static void
category(struct fixture *f, int at, const char *name, const char *parent, uint32_t now,
         uint32_t before)
{
    f->rows[at] = (struct snapshot_row){
        .code = str_from(name), .name = str_from(name), .parent_name = str_from(parent)};
    f->rows[at].counts[SNAPSHOT_TODAY].received = now;
    f->rows[at].counts[SNAPSHOT_YESTERDAY_SO_FAR].received = before;
    f->snapshot.groups[SNAPSHOT_CATEGORY] = (struct snapshot_rows){f->rows, (size_t)at + 1};
}

static void
categories_count_with_their_parent(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_CATEGORIES, 936, 240);
    f->scene.panels[0].window = SNAPSHOT_TODAY;
    category(f, 0, "电梯停运", "物业管理", 50, 40);
    category(f, 1, "供暖", "", 44, 13);
    category(f, 2, "乱收费", "物业管理", 36, 34);
    category(f, 3, "噪声扰民", "", 27, 29);
    fixture_paint(f);
    fixture_line(f, "86");
    fixture_coloured(f, "+12", THEME_DIM);
    fixture_coloured(f, "+31", THEME_AMBER);
    fixture_line(f, "−2");
    assert_false(fixture_draws(f, "电梯停运"));
    fixture_line(f, "今日 · 较昨日同时");
    assert_false(fixture_figure(f, "物业管理")->has_key); /* one code would not be all of it */
    assert_true(fixture_figure(f, "供暖")->has_key);
    /* The greatest fills its bar. */
    float x = 0, y = 0, w = 0, most = 0;
    for (const char *at = f->dump.ptr; (at = strstr(at, "\nrect ")) != NULL; at++) {
        if (sscanf(at, "\nrect %f %f %f", &x, &y, &w) == 3 && w < 900) {
            most = w > most ? w : most;
        }
    }
    assert_float_equal(most, 184, 1);
    fixture_free(f);
}

static void
hot_communities_come_by_count(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_HOT, 520, 328);
    f->scene.panels[0].window = SNAPSHOT_TODAY;
    f->scene.panels[0].rows = 2;
    static const char *const names[] = {"下庄", "八角南路", "麻峪"};
    static const uint32_t counts[] = {19, 23, 9};
    for (int i = 0; i < 3; i++) {
        f->rows[i].code = f->rows[i].name = str_from(names[i]);
        f->rows[i].parent_name = STR("八角街道");
        f->rows[i].counts[SNAPSHOT_TODAY].received = counts[i];
        f->rows[i].counts[SNAPSHOT_YESTERDAY_SO_FAR].received = 20;
    }
    f->snapshot.groups[SNAPSHOT_COMMUNITY] = (struct snapshot_rows){f->rows, 3};
    fixture_paint(f);
    assert_true(strstr(f->dump.ptr, "八角南路") < strstr(f->dump.ptr, "下庄"));
    assert_false(fixture_draws(f, "麻峪"));
    fixture_line(f, "+3");
    fixture_line(f, "−1");
    fixture_line(f, "八角");
    fixture_free(f);
}

static void
whistles_count_down_and_turn_red(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_WHISTLES, 520, 196);
    struct snapshot_whistle whistles[3] = {
        {.unit = STR("区住建委"),
         .street = STR("八角"),
         .category = STR("电梯停运"),
         .due_ms = MOMENT - 102 * WHEN_MINUTE},
        {.unit = STR("区消防救援支队"), .street = STR("鲁谷"), .due_ms = MOMENT},
        {.unit = STR("区市场监管局"), .due_ms = MOMENT + 18 * WHEN_MINUTE},
    };
    f->snapshot.whistles = whistles;
    f->snapshot.whistles_count = 3;
    fixture_paint(f);
    fixture_coloured(f, "−1:42", THEME_RED);
    fixture_coloured(f, "0:00", THEME_DIM); /* due now is in time */
    fixture_coloured(f, "0:18", THEME_DIM);
    fixture_line(f, "3 哨 · 1 超时");
    fixture_line(f, "八角 · 电梯停运");
    fixture_free(f);
}

/* Nobody is waited for: whether anybody was whistled for the snapshot cannot tell, but where there
 * is no ticket nobody was. */
static void
no_whistle_is_not_a_report(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_WHISTLES, 520, 196);
    f->snapshot.tickets = 21873;
    fixture_paint(f);
    fixture_line(f, "暂无未报到");
    fixture_line(f, "0 哨 · 0 超时");
    f->snapshot.tickets = 0;
    fixture_paint(f);
    fixture_line(f, "暂无吹哨");
    assert_false(fixture_draws(f, "全部已报到"));
    f->frame.snapshot = NULL;
    fixture_paint(f);
    fixture_line(f, "等待数据");
    fixture_free(f);
}

/* ---- board ---- */

static void
street(struct fixture *f, int at, const char *name, struct snapshot_survey survey, uint16_t rank,
       uint16_t before)
{
    f->rows[at] = (struct snapshot_row){.code = str_from(name), .name = str_from(name)};
    f->rows[at].counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] = survey;
    f->rows[at].rank[SNAPSHOT_PERIOD][SNAPSHOT_BY_DISTRICT] = rank;
    f->rows[at].rank[SNAPSHOT_PREVIOUS_PERIOD][SNAPSHOT_BY_DISTRICT] = before;
    f->snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){f->rows, (size_t)at + 1};
    f->snapshot.groups[SNAPSHOT_COMMUNITY] = f->snapshot.groups[SNAPSHOT_STREET];
}

static float
baseline_of(struct fixture *f, const char *text)
{
    float x = 0, y = 0;
    assert_int_equal(sscanf(fixture_line(f, text), "text %f %f", &x, &y), 2);
    return y;
}

static void
the_board_orders_ties_and_sets_the_unranked_apart(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_BOARD, 936, 500);
    street(f, 0, "八角", fixture_survey(100, 99, 60, 75, 0), 4, 3);
    street(f, 1, "古城", fixture_survey(100, 99, 80, 80, 0), 2, 2);
    street(f, 2, "老山", fixture_survey(100, 99, 84, 75, 0), 2, 4); /* ties with 古城 */
    street(f, 3, "广宁", fixture_survey(100, 99, 90, 90, 0), 1, 1);
    street(f, 4, "鲁谷", fixture_survey(3, 3, 3, 3, 0), 0, 0); /* too few to be ranked */
    street(f, 5, "五里坨", fixture_survey(0, 0, 0, 0, 0), 0, 0);
    fixture_paint(f);
    float y[6];
    static const char *const order[] = {"广宁", "老山", "古城", "八角", "五里坨", "鲁谷"};
    for (int i = 0; i < 6; i++) {
        y[i] = baseline_of(f, order[i]);
    }
    assert_true(y[0] < y[1] && y[1] < y[2] && y[2] < y[3] && y[3] < y[5] && y[5] < y[4]);
    assert_float_equal(baseline_of(f, "末位汇报"), y[3], 0.01);
    fixture_coloured(f, "末位汇报", THEME_RED);
    fixture_coloured(f, "60.0", THEME_AMBER);
    fixture_coloured(f, "鲁谷", THEME_DIM);
    assert_int_equal(fixture_count(f, "triangle "), 2); /* 老山 up two, 八角 down one */
    fixture_coloured(f, "八角", THEME_INK);
    fixture_line(f, "回访");
    fixture_line(f, "60"); /* the ends of the bars' scale */
    fixture_line(f, "100");
    const struct renderer_figure *rank = fixture_figure(f, "老山:rank");
    assert_string_equal(rank->value, "2");
    assert_string_equal(fixture_figure(f, "五里坨:composite")->value, "—");
    assert_true(isnan(fixture_figure(f, "五里坨:rank")->number));
    fixture_free(f);
}

static void
a_board_where_all_are_equal_has_no_last(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_BOARD, 936, 500);
    street(f, 0, "八角", fixture_survey(10, 9, 8, 8, 0), 1, 0);
    street(f, 1, "古城", fixture_survey(10, 9, 8, 8, 0), 1, 0);
    fixture_paint(f);
    assert_false(fixture_draws(f, "末位汇报"));
    fixture_free(f);
}

static void
a_long_board_turns_pages_with_the_moment(void **state)
{
    (void)state;
    static char names[24][16];
    struct fixture *f = fixture_new(PANEL_BOARD, 936, 500);
    for (int i = 0; i < 24; i++) {
        snprintf(names[i], sizeof names[i], "s%02d", i);
        street(f, i, names[i], fixture_survey(100, 99, (uint32_t)(90 - i), 80, 0),
               (uint16_t)(i + 1), 0);
    }
    f->frame.moment_ms = 30000; /* the first page of three */
    fixture_paint(f);
    fixture_line(f, "s00");
    assert_false(fixture_draws(f, "s09"));
    fixture_line(f, "当前周期 · 区级回访 · 综合 · 1/3");
    f->frame.moment_ms += 10000;
    fixture_paint(f);
    fixture_line(f, "s09");
    assert_false(fixture_draws(f, "s00"));
    f->frame.moment_ms += 10000;
    fixture_paint(f);
    fixture_line(f, "s23");
    fixture_line(f, "末位汇报");
    fixture_free(f);
}

static void
pages_are_even(void **state)
{
    (void)state;
    static char names[20][16];
    struct fixture *f = fixture_new(PANEL_BOARD, 936, 400);
    int rows[4] = {0};
    for (int i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "s%02d", i);
        street(f, i, names[i], fixture_survey(100, 99, (uint32_t)(90 - i), 80, 0),
               (uint16_t)(i + 1), 0);
    }
    f->frame.moment_ms = 120000; /* the first page of two, three or four */
    fixture_paint(f);
    assert_true(fixture_count(f, " · 1/4\"") == 1);
    for (int page = 0; page < 4; page++, f->frame.moment_ms += 10000) {
        fixture_paint(f);
        for (int i = 0; i < 20; i++) {
            rows[page] += fixture_draws(f, names[i]);
        }
    }
    for (int page = 0; page < 4; page++) {
        assert_int_equal(rows[page], 5);
    }
    fixture_free(f);
}

/* A board that has no room for a column says so to the operator; the base stays with the rates. */
static void
columns_without_room_are_noted(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_BOARD, 936, 500);
    street(f, 0, "鲁谷", fixture_survey(100, 99, 90, 80, 0), 1, 2);
    street(f, 1, "古城", fixture_survey(100, 99, 80, 80, 0), 2, 1);
    fixture_paint(f);
    assert_null(draw_left_out(f->paint.list, 0));
    f->scene.panels[0].rect.w = 560;
    fixture_paint(f);
    assert_true(fixture_leaves_out(f, "bars") && fixture_leaves_out(f, "rank change"));
    assert_true(fixture_leaves_out(f, "column satisfaction"));
    assert_false(fixture_leaves_out(f, "column n"));
    fixture_free(f);
}

static void
a_streets_room_ranks_its_own_communities(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_BOARD, 1000, 320);
    f->scene.kiosk_scale = true;
    f->scene.panels[0].group = SNAPSHOT_COMMUNITY;
    snprintf(f->scene.focus_street, sizeof f->scene.focus_street, "S1");
    street(f, 0, "八角中里", fixture_survey(18, 18, 16, 17, 0), 7, 0);
    street(f, 1, "杨庄北区", fixture_survey(31, 31, 25, 28, 0), 12, 0);
    street(f, 2, "下庄", fixture_survey(40, 40, 38, 38, 0), 3, 0);
    street(f, 3, "八角北里", fixture_survey(31, 31, 25, 28, 0), 12, 0);
    street(f, 4, "八角南路", fixture_survey(52, 52, 32, 40, 0), 90, 0);
    for (int i = 0; i < 5; i++) {
        f->rows[i].parent = i == 2 ? STR("S2") : STR("S1");
    }
    fixture_paint(f);
    assert_false(fixture_draws(f, "下庄"));
    assert_string_equal(fixture_figure(f, "八角中里:rank")->value, "1");
    assert_string_equal(fixture_figure(f, "杨庄北区:rank")->value, "2");
    assert_string_equal(fixture_figure(f, "八角北里:rank")->value, "2");
    assert_string_equal(fixture_figure(f, "八角南路:rank")->value, "4");
    fixture_line(f, "18 件");
    fixture_coloured(f, "末位", THEME_RED);
    fixture_free(f);
}

static void
a_board_nobody_is_surveyed_for_goes_by_its_figure(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_BOARD, 640, 480);
    f->scene.panels[0].metrics_count = 1;
    snprintf(f->scene.panels[0].metrics[0], 32, "on_time");
    fixture_metric(&f->metrics[0], "on_time", "按时办结率", 90);
    f->metrics[0].under[0].measure = SNAPSHOT_RESOLVED;
    fixture_over(&f->metrics[0], 1, SNAPSHOT_RESOLVED);
    fixture_over(&f->metrics[0], -1, SNAPSHOT_RESOLVED_LATE);
    static const char *const names[] = {"Allston", "Brighton", "Dorchester"};
    static const uint32_t late[] = {2, 0, 5};
    for (int i = 0; i < 3; i++) {
        street(f, i, names[i], fixture_survey(0, 0, 0, 0, 0), 0, 0);
        f->rows[i].counts[SNAPSHOT_PERIOD].resolved = 20;
        f->rows[i].counts[SNAPSHOT_PERIOD].resolved_late = late[i];
    }
    fixture_paint(f);
    assert_true(baseline_of(f, "Brighton") < baseline_of(f, "Allston"));
    assert_true(baseline_of(f, "Allston") < baseline_of(f, "Dorchester"));
    fixture_coloured(f, "Brighton", THEME_INK);
    fixture_coloured(f, "100.00", THEME_INK);
    fixture_coloured(f, "75.00", THEME_AMBER);
    fixture_line(f, "当前周期 · 办结"); /* the base is what was resolved, not a survey */
    assert_false(fixture_draws(f, "名次"));
    assert_int_equal(fixture_figure(f, "Allston:on_time")->n, 20);
    assert_int_equal(fixture_figure(f, "Allston:on_time")->key.measure, SNAPSHOT_RESOLVED);
    fixture_free(f);
}

static void
a_metric_that_the_profile_lacks_is_said(void **state)
{
    (void)state;
    static const enum panel_kind kinds[] = {PANEL_GAUGES, PANEL_TREND, PANEL_BOARD};
    for (int i = 0; i < 3; i++) {
        struct fixture *f = fixture_new(kinds[i], 936, 400);
        f->scene.panels[0].metrics_count = 1;
        snprintf(f->scene.panels[0].metrics[0], 32, "unheard_of");
        fixture_paint(f);
        fixture_line(f, "口径中无此指标");
        assert_int_equal(f->record.count, 0);
        fixture_free(f);
    }
}

/* ---- alarms ---- */

static void
alarms_name_the_limit_that_was_broken(void **state)
{
    (void)state;
    static const struct {
        enum snapshot_stage stage;
        int64_t limit_ms, left_ms;
        const char *words;
        enum theme_colour colour;
    } cases[] = {
        {SNAPSHOT_EXPEDITE, 5 * WHEN_DAY, -1, "满 5 天催办", THEME_RED},
        {SNAPSHOT_EXPEDITE, 0, -1, "催办", THEME_RED},
        {SNAPSHOT_RESOLVE, 3 * WHEN_DAY, -1, "3 天未办结", THEME_RED},
        {SNAPSHOT_RESOLVE, 3 * WHEN_DAY, 0, "3 天将到期", THEME_AMBER}, /* at due: in time */
        {SNAPSHOT_RESOLVE, WHEN_DAY, -1, "24 小时未办结", THEME_RED},
        {SNAPSHOT_RESOLVE, 2 * WHEN_HOUR, 1, "2 小时将到期", THEME_AMBER},
        {SNAPSHOT_RESOLVE, 0, -1, "办结超期", THEME_RED},
        {SNAPSHOT_RESOLVE, 0, 1, "办结将到期", THEME_AMBER},
        {SNAPSHOT_ACCEPT, 30 * WHEN_MINUTE, -1, "30 分未受理", THEME_RED},
        {SNAPSHOT_ACCEPT, 0, -1, "超期未受理", THEME_RED},
        {SNAPSHOT_ACCEPT, 30 * WHEN_MINUTE, 1, "受理将到期", THEME_AMBER},
        {SNAPSHOT_REPORT, 2 * WHEN_HOUR, -1, "报到超时", THEME_RED},
        {SNAPSHOT_REPORT, 2 * WHEN_HOUR, 1, "报到将到期", THEME_AMBER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = fixture_new(PANEL_ALARMS, 936, 372);
        struct snapshot_alarm alarm = {.ticket = STR("20261123000123"),
                                       .street = STR("八角街道"),
                                       .category_parent = STR("物业管理"),
                                       .category = STR("电梯停运"),
                                       .stage = cases[i].stage,
                                       .limit_ms = cases[i].limit_ms,
                                       .due_ms = MOMENT + cases[i].left_ms};
        f->snapshot.alarms = &alarm;
        f->snapshot.alarms_count = 1;
        fixture_paint(f);
        fixture_coloured(f, cases[i].words, cases[i].colour);
        fixture_line(f, "八角");
        fixture_line(f, "物业管理 · 电梯停运");
        fixture_line(f, "1 未确认 · 按剩余时间");
        assert_null(strstr(f->dump.ptr, "20261123"));
        fixture_free(f);
    }
}

static void
acknowledged_alarms_are_dim_and_masked(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_ALARMS, 1000, 620);
    struct snapshot_alarm alarms[] = {
        {.ticket = STR("000001"),
         .community = STR("八角北里"),
         .street_code = STR("S1"),
         .category = STR("供暖"),
         .due_ms = MOMENT - WHEN_HOUR,
         .whistled = true},
        {.ticket = STR("000002"),
         .community = STR("八角中里"),
         .street_code = STR("S1"),
         .category = STR("噪声"),
         .due_ms = MOMENT + WHEN_HOUR,
         .external = true,
         .acknowledged = true,
         .acknowledged_by = STR("王小明")},
        {.ticket = STR("000003"), .street_code = STR("S2"), .due_ms = MOMENT},
    };
    f->snapshot.alarms = alarms;
    f->snapshot.alarms_count = 3;
    f->scene.kiosk_scale = true;
    snprintf(f->scene.focus_street, sizeof f->scene.focus_street, "S1");
    struct snapshot_row row = {.code = STR("S1"), .due_soon = 7};
    f->snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){&row, 1};
    fixture_paint(f);
    fixture_coloured(f, "未确认", THEME_INK);
    fixture_coloured(f, "王*已确认", THEME_DIM);
    fixture_coloured(f, "供暖", THEME_INK);
    fixture_coloured(f, "噪声", THEME_DIM);
    fixture_line(f, "吹哨报到");
    fixture_line(f, "街道外派");
    fixture_line(f, "1 未确认 · 7 在办将超期");
    fixture_line(f, "八角北里");
    assert_null(strstr(f->dump.ptr, "小明"));
    assert_int_equal(fixture_figure(f, "unacknowledged")->n,
                     2); /* the other street's is not ours */
    fixture_free(f);
}

static void
more_alarms_than_rows_are_said(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(PANEL_ALARMS, 936, 372);
    static struct snapshot_alarm alarms[30];
    for (int i = 0; i < 30; i++) {
        alarms[i] = (struct snapshot_alarm){
            .ticket = STR("0001"), .category = STR("供暖"), .due_ms = MOMENT + i * WHEN_MINUTE};
    }
    f->snapshot.alarms = alarms;
    f->snapshot.alarms_count = 30;
    fixture_paint(f);
    fixture_line(f, "30 未确认 · 前 5 / 30 · 按剩余时间");
    assert_int_equal(fixture_count(f, "\"未确认\""), 5);
    f->snapshot.alarms_count = 0;
    fixture_paint(f);
    fixture_line(f, "当前无告警");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gauges_say_value_change_base_and_target),
        cmocka_unit_test(a_gauges_range_holds_what_it_shows),
        cmocka_unit_test(a_low_gauge_panel_lets_its_target_go_first),
        cmocka_unit_test(a_gauge_without_survey_has_no_arc),
        cmocka_unit_test(zero_is_not_nothing),
        cmocka_unit_test(a_day_without_survey_breaks_the_line),
        cmocka_unit_test(categories_count_with_their_parent),
        cmocka_unit_test(hot_communities_come_by_count),
        cmocka_unit_test(whistles_count_down_and_turn_red),
        cmocka_unit_test(no_whistle_is_not_a_report),
        cmocka_unit_test(the_board_orders_ties_and_sets_the_unranked_apart),
        cmocka_unit_test(a_board_where_all_are_equal_has_no_last),
        cmocka_unit_test(a_long_board_turns_pages_with_the_moment),
        cmocka_unit_test(pages_are_even),
        cmocka_unit_test(columns_without_room_are_noted),
        cmocka_unit_test(a_streets_room_ranks_its_own_communities),
        cmocka_unit_test(a_board_nobody_is_surveyed_for_goes_by_its_figure),
        cmocka_unit_test(a_metric_that_the_profile_lacks_is_said),
        cmocka_unit_test(alarms_name_the_limit_that_was_broken),
        cmocka_unit_test(acknowledged_alarms_are_dim_and_masked),
        cmocka_unit_test(more_alarms_than_rows_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
