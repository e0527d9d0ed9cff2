/* theme: the colours and the type scale a scene is drawn with.
 *
 * Plain data, read once from assets/themes/NAME.yaml; main thread. Sizes are given for a canvas
 * 1080 pixels high and scale with the canvas. */
#ifndef RENDER_THEME_H
#define RENDER_THEME_H

#include "wall/base/yaml.h"

/* What a colour is for, not what it looks like. Colours are 0xRRGGBBAA, sRGB. */
enum theme_colour {
    THEME_GROUND,
    THEME_PANEL,
    THEME_ROW,      /* alternate rows */
    THEME_LINE,     /* hairlines, gauge tracks */
    THEME_INK,      /* figures and names */
    THEME_DIM,      /* captions */
    THEME_FAINT,    /* what one may miss; never a figure; large only */
    THEME_DATA,     /* points, arcs */
    THEME_DATA2,    /* bars */
    THEME_AMBER,    /* nearing a limit, below target */
    THEME_RED,      /* past a limit, last-ranked */
    THEME_GREEN,    /* live, improved */
    THEME_LAST_ROW, /* ground of the last-ranked row */
    THEME_LAST_BAR, /* bar of the last-ranked row */
    THEME_MAP_LAND,
    THEME_MAP_OTHER,
    THEME_MAP_BORDER,
    THEME_MAP_DISTRICT,
    THEME_MAP_WATER,
    THEME_COLOUR_COUNT
};

/* Roles of text; the size is given for both scales: district and kiosk. */
enum theme_type {
    THEME_CLOCK,      /* 44 / 48 */
    THEME_BIG,        /* 58 / 48: a gauge's figure */
    THEME_KPI,        /* 44 / 44 */
    THEME_HEADLINE,   /* 38 / 40: the place in the header */
    THEME_TITLE,      /* 26 / 28: a panel's title */
    THEME_ROW_FIGURE, /* 26 / 38 */
    THEME_NAME,       /* 26 / 28 */
    THEME_LIST,       /* 24 / 28: names and figures of a dense list */
    THEME_CAPTION,    /* 22 / 24 */
    THEME_SMALL,      /* 18 / 20 */
    THEME_TYPE_COUNT
};

struct theme {
    char name[32];
    uint32_t colours[THEME_COLOUR_COUNT];
    int sizes[THEME_TYPE_COUNT][2]; /* px at 1080 high: district, kiosk */
};

/* Reads a theme of the assets ("night") or a file that ends in .yaml. A theme gives every colour
 * and every size; false with every error in the report, *out then unfit for use. */
bool theme_load(const char *name, struct theme *out, struct yaml_report *report);

/* The key of a colour or a role in a theme file: "data2", "row_figure". */
const char *theme_colour_name(enum theme_colour colour);
const char *theme_type_name(enum theme_type type);

#endif
