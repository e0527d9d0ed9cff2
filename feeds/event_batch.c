#include <string.h>

#include "feeds/event.h"
#include "feeds/event_codec.h"

static bool
is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Where the value at `at` ends: a list or object at its last bracket, a string at its quote,
 * anything else before the next comma, bracket or space. Only the outline is looked at here; the
 * parser judges what is inside. text.len: it does not end. */
static size_t
value_end(struct str text, size_t at)
{
    int depth = 0;
    bool quoted = false;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (quoted) {
            at += c == '\\';
            quoted = c != '"';
            if (!quoted && depth == 0) {
                return at + 1;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            if (--depth == 0) {
                return at + 1;
            }
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}' || is_space(c))) {
            return at;
        }
    }
    return text.len;
}

/* The entries of a JSON list, as views of its text; grows in the arena. */
struct slices {
    struct str *items;
    size_t count, cap;
};

static void
slices_add(struct slices *slices, struct arena *arena, struct str item)
{
    if (slices->count == slices->cap) {
        size_t cap = slices->cap ? slices->cap * 2 : 64;
        struct str *items = arena_alloc(arena, cap * sizeof *items);
        if (slices->count) {
            memcpy(items, slices->items, slices->count * sizeof *items);
        }
        slices->items = items;
        slices->cap = cap;
    }
    slices->items[slices->count++] = item;
}

static size_t
skip_space(struct str text, size_t at)
{
    while (at < text.len && is_space(text.ptr[at])) {
        at++;
    }
    return at;
}

/* false: not the outline of a JSON list. Stops one behind max. */
static bool
split_list(struct str text, size_t max, struct arena *arena, struct slices *out)
{
    size_t at = skip_space(text, 0);
    if (at == text.len || text.ptr[at] != '[') {
        return false;
    }
    at = skip_space(text, at + 1);
    if (at < text.len && text.ptr[at] == ']') {
        return skip_space(text, at + 1) == text.len;
    }
    while (at < text.len) {
        size_t end = value_end(text, at);
        if (end == at || end == text.len) {
            return false;
        }
        slices_add(out, arena, (struct str){text.ptr + at, end - at});
        if (out->count > max) {
            return true;
        }
        at = skip_space(text, end);
        if (at < text.len && text.ptr[at] == ']') {
            return skip_space(text, at + 1) == text.len;
        }
        if (at == text.len || text.ptr[at] != ',') {
            return false;
        }
        at = skip_space(text, at + 1);
    }
    return false;
}

static void
add_problem(struct event_batch *batch, struct arena *arena, long index, const char *error)
{
    if (!batch->problems) {
        batch->problems = arena_alloc(arena, EVENT_MAX_PROBLEMS * sizeof *batch->problems);
    }
    if (batch->problems_count < EVENT_MAX_PROBLEMS) {
        batch->problems[batch->problems_count++] =
            (struct event_problem){index, arena_str(arena, str_from(error))};
    }
}

bool
event_batch_from_json(struct str text, bool single, size_t max_events, struct arena *arena,
                      struct event_batch *out)
{
    struct slices slices = {0};
    *out = (struct event_batch){0};
    if (single) {
        size_t at = skip_space(text, 0);
        slices_add(&slices, arena, (struct str){text.ptr + at, text.len - at});
    } else if (!split_list(text, max_events, arena, &slices)) {
        add_problem(out, arena, -1, "not a JSON list of events");
        return false;
    }
    if (slices.count > max_events) {
        out->too_many = true;
        return false;
    }
    out->events = arena_alloc(arena, (slices.count + 1) * sizeof *out->events);
    for (size_t i = 0; i < slices.count; i++) {
        struct err err = {0};
        enum value_fault fault;
        if (event_from_text(slices.items[i], true, arena, &out->events[out->count], &fault, &err)) {
            out->count++;
        } else if (fault == VALUE_FAULT_TEXT ||
                   (single && (slices.items[i].len == 0 || slices.items[i].ptr[0] != '{'))) {
            /* the whole text is none then, whatever else was found */
            out->problems_count = 0;
            add_problem(out, arena, -1, fault == VALUE_FAULT_TEXT ? err.text : "not a JSON object");
            return false;
        } else {
            add_problem(out, arena, (long)i, err.text);
        }
    }
    return out->problems_count == 0;
}
