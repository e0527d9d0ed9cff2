/* What is presented where the window's framebuffer is one of several, is kept, or is lost with
 * every swap, and where the window system tells that, does not, or is wrong; what is on the glass
 * where parts are shown without a swap: the renderer over a GPU that is simulated down to what is
 * presented. Its shapes are boxes of a colour that is never used twice, so that nothing repainted
 * looks as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/renderer_inside.h"
#include "render/shapes.h"
#include "tests/golden/sample.h"

#include <stdlib.h>
#include <string.h>

enum { W = 1280, H = 360, TARGETS = 16, BUFFERS = 8, PROGRAMS = 16, UPLOADS = 8 };
enum { SAYS_NOTHING = -1, SAYS_THE_TRUTH = -2 };

struct picture {
    uint32_t *pixels;
    int w, h;
};

static struct {
    struct picture targets[TARGETS + 1], window[BUFFERS];
    struct picture glass; /* what a display would show */
    bool shows;           /* parts, without a swap */
    int shown;            /* times that it did */
    int64_t shown_px;
    size_t marked;    /* pixels of the glass that hold a trial's mark */
    int buffers, now; /* of the window; a swap takes the next */
    bool loses;       /* a swap spoils what was there */
    int says;         /* the age, SAYS_NOTHING or SAYS_THE_TRUTH */
    int64_t swaps;
    uint32_t colour;
    int64_t presented_px;
    void *uploads[UPLOADS + 1];
    int uploads_count, programs;
    bool records[PROGRAMS + 1]; /* the program draws boxes, not triangles */
} fake;

static struct picture *
picture_of(struct gpu_target target)
{
    return target.id == GPU_WINDOW ? &fake.window[fake.now] : &fake.targets[target.id];
}

static uint32_t
next_colour(void)
{
    fake.colour += 0x100;
    return fake.colour | 0xff;
}

static void
fill(struct picture *picture, struct gpu_box box, uint32_t colour)
{
    for (int y = box.y0 < 0 ? 0 : box.y0; y < box.y1 && y < picture->h; y++) {
        for (int x = box.x0 < 0 ? 0 : box.x0; x < box.x1 && x < picture->w; x++) {
            picture->pixels[(size_t)y * (size_t)picture->w + (size_t)x] = colour;
        }
    }
}

static struct picture
make_picture(int w, int h)
{
    struct picture picture = {calloc((size_t)w * (size_t)h, sizeof(uint32_t)), w, h};
    assert_non_null(picture.pixels);
    return picture;
}

static struct gpu_target
fake_target_create(struct gpu *gpu, int w, int h)
{
    (void)gpu;
    uint32_t id = 1;
    while (id <= TARGETS && fake.targets[id].pixels) {
        id++;
    }
    assert_true(id <= TARGETS);
    fake.targets[id] = make_picture(w, h);
    return (struct gpu_target){id};
}

static void
fake_target_destroy(struct gpu *gpu, struct gpu_target target)
{
    (void)gpu;
    free(fake.targets[target.id].pixels);
    fake.targets[target.id] = (struct picture){NULL, 0, 0};
}

static struct gpu_buffer
fake_buffer_create(struct gpu *gpu)
{
    (void)gpu;
    return (struct gpu_buffer){(uint32_t)++fake.uploads_count};
}

static void
fake_buffer_upload(struct gpu *gpu, struct gpu_buffer buffer, const void *bytes, size_t size)
{
    (void)gpu;
    free(fake.uploads[buffer.id]);
    fake.uploads[buffer.id] = malloc(size + 1);
    assert_non_null(fake.uploads[buffer.id]);
    if (size) {
        memcpy(fake.uploads[buffer.id], bytes, size);
    }
}

static struct gpu_program
fake_program_create(struct gpu *gpu, const struct gpu_program_desc *desc)
{
    (void)gpu;
    fake.records[++fake.programs] = desc->instanced;
    return (struct gpu_program){(uint32_t)fake.programs};
}

static void
fake_clear(struct gpu *gpu, struct gpu_target target, struct gpu_box box, uint32_t colour)
{
    (void)gpu;
    /* on the window and of the probe it is what it says */
    bool exact = target.id == GPU_WINDOW || (box.y1 == 4 && box.x1 <= 34 * 4);
    fill(picture_of(target), box, exact ? colour : next_colour());
}

static void
fake_draw(struct gpu *gpu, const struct gpu_draw *draw)
{
    (void)gpu;
    const struct shapes_record *records = fake.uploads[draw->buffer.id];
    for (size_t i = draw->first; fake.records[draw->program.id] && i < draw->first + draw->count;
         i++) {
        struct gpu_box box = {
            records[i].box.x0 - draw->origin_x, records[i].box.y0 - draw->origin_y,
            records[i].box.x1 - draw->origin_x, records[i].box.y1 - draw->origin_y};
        fill(picture_of(draw->target), box, next_colour());
    }
}

static void
fake_copy(struct gpu *gpu, struct gpu_target from, const struct gpu_box *boxes, int count,
          struct gpu_target to, int x, int y)
{
    (void)gpu;
    const struct picture *source = picture_of(from);
    struct picture *sink = picture_of(to);
    for (int i = 0; i < count; i++) {
        struct gpu_box box = boxes[i];
        for (int row = box.y0; row < box.y1; row++) {
            for (int column = box.x0; column < box.x1; column++) {
                int to_x = column + x, to_y = row + y;
                if (to_x >= 0 && to_y >= 0 && to_x < sink->w && to_y < sink->h) {
                    sink->pixels[(size_t)to_y * (size_t)sink->w + (size_t)to_x] =
                        source->pixels[(size_t)row * (size_t)source->w + (size_t)column];
                    fake.presented_px += to.id == GPU_WINDOW;
                }
            }
        }
    }
}

static void
fake_present(struct gpu *gpu, struct gpu_target from, struct gpu_box box)
{
    const struct picture *source = picture_of(from);
    struct gpu_box whole = {0, 0, source->w, source->h};
    assert_int_equal(box.x1 - box.x0, source->w);
    fake_copy(gpu, from, &whole, 1, (struct gpu_target){GPU_WINDOW}, box.x0, box.y0);
}

static bool
fake_read(struct gpu *gpu, struct gpu_target from, struct gpu_box box, uint8_t *rgba)
{
    (void)gpu;
    const struct picture *source = picture_of(from);
    for (int y = box.y0; y < box.y1; y++) {
        for (int x = box.x0; x < box.x1; x++) {
            uint32_t pixel = source->pixels[(size_t)y * (size_t)source->w + (size_t)x];
            for (int channel = 0; channel < 4; channel++) {
                *rgba++ = (uint8_t)(pixel >> (24 - 8 * channel));
            }
        }
    }
    return true;
}

static int
fake_window_age(struct gpu *gpu)
{
    (void)gpu;
    if (fake.says != SAYS_THE_TRUTH) {
        return fake.says;
    }
    return fake.loses || fake.swaps < fake.buffers ? 0 : fake.buffers;
}

static bool
fake_window_show(struct gpu *gpu, const struct gpu_box *boxes, int count)
{
    (void)gpu;
    for (int i = 0; fake.shows && i < count; i++) {
        assert_true(boxes[i].x0 >= 0 && boxes[i].y0 >= 0 && boxes[i].x1 > boxes[i].x0 &&
                    boxes[i].y1 > boxes[i].y0 && boxes[i].x1 <= W && boxes[i].y1 <= H);
        size_t row = (size_t)(boxes[i].x1 - boxes[i].x0);
        for (int y = boxes[i].y0; y < boxes[i].y1; y++) {
            size_t at = (size_t)y * W + (size_t)boxes[i].x0;
            memcpy(fake.glass.pixels + at, fake.window[fake.now].pixels + at,
                   row * sizeof(uint32_t));
            fake.shown_px += (int64_t)row;
        }
    }
    fake.shown += fake.shows;
    return fake.shows;
}

static void
swap(void)
{
    if (fake.window[fake.now].w == W && fake.window[fake.now].h == H) { /* not one of several */
        memcpy(fake.glass.pixels, fake.window[fake.now].pixels, (size_t)W * H * sizeof(uint32_t));
    }
    fake.swaps++;
    fake.now = (fake.now + 1) % fake.buffers;
    if (fake.loses) {
        struct picture *window = &fake.window[fake.now];
        fill(window, (struct gpu_box){0, 0, W, H}, 0xdeadbeef);
    }
}

static int64_t
still_clock(void)
{
    return 5000000;
}

static struct renderer *
make_renderer(int buffers, bool loses, int says)
{
    struct yaml_report report = {0};
    struct err err = {""};
    struct scene *scene = calloc(1, sizeof *scene);
    memset(&fake, 0, sizeof fake);
    fake.buffers = buffers;
    fake.loses = loses;
    fake.says = says;
    for (int i = 0; i < buffers; i++) {
        fake.window[i] = make_picture(W, H);
        fill(&fake.window[i], (struct gpu_box){0, 0, W, H}, 0xbadbad00 + (uint32_t)i);
    }
    fake.glass = make_picture(W, H);
    struct renderer *renderer = renderer_create(RENDERER_NULL, &err);
    assert_non_null(scene);
    assert_non_null(renderer);
    struct gpu *gpu = renderer->gpu;
    gpu->target_create = fake_target_create;
    gpu->target_destroy = fake_target_destroy;
    gpu->buffer_create = fake_buffer_create;
    gpu->buffer_upload = fake_buffer_upload;
    gpu->program_create = fake_program_create;
    gpu->clear = fake_clear;
    gpu->draw = fake_draw;
    gpu->copy = fake_copy;
    gpu->present = fake_present;
    gpu->read = fake_read;
    gpu->window_age = fake_window_age;
    gpu->window_show = fake_window_show;
    assert_true(brush_rebuild(renderer->brush, gpu, &err)); /* with the simulated buffers */
    assert_true(scene_load("district-daily", scene, &report));
    scene_solve(scene, W, H, NULL);
    assert_true(renderer_set_scene(renderer, scene, &report));
    yaml_report_free(&report);
    free(scene);
    return renderer;
}

static void
drop_renderer(struct renderer *renderer)
{
    renderer_destroy(renderer);
    free(fake.glass.pixels);
    for (int i = 0; i < BUFFERS; i++) {
        free(fake.window[i].pixels);
    }
    for (int i = 0; i <= UPLOADS; i++) {
        free(fake.uploads[i]);
    }
}

static size_t
differs_from(const struct renderer *renderer, const struct picture *picture)
{
    const struct picture *canvas = picture_of(renderer->canvas);
    size_t count = 0;
    for (size_t i = 0; i < (size_t)W * H; i++) {
        count += canvas->pixels[i] != picture->pixels[i];
    }
    return count;
}

/* Pixels in which the window is not the canvas. */
static size_t
differs(const struct renderer *renderer)
{
    return differs_from(renderer, &fake.window[fake.now]);
}

/* Some seconds of a wall on which now this changes and now that. Returns how many frames were wrong
 * on the glass, and how many were presented whole. */
static int
run(struct renderer *renderer, int frames, int *whole, int *drawn)
{
    struct sample *sample = sample_create();
    struct renderer_frame frame = sample_frame(sample);
    int wrong = 0;
    *whole = *drawn = 0;
    for (uint32_t i = 0, random = 11; i < (uint32_t)frames; i++) {
        random = random * 1664525 + 1013904223;
        frame.moment_ms += 200 + (random >> 20 & 1023);
        frame.probe = (random >> 16 & 15) == 0 ? !frame.probe : frame.probe;
        frame.feed.seq++;
        if (!renderer_draw(renderer, &frame)) {
            continue;
        }
        fake.presented_px = 0;
        bool swaps = renderer_present(renderer, W, H);
        *drawn += 1;
        *whole += fake.presented_px >= W * H;
        /* the mark of the first pictures is a pixel */
        size_t marks = renderer->panes[0]->trial.now_ns ? 1 : 0;
        bool right = differs(renderer) <= marks;
        if (swaps) {
            swap();
        }
        wrong += !right || differs_from(renderer, &fake.glass) > marks + fake.marked;
        fake.marked = marks; /* the last mark stays until the next whole picture */
    }
    sample_destroy(sample);
    return wrong;
}

static void
test_every_window_is_right(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int buffers;
        bool loses;
        int says;
        bool asked, parts; /* tried out; presented in parts after the first ones */
        const char *tells;
    } cases[] = {
        {"kept, as told", 1, false, SAYS_THE_TRUTH, true, true, "bring what changed"},
        {"one of two, as told", 2, false, SAYS_THE_TRUTH, true, true, "bring what changed"},
        {"one of three, as told", 3, false, SAYS_THE_TRUTH, true, true, ""},
        {"one of four: further than is looked back", 4, false, SAYS_THE_TRUTH, true, false, ""},
        {"lost, as told", 1, true, SAYS_THE_TRUTH, true, false, "keeps none"},
        {"kept, not told, found out", 1, false, SAYS_NOTHING, true, true, "bring what changed"},
        {"one of two, not told, found out", 2, false, SAYS_NOTHING, true, false, "keeps none"},
        {"one of three, not told, found out", 3, false, SAYS_NOTHING, true, false, "keeps none"},
        {"lost, not told, found out", 1, true, SAYS_NOTHING, true, false, "keeps none"},
        {"kept, told to be lost", 1, false, 0, true, false, "keeps none"},
        {"kept, told nonsense", 1, false, 999, true, false, "keeps none"},
        {"one of two, told to be kept", 2, false, 1, true, false, "driver is wrong"},
        {"one of three, told to be kept", 3, false, 1, true, false, "driver is wrong"},
        {"lost, told to be kept", 1, true, 1, true, false, "driver is wrong"},
        {"kept, told to be one of two", 1, false, 2, true, false, "driver is wrong"},
        {"kept, not told, not asked", 1, false, SAYS_NOTHING, false, false, NULL},
        {"one of two, as told, not asked", 2, false, SAYS_THE_TRUTH, false, true, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int whole = 0, drawn = 0;
        print_message("%s\n", cases[i].what);
        struct renderer *renderer = make_renderer(cases[i].buffers, cases[i].loses, cases[i].says);
        if (cases[i].asked) {
            renderer_try_out(renderer, still_clock);
        }
        assert_int_equal(run(renderer, 40, &whole, &drawn), 0);
        assert_true(drawn >= 30);
        if (cases[i].parts) {
            assert_in_range(whole, 1, 3 + cases[i].buffers);
        } else {
            assert_int_equal(whole, drawn);
        }
        if (cases[i].tells) {
            assert_non_null(renderer_tried(renderer));
            assert_non_null(strstr(renderer_tried(renderer), cases[i].tells));
        } else {
            assert_null(renderer_tried(renderer));
        }
        drop_renderer(renderer);
    }
}

static int64_t
slow_clock(void)
{
    static int64_t now_ns;
    return now_ns += 2 * 1000000; /* W × H pixels in 2 ms */
}

/* Where each pixel costs and the window keeps what it holds, what changed is shown without a swap,
 * in few parts; else every picture is swapped. The glass is right all the time. */
static void
test_parts_are_shown_without_a_swap(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int buffers;
        bool loses;
        int says;
        bool slow, shows, shown;
    } cases[] = {
        {"kept, as told", 1, false, SAYS_THE_TRUTH, true, true, true},
        {"kept, found out", 1, false, SAYS_NOTHING, true, true, true},
        {"kept, but the window system cannot", 1, false, SAYS_THE_TRUTH, true, false, false},
        {"kept, on a fast GPU", 1, false, SAYS_THE_TRUTH, false, true, false},
        {"one of two", 2, false, SAYS_THE_TRUTH, true, true, false},
        {"lost", 1, true, SAYS_NOTHING, true, true, false},
        {"one of two, told to be kept", 2, false, 1, true, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int whole = 0, drawn = 0;
        print_message("%s\n", cases[i].what);
        struct renderer *renderer = make_renderer(cases[i].buffers, cases[i].loses, cases[i].says);
        fake.shows = cases[i].shows;
        renderer_try_out(renderer, cases[i].slow ? slow_clock : still_clock);
        assert_int_equal(run(renderer, 80, &whole, &drawn), 0);
        if (cases[i].shown) {
            /* the first ones try it out, and then the window's size may change again */
            assert_in_range(fake.shown, drawn - 35, drawn - 28);
            assert_true(fake.shown_px < (int64_t)W * H * fake.shown);
            assert_int_equal(fake.swaps + fake.shown, drawn);
        } else {
            assert_int_equal(fake.shown, 0);
            assert_int_equal(fake.swaps, drawn);
        }
        drop_renderer(renderer);
    }
}

static void
test_few_boxes_cover_all(void **state)
{
    (void)state;
    struct gpu_box boxes[60], few[60];
    for (uint32_t round = 0, random = 7; round < 200; round++) {
        int count = (int)(round % 60) + 1, most = (int)(round % 7) + 1;
        for (int i = 0; i < count; i++) {
            random = random * 1664525 + 1013904223;
            int x = (int)(random >> 8 & 1023), y = (int)(random >> 18 & 511);
            boxes[i] = (struct gpu_box){x, y, x + 1 + (int)(random >> 3 & 63), y + 8};
        }
        int made = damage_few(boxes, count, round % 3 * 5000, few, most);
        assert_in_range(made, 1, most);
        for (int i = 0; i < count; i++) {
            bool covered = false;
            for (int k = 0; k < made; k++) {
                struct gpu_box both = damage_common(boxes[i], few[k]);
                covered |= memcmp(&both, &boxes[i], sizeof both) == 0;
            }
            assert_true(covered);
        }
    }
    struct gpu_box apart[3] = {{0, 0, 10, 10}, {500, 0, 510, 10}, {0, 12, 10, 20}};
    assert_int_equal(damage_few(apart, 3, 0, few, 4), 3); /* nothing is spared */
    assert_int_equal(damage_few(apart, 3, 20, few, 4), 2);
    assert_int_equal(few[0].y1, 20);
    assert_int_equal(damage_few(apart, 0, 20, few, 4), 0);
}

/* What a frame may do follows from how fast the trial was. */
static void
test_a_slow_processor_does_less_a_frame(void **state)
{
    (void)state;
    int whole, drawn;
    struct renderer *renderer = make_renderer(1, false, SAYS_NOTHING);
    assert_int_equal(renderer_share(renderer, 1000), 1000); /* nobody knows yet */
    renderer_try_out(renderer, slow_clock);
    run(renderer, 5, &whole, &drawn);
    assert_in_range(renderer_share(renderer, 1000), 570, 580); /* 230,400 pixels a millisecond */
    renderer->px_per_ms = 1e7;
    assert_int_equal(renderer_share(renderer, 1000), 1000);
    static const struct {
        int64_t took_ms;
        size_t portion;
    } cases[] = {{0, 1000}, {20, 1000}, {40, 500}, {1000, 250}};
    renderer->px_per_ms = 1;
    renderer->last_ms = 1000;
    assert_int_equal(renderer_portion(renderer, 1000), 250); /* one floor, not two */
    renderer->px_per_ms = 1e7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        renderer->last_ms = cases[i].took_ms;
        assert_int_equal(renderer_portion(renderer, 1000), cases[i].portion);
        assert_int_equal(renderer_share(renderer, 1000), 1000);
    }
    renderer->px_per_ms = 1;
    assert_int_equal(renderer_share(renderer, 1000), 250);
    drop_renderer(renderer);
}

/* ---- several windows ---- */

/* Three over one canvas, side by side, one lower and one narrower than the others, each of its own
 * kind. */
static const struct {
    struct renderer_window at;
    int buffers, says;
    bool loses;
} windows[] = {
    {{0, W, H, 0, 0, 500, H}, 2, SAYS_THE_TRUTH, false},
    {{1, W, H, 500, 40, 380, H - 40}, 1, SAYS_NOTHING, false},
    {{2, W, H, 880, 0, 400, H}, 3, 1, true},
};
enum { WINDOWS = sizeof windows / sizeof *windows };

/* The simulated window becomes another one; what it was is kept in `kept`. */
static void
enter(struct picture kept[WINDOWS][BUFFERS], int kept_now[WINDOWS], int64_t frame, int window)
{
    memcpy(fake.window, kept[window], sizeof fake.window);
    fake.buffers = windows[window].buffers;
    fake.says = windows[window].says;
    fake.loses = windows[window].loses;
    fake.now = kept_now[window];
    fake.swaps = frame;
}

static size_t
part_differs(const struct renderer *renderer, const struct renderer_window *at)
{
    const struct picture *canvas = picture_of(renderer->canvas), *window = &fake.window[fake.now];
    size_t count = 0;
    for (int y = 0; y < at->h; y++) {
        for (int x = 0; x < at->w; x++) {
            count += window->pixels[y * at->w + x] != canvas->pixels[(y + at->y) * W + x + at->x];
        }
    }
    return count;
}

static void
test_several_windows(void **state)
{
    (void)state;
    struct renderer *renderer = make_renderer(1, false, SAYS_NOTHING);
    struct sample *sample = sample_create();
    struct renderer_frame frame = sample_frame(sample);
    struct picture own[BUFFERS], kept[WINDOWS][BUFFERS] = {{{NULL, 0, 0}}};
    int now[WINDOWS] = {0}, parts = 0;
    memcpy(own, fake.window, sizeof own);
    for (int k = 0; k < WINDOWS; k++) {
        for (int i = 0; i < windows[k].buffers; i++) {
            kept[k][i] = make_picture(windows[k].at.w, windows[k].at.h);
        }
    }
    renderer_try_out(renderer, still_clock);
    for (int i = 0; i < 40; i++) {
        frame.moment_ms += 1000 + i % 3 * 60000;
        frame.feed.seq++;
        assert_true(renderer_draw(renderer, &frame));
        for (int k = WINDOWS - 1; k >= 0; k--) {
            enter(kept, now, i, k);
            fake.presented_px = 0;
            renderer_present_window(renderer, &windows[k].at);
            /* the mark of the first pictures is a pixel */
            assert_true(part_differs(renderer, &windows[k].at) <= (i < 3 ? 1 : 0));
            parts += fake.presented_px < windows[k].at.w * windows[k].at.h;
            swap();
            now[k] = fake.now;
            memcpy(kept[k], fake.window, sizeof fake.window);
        }
    }
    assert_true(parts > 60); /* the first two, once they are known; the third keeps nothing */
    for (int k = 0; k < WINDOWS; k++) {
        for (int i = 0; i < windows[k].buffers; i++) {
            free(kept[k][i].pixels);
        }
    }
    memcpy(fake.window, own, sizeof own);
    sample_destroy(sample);
    drop_renderer(renderer);
}

/* The simulation is no friend of the renderer: without the trial a wrong word shows. */
static void
test_a_wrong_word_would_show(void **state)
{
    (void)state;
    int whole = 0, drawn = 0;
    struct renderer *renderer = make_renderer(2, false, 1);
    assert_true(run(renderer, 40, &whole, &drawn) > 20);
    drop_renderer(renderer);
}

static void
test_exposed_is_whole_once(void **state)
{
    (void)state;
    int whole = 0, drawn = 0;
    struct renderer *renderer = make_renderer(1, false, SAYS_NOTHING);
    renderer_try_out(renderer, still_clock);
    assert_int_equal(run(renderer, 10, &whole, &drawn), 0);
    fill(&fake.window[0], (struct gpu_box){100, 100, 300, 200}, 0xdeadbeef);
    assert_int_equal(differs(renderer), 200 * 100);
    renderer_expose(renderer);
    fake.presented_px = 0;
    renderer_present(renderer, W, H);
    assert_int_equal(differs(renderer), 0);
    assert_true(fake.presented_px >= W * H);
    fake.presented_px = 0;
    renderer_present(renderer, W, H);
    assert_int_equal(fake.presented_px, 0);
    drop_renderer(renderer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_window_is_right),
        cmocka_unit_test(test_parts_are_shown_without_a_swap),
        cmocka_unit_test(test_few_boxes_cover_all),
        cmocka_unit_test(test_a_slow_processor_does_less_a_frame),
        cmocka_unit_test(test_several_windows),
        cmocka_unit_test(test_a_wrong_word_would_show),
        cmocka_unit_test(test_exposed_is_whole_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
