/* check_sample: an invented district's figures at a fixed moment, so that --check can look at what
 * a scene would draw.
 *
 * The simulated district of the demonstration, without a hub: the same on every machine. Owns its
 * tickets. Main thread; takes less than a second. */
#ifndef WALL_CHECK_SAMPLE_H
#define WALL_CHECK_SAMPLE_H

#include "feeds/tickets/profile.h"
#include "wall/base/yaml.h"

struct check_sample;

/* focus: the code of the street that the scene is about, which one of the district's then has; "" =
 * none. The profile outlives the sample. NULL: the report says why. */
struct check_sample *check_sample_create(const struct profile *profile, const char *focus,
                                         struct yaml_report *report);
void check_sample_destroy(struct check_sample *sample); /* NULL-safe */
const struct snapshot *check_sample_snapshot(const struct check_sample *sample);

#endif
