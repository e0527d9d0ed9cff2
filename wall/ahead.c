#include "wall/ahead.h"

#define FOLD_AT_ONCE 512 /* events, rows or tickets between two looks at whether to go on */

void
ahead_init(struct ahead *ahead)
{
    *ahead = (struct ahead){.feed = NULL};
    sem_init(&ahead->came, 0, 0);
}

void
ahead_finish(struct ahead *ahead)
{
    sem_destroy(&ahead->came);
}

static void *
run(void *user)
{
    struct ahead *ahead = user;
    while (atomic_load(&ahead->runs)) {
        bool more = feed_fold(ahead->feed, ahead->moment(ahead->user), FOLD_AT_ONCE);
        atomic_store(&ahead->busy, more);
        while (!more && sem_wait(&ahead->came) != 0) { /* broken off by a signal */
        }
    }
    return NULL;
}

void
ahead_start(struct ahead *ahead, struct feed *feed, int64_t (*moment)(void *user), void *user)
{
    ahead->feed = feed;
    ahead->moment = moment;
    ahead->user = user;
    atomic_store(&ahead->runs, true);
    if (pthread_create(&ahead->thread, NULL, run, ahead) != 0) {
        atomic_store(&ahead->runs, false);
    }
}

void
ahead_wake(struct ahead *ahead)
{
    if (atomic_load(&ahead->runs)) {
        sem_post(&ahead->came);
    }
}

bool
ahead_is_busy(const struct ahead *ahead)
{
    return atomic_load(&ahead->busy);
}

void
ahead_stop(struct ahead *ahead)
{
    if (atomic_exchange(&ahead->runs, false)) {
        sem_post(&ahead->came);
        pthread_join(ahead->thread, NULL);
    }
}
