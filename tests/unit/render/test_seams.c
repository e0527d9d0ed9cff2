/* Lists laid out across a seam: their columns part beside it, keep their order, their edges and the
 * proportions of their bars; what is cut can be asked for, what has no place is dropped and
 * counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "render/draw_list.h"
#include "render/paint_part.h"
#include "render/paint_seams.h"
#include "wall/base/err.h"

#define ROWS 4

struct stage {
    struct scene scene;
    struct panel panel;
    struct theme theme;
    struct renderer_frame frame;
    struct draw_list *list;
    struct text *text;
    struct paint paint;
};

static struct stage stage;

/* A panel over two tiles of 960 pixels, the seam in its middle. */
static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    stage.text = text_create(&err);
    stage.list = draw_create();
    return stage.text ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    draw_destroy(stage.list);
    text_destroy(stage.text);
    return 0;
}

static const struct paint *
begin(enum panel_kind kind, double bezel)
{
    stage.scene = (struct scene){
        .solved_w = 1920, .solved_h = 1080, .unit = 1, .tiles_x = 2, .tiles_y = 1, .bezel = bezel};
    stage.panel = (struct panel){.kind = kind, .rect = {480, 100, 960, 400}, .framed = true};
    stage.paint = (struct paint){.list = stage.list,
                                 .text = stage.text,
                                 .theme = &stage.theme,
                                 .scene = &stage.scene,
                                 .panel = &stage.panel,
                                 .frame = &stage.frame,
                                 .unit = 1};
    draw_clear(stage.list);
    return &stage.paint;
}

static struct text_style
style(enum text_face face)
{
    return (struct text_style){face, TEXT_REGULAR, 24, 0};
}

static void
put(float x, float baseline, enum draw_align align, enum text_face face, const char *words)
{
    draw_text(stage.list, stage.text, style(face), x, baseline, align, 0xffffffff, str_from(words));
}

/* The next command of a kind from *at on. */
static const struct draw_command *
next(enum draw_kind kind, size_t *at)
{
    while (*at < stage.list->count && stage.list->commands[*at].kind != kind) {
        ++*at;
    }
    return *at < stage.list->count ? &stage.list->commands[(*at)++] : NULL;
}

static float
width_of(const struct draw_command *c)
{
    return text_width(stage.text, style((enum text_face)c->face),
                      (struct str){stage.list->bytes + c->data, c->count});
}

static void
assert_clear(void)
{
    size_t at = 0;
    for (const struct draw_command *c; (c = next(DRAW_KIND_TEXT, &at));) {
        float width = width_of(c), x = c->at[0];
        x -= c->align == DRAW_RIGHT ? width : c->align == DRAW_CENTRE ? width / 2 : 0;
        assert_int_equal(scene_seam_shift_x(&stage.scene, (int)x, (int)width + 1), 0);
    }
}

static void
columns_part_beside_a_seam(void **state)
{
    (void)state;
    static const char *const NAMES[ROWS] = {"八角", "老山", "五里坨", "金顶街"};
    static const char *const COUNTS[ROWS] = {"1,103", "534", "401", "655"};
    static const float BARS[ROWS] = {200, 150, 100, 50};
    const struct paint *p = begin(PANEL_BOARD, 20);
    for (int i = 0; i < ROWS; i++) {
        float y = 200 + 45 * (float)i;
        put(520, y, DRAW_LEFT, TEXT_SANS, NAMES[i]);
        draw_rect(stage.list, 660, y - 12, BARS[i], 12, 2, 0x2b6f92ff);
        put(980, y, DRAW_RIGHT, TEXT_FIGURES, COUNTS[i]); /* over the seam at 960 */
        put(1200, y, DRAW_RIGHT, TEXT_FIGURES, "91.24");
    }
    uint64_t before = draw_hash(stage.list);
    paint_seams(p);
    assert_true(draw_hash(stage.list) != before);
    assert_int_equal(stage.list->dropped, 0);
    assert_clear();
    size_t texts = 0, bars = 0;
    float edges[3] = {0, 0, 0}, bar_x = 0, whole = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < 3; k++) { /* a column's edge is the same in every row */
            const struct draw_command *c = next(DRAW_KIND_TEXT, &texts);
            assert_non_null(c);
            edges[k] = i == 0 ? c->at[0] : edges[k];
            assert_float_equal(c->at[0], edges[k], 0);
        }
        const struct draw_command *bar = next(DRAW_KIND_RECT, &bars);
        assert_non_null(bar);
        bar_x = i == 0 ? bar->at[0] : bar_x;
        whole = i == 0 ? bar->at[2] : whole;
        assert_float_equal(bar->at[0], bar_x, 0);
        assert_float_equal(bar->at[2], whole * BARS[i] / BARS[0], 1.01f); /* whole pixels */
    }
    assert_true(edges[0] < bar_x && bar_x + whole < edges[1] - 60);
    assert_true(edges[1] <= 950 - 6 && edges[2] >= 1200 - 1);
}

static void
nothing_happens_without_a_seam(void **state)
{
    (void)state;
    const struct paint *p = begin(PANEL_BOARD, 20);
    stage.panel.rect = (struct panel_rect){980, 100, 900, 400};
    put(1000, 200, DRAW_LEFT, TEXT_SANS, "八角");
    uint64_t before = draw_hash(stage.list);
    paint_seams(p);
    assert_true(draw_hash(stage.list) == before);
}

/* The mark before a word goes with it; a word in the title row stays in its line. */
static void
single_words_step_aside(void **state)
{
    (void)state;
    const struct paint *p = begin(PANEL_MAP, 8);
    draw_disc(stage.list, 930, 291, 6, 0xf0b44aff, 0, 0);
    put(944, 300, DRAW_LEFT, TEXT_SANS, "将超期");
    paint_seams(p);
    assert_clear();
    const struct draw_command *disc = &stage.list->commands[0], *word = &stage.list->commands[1];
    assert_float_equal(word->at[0] - disc->at[0], 14, 1e-3f);
    assert_float_equal(word->at[1], 300, 24);
}

static void
a_cut_text_keeps_its_whole(void **state)
{
    (void)state;
    static const char WHOLE[] = "当前周期 · 区级回访 · 综合得分 · 街内名次 · 第一页，共三页";
    const struct paint *p = begin(PANEL_BOARD, 8);
    put(520, 142, DRAW_LEFT, TEXT_SANS, "街道排名");
    put(1416, 142, DRAW_RIGHT, TEXT_SANS, WHOLE);
    put(520, 200, DRAW_LEFT, TEXT_SANS, "八角");
    paint_seams(p);
    assert_clear();
    struct draw_cut cut;
    assert_true(draw_cut_at(stage.list, 1200, 138, &cut));
    assert_true(str_is(cut.whole, WHOLE));
    assert_true(cut.x >= 964);
}

static void
what_has_no_place_is_dropped_and_counted(void **state)
{
    (void)state;
    const struct paint *p = begin(PANEL_TREND, 200);
    stage.panel.rect = (struct panel_rect){940, 100, 40, 60}; /* all of it under the bezel */
    put(960, 140, DRAW_CENTRE, TEXT_SANS, "八");
    paint_seams(p);
    assert_int_equal(stage.list->dropped, 1);
    assert_int_equal(stage.list->count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_part_beside_a_seam),
        cmocka_unit_test(nothing_happens_without_a_seam),
        cmocka_unit_test(single_words_step_aside),
        cmocka_unit_test(a_cut_text_keeps_its_whole),
        cmocka_unit_test(what_has_no_place_is_dropped_and_counted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
