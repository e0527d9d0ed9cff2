#include "tests/bench/machine.h"

#include <stdlib.h>
#include <time.h>

#include "wall/base/clock.h"

#define STEPS 6000
#define EVERY_NS 1000000
#define LEARN_NS INT64_C(250000000)
#define LEARN_MOST 512
#define SLOW 2            /* times the usual */
#define AFTER_NS 34000000 /* two periods of a display: until what waited is through */

static int64_t
spent_ns(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Each step waits for the one before: what else a core could do at once does not matter. */
static int64_t
work(void)
{
    volatile uint64_t sink;
    int64_t began_ns = spent_ns();
    uint64_t x = (uint64_t)began_ns;
    for (int i = 0; i < STEPS; i++) {
        x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    sink = x;
    (void)sink;
    return spent_ns() - began_ns;
}

static int
by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The lower quarter's greatest: the machine may be slow while this is learned, too. */
void
machine_learn(struct machine *machine)
{
    int64_t times[LEARN_MOST], until_ns = clock_mono_ns() + LEARN_NS;
    size_t count = 0;
    while (count < LEARN_MOST && (count < 16 || clock_mono_ns() < until_ns)) {
        times[count++] = work();
        clock_sleep_ns(LEARN_NS / LEARN_MOST);
    }
    qsort(times, count, sizeof *times, by_time);
    machine->usual_ns = times[count / 4];
}

void
machine_free(struct machine *machine)
{
    free(machine->slows);
    *machine = (struct machine){0};
}

static void
add(struct machine *machine, int64_t from_ns, int64_t to_ns)
{
    if (machine->count == machine->cap) {
        machine->cap = machine->cap * 2 + 256;
        machine->slows = reallocarray(machine->slows, machine->cap, sizeof *machine->slows);
        if (!machine->slows) {
            abort();
        }
    }
    machine->slows[machine->count++] = (struct machine_slow){from_ns, to_ns};
}

void
machine_look(struct machine *machine, int64_t now_ns)
{
    if (machine->usual_ns == 0 || now_ns - machine->looked_ns < EVERY_NS) {
        return;
    }
    int64_t took_ns = work(), after_ns = clock_mono_ns();
    bool slow = took_ns > SLOW * machine->usual_ns;
    if (slow && !machine->slow) {
        /* it may have been since the last look that found it quick */
        add(machine, machine->looked_ns ? machine->looked_ns : now_ns, after_ns);
    } else if (slow || machine->slow) {
        machine->slows[machine->count - 1].to_ns = after_ns;
    }
    machine->slow = slow;
    machine->looked_ns = after_ns;
}

bool
machine_was_slow(const struct machine *machine, int64_t from_ns, int64_t to_ns)
{
    for (size_t i = machine->count; i-- > 0;) {
        if (machine->slows[i].to_ns + AFTER_NS < from_ns) {
            return false;
        }
        if (machine->slows[i].from_ns <= to_ns) {
            return true;
        }
    }
    return false;
}

double
machine_slow_share(const struct machine *machine, int64_t from_ns, int64_t to_ns)
{
    int64_t slow_ns = 0;
    for (size_t i = 0; i < machine->count; i++) {
        int64_t from = machine->slows[i].from_ns, to = machine->slows[i].to_ns;
        from = from > from_ns ? from : from_ns;
        to = to < to_ns ? to : to_ns;
        slow_ns += to > from ? to - from : 0;
    }
    return to_ns > from_ns ? (double)slow_ns / (double)(to_ns - from_ns) : 0;
}
