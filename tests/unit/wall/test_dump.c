/* The dump of a scene drawn without a GPU: well-formed, complete, and silent about confidential
 * tickets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "wall/base/when.h"
#include "wall/dump.h"
#include "wall/stage.h"

#define MOMENT INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

struct scenery {
    struct profile profile;
    struct tickets *tickets;
    struct stage *stage;
    struct feed_state feed;
    json_t *dump;
    struct buf text;
};

static void
register_ticket(struct tickets *tickets, const char *number, int64_t at_ms, bool confidential)
{
    struct event event = {
        .id = str_from(number),
        .source = STR("/test"),
        .subject = str_from(number),
        .type = EVENT_REGISTERED,
        .type_name = STR("ticket.registered"),
        .time_ms = at_ms,
        .data = {.has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY |
                        EVENT_F_CONFIDENTIAL,
                 .channel = STR("12345"),
                 .category = STR("heating"),
                 .street = STR("110107003"),
                 .community = STR("110107003001"),
                 .confidential = confidential},
    };
    assert_int_equal(tickets_apply(tickets, &event, true), TICKETS_APPLIED);
}

/* Old ones, so that they are overdue: the alarm list has rows. A third is confidential. */
static void
fill(struct tickets *tickets)
{
    for (int i = 0; i < 300; i++) {
        char number[32];
        bool confidential = i % 3 == 0;
        snprintf(number, sizeof number, "%s-%04d", confidential ? "SECRET" : "OPEN", i);
        register_ticket(tickets, number, MOMENT - (i % 40) * WHEN_HOUR, confidential);
    }
    register_ticket(tickets, "ODD-\"\\/{}<>", MOMENT - 4 * WHEN_DAY, false);
}

static int
set_up(void **state)
{
    struct scenery *s = calloc(1, sizeof *s);
    struct yaml_report report = {0};
    struct err err = {""};
    *state = s;
    profile_default(&s->profile);
    s->tickets = tickets_create(&s->profile);
    fill(s->tickets);
    s->stage = stage_create(RENDERER_NULL, "district-daily", 3840, 1080, NULL, &report, &err);
    if (!s->stage) {
        fprintf(stderr, "%s%s\n", report.text.ptr ? report.text.ptr : "", err.text);
        return -1;
    }
    yaml_report_free(&report);
    s->feed = (struct feed_state){.seq = 301, .reason = "", .has_state = true, .in_sync = true};
    snprintf(s->feed.log, sizeof s->feed.log, "log \"1\"");
    s->feed.faults.gaps = 7;
    struct renderer_frame frame = {.snapshot = tickets_snapshot(s->tickets, MOMENT),
                                   .moment_ms = MOMENT,
                                   .feed = {.connected = true, .in_sync = true, .live = true}};
    renderer_draw(stage_renderer(s->stage), &frame);
    dump_write(s->tickets, frame.snapshot, stage_scene(s->stage), stage_renderer(s->stage),
               &s->feed, &s->text);
    json_error_t why;
    s->dump = json_loadb(s->text.ptr, s->text.len, JSON_REJECT_DUPLICATES, &why);
    if (!s->dump) {
        fprintf(stderr, "%s at %d\n", why.text, why.position);
    }
    return s->dump ? 0 : -1;
}

static int
tear_down(void **state)
{
    struct scenery *s = *state;
    json_decref(s->dump);
    buf_free(&s->text);
    stage_destroy(s->stage);
    tickets_destroy(s->tickets);
    free(s);
    return 0;
}

static void
test_head(void **state)
{
    struct scenery *s = *state;
    char digest[20];
    uint64_t count = 0, value = 0;
    tickets_digest(s->tickets, STR(""), &count, &value);
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)value);
    assert_string_equal(json_string_value(json_object_get(s->dump, "scene")), "district-daily");
    assert_true(json_integer_value(json_object_get(s->dump, "at")) == MOMENT);
    assert_string_equal(json_string_value(json_object_get(s->dump, "log")), "log \"1\"");
    assert_int_equal(json_integer_value(json_object_get(s->dump, "seq")), 301);
    assert_int_equal(json_integer_value(json_object_get(s->dump, "tickets")), 301);
    assert_string_equal(json_string_value(json_object_get(s->dump, "digest")), digest);
    assert_true(json_is_false(json_object_get(s->dump, "stale")));
    json_t *faults = json_object_get(s->dump, "faults");
    assert_int_equal(json_object_size(faults), 9);
    assert_int_equal(json_integer_value(json_object_get(faults, "gaps")), 7);
    json_t *figures = json_object_get(s->dump, "figures");
    assert_true(json_integer_value(json_object_get(figures, "at")) == MOMENT);
    assert_true(json_array_size(json_object_get(figures, "alarms")) > 0);
}

static void
test_panels(void **state)
{
    struct scenery *s = *state;
    json_t *panels = json_object_get(s->dump, "panels"), *panel, *figure, *ticket;
    size_t i, j, k, figures = 0, numbers = 0;
    assert_int_equal(json_array_size(panels), stage_scene(s->stage)->panels_count);
    json_array_foreach(panels, i, panel)
    {
        assert_true(json_is_string(json_object_get(panel, "id")));
        assert_true(json_is_string(json_object_get(panel, "kind")));
        assert_true(json_is_string(json_object_get(panel, "title")));
        assert_true(json_is_string(json_object_get(panel, "window")));
        json_array_foreach(json_object_get(panel, "figures"), j, figure)
        {
            figures++;
            assert_true(json_is_string(json_object_get(figure, "name")));
            assert_true(json_is_string(json_object_get(figure, "value")));
            assert_true(json_is_integer(json_object_get(figure, "n")));
            assert_true(json_string_length(json_object_get(figure, "formula")) > 0);
            assert_true(json_integer_value(json_object_get(figure, "as_of_ms")) == MOMENT);
            json_t *tickets = json_object_get(figure, "tickets");
            assert_true(json_array_size(tickets) <= DUMP_TICKETS);
            json_array_foreach(tickets, k, ticket)
            {
                numbers++;
                assert_true(json_is_string(ticket));
            }
        }
    }
    assert_true(figures > 20);
    assert_true(numbers > 100);
}

static void
test_confidential_tickets_are_not_named(void **state)
{
    struct scenery *s = *state;
    assert_non_null(strstr(s->text.ptr, "OPEN-"));
    assert_null(strstr(s->text.ptr, "SECRET"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_panels),
        cmocka_unit_test(test_confidential_tickets_are_not_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
