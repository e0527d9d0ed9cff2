#include "render/left_out.h"

#include <stdio.h>
#include <string.h>

#include "render/draw_list.h"

void
left_out_add(struct left_out *all, const struct draw_list *list)
{
    const char *what;
    for (int i = 0; (what = draw_left_out(list, i)) != NULL; i++) {
        int at = 0;
        while (at < DRAW_LEFT_OUT && all->what[at][0] && strcmp(all->what[at], what) != 0) {
            at++;
        }
        if (at < DRAW_LEFT_OUT) {
            snprintf(all->what[at], sizeof all->what[at], "%s", what);
        }
    }
    all->dropped = list->dropped > all->dropped ? list->dropped : all->dropped;
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
