/* scene: one arrangement of panels on a canvas, read from assets or a file and solved to pixels.
 *
 * scene_load parses and checks (every error with file:line:column); scene_solve fits it to a
 * canvas. A struct scene is plain data without pointers: copy it freely. Main thread. Never draws,
 * never reads a map's file or the figures.
 *
 * A scene file (every key; what is optional shows its default):
 *
 *   name: district-daily            # as in --scene; small letters, digits and '-'
 *   place: 石景山区接诉即办指挥调度   # the header's first words
 *   caption: 区级 · 日调度           # "": none
 *   tabs:                           # the header's tabs; the scenes must exist
 *     - {scene: street-duty, label: 值守}
 *   canvas: 3840x1080               # the size all pixels of this file are meant for
 *   tiles: 4x2                      # physical tiles, 1x1 = no seams
 *   viewing: {wall_height_mm: 2000, farthest_m: 6}
 *   theme: night
 *   scale: district                 # type sizes: district, kiosk
 *   motion: full                  # none: nothing moves or flashes
 *   focus_street: ''                # a street's code: the scene of one street
 *   exact_points: false             # else points snap to the 100 m grid
 *   attribution: 示意                # 审图号 of the map, or 示意 for a schematic
 *   region: [lon0, lat0, lon1, lat1] # what the map fits; else the district, or the street in focus
 *   layers:                         # the map, lowest first
 *     - {kind: streets, file: maps/x.geojson, crs: wgs84, code: code, name: name}
 *   grid:
 *     margin: 16                    # pixels to the canvas's edge
 *     gap: 16                       # pixels between panels
 *     columns: [1, 2, 1]            # shares of the width
 *     rows: [96, 396]               # shares of the height
 *     areas:                        # a line a row, a word a column: panel ids; '.' = empty
 *       - header header header
 *       - gauges map    board
 *   panels:
 *     - {id: gauges, kind: gauges, window: period, by: district, metrics: [response]}
 *     - {id: hot, kind: hot, inside: map, box: [0, 112, 520, 336], framed: false}
 *
 * A panel's keys: id, kind (header, kpi, gauges, trend, categories, map, hot, whistles, timebar,
 * board, alarms), title, framed (true), flush (false; true: without margin and gap), window
 * (today, yesterday, week, period, previous_period), by (city, district), group (district, street,
 * community, category, unit, property), street, metrics, figures (of a KPI strip:
 * received, open, resolved, whistles, due_soon, overdue, expedite), rows, priority, and for a panel
 * that is in no area: box [x, y, w, h] in pixels, from the top left of the panel it is inside. */
#ifndef LAYOUTS_SCENE_H
#define LAYOUTS_SCENE_H

#include "layouts/panel.h"
#include "wall/base/yaml.h"

#define SCENE_PANELS 32
#define SCENE_LAYERS 12
#define SCENE_TABS 8
#define SCENE_TRACKS 24 /* columns, rows of the grid */

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

struct scene_grid {
    double columns[SCENE_TRACKS], rows[SCENE_TRACKS]; /* shares of the width, of the height */
    int columns_count, rows_count;
    int margin, gap; /* pixels of the scene's own canvas */
};

/* Where one panel goes, before it is solved. */
struct scene_place {
    bool in_grid, flush;
    int column[2], row[2]; /* first and last, from 0 */
    int inside;            /* index of the panel that box is measured from; -1 = the canvas */
    double box[4];         /* x, y, w, h in pixels of the scene's own canvas */
};

struct scene {
    char name[64];                     /* "district-daily" */
    char place[64];                    /* 石景山区接诉即办指挥调度 */
    char caption[64];                  /* 区级 · 日调度 */
    char tabs[SCENE_TABS][32];         /* labels in the header */
    char tab_scenes[SCENE_TABS][64];   /* the scenes they stand for */
    int tabs_count, tab_now;           /* which is this scene; -1 = none */
    int canvas_w, canvas_h;            /* the size it was made for; pixels */
    int tiles_x, tiles_y;              /* physical tiles; 1x1 = none */
    double wall_height_mm, farthest_m; /* viewing */
    char theme[32];                    /* night, day */
    bool kiosk_scale;                  /* type scale: false = district, true = kiosk */
    bool exact_points;                 /* else snapped to the 100 m grid */
    bool still;                        /* motion: none */
    char focus_street[65];             /* a street's command room; "" = whole district */
    char attribution[128];             /* 审图号, or 示意 for a schematic */
    struct scene_layer layers[SCENE_LAYERS];
    int layers_count;
    double region[4]; /* lon0, lat0, lon1, lat1 to fit in the map; all 0 = fit the district layer */
    struct panel panels[SCENE_PANELS];
    int panels_count;
    struct scene_grid grid;
    struct scene_place places[SCENE_PANELS]; /* of the panel with the same index */
    char folder[512];                        /* of the scene file, with its slash; "" = here */
    int solved_w, solved_h;                  /* the canvas the rectangles are for; 0 = none yet */
};

/* name: a scene of the assets ("district-daily") or a path that ends in .yaml. false when anything
 * was reported; out is then not to be used. */
bool scene_load(const char *name, struct scene *out, struct yaml_report *report);
/* The same from text that is already read; file names it in messages, its folder is where relative
 * paths begin. */
bool scene_parse(const char *file, struct str text, struct scene *out, struct yaml_report *report);

/* Gives every panel its rectangle on a canvas of w × h pixels: the grid in proportion, whole
 * pixels, no two panels of the grid over each other, lines within half a gap of a tile's seam moved
 * onto it. A panel that gets less room than its kind needs, or that would lie over another of the
 * same parent (of the two the one with the greater priority number), is left out: its rect is all
 * 0, which draws nothing, and notes (when not NULL) names it, one a line. May be called again. */
void scene_solve(struct scene *scene, int w, int h, struct buf *notes);

/* How far down text that covers [y, y + h) of the solved canvas must move to clear a horizontal
 * seam of the tiles (0 = it crosses none; negative = up); the smaller way out is taken. */
int scene_seam_shift(const struct scene *scene, int y, int h);

/* Minutes of arc that a character px pixels high (on a canvas 1080 high, scaled with it) covers for
 * the farthest viewer: 2 · atan(height / 2 / distance). */
double scene_arc_minutes(const struct scene *scene, double px);

/* One size of text that panels of a kind use. */
struct scene_text {
    enum panel_kind kind;
    const char *role; /* "name", "caption"; for the message */
    double px;        /* at 1080 high */
    bool body;        /* read in full by everyone, not a caption */
    bool chinese;
};
/* Reports what is too small for the farthest viewer (ISO 9241-303 with the allowance for Chinese):
 * anything under 16′, body under 22′, Chinese body under 25′. Returns how many were reported. */
int scene_check_legibility(const struct scene *scene, const struct scene_text *texts, size_t count,
                           struct yaml_report *report);

/* The words a scene file uses for a panel's numbers, in the order of the enums of
 * feeds/tickets/snapshot.h, which this layer cannot see; NULL-terminated. */
extern const char *const scene_windows[], *const scene_bys[], *const scene_groups[];
extern const char *const scene_kinds[];       /* enum panel_kind */
extern const char *const scene_kpi_figures[]; /* enum panel_kpi */

#endif
