/* What may end while calls are in flight: clients, calls, pagers, queues, runtimes, processes, in any order. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

static void closed_clients(void)
{
    mspkit_ncentral *client = new_client(), *copy = NULL;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_limits *limits = NULL;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_with_options(client, NULL, &copy, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(copy, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    EXPECT(mspkit_response_meta(response)->status == 200 && mspkit_ncentral_customer_of_response(response) != NULL);
    EXPECT(mspkit_ncentral_service_org_of_response(response) == NULL);
    mspkit_response_free(response);
    EXPECT_STATUS(mspkit_client_limits(mspkit_ncentral_client(client), &limits, NULL), MSPKIT_OK);
    EXPECT(mspkit_limits_count(limits) > 0 && mspkit_limits_at(limits, 0)->cap > 0);
    EXPECT(mspkit_limits_at(limits, mspkit_limits_count(limits)) == NULL);
    mspkit_limits_free(limits);
    EXPECT_STATUS(mspkit_client_close(mspkit_ncentral_client(client)), MSPKIT_OK);
    EXPECT_STATUS(mspkit_client_close(mspkit_ncentral_client(client)), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(copy, MSPKIT_STR("100"), NULL, &response, &error), MSPKIT_E_CLOSED);
    expect_error(error, MSPKIT_E_CLOSED, "Closed", "closed");
    mspkit_ncentral_free(client);
    mspkit_ncentral_free(copy);
}

static void *cancel_soon(void *token)
{
    struct timespec time = {0, 150 * 1000 * 1000};
    nanosleep(&time, NULL);
    mspkit_cancel_token_cancel((const mspkit_cancel_token *)token);
    return NULL;
}

static void cancel_tokens(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_cancel_token *token = NULL;
    mspkit_response *response = NULL;
    mspkit_pager *pager = NULL;
    const mspkit_item *item = NULL;
    mspkit_error *error = NULL;
    pthread_t thread;
    double began;
    hang();
    EXPECT_STATUS(mspkit_cancel_token_new(&token, NULL), MSPKIT_OK);
    EXPECT(!mspkit_cancel_token_is_cancelled(token));
    options.cancel = token;
    pthread_create(&thread, NULL, cancel_soon, token);
    began = now();
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), &options, &response, &error), MSPKIT_E_CANCELLED);
    EXPECT(now() - began > 0.1 && now() - began < 5);
    expect_error(error, MSPKIT_E_CANCELLED, "Cancelled", "cancelled");
    pthread_join(thread, NULL);
    EXPECT(mspkit_cancel_token_is_cancelled(token));
    /* A token that was already cancelled: nothing is sent. */
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), &options, &response, NULL), MSPKIT_E_CANCELLED);
    EXPECT(json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "requests")->count == 0);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, &options, &pager, NULL), MSPKIT_OK);
    mspkit_cancel_token_free(token);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, &error), MSPKIT_E_CANCELLED);
    EXPECT(mspkit_error_resume_token(error).data != NULL);
    expect_error(error, MSPKIT_E_CANCELLED, "Cancelled", "cancelled");
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

static void submit(const mspkit_ncentral *client, const mspkit_queue *queue, int count, mspkit_operation *numbers)
{
    int at;
    for (at = 0; at < count; at++) {
        EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("100"), NULL, queue, (void *)(size_t)at,
                                                           &numbers[at], NULL),
                      MSPKIT_OK);
    }
}

/* Reads completions until there are none; returns how many had this status. */
static int drain(const mspkit_queue *queue, int32_t status, int32_t last)
{
    mspkit_completion done = mspkit_completion_init();
    int32_t next;
    int count = 0;
    while ((next = mspkit_queue_next(queue, 10000, &done, NULL)) == MSPKIT_OK) {
        count += done.status == status && (done.error != NULL) == (status < 0);
        mspkit_completion_clear(&done);
        if (last == MSPKIT_EMPTY && mspkit_queue_pending(queue) == 0) {
            next = mspkit_queue_next(queue, 0, &done, NULL);
            break;
        }
    }
    EXPECT_STATUS(next, last);
    return count;
}

static void queues_and_freeing(void)
{
    mspkit_operation numbers[50];
    mspkit_ncentral *client;
    mspkit_queue *queue = NULL;
    mspkit_pager *pager = NULL;
    mspkit_runtime *own = NULL;
    mspkit_completion done = mspkit_completion_init();
    mspkit_error *error = NULL;
    int at;

    /* Each cancelled call completes exactly once. */
    hang();
    client = new_client();
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 0, &done, NULL), MSPKIT_EMPTY);
    submit(client, queue, 50, numbers);
    for (at = 0; at < 50; at++) {
        EXPECT_STATUS(mspkit_queue_cancel(queue, numbers[at]), MSPKIT_OK);
        EXPECT_STATUS(mspkit_queue_cancel(queue, numbers[at]), MSPKIT_OK);
    }
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_EMPTY) == 50);
    EXPECT_STATUS(mspkit_queue_cancel(queue, 4711), MSPKIT_OK);

    /* Freeing a client ends the calls submitted through it. */
    submit(client, queue, 50, numbers);
    mspkit_ncentral_free(client);
    EXPECT(drain(queue, MSPKIT_E_CLOSED, MSPKIT_EMPTY) == 50);

    /* Freeing a pager ends its step; a second step at the same time is refused. */
    client = new_client();
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_page_submit(pager, queue, NULL, NULL, &error), MSPKIT_E_BUSY);
    expect_error(error, MSPKIT_E_BUSY, "InvalidRequest", "pager");
    EXPECT(mspkit_pager_resume_token(pager).data == NULL && mspkit_pager_total(pager) == -1);
    mspkit_pager_free(pager);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_EMPTY) == 1);

    /* A cancelled step can be made again. */
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, numbers, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_cancel(queue, numbers[0]), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_EMPTY) == 1);
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_OK, MSPKIT_EMPTY) == 1);

    /* A closed queue returns the remaining completions, then MSPKIT_DONE, and accepts nothing. */
    hang();
    submit(client, queue, 20, numbers);
    EXPECT_STATUS(mspkit_queue_close(queue), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_DONE) == 20);
    EXPECT_STATUS(mspkit_queue_next(queue, -1, &done, NULL), MSPKIT_DONE);
    EXPECT_STATUS(mspkit_pager_next_page_submit(pager, queue, NULL, NULL, &error), MSPKIT_E_CLOSED);
    expect_error(error, MSPKIT_E_CLOSED, "Closed", "queue");
    /* A refused call keeps nothing busy. */
    post("/_sim/reset", "{}");
    EXPECT(mspkit_pager_resume_token(pager).data != NULL);
    mspkit_queue_free(queue);

    /* The queue is freed first. */
    hang();
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    submit(client, queue, 50, numbers);
    mspkit_queue_free(queue);
    mspkit_ncentral_free(client);
    mspkit_pager_free(pager);

    /* The runtime is freed first: calls in flight complete, later ones are refused. */
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_on(own);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    submit(client, queue, 50, numbers);
    mspkit_runtime_free(own);
    EXPECT(drain(queue, MSPKIT_E_CLOSED, MSPKIT_EMPTY) == 50);
    submit(client, queue, 1, numbers);
    EXPECT(drain(queue, MSPKIT_E_CLOSED, MSPKIT_EMPTY) == 1);
    EXPECT_STATUS(mspkit_pager_next(pager, &(const mspkit_item *){NULL}, NULL), MSPKIT_E_CLOSED);
    mspkit_queue_free(queue);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* Sockets of this process. */
static int sockets(void)
{
    int count = 0, descriptor;
    for (descriptor = 3; descriptor < 256; descriptor++) {
        struct stat about;
        count += fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
    }
    return count;
}

/* Polls until there are no more of them. */
static void no_sockets(void)
{
    const double began = now();
    while (sockets() > 0 && now() - began < 20) {
        usleep(1000);
    }
    EXPECT(sockets() == 0);
}

static void connections_close(void)
{
    mspkit_ncentral *client;
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_response *response = NULL;
    /* Those of everything before. */
    no_sockets();
    client = new_client();
    hang();
    options.timeout_ms = 200;
    options.max_retries = 0;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), &options, &response, NULL), MSPKIT_E_TIMEOUT);
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    EXPECT(sockets() == 1);
    /* Those of a client that is freed, although nobody makes a call any more. */
    mspkit_ncentral_free(client);
    no_sockets();
}

static void *free_runtime_soon(void *own)
{
    struct timespec time = {0, 150 * 1000 * 1000};
    nanosleep(&time, NULL);
    mspkit_runtime_free((mspkit_runtime *)own);
    return NULL;
}

/* A thread that waits for a call is woken by the shutdown of its runtime, and by a token while others drive. */
static void blocking_calls_end(void)
{
    mspkit_runtime *own = NULL;
    mspkit_ncentral *client;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    pthread_t thread;
    double began;
    hang();
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_on(own);
    began = now();
    pthread_create(&thread, NULL, free_runtime_soon, own);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, &error), MSPKIT_E_CLOSED);
    EXPECT(now() - began > 0.1 && now() - began < 5);
    expect_error(error, MSPKIT_E_CLOSED, "Closed", "");
    pthread_join(thread, NULL);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_E_CLOSED);
    mspkit_ncentral_free(client);
}

static void forked_children(void)
{
    mspkit_ncentral *client = new_client(), *of_process = client_on(NULL);
    mspkit_response *response = NULL;
    int status = 0;
    pid_t child;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    child = fork();
    if (child == 0) {
        alarm(20);
        /* The parent's clients are refused in the child instead of waiting for threads that do not exist; its own
         * work. */
        if (mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL) == MSPKIT_E_CLOSED &&
            mspkit_ncentral_customers_get(of_process, MSPKIT_STR("100"), NULL, &response, NULL) == MSPKIT_E_CLOSED &&
            mspkit_ncentral_customers_get(client_on(NULL), MSPKIT_STR("100"), NULL, &response, NULL) == MSPKIT_OK) {
            /* No exit, at which tools would look for the memory of the parent's threads. */
            raise(SIGKILL);
        }
        _exit(1);
    }
    waitpid(child, &status, 0);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    mspkit_ncentral_free(client);
    mspkit_ncentral_free(of_process);
}

int main(void)
{
    service_start();
    closed_clients();
    cancel_tokens();
    queues_and_freeing();
    connections_close();
    blocking_calls_end();
    forked_children();
    service_stop();
    puts("lifetimes: all as promised");
    return 0;
}
