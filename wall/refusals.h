/* refusals: requests that an X server refuses, such as for a part of a window that has just become
 * smaller. Xlib would end the program at the first; here each is told and counted, and the picture
 * is shown anew.
 *
 * Asks the Xlib that is loaded already, if any. Main thread, after the display was opened. */
#ifndef WALL_REFUSALS_H
#define WALL_REFUSALS_H

#include <stdbool.h>

void refusals_catch(void);
/* Whether there were any since it was asked last. */
bool refusals_new(void);

#endif
