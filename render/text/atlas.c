#include "render/text/atlas.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SHELVES 256

struct shelf {
    uint16_t y, h, used;
};

struct page {
    uint8_t *bytes; /* NULL until first used */
    struct shelf shelves[SHELVES];
    int shelves_count;
    int bottom;         /* first row under the last shelf */
    int dirty0, dirty1; /* rows changed since the last flush; equal = none */
};

struct atlas {
    struct page pages[ATLAS_PAGES];
};

struct atlas *
atlas_create(void)
{
    struct atlas *atlas = calloc(1, sizeof *atlas);
    if (!atlas) {
        abort();
    }
    return atlas;
}

void
atlas_destroy(struct atlas *atlas)
{
    if (!atlas) {
        return;
    }
    for (int i = 0; i < ATLAS_PAGES; i++) {
        free(atlas->pages[i].bytes);
    }
    free(atlas);
}

/* The lowest shelf that wastes least height, or a new one; NULL where the page is full. */
static struct shelf *
find_shelf(struct page *page, int w, int h)
{
    struct shelf *best = NULL;
    for (int i = 0; i < page->shelves_count; i++) {
        struct shelf *shelf = &page->shelves[i];
        bool fits = shelf->h >= h && shelf->h <= h + h / 4 + 2 && shelf->used + w <= ATLAS_SIZE;
        if (fits && (!best || shelf->h < best->h)) {
            best = shelf;
        }
    }
    if (best) {
        return best;
    }
    int height = (h + 3) & ~3; /* near sizes share a shelf */
    if (page->bottom + height > ATLAS_SIZE) {
        height = h;
    }
    if (page->bottom + height > ATLAS_SIZE || page->shelves_count == SHELVES) {
        return NULL;
    }
    best = &page->shelves[page->shelves_count++];
    *best = (struct shelf){(uint16_t)page->bottom, (uint16_t)height, 0};
    page->bottom += height;
    return best;
}

static void
mark_dirty(struct page *page, int y0, int y1)
{
    if (page->dirty0 == page->dirty1) {
        page->dirty0 = y0;
        page->dirty1 = y1;
        return;
    }
    page->dirty0 = y0 < page->dirty0 ? y0 : page->dirty0;
    page->dirty1 = y1 > page->dirty1 ? y1 : page->dirty1;
}

bool
atlas_add(struct atlas *atlas, int w, int h, const uint8_t *bytes, int stride,
          struct atlas_place *out)
{
    if (w <= 0 || h <= 0 || w > ATLAS_SIZE || h > ATLAS_SIZE) {
        return false;
    }
    for (int i = 0; i < ATLAS_PAGES; i++) {
        struct page *page = &atlas->pages[i];
        struct shelf *shelf = find_shelf(page, w, h);
        if (!shelf) {
            continue;
        }
        if (!page->bytes) {
            page->bytes = calloc(ATLAS_SIZE, ATLAS_SIZE);
            if (!page->bytes) {
                abort();
            }
        }
        *out = (struct atlas_place){(uint16_t)i, shelf->used, shelf->y};
        for (int row = 0; row < h; row++) {
            memcpy(page->bytes + (size_t)(shelf->y + row) * ATLAS_SIZE + shelf->used,
                   bytes + (ptrdiff_t)row * stride, (size_t)w);
        }
        shelf->used = (uint16_t)(shelf->used + w);
        mark_dirty(page, shelf->y, shelf->y + h);
        return true;
    }
    return false;
}

void
atlas_clear_page(struct atlas *atlas, int page)
{
    atlas->pages[page].shelves_count = 0;
    atlas->pages[page].bottom = 0;
}

void
atlas_flush(struct atlas *atlas,
            void (*upload)(void *user, int page, int y, int h, const uint8_t *rows), void *user)
{
    for (int i = 0; i < ATLAS_PAGES; i++) {
        struct page *page = &atlas->pages[i];
        if (page->dirty0 < page->dirty1) {
            upload(user, i, page->dirty0, page->dirty1 - page->dirty0,
                   page->bytes + (size_t)page->dirty0 * ATLAS_SIZE);
        }
        page->dirty0 = page->dirty1 = 0;
    }
}

void
atlas_touch(struct atlas *atlas)
{
    for (int i = 0; i < ATLAS_PAGES; i++) {
        if (atlas->pages[i].bytes) {
            mark_dirty(&atlas->pages[i], 0, ATLAS_SIZE);
        }
    }
}

int
atlas_pages(const struct atlas *atlas)
{
    int count = 0;
    while (count < ATLAS_PAGES && atlas->pages[count].bytes) {
        count++;
    }
    return count;
}
