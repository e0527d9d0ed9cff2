#include "wall/input.h"

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
