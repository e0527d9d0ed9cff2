/* Whatever the canvas, the size of type and the counts: no label lies over another, no line from a
 * label crosses another or passes behind a name, each leads into its own street, and what is left
 * out is told. */
#include "tests/unit/render/map_look.h"

static uint32_t random_state = 20261123;

static uint32_t
lot(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

/* From none to a million, all of about one size or none like the other. */
static void
deal_counts(struct fixture *f)
{
    static const uint32_t most[] = {10, 100, 1000, 10000, 100000, 1000000};
    uint32_t all = lot(6);
    for (int i = 0; i < 9; i++) {
        f->rows[i].open = lot(most[lot(4) ? all : lot(6)]);
        f->rows[i].overdue = lot(3) ? lot(f->rows[i].open / 4 + 1) : 0;
    }
}

/* Streets whose name is not there, and those whose counts are not. */
static int
missing(const struct fixture *f)
{
    int names = 0, counts = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        bool is_label = c->kind == DRAW_KIND_TEXT && c->at[2] > 0;
        names += is_label && c->align == DRAW_CENTRE;
        counts += is_label && c->align != DRAW_CENTRE &&
                  c->colour == f->theme.colours[THEME_DIM]; /* the open ones */
    }
    return 2 * 9 - names - counts;
}

static void
no_label_misleads(void **state)
{
    (void)state;
    int leaders = 0, left_out = 0;
    for (int round = 0; round < 120; round++) {
        static const int WIDTHS[] = {1920, 3840, 1080, 2560, 1366, 5760};
        static const int HEIGHTS[] = {1080, 1080, 1920, 1440, 768, 1080};
        uint32_t k = lot(6);
        struct fixture *f =
            on_canvas("district-daily", WIDTHS[k] + (int)lot(200), HEIGHTS[k] + (int)lot(100));
        const struct draw_command *led[64];
        f->paint.unit *= 0.9f + 0.1f * (float)lot(8); /* type of another size on the same map */
        for (int deal = 0; deal < 4; deal++) {
            deal_counts(f);
            draw_clear(f->paint.list);
            fixture_paint(f);
            check_labels(f);
            leaders += check_leaders(f, led);
            assert_int_equal(noted(f), missing(f));
            left_out += missing(f);
        }
        off_map(f);
    }
    assert_true(leaders > 100);
    assert_true(left_out > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_label_misleads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
