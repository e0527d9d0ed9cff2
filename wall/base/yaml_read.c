/* Filling structs from map nodes as a table says; yaml.c builds the nodes. */
#include <string.h>

#include "wall/base/when.h"
#include "wall/base/yaml.h"

#define NEAR_MAX 48 /* longer words are never near */

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b: the optimal string
 * alignment distance of Damerau and Levenshtein. */
static int
distance(struct str a, struct str b)
{
    int rows[3][NEAR_MAX + 2];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++) {
        last[j] = (int)j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
        int *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

const char *
yaml_near(struct str word, const char *const *candidates)
{
    const char *nearest = NULL;
    /* Two edits make any word of three letters into any other. */
    int best = word.len <= 3 ? 2 : 3;
    for (size_t i = 0; candidates[i]; i++) {
        struct str candidate = str_from(candidates[i]);
        if (word.len == 0 || word.len > NEAR_MAX || candidate.len > NEAR_MAX) {
            continue;
        }
        int found = distance(word, candidate);
        if (found < best && (size_t)found < candidate.len) {
            best = found;
            nearest = candidates[i];
        }
    }
    /* A first part alone: token for token_file. */
    for (size_t i = 0; !nearest && word.len >= 3 && candidates[i]; i++) {
        struct str candidate = str_from(candidates[i]);
        if (candidate.len > word.len && memcmp(candidate.ptr, word.ptr, word.len) == 0 &&
            candidate.ptr[word.len] == '_') {
            nearest = candidates[i];
        }
    }
    return nearest;
}

static void *
member(void *out, const struct yaml_field *field)
{
    return (char *)out + field->offset;
}

static void
expected(struct yaml_report *report, const struct yaml_field *field, const struct yaml_node *node,
         const char *what)
{
    if (yaml_shape(node) == YAML_SCALAR) {
        struct str text = yaml_scalar(node);
        struct str shown = {text.ptr, text.len > 40 ? 40 : text.len};
        while (shown.len && !utf8_valid(shown)) {
            shown.len--;
        }
        yaml_error(report, node, "%s: expected %s, not '%.*s%s'", field->key, what, STR_ARG(shown),
                   shown.len < text.len ? "…" : "");
    } else {
        yaml_error(report, node, "%s: expected %s, not a %s", field->key, what,
                   yaml_shape(node) == YAML_LIST ? "list" : "map");
    }
}

static bool
in_range(struct yaml_report *report, const struct yaml_field *field, const struct yaml_node *node,
         double value)
{
    bool limited = field->min < 0 || field->min > 0 || field->max < 0 || field->max > 0;
    if (!limited || (value >= field->min && value <= field->max)) {
        return true;
    }
    if (field->kind == YAML_SPAN) {
        yaml_error(report, node, "%s: %.*s is outside %.0f to %.0f ms", field->key,
                   STR_ARG(yaml_scalar(node)), field->min, field->max);
    } else {
        yaml_error(report, node, "%s: %.*s is outside %.10g to %.10g", field->key,
                   STR_ARG(yaml_scalar(node)), field->min, field->max);
    }
    return false;
}

/* A word that stands for a number below all numbers: -1 for the first one, and so on. */
static bool
read_named(const struct yaml_field *field, struct str text, int64_t *out)
{
    for (int i = 0; field->choices && field->choices[i]; i++) {
        if (str_is(text, field->choices[i])) {
            *out = -1 - i;
            return true;
        }
    }
    return false;
}

static void
expected_number(struct yaml_report *report, const struct yaml_field *field,
                const struct yaml_node *node)
{
    struct buf names = {0};
    buf_printf(&names, "a whole number");
    for (int i = 0; field->choices && field->choices[i]; i++) {
        buf_printf(&names, " or %s", field->choices[i]);
    }
    expected(report, field, node, names.ptr);
    buf_free(&names);
}

static bool
read_number(const struct yaml_field *field, const struct yaml_node *node, void *out,
            struct yaml_report *report)
{
    struct str text = yaml_scalar(node);
    int64_t whole = 0;
    double real = 0;
    if (field->kind == YAML_REAL) {
        if (!str_to_double(text, &real)) {
            expected(report, field, node, "a number");
            return false;
        }
    } else if (field->kind == YAML_INT) {
        if (read_named(field, text, &whole)) {
            memcpy(member(out, field), &whole, sizeof whole);
            return true;
        }
        if (!str_to_i64(text, &whole)) {
            expected_number(report, field, node);
            return false;
        }
        real = (double)whole;
    } else {
        if (!when_parse_span(text, &whole)) {
            expected(report, field, node, "a time span such as 30min, 24h or 3d");
            return false;
        }
        real = (double)whole;
    }
    if (!in_range(report, field, node, real)) {
        return false;
    }
    if (field->kind == YAML_REAL) {
        memcpy(member(out, field), &real, sizeof real);
    } else {
        memcpy(member(out, field), &whole, sizeof whole);
    }
    return true;
}

static bool
read_choice(const struct yaml_field *field, const struct yaml_node *node, void *out,
            struct yaml_report *report)
{
    struct str text = yaml_scalar(node);
    struct buf names = {0};
    for (int i = 0; field->choices[i]; i++) {
        if (str_is(text, field->choices[i])) {
            memcpy(member(out, field), &i, sizeof i);
            buf_free(&names);
            return true;
        }
        buf_printf(&names, "%s%s", i ? ", " : "one of ", field->choices[i]);
    }
    const char *near = yaml_near(text, field->choices);
    if (near) {
        buf_printf(&names, " (did you mean '%s'?)", near);
    }
    expected(report, field, node, names.ptr);
    buf_free(&names);
    return false;
}

/* "3840x1080": two whole numbers from 1 to 65535. */
static bool
read_size(const struct yaml_field *field, const struct yaml_node *node, void *out,
          struct yaml_report *report)
{
    struct str text = yaml_scalar(node);
    const char *cross = text.len ? memchr(text.ptr, 'x', text.len) : NULL;
    int64_t w = 0, h = 0;
    if (!cross || !str_to_i64((struct str){text.ptr, (size_t)(cross - text.ptr)}, &w) ||
        !str_to_i64((struct str){cross + 1, text.len - (size_t)(cross - text.ptr) - 1}, &h) ||
        w < 1 || h < 1 || w > 65535 || h > 65535) {
        expected(report, field, node, "a size such as 3840x1080");
        return false;
    }
    int size[2] = {(int)w, (int)h};
    memcpy(member(out, field), size, sizeof size);
    return true;
}

static bool
read_scalar(const struct yaml_field *field, const struct yaml_node *node, void *out,
            struct yaml_report *report)
{
    if (yaml_shape(node) != YAML_SCALAR) {
        expected(report, field, node, "one value");
        return false;
    }
    if (yaml_is_null(node)) {
        yaml_error(report, node, "%s: no value is given; give one or remove the key", field->key);
        return false;
    }
    struct str text = yaml_scalar(node);
    bool truth = str_is(text, "true");
    switch (field->kind) {
    case YAML_STR:
        memcpy(member(out, field), &text, sizeof text);
        return true;
    case YAML_INT:
    case YAML_REAL:
    case YAML_SPAN:
        return read_number(field, node, out, report);
    case YAML_BOOL:
        if (!truth && !str_is(text, "false")) {
            expected(report, field, node, "true or false");
            return false;
        }
        memcpy(member(out, field), &truth, sizeof truth);
        return true;
    case YAML_CHOICE:
        return read_choice(field, node, out, report);
    case YAML_SIZE:
        return read_size(field, node, out, report);
    default:
        return false;
    }
}

static bool
read_field(const struct yaml_field *field, const struct yaml_node *node, void *out,
           struct yaml_report *report)
{
    switch (field->kind) {
    case YAML_NODE:
        memcpy(member(out, field), &node, sizeof node);
        return true;
    case YAML_SUB:
        return yaml_read(node, field->fields, member(out, field), report);
    default:
        return read_scalar(field, node, out, report);
    }
}

static void
report_unknown(const struct yaml_node *map, size_t i, const struct yaml_field *fields,
               struct yaml_report *report)
{
    const char *keys[128];
    size_t count = 0;
    for (size_t f = 0; fields[f].key && count < 127; f++) {
        keys[count++] = fields[f].key;
    }
    keys[count] = NULL;
    struct str key = yaml_key(map, i);
    const char *near = yaml_near(key, keys);
    if (near) {
        yaml_error_key(report, map, i, "unknown key '%.*s'; did you mean '%s'?", STR_ARG(key),
                       near);
    } else {
        yaml_error_key(report, map, i, "unknown key '%.*s'", STR_ARG(key));
    }
}

bool
yaml_read(const struct yaml_node *map, const struct yaml_field *fields, void *out,
          struct yaml_report *report)
{
    int before = report->count;
    if (yaml_shape(map) != YAML_MAP && !yaml_is_null(map)) {
        yaml_error(report, map, "expected keys with values (key: value)");
        return false;
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        struct str key = yaml_key(map, i);
        const struct yaml_field *field = fields;
        while (field->key && !str_is(key, field->key)) {
            field++;
        }
        if (field->key) {
            read_field(field, yaml_item(map, i), out, report);
        } else {
            report_unknown(map, i, fields, report);
        }
    }
    for (const struct yaml_field *field = fields; field->key; field++) {
        if (field->required && !yaml_get(map, field->key)) {
            yaml_error(report, map, "'%s' is missing%s%s", field->key, field->help ? ": " : "",
                       field->help ? field->help : "");
        }
    }
    return report->count == before;
}
