/* loaded: functions of libraries that are loaded already, by name: what only some window systems
 * bring is used where it is there, without linking it.
 *
 * Loads nothing; a library that was found stays. Any thread. */
#ifndef WALL_BASE_LOADED_H
#define WALL_BASE_LOADED_H

#include <stdbool.h>

/* function: address of a pointer to one of the right type; NULL there and false where the library
 * is not loaded or has none of that name. */
bool loaded_find(const char *library, const char *name, void *function);

#endif
