/* hub_fixture: a log in a temporary folder, a state that follows it, and events in few words. */
#ifndef TESTS_HUB_FIXTURE_H
#define TESTS_HUB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/recent.h"
#include "feeds/hub/state.h"
#include "wall/base/when.h"

struct fixture {
    char folder[64], path[128];
    struct log *log;
    struct profile profile;
    struct state *state;
    struct recent recent;
    struct arena arena;
    int next_id;
};

static inline void
fixture_open(struct fixture *f)
{
    struct err err = {0};
    memset(f, 0, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/wallboard-hub-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/t.db", f->folder);
    profile_default(&f->profile);
    f->log = log_open(f->path, LOG_WRITE, &err);
    assert_non_null(f->log);
    f->state = state_create(f->path, &f->profile, &err);
    assert_non_null(f->state);
}

static inline void
fixture_close(struct fixture *f)
{
    char command[128];
    state_destroy(f->state);
    log_close(f->log);
    recent_free(&f->recent);
    arena_free(&f->arena);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
}

/* Logs and applies one event as the hub does; minutes after 2026-11-23T09:00+08:00. data: JSON
 * object text, with ' for ". */
static inline struct state_change
fixture_event(struct fixture *f, const char *type, const char *subject, int minutes,
              const char *data)
{
    char time[32], text[1024];
    struct err err = {0};
    struct event event;
    struct state_change change;
    int64_t seq = 0;
    when_format(INT64_C(1795395600000) + minutes * INT64_C(60000), time);
    int len =
        snprintf(text, sizeof text,
                 "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"/test\",\"type\":\"%s\","
                 "\"subject\":\"%s\",\"time\":\"%s\",\"data\":%s}",
                 ++f->next_id, type, subject, time, data);
    for (char *p = strstr(text, "\"data\":"); *p; p++)
        *p = *p == '\'' ? '"' : *p;
    if (!event_from_json((struct str){text, (size_t)len}, true, &f->arena, &event, &err))
        fail_msg("%s: %s", text, err.text);
    assert_true(log_append(f->log, &event, 1, &seq, &err));
    state_apply(f->state, &event, seq, event.json, &change);
    recent_add(&f->recent, &change);
    return change;
}

static inline struct state_change
fixture_register(struct fixture *f, const char *subject, int minutes, const char *street)
{
    char data[160];
    snprintf(data, sizeof data, "{'channel':'12345','category':'heating','street':'%s'}", street);
    return fixture_event(f, "ticket.registered", subject, minutes, data);
}

#endif
