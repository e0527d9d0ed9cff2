/* check: what --check looks at, and what every start looks at first: the settings' files, the
 * profile, the scene, its map and its legibility. Main thread; needs no display. */
#ifndef WALL_CHECK_H
#define WALL_CHECK_H

#include "feeds/tickets/profile.h"
#include "layouts/scene.h"
#include "wall/config.h"

/* Reads the profile that the config names, from the assets or a path. */
bool check_profile(const struct config *config, struct profile *out, struct yaml_report *report);
/* A scene names metrics, the profile has them: neither file alone can tell. true where every metric
 * that the scene names is there. */
bool check_metrics(const struct scene *scene, const struct profile *profile,
                   struct yaml_report *report);
/* Everything; every error is in the report, one a line. out gets what is good to know: the table of
 * the scene's legibility, and which panels are left out on which canvas. */
bool check_all(const struct config *config, struct yaml_report *report, struct buf *out);

#endif
