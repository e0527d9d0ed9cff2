#include "feeds/value.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/pack.h"
#include "feeds/writer.h"

/* ---- memory of the JSON parser ----
 *
 * A parsed text is a tree of many small pieces that live for one decoding only. While a thread has
 * a doc open, the parser's memory comes from that thread's arena and is forgotten with the doc:
 * about twice as fast as malloc and free for each piece. Everything outside that, of other users of
 * the parser too, is malloc as before. */

#define SCRATCH_KEPT (4 * 1024 * 1024) /* what a thread keeps between docs */

static _Thread_local struct {
    struct arena arena;
    int docs; /* open ones; only then the arena serves */
    bool owned;
} scratch;
static pthread_key_t scratch_key; /* frees the arena when its thread ends */

static void *
parser_malloc(size_t bytes)
{
    return scratch.docs > 0 ? arena_alloc(&scratch.arena, bytes) : malloc(bytes);
}

static void
parser_free(void *ptr)
{
    if (scratch.docs == 0) {
        free(ptr);
    }
}

static void
scratch_end(void *arena)
{
    arena_free(arena);
}

/* Before main, so that no thread sees the functions change. */
__attribute__((constructor)) static void
scratch_start(void)
{
    pthread_key_create(&scratch_key, scratch_end);
    json_set_alloc_funcs(parser_malloc, parser_free);
}

static void
scratch_open(void)
{
    if (!scratch.owned) {
        scratch.owned = true;
        pthread_setspecific(scratch_key, &scratch.arena);
    }
    scratch.docs++;
}

static void
scratch_close(void)
{
    if (--scratch.docs > 0) {
        return;
    }
    if (arena_held(&scratch.arena) > SCRATCH_KEPT) {
        arena_free(&scratch.arena);
    } else {
        arena_reset(&scratch.arena);
    }
}

/* ---- JSON ---- */

/* How many opening brackets the text has, inside strings too, eight bytes at a time. */
static size_t
count_opening(struct str text)
{
    size_t count = 0, i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + i, sizeof word);
        /* '[' and '{' differ in one bit */
        word = (word | UINT64_C(0x2020202020202020)) ^ UINT64_C(0x7b7b7b7b7b7b7b7b);
        count +=
            (pack_zero_bytes(word) >> 7) * UINT64_C(0x0101010101010101) >> 56; /* sum of bytes */
    }
    for (; i < text.len; i++) {
        count += (text.ptr[i] | 0x20) == '{';
    }
    return count;
}

/* Whether the brackets outside strings nest deeper than max. Cheap first: a text with few brackets
 * in all cannot be deep. */
static bool
json_too_deep(struct str text, int max)
{
    if (count_opening(text) <= (size_t)max) {
        return false;
    }
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > max) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

/* The four hex digits at p, or -1. */
static int
hex4(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* The parser refuses a text for half a surrogate pair, though only the event that holds it is
 * invalid. This writes \u0000 in its place, which marks that event. false: there was none. */
static bool
json_mark_halves(struct str text, struct buf *out)
{
    bool found = false;
    buf_add_str(out, text);
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != '\\') {
            continue;
        }
        int code = text.ptr[i + 1] == 'u' && i + 6 <= text.len ? hex4(text.ptr + i + 2) : -1;
        if (code < 0xd800 || code > 0xdfff) {
            found |= code == 0;
            i += 1;
            continue;
        }
        bool pair = code < 0xdc00 && i + 12 <= text.len && text.ptr[i + 6] == '\\' &&
                    text.ptr[i + 7] == 'u' && (hex4(text.ptr + i + 8) & 0xfc00) == 0xdc00;
        if (pair) {
            i += 11;
            continue;
        }
        memcpy(out->ptr + i + 2, "0000", 4);
        found = true;
        i += 5;
    }
    return found;
}

static void
view_json(const json_t *json, struct value *out)
{
    out->json = json;
    out->pack = NULL;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        out->kind = VALUE_MAP;
        out->count = (uint32_t)json_object_size(json);
        break;
    case JSON_ARRAY:
        out->kind = VALUE_LIST;
        out->count = (uint32_t)json_array_size(json);
        break;
    case JSON_STRING:
        out->kind = VALUE_STR;
        out->text = (struct str){json_string_value(json), json_string_length(json)};
        break;
    case JSON_INTEGER:
        out->kind = VALUE_INT;
        out->integer = json_integer_value(json);
        break;
    case JSON_REAL:
        out->kind = VALUE_REAL;
        out->real = json_real_value(json);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        out->kind = VALUE_BOOL;
        out->truth = json_is_true(json);
        break;
    case JSON_NULL:
    default:
        out->kind = VALUE_NULL;
        break;
    }
}

/* What the parser's refusal means to us; its own words may quote the text. */
static bool
parse_failed(const json_error_t *why, struct value_doc *doc, struct err *err)
{
    const char *what = "not valid JSON";
    doc->fault = VALUE_FAULT_HELD;
    switch (json_error_code(why)) {
    case json_error_duplicate_key:
        what = "a key stands twice in one object";
        break;
    case json_error_null_byte_in_key:
        what = "a key holds a NUL or half a surrogate pair";
        break;
    case json_error_numeric_overflow:
        what = "a number is too large";
        break;
    default:
        doc->fault = VALUE_FAULT_TEXT;
        break;
    }
    return err_set(err, "%s (line %d, column %d)", what, why->line, why->column);
}

bool
value_parse_json(struct str text, int max_depth, bool any, struct value_doc *doc,
                 struct value *root, struct err *err)
{
    *doc = (struct value_doc){0};
    if (json_too_deep(text, max_depth)) {
        doc->fault = VALUE_FAULT_DEEP;
        return err_set(err, "nested deeper than %d levels", max_depth);
    }
    scratch_open();
    json_error_t why;
    size_t flags = JSON_REJECT_DUPLICATES | (any ? JSON_DECODE_ANY : 0);
    json_t *json = json_loadb(text.ptr ? text.ptr : "", text.len, flags, &why);
    if (!json && json_mark_halves(text, &doc->cleaned)) {
        json = json_loadb(doc->cleaned.ptr, doc->cleaned.len, flags | JSON_ALLOW_NUL, &why);
        doc->holds_nul = json != NULL;
    }
    if (!json) {
        buf_free(&doc->cleaned);
        scratch_close();
        return parse_failed(&why, doc, err);
    }
    doc->json = json;
    view_json(json, root);
    return true;
}

void
value_finish(struct value_doc *doc)
{
    if (doc->json) {
        scratch_close(); /* the tree goes with its memory */
    }
    buf_free(&doc->cleaned);
    doc->json = NULL;
}

/* ---- either ---- */

bool
value_parse_pack(struct str bytes, int max_depth, const struct pack_gap *gap, struct value_doc *doc,
                 struct value *root, struct err *err)
{
    *doc = (struct value_doc){0};
    if (!pack_check(bytes, max_depth, gap, &doc->holds_nul, err)) {
        return false;
    }
    pack_read((const unsigned char *)bytes.ptr, root);
    return true;
}

struct value_walk
value_walk(const struct value *container)
{
    struct value_walk walk = {
        .json = container->json,
        .at = container->pack,
        .map = container->kind == VALUE_MAP,
        .left = container->kind >= VALUE_LIST ? container->count : 0,
    };
    if (walk.json && walk.map) {
        walk.iter = json_object_iter((json_t *)(uintptr_t)walk.json);
    }
    return walk;
}

bool
value_next(struct value_walk *walk, struct str *key, struct value *out)
{
    if (walk->left == 0) {
        return false;
    }
    walk->left--;
    if (walk->json) {
        if (walk->map) {
            *key = (struct str){json_object_iter_key(walk->iter),
                                json_object_iter_key_len(walk->iter)};
            view_json(json_object_iter_value(walk->iter), out);
            walk->iter = json_object_iter_next((json_t *)(uintptr_t)walk->json, walk->iter);
        } else {
            view_json(json_array_get(walk->json, walk->index++), out);
        }
        return true;
    }
    if (walk->inside) {
        walk->at = pack_skip(walk->at, walk->inside_count);
    }
    struct value head;
    if (walk->map) {
        walk->at = pack_read(walk->at, &head);
        *key = head.text;
    }
    walk->at = pack_read(walk->at, out);
    walk->inside = out->kind >= VALUE_LIST;
    walk->inside_count = out->kind == VALUE_MAP ? out->count * 2 : out->count;
    return true;
}

bool
value_integer(const struct value *value, int64_t *out)
{
    if (value->kind == VALUE_INT && value->integer <= VALUE_MAX_INT &&
        value->integer >= -VALUE_MAX_INT) {
        *out = value->integer;
        return true;
    }
    if (value->kind == VALUE_REAL && fabs(value->real) <= (double)VALUE_MAX_INT &&
        trunc(value->real) >= value->real && trunc(value->real) <= value->real) {
        *out = (int64_t)value->real;
        return true;
    }
    return false;
}

bool
value_count(const struct value *value, int64_t *out)
{
    int64_t number;
    if (!value_integer(value, &number) || number < 0) {
        return false;
    }
    *out = number;
    return true;
}

bool
value_number(const struct value *value, double *out)
{
    if (value->kind != VALUE_INT && value->kind != VALUE_REAL) {
        return false;
    }
    *out = value->kind == VALUE_INT ? (double)value->integer : value->real;
    return true;
}

bool
value_has_nul(const struct value *value)
{
    if (value->kind == VALUE_STR) {
        return value->text.len && memchr(value->text.ptr, 0, value->text.len);
    }
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        if (value_has_nul(&child)) {
            return true;
        }
    }
    return false;
}

static int
compare_keys(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Sorted, so that a hostile map with many keys costs no square. */
static bool
keys_twice(const struct value *map)
{
    struct str few[32], *keys = few, key;
    struct value child;
    if (map->count > sizeof few / sizeof *few) {
        keys = malloc(map->count * sizeof *keys);
        if (!keys) {
            abort();
        }
    }
    size_t count = 0;
    for (struct value_walk walk = value_walk(map); value_next(&walk, &key, &child);) {
        keys[count++] = key;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    bool twice = false;
    for (size_t i = 1; i < count; i++) {
        twice |= str_eq(keys[i - 1], keys[i]);
    }
    if (keys != few) {
        free(keys);
    }
    return twice;
}

bool
value_has_twins(const struct value *value)
{
    if (value->json || value->kind < VALUE_LIST) {
        return false;
    }
    if (value->kind == VALUE_MAP && keys_twice(value)) {
        return true;
    }
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        if (value_has_twins(&child)) {
            return true;
        }
    }
    return false;
}

int
value_depth(const struct value *value)
{
    if (value->kind < VALUE_LIST) {
        return 0;
    }
    int deepest = 0;
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        int depth = value_depth(&child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

void
value_write(const struct value *value, struct writer *writer)
{
    struct str key;
    struct value child;
    switch (value->kind) {
    case VALUE_NULL:
        writer_null(writer);
        break;
    case VALUE_BOOL:
        writer_bool(writer, value->truth);
        break;
    case VALUE_INT:
        writer_int(writer, value->integer);
        break;
    case VALUE_REAL:
        writer_real(writer, value->real);
        break;
    case VALUE_STR:
        writer_str(writer, value->text);
        break;
    case VALUE_LIST:
        writer_list(writer, value->count);
        for (struct value_walk walk = value_walk(value); value_next(&walk, NULL, &child);) {
            value_write(&child, writer);
        }
        writer_end(writer);
        break;
    case VALUE_MAP:
    default:
        writer_map(writer);
        for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
            writer_key(writer, key);
            value_write(&child, writer);
        }
        writer_end(writer);
        break;
    }
}
