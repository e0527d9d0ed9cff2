#include "render/theme.h"

#include <stdio.h>
#include <string.h>

#include "wall/base/file.h"

#define MIN_SIZE 8 /* of the text rasteriser */
#define MAX_SIZE 200

static const char *const colour_names[] = {
    [THEME_GROUND] = "ground",
    [THEME_PANEL] = "panel",
    [THEME_ROW] = "row",
    [THEME_LINE] = "line",
    [THEME_INK] = "ink",
    [THEME_DIM] = "dim",
    [THEME_FAINT] = "faint",
    [THEME_DATA] = "data",
    [THEME_DATA2] = "data2",
    [THEME_AMBER] = "amber",
    [THEME_RED] = "red",
    [THEME_GREEN] = "green",
    [THEME_LAST_ROW] = "last_row",
    [THEME_LAST_BAR] = "last_bar",
    [THEME_MAP_LAND] = "map_land",
    [THEME_MAP_OTHER] = "map_other",
    [THEME_MAP_BORDER] = "map_border",
    [THEME_MAP_DISTRICT] = "map_district",
    [THEME_MAP_WATER] = "map_water",
    [THEME_COLOUR_COUNT] = NULL,
};

static const char *const type_names[] = {
    [THEME_CLOCK] = "clock",       [THEME_BIG] = "big",       [THEME_KPI] = "kpi",
    [THEME_HEADLINE] = "headline", [THEME_TITLE] = "title",   [THEME_ROW_FIGURE] = "row_figure",
    [THEME_NAME] = "name",         [THEME_LIST] = "list",     [THEME_CAPTION] = "caption",
    [THEME_SMALL] = "small",       [THEME_TYPE_COUNT] = NULL,
};

const char *
theme_colour_name(enum theme_colour colour)
{
    return colour_names[colour];
}

const char *
theme_type_name(enum theme_type type)
{
    return type_names[type];
}

static int
name_index(struct str key, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (str_is(key, names[i])) {
            return i;
        }
    }
    return -1;
}

static void
unknown_key(const struct yaml_node *at, struct str key, const char *const *names,
            struct yaml_report *report)
{
    const char *near = yaml_near(key, names);
    if (near) {
        yaml_error(report, at, "unknown key '%.*s'; did you mean '%s'?", STR_ARG(key), near);
    } else {
        yaml_error(report, at, "unknown key '%.*s'", STR_ARG(key));
    }
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "#rrggbb" */
static bool
parse_colour(struct str text, uint32_t *out)
{
    if (text.len != 7 || text.ptr[0] != '#') {
        return false;
    }
    uint32_t rgb = 0;
    for (size_t i = 1; i < 7; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0) {
            return false;
        }
        rgb = rgb << 4 | (uint32_t)digit;
    }
    *out = rgb << 8 | 0xff;
    return true;
}

static void
read_colours(const struct yaml_node *map, struct theme *out, struct yaml_report *report)
{
    bool given[THEME_COLOUR_COUNT] = {false};
    for (size_t i = 0; i < yaml_count(map); i++) {
        const struct yaml_node *value = yaml_item(map, i);
        int at = name_index(yaml_key(map, i), colour_names);
        if (at < 0) {
            unknown_key(value, yaml_key(map, i), colour_names, report);
            continue;
        }
        given[at] = true;
        if (!parse_colour(yaml_scalar(value), &out->colours[at])) {
            yaml_error(report, value, "%s: expected a colour such as \"#101821\", in quotes",
                       colour_names[at]);
        }
    }
    for (int i = 0; i < THEME_COLOUR_COUNT; i++) {
        if (!given[i]) {
            yaml_error(report, map, "colours: '%s' is missing", colour_names[i]);
        }
    }
}

static void
read_sizes(const struct yaml_node *map, struct theme *out, struct yaml_report *report)
{
    bool given[THEME_TYPE_COUNT] = {false};
    for (size_t i = 0; i < yaml_count(map); i++) {
        const struct yaml_node *value = yaml_item(map, i);
        int at = name_index(yaml_key(map, i), type_names);
        if (at < 0) {
            unknown_key(value, yaml_key(map, i), type_names, report);
            continue;
        }
        given[at] = true;
        bool good = yaml_shape(value) == YAML_LIST && yaml_count(value) == 2;
        for (size_t k = 0; good && k < 2; k++) {
            int64_t size = 0;
            good = str_to_i64(yaml_scalar(yaml_item(value, k)), &size) && size >= MIN_SIZE &&
                   size <= MAX_SIZE;
            out->sizes[at][k] = (int)size;
        }
        if (!good) {
            yaml_error(report, value,
                       "%s: expected two sizes from %d to %d, district and kiosk: [26, 28]",
                       type_names[at], MIN_SIZE, MAX_SIZE);
        }
    }
    for (int i = 0; i < THEME_TYPE_COUNT; i++) {
        if (!given[i]) {
            yaml_error(report, map, "sizes: '%s' is missing", type_names[i]);
        }
    }
}

struct theme_file {
    struct str name;
    const struct yaml_node *colours, *sizes;
};

static const struct yaml_field file_fields[] = {
    {.key = "name",
     .kind = YAML_STR,
     .offset = offsetof(struct theme_file, name),
     .required = true,
     .help = "the theme's name, as scenes give it"},
    {.key = "colours",
     .kind = YAML_NODE,
     .offset = offsetof(struct theme_file, colours),
     .required = true,
     .help = "a colour a use, \"#rrggbb\""},
    {.key = "sizes",
     .kind = YAML_NODE,
     .offset = offsetof(struct theme_file, sizes),
     .required = true,
     .help = "text sizes in pixels of a canvas 1080 high: [district, kiosk]"},
    {.key = NULL},
};

static bool
read_file(const struct yaml_node *root, struct theme *out, struct yaml_report *report)
{
    struct theme_file file = {0};
    int before = report->count;
    if (!yaml_read(root, file_fields, &file, report)) {
        return false;
    }
    if (file.name.len == 0 || file.name.len >= sizeof out->name) {
        yaml_error(report, root, "name: expected 1 to %zu bytes", sizeof out->name - 1);
    } else {
        memcpy(out->name, file.name.ptr, file.name.len);
    }
    if (yaml_shape(file.colours) != YAML_MAP) {
        yaml_error(report, file.colours, "colours: expected a map of names to colours");
    } else {
        read_colours(file.colours, out, report);
    }
    if (yaml_shape(file.sizes) != YAML_MAP) {
        yaml_error(report, file.sizes, "sizes: expected a map of names to pairs of sizes");
    } else {
        read_sizes(file.sizes, out, report);
    }
    return report->count == before;
}

bool
theme_load(const char *name, struct theme *out, struct yaml_report *report)
{
    memset(out, 0, sizeof *out);
    char path[1024];
    if (str_ends(str_from(name), ".yaml")) {
        snprintf(path, sizeof path, "%s", name);
    } else {
        char asset[64];
        snprintf(asset, sizeof asset, "themes/%.40s.yaml", name);
        if (strchr(name, '/') || strlen(name) > 40 || !file_find_asset(asset, path, sizeof path)) {
            yaml_error_at(report, name, 1, 1,
                          "no such theme; use night, day or the path of a .yaml file");
            return false;
        }
    }
    struct yaml_doc *doc = yaml_load(path, report);
    bool good = doc && read_file(yaml_root(doc), out, report);
    yaml_free(doc);
    return good;
}
