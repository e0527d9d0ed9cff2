/* machine: whether the machine computes at its usual speed, or something outside of it (another
 * guest, a bound on power) has slowed it down.
 *
 * Now and then a fixed piece of work of some 20 µs is done and the thread's own processor time for
 * it is compared with what it took in quiet: to be held up by other programs takes no such time, so
 * what a wall does on the same machine is not in it. Plain data, one thread. */
#ifndef TESTS_BENCH_MACHINE_H
#define TESTS_BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From one look that found it slow until it was found quick again; of clock_mono_ns. */
struct machine_slow {
    int64_t from_ns, to_ns;
};

struct machine {
    int64_t usual_ns; /* for the piece of work; 0: not known yet */
    int64_t looked_ns;
    bool slow;
    struct machine_slow *slows; /* in order */
    size_t count, cap;
};

/* Finds out what is usual: a quarter of a second. */
void machine_learn(struct machine *machine);
void machine_free(struct machine *machine);
/* A look, where the last is a millisecond ago or more. */
void machine_look(struct machine *machine, int64_t now_ns);
/* Whether it was slow at some time between the two, or just before: what was begun while it was
 * slow comes late. */
bool machine_was_slow(const struct machine *machine, int64_t from_ns, int64_t to_ns);
/* For how much of the time, 0 – 1. */
double machine_slow_share(const struct machine *machine, int64_t from_ns, int64_t to_ns);

#endif
