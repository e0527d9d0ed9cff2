#include "wall/revive.h"

#include "wall/base/log.h"

enum revive_result
revive_look(struct revive *revive, struct display *display, struct renderer *renderer,
            int64_t now_ms)
{
    struct err err = {""};
    if (!renderer_is_lost(renderer)) {
        return REVIVE_NEEDLESS;
    }
    if (revive->tried && now_ms - revive->tried_ms < REVIVE_EVERY_MS) {
        return REVIVE_LATER;
    }
    revive->tried = true;
    revive->tried_ms = now_ms;
    log_line(LOG_LEVEL_WARNING, "display", "the GPU was reset: making everything anew");
    if (!display_renew(display, &err) || !renderer_rebuild(renderer, &err)) {
        log_line(LOG_LEVEL_ERROR, "display", "%s; trying again", err.text);
        return REVIVE_LATER;
    }
    return REVIVE_DONE;
}
