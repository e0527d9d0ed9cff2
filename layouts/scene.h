/* scene: panels and how they are arranged on canvases of several shapes, read from assets or a file
 * and solved to pixels.
 *
 * scene_load parses and checks (every error with file:line:column); scene_solve takes the
 * arrangement whose canvas is nearest in shape and fits it to the canvas at hand. A struct scene is
 * plain data without pointers: copy it freely. Main thread. Never draws, never reads a map's file
 * or the figures.
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
 *   bezels: 0 px                    # what the frame between two tiles covers; '3.5 mm' too
 *   viewing: {wall_height_mm: 2000, farthest_m: 6} # these three: unless the deployment says more
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
 *   grids:                          # arrangements for other shapes of canvas; the nearest is taken
 *     - canvas: 1080x1920           # each has the keys of grid, its own canvas,
 *       tiles: 1x1                  # tiles, bezels (1x1 and 0 where it says nothing),
 *       viewing: {wall_height_mm: 1218, farthest_m: 2} # viewing (else the scene's),
 *       boxes: {hot: [0, 112, 520, 336]} # and boxes of its own for panels in no area; a panel
 *       columns: [1]                # that is in neither is not shown there
 *       rows: [1, 2]
 *       areas: [header, map]
 *   panels:
 *     - {id: gauges, kind: gauges, window: period, by: district, metrics: [response]}
 *     - {id: hot, kind: hot, inside: map, box: [0, 112, 520, 336], framed: false}
 *
 * A panel's keys: id, kind (header, kpi, gauges, trend, categories, map, hot, whistles, timebar,
 * board, alarms), title, framed (true), flush (false; true: without margin and gap), window
 * (today, yesterday, week, period, previous_period), by (city, district), group (district, street,
 * community, category, unit, property), street, metrics, figures (of a KPI strip:
 * received, open, resolved, whistles, due_soon, overdue, expedite), rows, priority, and for a panel
 * that is in no area of grid: box [x, y, w, h] in pixels, from the top left of the panel it is
 * inside. Where another arrangement gives such a panel an area, it has the panel ground there. A
 * panel needs a place in one arrangement at least: some are only for wider canvases. */
#ifndef LAYOUTS_SCENE_H
#define LAYOUTS_SCENE_H

#include "layouts/panel.h"
#include "wall/base/yaml.h"

#define SCENE_PANELS 32
#define SCENE_LAYERS 12
#define SCENE_TABS 8
#define SCENE_TRACKS 24 /* columns, rows of the grid */
#define SCENE_GRIDS 8

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

/* Where one panel goes, before it is solved. */
struct scene_place {
    bool shown;   /* has an area or a box in this arrangement */
    bool in_grid; /* an area */
    bool flush;
    bool framed;           /* has the panel ground */
    int column[2], row[2]; /* first and last, from 0 */
    int inside;            /* index of the panel that box is measured from; -1 = the canvas */
    double box[4];         /* x, y, w, h in pixels of the arrangement's own canvas */
};

/* One arrangement of the panels, for canvases of about its shape. */
struct scene_grid {
    int canvas_w, canvas_h; /* the size that all its pixels are meant for */
    int tiles_x, tiles_y;   /* physical tiles; 1x1 = none */
    double bezel;           /* pixels of that canvas that the frame between two tiles covers */
    double wall_height_mm, farthest_m;
    int viewing_line, viewing_column;                 /* where the file says so */
    double columns[SCENE_TRACKS], rows[SCENE_TRACKS]; /* shares of the width, of the height */
    int columns_count, rows_count;
    int margin, gap;                         /* pixels of that canvas */
    struct scene_place places[SCENE_PANELS]; /* of the panel with the same index */
};

/* Where a scene hangs, as far as a deployment knows better than the scene's file: the same file
 * serves walls of many sizes. What is 0 stays as the file says. */
struct scene_wall {
    char theme[32]; /* of the room: day where it is bright; "" as the scene says */
    double wall_height_mm, farthest_m;
    int tiles[2];       /* across and down */
    bool has_bezel, mm; /* the bezel is given; in millimetres of the wall, else canvas pixels */
    double bezel;
};

struct scene {
    char name[64];                   /* "district-daily" */
    char place[64];                  /* 石景山区接诉即办指挥调度 */
    char caption[64];                /* 区级 · 日调度 */
    char tabs[SCENE_TABS][32];       /* labels in the header */
    char tab_scenes[SCENE_TABS][64]; /* the scenes they stand for */
    int tabs_count, tab_now;         /* which is this scene; -1 = none */
    int canvas_w, canvas_h;          /* the size it was made for: its first arrangement's */
    char theme[32];                  /* night, day */
    bool kiosk_scale;                /* type scale: false = district, true = kiosk */
    bool exact_points;               /* else snapped to the 100 m grid */
    bool still;                      /* motion: none */
    char focus_street[65];           /* a street's command room; "" = whole district */
    char attribution[128];           /* 审图号, or 示意 for a schematic */
    struct scene_layer layers[SCENE_LAYERS];
    int layers_count;
    double region[4]; /* lon0, lat0, lon1, lat1 to fit in the map; all 0 = fit the district layer */
    struct panel panels[SCENE_PANELS];
    int panels_count;
    struct scene_grid grids[SCENE_GRIDS]; /* the first is the scene's own `grid` */
    int grids_count;
    struct scene_wall wall; /* of the deployment; set by scene_hang */
    char file[576];         /* as messages name it */
    char folder[512];       /* of the scene file, with its slash; "" = here */

    /* What scene_solve gave, for a canvas of solved_w × solved_h pixels (0 = not solved yet). */
    int solved_w, solved_h;
    int grid_now;                      /* the arrangement it took */
    double unit;                       /* canvas pixels of one design pixel, in which text sizes
                                          and distances are given */
    int tiles_x, tiles_y;              /* of that arrangement */
    double bezel;                      /* canvas pixels */
    double wall_height_mm, farthest_m; /* viewing */
};

/* name: a scene of the assets ("district-daily") or a path that ends in .yaml. false when anything
 * was reported; out is then not to be used. */
bool scene_load(const char *name, struct scene *out, struct yaml_report *report);
/* The same from text that is already read; file names it in messages, its folder is where relative
 * paths begin. */
bool scene_parse(const char *file, struct str text, struct scene *out, struct yaml_report *report);

/* Says where the scene hangs; before scene_solve. */
void scene_hang(struct scene *scene, const struct scene_wall *wall);
/* The name of a theme: 1 to 31 small letters, digits and '-'. */
bool scene_theme_valid(struct str name);

/* Gives every panel its rectangle on a canvas of w × h pixels: of the arrangement nearest in shape,
 * the grid in proportion, whole pixels, no two panels of the grid over each other, lines within
 * half a gap of a tile's seam moved onto it and off what the bezel covers (of tiles that the
 * deployment names, a seventh of a tile, since the file could not know them). Tiles, bezel and
 * viewing are scene->wall's where it gives them. unit is that of the arrangement, and larger (at
 * most twice) where the farthest viewer could not read the smallest text otherwise.
 *
 * A panel that gets less room than its kind needs makes room: of it and those beside it of the same
 * width or height the one with the greatest priority number is left out and the others take its
 * place. Of two boxes over each other the one with the greater number goes. A panel left out has a
 * rect of all 0, which draws nothing, and notes (when not NULL) names it: those without a place in
 * the arrangement in one line, the others in one each. May be called again. */
void scene_solve(struct scene *scene, int w, int h, struct buf *notes);

/* What the frame between two tiles covers: "4", "4 px", "3.5 mm". false where it is neither, or
 * more than 200 of either; value and *mm say what was read. */
bool scene_bezel_parse(struct str text, double *value, bool *mm);

/* How far down text that covers [y, y + h) of the solved canvas must move to clear a horizontal
 * seam of the tiles (0 = it crosses none; negative = up); the smaller way out is taken. Then the
 * same for [x, x + w), a vertical seam, and to the right. */
int scene_seam_shift(const struct scene *scene, int y, int h);
int scene_seam_shift_x(const struct scene *scene, int x, int w);

/* Minutes of arc that a character of px design pixels covers for the farthest viewer of the solved
 * canvas: 2 · atan(height / 2 / distance). */
double scene_arc_minutes(const struct scene *scene, double px);

/* The height that a text must have for the farthest viewer, in minutes of arc (ISO 9241-303,
 * NUREG-0700, with the allowance for Chinese): 16 at least, what is read in full 22, and 25 where
 * it is Chinese. */
double scene_least_minutes(bool body, bool chinese);

/* The least size, in whole pixels of the solved canvas, at which text has that height. */
int scene_least_px(const struct scene *scene, bool body, bool chinese);

/* The words a scene file uses for a panel's numbers, in the order of the enums of
 * feeds/tickets/snapshot.h, which this layer cannot see; NULL-terminated. */
extern const char *const scene_windows[], *const scene_bys[], *const scene_groups[];
extern const char *const scene_kinds[];       /* enum panel_kind */
extern const char *const scene_kpi_figures[]; /* enum panel_kpi */

#endif
