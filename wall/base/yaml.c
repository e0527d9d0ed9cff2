#include "wall/base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "wall/base/arena.h"
#include "wall/base/file.h"

#define MAX_BYTES (8u << 20)
#define MAX_DEPTH 16
#define MAX_NODES 500000
#define MAX_ERRORS 200 /* shown; more are only counted */

struct yaml_entry {
    struct str key; /* of a map; "" in a list */
    int line, column;
    struct yaml_node *value;
};

struct yaml_node {
    enum yaml_shape shape;
    int line, column;
    bool plain; /* a scalar without quotes */
    const struct yaml_doc *doc;
    struct str scalar;
    struct yaml_entry *entries;
    size_t count, cap;
};

struct yaml_doc {
    struct arena arena;
    const char *name;
    struct yaml_node *root;
    size_t nodes;
};

/* ---- report ---- */

static void
report_line(struct yaml_report *report, const char *file, int line, int column, const char *format,
            va_list args)
{
    report->count++;
    if (report->count > MAX_ERRORS) {
        if (report->count == MAX_ERRORS + 1) {
            buf_printf(&report->text, "more than %d errors; the others are not shown\n",
                       MAX_ERRORS);
        }
        return;
    }
    char message[1024];
    int len = vsnprintf(message, sizeof message, format, args);
    struct str cut = {message, len < 0 ? 0 : strlen(message)};
    while (cut.len && !utf8_valid(cut)) { /* the array's end may have split a character */
        cut.len--;
    }
    for (size_t i = 0; i < cut.len; i++) {
        if ((unsigned char)message[i] < 0x20 || message[i] == 0x7f) {
            message[i] = '?'; /* one error is one line, whatever the file holds */
        }
    }
    /* Editors and scripts find the place by this form, so it is the same for a whole file. */
    buf_printf(&report->text, "%s:%d:%d: %.*s\n", file, line > 0 ? line : 1,
               column > 0 ? column : 1, STR_ARG(cut));
}

void
yaml_error(struct yaml_report *report, const struct yaml_node *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_line(report, at->doc->name, at->line, at->column, format, args);
    va_end(args);
}

void
yaml_error_key(struct yaml_report *report, const struct yaml_node *map, size_t i,
               const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_line(report, map->doc->name, map->entries[i].line, map->entries[i].column, format, args);
    va_end(args);
}

void
yaml_error_at(struct yaml_report *report, const char *file, int line, int column,
              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_line(report, file, line, column, format, args);
    va_end(args);
}

void
yaml_report_free(struct yaml_report *report)
{
    buf_free(&report->text);
    report->count = 0;
}

/* ---- building the nodes ---- */

/* Reading one document: the open collections, and the key that waits for its value. */
struct builder {
    struct yaml_doc *doc;
    struct yaml_report *report;
    struct {
        struct yaml_node *node;
        bool has_key;
        struct str key;
        int line, column;
    } open[MAX_DEPTH];
    int depth;
    int documents;
    bool failed; /* nothing after this can be trusted */
};

static void
build_error(struct builder *b, yaml_mark_t mark, const char *text)
{
    yaml_error_at(b->report, b->doc->name, (int)mark.line + 1, (int)mark.column + 1, "%s", text);
}

static void
append(struct yaml_doc *doc, struct yaml_node *node, struct yaml_entry entry)
{
    if (node->count == node->cap) {
        size_t cap = node->cap ? node->cap * 2 : 4;
        struct yaml_entry *grown = arena_zalloc(&doc->arena, cap, sizeof *grown);
        if (node->count) {
            memcpy(grown, node->entries, node->count * sizeof *grown);
        }
        node->entries = grown;
        node->cap = cap;
    }
    node->entries[node->count++] = entry;
}

static struct yaml_node *
node_create(struct builder *b, enum yaml_shape shape, yaml_mark_t mark)
{
    if (++b->doc->nodes > MAX_NODES) {
        build_error(b, mark, "more than 500000 values");
        b->failed = true;
    }
    struct yaml_node *node = arena_zalloc(&b->doc->arena, 1, sizeof *node);
    *node = (struct yaml_node){
        .shape = shape, .line = (int)mark.line + 1, .column = (int)mark.column + 1, .doc = b->doc};
    return node;
}

/* Puts a node where it belongs: the root, a list's end, or behind the key that waits. */
static void
place(struct builder *b, struct yaml_node *node)
{
    if (b->depth == 0) {
        b->doc->root = node;
        return;
    }
    struct yaml_node *parent = b->open[b->depth - 1].node;
    struct yaml_entry entry = {.line = node->line, .column = node->column, .value = node};
    if (parent->shape == YAML_MAP) {
        entry.key = b->open[b->depth - 1].key;
        entry.line = b->open[b->depth - 1].line;
        entry.column = b->open[b->depth - 1].column;
        b->open[b->depth - 1].has_key = false;
    }
    append(b->doc, parent, entry);
}

static bool
wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1].node->shape == YAML_MAP &&
           !b->open[b->depth - 1].has_key;
}

static void
on_scalar(struct builder *b, const yaml_event_t *event)
{
    struct str raw = {(const char *)event->data.scalar.value, event->data.scalar.length};
    struct str text = arena_str(&b->doc->arena, raw);
    if (memchr(text.ptr, '\0', text.len)) {
        build_error(b, event->start_mark, "a text must not hold a NUL character");
        text.len = strlen(text.ptr);
    }
    if (wants_key(b)) {
        b->open[b->depth - 1].has_key = true;
        b->open[b->depth - 1].key = text;
        b->open[b->depth - 1].line = (int)event->start_mark.line + 1;
        b->open[b->depth - 1].column = (int)event->start_mark.column + 1;
        return;
    }
    struct yaml_node *node = node_create(b, YAML_SCALAR, event->start_mark);
    node->scalar = text;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    place(b, node);
}

static void
on_open(struct builder *b, enum yaml_shape shape, yaml_mark_t mark)
{
    if (wants_key(b)) {
        build_error(b, mark, "a key must be plain text, not a list or a map");
        b->failed = true;
        return;
    }
    if (b->depth == MAX_DEPTH) {
        build_error(b, mark, "nested deeper than 16 levels");
        b->failed = true;
        return;
    }
    struct yaml_node *node = node_create(b, shape, mark);
    place(b, node);
    b->open[b->depth].node = node;
    b->open[b->depth].has_key = false;
    b->depth++;
}

static int
compare_entries(const void *a, const void *b)
{
    const struct yaml_entry *x = *(const struct yaml_entry *const *)a;
    const struct yaml_entry *y = *(const struct yaml_entry *const *)b;
    int order = str_cmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

static void
report_duplicates(struct builder *b, const struct yaml_node *map)
{
    if (map->count < 2) {
        return;
    }
    const struct yaml_entry **sorted = calloc(map->count, sizeof *sorted);
    if (!sorted) {
        abort();
    }
    for (size_t i = 0; i < map->count; i++) {
        sorted[i] = &map->entries[i];
    }
    qsort(sorted, map->count, sizeof *sorted, compare_entries);
    const struct yaml_entry *first = sorted[0];
    for (size_t i = 1; i < map->count; i++) {
        if (!str_eq(first->key, sorted[i]->key)) {
            first = sorted[i];
            continue;
        }
        yaml_error_at(b->report, b->doc->name, sorted[i]->line, sorted[i]->column,
                      "'%.*s' is given twice; it was first given in line %d", STR_ARG(first->key),
                      first->line);
    }
    free(sorted);
}

static void
on_close(struct builder *b)
{
    b->depth--;
    if (b->open[b->depth].node->shape == YAML_MAP) {
        report_duplicates(b, b->open[b->depth].node);
    }
}

static void
refuse_extras(struct builder *b, const yaml_event_t *event, const void *anchor, const void *tag)
{
    if (anchor) {
        build_error(b, event->start_mark, "anchors (&name) are not taken; write the value out");
    }
    if (tag) {
        build_error(b, event->start_mark, "tags (!name) are not taken; remove it");
    }
}

static void
on_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++b->documents > 1) {
            build_error(b, event->start_mark, "one file holds one document; remove the '---'");
            b->failed = true;
        }
        break;
    case YAML_ALIAS_EVENT:
        build_error(b, event->start_mark, "aliases (*name) are not taken; write the value out");
        if (wants_key(b)) {
            b->failed = true;
        } else {
            place(b, node_create(b, YAML_SCALAR, event->start_mark));
        }
        break;
    case YAML_SCALAR_EVENT:
        refuse_extras(b, event, event->data.scalar.anchor, event->data.scalar.tag);
        on_scalar(b, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_extras(b, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        on_open(b, YAML_LIST, event->start_mark);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_extras(b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        on_open(b, YAML_MAP, event->start_mark);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_close(b);
        break;
    default:
        break;
    }
}

/* Line and column (both from 1, columns in characters) of a byte offset. */
static void
locate(struct str text, size_t offset, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

static void
report_syntax(struct builder *b, const yaml_parser_t *parser, struct str text)
{
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR) {
        int line, column;
        locate(text, parser->problem_offset, &line, &column);
        yaml_error_at(b->report, b->doc->name, line, column, "no YAML: %s", problem);
    } else if (parser->context) {
        yaml_error_at(b->report, b->doc->name, (int)parser->problem_mark.line + 1,
                      (int)parser->problem_mark.column + 1, "no YAML: %s (%s from line %d)",
                      problem, parser->context, (int)parser->context_mark.line + 1);
    } else {
        yaml_error_at(b->report, b->doc->name, (int)parser->problem_mark.line + 1,
                      (int)parser->problem_mark.column + 1, "no YAML: %s", problem);
    }
}

static bool
build(struct builder *b, struct str text)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        abort();
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    bool ended = false;
    while (!ended && !b->failed) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(b, &parser, text);
            b->failed = true;
            break;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        on_event(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return !b->failed;
}

/* How many bytes of a text that is not UTF-8 are, from its beginning. */
static size_t
valid_bytes(struct str text)
{
    size_t at = 0;
    for (size_t len = 1; len <= 4 && at + len <= text.len; len++) {
        if (utf8_valid((struct str){text.ptr + at, len})) {
            at += len;
            len = 0;
        }
    }
    return at;
}

struct yaml_doc *
yaml_parse(const char *name, struct str text, struct yaml_report *report)
{
    if (text.len > MAX_BYTES) {
        yaml_error_at(report, name, 0, 0, "larger than 8 MiB");
        return NULL;
    }
    if (!utf8_valid(text)) {
        int line, column;
        locate(text, valid_bytes(text), &line, &column);
        yaml_error_at(report, name, line, column, "not UTF-8; save the file as UTF-8");
        return NULL;
    }
    struct yaml_doc *doc = calloc(1, sizeof *doc);
    if (!doc) {
        abort();
    }
    doc->name = arena_str(&doc->arena, str_from(name)).ptr;
    struct builder b = {.doc = doc, .report = report};
    if (!build(&b, text.len ? text : STR(""))) {
        yaml_free(doc);
        return NULL;
    }
    if (!doc->root) { /* an empty file is an empty value at its beginning */
        doc->root = node_create(&b, YAML_SCALAR, (yaml_mark_t){0});
        doc->root->plain = true;
    }
    return doc;
}

struct yaml_doc *
yaml_load(const char *path, struct yaml_report *report)
{
    struct buf bytes = {0};
    struct err err = {0};
    struct yaml_doc *doc = NULL;
    if (file_read(path, MAX_BYTES, &bytes, &err)) {
        doc = yaml_parse(path, buf_str(&bytes), report);
    } else {
        /* file_read's error begins with the path too. */
        struct str why = str_from(err.text), file = str_from(path);
        if (why.len > file.len + 2 && memcmp(why.ptr, file.ptr, file.len) == 0) {
            why = str_from(err.text + file.len + 2);
        }
        yaml_error_at(report, path, 0, 0, "%.*s", STR_ARG(why));
    }
    buf_free(&bytes);
    return doc;
}

void
yaml_free(struct yaml_doc *doc)
{
    if (doc) {
        arena_free(&doc->arena);
        free(doc);
    }
}

/* ---- looking at the nodes ---- */

const struct yaml_node *
yaml_root(const struct yaml_doc *doc)
{
    return doc->root;
}

enum yaml_shape
yaml_shape(const struct yaml_node *node)
{
    return node->shape;
}

struct str
yaml_scalar(const struct yaml_node *node)
{
    return node->shape == YAML_SCALAR ? node->scalar : STR("");
}

bool
yaml_is_null(const struct yaml_node *node)
{
    return node->shape == YAML_SCALAR && node->plain &&
           (node->scalar.len == 0 || str_is(node->scalar, "~") || str_is(node->scalar, "null"));
}

size_t
yaml_count(const struct yaml_node *node)
{
    return node->count;
}

const struct yaml_node *
yaml_item(const struct yaml_node *node, size_t i)
{
    return i < node->count ? node->entries[i].value : NULL;
}

struct str
yaml_key(const struct yaml_node *map, size_t i)
{
    return i < map->count ? map->entries[i].key : STR("");
}

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
    if (map->shape != YAML_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (str_is(map->entries[i].key, key)) {
            return map->entries[i].value;
        }
    }
    return NULL;
}

int
yaml_line(const struct yaml_node *node)
{
    return node->line;
}

int
yaml_column(const struct yaml_node *node)
{
    return node->column;
}
