#include "tests/golden/golden.h"

#include "wall/base/file.h"

#include <png.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
writing(void)
{
    const char *value = getenv("WALLBOARD_GOLDEN_WRITE");
    return value && strcmp(value, "1") == 0;
}

static void
path_of(char *out, size_t size, const char *name)
{
    snprintf(out, size, "golden/%s", name);
}

static struct str
line_at(struct str text, size_t *at)
{
    size_t start = *at;
    const char *end = start < text.len ? memchr(text.ptr + start, '\n', text.len - start) : NULL;
    size_t stop = end ? (size_t)(end - text.ptr) : text.len;
    *at = stop + 1;
    return (struct str){text.ptr + start, stop > start ? stop - start : 0};
}

static void
print_difference(const char *name, struct str kept, struct str got)
{
    size_t kept_at = 0, got_at = 0;
    int shown = 0;
    for (int line = 1; shown < 5 && (kept_at < kept.len || got_at < got.len); line++) {
        struct str a = line_at(kept, &kept_at), b = line_at(got, &got_at);
        if (!str_eq(a, b)) {
            fprintf(stderr, "%s:%d: kept: %.*s\n%s:%d: came: %.*s\n", name, line, STR_ARG(a), name,
                    line, STR_ARG(b));
            shown++;
        }
    }
}

bool
golden_text(const char *name, struct str got)
{
    char path[512];
    struct buf kept = {0};
    struct err err = {""};
    path_of(path, sizeof path, name);
    if (writing()) {
        bool ok = file_write(path, got, &err);
        fprintf(stderr, "%s%s\n", ok ? "written: " : err.text, ok ? path : "");
        return ok;
    }
    if (!file_read(path, 16 << 20, &kept, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    bool same = str_eq(buf_str(&kept), got);
    if (!same) {
        print_difference(name, buf_str(&kept), got);
    }
    buf_free(&kept);
    return same;
}

struct lab {
    double l, a, b;
};

static double
light(uint8_t byte)
{
    double s = byte / 255.0;
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

/* Oklab (Björn Ottosson, 2020) of an sRGB pixel. */
static struct lab
lab_of(const uint8_t *rgb)
{
    double r = light(rgb[0]), g = light(rgb[1]), b = light(rgb[2]);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (struct lab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

struct golden_distance
golden_compare(const uint8_t *a, const uint8_t *b, size_t pixels)
{
    double sum = 0;
    size_t visible = 0;
    for (size_t i = 0; i < pixels; i++) {
        if (memcmp(a + i * 4, b + i * 4, 3) == 0) {
            continue;
        }
        struct lab x = lab_of(a + i * 4), y = lab_of(b + i * 4);
        double distance =
            sqrt((x.l - y.l) * (x.l - y.l) + (x.a - y.a) * (x.a - y.a) + (x.b - y.b) * (x.b - y.b));
        sum += distance;
        visible += distance > GOLDEN_VISIBLE;
    }
    return (struct golden_distance){(double)visible / (double)pixels, sum / (double)pixels};
}

bool
golden_write_png(const char *path, const uint8_t *rgba, int w, int h)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_RGBA};
    if (!png_image_write_to_file(&image, path, 0, rgba, 0, NULL)) {
        fprintf(stderr, "%s: %s\n", path, image.message);
        return false;
    }
    return true;
}

/* NULL where it is missing or of another size; the caller frees it. */
static uint8_t *
read_png(const char *path, int w, int h)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path)) {
        fprintf(stderr, "%s: %s\n", path, image.message);
        return NULL;
    }
    image.format = PNG_FORMAT_RGBA;
    if (image.width != (png_uint_32)w || image.height != (png_uint_32)h) {
        fprintf(stderr, "%s is %ux%u, what came is %dx%d\n", path, image.width, image.height, w, h);
        png_image_free(&image);
        return NULL;
    }
    uint8_t *pixels = malloc((size_t)w * (size_t)h * 4);
    if (pixels && !png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
        fprintf(stderr, "%s: %s\n", path, image.message);
        free(pixels);
        pixels = NULL;
    }
    return pixels;
}

static void
keep_what_came(const char *name, const uint8_t *rgba, int w, int h)
{
    char path[512], flat[256];
    const char *folder = getenv("TMPDIR");
    snprintf(flat, sizeof flat, "%s", name);
    for (char *c = flat; *c; c++) {
        *c = *c == '/' ? '-' : *c;
    }
    snprintf(path, sizeof path, "%s/wallboard-%s", folder ? folder : "/tmp", flat);
    if (golden_write_png(path, rgba, w, h)) {
        fprintf(stderr, "what came: %s\n", path);
    }
}

bool
golden_pixels(const char *name, const uint8_t *rgba, int w, int h)
{
    char path[512];
    path_of(path, sizeof path, name);
    if (writing()) {
        fprintf(stderr, "written: %s\n", path);
        return golden_write_png(path, rgba, w, h);
    }
    uint8_t *kept = read_png(path, w, h);
    bool alike = false;
    if (kept) {
        struct golden_distance d = golden_compare(kept, rgba, (size_t)w * (size_t)h);
        alike = d.share <= GOLDEN_SHARE && d.mean <= GOLDEN_MEAN;
        if (!alike) {
            fprintf(stderr, "%s: %.3f %% of the pixels differ visibly, mean distance %.5f\n", name,
                    d.share * 100, d.mean);
        }
    }
    if (!alike) {
        keep_what_came(name, rgba, w, h);
    }
    free(kept);
    return alike;
}

uint8_t *
golden_crop(const uint8_t *rgba, int stride, int x, int y, int w, int h)
{
    uint8_t *out = malloc((size_t)w * (size_t)h * 4);
    for (int row = 0; out && row < h; row++) {
        memcpy(out + (size_t)row * (size_t)w * 4,
               rgba + ((size_t)(y + row) * (size_t)stride + (size_t)x) * 4, (size_t)w * 4);
    }
    return out;
}
