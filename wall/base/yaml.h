/* yaml: configuration files through libyaml and one schema table a kind of file.
 *
 * A document is parsed to nodes that know their line and column; yaml_read fills a plain struct
 * from a map node as a table says. Every error is collected (unknown keys with the near one named,
 * duplicates, ranges, units, missing keys), so one pass shows all. The document owns every string;
 * free it after the struct's last use. One thread at a time. Depth <= 16, file <= 8 MiB. */
#ifndef WALL_BASE_YAML_H
#define WALL_BASE_YAML_H

#include "wall/base/err.h"
#include "wall/base/str.h"

struct yaml_doc;
struct yaml_node;

/* Errors of one or several files, as "file:line:column: message" lines. */
struct yaml_report {
    struct buf text; /* one line an error, each ending in '\n' */
    int count;
};
void yaml_error(struct yaml_report *report, const struct yaml_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* At the key of entry i of a map. */
void yaml_error_key(struct yaml_report *report, const struct yaml_node *map, size_t i,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A problem without a node; line 0: of the file as a whole, told as 1:1. */
void yaml_error_at(struct yaml_report *report, const char *file, int line, int column,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
void yaml_report_free(struct yaml_report *report);

/* NULL where the text is no YAML (reported). A duplicate key, an anchor or an alias is reported and
 * the rest still read, so that one pass shows all: look at report->count before using anything.
 * name is used in messages and copied. */
struct yaml_doc *yaml_parse(const char *name, struct str text, struct yaml_report *report);
struct yaml_doc *yaml_load(const char *path, struct yaml_report *report);
/* Hidden: libyaml's shared library has a function of this name and must keep calling its own.
 * NULL-safe. */
__attribute__((visibility("hidden"))) void yaml_free(struct yaml_doc *doc);
const struct yaml_node *yaml_root(const struct yaml_doc *doc);

enum yaml_shape { YAML_SCALAR, YAML_LIST, YAML_MAP };
enum yaml_shape yaml_shape(const struct yaml_node *node);
struct str yaml_scalar(const struct yaml_node *node); /* "" for others */
bool yaml_is_null(const struct yaml_node *node);      /* plain ~, null or empty */
size_t yaml_count(const struct yaml_node *node);      /* entries of a list or map */
const struct yaml_node *yaml_item(const struct yaml_node *node, size_t i); /* value of entry i */
struct str yaml_key(const struct yaml_node *map, size_t i);
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key); /* or NULL */
int yaml_line(const struct yaml_node *node);                                    /* from 1 */
int yaml_column(const struct yaml_node *node);                                  /* from 1 */

enum yaml_kind {
    YAML_STR,    /* struct str */
    YAML_INT,    /* int64_t, within min…max; or the names in choices: -1, -2 … */
    YAML_REAL,   /* double, within min…max */
    YAML_BOOL,   /* bool: true, false */
    YAML_CHOICE, /* int: index into choices */
    YAML_SPAN,   /* int64_t milliseconds: "30min" (when_parse_span) */
    YAML_SIZE,   /* int[2]: "3840x1080" */
    YAML_SUB,    /* a nested struct, read by .fields */
    YAML_NODE,   /* const struct yaml_node *: the caller reads it itself */
    YAML_KIND_COUNT
};

struct yaml_field {
    const char *key; /* NULL ends the table */
    enum yaml_kind kind;
    size_t offset; /* into the struct */
    bool required;
    double min, max;                 /* YAML_INT, YAML_REAL, YAML_SPAN (ms); both 0 = no limit */
    const char *const *choices;      /* YAML_CHOICE, YAML_INT; NULL-terminated */
    const struct yaml_field *fields; /* YAML_SUB */
    const char *help;                /* one line for the manual */
};

/* Fills out from the map; keys that are absent leave their member as it was (defaults are set
 * before). false when anything was reported. */
bool yaml_read(const struct yaml_node *map, const struct yaml_field *fields, void *out,
               struct yaml_report *report);
/* The candidate nearest to word (edit distance <= 2, else one that goes on after word and '_'), or
 * NULL; candidates NULL-terminated. */
const char *yaml_near(struct str word, const char *const *candidates);

#endif
