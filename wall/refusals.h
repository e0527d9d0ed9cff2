/* refusals: requests that an X server refuses, such as for a part of a window that has just become
 * smaller. Xlib would end the program at the first; here each is told, and the picture is shown
 * anew. Where they do not cease, the program ends after all: it would go on with nothing new on the
 * glass.
 *
 * Asks the Xlib that is loaded already, if any. Main thread, after the display was opened. */
#ifndef WALL_REFUSALS_H
#define WALL_REFUSALS_H

#include <stdbool.h>

void refusals_catch(void);
/* Whether there were any since they were dealt with. */
bool refusals_any(void);
void refusals_dealt_with(void);

#endif
