#include "wall/shot.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/file.h"

bool
shot_write_pixels(const uint8_t *rgba, int w, int h, const char *path, struct err *err)
{
    size_t pixels = (size_t)w * (size_t)h;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *rgb = malloc(pixels * 3);
    char *out = malloc(size);
    if (!rgb || !out) {
        abort();
    }
    for (size_t i = 0; i < pixels; i++) {
        memcpy(rgb + i * 3, rgba + i * 4, 3);
    }
    bool good = png_image_write_to_memory(&image, out, &size, 0, rgb, 0, NULL) != 0;
    if (!good) {
        err_set(err, "%s: no PNG: %s", path, image.message);
    } else {
        good = file_write(path, (struct str){out, size}, err);
    }
    png_image_free(&image);
    free(rgb);
    free(out);
    return good;
}

bool
shot_write(struct renderer *renderer, const char *path, struct err *err)
{
    int w = 0, h = 0;
    renderer_size(renderer, &w, &h);
    size_t bytes = (size_t)w * (size_t)h * 4;
    uint8_t *rgba = malloc(bytes ? bytes : 1);
    if (!rgba) {
        abort();
    }
    bool good = w > 0 && h > 0 && renderer_read(renderer, rgba, bytes);
    if (!good) {
        err_set(err, "%s: the picture could not be read back from the GPU", path);
    } else {
        good = shot_write_pixels(rgba, w, h, path, err);
    }
    free(rgba);
    return good;
}
