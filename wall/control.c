#include "wall/control.h"

#include <stdio.h>

static bool
is_plain_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
            return false;
        }
    }
    return name.len < sizeof((struct control_wish *)0)->scene;
}

bool
control_take(struct control *control, const struct message_control *message, const char *wall)
{
    if (!str_is(message->wall, wall) || !is_plain_name(message->scene) ||
        message->focus_street.len >= sizeof control->next.focus) {
        return false;
    }
    struct control_wish *next = &control->next;
    *next = (struct control_wish){
        .moment = message->moment,
        .at_ms = message->at_ms,
        .present_ms = message->present_ms,
        .speed = message->speed,
    };
    snprintf(next->scene, sizeof next->scene, "%.*s", STR_ARG(message->scene));
    snprintf(next->focus, sizeof next->focus, "%.*s", STR_ARG(message->focus_street));
    control->has_next = true;
    return true;
}

bool
control_turn(struct control *control, int64_t hub_ms)
{
    if (!control->has_next || hub_ms < control->next.present_ms) {
        return false;
    }
    control->now = control->next;
    control->has_now = true;
    control->has_next = false;
    return true;
}

int64_t
control_moment(const struct control *control, int64_t hub_ms)
{
    const struct control_wish *now = &control->now;
    if (!control->has_now || now->moment == MESSAGE_LIVE) {
        return hub_ms;
    }
    if (now->moment == MESSAGE_AT) {
        return now->at_ms;
    }
    double shown = (double)now->at_ms + (double)(hub_ms - now->present_ms) * now->speed;
    return shown < (double)hub_ms ? (int64_t)shown : hub_ms;
}

bool
control_is_live(const struct control *control, int64_t hub_ms)
{
    return control_moment(control, hub_ms) == hub_ms;
}
