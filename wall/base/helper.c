#include "wall/base/helper.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

struct helper {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work, rest;
    bool (*step)(void *user); /* NULL: it has nothing to do */
    void *user;
    bool busy; /* in a step */
    bool recalled, leave;
};

/* Those that this process may run on. */
static int
processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return CPU_COUNT(&set);
    }
    return (int)sysconf(_SC_NPROCESSORS_ONLN); /* more than the set can name */
}

static void *
run(void *given)
{
    struct helper *helper = given;
    pthread_mutex_lock(&helper->lock);
    while (!helper->leave) {
        if (!helper->step) {
            pthread_cond_wait(&helper->work, &helper->lock);
            continue;
        }
        bool (*step)(void *user) = helper->step;
        void *user = helper->user;
        helper->busy = true;
        pthread_mutex_unlock(&helper->lock);
        bool more = step(user);
        pthread_mutex_lock(&helper->lock);
        helper->busy = false;
        if (!more || helper->recalled) {
            helper->step = NULL;
            helper->recalled = false;
            pthread_cond_broadcast(&helper->rest);
        }
    }
    pthread_mutex_unlock(&helper->lock);
    return NULL;
}

static void
release(struct helper *helper)
{
    pthread_cond_destroy(&helper->rest);
    pthread_cond_destroy(&helper->work);
    pthread_mutex_destroy(&helper->lock);
    free(helper);
}

struct helper *
helper_create(void)
{
    if (processors() < 2) {
        return NULL;
    }
    struct helper *helper = calloc(1, sizeof *helper);
    if (!helper) {
        abort();
    }
    pthread_mutex_init(&helper->lock, NULL);
    pthread_cond_init(&helper->work, NULL);
    pthread_cond_init(&helper->rest, NULL);
    if (pthread_create(&helper->thread, NULL, run, helper) != 0) {
        release(helper);
        return NULL;
    }
    return helper;
}

void
helper_destroy(struct helper *helper)
{
    if (!helper) {
        return;
    }
    pthread_mutex_lock(&helper->lock);
    helper->leave = true;
    pthread_cond_signal(&helper->work);
    pthread_mutex_unlock(&helper->lock);
    pthread_join(helper->thread, NULL);
    release(helper);
}

void
helper_begin(struct helper *helper, bool (*step)(void *user), void *user)
{
    if (!helper) {
        return;
    }
    pthread_mutex_lock(&helper->lock);
    if (!helper->step) {
        helper->step = step;
        helper->user = user;
        pthread_cond_signal(&helper->work);
    }
    pthread_mutex_unlock(&helper->lock);
}

void
helper_end(struct helper *helper, const void *user)
{
    if (!helper) {
        return;
    }
    pthread_mutex_lock(&helper->lock);
    if (helper->user == user && !helper->busy) {
        helper->step = NULL; /* it has not woken up yet, or rests: nothing to wait for */
    }
    while (helper->step && helper->user == user) {
        helper->recalled = true;
        pthread_cond_wait(&helper->rest, &helper->lock);
    }
    pthread_mutex_unlock(&helper->lock);
}
