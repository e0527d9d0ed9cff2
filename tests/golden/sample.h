/* sample: an invented but consistent district at one fixed moment, for goldens and for looking at
 * a scene without a hub.
 *
 * Deterministic on every machine: no clock, no random source but its own. Built by hand, not by the
 * ticket store, so that a change there does not move the goldens. */
#ifndef TESTS_GOLDEN_SAMPLE_H
#define TESTS_GOLDEN_SAMPLE_H

#include "render/renderer.h"

#define SAMPLE_MOMENT_MS INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

struct sample;

struct sample *sample_create(void);
void sample_destroy(struct sample *sample); /* NULL-safe */
const struct snapshot *sample_snapshot(const struct sample *sample);
/* A frame of the moment: live, in sync, 0.4 s old. */
struct renderer_frame sample_frame(const struct sample *sample);

#endif
