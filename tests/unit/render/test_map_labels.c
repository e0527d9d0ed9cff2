/* The map's names, counts, callout and attribution: what they say, and that each keeps off the
 * others and reads as its own street's. */
#include "tests/unit/render/map_look.h"

static const int canvases[][2] = {{3840, 1080}, {1920, 1080}, {3840, 2160},
                                  {1080, 1920}, {5760, 1080}, {1366, 768}};
enum { CANVASES = sizeof canvases / sizeof *canvases };

static void
labels_say_open_and_overdue(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    fixture_paint(f);
    assert_int_equal(check_labels(f), 9 + 9 + 5); /* names, open, the five with overdue */
    fixture_coloured(f, "八宝山", THEME_INK);
    fixture_coloured(f, "101", THEME_DIM);
    char name[64];
    snprintf(name, sizeof name, "%.*s:overdue", STR_ARG(f->rows[0].code));
    const struct renderer_figure *figure = fixture_figure(f, name);
    assert_true(figure->number > 0.5 && figure->number < 1.5);
    assert_true(figure->has_key && figure->key.measure == SNAPSHOT_OVERDUE);
    f->frame.snapshot = NULL; /* before the first data: the map is there, no figure is */
    fixture_paint(f);
    assert_int_equal(check_labels(f), 9);
    assert_int_equal(f->record.count, 0);
    off_map(f);
}

/* Where the names are, in the shapes' order. */
static int
names_at(const struct fixture *f, float out[32])
{
    int count = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0 && c->align == DRAW_CENTRE) {
            assert_true(count + 2 <= 32);
            out[count++] = c->at[0];
            out[count++] = c->at[1];
        }
    }
    return count;
}

/* Whatever the counts are, and before there are any, every name stays where it is. */
static void
assert_names_stay(struct fixture *f)
{
    float first[32], now[32];
    uint32_t random = 1;
    f->frame.snapshot = NULL;
    fixture_paint(f);
    int count = names_at(f, first);
    assert_int_equal(count, 18);
    f->frame.snapshot = &f->snapshot;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 9; i++) {
            random = random * 1664525 + 1013904223;
            f->rows[i].open = (random >> 8) % (round % 2 ? 1000 : 12);
            f->rows[i].overdue = (random >> 20) % (round % 3 ? 100 : 3);
        }
        fixture_paint(f);
        assert_int_equal(names_at(f, now), count);
        assert_memory_equal(now, first, (size_t)count * sizeof *now);
    }
}

/* Great counts have a class of their own: within it no name moves, however many digits they have.
 */
static void
assert_names_stay_among_great(struct fixture *f)
{
    static const uint32_t counts[][2] = {
        {1000, 100}, {999, 99}, {9999, 999}, {10000, 1000}, {999499, 99499}};
    float first[32], now[32];
    int count = 0;
    f->rows[4].counts[SNAPSHOT_PERIOD].received = 4000;
    for (size_t at = 0; at < sizeof counts / sizeof *counts; at++) {
        for (int i = 0; i < 9; i++) {
            f->rows[i].open = counts[at][0] - (uint32_t)i % 2;
            f->rows[i].overdue = counts[at][1] - (uint32_t)i % 2;
        }
        fixture_paint(f);
        int names = names_at(f, at == 0 ? first : now);
        count = at == 0 ? names : count;
        assert_int_equal(names, count);
        assert_memory_equal(at == 0 ? first : now, first, (size_t)count * sizeof *now);
    }
}

static void
names_do_not_move_with_the_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < CANVASES; i++) {
        struct fixture *f = on_canvas("district-daily", canvases[i][0], canvases[i][1]);
        assert_names_stay(f);
        assert_names_stay_among_great(f);
        off_map(f);
    }
}

static void
counts_go_before_names(void **state)
{
    (void)state;
    int names = 9, labels = 23;
    bool went_first = false;                       /* a name was left without its counts */
    for (float unit = 1; unit < 6; unit += 0.7f) { /* ever larger type on the same map */
        struct fixture *f = on_map("district-daily", unit);
        fixture_paint(f);
        labels = check_labels(f);
        names = 0;
        for (int i = 0; i < 9; i++) {
            char name[64], open[16];
            snprintf(name, sizeof name, "%.*s", STR_ARG(f->rows[i].name));
            snprintf(open, sizeof open, "%u", f->rows[i].open);
            bool named = fixture_draws(f, name), counted = fixture_draws(f, open);
            assert_true(named || !counted);
            went_first |= named && !counted;
            names += named;
        }
        assert_true(names > 0 && labels >= names);
        off_map(f);
    }
    assert_true(went_first);
    assert_true(names < 9 && labels < 23); /* the last ones had no room for everything */
}

static struct snapshot_burst
some_burst(void)
{
    return (struct snapshot_burst){.category = STR("供暖"),
                                   .street = STR("八角"),
                                   .street_code = STR("110107003"),
                                   .community = STR("八角北路"),
                                   .count = 17,
                                   .window_ms = 2 * WHEN_HOUR,
                                   .usual = 1.62,
                                   .lon = 116.197,
                                   .lat = 39.91};
}

static void
a_burst_is_called_out(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct snapshot_burst bursts[2] = {{.category = STR("供水"),
                                        .street = STR("广宁"),
                                        .street_code = STR("110107009"),
                                        .count = 30,
                                        .window_ms = WHEN_HOUR,
                                        .lon = NAN,
                                        .lat = NAN}, /* no place: not on the map */
                                       some_burst()};
    f->snapshot.bursts = bursts;
    f->snapshot.bursts_count = 2;
    fixture_paint(f);
    fixture_coloured(f, "聚集：供暖 17 件 / 2 小时", THEME_AMBER);
    fixture_line(f, "八角北路一带，平日 1.6 件");
    assert_true(fixture_figure(f, "burst:110107003")->n == 17);
    /* Its box lies over no label and inside the free room. */
    struct panel_rect room = map_free(map);
    struct box frame = {0};
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_FRAME) {
            frame = (struct box){c->at[0], c->at[1], c->at[0] + c->at[2], c->at[1] + c->at[3]};
        }
    }
    assert_true(frame.x0 >= (float)room.x && frame.x1 <= (float)(room.x + room.w));
    assert_true(frame.y0 >= (float)room.y && frame.y1 <= (float)(room.y + room.h));
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0) {
            struct box b = text_box(f, c);
            assert_true(b.x1 <= frame.x0 || b.x0 >= frame.x1 || b.y1 <= frame.y0 ||
                        b.y0 >= frame.y1);
        }
    }
    off_map(f);
    f = on_map("street-duty", 1); /* another street's burst is none of its business */
    f->snapshot.bursts = bursts;
    f->snapshot.bursts_count = 2;
    bursts[1].street_code = STR("110107009");
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "聚集"), 0);
    off_map(f);
}

/* Wherever in the district a burst is, there is a place beside it for the callout from which the
 * line to it passes behind no name and no count. */
static void
a_callouts_line_keeps_off_labels(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct snapshot_burst burst = {.category = STR("供暖"),
                                   .street = STR("八角"),
                                   .street_code = STR("110107003"),
                                   .community = STR("八角北路"),
                                   .count = 17,
                                   .window_ms = 2 * WHEN_HOUR,
                                   .usual = 1.62};
    f->snapshot.bursts = &burst;
    f->snapshot.bursts_count = 1;
    int struck = 0, lines = 0;
    for (int at = 0; at < 81; at++) {
        burst.lon = 116.14 + 0.011 * (at % 9);
        burst.lat = 39.89 + 0.0095 * (at / 9);
        fixture_paint(f);
        for (size_t i = 0; i < f->paint.list->count; i++) {
            const struct draw_command *c = &f->paint.list->commands[i];
            if (c->kind == DRAW_KIND_LINE && c->colour == f->theme.colours[THEME_AMBER]) {
                struck += behind(f, &c->at[0], &c->at[2]);
                lines++;
            } else if (c->kind == DRAW_KIND_POLYLINE && !c->closed && c->count == 3) {
                const float *xy = f->paint.list->floats + c->data;
                struck += behind(f, xy, xy + 2) + behind(f, xy + 2, xy + 4);
                lines++;
            }
        }
    }
    assert_true(lines > 60);
    assert_int_equal(struck, 0);
    off_map(f);
}

/* ---- names beside the district ---- */

static void
every_street_has_its_name(void **state)
{
    (void)state;
    static const uint32_t most[] = {99, 8888, 123456, 9999999};
    int leaders = 0;
    for (size_t i = 0; i < CANVASES * 4; i++) {
        struct fixture *f = on_canvas("district-daily", canvases[i / 4][0], canvases[i / 4][1]);
        const struct draw_command *led[64];
        for (int row = 0; row < 9; row++) {
            f->rows[row].open = most[i % 4];
            f->rows[row].overdue = most[i % 4] / 10;
        }
        fixture_paint(f);
        int labels = check_labels(f), here = check_leaders(f, led);
        for (int row = 0; row < 9; row++) {
            char name[64];
            struct str named = paint_part_street_name(f->rows[row].name);
            snprintf(name, sizeof name, "%.*s", STR_ARG(named));
            fixture_coloured(f, name, THEME_INK);
        }
        assert_true(labels >= (i % 4 == 0 ? 27 : i % 4 == 1 ? 23 : 20)); /* most with both counts */
        check_homes(f, led, here);
        leaders += here;
        uint64_t hash = draw_hash(f->paint.list);
        fixture_paint(f); /* what is remembered is what was found */
        assert_true(draw_hash(f->paint.list) == hash);
        off_map(f);
    }
    assert_true(leaders > 4); /* where 老山 has no room, and the counts are long */
}

/* Ten thousand and more in 万, to the nearest tenth; the figure behind it is exact. */
static void
great_counts_are_short(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        const char *text;
    } cases[] = {{9999, "9,999"},           {10000, "1.0万"},  {10049, "1.0万"},
                 {10500, "1.1万"},          {14500, "1.5万"},  {99949, "10.0万"},
                 {99950, "10.0万"},         {99999, "10.0万"}, {1234567, "123.5万"},
                 {4294967295u, "429,497万"}}; /* for which there is no room: small */
    struct fixture *f = on_map("district-daily", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->rows[0].open = f->rows[0].overdue = cases[i].count;
        fixture_paint(f);
        char name[64];
        for (int measure = 0; measure < 2; measure++) {
            snprintf(name, sizeof name, "%.*s:%s", STR_ARG(f->rows[0].code),
                     measure ? "overdue" : "open");
            const struct renderer_figure *figure = fixture_figure(f, name);
            assert_string_equal(figure->value, cases[i].text);
            assert_true(figure->number == (double)cases[i].count);
        }
        assert_int_equal(fixture_count(f, cases[i].text), 2);
    }
    off_map(f);
}

/* Beside ever more names with a line of their own a burst still has its words, and they cover no
 * name, no count, and no line to a street. */
static void
a_callout_keeps_off_names_and_their_lines(void **state)
{
    (void)state;
    struct fixture *f = on_canvas("district-daily", 1920, 1080);
    struct snapshot_burst burst = {.category = STR("供暖"),
                                   .street = STR("八角"),
                                   .street_code = STR("110107003"),
                                   .community = STR("八角北路"),
                                   .count = 17,
                                   .window_ms = 2 * WHEN_HOUR,
                                   .usual = 1.62};
    f->snapshot.bursts = &burst;
    f->snapshot.bursts_count = 1;
    for (int at = 0; at < 81; at++) {
        const struct draw_command *led[64], *frame = NULL;
        burst.lon = 116.14 + 0.011 * (at % 9);
        burst.lat = 39.89 + 0.0095 * (at / 9);
        fixture_paint(f);
        check_labels(f);
        assert_true(check_leaders(f, led) > 0);
        for (size_t i = 0; i < f->paint.list->count; i++) {
            const struct draw_command *c = &f->paint.list->commands[i];
            frame = c->kind == DRAW_KIND_FRAME ? c : frame;
        }
        assert_non_null(frame);
        for (size_t i = 0; i < f->paint.list->count; i++) {
            const struct draw_command *c = &f->paint.list->commands[i];
            float from[2], to[2];
            for (int step = 0; leader_of(f, c, from, to) && step <= 100; step++) {
                float x = from[0] + (to[0] - from[0]) * (float)step / 100;
                float y = from[1] + (to[1] - from[1]) * (float)step / 100;
                assert_false(c->kind == DRAW_KIND_LINE && x > frame->at[0] &&
                             x < frame->at[0] + frame->at[2] && y > frame->at[1] &&
                             y < frame->at[1] + frame->at[3]);
            }
            if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0) {
                struct box b = text_box(f, c);
                assert_true(b.x1 <= frame->at[0] || b.x0 >= frame->at[0] + frame->at[2] ||
                            b.y1 <= frame->at[1] || b.y0 >= frame->at[1] + frame->at[3]);
            }
        }
    }
    off_map(f);
}

/* The last frame drawn, which is the callout's. */
static struct box
callout_box(const struct fixture *f)
{
    struct box box = {0};
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_FRAME) {
            box = (struct box){c->at[0], c->at[1], c->at[0] + c->at[2], c->at[1] + c->at[3]};
        }
    }
    return box;
}

/* Nor does it touch the words of a list beside it: it stays off that list's margin, too. */
static void
a_callout_keeps_off_other_panels(void **state)
{
    (void)state;
    int boxes = 0, beside = 0;
    for (size_t i = 0; i < CANVASES * 16; i++) {
        struct fixture *f = on_canvas("district-daily", canvases[i / 16][0], canvases[i / 16][1]);
        struct snapshot_burst burst = some_burst();
        f->snapshot.bursts = &burst;
        f->snapshot.bursts_count = 1;
        burst.lon = 116.12 + 0.03 * (double)(i % 4);
        burst.lat = 39.89 + 0.025 * (double)(i / 4 % 4);
        fixture_paint(f);
        struct box box = callout_box(f);
        struct panel_rect of_map = f->paint.panel->rect;
        for (int other = 0; other < f->scene.panels_count && box.x1 > box.x0; other++) {
            struct panel_rect r = f->scene.panels[other].rect;
            if (other != f->paint.panel_index && r.w > 0) {
                assert_true(box.x1 <= (float)r.x || box.x0 >= (float)(r.x + r.w) ||
                            box.y1 <= (float)r.y || box.y0 >= (float)(r.y + r.h));
                bool in_map = r.x >= of_map.x && r.x + r.w <= of_map.x + of_map.w / 2;
                beside += in_map && box.y0 < (float)(r.y + r.h) && box.y1 > (float)r.y;
            }
        }
        boxes += box.x1 > box.x0;
        off_map(f);
    }
    assert_true(boxes > (int)CANVASES * 12 && beside > 0);
}

/* Late tickets anywhere under it: it goes elsewhere, again and again. */
static void
a_callout_keeps_off_late_tickets(void **state)
{
    (void)state;
    static const char *const scenes[] = {"street-duty", "district-daily"};
    for (int s = 0; s < 2; s++) {
        struct fixture *f = on_map(scenes[s], 1);
        struct snapshot_burst burst = some_burst();
        f->snapshot.bursts = &burst;
        f->snapshot.bursts_count = 1;
        uint32_t row = 0;
        while (!str_eq(f->rows[row].code, burst.street_code)) {
            row++;
        }
        for (int count = 0; count < POINTS; count++) {
            fixture_paint(f);
            struct box box = callout_box(f);
            assert_true(box.x1 - box.x0 > 100 * f->paint.unit); /* with all its words */
            for (int i = 0; i < count; i++) {
                float x, y;
                map_project(map, points[i].lon_e7 * 1e-7, points[i].lat_e7 * 1e-7, &x, &y);
                assert_false(x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1);
            }
            /* The next one in its middle, by bisection: the map is Mercator's. */
            double west = 115, east = 118, south = 39, north = 41;
            for (int step = 0; step < 40; step++) {
                float x, y;
                map_project(map, (west + east) / 2, (south + north) / 2, &x, &y);
                *(x < (box.x0 + box.x1) / 2 ? &west : &east) = (west + east) / 2;
                *(y > (box.y0 + box.y1) / 2 ? &south : &north) = (south + north) / 2;
            }
            points[count] = (struct snapshot_point){.lon_e7 = (int32_t)(west * 1e7),
                                                    .lat_e7 = (int32_t)(south * 1e7),
                                                    .overdue_ms = f->frame.moment_ms - 1,
                                                    .street = row,
                                                    .used = true};
            f->snapshot.points_all_changed = true;
            f->snapshot.points_version++;
        }
        off_map(f);
    }
}

/* Where its box has no place there are a few characters, or the circle alone; and that is told. */
static void
a_burst_shows_wherever_there_is_no_room(void **state)
{
    (void)state;
    int forms[4] = {0};
    for (float size = 0.9f; size < 2; size += 0.05f) {
        struct fixture *f = on_canvas("district-daily", 1920, 1080);
        struct snapshot_burst burst = some_burst();
        f->snapshot.bursts = &burst;
        f->snapshot.bursts_count = 1;
        f->paint.unit *= size;
        fixture_paint(f);
        int circles = 0, left_out = noted(f);
        for (size_t i = 0; i < f->paint.list->count; i++) {
            const struct draw_command *c = &f->paint.list->commands[i];
            circles += c->kind == DRAW_KIND_POLYLINE && c->closed &&
                       c->colour == f->theme.colours[THEME_AMBER];
        }
        assert_int_equal(circles, 1);
        bool wide = fixture_draws(f, "聚集：供暖 17 件 / 2 小时");
        bool narrow = fixture_draws(f, "聚集：供暖 17 件");
        bool tag = fixture_draws(f, "聚集 17");
        assert_true(wide + narrow + tag <= 1);
        forms[wide ? 0 : narrow ? 1 : tag ? 2 : 3]++;
        f->snapshot.bursts_count = 0;
        fixture_paint(f);
        assert_int_equal(left_out - noted(f), !wide && !narrow);
        off_map(f);
    }
    assert_true(forms[1] > 0 && forms[2] > 0);
}

/* The count of that colour under the only street whose counts differ; where it ends. */
static float
end_of_count(const struct fixture *f, enum theme_colour colour, char *out, size_t size)
{
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        struct str s = {f->paint.list->bytes + c->data, c->count};
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0 && c->colour == f->theme.colours[colour] &&
            s.len == 3) {
            snprintf(out, size, "%.*s", STR_ARG(s));
            return text_box(f, c).x1;
        }
    }
    return 0;
}

/* Open and overdue count to their values, ones under ones; what is recorded is the value. */
static void
counts_count_in_place(void **state)
{
    (void)state;
    static const enum theme_colour colours[] = {THEME_DIM, THEME_RED};
    struct fixture *f = on_map("district-daily", 1);
    struct motion *motion = motion_create();
    f->paint.motion = motion;
    for (int i = 0; i < 9; i++) {
        f->rows[i].open = f->rows[i].overdue = 5;
    }
    f->rows[3].open = f->rows[3].overdue = 310;
    motion_begin(motion, 0, 1000);
    fixture_paint(f);
    f->rows[3].open = f->rows[3].overdue = 890;
    char before[2][16] = {"310", "310"}, now[16], name[64];
    float end[2] = {0, 0};
    for (int ms = 0; ms <= 300; ms += 50) {
        motion_begin(motion, 0, 1016 + ms);
        fixture_paint(f);
        for (int k = 0; k < 2; k++) {
            float at = end_of_count(f, colours[k], now, sizeof now);
            assert_true(strcmp(now, before[k]) >= 0);
            assert_true(ms == 0 || fabsf(at - end[k]) < 0.01f);
            snprintf(before[k], sizeof before[k], "%s", now);
            end[k] = at;
        }
        assert_true(ms == 0 || ms == 300 || (strcmp(now, "310") > 0 && strcmp(now, "890") < 0));
        snprintf(name, sizeof name, "%.*s:open", STR_ARG(f->rows[3].code));
        assert_true(fixture_figure(f, name)->number == 890);
        assert_string_equal(fixture_figure(f, name)->value, "890");
    }
    assert_string_equal(now, "890");
    motion_destroy(motion);
    off_map(f);
}

/* ---- the attribution ---- */

/* The text's command; NULL where it is not drawn. */
static const struct draw_command *
text_of(const struct fixture *f, const char *text)
{
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        struct str s = {f->paint.list->bytes + c->data, c->count};
        if (c->kind == DRAW_KIND_TEXT && str_is(s, text)) {
            return c;
        }
    }
    return NULL;
}

static void
the_attribution_is_in_the_title_over_a_time_bar(void **state)
{
    (void)state;
    for (size_t i = 0; i <= CANVASES; i++) {
        struct fixture *f = i < CANVASES
                                ? on_canvas("district-daily", canvases[i][0], canvases[i][1])
                                : on_canvas("street-duty", 1080, 1920);
        struct panel_rect map_rect = f->paint.panel->rect;
        bool has_bar = false;
        for (int k = 0; k < f->scene.panels_count; k++) {
            const struct panel *panel = &f->scene.panels[k];
            has_bar |= panel->kind == PANEL_TIMEBAR && panel->rect.w > 0;
        }
        assert_int_equal(has_bar, i < CANVASES);
        fixture_paint(f);
        const struct draw_command *title = text_of(f, "实时点位"), *own = text_of(f, "示意");
        assert_non_null(title);
        assert_non_null(own);
        assert_int_equal(own->colour, f->theme.colours[THEME_DIM]);
        if (has_bar) {
            assert_true(own->at[1] == title->at[1]);
        } else {
            assert_true(own->at[1] > (float)(map_rect.y + map_rect.h) - 40 * f->paint.unit);
        }
        assert_true(fabsf(text_box(f, own).x1 - (float)(map_rect.x + map_rect.w) +
                          paint_part_px(&f->paint, 24)) <= 1);
        static const char number[] = "审图号：京S(2026)045号";
        snprintf(f->scene.attribution, sizeof f->scene.attribution, "%s", number);
        fixture_paint(f);
        assert_non_null(text_of(f, number));
        f->scene.attribution[0] = '\0';
        fixture_paint(f);
        assert_null(text_of(f, number));
        off_map(f);
    }
}

/* A street's map has its counts in the title's line; what they are of never goes for it. */
static void
a_streets_counts_and_the_attribution_share_a_line(void **state)
{
    (void)state;
    struct fixture *f = on_canvas("street-duty", 3840, 1080);
    for (int i = 0; i < 9; i++) {
        f->rows[i].open = 312;
        f->rows[i].overdue = 3;
    }
    fixture_paint(f);
    fixture_line(f, "在办 312 · 超期 3 · 示意");
    assert_false(fixture_draws(f, "示意"));
    f->frame.snapshot = NULL;
    fixture_paint(f);
    fixture_line(f, "示意");
    off_map(f);
    f = on_canvas("street-duty", 1920, 1080); /* without a time bar */
    fixture_paint(f);
    fixture_line(f, "示意");
    off_map(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_say_open_and_overdue),
        cmocka_unit_test(names_do_not_move_with_the_counts),
        cmocka_unit_test(counts_go_before_names),
        cmocka_unit_test(a_burst_is_called_out),
        cmocka_unit_test(a_callouts_line_keeps_off_labels),
        cmocka_unit_test(every_street_has_its_name),
        cmocka_unit_test(great_counts_are_short),
        cmocka_unit_test(counts_count_in_place),
        cmocka_unit_test(a_callout_keeps_off_names_and_their_lines),
        cmocka_unit_test(a_callout_keeps_off_other_panels),
        cmocka_unit_test(a_callout_keeps_off_late_tickets),
        cmocka_unit_test(a_burst_shows_wherever_there_is_no_room),
        cmocka_unit_test(the_attribution_is_in_the_title_over_a_time_bar),
        cmocka_unit_test(a_streets_counts_and_the_attribution_share_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
