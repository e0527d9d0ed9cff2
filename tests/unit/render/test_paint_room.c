/* Whatever the figures and names, no two texts of a panel lie on each other, and none leaves its
 * panel: small and great numbers, short and endless names, wide and narrow panels, both scales. */
#include "tests/unit/render/paint_fixture.h"

struct box {
    float x0, x1, y0, y1;
    char text[256];
};

static enum text_weight
weight_of(int weight)
{
    return weight == 600 ? TEXT_SEMIBOLD : weight == 500 ? TEXT_MEDIUM : TEXT_REGULAR;
}

/* Reads one "text x y align face weight size "…" #colour" line of a dump. */
static bool
read_text(struct fixture *f, const char *line, struct box *out)
{
    char align[16], face[16];
    int weight, size, used = 0;
    float x, y;
    if (sscanf(line, "text %f %f %15s %15s %d %d %n", &x, &y, align, face, &weight, &size, &used) <
            6 ||
        line[used] != '"') {
        return false;
    }
    const char *from = line + used + 1, *end = strchr(from, '\n');
    while (end > from && *end != '"') {
        end--;
    }
    snprintf(out->text, sizeof out->text, "%.*s", (int)(end - from), from);
    struct text_style style = {strcmp(face, "figures") == 0 ? TEXT_FIGURES : TEXT_SANS,
                               weight_of(weight), size, 0};
    float width = text_width(f->paint.text, style, str_from(out->text));
    out->x0 = strcmp(align, "right") == 0    ? x - width
              : strcmp(align, "centre") == 0 ? x - width / 2
                                             : x;
    out->x1 = out->x0 + width;
    out->y0 = y - 0.72f * (float)size;
    out->y1 = y;
    return true;
}

static void
check_room(struct fixture *f, const char *what)
{
    static struct box boxes[600];
    int count = 0;
    fixture_paint(f);
    struct panel_rect r = f->scene.panels[0].rect;
    for (const char *line = f->dump.ptr; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "text ", 5) != 0 || count == 600) {
            continue;
        }
        if (!read_text(f, line, &boxes[count])) {
            fail_msg("not understood: %.80s", line);
        }
        struct box *box = &boxes[count++];
        if (box->x0 < (float)r.x - 0.5f || box->x1 > (float)(r.x + r.w) + 0.5f ||
            box->y1 > (float)(r.y + r.h)) {
            fail_msg("%s, %d x %d: \"%s\" leaves the panel: %.0f–%.0f, baseline %.0f", what, r.w,
                     r.h, box->text, (double)box->x0, (double)box->x1, (double)box->y1);
        }
        for (int i = 0; i < count - 1; i++) {
            const struct box *other = &boxes[i];
            if (other->x0 < box->x1 - 1 && box->x0 < other->x1 - 1 && other->y0 < box->y1 - 1 &&
                box->y0 < other->y1 - 1) {
                fail_msg("%s, %d x %d: \"%s\" (%.0f–%.0f at %.0f) lies on \"%s\" (%.0f–%.0f at "
                         "%.0f)",
                         what, r.w, r.h, box->text, (double)box->x0, (double)box->x1,
                         (double)box->y1, other->text, (double)other->x0, (double)other->x1,
                         (double)other->y1);
            }
        }
    }
}

/* ---- a district of extremes ---- */

static const char *const names[] = {"八角",
                                    "金顶街",
                                    "八大处社区居民委员会筹备组",
                                    "South Boston / South Boston Waterfront",
                                    "鲁谷街道",
                                    "永乐西小区",
                                    "五里坨",
                                    "a",
                                    "四季园",
                                    "地铁古城家园",
                                    "八宝山",
                                    "老山"};
#define NAMES 12

/* factor 1: a small district; 1000: a great one. */
static void
fill_rows(struct fixture *f, uint32_t factor)
{
    for (int i = 0; i < NAMES; i++) {
        struct snapshot_row *row = &f->rows[i];
        row->code = row->name = str_from(names[i]);
        row->parent = STR("S1");
        row->parent_name = str_from(names[(i + 3) % NAMES]);
        for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
            uint32_t n = (uint32_t)(i + 1) * factor * (w == SNAPSHOT_PERIOD ? 9 : 2);
            row->counts[w].received = n;
            row->counts[w].by[SNAPSHOT_BY_DISTRICT] = fixture_survey(n, n, n - n / 3, n / 2, n / 4);
            row->rank[w][SNAPSHOT_BY_DISTRICT] =
                (uint16_t)(i > 9 ? 0 : 1 + (i + (w == SNAPSHOT_PERIOD ? 0 : 5)) % 10);
        }
    }
    f->district.counts[SNAPSHOT_TODAY] =
        (struct snapshot_counts){.received = 413 * factor, .resolved = 390 * factor};
    f->district.counts[SNAPSHOT_YESTERDAY_SO_FAR] =
        (struct snapshot_counts){.received = 7, .resolved = 388 * factor};
    f->district.counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(123 * factor, 123 * factor, 80 * factor, 90 * factor, 7 * factor);
    f->district.counts[SNAPSHOT_PREVIOUS_PERIOD].by[SNAPSHOT_BY_DISTRICT] =
        fixture_survey(100, 90, 80, 70, 3);
    f->district.open = f->district.due_soon = f->district.overdue = 1906 * factor;
    f->snapshot.warn_ms[SNAPSHOT_RESOLVE] = 24 * WHEN_HOUR;
    f->snapshot.limit_ms[SNAPSHOT_EXPEDITE] = 5 * WHEN_DAY;
    f->snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){f->rows, NAMES};
    f->snapshot.groups[SNAPSHOT_COMMUNITY] = f->snapshot.groups[SNAPSHOT_STREET];
    f->snapshot.groups[SNAPSHOT_CATEGORY] = f->snapshot.groups[SNAPSHOT_STREET];
    for (int i = 0; i < SNAPSHOT_DAYS; i++) {
        uint32_t n = 100 + (uint32_t)i;
        f->history.day_ms[i] = when_day(MOMENT, i - SNAPSHOT_DAYS + 1);
        f->history.days[i].by[SNAPSHOT_BY_DISTRICT] =
            fixture_survey(n, n, n - (uint32_t)i, n - (uint32_t)i, 0); /* lines that end as one */
    }
    f->snapshot.windows[SNAPSHOT_PERIOD].from_ms = when_instant(2026, 11, 19, 0, 0, 0);
    f->snapshot.windows[SNAPSHOT_PERIOD].to_ms = when_instant(2026, 12, 19, 0, 0, 0);
    f->snapshot.windows[SNAPSHOT_PREVIOUS_PERIOD].from_ms = when_instant(2026, 10, 19, 0, 0, 0);
}

static struct snapshot_alarm alarms[NAMES];
static struct snapshot_whistle whistles[NAMES];

static void
fill_lists(struct fixture *f)
{
    static const int64_t left[] = {-38 * WHEN_DAY, -WHEN_HOUR, 3 * WHEN_HOUR, 12 * WHEN_DAY};
    static const int64_t limits[] = {3 * WHEN_DAY, 24 * WHEN_HOUR, 0, 30 * WHEN_MINUTE};
    for (int i = 0; i < NAMES; i++) {
        alarms[i] = (struct snapshot_alarm){.ticket = STR("110107202611230001"),
                                            .street = str_from(names[i]),
                                            .street_code = STR("S1"),
                                            .community = str_from(names[(i + 1) % NAMES]),
                                            .category = str_from(names[(i + 2) % NAMES]),
                                            .category_parent = str_from(names[(i + 5) % NAMES]),
                                            .stage = (enum snapshot_stage)(i % 4),
                                            .limit_ms = limits[i / 2 % 4],
                                            .acknowledged = i % 3 == 0,
                                            .acknowledged_by = STR("欧阳"),
                                            .due_ms = MOMENT + left[i % 4]};
        whistles[i] = (struct snapshot_whistle){.unit = str_from(names[(i + 3) % NAMES]),
                                                .street = str_from(names[i]),
                                                .street_code = STR("S1"),
                                                .category = str_from(names[(i + 2) % NAMES]),
                                                .due_ms = MOMENT + left[i % 4]};
    }
    f->snapshot.alarms = alarms;
    f->snapshot.whistles = whistles;
    f->snapshot.alarms_count = f->snapshot.whistles_count = NAMES;
}

static void
check_kind(enum panel_kind kind, const char *what, bool kiosk, const int (*sizes)[2], int count)
{
    static const uint32_t factors[] = {1, 1000};
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < 4; k++) {
            struct fixture *f = fixture_new(kind, sizes[i][0], sizes[i][1]);
            struct panel *panel = &f->scene.panels[0];
            f->scene.kiosk_scale = kiosk;
            f->frame.feed.stale = k >= 2;
            f->frame.feed.age_ms = 47 * WHEN_MINUTE;
            panel->kpis_count = 7;
            for (int j = 0; j < 7; j++) {
                panel->kpis[j] = (enum panel_kpi)j;
            }
            static const char *const ids[] = {"composite", "response", "resolution",
                                              "satisfaction"};
            int skip = kind == PANEL_BOARD && !kiosk ? 0 : kind == PANEL_BOARD ? 2 : 1;
            for (int j = skip; j < 4; j++) {
                snprintf(panel->metrics[panel->metrics_count++], 32, "%s", ids[j]);
            }
            if (kind != PANEL_GAUGES && kind != PANEL_BOARD && kind != PANEL_TREND) {
                panel->window = SNAPSHOT_TODAY;
            }
            if (kiosk) {
                panel->group = SNAPSHOT_COMMUNITY;
                snprintf(f->scene.focus_street, sizeof f->scene.focus_street, "S1");
                f->rows[NAMES] = f->district;
            }
            fill_rows(f, factors[k % 2]);
            fill_lists(f);
            if (kiosk && kind != PANEL_BOARD) {
                f->district.code = STR("S1");
                f->snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){&f->district, 1};
            }
            check_room(f, what);
            fixture_free(f);
        }
    }
}

static void
district_panels_have_room(void **state)
{
    (void)state;
    static const int wide[][2] = {{936, 380}, {620, 400}, {456, 380}};
    static const int strips[][2] = {{3840, 80}, {1920, 84}};
    static const int lists[][2] = {{936, 500}, {640, 480}, {470, 480}};
    static const int hot[][2] = {{520, 328}};
    static const int low[][2] = {{936, 236}, {456, 240}};
    check_kind(PANEL_KPI, "totals", false, strips, 2);
    check_kind(PANEL_GAUGES, "gauges", false, wide, 3);
    check_kind(PANEL_TREND, "trend", false, low, 2);
    check_kind(PANEL_CATEGORIES, "categories", false, low, 2);
    check_kind(PANEL_HOT, "hot", false, hot, 1);
    check_kind(PANEL_WHISTLES, "whistles", false, hot, 1);
    check_kind(PANEL_BOARD, "board", false, lists, 3);
    check_kind(PANEL_ALARMS, "alarms", false, lists, 3);
}

static void
kiosk_panels_have_room(void **state)
{
    (void)state;
    static const int gauges[][2] = {{872, 250}};
    static const int lists[][2] = {{1000, 620}};
    static const int boards[][2] = {{1000, 320}};
    check_kind(PANEL_GAUGES, "kiosk gauges", true, gauges, 1);
    check_kind(PANEL_ALARMS, "kiosk alarms", true, lists, 1);
    check_kind(PANEL_BOARD, "kiosk board", true, boards, 1);
}

static void
the_header_has_room(void **state)
{
    (void)state;
    static const int sizes[][2] = {{3840, 88}, {1920, 88}, {1280, 88}};
    static const char *const reasons[] = {"", "回看 11月20日 08:00",
                                          "服务器拒绝了口令，请检查令牌文件"};
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 6; k++) {
            struct fixture *f = fixture_new(PANEL_HEADER, sizes[i][0], sizes[i][1]);
            snprintf(f->scene.place, sizeof f->scene.place, "石景山区接诉即办指挥调度");
            snprintf(f->scene.caption, sizeof f->scene.caption, "区级 · 日调度");
            f->scene.tabs_count = 6;
            for (int j = 0; j < 6; j++) {
                snprintf(f->scene.tabs[j], sizeof f->scene.tabs[j], "月度点评");
            }
            f->frame.feed.stale = k % 2 == 1;
            f->frame.feed.offset_ms = k > 2 ? 7 * WHEN_DAY : 0;
            snprintf(f->frame.feed.reason, sizeof f->frame.feed.reason, "%s", reasons[k % 3]);
            check_room(f, "header");
            fixture_free(f);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(district_panels_have_room),
        cmocka_unit_test(kiosk_panels_have_room),
        cmocka_unit_test(the_header_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
