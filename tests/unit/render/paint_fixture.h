/* paint_fixture: a painter's surroundings for the tests: a theme, a scene of one panel, a small
 * snapshot that each test fills, and the draw list's dump to look into. Header only; one user a
 * program. Main thread. */
#ifndef TESTS_UNIT_RENDER_PAINT_FIXTURE_H
#define TESTS_UNIT_RENDER_PAINT_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/paint.h"
#include "render/paint_part.h"
#include "wall/base/when.h"

#define MOMENT INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00, a Monday */

struct fixture {
    struct theme theme;
    struct scene scene;
    struct snapshot snapshot;
    struct snapshot_metric metrics[4];
    struct snapshot_row district;
    struct snapshot_row rows[64];
    struct snapshot_history history;
    struct renderer_frame frame;
    struct paint_record record;
    struct paint paint;
    struct buf dump;
};

static inline void
fixture_metric(struct snapshot_metric *m, const char *id, const char *title, double target)
{
    memset(m, 0, sizeof *m);
    snprintf(m->id, sizeof m->id, "%s", id);
    snprintf(m->title, sizeof m->title, "%s", title);
    snprintf(m->formula, sizeof m->formula, "formula of %s", id);
    m->under[0].weight = 1;
    m->under[0].measure = SNAPSHOT_EFFECTIVE;
    m->under_count = 1;
    m->scale = 100;
    m->target = target;
    m->low = 60;
    m->high = 100;
    m->decimals = 2;
}

static inline void
fixture_over(struct snapshot_metric *m, double weight, enum snapshot_measure measure)
{
    m->over[m->over_count].weight = weight;
    m->over[m->over_count++].measure = measure;
}

static inline void
fixture_metrics(struct fixture *f)
{
    fixture_metric(&f->metrics[0], "composite", "综合", NAN);
    fixture_over(&f->metrics[0], 0.1, SNAPSHOT_RESPONDED);
    fixture_over(&f->metrics[0], 0.5, SNAPSHOT_SOLVED);
    fixture_over(&f->metrics[0], 0.4, SNAPSHOT_SATISFIED);
    fixture_over(&f->metrics[0], 0.36, SNAPSHOT_BASIC);
    fixture_metric(&f->metrics[1], "response", "响应率", 99);
    fixture_over(&f->metrics[1], 1, SNAPSHOT_RESPONDED);
    fixture_metric(&f->metrics[2], "resolution", "解决率", 80);
    fixture_over(&f->metrics[2], 1, SNAPSHOT_SOLVED);
    fixture_metric(&f->metrics[3], "satisfaction", "满意率", 88);
    fixture_over(&f->metrics[3], 1, SNAPSHOT_SATISFIED);
    fixture_over(&f->metrics[3], 0.9, SNAPSHOT_BASIC);
    f->snapshot.metrics = f->metrics;
    f->snapshot.metrics_count = 4;
}

static inline struct fixture *
fixture_new(enum panel_kind kind, int w, int h)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct yaml_report report = {0};
    struct err err = {""};
    assert_true(theme_load("night", &f->theme, &report));
    yaml_report_free(&report);
    f->scene.panels_count = 1;
    f->scene.tiles_x = f->scene.tiles_y = 1;
    struct panel *panel = &f->scene.panels[0];
    panel->kind = kind;
    panel->framed = kind != PANEL_HEADER && kind != PANEL_KPI;
    panel->rect = (struct panel_rect){0, 0, w, h};
    panel->window = SNAPSHOT_PERIOD;
    panel->by = SNAPSHOT_BY_DISTRICT;
    panel->group = SNAPSHOT_STREET;
    fixture_metrics(f);
    f->district.code = STR("all");
    f->district.name = STR("全区");
    f->district.history = &f->history;
    f->snapshot.groups[SNAPSHOT_DISTRICT] = (struct snapshot_rows){&f->district, 1};
    f->snapshot.at_ms = MOMENT;
    f->snapshot.min_n = 10;
    f->snapshot.tail = 1;
    f->frame.snapshot = &f->snapshot;
    f->frame.moment_ms = MOMENT;
    f->frame.feed =
        (struct renderer_feed){.connected = true, .in_sync = true, .live = true, .age_ms = 400};
    f->paint = (struct paint){.list = draw_create(),
                              .text = text_create(&err),
                              .theme = &f->theme,
                              .scene = &f->scene,
                              .panel = panel,
                              .frame = &f->frame,
                              .record = &f->record,
                              .unit = 1};
    assert_string_equal(err.text, "");
    return f;
}

static inline void
fixture_free(struct fixture *f)
{
    draw_destroy(f->paint.list);
    text_destroy(f->paint.text);
    free(f->record.figures);
    buf_free(&f->dump);
    free(f);
}

/* Paints the panel anew; the dump is valid until the next call. */
static inline const char *
fixture_paint(struct fixture *f)
{
    f->record.count = 0;
    buf_clear(&f->dump);
    draw_clear(f->paint.list);
    paint_panel(&f->paint);
    draw_dump(f->paint.list, &f->dump);
    assert_non_null(f->dump.ptr);
    for (size_t i = 0; i < f->record.count; i++) {
        const struct renderer_figure *figure = &f->record.figures[i];
        assert_true(utf8_valid(str_from(figure->name)));
        assert_true(utf8_valid(str_from(figure->value)));
        assert_true(utf8_valid(str_from(figure->formula)));
        assert_true(figure->name[0] && figure->value[0] && figure->formula[0]);
    }
    return f->dump.ptr;
}

/* The dump's line that draws exactly this text; fails where there is none. Static storage. */
static inline const char *
fixture_line(struct fixture *f, const char *text)
{
    static char line[512];
    char quoted[256];
    snprintf(quoted, sizeof quoted, "\"%s\"", text);
    const char *hit = strstr(f->dump.ptr, quoted);
    if (!hit) {
        fail_msg("not drawn: %s\nin:\n%s", quoted, f->dump.ptr);
    }
    const char *start = hit, *end = strchr(hit, '\n');
    while (start > f->dump.ptr && start[-1] != '\n') {
        start--;
    }
    snprintf(line, sizeof line, "%.*s", (int)(end - start), start);
    return line;
}

static inline bool
fixture_draws(const struct fixture *f, const char *text)
{
    char quoted[256];
    snprintf(quoted, sizeof quoted, "\"%s\"", text);
    return strstr(f->dump.ptr, quoted) != NULL;
}

/* The text is drawn in this colour of the theme. */
static inline void
fixture_coloured(struct fixture *f, const char *text, enum theme_colour colour)
{
    char code[16];
    snprintf(code, sizeof code, "#%08x", f->theme.colours[colour]);
    const char *line = fixture_line(f, text);
    if (!strstr(line, code)) {
        fail_msg("%s is not %s", line, code);
    }
}

/* The painter has noted that it had no room for this. */
static inline bool
fixture_leaves_out(const struct fixture *f, const char *what)
{
    const char *noted = "";
    for (int i = 0; noted && strcmp(noted, what) != 0; i++) {
        noted = draw_left_out(f->paint.list, i);
    }
    return noted != NULL;
}

static inline int
fixture_count(const struct fixture *f, const char *what)
{
    int count = 0;
    for (const char *at = f->dump.ptr; (at = strstr(at, what)) != NULL; at += strlen(what)) {
        count++;
    }
    return count;
}

static inline const struct renderer_figure *
fixture_figure(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->record.count; i++) {
        if (strcmp(f->record.figures[i].name, name) == 0) {
            return &f->record.figures[i];
        }
    }
    fail_msg("no figure '%s'", name);
    return NULL;
}

static inline struct snapshot_survey
fixture_survey(uint32_t effective, uint32_t responded, uint32_t solved, uint32_t satisfied,
               uint32_t basic)
{
    return (struct snapshot_survey){effective, responded, solved, satisfied, basic};
}

#endif
