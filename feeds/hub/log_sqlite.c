#include "feeds/hub/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#define LOG_APPLICATION_ID 0x57424c31 /* "WBL1" */
#define LOG_SCHEMA 1

enum statement { BEGIN, COMMIT, ROLLBACK, INSERT, HEAD, EACH, EACH_OF, ONE, STATEMENT_COUNT };

static const char *const statement_sql[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [INSERT] = "INSERT INTO events(seq, source, id, subject, time_ms, type, json) "
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(source, id) DO NOTHING",
    [HEAD] = "SELECT coalesce(max(seq), 0) FROM events",
    [EACH] = "SELECT seq, time_ms, subject, type, json FROM events "
             "WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
    [EACH_OF] = "SELECT seq, time_ms, subject, type, json FROM events "
                "WHERE subject = ?1 AND seq <= ?2 ORDER BY time_ms, seq",
    [ONE] = "SELECT seq, time_ms, subject, type, json FROM events WHERE seq = ?1",
};

struct log {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    enum log_mode mode;
    int lock_fd;  /* the writer's claim; -1 = none */
    int64_t head; /* writer: of what is committed */
    int64_t next; /* writer: the seq that the next new event of the open group gets */
    bool in_group;
    char name[17];
    struct buf scratch; /* the text of an event that came without */
};

static bool
fail(struct log *log, const char *doing, struct err *err)
{
    return err_set(err, "event log: %s: %s", doing, sqlite3_errmsg(log->db));
}

static bool
run(struct log *log, const char *sql, struct err *err)
{
    if (sqlite3_exec(log->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(log, "setting up", err);
    return true;
}

/* A number from a one-row, one-column query; fallback where there is no row. */
static bool
query_int(struct log *log, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(log->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return fail(log, "reading", err);
    int rc = sqlite3_step(stmt);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || fail(log, "reading", err);
}

/* One writer a file. The claim is a lock on a file of its own: opening and closing the database
 * file itself a second time would drop the locks that SQLite holds on it (POSIX). */
static bool
claim(struct log *log, const char *path, struct err *err)
{
    char *name = NULL;
    if (asprintf(&name, "%s-lock", path) < 0)
        abort();
    log->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    bool ok = log->lock_fd >= 0 && flock(log->lock_fd, LOCK_EX | LOCK_NB) == 0;
    if (!ok && log->lock_fd >= 0 && errno == EWOULDBLOCK)
        err_set(err,
                "%s: another hub or import is writing to this log; stop it, or send the events to "
                "that hub (--to URL)",
                path);
    else if (!ok)
        err_set(err, "%s: %s", name, strerror(errno));
    free(name);
    return ok;
}

static void
draw_name(char out[17])
{
    unsigned char bytes[8];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();
    for (int i = 0; i < 8; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static bool
create_schema(struct log *log, struct err *err)
{
    char name[17], sql[1024];
    draw_name(name);
    snprintf(sql, sizeof sql,
             "BEGIN IMMEDIATE;"
             "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
             "CREATE TABLE events(seq INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL,"
             " subject TEXT NOT NULL, time_ms INTEGER NOT NULL, type TEXT NOT NULL,"
             " json TEXT NOT NULL);"
             "CREATE UNIQUE INDEX events_once ON events(source, id);"
             "CREATE INDEX events_subject ON events(subject);"
             "INSERT INTO meta VALUES('name', '%s');"
             "PRAGMA application_id = %d; PRAGMA user_version = %d;"
             "COMMIT;",
             name, LOG_APPLICATION_ID, LOG_SCHEMA);
    return run(log, sql, err);
}

static bool
check_schema(struct log *log, const char *path, struct err *err)
{
    int64_t application = 0, version = 0, tables = 0;
    if (!query_int(log, "PRAGMA application_id", &application, err) ||
        !query_int(log, "PRAGMA user_version", &version, err) ||
        !query_int(log, "SELECT count(*) FROM sqlite_master", &tables, err))
        return err_prefix(err, "%s", path);
    if (application == 0 && tables == 0 && log->mode == LOG_WRITE)
        return create_schema(log, err) || err_prefix(err, "%s", path);
    if (application != LOG_APPLICATION_ID)
        return err_set(err, "%s: an SQLite file, but no event log of this program", path);
    if (version != LOG_SCHEMA)
        return err_set(err, "%s: event log of version %lld; this program knows version %d", path,
                       (long long)version, LOG_SCHEMA);
    return true;
}

static bool
prepare(struct log *log, struct err *err)
{
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        if (log->mode == LOG_READ && (i == BEGIN || i == INSERT))
            continue;
        if (sqlite3_prepare_v3(log->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &log->statements[i], NULL) != SQLITE_OK)
            return fail(log, "preparing", err);
    }
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(log->db, "SELECT value FROM meta WHERE key = 'name'", -1, &stmt, NULL) !=
        SQLITE_OK)
        return fail(log, "reading its name", err);
    bool ok = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == 16;
    if (ok)
        memcpy(log->name, sqlite3_column_text(stmt, 0), 17);
    sqlite3_finalize(stmt);
    return ok || err_set(err, "event log: its name is missing; the file is damaged");
}

static bool
open_file(struct log *log, const char *path, struct err *err)
{
    if (log->mode == LOG_WRITE && !claim(log, path, err))
        return false;
    int flags =
        log->mode == LOG_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &log->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    /* A reader needs the right to write for WAL's shared memory; without it, plainly read-only. */
    if (rc != SQLITE_OK && log->mode == LOG_READ) {
        sqlite3_close(log->db);
        rc = sqlite3_open_v2(path, &log->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    }
    if (rc != SQLITE_OK)
        return err_set(err, "%s: %s", path, sqlite3_errstr(rc));
    sqlite3_busy_timeout(log->db, 10000);
    sqlite3_extended_result_codes(log->db, 1);
    /* WAL with synchronous=FULL flushes the WAL file at every commit: what was committed survives a
     * power cut. A group of batches shares that flush. */
    if (!run(log, "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;", err) ||
        (log->mode == LOG_WRITE &&
         !run(log, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 8000;", err)) ||
        (log->mode == LOG_READ && !run(log, "PRAGMA query_only = 1;", err)))
        return err_prefix(err, "%s", path);
    if (!check_schema(log, path, err))
        return false;
    if (!prepare(log, err))
        return err_prefix(err, "%s", path);
    log->head = log_head(log);
    return true;
}

struct log *
log_open(const char *path, enum log_mode mode, struct err *err)
{
    struct log *log = calloc(1, sizeof *log);
    if (!log)
        abort();
    log->mode = mode;
    log->lock_fd = -1;
    if (!open_file(log, path, err)) {
        log_close(log);
        return NULL;
    }
    return log;
}

void
log_close(struct log *log)
{
    if (!log)
        return;
    if (log->in_group)
        log_rollback(log);
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(log->statements[i]);
    sqlite3_close(log->db);
    if (log->lock_fd >= 0)
        close(log->lock_fd);
    buf_free(&log->scratch);
    free(log);
}

const char *
log_name(const struct log *log)
{
    return log->name;
}

int64_t
log_head(struct log *log)
{
    if (log->in_group)
        return log->head;
    sqlite3_stmt *stmt = log->statements[HEAD];
    int64_t head = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : log->head;
    sqlite3_reset(stmt);
    return head;
}

/* Steps a statement without rows. */
static bool
step(struct log *log, enum statement which)
{
    int rc = sqlite3_step(log->statements[which]);
    sqlite3_reset(log->statements[which]);
    return rc == SQLITE_DONE;
}

bool
log_begin(struct log *log, struct err *err)
{
    if (log->mode != LOG_WRITE)
        return err_set(err, "event log: opened for reading only");
    if (!step(log, BEGIN))
        return fail(log, "beginning", err);
    log->in_group = true;
    log->next = log->head + 1;
    return true;
}

void
log_rollback(struct log *log)
{
    /* After a full disk SQLite has often rolled back by itself. */
    if (!sqlite3_get_autocommit(log->db))
        step(log, ROLLBACK);
    log->in_group = false;
}

static void
bind_text(sqlite3_stmt *stmt, int at, struct str text)
{
    /* The statement is reset before the text goes away: SQLite need not copy it. */
    sqlite3_bind_text(stmt, at, text.len ? text.ptr : "", (int)text.len, SQLITE_STATIC);
}

static bool
insert(struct log *log, const struct event *event, int64_t *seq)
{
    struct str json = event->json;
    if (!json.len) {
        buf_clear(&log->scratch);
        event_to_json(event, &log->scratch);
        json = buf_str(&log->scratch);
    }
    sqlite3_stmt *stmt = log->statements[INSERT];
    sqlite3_bind_int64(stmt, 1, log->next);
    bind_text(stmt, 2, event->source);
    bind_text(stmt, 3, event->id);
    bind_text(stmt, 4, event->subject);
    sqlite3_bind_int64(stmt, 5, event->time_ms);
    bind_text(stmt, 6, event->type_name);
    bind_text(stmt, 7, json);
    int rc = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    if (rc != SQLITE_DONE)
        return false;
    bool is_new = sqlite3_changes(log->db) == 1;
    if (seq)
        *seq = is_new ? log->next : 0;
    log->next += is_new;
    return true;
}

bool
log_add(struct log *log, const struct event *events, size_t count, int64_t *seqs, struct err *err)
{
    if (!log->in_group)
        return err_set(err, "event log: no open group");
    for (size_t i = 0; i < count; i++) {
        if (!insert(log, &events[i], seqs ? &seqs[i] : NULL)) {
            fail(log, "writing", err);
            log_rollback(log);
            return false;
        }
    }
    return true;
}

bool
log_commit(struct log *log, struct err *err)
{
    if (!log->in_group)
        return err_set(err, "event log: no open group");
    if (!step(log, COMMIT)) {
        fail(log, "flushing", err);
        log_rollback(log);
        return false;
    }
    log->in_group = false;
    log->head = log->next - 1;
    return true;
}

bool
log_append(struct log *log, const struct event *events, size_t count, int64_t *seqs,
           struct err *err)
{
    return log_begin(log, err) && log_add(log, events, count, seqs, err) && log_commit(log, err);
}

bool
log_probe(struct log *log, struct err *err)
{
    if (log->mode != LOG_WRITE || log->in_group)
        return err_set(err, "event log: not to be probed now");
    if (sqlite3_exec(log->db, "INSERT OR REPLACE INTO meta VALUES('probe', hex(randomblob(4096)))",
                     NULL, NULL, NULL) != SQLITE_OK) {
        fail(log, "probing", err);
        if (!sqlite3_get_autocommit(log->db))
            step(log, ROLLBACK);
        return false;
    }
    return true;
}

static struct str
column(sqlite3_stmt *stmt, int at)
{
    const char *text = (const char *)sqlite3_column_text(stmt, at);
    return (struct str){text, (size_t)sqlite3_column_bytes(stmt, at)};
}

static bool
walk(struct log *log, enum statement which, log_visit *visit, void *user, struct err *err)
{
    sqlite3_stmt *stmt = log->statements[which];
    bool goes_on = true;
    int rc = SQLITE_ROW;
    while (goes_on && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct log_entry entry = {.seq = sqlite3_column_int64(stmt, 0),
                                  .time_ms = sqlite3_column_int64(stmt, 1),
                                  .subject = column(stmt, 2),
                                  .type = column(stmt, 3),
                                  .json = column(stmt, 4)};
        goes_on = visit(user, &entry);
    }
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || fail(log, "reading", err);
    sqlite3_reset(stmt);
    return ok;
}

bool
log_each(struct log *log, int64_t after, int64_t upto, log_visit *visit, void *user,
         struct err *err)
{
    sqlite3_bind_int64(log->statements[EACH], 1, after);
    sqlite3_bind_int64(log->statements[EACH], 2, upto);
    return walk(log, EACH, visit, user, err);
}

bool
log_each_of(struct log *log, struct str subject, int64_t upto, log_visit *visit, void *user,
            struct err *err)
{
    bind_text(log->statements[EACH_OF], 1, subject);
    sqlite3_bind_int64(log->statements[EACH_OF], 2, upto);
    bool ok = walk(log, EACH_OF, visit, user, err);
    sqlite3_clear_bindings(log->statements[EACH_OF]);
    return ok;
}

bool
log_one(struct log *log, int64_t seq, log_visit *visit, void *user, struct err *err)
{
    sqlite3_bind_int64(log->statements[ONE], 1, seq);
    return walk(log, ONE, visit, user, err);
}
