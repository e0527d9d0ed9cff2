#include "render/splat.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Steps of linear light that are told apart: the darkest of sRGB's steps is two and a half. */
#define STEPS 8192

struct splat {
    int w, h;
    float light[3][SPLAT_SIDE * SPLAT_SIDE]; /* rows of SPLAT_SIDE */
    float decoded[256];
    uint8_t encoded[STEPS];
};

static float
decode(float s)
{
    return s <= 0.04045f ? s / 12.92f : powf((s + 0.055f) / 1.055f, 2.4f);
}

static float
encode(float light)
{
    return light <= 0.0031308f ? light * 12.92f : 1.055f * powf(light, 1 / 2.4f) - 0.055f;
}

struct splat *
splat_create(void)
{
    struct splat *splat = calloc(1, sizeof *splat);
    if (!splat) {
        abort();
    }
    for (int i = 0; i < 256; i++) {
        splat->decoded[i] = decode((float)i / 255);
    }
    for (int i = 0; i < STEPS; i++) {
        splat->encoded[i] = (uint8_t)(encode((float)i / (STEPS - 1)) * 255 + 0.5f);
    }
    return splat;
}

void
splat_destroy(struct splat *splat)
{
    free(splat);
}

void
splat_load(struct splat *splat, const uint8_t *rgba, ptrdiff_t stride, int w, int h)
{
    splat->w = w;
    splat->h = h;
    for (int y = 0; y < h; y++) {
        const uint8_t *from = rgba + y * stride;
        size_t at = (size_t)y * SPLAT_SIDE;
        for (size_t x = 0; x < (size_t)w; x++) {
            splat->light[0][at + x] = splat->decoded[from[4 * x]];
            splat->light[1][at + x] = splat->decoded[from[4 * x + 1]];
            splat->light[2][at + x] = splat->decoded[from[4 * x + 2]];
        }
    }
}

void
splat_store(const struct splat *splat, uint8_t *rgba, ptrdiff_t stride)
{
    for (int y = 0; y < splat->h; y++) {
        uint8_t *to = rgba + y * stride;
        size_t at = (size_t)y * SPLAT_SIDE;
        for (size_t x = 0; x < (size_t)splat->w; x++) {
            for (size_t c = 0; c < 3; c++) {
                to[4 * x + c] = splat->encoded[(int)(splat->light[c][at + x] * (STEPS - 1) + 0.5f)];
            }
            to[4 * x + 3] = 255;
        }
    }
}

/* A colour in linear light, premultiplied. */
struct paint_light {
    float channels[3], alpha;
};

static struct paint_light
light_of(const struct splat *splat, uint32_t colour)
{
    float alpha = (float)(colour & 0xff) / 255;
    return (struct paint_light){{splat->decoded[colour >> 24] * alpha,
                                 splat->decoded[colour >> 16 & 0xff] * alpha,
                                 splat->decoded[colour >> 8 & 0xff] * alpha},
                                alpha};
}

static float
limited(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

/* Lays cover of the fill, and of the edge for that part of it, over a pixel. */
static void
lay(struct splat *splat, size_t at, float cover, float part, const struct paint_light *fill,
    const struct paint_light *edge)
{
    float keep = 1 - cover * (fill->alpha + (edge->alpha - fill->alpha) * part);
    for (int c = 0; c < 3; c++) {
        float paint = fill->channels[c] + (edge->channels[c] - fill->channels[c]) * part;
        splat->light[c][at] = splat->light[c][at] * keep + paint * cover;
    }
}

/* Pixels by their middles' distance, as in assets/shaders/shape.frag.glsl. */
void
splat_disc(struct splat *splat, float x, float y, float radius, uint32_t fill, float rim,
           uint32_t edge)
{
    struct paint_light inner = light_of(splat, fill);
    struct paint_light outer = rim > 0 ? light_of(splat, edge) : inner;
    float reach = radius + 0.5f;
    int top = (int)fmaxf(floorf(y - reach), 0), left = (int)fmaxf(floorf(x - reach), 0);
    int bottom = (int)fminf(ceilf(y + reach), (float)splat->h);
    int right = (int)fminf(ceilf(x + reach), (float)splat->w);
    for (int row = top; row < bottom; row++) {
        float dy = (float)row + 0.5f - y;
        for (int column = left; column < right; column++) {
            float dx = (float)column + 0.5f - x;
            float square = dx * dx + dy * dy;
            if (square < reach * reach) {
                float distance = sqrtf(square) - radius;
                lay(splat, (size_t)row * SPLAT_SIDE + (size_t)column, limited(0.5f - distance),
                    limited(distance + rim + 0.5f), &inner, &outer);
            }
        }
    }
}

/* An end of a segment: what of the pixel lies on the segment's side of it. */
struct end {
    bool joined;
    float x, y, nx, ny; /* where it is, and its bisector's normal */
};

static struct end
end_of(const float at[2], float angle)
{
    return (struct end){angle > -9, at[0], at[1], cosf(angle), sinf(angle)};
}

/* On which side of the bisector a pixel's middle lies; the bisector itself is the next one's. */
static bool
is_behind(const struct end *end, float x, float y)
{
    return (x - end->x) * end->nx + (y - end->y) * end->ny >= 0;
}

void
splat_segment(struct splat *splat, const struct splat_segment *s, int x0, int y0, int x1, int y1)
{
    struct paint_light colour = light_of(splat, s->colour);
    struct end from = end_of(s->from_to, s->ends[0]), to = end_of(s->from_to + 2, s->ends[1]);
    float dx = to.x - from.x, dy = to.y - from.y, length = fmaxf(hypotf(dx, dy), 1e-4f);
    float along_x = dx / length, along_y = dy / length, reach = s->half_width + 0.5f;
    x0 = x0 > 0 ? x0 : 0;
    y0 = y0 > 0 ? y0 : 0;
    x1 = x1 < splat->w ? x1 : splat->w;
    y1 = y1 < splat->h ? y1 : splat->h;
    for (int row = y0; row < y1; row++) {
        float y = (float)row + 0.5f;
        int left = x0, right = x1;
        if (fabsf(along_y) > 0.1f) { /* the row meets no more of the line */
            float middle = from.x + (y - from.y) * along_x / along_y, half = reach / fabsf(along_y);
            left = (int)fmaxf(floorf(middle - half), (float)x0);
            right = (int)fminf(ceilf(middle + half), (float)x1);
        }
        for (int column = left; column < right; column++) {
            float x = (float)column + 0.5f;
            float t = (x - from.x) * along_x + (y - from.y) * along_y;
            float across = fabsf((x - from.x) * along_y - (y - from.y) * along_x);
            if (across >= reach || t <= -reach || t >= length + reach) {
                continue;
            }
            float cover = 1, beyond = 0;
            if (!from.joined) {
                cover *= limited(t + 0.5f);
            } else if (is_behind(&from, x, y)) {
                beyond = fmaxf(beyond, -t);
            } else {
                continue;
            }
            if (!to.joined) {
                cover *= limited(length - t + 0.5f);
            } else if (!is_behind(&to, x, y)) {
                beyond = fmaxf(beyond, t - length);
            } else {
                continue;
            }
            float distance = beyond > 0 ? hypotf(across, beyond) : across;
            float share =
                fminf(distance + 0.5f, s->half_width) - fmaxf(distance - 0.5f, -s->half_width);
            if (share > 0) {
                lay(splat, (size_t)row * SPLAT_SIDE + (size_t)column, cover * share, 0, &colour,
                    &colour);
            }
        }
    }
}
