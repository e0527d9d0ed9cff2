/* input: what a key does. Pure; main thread. */
#ifndef WALL_INPUT_H
#define WALL_INPUT_H

#include "wall/display.h"

enum input_action { INPUT_NOTHING, INPUT_QUIT, INPUT_TAB, INPUT_ACTION_COUNT };

/* tabs: how many scenes there are; now: which is on (-1 = none of them). On INPUT_TAB *tab gets the
 * one to show. A kiosk never quits by a key. */
enum input_action input_key(enum display_key key, bool kiosk, int tabs, int now, int *tab);

#endif
