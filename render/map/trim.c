#include "render/map/trim.h"

#include <math.h>
#include <string.h>

#define RUN_MAX 32

/* Squared distance of p to the edge from a to b. */
static double
distance2(const double *p, const double *a, const double *b)
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double x = a[0] + t * dx - p[0], y = a[1] + t * dy - p[1];
    return x * x + y * y;
}

int
trim_simplify(double *xy, int count, bool closed, double tolerance)
{
    if (count < 3) {
        return count;
    }
    double limit = tolerance * tolerance;
    int kept = 1, from = 0; /* the last kept corner, as an index of the input */
    double last[2] = {xy[0], xy[1]};
    int end = closed ? count + 1 : count; /* a ring comes back to its first corner */
    double first[2] = {xy[0], xy[1]};
    for (int next = 2; next < end; next++) {
        const double *to = next == count ? first : &xy[2 * next];
        bool near = next - from <= RUN_MAX;
        for (int i = from + 1; near && i < next; i++) {
            near = distance2(&xy[2 * i], last, to) <= limit;
        }
        if (!near) { /* the corner before next is needed */
            from = next - 1;
            last[0] = xy[2 * from];
            last[1] = xy[2 * from + 1];
            xy[2 * kept] = last[0];
            xy[2 * kept + 1] = last[1];
            kept++;
        }
    }
    if (!closed) {
        xy[2 * kept] = xy[2 * count - 2];
        xy[2 * kept + 1] = xy[2 * count - 1];
        kept++;
    }
    return kept;
}

/* Cuts a ring at one side of the box: axis 0 = x, 1 = y; keeps what is on the inner side. */
static int
cut(const double *in, int count, int axis, double at, bool keep_above, double *out)
{
    int made = 0;
    for (int i = 0; i < count; i++) {
        const double *a = &in[2 * i], *b = &in[2 * ((i + 1) % count)];
        bool a_in = keep_above ? a[axis] >= at : a[axis] <= at;
        bool b_in = keep_above ? b[axis] >= at : b[axis] <= at;
        if (a_in) {
            memcpy(&out[2 * made++], a, 2 * sizeof *out);
        }
        if (a_in != b_in) {
            double t = (at - a[axis]) / (b[axis] - a[axis]);
            double *p = &out[2 * made++];
            p[axis] = at;
            p[1 - axis] = a[1 - axis] + t * (b[1 - axis] - a[1 - axis]);
        }
    }
    return made;
}

int
trim_ring(const double *xy, int count, struct trim_box box, struct arena *arena, double **out)
{
    /* Each side adds at most one corner for each edge that crosses it. */
    size_t room = (size_t)count * 2 + 8;
    double *a = arena_zalloc(arena, room, 2 * sizeof *a);
    memcpy(a, xy, (size_t)count * 2 * sizeof *a);
    const struct {
        int axis;
        double at;
        bool keep_above;
    } sides[4] = {{0, box.x0, true}, {0, box.x1, false}, {1, box.y0, true}, {1, box.y1, false}};
    for (int s = 0; s < 4 && count; s++) {
        double *b = arena_zalloc(arena, (size_t)count * 2 + 8, 2 * sizeof *b);
        count = cut(a, count, sides[s].axis, sides[s].at, sides[s].keep_above, b);
        a = b;
    }
    *out = a;
    return count < 3 ? 0 : count;
}

/* Whether the edge's box meets the box: near enough for leaving out what is far away. */
static bool
touches(const double *a, const double *b, struct trim_box box)
{
    return fmax(a[0], b[0]) >= box.x0 && fmin(a[0], b[0]) <= box.x1 && fmax(a[1], b[1]) >= box.y0 &&
           fmin(a[1], b[1]) <= box.y1;
}

/* An edge cut to the box (Liang and Barsky), so that no corner is far away. */
static bool
clip_edge(const double *a, const double *b, struct trim_box box, double *p, double *q)
{
    double from = 0, to = 1;
    double d[2] = {b[0] - a[0], b[1] - a[1]};
    const double low[2] = {box.x0, box.y0}, high[2] = {box.x1, box.y1};
    for (int axis = 0; axis < 2; axis++) {
        if (d[axis] > 0 || d[axis] < 0) {
            double t0 = (low[axis] - a[axis]) / d[axis], t1 = (high[axis] - a[axis]) / d[axis];
            from = fmax(from, fmin(t0, t1));
            to = fmin(to, fmax(t0, t1));
        } else if (a[axis] < low[axis] || a[axis] > high[axis]) {
            return false;
        }
    }
    for (int axis = 0; axis < 2; axis++) {
        p[axis] = from > 0 ? a[axis] + from * d[axis] : a[axis];
        q[axis] = to < 1 ? a[axis] + to * d[axis] : b[axis];
    }
    return from < to;
}

static void
end_run(struct map_line *run, struct map_line *lines, int *lines_count, int cap)
{
    if (run->count > 1 && *lines_count < cap) {
        lines[(*lines_count)++] = *run;
    }
    run->xy += 2 * run->count;
    run->count = 0;
}

static void
add_corner(struct map_line *run, float *at, const double *p)
{
    at[2 * run->count] = (float)p[0];
    at[2 * run->count + 1] = (float)p[1];
    run->count++;
}

void
trim_line(const double *xy, int count, bool closed, struct trim_box box, struct arena *arena,
          struct map_line *lines, int *lines_count, int cap)
{
    int edges = closed ? count : count - 1;
    if (edges < 1) {
        return;
    }
    bool whole = closed;
    for (int i = 0; i < count && whole; i++) {
        whole = xy[2 * i] >= box.x0 && xy[2 * i] <= box.x1 && xy[2 * i + 1] >= box.y0 &&
                xy[2 * i + 1] <= box.y1;
    }
    /* Every edge may be a run of its own: two corners each. */
    float *at = arena_zalloc(arena, (size_t)edges * 2, 2 * sizeof *at);
    struct map_line run = {.xy = at};
    if (whole) {
        for (int i = 0; i < count; i++) {
            add_corner(&run, at, &xy[2 * i]);
        }
        run.closed = true;
        end_run(&run, lines, lines_count, cap);
        return;
    }
    for (int i = 0; i < edges; i++) {
        const double *a = &xy[2 * i], *b = &xy[2 * ((i + 1) % count)];
        double p[2], q[2];
        if (!touches(a, b, box) || !clip_edge(a, b, box, p, q)) {
            at += 2 * run.count;
            end_run(&run, lines, lines_count, cap);
            continue;
        }
        if (run.count == 0) {
            add_corner(&run, at, p);
        }
        add_corner(&run, at, q);
        if (q[0] < b[0] || q[0] > b[0] || q[1] < b[1] || q[1] > b[1]) { /* it leaves the box */
            at += 2 * run.count;
            end_run(&run, lines, lines_count, cap);
        }
    }
    end_run(&run, lines, lines_count, cap);
}
