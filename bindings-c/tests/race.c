/* Two threads clear one completion, which only one may use: a race inside the library, which an instrumented one tells. */
#include <pthread.h>

#include "mspkit.h"

static mspkit_completion shared;

static void *clear(void *unused)
{
    int round;
    for (round = 0; round < 100000; round++) {
        mspkit_completion_clear(&shared);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[2];
    shared = mspkit_completion_init();
    if (pthread_create(&threads[0], NULL, clear, NULL) != 0 || pthread_create(&threads[1], NULL, clear, NULL) != 0) {
        return 1;
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return 0;
}
