#include "wall/input.h"

#include <stdlib.h>

enum input_action
input_key(enum display_key key, bool kiosk, int tabs, int now, int *tab)
{
    if (key == DISPLAY_KEY_QUIT) {
        return kiosk ? INPUT_NOTHING : INPUT_QUIT;
    }
    int wanted = -1;
    if (key == DISPLAY_KEY_TAB && tabs > 0) {
        wanted = (now + 1) % tabs;
    } else if (key >= DISPLAY_KEY_1) {
        wanted = (int)key - DISPLAY_KEY_1;
    }
    if (wanted < 0 || wanted >= tabs || wanted == now) {
        return INPUT_NOTHING;
    }
    *tab = wanted;
    return INPUT_TAB;
}

void
input_pointer(struct input_pointer *pointer, const struct display_event *event, int64_t now_ms)
{
    if (event->x < 0) {
        pointer->there = false;
        return;
    }
    bool stays = pointer->there && pointer->touch == event->touch &&
                 abs(event->x - pointer->x) <= INPUT_TREMBLE_PX &&
                 abs(event->y - pointer->y) <= INPUT_TREMBLE_PX;
    if (!stays) {
        *pointer = (struct input_pointer){true, event->touch, event->x, event->y, now_ms, now_ms};
    }
    pointer->moved_ms = now_ms;
}

/* When a pointer that has come to rest begins to mean something. */
static int64_t
means_from(const struct input_pointer *pointer)
{
    return pointer->since_ms + (pointer->touch ? 0 : INPUT_REST_MS);
}

int64_t
input_pointer_rests(const struct input_pointer *pointer, int64_t now_ms)
{
    bool rests = pointer->there && now_ms >= means_from(pointer) &&
                 now_ms < pointer->moved_ms + INPUT_READ_MS;
    return rests ? means_from(pointer) : 0;
}

bool
input_pointer_seen(const struct input_pointer *pointer, int64_t now_ms)
{
    return pointer->there && !pointer->touch && now_ms < pointer->moved_ms + INPUT_HIDE_MS;
}

int64_t
input_pointer_wait_ms(const struct input_pointer *pointer, int64_t now_ms)
{
    const int64_t changes[] = {means_from(pointer), pointer->moved_ms + INPUT_HIDE_MS,
                               pointer->moved_ms + INPUT_READ_MS};
    int64_t least = INT64_MAX;
    for (int i = 0; pointer->there && i < 3; i++) {
        if (changes[i] > now_ms && changes[i] - now_ms < least) {
            least = changes[i] - now_ms;
        }
    }
    return least;
}
