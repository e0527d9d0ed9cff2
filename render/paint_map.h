/* paint_map: the parts of the map's painter that are files of their own. Main thread; as paint.h.
 */
#ifndef RENDER_PAINT_MAP_H
#define RENDER_PAINT_MAP_H

#include "render/paint.h"

/* Street names with their counts (not where one street is in focus) and the callout of the greatest
 * burst: nothing over another, all inside the map's free room. */
void paint_map_labels(const struct paint *p);

/* Records an open or overdue count of a street as drawn. */
void paint_map_record(const struct paint *p, const struct snapshot_row *row,
                      enum snapshot_measure measure, const char *value);

#endif
