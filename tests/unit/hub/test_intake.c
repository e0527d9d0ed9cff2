#include "hub_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "feeds/hub/intake.h"
#include "feeds/hub/marks.h"
#include "feeds/hub/names.h"
#include "wall/base/file.h"
#include "wall/base/hash.h"

static struct fixture f;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static bool is_ready;

static void
ready(void *user)
{
    (void)user;
    pthread_mutex_lock(&mutex);
    is_ready = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
}

static void
wait_ready(void)
{
    pthread_mutex_lock(&mutex);
    while (!is_ready)
        pthread_cond_wait(&wake, &mutex);
    is_ready = false;
    pthread_mutex_unlock(&mutex);
}

static int
set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    is_ready = false;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

#define EVENT(id)                                                                                  \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/t\",\"type\":\"ticket.expedited\","  \
    "\"subject\":\"T-1\",\"time\":\"2026-11-23T09:00:00Z\"}"

static struct intake_job *
job_of(enum intake_kind kind, uint64_t asker, const char *body)
{
    struct intake_job *job = intake_job_create(kind, asker);
    buf_printf(&job->body, "%s", body);
    return job;
}

static void
decodes(enum intake_kind kind, const char *body, enum intake_result result, const char *errors)
{
    struct intake_job *job = job_of(kind, 1, body);
    intake_decode(job);
    assert_int_equal(job->result, result);
    if (errors && !strstr(job->errors.ptr, errors))
        fail_msg("%s: expected %s, got %s", body, errors, job->errors.ptr);
    if (result != INTAKE_LOGGED)
        assert_int_equal(job->count, 0);
    intake_job_free(job);
}

static void
test_decodes(void **state)
{
    (void)state;
    decodes(INTAKE_ONE, EVENT("a"), INTAKE_LOGGED, NULL);
    decodes(INTAKE_BATCH, "[]", INTAKE_LOGGED, NULL);
    decodes(INTAKE_BATCH, " [ " EVENT("a") " , " EVENT("b") " ] ", INTAKE_LOGGED, NULL);
    decodes(INTAKE_ONE, "[" EVENT("a") "]", INTAKE_INVALID, "{\"errors\":[{\"index\":");
    decodes(INTAKE_BATCH, EVENT("a"), INTAKE_INVALID, "{\"index\":null,");
    decodes(INTAKE_BATCH, "", INTAKE_INVALID, "{\"index\":null,");
    decodes(INTAKE_BATCH, "[" EVENT("a") ",", INTAKE_INVALID, "{\"index\":null,");
    decodes(INTAKE_BATCH, "[" EVENT("a") ",{},1," EVENT("b") "]", INTAKE_INVALID, "{\"index\":1,");
    decodes(INTAKE_BATCH, "[" EVENT("a") ",{},1," EVENT("b") "]", INTAKE_INVALID, "{\"index\":2,");
    struct buf many = {0};
    for (int i = 0; i <= INTAKE_EVENTS_MAX; i++)
        buf_printf(&many, i ? ",{}" : "[{}");
    buf_printf(&many, "]");
    decodes(INTAKE_BATCH, many.ptr, INTAKE_TOO_MANY, NULL);
    buf_free(&many);
}

/* Jobs come back in order, whatever becomes of them, with the numbers that the log gave. */
static void
test_logs_in_order(void **state)
{
    (void)state;
    struct intake *intake = intake_start(f.log, ready, NULL);
    f.log = NULL;
    const char *const bodies[] = {"[" EVENT("a") "," EVENT("b") "]", "[{}]", "[]",
                                  "[" EVENT("b") "," EVENT("c") "," EVENT("c") "]"};
    for (uint64_t i = 0; i < 4; i++)
        assert_true(intake_submit(intake, job_of(INTAKE_BATCH, i + 1, bodies[i])));
    struct intake_job *job = NULL;
    for (uint64_t asker = 1; asker <= 4;) {
        wait_ready();
        job = intake_take(intake);
        for (struct intake_job *next; job; job = next, asker++) {
            next = job->next;
            assert_int_equal(job->asker, asker);
            static const size_t accepted[] = {2, 0, 0, 1}, repeated[] = {0, 0, 0, 2};
            static const int64_t head[] = {2, 0, 2, 3};
            assert_int_equal(job->result, asker == 2 ? INTAKE_INVALID : INTAKE_LOGGED);
            assert_int_equal(job->accepted, accepted[asker - 1]);
            assert_int_equal(job->repeated, repeated[asker - 1]);
            if (job->result == INTAKE_LOGGED)
                assert_int_equal(job->head, head[asker - 1]);
            if (asker == 4)
                assert_int_equal(job->seqs[1], 3);
            intake_job_free(job);
        }
    }
    assert_false(intake_is_failing(intake));
    intake_finish(intake);
    struct intake_job *late = job_of(INTAKE_BATCH, 9, "[]");
    assert_false(intake_submit(intake, late));
    intake_job_free(late);
    intake_stop(intake);
}

static void
test_is_bounded(void **state)
{
    (void)state;
    struct intake *intake = intake_start(f.log, ready, NULL);
    f.log = NULL;
    struct intake_job *job = intake_job_create(INTAKE_BATCH, 1);
    buf_reserve(&job->body, INTAKE_MAX_BYTES + 1);
    job->body.len = INTAKE_MAX_BYTES + 1;
    assert_false(intake_submit(intake, job));
    job->body.len = 0;
    intake_job_free(job);
    intake_stop(intake);
}

/* A job of 300 events of 4 KB, under a limit of 300 KB a file. */
static struct intake_job *
large_job(void)
{
    struct intake_job *job = intake_job_create(INTAKE_EVENTS, 1);
    char *padding = arena_alloc(&job->arena, 4096);
    memset(padding, 'x', 4096);
    job->events = arena_zalloc(&job->arena, 300, sizeof *job->events);
    for (job->count = 0; job->count < 300; job->count++)
        job->events[job->count] =
            (struct event){.id = str_from(arena_printf(&job->arena, "l%zu", job->count)),
                           .source = STR("/t"),
                           .subject = STR("T-1"),
                           .type_name = STR("ticket.expedited"),
                           .type = EVENT_EXPEDITED,
                           .json = {padding, 4096}};
    return job;
}

static struct intake_job *
run(struct intake *intake, struct intake_job *job)
{
    assert_true(intake_submit(intake, job));
    wait_ready();
    return intake_take(intake);
}

static void
test_full_disk(void **state)
{
    (void)state;
    struct rlimit old, small = {300 * 1024, 0};
    struct intake *intake = intake_start(f.log, ready, NULL);
    f.log = NULL;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct intake_job *job = run(intake, large_job());
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(job->result, INTAKE_FAILED);
    assert_true(intake_is_failing(intake));
    intake_job_free(job);
    job = run(intake, large_job());
    assert_int_equal(job->result, INTAKE_LOGGED);
    assert_int_equal(job->seqs[0], 1);
    assert_int_equal(job->head, 300);
    assert_false(intake_is_failing(intake));
    intake_job_free(job);
    intake_stop(intake);
}

static void
test_marks(void **state)
{
    (void)state;
    struct marks marks = {0};
    assert_null(marks_get(&marks, 5));
    for (int64_t i = 0; i < 5000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", (int)i);
        marks_put(&marks, i ? hash_keyed(str_from(text)) : 0)->seq = i;
    }
    assert_int_equal(marks.count, 5000);
    assert_int_equal(marks_get(&marks, 0)->seq, 0);
    assert_int_equal(marks_get(&marks, hash_keyed(STR("4999")))->seq, 4999);
    assert_null(marks_get(&marks, hash_keyed(STR("5000"))));
    int64_t sum = 0;
    struct marks_value value;
    for (size_t at = 0; marks_next(&marks, &at, &value);)
        sum += value.seq;
    assert_int_equal(sum, 5000 * 4999 / 2);
    marks_free(&marks);
}

static struct names *
load_names(const char *text, struct yaml_report *report)
{
    char path[192];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/names", f.folder);
    assert_true(file_write(path, str_from(text), &err));
    return names_load(path, report);
}

static void
test_names(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    const char *const good[] = {
        "{\"streets\":{\"S01\":{\"name\":\"a\\\"b\"}},\"categories\":{\"h\":{\"name\":\"x\","
        "\"parent\":null}}}",
        "streets: {S01: {name: 'a\"b'}}\ncategories:\n  h: {name: x, parent: ~}\n"};
    for (int i = 0; i < 2; i++) {
        struct names *names = load_names(good[i], &report);
        assert_non_null(names);
        assert_int_equal(names->message.streets_count, 1);
        assert_true(str_is(names->message.streets[0].name, "a\"b"));
        assert_int_equal(names->message.categories_count, 1);
        assert_int_equal(names->message.units_count, 0);
        names_free(names);
    }
    assert_int_equal(report.count, 0);
    const char *const bad[] = {"{\"streets\":[]}",
                               "{\"streets\":{\"S01\":{\"name\":5}}}",
                               "- a\n",
                               "{\"streets\":",
                               "streets: {S01",
                               "streats: {S01: {name: a}}\n",
                               "streets: {S01: {nmae: a}}\n",
                               "{\"streats\":{}}",
                               "{\"streets\":{\"S01\":{\"name\":\"a\",\"nmae\":\"a\"}}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int before = report.count;
        assert_null(load_names(bad[i], &report));
        assert_true(report.count > before);
    }
    yaml_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes),
        cmocka_unit_test_setup_teardown(test_logs_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
        cmocka_unit_test(test_marks),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
