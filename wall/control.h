/* control: which scene, moment and street a hub's operator wants on this wall, and from when.
 *
 * A control message is the whole state wanted, never a change to it: the newest wins, and all nodes
 * of a wall turn to it at the same moment of the hub's clock. Pure; main thread; reads no clock. */
#ifndef WALL_CONTROL_H
#define WALL_CONTROL_H

#include "feeds/message.h"

struct control_wish {
    char scene[64]; /* of the assets, or one of the tabs; "" = the one that is on */
    char focus[65]; /* a street's code; "" = the scene's own */
    enum message_moment moment;
    int64_t at_ms, present_ms;
    double speed; /* replay: seconds shown a second */
};

/* Zero-initialised: nothing was ever wanted, the wall is live. */
struct control {
    bool has_now, has_next;
    struct control_wish now, next;
};

/* false: for another wall, or its scene is no plain name (it comes from outside and must never
 * become a path); nothing changed. */
bool control_take(struct control *control, const struct message_control *message, const char *wall);
/* true once when a wish has become due: control->now is new. */
bool control_turn(struct control *control, int64_t hub_ms);
/* The moment to show when the hub's clock shows hub_ms. A replay ends at the present. */
int64_t control_moment(const struct control *control, int64_t hub_ms);
/* The present is shown, and no moment of the past. */
bool control_is_live(const struct control *control, int64_t hub_ms);

#endif
