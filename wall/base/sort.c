#include "wall/base/sort.h"

#include <assert.h>
#include <string.h>

void
sort_in_place(void *items, size_t count, size_t size,
              int (*compare)(const void *a, const void *b, void *user), void *user)
{
    char *all = items, held[SORT_ITEM_MAX];
    assert(size <= sizeof held);
    for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
        for (size_t i = gap; i < count; i++) {
            size_t at = i;
            memcpy(held, all + i * size, size);
            for (; at >= gap && compare(held, all + (at - gap) * size, user) < 0; at -= gap) {
                memcpy(all + at * size, all + (at - gap) * size, size);
            }
            memcpy(all + at * size, held, size);
        }
    }
}
