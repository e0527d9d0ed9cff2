/* import_rows: a file as a stream of rows, in memory bounded by one row. Internal to the import.
 *
 * CSV by RFC 4180 (quotes, line breaks inside quotes, CRLF or LF, a byte order mark), JSON Lines,
 * or the entries of one JSON list. A malformed row is handed out as such and the next one goes on.
 * One thread. */
#ifndef FEEDS_HUB_IMPORT_ROWS_H
#define FEEDS_HUB_IMPORT_ROWS_H

#include "wall/base/err.h"
#include "wall/base/str.h"

#define IMPORT_ROW_BYTES (1024 * 1024) /* a longer row is malformed */
#define IMPORT_COLUMNS 1024

enum import_kind {
    IMPORT_CSV,
    IMPORT_LINES, /* one JSON text a line */
    IMPORT_LIST,  /* the entries of one JSON list */
    IMPORT_KIND_COUNT
};

struct import_rows;

/* "-" is standard input. The kind is found by the first character. NULL and err where the file
 * cannot be read or is empty. */
struct import_rows *import_rows_open(const char *path, struct err *err);
void import_rows_close(struct import_rows *rows); /* NULL-safe */
enum import_kind import_rows_kind(const struct import_rows *rows);
void import_rows_delimiter(struct import_rows *rows,
                           char delimiter); /* CSV; before the first row */

struct import_row {
    long line;               /* where it begins, from 1 */
    struct str text;         /* JSON kinds: the whole row */
    const struct str *cells; /* CSV */
    size_t cells_count;
    const char *broken; /* why it is malformed; NULL = it is not */
};
/* The next row; its strings live until the next call. false: the file ended (err: "" or why it
 * could not be read on). */
bool import_rows_next(struct import_rows *rows, struct import_row *row, struct err *err);

/* How far it is; total 0 = not known. */
void import_rows_progress(const struct import_rows *rows, int64_t *bytes, int64_t *total);

#endif
