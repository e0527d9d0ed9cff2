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

static void
sift_down(uint64_t *heap, size_t root, size_t count)
{
    uint64_t number = heap[root];
    for (size_t child; (child = root * 2 + 1) < count; root = child) {
        child += child + 1 < count && heap[child + 1] > heap[child];
        if (heap[child] <= number) {
            break;
        }
        heap[root] = heap[child];
    }
    heap[root] = number;
}

void
sort_numbers(uint64_t *numbers, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) {
        sift_down(numbers, i, count);
    }
    for (size_t end = count; end-- > 1;) {
        uint64_t greatest = numbers[0];
        numbers[0] = numbers[end];
        numbers[end] = greatest;
        sift_down(numbers, 0, end);
    }
}
