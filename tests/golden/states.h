/* states: the sample district in every state the wall is designed for, not only the happy one.
 *
 * Deterministic as the sample is; each state is the sample with one thing different, so that its
 * golden shows what that one thing does. */
#ifndef TESTS_GOLDEN_STATES_H
#define TESTS_GOLDEN_STATES_H

#include "tests/golden/sample.h"

struct states;

/* Names, NULL-terminated; the first is the sample itself. */
extern const char *const states_names[];

/* NULL where there is no state of that name. */
struct states *states_create(const char *name);
void states_destroy(struct states *states); /* NULL-safe */
struct renderer_frame states_frame(const struct states *states);
/* The state's own snapshot, to change it further. */
struct snapshot *states_snapshot(struct states *states);
/* The rows of a group, to change them further. */
struct snapshot_row *states_rows(struct states *states, enum snapshot_group group);
/* Ranks of every window by the composite, after counts have changed. */
void states_rank(struct states *states, enum snapshot_group group);

#endif
