/* samples: measured values, to be asked for their median and their tail. Owns its memory: free
 * items. One thread; out of memory ends the program. */
#ifndef TESTS_BENCH_SAMPLES_H
#define TESTS_BENCH_SAMPLES_H

#include <stddef.h>

struct samples {
    double *items;
    size_t count, cap;
};

void samples_add(struct samples *samples, double value);
/* Sorts; NaN where there is none. share 0.5 is the median, 1 the greatest. */
double samples_quantile(struct samples *samples, double share);

#endif
