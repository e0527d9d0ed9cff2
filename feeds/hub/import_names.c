#include "feeds/hub/import_names.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/file.h"
#include "wall/base/intern.h"

#define LISTS 5
static const char *const lists[LISTS] = {"streets", "communities", "units", "categories",
                                         "channels"};

struct entry {
    struct str code, name, parent;
};

struct import_names {
    struct arena arena;
    struct {
        struct intern codes;
        struct entry *entries; /* by the code's number */
        size_t cap;
    } lists[LISTS];
};

struct import_names *
import_names_create(void)
{
    struct import_names *names = calloc(1, sizeof *names);
    if (!names) {
        abort();
    }
    return names;
}

void
import_names_destroy(struct import_names *names)
{
    if (!names) {
        return;
    }
    for (int i = 0; i < LISTS; i++) {
        intern_free(&names->lists[i].codes);
        free(names->lists[i].entries);
    }
    arena_free(&names->arena);
    free(names);
}

static void
add(struct import_names *names, int list, struct str code, struct str name, struct str parent)
{
    struct intern *codes = &names->lists[list].codes;
    if (codes->count >= IMPORT_NAMES_MAX && intern_find(codes, code) == INTERN_NONE) {
        return;
    }
    uint32_t before = codes->count, number = intern_add(codes, code);
    if (number == names->lists[list].cap) {
        size_t cap = names->lists[list].cap ? names->lists[list].cap * 2 : 64;
        struct entry *entries = reallocarray(names->lists[list].entries, cap, sizeof *entries);
        if (!entries) {
            abort();
        }
        names->lists[list].entries = entries;
        names->lists[list].cap = cap;
    }
    struct entry *entry = &names->lists[list].entries[number];
    if (number == before) {
        *entry = (struct entry){.code = intern_get(codes, number)};
    }
    if (entry->name.len == 0 && name.len) {
        entry->name = arena_str(&names->arena, name);
    }
    if (entry->parent.len == 0 && parent.len) {
        entry->parent = arena_str(&names->arena, parent);
    }
}

void
import_names_add(struct import_names *names, const struct mapping_name *name)
{
    for (int i = 0; i < LISTS; i++) {
        if (strcmp(lists[i], name->list) == 0) {
            add(names, i, name->code, name->name, name->parent);
            if (strcmp(lists[i], "categories") == 0 && name->parent.len) {
                add(names, i, name->parent, (struct str){0}, (struct str){0});
            }
        }
    }
}

/* A double-quoted scalar, which any code or name can be written as. */
static void
add_quoted(struct buf *out, struct str text)
{
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c < 0x20) {
            buf_printf(out, "\\x%02x", c);
        } else {
            buf_add(out, text.ptr + i, 1);
        }
    }
    buf_add(out, "\"", 1);
}

static int
by_code(const void *a, const void *b)
{
    return str_cmp(((const struct entry *)a)->code, ((const struct entry *)b)->code);
}

bool
import_names_write(const struct import_names *names, const char *path, struct err *err)
{
    struct buf out = {0};
    buf_add_str(&out, STR("# Codes seen by wallboard-hub import. Give each its name as the wall "
                          "should show it.\n"));
    for (int i = 0; i < LISTS; i++) {
        size_t count = names->lists[i].codes.count;
        if (count == 0) {
            continue;
        }
        struct entry *sorted = reallocarray(NULL, count, sizeof *sorted);
        if (!sorted) {
            abort();
        }
        memcpy(sorted, names->lists[i].entries, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_code);
        buf_printf(&out, "%s:\n", lists[i]);
        for (size_t k = 0; k < count; k++) {
            buf_add_str(&out, STR("  "));
            add_quoted(&out, sorted[k].code);
            buf_add_str(&out, STR(": {name: "));
            add_quoted(&out, sorted[k].name.len ? sorted[k].name : sorted[k].code);
            if (sorted[k].parent.len) {
                buf_printf(&out, ", %s: ", strcmp(lists[i], "communities") ? "parent" : "street");
                add_quoted(&out, sorted[k].parent);
            } else if (strcmp(lists[i], "units") == 0) {
                buf_add_str(&out, STR(", kind: department"));
            }
            buf_add_str(&out, STR("}\n"));
        }
        free(sorted);
    }
    bool fine = file_write(path, buf_str(&out), err);
    buf_free(&out);
    return fine;
}
