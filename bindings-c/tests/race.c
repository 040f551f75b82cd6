/* Two threads clear one completion, which only one may use: a race inside the library, which an instrumented one
 * detects. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "mspkit.h"

static mspkit_completion shared;
/* Both threads exist before one begins: the sanitizer may forget a thread that has ended. */
static pthread_barrier_t both;

static void *clear(void *unused)
{
    /* Calls of the library synchronize threads now and then, so a race shows only if two calls overlap. */
    int round;
    pthread_barrier_wait(&both);
    for (round = 0; round < 5000000; round++) {
        mspkit_completion_clear(&shared);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    shared = mspkit_completion_init();
    if (pthread_barrier_init(&both, NULL, 2) != 0) {
        return 1;
    }
    if (pthread_create(&threads[0], NULL, clear, NULL) != 0 || pthread_create(&threads[1], NULL, clear, NULL) != 0) {
        return 1;
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return 0;
}
