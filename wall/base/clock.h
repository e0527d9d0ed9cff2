/* clock: the only readers of the system's clocks. Called by main.c and the network threads alone;
 * everything else gets the moment handed in. Any thread. */
#ifndef WALL_BASE_CLOCK_H
#define WALL_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);  /* Unix milliseconds, UTC */
int64_t clock_mono_ns(void);  /* nanoseconds from an arbitrary start; never goes back */
int64_t clock_spent_ns(void); /* processor time of this thread */
void clock_sleep_ns(int64_t ns);

#endif
