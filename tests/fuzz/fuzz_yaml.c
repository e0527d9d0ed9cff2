/* Any bytes as a YAML file, read through a table that has every kind of field. */
#include <stddef.h>

#include "wall/base/yaml.h"

struct inner {
    double real;
    int64_t span;
};

struct all {
    struct str text;
    int64_t whole;
    bool truth;
    int choice, size[2];
    struct inner sub;
    const struct yaml_node *node;
};

static const char *const CHOICES[] = {"night", "day", NULL};
static const struct yaml_field INNER[] = {
    {.key = "real", .kind = YAML_REAL, .offset = offsetof(struct inner, real), .min = -1, .max = 9},
    {.key = "span", .kind = YAML_SPAN, .offset = offsetof(struct inner, span), .required = true},
    {0}};
static const struct yaml_field ALL[] = {
    {.key = "text", .kind = YAML_STR, .offset = offsetof(struct all, text), .required = true},
    {.key = "whole", .kind = YAML_INT, .offset = offsetof(struct all, whole), .max = 100},
    {.key = "truth", .kind = YAML_BOOL, .offset = offsetof(struct all, truth)},
    {.key = "choice",
     .kind = YAML_CHOICE,
     .offset = offsetof(struct all, choice),
     .choices = CHOICES},
    {.key = "size", .kind = YAML_SIZE, .offset = offsetof(struct all, size)},
    {.key = "sub", .kind = YAML_SUB, .offset = offsetof(struct all, sub), .fields = INNER},
    {.key = "node", .kind = YAML_NODE, .offset = offsetof(struct all, node)},
    {0}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
walk(const struct yaml_node *node)
{
    size_t sum = yaml_scalar(node).len + (size_t)yaml_line(node) + (size_t)yaml_column(node);
    for (size_t i = 0; i < yaml_count(node); i++) {
        sum += yaml_key(node, i).len + walk(yaml_item(node, i));
    }
    return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_report report = {0};
    struct yaml_doc *doc = yaml_parse("fuzz", (struct str){(const char *)data, size}, &report);
    if (doc) {
        struct all out = {0};
        yaml_read(yaml_root(doc), ALL, &out, &report);
        volatile size_t sum = walk(yaml_root(doc));
        (void)sum;
    } else if (report.count == 0) {
        __builtin_trap(); /* nothing is refused without a word */
    }
    yaml_free(doc);
    yaml_report_free(&report);
    return 0;
}
