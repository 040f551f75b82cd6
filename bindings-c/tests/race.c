/* Two threads clear one completion, which only one may use: a race inside the library, which an instrumented one tells. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "mspkit.h"

static mspkit_completion shared;
/* Both threads are there before one begins: of a thread that has ended, the sanitizer may know nothing any more. */
static pthread_barrier_t both;

static void *clear(void *unused)
{
    /* Calls of the library order threads now and then, so a race shows only where two calls meet. */
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
