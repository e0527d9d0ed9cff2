#include "feeds/hub/marks.h"

#include <stdlib.h>

static size_t
slot_of(const struct marks *marks, uint64_t key)
{
    size_t at = (size_t)key & (marks->cap - 1);
    while (marks->keys[at] && marks->keys[at] != key)
        at = (at + 1) & (marks->cap - 1);
    return at;
}

struct marks_value *
marks_get(const struct marks *marks, uint64_t key)
{
    if (!marks->count)
        return NULL;
    key = key ? key : 1;
    size_t at = slot_of(marks, key);
    return marks->keys[at] ? &marks->values[at] : NULL;
}

static void
grow(struct marks *marks)
{
    struct marks old = *marks;
    marks->cap = old.cap ? old.cap * 2 : 64;
    marks->keys = calloc(marks->cap, sizeof *marks->keys);
    marks->values = calloc(marks->cap, sizeof *marks->values);
    if (!marks->keys || !marks->values)
        abort();
    for (size_t i = 0; i < old.cap; i++) {
        if (!old.keys[i])
            continue;
        size_t at = slot_of(marks, old.keys[i]);
        marks->keys[at] = old.keys[i];
        marks->values[at] = old.values[i];
    }
    free(old.keys);
    free(old.values);
}

struct marks_value *
marks_put(struct marks *marks, uint64_t key)
{
    if ((marks->count + 1) * 4 > marks->cap * 3)
        grow(marks);
    key = key ? key : 1;
    size_t at = slot_of(marks, key);
    if (!marks->keys[at]) {
        marks->keys[at] = key;
        marks->count++;
    }
    return &marks->values[at];
}

void
marks_free(struct marks *marks)
{
    free(marks->keys);
    free(marks->values);
    *marks = (struct marks){0};
}

bool
marks_next(const struct marks *marks, size_t *at, struct marks_value *out)
{
    while (*at < marks->cap && !marks->keys[*at])
        ++*at;
    if (*at >= marks->cap)
        return false;
    *out = marks->values[(*at)++];
    return true;
}
