#include "render/points.h"

#include "render/map/map.h"
#include "wall/base/geo.h"
#include "wall/base/sort.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define TILE 32
#define CELL 16    /* pixels, at least, of the grid that counts dots */
#define BLOCK 1024 /* slots that share the time at which one of them changes by itself */
#define NOWHERE UINT32_MAX
#define NOT_SHOWN ((1u << 29) - 1)
#define CHANGED_MOST 4096
#define SHARED_LEAST 16 /* blocks; with fewer a helper has hardly woken up before all is done */

/* Where dots may stand: a cell, or with exact places a slot. */
struct place {
    float x, y;
    uint32_t next, before; /* in its tile; before: NOWHERE = the first */
    uint32_t tile;         /* NOWHERE = in none */
};

/* What a slot was counted as: four bytes, because there may be a million. */
struct counted {
    uint32_t place : 29; /* NOT_SHOWN = nowhere */
    uint32_t state : 2;
    uint32_t arriving : 1; /* in the list of arrivals */
};

struct points {
    const struct map *map;
    bool exact, grid;
    struct panel_rect clip;
    int columns, rows; /* of tiles */
    uint32_t *tiles;   /* the first place of each */
    struct place *places;
    uint32_t (*tickets)[POINTS_STATE_COUNT]; /* by place */
    size_t places_count;
    struct counted *slots;
    int64_t *due_ms;               /* by block */
    size_t slots_count, slots_cap; /* while counting: those counted so far */
    struct helper *helper;         /* NULL: none */
    size_t look_from, look_until;  /* slots that are counted at once */
    _Atomic size_t look_next;      /* the first block of them that nobody has begun to look at */
    _Atomic bool *looked;          /* by block */
    uint32_t *arrivals;            /* slots */
    size_t arrivals_count, arrivals_cap;
    const struct snapshot *snapshot; /* during an update */
    bool shows, counting, all_changed;
    float scale;
    uint32_t tally[POINTS_STATE_COUNT][POINTS_TALLY + 1];
    int64_t moment_ms;
    uint64_t version;
    uint32_t street;
    uint32_t (*cells)[POINTS_STATE_COUNT]; /* of the grid */
    struct points_grid dots;
    struct points_dot *changed;
    size_t changed_count, changed_cap;
    uint64_t *keys; /* of points_in: state and place */
    size_t keys_count, keys_cap;
    struct points_dot *found;
    size_t found_cap;
    struct points_arrival *newest; /* the arrivals' places, as of the last update */
    size_t newest_count, newest_cap;
};

static void *
grown(void *array, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) {
        return array;
    }
    size_t more = *cap + *cap / 2 + 256;
    *cap = more > need ? more : need;
    void *out = reallocarray(array, *cap, size);
    if (!out) {
        abort();
    }
    return out;
}

static uint32_t
tile_of(const struct points *points, float x, float y)
{
    int column = (int)((x - (float)points->clip.x) / TILE);
    int row = (int)((y - (float)points->clip.y) / TILE);
    column = column < 0 ? 0 : column >= points->columns ? points->columns - 1 : column;
    row = row < 0 ? 0 : row >= points->rows ? points->rows - 1 : row;
    return (uint32_t)(row * points->columns + column);
}

static void
unlink_place(struct points *points, uint32_t index)
{
    struct place *place = &points->places[index];
    if (place->tile == NOWHERE) {
        return;
    }
    if (place->before == NOWHERE) {
        points->tiles[place->tile] = place->next;
    } else {
        points->places[place->before].next = place->next;
    }
    if (place->next != NOWHERE) {
        points->places[place->next].before = place->before;
    }
    place->tile = NOWHERE;
}

static void
link_place(struct points *points, uint32_t index, float x, float y)
{
    struct place *place = &points->places[index];
    uint32_t tile = tile_of(points, x, y), first = points->tiles[tile];
    *place = (struct place){x, y, first, NOWHERE, tile};
    if (first != NOWHERE) {
        points->places[first].before = index;
    }
    points->tiles[tile] = index;
}

static void
make_places(struct points *points, size_t count)
{
    points->places = reallocarray(points->places, count + 1, sizeof *points->places);
    points->tickets = reallocarray(points->tickets, count + 1, sizeof *points->tickets);
    if (!points->places || !points->tickets) {
        abort();
    }
    for (size_t i = points->places_count; i < count; i++) {
        points->places[i].tile = NOWHERE;
        memset(points->tickets[i], 0, sizeof points->tickets[i]);
    }
    points->places_count = count;
}

static uint64_t
next_look(void)
{
    static uint64_t looks;
    return ++looks;
}

static void
make_cells(struct points *points)
{
    struct points_grid *dots = &points->dots;
    int longest = points->clip.w > points->clip.h ? points->clip.w : points->clip.h;
    dots->cell_px = longest / (POINTS_CELLS - 1) + 1;
    dots->cell_px = dots->cell_px > CELL ? dots->cell_px : CELL;
    dots->across = points->clip.w / dots->cell_px + 1;
    dots->down = points->clip.h / dots->cell_px + 1;
    points->cells = calloc((size_t)dots->across * (size_t)dots->down, sizeof *points->cells);
    if (!points->cells) {
        abort();
    }
    dots->cells = (const uint32_t(*)[POINTS_STATE_COUNT])points->cells;
    dots->look = next_look();
}

struct points *
points_create(const struct map *map, bool exact)
{
    struct points *points = calloc(1, sizeof *points);
    if (!points) {
        abort();
    }
    points->map = map;
    points->exact = exact;
    points->grid = !exact && map_cells_count(map) > 0;
    points->clip = map_clip(map);
    points->columns = points->clip.w / TILE + 1;
    points->rows = points->clip.h / TILE + 1;
    size_t tiles = (size_t)points->columns * (size_t)points->rows;
    points->tiles = reallocarray(NULL, tiles, sizeof *points->tiles);
    if (!points->tiles) {
        abort();
    }
    memset(points->tiles, 0xff, tiles * sizeof *points->tiles);
    make_cells(points);
    if (points->grid) {
        make_places(points, map_cells_count(map));
    }
    points->all_changed = true;
    return points;
}

void
points_set_helper(struct points *points, struct helper *helper)
{
    points->helper = helper;
}

void
points_destroy(struct points *points)
{
    if (points) {
        free(points->tiles);
        free(points->cells);
        free(points->places);
        free(points->tickets);
        free(points->slots);
        free(points->due_ms);
        free(points->looked);
        free(points->arrivals);
        free(points->changed);
        free(points->keys);
        free(points->found);
        free(points->newest);
        free(points);
    }
}

/* ---- counting ---- */

static uint32_t
find_cell(const struct points *points, const struct snapshot_point *point)
{
    uint32_t cell = map_cell(points->map, point->lon_e7 * 1e-7, point->lat_e7 * 1e-7);
    return cell == MAP_NO_CELL ? NOT_SHOWN : cell;
}

/* Where the point is drawn: its cell, or its place where the scene says exactly. x and y: of the
 * latter alone, a cell's middle is known. */
static uint32_t
find_place(const struct points *points, uint32_t slot, float *x, float *y)
{
    const struct snapshot_point *point = &points->snapshot->points[slot];
    if (points->grid) {
        return find_cell(points, point);
    }
    double lon = point->lon_e7 * 1e-7, lat = point->lat_e7 * 1e-7;
    if (!points->exact) {
        struct geo_point snapped = geo_snap((struct geo_point){lon, lat}, 100);
        lon = snapped.lon;
        lat = snapped.lat;
    }
    map_project(points->map, lon, lat, x, y);
    struct panel_rect clip = points->clip;
    bool inside = *x > (float)clip.x && *x < (float)(clip.x + clip.w) && *y > (float)clip.y &&
                  *y < (float)(clip.y + clip.h);
    return inside ? slot : NOT_SHOWN;
}

static void
note_change(struct points *points, const struct place *place)
{
    if (points->all_changed || points->changed_count == CHANGED_MOST) {
        points->all_changed = true;
        return;
    }
    points->changed = grown(points->changed, &points->changed_cap, points->changed_count + 1,
                            sizeof *points->changed);
    points->changed[points->changed_count++] = (struct points_dot){.x = place->x, .y = place->y};
}

/* One dot more or less where the place is. */
static void
count_dot(struct points *points, const struct place *place, uint32_t state, bool there)
{
    struct points_grid *dots = &points->dots;
    int column = ((int)place->x - points->clip.x) / dots->cell_px;
    int row = ((int)place->y - points->clip.y) / dots->cell_px;
    column = column < 0 ? 0 : column >= dots->across ? dots->across - 1 : column;
    row = row < 0 ? 0 : row >= dots->down ? dots->down - 1 : row;
    uint32_t *count = &points->cells[row * dots->across + column][state];
    *count = there ? *count + 1 : *count - 1;
    dots->look = next_look();
}

/* One ticket more or less of a state in a place. */
static void
count_ticket(struct points *points, uint32_t place, uint32_t state, int step)
{
    uint32_t *tickets = &points->tickets[place][state], *tally = points->tally[state];
    uint32_t before = *tickets, after = (uint32_t)((int64_t)before + step);
    *tickets = after;
    if (before == 0 || after == 0) {
        count_dot(points, &points->places[place], state, after > 0);
    }
    before = before < POINTS_TALLY ? before : POINTS_TALLY;
    after = after < POINTS_TALLY ? after : POINTS_TALLY;
    if (before != after) {
        tally[before]--; /* [0] counts nothing of use */
        tally[after]++;
        note_change(points, &points->places[place]);
    }
}

static void
take_off(struct points *points, struct counted *slot)
{
    count_ticket(points, slot->place, slot->state, -1);
    if (!points->grid) {
        unlink_place(points, slot->place);
    }
    slot->place = NOT_SHOWN;
}

static void
put_on(struct points *points, struct counted *slot, uint32_t at, float x, float y, uint32_t state)
{
    if (points->places[at].tile == NOWHERE) {
        if (points->grid) {
            map_cell_place(points->map, at, &x, &y);
        }
        link_place(points, at, x, y);
    }
    count_ticket(points, at, state, 1);
    slot->place = at & NOT_SHOWN;
    slot->state = state & 3;
}

/* The next time after the moment at which the point looks different by itself. */
static int64_t
next_due(const struct snapshot_point *point, int64_t moment_ms)
{
    int64_t overdue = point->overdue_ms == INT64_MAX ? INT64_MAX : point->overdue_ms + 1;
    int64_t times[] = {point->arrived_ms, point->soon_ms, overdue}, due = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        due = times[i] > moment_ms && times[i] < due ? times[i] : due;
    }
    return due;
}

static void
note_arrival(struct points *points, uint32_t index)
{
    points->slots[index].arriving = true;
    points->arrivals = grown(points->arrivals, &points->arrivals_cap, points->arrivals_count + 1,
                             sizeof *points->arrivals);
    points->arrivals[points->arrivals_count++] = index;
}

/* Whether the point is one of those to show, now or later. */
static bool
is_known(const struct points *points, const struct snapshot_point *point)
{
    return point->used && (points->street == UINT32_MAX || point->street == points->street);
}

static uint32_t
state_at(const struct snapshot_point *point, int64_t moment_ms)
{
    return moment_ms > point->overdue_ms ? POINTS_OVERDUE
           : moment_ms >= point->soon_ms ? POINTS_SOON
                                         : POINTS_OPEN;
}

/* Takes one slot as it is now. */
static void
count_slot(struct points *points, uint32_t index)
{
    const struct snapshot_point *point = &points->snapshot->points[index];
    struct counted *slot = &points->slots[index];
    int64_t moment_ms = points->moment_ms;
    bool known = is_known(points, point);
    uint32_t at = NOT_SHOWN;
    float x = 0, y = 0;
    if (known && point->arrived_ms <= moment_ms) {
        at = find_place(points, index, &x, &y);
    }
    uint32_t state = state_at(point, moment_ms);
    bool moved = slot->place != at || (at != NOT_SHOWN && !points->grid &&
                                       (points->places[at].x != x || points->places[at].y != y));
    if (moved || (at != NOT_SHOWN && slot->state != state)) {
        if (slot->place != NOT_SHOWN) {
            take_off(points, slot);
        }
        if (at != NOT_SHOWN) {
            put_on(points, slot, at, x, y, state);
        }
    }
    if (at != NOT_SHOWN && !slot->arriving && moment_ms - point->arrived_ms < POINTS_ARRIVAL_MS) {
        note_arrival(points, index);
    }
    if (known) {
        int64_t *block = &points->due_ms[index / BLOCK], due = next_due(point, moment_ms);
        *block = due < *block ? due : *block;
    }
}

static void
grow_slots(struct points *points, size_t count)
{
    size_t blocks_before = (points->slots_count + BLOCK - 1) / BLOCK;
    size_t blocks = (count + BLOCK - 1) / BLOCK;
    if (count > points->slots_cap) {
        points->slots = grown(points->slots, &points->slots_cap, count, sizeof *points->slots);
        size_t most = points->slots_cap / BLOCK + 2;
        points->due_ms = reallocarray(points->due_ms, most, sizeof *points->due_ms);
        points->looked = reallocarray(points->looked, most, sizeof *points->looked);
        if (!points->due_ms || !points->looked) {
            abort();
        }
    }
    for (size_t i = points->slots_count; i < count; i++) {
        points->slots[i] = (struct counted){.place = NOT_SHOWN};
    }
    for (size_t i = blocks_before; i < blocks; i++) {
        points->due_ms[i] = INT64_MAX;
    }
    points->slots_count = count > points->slots_count ? count : points->slots_count;
    if (!points->grid && count > points->places_count) {
        make_places(points, points->slots_cap);
    }
}

static void
forget_all(struct points *points)
{
    size_t tiles = (size_t)points->columns * (size_t)points->rows;
    memset(points->tiles, 0xff, tiles * sizeof *points->tiles);
    for (size_t i = 0; i < points->places_count; i++) {
        points->places[i].tile = NOWHERE;
        memset(points->tickets[i], 0, sizeof points->tickets[i]);
    }
    memset(points->tally, 0, sizeof points->tally);
    size_t cells = (size_t)points->dots.across * (size_t)points->dots.down;
    memset(points->cells, 0, cells * sizeof *points->cells);
    points->dots.look = next_look();
    points->slots_count = points->arrivals_count = points->newest_count = 0;
    points->all_changed = true;
}

/* The slots of the block among those that are counted at once. */
static void
slots_of(const struct points *points, size_t block, size_t *from, size_t *until)
{
    *from = block * BLOCK > points->look_from ? block * BLOCK : points->look_from;
    *until = (block + 1) * BLOCK < points->look_until ? (block + 1) * BLOCK : points->look_until;
}

/* What the slots of a block, which are not counted yet, are to be counted as. Any thread: it writes
 * what is the block's own alone. */
static void
look_at_block(struct points *points, size_t block)
{
    size_t from, until;
    slots_of(points, block, &from, &until);
    int64_t moment_ms = points->moment_ms, block_due = points->due_ms[block];
    for (size_t i = from; i < until; i++) {
        const struct snapshot_point *point = &points->snapshot->points[i];
        struct counted slot = {.place = NOT_SHOWN};
        if (is_known(points, point)) {
            int64_t due = next_due(point, moment_ms);
            block_due = due < block_due ? due : block_due;
            if (point->arrived_ms <= moment_ms) {
                slot.place = find_cell(points, point) & NOT_SHOWN;
                slot.state = state_at(point, moment_ms) & 3;
                slot.arriving =
                    slot.place != NOT_SHOWN && moment_ms - point->arrived_ms < POINTS_ARRIVAL_MS;
            }
        }
        points->slots[i] = slot;
    }
    points->due_ms[block] = block_due;
}

/* The next block that nobody looks at; false: there is none. */
static bool
look_at_next(void *user)
{
    struct points *points = user;
    size_t block = atomic_fetch_add(&points->look_next, 1);
    if (block * BLOCK >= points->look_until) {
        return false;
    }
    look_at_block(points, block);
    atomic_store(&points->looked[block], true);
    return true;
}

/* Counts a block's slots as they were looked at. */
static void
count_block(struct points *points, size_t block)
{
    size_t from, until;
    slots_of(points, block, &from, &until);
    for (size_t i = from; i < until; i++) {
        struct counted *slot = &points->slots[i];
        if (slot->place != NOT_SHOWN) {
            put_on(points, slot, slot->place, 0, 0, slot->state);
            if (slot->arriving) {
                note_arrival(points, (uint32_t)i);
            }
        }
    }
}

/* Cells' slots from…until, which are not counted yet. The helper looks, so does who counts while no
 * block is ready. They are counted in their order, whoever looked. */
static void
count_together(struct points *points, size_t from, size_t until)
{
    if (from == until) {
        return;
    }
    size_t block = from / BLOCK, end = (until + BLOCK - 1) / BLOCK;
    points->look_from = from;
    points->look_until = until;
    atomic_store(&points->look_next, block);
    for (size_t i = block; i < end; i++) {
        atomic_store(&points->looked[i], false);
    }
    if (end - block >= SHARED_LEAST) {
        helper_begin(points->helper, look_at_next, points);
    }
    while (block < end) {
        if (atomic_load(&points->looked[block])) {
            count_block(points, block++);
        } else if (!look_at_next(points)) {
            helper_end(points->helper, points); /* the last ones are with it */
        }
    }
    helper_end(points->helper, points);
}

/* Counts the next slots of those not counted yet. */
static void
go_on_counting(struct points *points, size_t most)
{
    size_t first = points->slots_count, rest = points->snapshot->points_count - first;
    size_t end = first + (rest < most ? rest : most);
    grow_slots(points, end);
    if (points->grid) {
        count_together(points, first, end);
    } else {
        for (size_t i = first; i < end; i++) {
            count_slot(points, (uint32_t)i);
        }
    }
    points->counting = end < points->snapshot->points_count;
}

static void
take_changes(struct points *points)
{
    const struct snapshot *snapshot = points->snapshot;
    bool listed = snapshot->points_version != points->version;
    if (!points->counting) {
        grow_slots(points, snapshot->points_count);
    }
    for (size_t i = 0; listed && i < snapshot->points_changed_count; i++) {
        if (snapshot->points_changed[i] < points->slots_count) {
            count_slot(points, snapshot->points_changed[i]);
        }
    }
    size_t blocks = (points->slots_count + BLOCK - 1) / BLOCK;
    for (size_t block = 0; block < blocks; block++) {
        if (points->due_ms[block] > points->moment_ms) {
            continue;
        }
        points->due_ms[block] = INT64_MAX;
        size_t end = (block + 1) * BLOCK;
        end = end < points->slots_count ? end : points->slots_count;
        for (size_t i = block * BLOCK; i < end; i++) {
            count_slot(points, (uint32_t)i);
        }
    }
}

/* Equal times: by place, so that the order does not depend on slots. */
static bool
is_newer(const struct points_arrival *a, const struct points_arrival *b)
{
    if (a->arrived_ms != b->arrived_ms) {
        return a->arrived_ms > b->arrived_ms;
    }
    return a->y != b->y ? a->y < b->y : a->x < b->x;
}

/* Drops what is no arrival any more, and keeps the others' places. */
static void
find_arrivals(struct points *points)
{
    size_t kept = 0;
    points->newest =
        grown(points->newest, &points->newest_cap, points->arrivals_count, sizeof *points->newest);
    for (size_t i = 0; i < points->arrivals_count; i++) {
        uint32_t index = points->arrivals[i];
        const struct snapshot_point *point = &points->snapshot->points[index];
        struct counted *slot = &points->slots[index];
        if (slot->place == NOT_SHOWN ||
            points->moment_ms - point->arrived_ms >= POINTS_ARRIVAL_MS) {
            slot->arriving = false;
            continue;
        }
        const struct place *place = &points->places[slot->place];
        points->newest[kept] = (struct points_arrival){place->x, place->y, point->arrived_ms};
        points->arrivals[kept++] = index;
    }
    points->arrivals_count = points->newest_count = kept;
}

/* Whether the snapshot's list says all that changed since the last update. */
static bool
is_next(const struct points *points, const struct snapshot *snapshot, int64_t moment_ms,
        uint32_t street)
{
    uint64_t steps = snapshot->points_version - points->version;
    return points->shows && moment_ms >= points->moment_ms && street == points->street &&
           snapshot->points_count >= points->slots_count &&
           (steps == 0 ||
            (!snapshot->points_all_changed && steps == snapshot->points_changed_count));
}

void
points_update(struct points *points, const struct snapshot *snapshot, int64_t moment_ms,
              uint32_t street, size_t most)
{
    points->all_changed = points->counting;
    points->changed_count = 0;
    if (!snapshot) {
        if (points->shows) {
            forget_all(points);
        }
        points->shows = points->counting = false;
        return;
    }
    bool next = is_next(points, snapshot, moment_ms, street);
    points->snapshot = snapshot;
    points->moment_ms = moment_ms;
    points->street = street;
    if (next) {
        take_changes(points);
    } else {
        forget_all(points);
        points->counting = true;
    }
    if (points->counting) {
        go_on_counting(points, most);
        points->all_changed = !points->counting;
    }
    find_arrivals(points);
    points->version = snapshot->points_version;
    points->shows = true;
    points->snapshot = NULL;
}

bool
points_are_whole(const struct points *points)
{
    return !points->counting;
}

/* ---- asking ---- */

const struct points_dot *
points_changed(const struct points *points, size_t *count, bool *all)
{
    *count = points->changed_count;
    *all = points->all_changed;
    return points->changed;
}

static void
gather_tile(struct points *points, uint32_t tile, const struct panel_rect *box)
{
    for (uint32_t i = points->tiles[tile]; i != NOWHERE; i = points->places[i].next) {
        const struct place *place = &points->places[i];
        if (place->x < (float)box->x || place->x >= (float)(box->x + box->w) ||
            place->y < (float)box->y || place->y >= (float)(box->y + box->h)) {
            continue;
        }
        for (uint64_t state = 0; state < POINTS_STATE_COUNT; state++) {
            if (points->tickets[i][state]) {
                points->keys = grown(points->keys, &points->keys_cap, points->keys_count + 1,
                                     sizeof *points->keys);
                points->keys[points->keys_count++] = state << 32 | i;
            }
        }
    }
}

const struct points_dot *
points_in(struct points *points, const struct panel_rect *boxes, int boxes_count, size_t *count)
{
    points->keys_count = 0;
    for (int i = 0; i < boxes_count; i++) {
        const struct panel_rect *box = &boxes[i];
        uint32_t first = tile_of(points, (float)box->x, (float)box->y);
        uint32_t last = tile_of(points, (float)(box->x + box->w), (float)(box->y + box->h));
        uint32_t columns = (uint32_t)points->columns;
        for (uint32_t row = first / columns; row <= last / columns; row++) {
            for (uint32_t column = first % columns; column <= last % columns; column++) {
                gather_tile(points, row * columns + column, box);
            }
        }
    }
    sort_numbers(points->keys, points->keys_count);
    points->found =
        grown(points->found, &points->found_cap, points->keys_count, sizeof *points->found);
    size_t found = 0;
    for (size_t i = 0; i < points->keys_count; i++) {
        uint32_t at = (uint32_t)points->keys[i], state = (uint32_t)(points->keys[i] >> 32);
        if (i > 0 && points->keys[i] == points->keys[i - 1]) {
            continue;
        }
        points->found[found++] =
            (struct points_dot){points->places[at].x, points->places[at].y,
                                (enum points_state)state, points->tickets[at][state]};
    }
    *count = found;
    return points->found;
}

const struct points_dot *
points_all(struct points *points, size_t *count)
{
    struct panel_rect clip = points->clip; /* a cell's middle may lie a little outside it */
    struct panel_rect whole = {clip.x - TILE, clip.y - TILE, clip.w + 2 * TILE, clip.h + 2 * TILE};
    return points_in(points, &whole, 1, count);
}

struct points_grid
points_grid(const struct points *points)
{
    return points->dots;
}

uint32_t
points_tally(const struct points *points, enum points_state state, uint32_t tickets)
{
    return points->tally[state][tickets];
}

float
points_scale(const struct points *points)
{
    return points->scale;
}

void
points_set_scale(struct points *points, float scale)
{
    points->all_changed = points->all_changed || scale != points->scale;
    points->scale = scale;
}

/* Puts an arrival among those in their order; the last one goes where they are too many. */
static int
put_arrival(struct points_arrival *out, int count, int max, const struct points_arrival *arrival)
{
    int at = count;
    while (at > 0 && is_newer(arrival, &out[at - 1])) {
        at--;
    }
    if (at == max) {
        return count;
    }
    count += count < max;
    memmove(&out[at + 1], &out[at], (size_t)(count - 1 - at) * sizeof *out);
    out[at] = *arrival;
    return count;
}

int
points_arrivals(const struct points *points, struct points_arrival *out, int max)
{
    int count = 0;
    int64_t share_ms = POINTS_ARRIVAL_MS / max;
    for (size_t i = 0; i < points->newest_count; i++) {
        const struct points_arrival *arrival = &points->newest[i];
        int same = 0;
        while (same < count && out[same].arrived_ms / share_ms != arrival->arrived_ms / share_ms) {
            same++;
        }
        if (same == count) {
            count = put_arrival(out, count, max, arrival);
        } else if (is_newer(&out[same], arrival)) {
            out[same] = *arrival; /* of the same share, and still between its neighbours */
        }
    }
    return count;
}
