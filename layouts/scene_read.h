/* scene_read: what the readers of a scene file share while it is read.
 *
 * Private to layouts/scene*.c; main thread. Owns nothing: the nodes belong to the document. */
#ifndef LAYOUTS_SCENE_READ_H
#define LAYOUTS_SCENE_READ_H

#include "layouts/scene.h"

/* What one pass over a file carries along. */
struct scene_read {
    struct scene *scene;
    struct yaml_report *report;
    const struct yaml_node *root;
    /* Of each panel: where it is written, and what its arrangements begin with. */
    const struct yaml_node *nodes[SCENE_PANELS];
    const struct yaml_node *boxes[SCENE_PANELS]; /* NULL: none */
    struct str inside[SCENE_PANELS];
    bool flush[SCENE_PANELS], framed[SCENE_PANELS];
};

/* Numbers of a list into out; how many there were, -1 when something was reported. */
int scene_read_numbers(struct scene_read *load, const struct yaml_node *list, const char *key,
                       int least, int most, double low, double high, double *out);
/* False (reported) where the node is no list or a longer one than most. */
bool scene_read_list(struct scene_read *load, const struct yaml_node *list, const char *key,
                     size_t most);
/* The panel's index, -1 where there is none. */
int scene_read_find(const struct scene *scene, struct str id);

#endif
