/* simulate_life: everything that happens to one simulated ticket, from the first call to the
 * archive, drawn at once from numbers of its own.
 *
 * Pure: the same plan, seed and serial give the same life. Any thread. The ticket belongs to the
 * caller (one malloc, freed with free); its strings live in the plan. */
#ifndef FEEDS_HUB_SIMULATE_LIFE_H
#define FEEDS_HUB_SIMULATE_LIFE_H

#include "feeds/hub/simulate_plan.h"

/* Numbers that depend on the seed alone: SplitMix64 (Steele, Lea, Flood 2014). */
struct simulate_rng {
    uint64_t state;
};
double simulate_uniform(struct simulate_rng *rng); /* [0, 1) */
double simulate_normal(struct simulate_rng *rng);  /* mean 0, deviation 1; Box and Muller 1958 */
bool simulate_chance(struct simulate_rng *rng, double share);
/* A seed from a base and two numbers; well mixed. */
struct simulate_rng simulate_rng(uint64_t seed, uint64_t a, uint64_t b);

struct simulate_item {
    int64_t time_ms, arrival_ms; /* arrival: when the hub gets it; never before time */
    int64_t due_ms;              /* 0 = none */
    struct str unit, text;       /* text: property, reason or by, as the type has it */
    uint16_t category, place;    /* amended: the new one; UINT16_MAX = unchanged */
    uint8_t type, mode, route, surveyor, satisfied, stage;
    uint8_t units; /* whistled: bits of the category's units */
    bool reached, responded, solved;
};

#define SIMULATE_ITEMS 64 /* most events of a ticket */

struct simulate_ticket {
    char number[48];
    const struct simulate_category *category;
    const struct simulate_place *place;
    struct str channel;
    uint8_t kind, urgency, crs;
    bool confidential, has_community, has_place, has_summary;
    double lon, lat; /* in crs */
    int count;       /* items */
    int pending;     /* the caller's: items not handed out yet */
    struct simulate_item items[];
};

struct simulate_birth {
    uint64_t seed, serial; /* serial: unique within its day */
    int64_t day_ms;        /* the midnight before time_ms */
    int64_t time_ms;       /* registration */
    const struct simulate_category *category;
    const struct simulate_place *place;
};

/* Items come in the order they were drawn, not by time. */
struct simulate_ticket *simulate_life(const struct simulate_plan *plan,
                                      const struct simulate_birth *birth);

#endif
