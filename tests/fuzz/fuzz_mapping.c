/* Any bytes as a mapping and a row: up to the first NUL the mapping's YAML, behind it the values,
 * one a line. */
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void
apply(const struct mapping *mapping, struct str rest)
{
    static struct str values[MAPPING_MAX_COLUMNS];
    for (size_t i = 0; i < mapping_columns(mapping); i++) {
        const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        values[i] = (struct str){rest.ptr, len};
        len += end != NULL;
        rest.ptr += len;
        rest.len -= len;
    }
    struct arena arena = {0};
    struct mapping_result result;
    struct err err = {0};
    if (mapping_apply(mapping, values, &arena, &result, &err)) {
        for (size_t i = 0; i < result.count; i++) { /* what it makes is an event like any other */
            struct event event;
            must(event_from_json(result.events[i].json, false, &arena, &event, &err));
            must(str_eq(event.id, result.events[i].id));
        }
    } else {
        must(err.text[0] != '\0');
    }
    arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t len = nul ? (size_t)(nul - data) : size;
    struct yaml_report report = {0};
    struct mapping *mapping =
        mapping_parse("mapping.yaml", (struct str){(const char *)data, len}, &report);
    must((mapping == NULL) == (report.count > 0));
    if (mapping) {
        size_t from = nul ? len + 1 : len;
        apply(mapping, (struct str){(const char *)data + from, size - from});
    }
    mapping_free(mapping);
    yaml_report_free(&report);
    return 0;
}
