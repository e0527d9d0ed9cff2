#include "tests/bench/crowd.h"

#include "tests/golden/sample.h"

struct crowd
crowd_of(const struct scene *scene, const struct snapshot *snapshot)
{
    const struct snapshot_row *row =
        snapshot_row(snapshot, SNAPSHOT_STREET, str_from(scene->focus_street));
    return (struct crowd){
        .random = 1,
        .in_street = scene->focus_street[0] != '\0',
        .street = row ? (uint32_t)(row - snapshot->groups[SNAPSHOT_STREET].rows) : 0,
    };
}

uint32_t
crowd_pick(struct crowd *crowd, uint32_t below)
{
    crowd->random = crowd->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(crowd->random >> 33) % below;
}

struct snapshot_point
crowd_point(struct crowd *crowd)
{
    bool street = crowd->in_street;
    uint32_t state = crowd_pick(crowd, 100);
    uint32_t east = crowd_pick(crowd, street ? 300000 : 1400000);
    uint32_t north = crowd_pick(crowd, street ? 250000 : 700000);
    return (struct snapshot_point){
        .lon_e7 = (street ? 1161950000 : 1161000000) + (int32_t)east,
        .lat_e7 = (street ? 399050000 : 399000000) + (int32_t)north,
        .arrived_ms = SAMPLE_MOMENT_MS - 3600000,
        .soon_ms = state < 7 ? SAMPLE_MOMENT_MS - 2 : INT64_MAX,
        .overdue_ms = state < 2 ? SAMPLE_MOMENT_MS - 1 : INT64_MAX,
        .street = crowd->street,
        .used = true,
    };
}
