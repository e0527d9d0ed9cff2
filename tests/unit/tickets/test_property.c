/* The figures against an independent oracle: the same events in SQLite, the formulas written in
 * SQL from the definitions (moment, registration, resolution, clocks, suspension, windows, ranks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

#include "feeds/tickets/tickets.h"
#include "tests/unit/tickets/history.h"

static const char *const type_names[EVENT_TYPE_COUNT] = {
    [EVENT_REGISTERED] = "registered", [EVENT_DISPATCHED] = "dispatched",
    [EVENT_ACCEPTED] = "accepted",     [EVENT_RETURNED] = "returned",
    [EVENT_WHISTLED] = "whistled",     [EVENT_REPORTED] = "reported",
    [EVENT_EXTENDED] = "extended",     [EVENT_EXPEDITED] = "expedited",
    [EVENT_SUPERVISED] = "supervised", [EVENT_SUSPENDED] = "suspended",
    [EVENT_RESUMED] = "resumed",       [EVENT_RESOLVED] = "resolved",
    [EVENT_SURVEYED] = "surveyed",     [EVENT_REOPENED] = "reopened",
    [EVENT_EXCLUDED] = "excluded",     [EVENT_INCLUDED] = "included",
    [EVENT_ARCHIVED] = "archived",     [EVENT_AMENDED] = "amended",
    [EVENT_REMOVED] = "removed"};

/* The log; "names" holds the bits of the fields an event names, with a value or with null. */
static const char log_sql[] =
    "CREATE TABLE log(seq INTEGER PRIMARY KEY, id TEXT UNIQUE, ticket TEXT, t INTEGER, type TEXT,"
    " names INTEGER, street TEXT, community TEXT, category TEXT, urgency INTEGER, secret INTEGER,"
    " placed INTEGER, unit TEXT, property TEXT, due INTEGER, by INTEGER, reached INTEGER,"
    " responded INTEGER, solved INTEGER, satisfied INTEGER);"
    "CREATE TABLE named(seq INTEGER, unit TEXT);";

/* Everything derived, as at :at = ?1, kept in temporary tables. */
static const char *const derive_sql[] = {
    "DROP TABLE IF EXISTS m",
    "DROP TABLE IF EXISTS k",
    "DROP TABLE IF EXISTS pause",
    "DROP TABLE IF EXISTS clock",
    "DROP TABLE IF EXISTS survey",
    "DROP TABLE IF EXISTS span",
    /* milestones that exist, numbered by (time, log) */
    "CREATE TABLE m AS SELECT *, row_number() OVER (PARTITION BY ticket ORDER BY t, seq) AS n"
    " FROM log WHERE t <= ?1 AND type <> 'removed' AND NOT EXISTS"
    " (SELECT 1 FROM log r WHERE r.ticket = log.ticket AND r.type = 'removed')",
    "CREATE INDEX m_by ON m(ticket, type, n)",
    /* tickets, by their registration */
    "CREATE TABLE k AS SELECT ticket, min(n) AS reg, 0 AS reg_t, NULL AS street, NULL AS community,"
    " NULL AS category, 0 AS urgency, 0 AS secret, 0 AS placed, NULL AS unit, NULL AS property,"
    " NULL AS disp, NULL AS disp_t, 0 AS reop, NULL AS reop_t, NULL AS res, NULL AS res_t,"
    " 0 AS shut, 0 AS out, NULL AS own, NULL AS own_t, 0 AS late"
    " FROM m WHERE type = 'registered' GROUP BY ticket",
    "CREATE UNIQUE INDEX k_by ON k(ticket)",
    "UPDATE k SET reg_t = (SELECT t FROM m WHERE m.ticket = k.ticket AND m.n = k.reg)",
#define FIELD(column, bit)                                                                         \
    "UPDATE k SET " column " = (SELECT " column " FROM m WHERE m.ticket = k.ticket AND m.n >= reg" \
    " AND type IN ('registered','amended') AND (n = reg OR names & " bit ") ORDER BY n DESC LIMIT" \
    " 1)"
    FIELD("street", "4"),
    FIELD("community", "8"),
    FIELD("category", "2"),
    FIELD("urgency", "64"),
    FIELD("secret", "128"),
    FIELD("placed", "32"),
    "UPDATE k SET (unit, property, disp, disp_t) = (SELECT unit, property, n, t FROM m"
    " WHERE m.ticket = k.ticket AND type = 'dispatched' ORDER BY n DESC LIMIT 1)",
    "UPDATE k SET reop = coalesce((SELECT max(n) FROM m WHERE m.ticket = k.ticket"
    " AND type = 'reopened'), 0)",
    "UPDATE k SET reop_t = (SELECT t FROM m WHERE m.ticket = k.ticket AND n = reop)",
    "UPDATE k SET res = (SELECT min(n) FROM m WHERE m.ticket = k.ticket AND type = 'resolved'"
    " AND n > reop)",
    "UPDATE k SET res_t = (SELECT t FROM m WHERE m.ticket = k.ticket AND n = res)",
    "UPDATE k SET shut = res IS NOT NULL OR EXISTS (SELECT 1 FROM m WHERE m.ticket = k.ticket"
    " AND type = 'archived' AND n > reop)",
    "UPDATE k SET out = coalesce((SELECT type = 'excluded' FROM m WHERE m.ticket = k.ticket"
    " AND type IN ('excluded','included') ORDER BY n DESC LIMIT 1), 0)",
    "UPDATE k SET (own, own_t) = (SELECT due, t FROM m WHERE m.ticket = k.ticket"
    " AND type IN ('dispatched','extended') AND due IS NOT NULL AND n > reop"
    " AND (res IS NULL OR n < res) ORDER BY n DESC LIMIT 1)",
    /* suspended from each `suspended` to the next event that has a say; chains join */
    "CREATE TABLE pause AS SELECT ticket, t AS a, e AS b FROM (SELECT ticket, t, type,"
    " lead(t, 1, ?1) OVER (PARTITION BY ticket ORDER BY n) AS e FROM m"
    " WHERE type IN ('suspended','resumed','resolved')) WHERE type = 'suspended'",
    "CREATE INDEX pause_by ON pause(ticket)",
    "CREATE TABLE clock(ticket, stage, start, base, due, warn)",
    "INSERT INTO clock SELECT ticket, 'accept', x, x, x + 1800000, 600000 FROM (SELECT ticket,"
    " coalesce(disp_t, reg_t) AS x, coalesce(disp, reg) AS y FROM k WHERE NOT shut) q WHERE NOT"
    " EXISTS (SELECT 1 FROM m WHERE m.ticket = q.ticket AND type IN ('accepted','resolved')"
    " AND n > y)",
#define LIMIT "CASE urgency WHEN 2 THEN 7200000 WHEN 1 THEN 86400000 ELSE 259200000 END"
    "INSERT INTO clock SELECT ticket, 'resolve', coalesce(reop_t, reg_t),"
    " coalesce(own_t, reop_t, reg_t), coalesce(own, coalesce(reop_t, reg_t) + " LIMIT "),"
    " CASE urgency WHEN 2 THEN 1800000 WHEN 1 THEN 14400000 ELSE 86400000 END FROM k"
    " WHERE NOT shut",
    "INSERT INTO clock SELECT ticket, 'expedite', coalesce(reop_t, reg_t), coalesce(reop_t, reg_t),"
    " coalesce(reop_t, reg_t) + 432000000, NULL FROM k WHERE NOT shut",
    "INSERT INTO clock SELECT w.ticket, 'report', w.t, w.t, w.t + 7200000, 1800000 FROM m w"
    " JOIN k ON k.ticket = w.ticket AND NOT shut WHERE w.type = 'whistled' AND EXISTS"
    " (SELECT 1 FROM named u WHERE u.seq = w.seq AND u.unit NOT IN (SELECT r.unit FROM m r"
    " WHERE r.ticket = w.ticket AND r.type = 'reported' AND r.n > w.n))",
    "UPDATE clock SET due = due + coalesce((SELECT sum(b - max(a, base)) FROM pause"
    " WHERE pause.ticket = clock.ticket AND b > base), 0)",
    /* of a ticket's whistles the earliest due */
    "DELETE FROM clock WHERE stage = 'report' AND EXISTS (SELECT 1 FROM clock c WHERE"
    " c.ticket = clock.ticket AND c.stage = 'report' AND (c.due < clock.due OR"
    " (c.due = clock.due AND c.rowid < clock.rowid)))",
    "UPDATE k SET late = res_t > coalesce(own, coalesce(reop_t, reg_t) + " LIMIT ")"
    " + coalesce((SELECT sum(min(b, res_t) - max(a, coalesce(own_t, reop_t, reg_t))) FROM pause"
    " WHERE pause.ticket = k.ticket AND a < res_t"
    " AND min(b, res_t) > coalesce(own_t, reop_t, reg_t)), 0) WHERE res IS NOT NULL",
    "CREATE TABLE survey AS SELECT m.ticket, m.by, t, responded, solved, satisfied = 1 AS yes,"
    " satisfied = 2 AS basic, max(n) FROM m JOIN k ON k.ticket = m.ticket AND NOT out"
    " WHERE type = 'surveyed' AND reached GROUP BY m.ticket, m.by",
    /* windows by SQLite's own calendar; a window of Shanghai's day is the UTC day less 8 h */
    "CREATE TABLE span(name TEXT, a INTEGER, b INTEGER)",
    "INSERT INTO span WITH d(d) AS (SELECT date(?1 / 1000, 'unixepoch', '+8 hours')),"
    " x AS (SELECT d, date(d, '-18 days', 'start of month', '+18 days') AS p,"
    " date(d, 'weekday 0', '-6 days') AS w FROM d),"
    " y AS (SELECT d, w, p, date(p, 'start of month', '+1 month', '+18 days') AS pe,"
    " date(p, 'start of month', '-1 month', '+18 days') AS pp FROM x)"
    " SELECT 'today', d, date(d, '+1 day') FROM y UNION ALL"
    " SELECT 'yesterday', date(d, '-1 day'), d FROM y UNION ALL"
    " SELECT 'week', w, date(w, '+7 days') FROM y UNION ALL SELECT 'period', p, pe FROM y"
    " UNION ALL SELECT 'previous_period', pp, p FROM y",
    "UPDATE span SET a = (strftime('%s', a) - 28800) * 1000, b = (strftime('%s', b) - 28800) * "
    "1000",
    "UPDATE span SET b = min(b, a + ?1 - (SELECT a FROM span WHERE name = 'period'))"
    " WHERE name = 'previous_period'",
};

static const char *const columns[SNAPSHOT_GROUP_COUNT] = {"'all'",    "street", "community",
                                                          "category", "unit",   "property"};

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
        fail_msg("%s in: %s", sqlite3_errmsg(db), sql);
    }
    return s;
}

static void
run(sqlite3 *db, const char *sql, int64_t at_ms)
{
    sqlite3_stmt *s = prepare(db, sql);
    if (sqlite3_bind_parameter_count(s)) {
        sqlite3_bind_int64(s, 1, at_ms);
    }
    int rc = sqlite3_step(s);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fail_msg("%s in: %s", sqlite3_errmsg(db), sql);
    }
    sqlite3_finalize(s);
}

static void
bind_text(sqlite3_stmt *s, int at, struct str text)
{
    if (text.len) {
        sqlite3_bind_text(s, at, text.ptr, (int)text.len, SQLITE_STATIC);
    } else {
        sqlite3_bind_null(s, at);
    }
}

static void
log_event(sqlite3 *db, sqlite3_stmt *s, sqlite3_stmt *unit, const struct event *e)
{
    const struct event_data *d = &e->data;
    bool survey = e->type == EVENT_SURVEYED;
    sqlite3_reset(s);
    bind_text(s, 1, e->id);
    bind_text(s, 2, e->subject);
    sqlite3_bind_int64(s, 3, e->time_ms);
    sqlite3_bind_text(s, 4, type_names[e->type], -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 5, d->has | d->cleared);
    bind_text(s, 6, d->street);
    bind_text(s, 7, d->community);
    bind_text(s, 8, d->category);
    sqlite3_bind_int(s, 9, d->has & EVENT_F_URGENCY ? (int)d->urgency : 0);
    sqlite3_bind_int(s, 10, d->has & EVENT_F_CONFIDENTIAL && d->confidential);
    sqlite3_bind_int(s, 11, (d->has & EVENT_F_PLACE) != 0);
    bind_text(s, 12, d->unit);
    bind_text(s, 13, d->property);
    if (d->has & EVENT_F_DUE) {
        sqlite3_bind_int64(s, 14, d->due_ms);
    } else {
        sqlite3_bind_null(s, 14);
    }
    sqlite3_bind_int(s, 15, (int)d->surveyor);
    sqlite3_bind_int(s, 16, survey && d->reached);
    sqlite3_bind_int(s, 17, survey && d->responded);
    sqlite3_bind_int(s, 18, survey && d->solved);
    sqlite3_bind_int(s, 19, survey && d->has & EVENT_F_SATISFIED ? (int)d->satisfied : 0);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    int64_t seq = sqlite3_last_insert_rowid(db);
    for (int i = 0; sqlite3_changes(db) && i < d->units_count; i++) {
        sqlite3_reset(unit);
        sqlite3_bind_int64(unit, 1, seq);
        bind_text(unit, 2, d->units[i]);
        assert_int_equal(sqlite3_step(unit), SQLITE_DONE);
    }
}

/* The history in its order of arrival. */
static sqlite3 *
make_log(const struct history *h)
{
    sqlite3 *db;
    sqlite3_stmt *s, *unit;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, log_sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_prepare_v2(db,
                       "INSERT INTO log(id, ticket, t, type, names, street, community, category,"
                       " urgency, secret, placed, unit, property, due, by, reached, responded,"
                       " solved, satisfied) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                       -1, &s, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO named VALUES(?,?)", -1, &unit, NULL);
    for (int i = 0; i < h->count; i++) {
        log_event(db, s, unit, &h->events[i]);
    }
    sqlite3_finalize(s);
    sqlite3_finalize(unit);
    return db;
}

/* --- comparing --- */

static struct str
text_of(sqlite3_stmt *s, int column)
{
    return str_from((const char *)sqlite3_column_text(s, column));
}

static void
expect(uint64_t have, sqlite3_stmt *s, int column, const char *what, const char *where)
{
    int64_t want = sqlite3_column_int64(s, column);
    if ((int64_t)have != want) {
        fail_msg("%s %s: %lld, the oracle says %lld", where, what, (long long)have,
                 (long long)want);
    }
}

static void
check_windows(sqlite3 *db, const struct snapshot *snapshot)
{
    for (int w = 0; w < SNAPSHOT_WINDOW_EXPORTED; w++) {
        sqlite3_stmt *s;
        sqlite3_prepare_v2(db, "SELECT a, b FROM span WHERE name = ?", -1, &s, NULL);
        sqlite3_bind_text(s, 1, snapshot_window_name((enum snapshot_window)w), -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(s), SQLITE_ROW);
        const char *name = snapshot_window_name((enum snapshot_window)w);
        expect((uint64_t)snapshot->windows[w].from_ms, s, 0, "from", name);
        expect((uint64_t)snapshot->windows[w].to_ms, s, 1, "to", name);
        sqlite3_finalize(s);
    }
}

static void
check_rate_row(const struct snapshot *snapshot, sqlite3_stmt *s, int w, int g, int by)
{
    char where[128];
    snprintf(where, sizeof where, "at %lld %s/%d/%s/%s", (long long)snapshot->at_ms,
             snapshot_window_name((enum snapshot_window)w), by,
             snapshot_group_name((enum snapshot_group)g), sqlite3_column_text(s, 0));
    const struct snapshot_row *row = snapshot_row(snapshot, (enum snapshot_group)g, text_of(s, 0));
    if (!row) {
        fail_msg("%s: no row", where);
        return;
    }
    const struct snapshot_counts *c = &row->counts[w];
    const struct snapshot_survey *v = &c->by[by];
    expect(c->received, s, 1, "received", where);
    expect(c->resolved, s, 2, "resolved", where);
    expect(c->resolved_late, s, 3, "resolved_late", where);
    expect(v->effective, s, 4, "effective", where);
    expect(v->responded, s, 5, "responded", where);
    expect(v->solved, s, 6, "solved", where);
    expect(v->satisfied, s, 7, "satisfied", where);
    expect(v->basic, s, 8, "basic", where);
    expect(row->rank[w][by], s, 9, "rank", where);
}

/* Every row of the oracle is there, and all rows together count no more than the oracle's. */
static void
check_rates(sqlite3 *db, const struct snapshot *snapshot, uint32_t min_n, int w, int g, int by)
{
    char sql[2048];
    snprintf(sql, sizeof sql,
             "WITH f AS (SELECT * FROM span WHERE name = '%s'), part AS ("
             "SELECT %s AS code, 1 AS c1, 0 AS c2, 0 AS c3, 0 AS c4, 0 AS c5, 0 AS c6, 0 AS c7,"
             " 0 AS c8 FROM k, f WHERE reg_t >= a AND reg_t < b"
             " UNION ALL SELECT %s, 0, 1, late, 0, 0, 0, 0, 0 FROM k, f WHERE res_t >= a AND"
             " res_t < b UNION ALL SELECT %s, 0, 0, 0, 1, responded, solved, yes, basic FROM"
             " survey JOIN k USING (ticket), f WHERE by = %d AND t >= a AND t < b),"
             "pool AS (SELECT code, sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3, sum(c4) AS c4,"
             " sum(c5) AS c5, sum(c6) AS c6, sum(c7) AS c7, sum(c8) AS c8 FROM part"
             " WHERE code IS NOT NULL GROUP BY code),"
             "score AS (SELECT *, 10 * c5 + 50 * c6 + 40 * c7 + 36 * c8 AS s FROM pool)"
             "SELECT code, c1, c2, c3, c4, c5, c6, c7, c8, CASE WHEN %d AND c4 >= %u THEN 1 +"
             " (SELECT count(*) FROM score o WHERE o.c4 >= %u AND o.s * score.c4 > score.s * o.c4)"
             " ELSE 0 END FROM score ORDER BY code",
             snapshot_window_name((enum snapshot_window)w), columns[g], columns[g], columns[g], by,
             g != SNAPSHOT_DISTRICT, min_n, min_n);
    sqlite3_stmt *s;
    s = prepare(db, sql);
    uint64_t want[3] = {0}, have[3] = {0};
    while (sqlite3_step(s) == SQLITE_ROW) {
        check_rate_row(snapshot, s, w, g, by);
        want[0] += (uint64_t)sqlite3_column_int64(s, 1);
        want[1] += (uint64_t)sqlite3_column_int64(s, 2);
        want[2] += (uint64_t)sqlite3_column_int64(s, 4);
    }
    sqlite3_finalize(s);
    for (size_t i = 0; i < snapshot->groups[g].count; i++) {
        const struct snapshot_counts *c = &snapshot->groups[g].rows[i].counts[w];
        have[0] += c->received;
        have[1] += c->resolved;
        have[2] += c->by[by].effective;
    }
    assert_memory_equal(have, want, sizeof want);
}

static void
check_open(sqlite3 *db, const struct snapshot *snapshot, int g)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "WITH o AS (SELECT k.ticket, %s AS code,"
             " coalesce(max(?1 > due), 0) AS past, coalesce(max(?1 <= due AND ?1 >= due - warn), 0)"
             " AS soon, max(stage = 'accept' AND ?1 > due) AS p0, max(stage = 'resolve' AND"
             " ?1 > due) AS p1, max(stage = 'expedite' AND ?1 > due) AS p2,"
             " max(stage = 'report' AND ?1 > due) AS p3 FROM k LEFT JOIN clock USING (ticket)"
             " WHERE NOT shut GROUP BY k.ticket) SELECT code, count(*), sum(soon AND NOT past),"
             " sum(past), sum(p0), sum(p1), sum(p2), sum(p3) FROM o WHERE code IS NOT NULL"
             " GROUP BY code",
             columns[g]);
    sqlite3_stmt *s;
    s = prepare(db, sql);
    sqlite3_bind_int64(s, 1, snapshot->at_ms);
    uint64_t want = 0, have = 0;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const struct snapshot_row *row =
            snapshot_row(snapshot, (enum snapshot_group)g, text_of(s, 0));
        assert_non_null(row);
        expect(row->open, s, 1, "open", columns[g]);
        expect(row->due_soon, s, 2, "due_soon", columns[g]);
        expect(row->overdue, s, 3, "overdue", columns[g]);
        for (int i = 0; i < SNAPSHOT_STAGE_COUNT; i++) {
            expect(row->overdue_stage[i], s, 4 + i, "overdue of a stage", columns[g]);
        }
        want += (uint64_t)sqlite3_column_int64(s, 1);
    }
    sqlite3_finalize(s);
    for (size_t i = 0; i < snapshot->groups[g].count; i++) {
        have += snapshot->groups[g].rows[i].open;
    }
    assert_int_equal(have, want);
}

static void
check_alarms(sqlite3 *db, const struct snapshot *snapshot)
{
    sqlite3_stmt *s;
    const char *sql =
        "SELECT ticket, stage, ?1 > due, due, max(start, CASE WHEN ?1 > due THEN due ELSE due -"
        " warn END) FROM clock JOIN k USING (ticket) WHERE NOT secret AND (?1 > due OR"
        " ?1 >= due - warn) ORDER BY due, ticket, stage";
    s = prepare(db, sql);
    sqlite3_bind_int64(s, 1, snapshot->at_ms);
    size_t i = 0;
    for (; sqlite3_step(s) == SQLITE_ROW; i++) {
        assert_true(i < snapshot->alarms_count);
        const struct snapshot_alarm *a = &snapshot->alarms[i];
        assert_true(str_eq(a->ticket, text_of(s, 0)));
        assert_string_equal(snapshot_stage_name(a->stage), (const char *)sqlite3_column_text(s, 1));
        expect(a->overdue, s, 2, "overdue", "alarm");
        expect((uint64_t)a->due_ms, s, 3, "due", "alarm");
        expect((uint64_t)a->since_ms, s, 4, "since", "alarm");
    }
    sqlite3_finalize(s);
    assert_int_equal(i, snapshot->alarms_count);
}

static void
check_points(sqlite3 *db, const struct snapshot *snapshot)
{
    sqlite3_stmt *s;
    const char *sql =
        "SELECT count(*), sum(past), sum(soon AND NOT past) FROM (SELECT coalesce(max(?1 > due), 0)"
        " AS past, coalesce(max(?1 >= due - warn AND ?1 <= due), 0) AS soon FROM k LEFT JOIN clock"
        " USING (ticket) WHERE NOT shut AND placed AND NOT secret GROUP BY k.ticket)";
    s = prepare(db, sql);
    sqlite3_bind_int64(s, 1, snapshot->at_ms);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    uint64_t used = 0, overdue = 0, soon = 0;
    for (size_t i = 0; i < snapshot->points_count; i++) {
        const struct snapshot_point *p = &snapshot->points[i];
        bool past = p->used && snapshot->at_ms > p->overdue_ms;
        used += p->used;
        overdue += past;
        soon += p->used && !past && snapshot->at_ms >= p->soon_ms;
    }
    expect(used, s, 0, "points", "map");
    expect(overdue, s, 1, "overdue", "map");
    expect(soon, s, 2, "due soon", "map");
    sqlite3_finalize(s);
}

static void
check_whistles(sqlite3 *db, const struct snapshot *snapshot)
{
    sqlite3_stmt *s;
    const char *sql = "SELECT count(DISTINCT w.ticket || ' ' || u.unit) FROM m w JOIN k ON"
                      " k.ticket = w.ticket AND NOT shut AND NOT k.secret JOIN named u USING (seq)"
                      " WHERE w.type = 'whistled' AND NOT EXISTS (SELECT 1 FROM m r WHERE"
                      " r.ticket = w.ticket AND r.type = 'reported' AND r.unit = u.unit AND"
                      " r.n > w.n)";
    s = prepare(db, sql);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    expect(snapshot->whistles_count, s, 0, "whistles", "list");
    sqlite3_finalize(s);
}

/* Numbers listed behind a count, confidential ones left out. */
static void
check_behind(struct tickets *tickets, sqlite3 *db, const struct snapshot *snapshot)
{
    struct snapshot_key key = {SNAPSHOT_STREET, STR("S01"), SNAPSHOT_PERIOD, SNAPSHOT_CITY,
                               SNAPSHOT_RESOLVED_LATE};
    struct str out[512];
    sqlite3_stmt *s;
    const char *sql = "SELECT count(*) FROM k, span WHERE name = 'period' AND street = 'S01' AND"
                      " late AND NOT secret AND res_t >= a AND res_t < b";
    s = prepare(db, sql);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    expect(tickets_behind(tickets, &key, out, 512), s, 0, "behind", "resolved late");
    sqlite3_finalize(s);
    (void)snapshot;
}

static void
check_moment(struct tickets *tickets, sqlite3 *db, uint32_t min_n, int64_t at_ms)
{
    for (size_t i = 0; i < sizeof derive_sql / sizeof derive_sql[0]; i++) {
        run(db, derive_sql[i], at_ms);
    }
    const struct snapshot *snapshot = tickets_snapshot(tickets, at_ms);
    check_windows(db, snapshot);
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        for (int w = 0; w < SNAPSHOT_WINDOW_EXPORTED; w++) {
            for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
                check_rates(db, snapshot, min_n, w, g, by);
            }
        }
        check_open(db, snapshot, g);
    }
    check_alarms(db, snapshot);
    check_points(db, snapshot);
    check_whistles(db, snapshot);
    check_behind(tickets, db, snapshot);
}

/* Applies all, some of them twice. */
static struct tickets *
apply_all(const struct profile *profile, struct history *h, unsigned repeats)
{
    struct tickets *t = tickets_create(profile);
    for (int i = 0; i < h->count; i++) {
        tickets_apply(t, &h->events[i], true);
        if (history_chance(h, repeats)) {
            struct event again = h->events[history_random(h, (uint64_t)i + 1)];
            again.time_ms += 1; /* the first one logged wins, whatever the repeat says */
            enum tickets_outcome outcome = tickets_apply(t, &again, true);
            assert_true(outcome == TICKETS_REPEATED || outcome == TICKETS_IGNORED);
        }
    }
    return t;
}

static bool
load_row(void *user, const struct event_ticket *row)
{
    struct err err;
    return tickets_load_row(user, row, &err);
}

/* The first half as a snapshot that another store loads, the second half as events. */
static struct tickets *
load_and_apply(const struct profile *profile, struct history *h)
{
    struct tickets *half = tickets_create(profile), *t = tickets_create(profile);
    for (int i = 0; i < h->count / 2; i++) {
        tickets_apply(half, &h->events[i], false);
    }
    tickets_load_begin(t);
    tickets_visit(half, STR(""), INT64_MIN, load_row, t);
    tickets_load_end(t);
    /* What a hub holds back or has removed is no part of its snapshot: it comes as events. */
    for (int i = 0; i < h->count; i++) {
        struct str street;
        bool loaded = tickets_street_of(half, h->events[i].subject, &street) && street.len;
        if (i >= h->count / 2 || !loaded) {
            tickets_apply(t, &h->events[i], true);
        }
    }
    tickets_destroy(half);
    return t;
}

static void
check_history(uint64_t seed, bool shuffled, bool loaded)
{
    struct profile profile;
    profile_default(&profile);
    profile.min_n = 3; /* few tickets, and still ranks */
    struct history *h = history_make(seed, 60);
    if (shuffled) {
        history_shuffle(h);
    }
    sqlite3 *db = make_log(h);
    struct tickets *t = loaded ? load_and_apply(&profile, h) : apply_all(&profile, h, 10);
    int64_t today = HISTORY_END - (HISTORY_END + 8 * WHEN_HOUR) % WHEN_DAY;
    const int64_t moments[] = {HISTORY_END,
                               HISTORY_END + 3 * WHEN_MINUTE,
                               today,
                               today - 1,
                               today - 4 * WHEN_DAY, /* the 19th, 00:00 */
                               today - 4 * WHEN_DAY - 1,
                               history_time(h)};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        check_moment(t, db, profile.min_n, moments[i]);
    }
    tickets_destroy(t);
    sqlite3_close(db);
    free(h);
}

static void
test_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        check_history(seed, false, false);
    }
}

static void
test_shuffled(void **state)
{
    (void)state;
    for (uint64_t seed = 11; seed <= 13; seed++) {
        check_history(seed, true, false);
    }
}

static void
test_loaded(void **state)
{
    (void)state;
    for (uint64_t seed = 21; seed <= 22; seed++) {
        check_history(seed, false, true);
        check_history(seed, true, true);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_shuffled),
        cmocka_unit_test(test_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
