#include "wall/pace.h"

#define RUN_FRAMES 30 /* late frames and jitter even out over so many */

void
pace_frame(struct pace *pace, int64_t started_ns, int64_t swap_ns, int64_t period_ns)
{
    pace->swap_blocks = !pace->swap_lies && swap_ns > period_ns / 3;
    /* Quick swaps among them do not matter: those frames are a period long by our own waiting. */
    if (pace->run++ == 0) {
        pace->run_began_ns = started_ns;
        return;
    }
    if (pace->run > RUN_FRAMES) {
        pace->swap_lies |= started_ns - pace->run_began_ns < RUN_FRAMES * period_ns / 100 * 95;
        pace->swap_blocks &= !pace->swap_lies;
        pace->run = 0;
    }
}

int64_t
pace_beat(struct pace *pace, int64_t now_ns, int64_t period_ns)
{
    int64_t due_ns = pace->beat_ns + period_ns;
    bool on_time = pace->beat_ns && now_ns >= due_ns && now_ns < due_ns + period_ns / 2;
    return pace->beat_ns = on_time ? due_ns : now_ns;
}

int64_t
pace_least_ns(const struct pace *pace, int64_t period_ns)
{
    return pace->swap_blocks ? period_ns / 4 : period_ns;
}
