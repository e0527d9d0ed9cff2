/* mapping: how a row of somebody else's file becomes ticket events, from a YAML file.
 *
 * A mapping names the source, the time zone and form of times, the ticket's number, and a list of
 * events; each field of an event is a column, a constant, or a column looked up in a table. Owned
 * by the caller until mapping_free. One thread. Free text of callers has no place here: only what a
 * mapping names is ever read. */
#ifndef FEEDS_HUB_MAPPING_H
#define FEEDS_HUB_MAPPING_H

#include "feeds/event.h"
#include "wall/base/yaml.h"

#define MAPPING_MAX_EVENTS 32
#define MAPPING_MAX_FIELDS 16
#define MAPPING_MAX_COLUMNS 512

struct mapping;

enum mapping_rows { MAPPING_CSV, MAPPING_OPEN311, MAPPING_ROWS_COUNT };

/* NULL where anything was reported. */
struct mapping *mapping_load(const char *path, struct yaml_report *report);
/* The same of a text; name is used in messages. */
struct mapping *mapping_parse(const char *name, struct str text, struct yaml_report *report);
void mapping_free(struct mapping *mapping); /* NULL-safe */

enum mapping_rows mapping_rows(const struct mapping *mapping);
char mapping_delimiter(const struct mapping *mapping);   /* CSV: ',' unless told otherwise */
const char *mapping_zone(const struct mapping *mapping); /* for when_set_zone */

/* What an operator should know though it is no error; "" = nothing. */
const char *mapping_note(const struct mapping *mapping);

/* The columns that the mapping reads, by number; a row hands their values in this order. */
size_t mapping_columns(const struct mapping *mapping);
struct str mapping_column(const struct mapping *mapping, size_t number);
/* Reports a column that the file does not have, at the place where the mapping names it. near: a
 * name of the file's that is like it, or NULL. */
void mapping_missing(const struct mapping *mapping, size_t number, const char *near,
                     struct yaml_report *report);

/* What a row said of a code: for the directory of names. */
struct mapping_name {
    const char *list;              /* "streets", "communities", "units", "categories", "channels" */
    struct str code, name, parent; /* name "" = the code; parent "" = none */
};

struct mapping_result {
    struct event *events; /* in the arena, each with .json; time in the mapping's zone */
    size_t count;
    struct mapping_name *names;
    size_t names_count;
};

/* One row's events. values: mapping_columns() long, "" where empty. false: err says which event and
 * field is wrong; nothing of the row is to be taken. The zone must be set. */
bool mapping_apply(const struct mapping *mapping, const struct str *values, struct arena *arena,
                   struct mapping_result *out, struct err *err);

#endif
