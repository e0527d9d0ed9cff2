#include "feeds/hub/names.h"

#include <stdlib.h>

#include "wall/base/file.h"

#define DIRECTORY_MAX_BYTES (MESSAGE_MAX_BYTES - 4096) /* it must fit into a welcome */

static void
write_text(struct buf *out, struct str text)
{
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < ' ')
            buf_printf(out, "\\u%04x", c);
        else
            buf_add(out, &text.ptr[i], 1);
    }
    buf_add(out, "\"", 1);
}

/* A YAML node as JSON. Codes and names are text, whatever they look like. */
static void
write_node(struct buf *out, const struct yaml_node *node)
{
    bool is_map = yaml_shape(node) == YAML_MAP;
    if (!is_map && yaml_shape(node) != YAML_LIST) {
        if (yaml_is_null(node))
            buf_printf(out, "null");
        else
            write_text(out, yaml_scalar(node));
        return;
    }
    buf_printf(out, is_map ? "{" : "[");
    for (size_t i = 0; i < yaml_count(node); i++) {
        buf_printf(out, i ? "," : "");
        if (is_map) {
            write_text(out, yaml_key(node, i));
            buf_printf(out, ":");
        }
        write_node(out, yaml_item(node, i));
    }
    buf_printf(out, is_map ? "}" : "]");
}

static const char *const GROUPS[] = {"streets",    "communities", "units",
                                     "categories", "channels",    NULL};
static const char *const FIELDS[] = {"name", "street", "kind", "parent", NULL};

/* A feed may bring fields of a later version; a file of ours with an unknown key is a mistake. */
static void
check_keys(const struct yaml_node *map, const char *const *known, struct yaml_report *report)
{
    for (size_t i = 0; yaml_shape(map) == YAML_MAP && i < yaml_count(map); i++) {
        struct str key = yaml_key(map, i);
        const char *const *name = known;
        while (*name && !str_is(key, *name))
            name++;
        if (*name)
            continue;
        const char *near = yaml_near(key, known);
        if (near)
            yaml_error_key(report, map, i, "unknown key '%.*s'; did you mean %s?", STR_ARG(key),
                           near);
        else
            yaml_error_key(report, map, i, "unknown key '%.*s' in a directory", STR_ARG(key));
    }
}

static void
check_directory(const struct yaml_node *root, struct yaml_report *report)
{
    check_keys(root, GROUPS, report);
    for (size_t g = 0; yaml_shape(root) == YAML_MAP && g < yaml_count(root); g++) {
        const struct yaml_node *group = yaml_item(root, g);
        for (size_t i = 0; yaml_shape(group) == YAML_MAP && i < yaml_count(group); i++)
            check_keys(yaml_item(group, i), FIELDS, report);
    }
}

static bool
yaml_to_json(const char *path, struct str text, struct buf *out, struct yaml_report *report)
{
    struct yaml_doc *doc = yaml_parse(path, text, report);
    if (!doc)
        return false;
    int before = report->count;
    check_directory(yaml_root(doc), report);
    write_node(out, yaml_root(doc));
    yaml_free(doc);
    return report->count == before;
}

/* The same checks as a wall makes of a `directory` message. */
static bool
decode(const char *path, struct str json, struct names *out, struct yaml_report *report)
{
    struct buf text = {0};
    struct message message;
    struct err err = {0};
    buf_printf(&text, "{\"kind\":\"directory\",\"directory\":");
    buf_add_str(&text, json);
    buf_printf(&text, "}");
    enum message_result result =
        message_decode(MESSAGE_JSON, buf_str(&text), &out->arena, &message, &err);
    bool ok = result == MESSAGE_OK && message.kind == MESSAGE_DIRECTORY;
    if (ok && message.unknown_fields > 0) {
        ok = false;
        yaml_error_at(
            report, path, 0, 0,
            "holds a key that a directory does not have; known are streets, communities, "
            "units, categories, channels, and in their entries name, street, kind, parent");
    } else if (ok)
        out->message = message.directory;
    else
        yaml_error_at(report, path, 1, 1, "%s",
                      err.text[0] ? err.text : "not a directory of streets, units, categories");
    buf_free(&text);
    return ok;
}

struct names *
names_load(const char *path, struct yaml_report *report)
{
    struct buf text = {0}, json = {0};
    struct err err = {0};
    struct names *directory = calloc(1, sizeof *directory);
    if (!directory)
        abort();
    bool ok = file_read(path, DIRECTORY_MAX_BYTES, &text, &err);
    if (!ok)
        yaml_error_at(report, path, 1, 1, "%s", err.text);
    size_t at = 0;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\n' || text.ptr[at] == '\r' ||
                             text.ptr[at] == '\t'))
        at++;
    if (ok && at < text.len && text.ptr[at] == '{')
        buf_add_str(&json, buf_str(&text));
    else if (ok)
        ok = yaml_to_json(path, buf_str(&text), &json, report);
    ok = ok && decode(path, buf_str(&json), directory, report);
    buf_free(&text);
    buf_free(&json);
    if (!ok) {
        names_free(directory);
        return NULL;
    }
    return directory;
}

void
names_free(struct names *directory)
{
    if (!directory)
        return;
    arena_free(&directory->arena);
    free(directory);
}
