/* Every panel in every state, against the ones that were looked at: the texts with their places,
 * and the shapes as their number and a hash. Panels that a state leaves as they are, are not
 * repeated. No GPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/golden/golden.h"
#include "tests/golden/states.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void
dump(struct renderer *renderer, const char *name, struct buf *out, unsigned long *faults)
{
    struct states *states = states_create(name);
    assert_non_null(states);
    struct renderer_frame frame = states_frame(states);
    unsigned long before = renderer_faults(renderer);
    renderer_draw(renderer, &frame);
    renderer_dump_lists(renderer, out);
    *faults = renderer_faults(renderer) - before;
    states_destroy(states);
}

/* From a heading ("# kpi 0 88 3840 80") to the next one. */
static struct str
section_at(struct str text, size_t *at)
{
    size_t start = *at, end = start;
    do {
        const char *line = memchr(text.ptr + end, '\n', text.len - end);
        end = line ? (size_t)(line - text.ptr) + 1 : text.len;
    } while (end < text.len && text.ptr[end] != '#');
    *at = end;
    return (struct str){text.ptr + start, end - start};
}

static void
add_summary(struct buf *out, struct str section)
{
    size_t at = 0;
    unsigned shapes = 0;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    bool heading = true;
    while (at < section.len) {
        const char *line = section.ptr + at;
        const char *stop = memchr(line, '\n', section.len - at);
        size_t len = stop ? (size_t)(stop - line) + 1 : section.len - at;
        if (heading || (len > 5 && memcmp(line, "text ", 5) == 0)) {
            buf_add(out, line, len);
        } else {
            shapes++;
            for (size_t i = 0; i < len; i++) {
                hash = (hash ^ (unsigned char)line[i]) * UINT64_C(0x100000001b3);
            }
        }
        heading = false;
        at += len;
    }
    buf_printf(out, "shapes %u %016" PRIx64 "\n", shapes, hash);
}

static void
add_state(struct buf *out, const char *name, struct str sample, struct str state)
{
    size_t a = 0, b = 0;
    buf_printf(out, "\n## %s\n", name);
    while (b < state.len) {
        struct str before = section_at(sample, &a), now = section_at(state, &b);
        if (!str_eq(before, now)) {
            add_summary(out, now);
        }
    }
}

static void
assert_states(const char *scene_name, const char *golden)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    assert_true(scene_load(scene_name, &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    struct renderer *renderer = renderer_create(RENDERER_NULL, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, &scene, &report));
    struct buf sample = {0}, out = {0};
    unsigned long faults = 0;
    dump(renderer, states_names[0], &sample, &faults);
    assert_int_equal(faults, 0);
    for (int i = 1; states_names[i]; i++) {
        struct buf state = {0};
        dump(renderer, states_names[i], &state, &faults);
        /* Only a character that no font has is a fault, counted and drawn as a box. */
        assert_int_equal(faults > 0, strcmp(states_names[i], "ideographs") == 0);
        add_state(&out, states_names[i], buf_str(&sample), buf_str(&state));
        buf_free(&state);
    }
    bool alike = golden_text(golden, buf_str(&out));
    buf_free(&sample);
    buf_free(&out);
    renderer_destroy(renderer);
    yaml_report_free(&report);
    assert_true(alike);
}

static void
test_district(void **state)
{
    (void)state;
    assert_states("district-daily", "lists/district-daily-states.txt");
}

static void
test_street(void **state)
{
    (void)state;
    assert_states("street-duty", "lists/street-duty-states.txt");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district),
        cmocka_unit_test(test_street),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
