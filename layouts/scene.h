/* scene: one arrangement of panels on a canvas, read from assets or a file and solved to pixels.
 *
 * scene_load parses and checks (every error with file:line:column); scene_solve fits it to a
 * canvas. Owned by the caller until scene_free. Main thread. */
#ifndef LAYOUTS_SCENE_H
#define LAYOUTS_SCENE_H

#include "layouts/panel.h"
#include "wall/base/yaml.h"

#define SCENE_PANELS 32
#define SCENE_LAYERS 12
#define SCENE_TABS 8

enum scene_layer_kind {
    SCENE_LAYER_CONTEXT,
    SCENE_LAYER_WATER,
    SCENE_LAYER_STREETS,
    SCENE_LAYER_DISTRICT,
    SCENE_LAYER_KIND_COUNT
};

/* One map layer; paths are relative to the scene file, then to the asset folders. */
struct scene_layer {
    enum scene_layer_kind kind;
    char path[512];
    char crs[16];      /* must be named: an untagged layer is refused */
    char code_key[64]; /* property that holds the street's code; "" = by name */
    char name_key[64]; /* property that holds the name shown; "" = none */
};

struct scene {
    char name[64];                     /* "district-daily" */
    char place[64];                    /* 石景山区接诉即办指挥调度 */
    char caption[64];                  /* 区级 · 日调度 */
    char tabs[SCENE_TABS][32];         /* scene names in the header; "" ends */
    int tabs_count, tab_now;           /* which is this scene */
    int canvas_w, canvas_h;            /* the size it was made for; pixels */
    int tiles_x, tiles_y;              /* physical tiles; 1x1 = none */
    double wall_height_mm, farthest_m; /* viewing */
    char theme[32];                    /* night, day */
    bool kiosk_scale;                  /* type scale: false = district, true = kiosk */
    bool exact_points;                 /* else snapped to the 100 m grid */
    char focus_street[65];             /* a street's command room; "" = whole district */
    char attribution[128];             /* 审图号, or 示意 for a schematic */
    struct scene_layer layers[SCENE_LAYERS];
    int layers_count;
    double region[4]; /* lon0, lat0, lon1, lat1 to fit in the map; all 0 = fit the district layer */
    struct panel panels[SCENE_PANELS];
    int panels_count;
};

/* name: a scene of the assets ("district-daily") or a path that ends in .yaml. */
bool scene_load(const char *name, struct scene *out, struct yaml_report *report);
/* Gives every panel its rectangle on a canvas of w × h pixels. Panels that do not fit are left out,
 * lowest priority first, and named in notes (one a line) when notes is not NULL. */
void scene_solve(struct scene *scene, int w, int h, struct buf *notes);

#endif
