/* mapping_parts: a mapping as read from its file. Internal to mapping*.c. */
#ifndef FEEDS_HUB_MAPPING_PARTS_H
#define FEEDS_HUB_MAPPING_PARTS_H

#include "feeds/event_codec.h"
#include "feeds/hub/areas.h"
#include "feeds/hub/mapping.h"

/* Where a field's text comes from. */
struct mapping_spec {
    const struct yaml_node *at; /* NULL: not given */
    int column;                 /* index into mapping.columns; -1: constant */
    struct str constant, prefix, fallback;
    const struct yaml_node *values; /* a map of texts, or NULL */
    bool by_area;                   /* first by the event's lon and lat in mapping.areas */
};

struct mapping_event {
    enum event_type type;
    struct mapping_spec time;
    struct mapping_spec when; /* its column decides whether the event happened at all */
    const struct yaml_node *is, *is_not;
    int fields_count;
    struct {
        enum event_key key;
        struct mapping_spec spec;
    } fields[MAPPING_MAX_FIELDS];
};

enum mapping_list {
    MAPPING_LIST_STREETS,
    MAPPING_LIST_COMMUNITIES,
    MAPPING_LIST_UNITS,
    MAPPING_LIST_CATEGORIES,
    MAPPING_LIST_CHANNELS,
    MAPPING_LIST_COUNT
};
extern const char *const mapping_lists[MAPPING_LIST_COUNT + 1]; /* "streets" …, NULL */

struct mapping {
    struct yaml_doc *doc;
    enum mapping_rows rows;
    char delimiter;
    char zone[64], source[129];
    struct str times; /* a strptime format, or rfc3339, unix_s, unix_ms */
    struct mapping_spec ticket;
    struct mapping_event events[MAPPING_MAX_EVENTS];
    int events_count;
    struct {
        struct mapping_spec name, parent;
    } names[MAPPING_LIST_COUNT];
    struct {
        struct str name;
        const struct yaml_node *at;
    } columns[MAPPING_MAX_COLUMNS];
    size_t columns_count;
    struct areas *areas; /* NULL: not given, or its file was not found */
    char note[512];
};

#endif
