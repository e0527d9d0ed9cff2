/* crowd: open requests all over a scene's district, or its street in focus, for the benchmarks that
 * draw them. Plain values: one after the other, the same ones in every run. */
#ifndef TESTS_BENCH_CROWD_H
#define TESTS_BENCH_CROWD_H

#include "feeds/tickets/snapshot.h"
#include "layouts/scene.h"

struct crowd {
    uint64_t random;
    bool in_street;
    uint32_t street; /* row of the one in focus */
};

/* snapshot: has a row for the scene's street. */
struct crowd crowd_of(const struct scene *scene, const struct snapshot *snapshot);
/* Any number below that one. */
uint32_t crowd_pick(struct crowd *crowd, uint32_t below);
/* The next one, arrived an hour before the sample's moment: one in 50 late, one in 20 nearly. */
struct snapshot_point crowd_point(struct crowd *crowd);

#endif
