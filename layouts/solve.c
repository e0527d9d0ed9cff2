/* From shares of a canvas to whole pixels; and what its viewers can read. */
#include <math.h>
#include <string.h>

#include "layouts/scene.h"

/* Text grows at most so much for viewers far away; a scene that needs more is wrong. */
#define MOST_GROWTH 2.0

static double
tile_line(int length, int tiles, int i)
{
    return round((double)length * i / tiles);
}

/* What one axis of the grid is cut with. */
struct axis {
    int length, tiles, margin, gap;
    double snap; /* how far a line moves to lie on a seam */
    double bezel;
    int lines[SCENE_TRACKS + 1];
};

/* Where the tracks begin and end: count + 1 lines, in proportion, rounded; those near a seam move
 * onto it, the first of several. */
static void
lines(struct axis *axis, const double *shares, int count)
{
    double sum = 0, before = 0;
    for (int i = 0; i < count; i++) {
        sum += shares[i];
    }
    axis->lines[0] = 0;
    for (int i = 0; i < count; i++) {
        before += shares[i];
        double at = before / sum * axis->length;
        double seam =
            tile_line(axis->length, axis->tiles, (int)lround(at * axis->tiles / axis->length));
        bool taken = (int)seam <= axis->lines[i] || (i + 1 < count && (int)seam >= axis->length);
        if (axis->tiles > 1 && fabs(seam - at) <= axis->snap && !taken) {
            at = seam;
        }
        axis->lines[i + 1] = (int)lround(at);
    }
}

static bool
is_seam(const struct axis *axis, int line)
{
    int i = (int)lround((double)line * axis->tiles / axis->length);
    return i > 0 && i < axis->tiles && (int)tile_line(axis->length, axis->tiles, i) == line;
}

/* One axis of a panel's box: from line to line, inside the margin at the canvas's edges and half a
 * gap at lines within (so that two neighbours are one gap apart), on a seam off the bezel too. */
static void
span(const struct axis *axis, int from, int to, bool flush, int *at, int *size)
{
    int low = from, high = to, hidden = (int)ceil(axis->bezel / 2);
    if (!flush) {
        low += from == 0 ? axis->margin : axis->gap / 2;
        high -= to == axis->length ? axis->margin : axis->gap - axis->gap / 2;
    }
    low += is_seam(axis, from) ? hidden : 0;
    high -= is_seam(axis, to) ? hidden : 0;
    *at = low;
    *size = high > low ? high - low : 0;
}

/* Least room a kind can say anything in, in design pixels. */
static void
least(const struct scene *scene, enum panel_kind kind, int *w, int *h)
{
    static const int LEAST[PANEL_KIND_COUNT][2] = {
        [PANEL_HEADER] = {640, 56}, [PANEL_KPI] = {480, 56},         [PANEL_GAUGES] = {420, 160},
        [PANEL_TREND] = {320, 176}, [PANEL_CATEGORIES] = {320, 130}, [PANEL_MAP] = {240, 200},
        [PANEL_HOT] = {320, 96},    [PANEL_WHISTLES] = {320, 88},    [PANEL_TIMEBAR] = {320, 64},
        [PANEL_BOARD] = {420, 190}, [PANEL_ALARMS] = {420, 120},
    };
    *w = LEAST[kind][0];
    *h = LEAST[kind][1];
    if (kind == PANEL_GAUGES && scene->kiosk_scale) {
        *h = 190; /* its text is larger, and must keep off the arcs */
    }
}

static bool
too_small(const struct scene *scene, int i)
{
    int least_w, least_h;
    least(scene, scene->panels[i].kind, &least_w, &least_h);
    const struct panel_rect *rect = &scene->panels[i].rect;
    return rect->w < least_w * scene->unit || rect->h < least_h * scene->unit;
}

static bool
overlap(const struct panel_rect *a, const struct panel_rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

static void
leave_out(struct scene *scene, int i, const char *why, struct buf *notes)
{
    if (notes) {
        buf_printf(notes, "%s: panel '%s' is left out: %s\n", scene->name, scene->panels[i].id,
                   why);
    }
    scene->panels[i].rect = (struct panel_rect){0};
}

/* ---- which arrangement, and how large its text ---- */

static int
nearest_grid(const struct scene *scene, int w, int h)
{
    int best = 0;
    double distance = HUGE_VAL;
    for (int i = 0; i < scene->grids_count; i++) {
        const struct scene_grid *grid = &scene->grids[i];
        double d = fabs(log((double)w / h) - log((double)grid->canvas_w / grid->canvas_h));
        if (d < distance - 1e-9) {
            distance = d;
            best = i;
        }
    }
    return best;
}

static double
fit(const struct scene *scene, const struct scene_grid *grid)
{
    return fmin((double)scene->solved_w / grid->canvas_w, (double)scene->solved_h / grid->canvas_h);
}

/* By how much the unit must grow for text of px design pixels, which is drawn in whole canvas
 * pixels, to cover so many minutes of arc for the farthest viewer. */
static double
growth_for(const struct scene *scene, double px, double minutes)
{
    double mm = 2 * scene->farthest_m * 1000 * tan(minutes * M_PI / (180 * 60) / 2);
    double needed = mm / scene->wall_height_mm * scene->solved_h;
    return round(px * scene->unit) >= needed ? 1 : ceil(needed) / (px * scene->unit);
}

/* A design pixel is a pixel of a canvas whose shorter side is 1080. */
static double
plain_unit(const struct scene *scene, const struct scene_grid *grid)
{
    int shorter = grid->canvas_w < grid->canvas_h ? grid->canvas_w : grid->canvas_h;
    return shorter / 1080.0 * fit(scene, grid);
}

/* The scale's smallest text decides: Chinese read in full, and captions. */
static void
grow_unit(struct scene *scene, struct buf *notes)
{
    if (scene->wall_height_mm <= 0 || scene->farthest_m <= 0) {
        return;
    }
    double body = growth_for(scene, scene->kiosk_scale ? 28 : 24, scene_least_minutes(true, true));
    double caption =
        growth_for(scene, scene->kiosk_scale ? 20 : 18, scene_least_minutes(false, false));
    double growth = fmax(body, caption);
    scene->unit *= fmin(growth, MOST_GROWTH);
    if (growth > MOST_GROWTH && notes) {
        buf_printf(
            notes,
            "%s: text on a wall %.0f mm high is too small for a viewer %.1f m away, and cannot "
            "grow by more than %.0f; --check names what\n",
            scene->name, scene->wall_height_mm, scene->farthest_m, MOST_GROWTH);
    }
}

/* ---- the grid ---- */

/* A line of text has no use for more height than its text. */
static bool
is_line(enum panel_kind kind)
{
    return kind == PANEL_HEADER || kind == PANEL_KPI;
}

/* Lines of text have the room they need: the rows of header and strip follow the text's size, not
 * the canvas's shape, and the others share what is left. */
static void
row_shares(const struct scene *scene, const struct scene_grid *grid,
           const struct scene_place *places, double *out)
{
    bool line[SCENE_TRACKS] = {false};
    double sum = 0, lines_sum = 0;
    for (int i = 0; i < scene->panels_count; i++) {
        if (is_line(scene->panels[i].kind) && places[i].in_grid && places[i].shown &&
            places[i].row[0] == places[i].row[1]) {
            line[places[i].row[0]] = true;
        }
    }
    for (int row = 0; row < grid->rows_count; row++) {
        out[row] = grid->rows[row];
        sum += out[row];
        lines_sum += line[row] ? out[row] : 0;
    }
    double growth = scene->unit / plain_unit(scene, grid) * fit(scene, grid);
    double part = lines_sum / sum * grid->canvas_h * growth / scene->solved_h;
    for (int row = 0; row < grid->rows_count && part < 0.8; row++) {
        if (line[row]) {
            out[row] *= part / (1 - part) * (sum - lines_sum) / lines_sum;
        }
    }
}

static void
place_in_grid(struct scene *scene, const struct scene_grid *grid, const struct scene_place *places)
{
    double scale = fit(scene, grid), rows[SCENE_TRACKS];
    row_shares(scene, grid, places, rows);
    struct axis across = {.length = scene->solved_w,
                          .tiles = scene->tiles_x,
                          .margin = (int)lround(grid->margin * scale),
                          .gap = (int)lround(grid->gap * scale),
                          .bezel = scene->bezel};
    struct axis down = across;
    down.length = scene->solved_h;
    down.tiles = scene->tiles_y;
    across.snap = down.snap = across.gap / 2.0;
    if (scene->wall.tiles[0] > 0) {
        across.snap = fmax(across.snap, across.length / (7.0 * across.tiles));
        down.snap = fmax(down.snap, down.length / (7.0 * down.tiles));
    }
    lines(&across, grid->columns, grid->columns_count);
    lines(&down, rows, grid->rows_count);
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &places[i];
        struct panel_rect *rect = &scene->panels[i].rect;
        *rect = (struct panel_rect){0};
        if (place->shown && place->in_grid) {
            span(&across, across.lines[place->column[0]], across.lines[place->column[1] + 1],
                 place->flush, &rect->x, &rect->w);
            span(&down, down.lines[place->row[0]], down.lines[place->row[1] + 1], place->flush,
                 &rect->y, &rect->h);
        }
    }
}

/* Whether b's area continues a's over a whole edge: in the same columns or in the same rows. */
static bool
continues(const struct scene_place *a, const struct scene_place *b)
{
    bool columns = a->column[0] == b->column[0] && a->column[1] == b->column[1];
    bool rows = a->row[0] == b->row[0] && a->row[1] == b->row[1];
    return a->in_grid && b->in_grid && a->shown && b->shown &&
           ((columns && (a->row[1] + 1 == b->row[0] || b->row[1] + 1 == a->row[0])) ||
            (rows && (a->column[1] + 1 == b->column[0] || b->column[1] + 1 == a->column[0])));
}

static void
take_over(struct scene_place *to, const struct scene_place *from)
{
    for (int end = 0; end < 2; end++) {
        int column = from->column[end], row = from->row[end];
        if (end == 0 ? column < to->column[0] : column > to->column[1]) {
            to->column[end] = column;
        }
        if (end == 0 ? row < to->row[0] : row > to->row[1]) {
            to->row[end] = row;
        }
    }
}

/* Leaves out the least important of panel i and its continuations, and gives its area to the one
 * that has too little room, else to the most important beside it that can use it. */
static void
make_room(struct scene *scene, struct scene_place *places, int i, struct buf *notes)
{
    int goes = i, heir = -1;
    for (int j = 0; j < scene->panels_count; j++) {
        if (j != i && !is_line(scene->panels[i].kind) && continues(&places[i], &places[j]) &&
            scene->panels[j].priority > scene->panels[goes].priority) {
            goes = j;
        }
    }
    for (int j = 0; j < scene->panels_count; j++) {
        bool better = heir < 0 || scene->panels[j].priority < scene->panels[heir].priority;
        if (j != goes && !is_line(scene->panels[j].kind) && continues(&places[goes], &places[j]) &&
            (j == i || (goes == i && better))) {
            heir = j;
        }
    }
    if (heir >= 0) {
        take_over(&places[heir], &places[goes]);
    }
    places[goes].shown = false;
    leave_out(scene, goes, goes == i ? "too little room" : "no room beside a more important one",
              notes);
}

static void
solve_grid(struct scene *scene, const struct scene_grid *grid, struct scene_place *places,
           struct buf *notes)
{
    for (int round = 0; round <= scene->panels_count; round++) {
        int worst = -1;
        place_in_grid(scene, grid, places);
        for (int i = 0; i < scene->panels_count; i++) {
            if (places[i].shown && places[i].in_grid && too_small(scene, i) &&
                (worst < 0 || scene->panels[i].priority > scene->panels[worst].priority)) {
                worst = i;
            }
        }
        if (worst < 0) {
            break;
        }
        make_room(scene, places, worst, notes);
    }
}

/* ---- boxes ---- */

/* An edge of a box near its parent's top or bottom keeps as far from it as text grows (what lies
 * between is text); the others keep their share. */
static int
edge(double at, double scale, double growth, int parent)
{
    double share = at * scale, rest = parent - share;
    if (share < parent / 4.0) {
        return (int)lround(fmax(share, at * growth));
    }
    return rest < parent / 4.0 ? (int)lround(parent - fmax(rest, rest / scale * growth))
                               : (int)lround(share);
}

/* planned: where the grid's panels are without growth and with nothing left out, which is what a
 * box is measured in; it keeps its share of the panel that it is inside. */
static void
place_box(struct scene *scene, const struct scene_grid *grid, const struct panel_rect *planned,
          const struct scene_place *place, struct panel_rect *rect)
{
    double sx = (double)scene->solved_w / grid->canvas_w;
    double sy = (double)scene->solved_h / grid->canvas_h;
    struct panel_rect parent = {0, 0, scene->solved_w, scene->solved_h};
    if (place->inside >= 0) {
        parent = scene->panels[place->inside].rect;
        sx *= (double)parent.w / planned[place->inside].w;
        sy *= (double)parent.h / planned[place->inside].h;
    }
    double growth = scene->unit / plain_unit(scene, grid) * fit(scene, grid);
    rect->x = parent.x + (int)lround(place->box[0] * sx);
    rect->y = parent.y + edge(place->box[1], sy, growth, parent.h);
    rect->w = parent.x + (int)lround((place->box[0] + place->box[2]) * sx) - rect->x;
    rect->h = parent.y + edge(place->box[1] + place->box[3], sy, growth, parent.h) - rect->y;
    /* Rounding must not push it over its parent's edge. */
    int right = parent.x + parent.w, bottom = parent.y + parent.h;
    rect->w = rect->x + rect->w > right ? right - rect->x : rect->w;
    rect->h = rect->y + rect->h > bottom ? bottom - rect->y : rect->h;
}

static void
solve_boxes(struct scene *scene, const struct scene_grid *grid, const struct panel_rect *planned,
            const struct scene_place *places, struct buf *notes)
{
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &places[i];
        if (!place->shown || place->in_grid) {
            continue;
        }
        if (place->inside >= 0 && scene->panels[place->inside].rect.w == 0) {
            leave_out(scene, i, "the panel it is inside is left out", notes);
            continue;
        }
        place_box(scene, grid, planned, place, &scene->panels[i].rect);
        if (too_small(scene, i)) {
            leave_out(scene, i, "too little room", notes);
        }
    }
    for (int i = 0; i < scene->panels_count; i++) {
        for (int j = i + 1; j < scene->panels_count; j++) {
            const struct panel *a = &scene->panels[i], *b = &scene->panels[j];
            if (places[i].inside == places[j].inside && a->rect.w && b->rect.w &&
                overlap(&a->rect, &b->rect)) {
                leave_out(scene, a->priority > b->priority ? i : j, "no room beside another",
                          notes);
            }
        }
    }
}

/* One line for all that the arrangement has no place for. What the scene's own canvas does not show
 * either is only an extra on others. */
static void
note_absent(const struct scene *scene, const struct scene_place *places, struct buf *notes)
{
    bool first = true;
    for (int i = 0; i < scene->panels_count && notes; i++) {
        if (places[i].shown || !scene->grids[0].places[i].shown) {
            continue;
        }
        if (first) {
            buf_printf(notes, "%s: on a canvas of %dx%d there is no place for '%s'", scene->name,
                       scene->solved_w, scene->solved_h, scene->panels[i].id);
        } else {
            buf_printf(notes, ", '%s'", scene->panels[i].id);
        }
        first = false;
    }
    if (!first) {
        buf_printf(notes, "\n");
    }
}

/* What the file says of the wall, or the deployment. */
static void
hang(struct scene *scene, const struct scene_grid *grid)
{
    const struct scene_wall *wall = &scene->wall;
    bool tiles = wall->tiles[0] > 0 && wall->tiles[1] > 0;
    scene->wall_height_mm = wall->wall_height_mm > 0 ? wall->wall_height_mm : grid->wall_height_mm;
    scene->farthest_m = wall->farthest_m > 0 ? wall->farthest_m : grid->farthest_m;
    scene->tiles_x = tiles ? wall->tiles[0] : grid->tiles_x;
    scene->tiles_y = tiles ? wall->tiles[1] : grid->tiles_y;
    scene->bezel = grid->bezel * fit(scene, grid);
    if (wall->has_bezel) {
        scene->bezel = wall->bezel * (wall->mm ? scene->solved_h / scene->wall_height_mm : 1);
    }
}

void
scene_solve(struct scene *scene, int w, int h, struct buf *notes)
{
    scene->solved_w = w;
    scene->solved_h = h;
    scene->grid_now = nearest_grid(scene, w, h);
    const struct scene_grid *grid = &scene->grids[scene->grid_now];
    hang(scene, grid);
    scene->unit = plain_unit(scene, grid);

    struct scene_place places[SCENE_PANELS];
    struct panel_rect planned[SCENE_PANELS];
    memcpy(places, grid->places, sizeof places);
    place_in_grid(scene, grid, places);
    for (int i = 0; i < scene->panels_count; i++) {
        planned[i] = scene->panels[i].rect;
    }
    grow_unit(scene, notes);
    for (int i = 0; i < scene->panels_count; i++) {
        scene->panels[i].framed = places[i].framed;
        scene->panels[i].rect = (struct panel_rect){0};
    }
    note_absent(scene, places, notes);
    solve_grid(scene, grid, places, notes);
    solve_boxes(scene, grid, planned, places, notes);
}

/* ---- seams ---- */

static int
shift(int at, int size, int length, int tiles, double bezel)
{
    for (int i = 1; i < tiles; i++) {
        double seam = tile_line(length, tiles, i);
        int low = (int)floor(seam - bezel / 2), high = (int)ceil(seam + bezel / 2);
        if (at < high && at + size > low) {
            int up = low - (at + size), down = high - at;
            return -up < down ? up : down;
        }
    }
    return 0;
}

int
scene_seam_shift(const struct scene *scene, int y, int h)
{
    return shift(y, h, scene->solved_h, scene->tiles_y, scene->bezel);
}

int
scene_seam_shift_x(const struct scene *scene, int x, int w)
{
    return shift(x, w, scene->solved_w, scene->tiles_x, scene->bezel);
}

/* ---- legibility ---- */

double
scene_arc_minutes(const struct scene *scene, double px)
{
    double height_mm = px * scene->unit / scene->solved_h * scene->wall_height_mm;
    return 2 * atan(height_mm / 2 / (scene->farthest_m * 1000)) * (180 * 60 / M_PI);
}

double
scene_least_minutes(bool body, bool chinese)
{
    return !body ? 16 : chinese ? 25 : 22;
}

int
scene_least_px(const struct scene *scene, bool body, bool chinese)
{
    if (scene->wall_height_mm <= 0 || scene->farthest_m <= 0) {
        return 8; /* not hung anywhere: what the rasteriser takes */
    }
    double radians = scene_least_minutes(body, chinese) * M_PI / (180 * 60);
    double mm = 2 * tan(radians / 2) * scene->farthest_m * 1000;
    return (int)ceil(mm / scene->wall_height_mm * scene->solved_h - 1e-9);
}
