#include "tests/bench/samples.h"

#include <stdlib.h>

void
samples_add(struct samples *samples, double value)
{
    if (samples->count == samples->cap) {
        samples->cap = samples->cap * 2 + 4096;
        samples->items = reallocarray(samples->items, samples->cap, sizeof *samples->items);
        if (!samples->items) {
            abort();
        }
    }
    samples->items[samples->count++] = value;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
samples_quantile(struct samples *samples, double share)
{
    if (samples->count == 0) {
        return __builtin_nan("");
    }
    qsort(samples->items, samples->count, sizeof *samples->items, by_value);
    return samples->items[(size_t)(share * (double)(samples->count - 1))];
}
