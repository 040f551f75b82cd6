/* A system that cannot start threads: everything registered for a call is rolled back, wherever the call fails. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

/* How many more threads are allowed; less than 0: any number. */
static atomic_int left = -1;

/* The library finds this one before the system's. */
int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *with)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&real, &found, sizeof real);
    }
    if (atomic_load(&left) == 0) {
        return EAGAIN;
    }
    if (atomic_load(&left) > 0) {
        atomic_fetch_sub(&left, 1);
    }
    return real(thread, how, run, with);
}

static mspkit_ncentral *client_at(const char *url, const mspkit_runtime *on)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_ncentral *client = NULL;
    options.runtime = on;
    options.base_url = mspkit_nts(url);
    options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    options.trust_env = false;
    options.max_retries = 0;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &client, NULL), MSPKIT_OK);
    return client;
}

static void calls(void)
{
    mspkit_runtime *own = NULL;
    mspkit_queue *queue = NULL;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_operation number = 4711;
    mspkit_completion done = mspkit_completion_init();
    mspkit_ncentral *client;
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_on(own);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    left = 0;
    /* A blocking call needs no thread. */
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("100"), NULL, queue, NULL, &number, &error), MSPKIT_E_INTERNAL);
    expect_error(error, MSPKIT_E_INTERNAL, "Internal", "cannot start a thread");
    EXPECT(mspkit_queue_pending(queue) == 0 && number == 4711);
    EXPECT_STATUS(mspkit_queue_next(queue, 0, &done, NULL), MSPKIT_EMPTY);
    /* With a thread it works as usual. */
    left = -1;
    EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("100"), NULL, queue, NULL, &number, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.status == MSPKIT_OK && done.operation == number);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_queue_close(queue), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 2000, &done, NULL), MSPKIT_DONE);
    mspkit_ncentral_free(client);
    mspkit_queue_free(queue);
    mspkit_runtime_free(own);
}

static void lists(void)
{
    mspkit_runtime *own = NULL;
    mspkit_queue *queue = NULL;
    mspkit_pager *pager = NULL;
    const mspkit_item *item = NULL;
    mspkit_error *error = NULL;
    mspkit_completion done = mspkit_completion_init();
    mspkit_ncentral *client;
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_on(own);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    left = 0;
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, &error), MSPKIT_E_INTERNAL);
    expect_error(error, MSPKIT_E_INTERNAL, "Internal", "cannot start a thread");
    EXPECT(mspkit_queue_pending(queue) == 0 && mspkit_pager_resume_token(pager).data != NULL);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    left = -1;
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.status == MSPKIT_OK && done.item != NULL && mspkit_queue_pending(queue) == 0);
    mspkit_completion_clear(&done);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
    mspkit_queue_free(queue);
    mspkit_runtime_free(own);
}

/* Either all threads of a runtime start, or none. */
static void runtimes(void)
{
    mspkit_runtime_options options = mspkit_runtime_options_init();
    mspkit_runtime *own = NULL;
    mspkit_error *error = NULL;
    options.threads = 3;
    for (int there = 0; there < 3; there++) {
        left = there;
        EXPECT_STATUS(mspkit_runtime_new(&options, &own, &error), MSPKIT_E_INTERNAL);
        expect_error(error, MSPKIT_E_INTERNAL, "Internal", "cannot create a runtime");
        EXPECT(own == NULL);
    }
    left = -1;
    EXPECT_STATUS(mspkit_runtime_new(&options, &own, NULL), MSPKIT_OK);
    mspkit_runtime_free(own);
}

static void count(void *user_data, const mspkit_log_record *record)
{
    (void)record;
    atomic_fetch_add((atomic_int *)user_data, 1);
}

/* A callback is kept if its replacement cannot be installed. */
static void logging(void)
{
    static atomic_int first, second;
    mspkit_ncentral *client = new_client();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    EXPECT_STATUS(mspkit_log_set(count, &first, MSPKIT_LOG_DEBUG, NULL), MSPKIT_OK);
    left = 0;
    EXPECT_STATUS(mspkit_log_set(count, &second, MSPKIT_LOG_DEBUG, &error), MSPKIT_E_INTERNAL);
    expect_error(error, MSPKIT_E_INTERNAL, "Internal", "cannot start a thread");
    left = -1;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, MSPKIT_LOG_OFF, NULL), MSPKIT_OK);
    EXPECT(first > 0 && second == 0);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
}

/* A name is resolved on a thread. Without one the call fails, and completes all the same. */
static void names(void)
{
    mspkit_runtime *own = NULL;
    mspkit_queue *queue = NULL;
    mspkit_completion done = mspkit_completion_init();
    mspkit_ncentral *client;
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_at(keep_text("http://localhost:%d", sim.port), own);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    left = 1;
    EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("100"), NULL, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.status < 0 && mspkit_queue_pending(queue) == 0);
    mspkit_completion_clear(&done);
    left = -1;
    mspkit_ncentral_free(client);
    mspkit_queue_free(queue);
    mspkit_runtime_free(own);
}

int main(void)
{
    service_start();
    post("/_sim/reset", "{}");
    calls();
    lists();
    runtimes();
    logging();
    names();
    service_stop();
    puts("no threads: what was registered is taken back");
    return 0;
}
