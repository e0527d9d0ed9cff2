#include "render/left_out.h"

#include <stdio.h>
#include <string.h>

#include "render/draw_list.h"

/* Whether it was not there yet; more than there is room for are not kept. */
static bool
add(struct left_out *all, const char *what)
{
    for (int i = 0; i < DRAW_LEFT_OUT && strcmp(all->what[i], what) != 0; i++) {
        if (!all->what[i][0]) {
            snprintf(all->what[i], sizeof all->what[i], "%s", what);
            return true;
        }
    }
    return false;
}

bool
left_out_add(struct left_out *all, const struct draw_list *list, struct left_out *news)
{
    struct left_out found = {.dropped = 0};
    const char *what;
    for (int i = 0; (what = draw_left_out(list, i)) != NULL; i++) {
        if (add(all, what)) {
            add(&found, what);
        }
    }
    if (list->dropped > all->dropped) {
        all->dropped = found.dropped = list->dropped;
    }
    if (news) {
        *news = found;
    }
    return found.dropped > 0 || found.what[0][0];
}

void
left_out_tell(const struct left_out *all, const struct scene *scene, int panel, struct buf *out)
{
    const char *id = scene->panels[panel].id;
    if (all->dropped > 0) {
        buf_printf(out, "%s on %dx%d: panel '%s' drops %d texts that have no place beside a seam\n",
                   scene->name, scene->solved_w, scene->solved_h, id, all->dropped);
    }
    if (!all->what[0][0]) {
        return;
    }
    buf_printf(out, "%s on %dx%d: panel '%s' has no room for: %s", scene->name, scene->solved_w,
               scene->solved_h, id, all->what[0]);
    for (int i = 1; i < DRAW_LEFT_OUT && all->what[i][0]; i++) {
        buf_printf(out, ", %s", all->what[i]);
    }
    buf_printf(out, "\n");
}
