/* What the strip of totals says, where it stands, and what goes first where it is narrow. */
#include "tests/unit/render/paint_fixture.h"

static struct fixture *
totals_on(int width, int tiles)
{
    struct fixture *f = fixture_new(PANEL_KPI, width, 80);
    static const enum panel_kpi all[] = {PANEL_KPI_RECEIVED, PANEL_KPI_OPEN,     PANEL_KPI_RESOLVED,
                                         PANEL_KPI_WHISTLES, PANEL_KPI_DUE_SOON, PANEL_KPI_OVERDUE,
                                         PANEL_KPI_EXPEDITE};
    memcpy(f->scene.panels[0].kpis, all, sizeof all);
    f->scene.panels[0].kpis_count = 7;
    f->scene.panels[0].window = SNAPSHOT_TODAY;
    f->scene.tiles_x = tiles;
    f->district.counts[SNAPSHOT_TODAY].received = 412;
    f->district.counts[SNAPSHOT_YESTERDAY_SO_FAR].received = 388;
    f->district.counts[SNAPSHOT_TODAY].resolved = 388;
    f->district.counts[SNAPSHOT_YESTERDAY_SO_FAR].resolved = 400;
    f->district.open = 1234567;
    f->district.due_soon = 37;
    f->district.overdue = 12;
    f->district.overdue_stage[SNAPSHOT_EXPEDITE] = 4;
    f->snapshot.warn_ms[SNAPSHOT_RESOLVE] = 24 * WHEN_HOUR;
    f->snapshot.limit_ms[SNAPSHOT_EXPEDITE] = 5 * WHEN_DAY;
    return f;
}

static struct fixture *
totals(void)
{
    return totals_on(3840, 4);
}

static void
totals_and_their_changes(void **state)
{
    (void)state;
    struct fixture *f = totals();
    fixture_paint(f);
    fixture_coloured(f, "412", THEME_INK);
    fixture_line(f, "+6.2%");
    fixture_line(f, "−3.0%");
    fixture_line(f, "1,234,567");
    fixture_coloured(f, "37", THEME_AMBER);
    fixture_coloured(f, "12", THEME_RED);
    fixture_coloured(f, "4", THEME_RED);
    fixture_line(f, "将超期 24 h");
    fixture_line(f, "催办（满 5 天）");
    assert_int_equal((int)fixture_figure(f, "open")->number, 1234567);
    assert_int_equal(fixture_figure(f, "received")->key.measure, SNAPSHOT_RECEIVED);
    assert_int_equal(fixture_figure(f, "expedite")->key.measure, SNAPSHOT_OVERDUE_EXPEDITE);
    fixture_free(f);
}

static void
no_total_is_coloured_when_nothing_is_late(void **state)
{
    (void)state;
    struct fixture *f = totals();
    f->district.due_soon = f->district.overdue = 0;
    f->district.overdue_stage[SNAPSHOT_EXPEDITE] = 0;
    f->snapshot.warn_ms[SNAPSHOT_RESOLVE] = f->snapshot.limit_ms[SNAPSHOT_EXPEDITE] = 0;
    f->district.counts[SNAPSHOT_YESTERDAY_SO_FAR].received = 0; /* no base, no percentage */
    fixture_paint(f);
    char amber[16], red[16];
    snprintf(amber, sizeof amber, "#%08x", f->theme.colours[THEME_AMBER]);
    snprintf(red, sizeof red, "#%08x", f->theme.colours[THEME_RED]);
    assert_int_equal(fixture_count(f, amber) + fixture_count(f, red), 0);
    assert_false(fixture_draws(f, "+6.2%"));
    fixture_line(f, "将超期");
    fixture_line(f, "催办");
    fixture_free(f);
}

static float
place_of(struct fixture *f, const char *words)
{
    float x = 0;
    assert_int_equal(sscanf(fixture_line(f, words), "text %f", &x), 1);
    return x;
}

/* A feed that stops changes what the figures look like and not where they stand. */
static void
totals_stay_in_place_when_the_feed_stops(void **state)
{
    (void)state;
    static const char *const labels[] = {"今日受理", "在办", "已超期", "催办（满 5 天）"};
    struct fixture *f = totals_on(1920, 1);
    float before[4];
    fixture_paint(f);
    for (int i = 0; i < 4; i++) {
        before[i] = place_of(f, labels[i]);
    }
    f->frame.feed.connected = false;
    f->frame.feed.stale = true;
    f->frame.feed.age_ms = 4 * WHEN_MINUTE;
    fixture_paint(f);
    fixture_line(f, "4 分前");
    for (int i = 0; i < 4; i++) {
        assert_float_equal(place_of(f, labels[i]), before[i], 0.01);
    }
    fixture_free(f);
}

/* Where the strip is narrow what is late stays, and what went is noted. */
static void
what_is_late_goes_last(void **state)
{
    (void)state;
    static const struct {
        const char *name, *label;
    } ORDER[] = {{"figure resolved", "今日办结"},    {"figure open", "在办"},
                 {"figure received", "今日受理"},    {"figure whistles", "吹哨未报到"},
                 {"figure due_soon", "将超期 24 h"}, {"figure expedite", "催办"},
                 {"figure overdue", "已超期"}};
    int before = 7;
    for (int w = 1920; w >= 160; w -= 40) {
        struct fixture *f = totals_on(w, 1);
        int shown = 0;
        fixture_paint(f);
        for (int i = 0; i < 7; i++) {
            char words[64];
            snprintf(words, sizeof words, "\"%s", ORDER[i].label);
            bool drawn = strstr(f->dump.ptr, words) != NULL;
            assert_true(drawn || shown == 0); /* none before it is left */
            assert_int_equal(fixture_leaves_out(f, ORDER[i].name), !drawn);
            shown += drawn;
        }
        assert_true(shown <= before);
        before = shown;
        fixture_free(f);
    }
    assert_int_equal(before, 1);
}

/* A figure that looked less than the others would read as less. */
static void
figures_are_of_one_size(void **state)
{
    (void)state;
    for (int w = 1920; w >= 744; w -= 24) {
        struct fixture *f = totals_on(w, 1);
        f->district.open = 1770;
        fixture_paint(f);
        int first = 0;
        for (const char *at = f->dump.ptr; (at = strstr(at, " figures 600 ")) != NULL; at++) {
            int size = atoi(at + strlen(" figures 600 "));
            first = first ? first : size;
            assert_int_equal(size, first);
        }
        assert_true(first > 0);
        fixture_free(f);
    }
}

/* Labels and dashes: a strip without a row of figures still says what will stand there. */
static void
totals_nobody_told_are_dashes(void **state)
{
    (void)state;
    struct fixture *f = totals();
    f->snapshot.groups[SNAPSHOT_DISTRICT].count = 0;
    fixture_paint(f);
    fixture_line(f, "今日受理");
    fixture_line(f, "催办（满 5 天）");
    fixture_coloured(f, "—", THEME_DIM);
    assert_true(isnan(fixture_figure(f, "open")->number));
    assert_false(fixture_figure(f, "open")->has_key);
    assert_false(fixture_draws(f, "+6.2%"));
    fixture_free(f);
}

static void
the_periods_end_the_day_before(void **state)
{
    (void)state;
    struct fixture *f = totals();
    f->snapshot.windows[SNAPSHOT_PERIOD].from_ms = when_instant(2026, 11, 19, 0, 0, 0);
    f->snapshot.windows[SNAPSHOT_PERIOD].to_ms = when_instant(2026, 12, 19, 0, 0, 0);
    f->snapshot.windows[SNAPSHOT_PREVIOUS_PERIOD].from_ms = when_instant(2026, 10, 19, 0, 0, 0);
    f->snapshot.period_day = 5;
    fixture_paint(f);
    fixture_line(f, "考核周期 10月19日 – 11月18日");
    fixture_line(f, "当前周期第 5 天 11月19日 – 12月18日");
    fixture_free(f);
}

static void
totals_of_a_period_say_so(void **state)
{
    (void)state;
    struct fixture *f = totals();
    f->scene.panels[0].window = SNAPSHOT_PERIOD;
    f->district.counts[SNAPSHOT_PERIOD].received = 6571;
    f->district.counts[SNAPSHOT_PREVIOUS_PERIOD].received = 6525;
    fixture_paint(f);
    fixture_line(f, "当前周期受理");
    fixture_line(f, "6,571");
    fixture_line(f, "+0.7%");
    assert_int_equal(fixture_figure(f, "received")->key.window, SNAPSHOT_PERIOD);
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_and_their_changes),
        cmocka_unit_test(no_total_is_coloured_when_nothing_is_late),
        cmocka_unit_test(totals_stay_in_place_when_the_feed_stops),
        cmocka_unit_test(what_is_late_goes_last),
        cmocka_unit_test(figures_are_of_one_size),
        cmocka_unit_test(totals_nobody_told_are_dashes),
        cmocka_unit_test(the_periods_end_the_day_before),
        cmocka_unit_test(totals_of_a_period_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
