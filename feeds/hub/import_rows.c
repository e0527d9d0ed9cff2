#include "feeds/hub/import_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct import_rows {
    FILE *file;
    char *file_buffer;
    enum import_kind kind;
    char delimiter;
    long line; /* of the next character */
    int64_t bytes, total;
    struct buf text;   /* the row; of CSV: its cells one after another */
    size_t *cell_ends; /* CSV */
    struct str *cells;
    size_t cells_count;
    bool inside; /* list: the opening bracket was read */
    bool ended;  /* list: the closing bracket was read */
};

#define FILE_BUFFER (1024 * 1024)

static int
take(struct import_rows *rows)
{
    int c = getc_unlocked(rows->file);
    rows->bytes += c != EOF;
    rows->line += c == '\n';
    return c;
}

static int
peek(struct import_rows *rows)
{
    int c = getc_unlocked(rows->file);
    if (c != EOF) {
        ungetc(c, rows->file);
    }
    return c;
}

static bool
is_space(int c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void
skip_mark(struct import_rows *rows)
{
    if (peek(rows) == 0xef) { /* a UTF-8 byte order mark; no text of ours begins with it */
        for (int i = 0; i < 3; i++) {
            take(rows);
        }
    }
}

static void
add(struct import_rows *rows, int c)
{
    if (rows->text.len <= IMPORT_ROW_BYTES) {
        char byte = (char)c;
        buf_add(&rows->text, &byte, 1);
    }
}

struct import_rows *
import_rows_open(const char *path, struct err *err)
{
    FILE *file = strcmp(path, "-") == 0 ? fdopen(dup(STDIN_FILENO), "rb") : fopen(path, "rbe");
    struct stat info = {0};
    if (!file || fstat(fileno(file), &info) != 0) {
        err_set(err, "%s: %s", path, strerror(errno));
    } else if (S_ISDIR(info.st_mode)) {
        err_set(err, "%s: is a folder; name a file", path);
    }
    if (!file || info.st_mode == 0 || S_ISDIR(info.st_mode)) {
        if (file) {
            fclose(file);
        }
        return NULL;
    }
    struct import_rows *rows = calloc(1, sizeof *rows);
    if (!rows || !(rows->file_buffer = malloc(FILE_BUFFER)) ||
        !(rows->cell_ends = calloc(IMPORT_COLUMNS, sizeof *rows->cell_ends)) ||
        !(rows->cells = calloc(IMPORT_COLUMNS, sizeof *rows->cells))) {
        abort();
    }
    rows->file = file;
    rows->delimiter = ',';
    rows->line = 1;
    rows->total = S_ISREG(info.st_mode) ? (int64_t)info.st_size : 0;
    setvbuf(file, rows->file_buffer, _IOFBF, FILE_BUFFER);
    skip_mark(rows);
    while (is_space(peek(rows))) {
        take(rows);
    }
    int first = peek(rows);
    rows->kind = first == '{' ? IMPORT_LINES : first == '[' ? IMPORT_LIST : IMPORT_CSV;
    if (first == EOF) {
        err_set(err, "%s: %s", path, ferror(file) ? strerror(errno) : "holds nothing");
        import_rows_close(rows);
        return NULL;
    }
    return rows;
}

void
import_rows_close(struct import_rows *rows)
{
    if (!rows) {
        return;
    }
    fclose(rows->file);
    free(rows->file_buffer);
    buf_free(&rows->text);
    free(rows->cell_ends);
    free(rows->cells);
    free(rows);
}

enum import_kind
import_rows_kind(const struct import_rows *rows)
{
    return rows->kind;
}

void
import_rows_delimiter(struct import_rows *rows, char delimiter)
{
    rows->delimiter = delimiter;
}

void
import_rows_progress(const struct import_rows *rows, int64_t *bytes, int64_t *total)
{
    *bytes = rows->bytes;
    *total = rows->total;
}

/* ---- CSV ---- */

static bool
end_cell(struct import_rows *rows)
{
    if (rows->cells_count == IMPORT_COLUMNS) {
        return false;
    }
    rows->cell_ends[rows->cells_count++] = rows->text.len;
    return true;
}

static const char *
next_record(struct import_rows *rows)
{
    const char *broken = NULL;
    bool quoted = false, was_quoted = false, at_start = true;
    for (;;) {
        int c = take(rows);
        if (quoted) {
            if (c == EOF) {
                broken = "a quote that is not closed";
                break;
            }
            if (c != '"') {
                add(rows, c);
            } else if (peek(rows) == '"') {
                add(rows, take(rows));
            } else {
                quoted = false;
            }
        } else if (c == EOF || c == '\n' || c == rows->delimiter) {
            if (!end_cell(rows)) {
                broken = "more than 1024 cells";
            }
            at_start = true;
            was_quoted = false;
            if (c != rows->delimiter) {
                break;
            }
        } else if (c == '"' && at_start) {
            quoted = was_quoted = true;
            at_start = false;
        } else if (c != '\r' || peek(rows) != '\n') {
            if (was_quoted) {
                broken = "text behind a closing quote";
            }
            add(rows, c);
            at_start = false;
        }
        if (quoted && rows->text.len > IMPORT_ROW_BYTES) {
            quoted = false; /* a quote that was never meant as one must not swallow the file */
            broken = "longer than 1 MiB";
        }
    }
    return rows->text.len > IMPORT_ROW_BYTES ? "longer than 1 MiB" : broken;
}

static void
view_cells(struct import_rows *rows, struct import_row *row)
{
    size_t from = 0;
    for (size_t i = 0; i < rows->cells_count; i++) {
        rows->cells[i] = (struct str){rows->text.ptr + from, rows->cell_ends[i] - from};
        from = rows->cell_ends[i];
    }
    row->cells = rows->cells;
    row->cells_count = rows->cells_count;
}

/* ---- JSON ---- */

static const char *
next_line(struct import_rows *rows)
{
    for (int c = take(rows); c != EOF && c != '\n'; c = take(rows)) {
        add(rows, c);
    }
    return rows->text.len > IMPORT_ROW_BYTES ? "longer than 1 MiB" : NULL;
}

/* One entry up to the comma or bracket behind it. What is inside is the parser's to judge. */
static const char *
next_entry(struct import_rows *rows)
{
    int depth = 0;
    bool quoted = false;
    for (;;) {
        int c = peek(rows);
        if (c == EOF) {
            rows->ended = true;
            return "the list does not end";
        }
        if (!quoted && depth == 0 && (c == ',' || c == ']')) {
            break;
        }
        take(rows);
        add(rows, c);
        if (quoted && c == '\\' && peek(rows) != EOF) {
            add(rows, take(rows));
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            depth += (c == '{' || c == '[') - ((c == '}' || c == ']') && depth > 0);
        }
    }
    return rows->text.len > IMPORT_ROW_BYTES ? "longer than 1 MiB" : NULL;
}

/* Up to the next entry; false: the list is over. */
static bool
to_entry(struct import_rows *rows)
{
    if (!rows->inside) {
        take(rows); /* the opening bracket */
        rows->inside = true;
    }
    while (!rows->ended) {
        int c = peek(rows);
        if (c == EOF || c == ']') {
            rows->ended = true;
        } else if (c == ',' || is_space(c)) {
            take(rows);
        } else {
            return true;
        }
    }
    return false;
}

/* Up to the next row; false: there is none. */
static bool
to_row(struct import_rows *rows)
{
    if (rows->kind == IMPORT_LIST) {
        return to_entry(rows);
    }
    /* empty lines are no rows; of a list of one column they would be, but such a list has none */
    while (peek(rows) == '\n' || peek(rows) == '\r') {
        take(rows);
    }
    return peek(rows) != EOF;
}

bool
import_rows_next(struct import_rows *rows, struct import_row *row, struct err *err)
{
    err->text[0] = '\0';
    *row = (struct import_row){0};
    buf_clear(&rows->text);
    buf_reserve(&rows->text, 1);
    rows->cells_count = 0;
    if (!to_row(rows)) {
        if (ferror(rows->file)) {
            err_set(err, "line %ld: %s", rows->line, strerror(errno));
        }
        return false;
    }
    row->line = rows->line;
    row->broken = rows->kind == IMPORT_CSV     ? next_record(rows)
                  : rows->kind == IMPORT_LINES ? next_line(rows)
                                               : next_entry(rows);
    row->text = buf_str(&rows->text);
    if (rows->kind == IMPORT_CSV) {
        view_cells(rows, row);
    }
    return true;
}
