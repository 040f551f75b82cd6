/* 16 threads share one client and one queue: blocking calls, lists, submitted calls, random cancelling. Every accepted
 * operation completes exactly once. `threads [ROUNDS [THREADS OF THE RUNTIME]]`; MSPKIT_SIM names the simulator. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/sim.h"

#define THREADS 16
#define MOST 4096

static simulator sim;
static const mspkit_ncentral *client;
static const mspkit_queue *queue;
static int rounds = 20;
static atomic_int completions[THREADS * MOST];
static atomic_long accepted, completed, cancelled;

static unsigned next(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void take(int timeout)
{
    mspkit_completion done = mspkit_completion_init();
    const int32_t status = mspkit_queue_next(queue, timeout, &done, NULL);
    if (status == MSPKIT_EMPTY) {
        return;
    }
    EXPECT_STATUS(status, MSPKIT_OK);
    EXPECT(done.status == MSPKIT_OK || done.status == MSPKIT_E_CANCELLED);
    EXPECT((done.response != NULL) == (done.status == MSPKIT_OK));
    EXPECT(atomic_fetch_add((atomic_int *)done.user_data, 1) == 0);
    atomic_fetch_add(&completed, 1);
    atomic_fetch_add(&cancelled, done.status != MSPKIT_OK);
    mspkit_completion_clear(&done);
}

static void *work(void *argument)
{
    const int thread = (int)(size_t)argument;
    unsigned seed = (unsigned)thread * 7919u + 1;
    int round, used = 0;
    for (round = 0; round < rounds; round++) {
        mspkit_response *response = NULL;
        mspkit_pager *pager = NULL;
        const mspkit_item *item = NULL;
        mspkit_cancel_token *token = NULL;
        mspkit_call_options options = mspkit_call_options_init();
        mspkit_operation numbers[8];
        int at, count = 0;
        EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
        EXPECT(strcmp(mspkit_ncentral_customer_of_response(response)->customer_id.data, "100") == 0);
        mspkit_response_free(response);
        for (at = 0; at < 8 && used < MOST; at++) {
            EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("101"), NULL, queue,
                                                               (void *)&completions[thread * MOST + used++], &numbers[at], NULL),
                          MSPKIT_OK);
            atomic_fetch_add(&accepted, 1);
        }
        for (at = 0; at < 8; at++) {
            if (next(&seed) % 3 == 0) {
                EXPECT_STATUS(mspkit_queue_cancel(queue, numbers[at]), MSPKIT_OK);
            }
            take(0);
        }
        EXPECT_STATUS(mspkit_cancel_token_new(&token, NULL), MSPKIT_OK);
        options.cancel = token;
        EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, &options, &pager, NULL), MSPKIT_OK);
        while (count < 3 && mspkit_pager_next(pager, &item, NULL) == MSPKIT_OK) {
            EXPECT(mspkit_ncentral_customer_of_item(item)->customer_id.len > 0);
            count++;
        }
        EXPECT(count == 3);
        mspkit_cancel_token_cancel(token);
        mspkit_cancel_token_free(token);
        mspkit_pager_free(pager);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_runtime_options own_threads = mspkit_runtime_options_init();
    mspkit_runtime *runtime = NULL;
    mspkit_ncentral *made = NULL;
    mspkit_queue *own = NULL;
    int at;
    rounds = argc > 1 ? atoi(argv[1]) : rounds;
    sim = sim_start(NULL);
    own_threads.threads = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
    EXPECT_STATUS(mspkit_runtime_new(&own_threads, &runtime, NULL), MSPKIT_OK);
    options.runtime = runtime;
    options.base_url = mspkit_nts(sim.url);
    options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    options.trust_env = false;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &made, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_new(&own, NULL), MSPKIT_OK);
    client = made;
    queue = own;
    for (at = 0; at < THREADS; at++) {
        EXPECT(pthread_create(&threads[at], NULL, work, (void *)(size_t)at) == 0);
    }
    for (at = 0; at < THREADS; at++) {
        pthread_join(threads[at], NULL);
    }
    while (mspkit_queue_pending(queue) > 0) {
        take(30000);
    }
    EXPECT(atomic_load(&accepted) == atomic_load(&completed));
    mspkit_queue_free(own);
    mspkit_ncentral_free(made);
    mspkit_runtime_free(runtime);
    sim_stop(&sim);
    memory_back(0);
    printf("threads: %ld operations submitted by %d threads to a runtime with %u of its own, each completed once, %ld of them cancelled\n",
           atomic_load(&accepted), THREADS, (unsigned)own_threads.threads, atomic_load(&cancelled));
    return atomic_load(&cancelled) > 0 ? 0 : 1;
}
