#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "feeds/hub/log.h"

static char folder[64];
static char path[128];

static int
set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/wallboard-log-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/t.db", folder);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct event
make(struct arena *arena, const char *id, const char *subject, const char *type, int64_t time_ms)
{
    return (struct event){.id = str_from(id),
                          .source = STR("/test"),
                          .subject = str_from(subject),
                          .type_name = str_from(type),
                          .type = event_type_parse(str_from(type)),
                          .time_ms = time_ms,
                          .json = str_from(arena_printf(arena, "{\"id\":\"%s\"}", id))};
}

struct seen {
    int64_t seqs[64];
    char json[64][64];
    size_t count, stop_after;
};

static bool
see(void *user, const struct log_entry *entry)
{
    struct seen *seen = user;
    seen->seqs[seen->count] = entry->seq;
    snprintf(seen->json[seen->count], sizeof seen->json[0], "%.*s", STR_ARG(entry->json));
    seen->count++;
    return !seen->stop_after || seen->count < seen->stop_after;
}

static void
test_appends_and_repeats(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    struct log *log = log_open(path, LOG_WRITE, &err);
    assert_non_null(log);
    assert_int_equal(log_head(log), 0);
    assert_int_equal(strlen(log_name(log)), 16);
    char name[17];
    memcpy(name, log_name(log), 17);

    struct event events[] = {make(&arena, "a", "T-1", "ticket.registered", 1000),
                             make(&arena, "b", "T-1", "ticket.accepted", 2000),
                             make(&arena, "a", "T-9", "ticket.removed", 9000),
                             make(&arena, "c", "T-2", "ticket.registered", 500)};
    int64_t seqs[4];
    assert_true(log_append(log, events, 4, seqs, &err));
    assert_int_equal(seqs[0], 1);
    assert_int_equal(seqs[1], 2);
    assert_int_equal(seqs[2], 0); /* the first of the same source and id wins */
    assert_int_equal(seqs[3], 3); /* and a repeat takes no number */
    assert_int_equal(log_head(log), 3);

    struct event more[] = {make(&arena, "c", "T-2", "ticket.registered", 500),
                           make(&arena, "d", "T-1", "ticket.returned", 1500)};
    assert_true(log_append(log, more, 2, seqs, &err));
    assert_int_equal(seqs[0], 0);
    assert_int_equal(seqs[1], 4);
    assert_true(log_append(log, more, 0, NULL, &err));
    log_close(log);

    log = log_open(path, LOG_READ, &err);
    assert_non_null(log);
    assert_string_equal(log_name(log), name);
    assert_int_equal(log_head(log), 4);
    assert_false(log_append(log, more, 2, seqs, &err));
    struct seen seen = {0};
    assert_true(log_each(log, 0, INT64_MAX, see, &seen, &err));
    assert_int_equal(seen.count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(seen.seqs[i], i + 1);
    assert_string_equal(seen.json[2], "{\"id\":\"c\"}");

    seen = (struct seen){0};
    assert_true(log_each(log, 1, 3, see, &seen, &err));
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.seqs[0], 2);

    seen = (struct seen){.stop_after = 1};
    assert_true(log_each(log, 0, INT64_MAX, see, &seen, &err));
    assert_int_equal(seen.count, 1);

    seen = (struct seen){0}; /* in order of (time, seq) */
    assert_true(log_each_of(log, STR("T-1"), INT64_MAX, see, &seen, &err));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.seqs[0], 1);
    assert_int_equal(seen.seqs[1], 4);
    assert_int_equal(seen.seqs[2], 2);
    seen = (struct seen){0};
    assert_true(log_each_of(log, STR("T-1"), 3, see, &seen, &err));
    assert_int_equal(seen.count, 2);

    seen = (struct seen){0};
    assert_true(log_one(log, 3, see, &seen, &err));
    assert_int_equal(seen.count, 1);
    assert_true(log_one(log, 5, see, &seen, &err));
    assert_int_equal(seen.count, 1);
    log_close(log);
    arena_free(&arena);
}

static void
test_groups(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    struct log *log = log_open(path, LOG_WRITE, &err);
    struct log *reader = log_open(path, LOG_READ, &err);
    assert_non_null(log);
    assert_non_null(reader);
    struct event a = make(&arena, "a", "T-1", "ticket.registered", 1),
                 b = make(&arena, "b", "T-1", "ticket.accepted", 2);
    int64_t seq = 0;
    assert_true(log_begin(log, &err));
    assert_true(log_add(log, &a, 1, &seq, &err));
    assert_int_equal(seq, 1);
    assert_int_equal(log_head(reader), 0); /* nobody sees it before it is flushed */
    log_rollback(log);
    assert_int_equal(log_head(log), 0);

    assert_true(log_begin(log, &err));
    assert_true(log_add(log, &b, 1, &seq, &err));
    assert_int_equal(seq, 1); /* what was rolled back left no hole */
    assert_true(log_add(log, &b, 1, &seq, &err));
    assert_int_equal(seq, 0);
    assert_true(log_commit(log, &err));
    assert_int_equal(log_head(reader), 1);
    assert_false(log_commit(log, &err));
    assert_false(log_add(log, &a, 1, &seq, &err));
    log_close(reader);
    log_close(log);
    arena_free(&arena);
}

static void
test_refuses_what_is_no_log(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(log_open(path, LOG_READ, &err)); /* missing */
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_null(log_open(path, LOG_WRITE, &err));
    assert_non_null(strstr(err.text, "t.db"));

    unlink(path);
    struct log *first = log_open(path, LOG_WRITE, &err);
    assert_non_null(first);
    assert_null(log_open(path, LOG_WRITE, &err));
    assert_non_null(strstr(err.text, "another hub or import"));
    log_close(first);
    first = log_open(path, LOG_WRITE, &err);
    assert_non_null(first);
    log_close(first);
}

/* A full disk, by way of the process's file size limit: nothing of the batch is kept, and the same
 * batch is taken once there is room. */
static void
test_recovers_from_a_full_disk(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    struct arena arena = {0};
    struct err err = {0};
    struct log *log = log_open(path, LOG_WRITE, &err);
    assert_non_null(log);
    struct event first = make(&arena, "first", "T-0", "ticket.registered", 1);
    assert_true(log_append(log, &first, 1, NULL, &err));

    static char padding[4096];
    memset(padding, 'x', sizeof padding - 1);
    struct event *events = arena_zalloc(&arena, COUNT, sizeof *events);
    for (int i = 0; i < COUNT; i++) {
        events[i] = make(&arena, arena_printf(&arena, "e%d", i), "T-1", "ticket.expedited", i);
        events[i].json = str_from(arena_printf(&arena, "{\"p\":\"%s\"}", padding));
    }
    struct rlimit old, small = {300 * 1024, 0};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool taken = log_append(log, events, COUNT, NULL, &err);
    bool taken_again = log_append(log, events, COUNT, NULL, &err);
    struct rlimit tiny = {4096, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
    bool probed = log_probe(log, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(taken);
    assert_false(taken_again);
    assert_false(probed);
    assert_true(log_probe(log, &err));
    assert_int_equal(log_head(log), 1);

    int64_t seqs[COUNT];
    assert_true(log_append(log, events, COUNT, seqs, &err));
    assert_int_equal(seqs[0], 2);
    assert_int_equal(seqs[COUNT - 1], COUNT + 1);
    log_close(log);
    log = log_open(path, LOG_READ, &err);
    assert_int_equal(log_head(log), COUNT + 1);
    log_close(log);
    arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_appends_and_repeats, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_what_is_no_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_recovers_from_a_full_disk, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
