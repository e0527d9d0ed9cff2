/* input: what a key does, and what a pointer means. Pure; main thread. */
#ifndef WALL_INPUT_H
#define WALL_INPUT_H

#include <stdint.h>

#include "wall/display.h"

enum input_action { INPUT_NOTHING, INPUT_QUIT, INPUT_TAB, INPUT_ACTION_COUNT };

/* tabs: how many scenes there are; now: which is on (-1 = none of them). On INPUT_TAB *tab gets the
 * one to show. A kiosk never quits by a key. */
enum input_action input_key(enum display_key key, bool kiosk, int tabs, int now, int *tab);

#define INPUT_REST_MS 400  /* a pointer that stays for so long means what it points at */
#define INPUT_READ_MS 8000 /* … until it has not moved for so long; a finger as well */
#define INPUT_HIDE_MS 3000 /* a pointer that has not moved for so long is not seen */
#define INPUT_TREMBLE_PX 6 /* so little is no motion of a hand that rests */

/* A pointer, or the finger that pressed last. Zero: there is none. */
struct input_pointer {
    bool there, touch;
    int x, y;                   /* where it came to rest; drawable pixels */
    int64_t since_ms, moved_ms; /* when it came there, and last moved; monotonic */
};

void input_pointer(struct input_pointer *pointer, const struct display_event *event,
                   int64_t now_ms);
/* Since when it means what it points at, monotonic; 0: it does not. A finger does so at once. */
int64_t input_pointer_rests(const struct input_pointer *pointer, int64_t now_ms);
/* Whether it is to be seen; a finger needs no pointer. */
bool input_pointer_seen(const struct input_pointer *pointer, int64_t now_ms);
/* How long until one of these changes by itself; INT64_MAX: it will not. */
int64_t input_pointer_wait_ms(const struct input_pointer *pointer, int64_t now_ms);

#endif
