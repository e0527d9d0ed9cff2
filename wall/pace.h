/* pace: whether a display's swap waits for the display, or merely takes long.
 *
 * Plain data and arithmetic, no clock; main thread. A swap that waits paces the frames by itself;
 * one that does not needs the program to. Both may take milliseconds: a copy of a large picture
 * does too. What tells them apart is that a display never lets more frames through than its rate.
 */
#ifndef WALL_PACE_H
#define WALL_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    bool swap_blocks; /* the last swap took so long that it may have waited */
    bool swap_lies;   /* it does not wait: a run of frames came faster than the display's rate */
    int run;          /* frames looked at since run_began_ns */
    int64_t run_began_ns;
    int64_t beat_ns; /* when the last frame was due: see pace_beat; 0: there was none */
};

/* At a frame's beginning. Frames that are waited for begin a little late, each time; the next one
 * is due a period after this one was, not after it began, or a display of 60 Hz would get 59
 * frames. Returns when this one was due: at its beginning, where it is half a period late or more.
 */
int64_t pace_beat(struct pace *pace, int64_t now_ns, int64_t period_ns);

/* After a frame's swap: when the frame began, how long its swap took, and one period of the
 * display. Nanoseconds. */
void pace_frame(struct pace *pace, int64_t started_ns, int64_t swap_ns, int64_t period_ns);
/* Least time from when one frame was due to the next one's beginning, nanoseconds: a period, or
 * where the swap waits only as much as keeps a second frame out of most of one. */
int64_t pace_least_ns(const struct pace *pace, int64_t period_ns);

#endif
