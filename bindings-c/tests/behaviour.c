/* What the library promises besides answers: wrong arguments, closing, cancelling, freeing in any order, the log. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mspkit.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/sim.h"

static simulator sim;
static mspkit_runtime *runtime;

static mspkit_ncentral *client_on(const mspkit_runtime *on)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_ncentral *client = NULL;
    options.runtime = on;
    options.base_url = mspkit_nts(sim.url);
    options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    options.trust_env = MSPKIT_NO;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &client, NULL), MSPKIT_OK);
    return client;
}

static mspkit_ncentral *new_client(void)
{
    return client_on(runtime);
}

static void post(const char *path, const char *body)
{
    EXPECT(sim_command(&sim, "POST", path, json_parse(body, strlen(body))) != NULL);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void hang(void)
{
    post("/_sim/reset", "{}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers/{id}\",\"rate\":1,\"fault\":{\"kind\":\"hang\"}},"
                         "{\"match\":\"GET /api/customers\",\"rate\":1,\"fault\":{\"kind\":\"hang\"}}]}");
}

/* Asserts code and kind of an error, that its message holds a text, and frees it. */
static void said(mspkit_error *error, int32_t code, const char *kind, const char *text)
{
    EXPECT(error != NULL);
    EXPECT_STATUS(mspkit_error_code(error), code);
    EXPECT(strcmp(mspkit_error_kind(error).data, kind) == 0);
    if (strstr(mspkit_error_message(error).data, text) == NULL) {
        fprintf(stderr, "%s is not in: %s\n", text, mspkit_error_message(error).data);
        exit(1);
    }
    mspkit_error_free(error);
}

static void versions(void)
{
    char version[32];
    EXPECT(mspkit_abi_version() == MSPKIT_ABI_VERSION);
    snprintf(version, sizeof version, "%d.%d.%d", MSPKIT_VERSION_MAJOR, MSPKIT_VERSION_MINOR, MSPKIT_VERSION_PATCH);
    EXPECT(strcmp(mspkit_version(), version) == 0);
    EXPECT(strcmp(mspkit_strerror(MSPKIT_OK), "success") == 0);
    EXPECT(strcmp(mspkit_strerror(MSPKIT_E_NOT_FOUND), mspkit_strerror(4711)) != 0);
}

static void wrong_arguments(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_call_options call = mspkit_call_options_init();
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    mspkit_answer *answer = NULL;
    mspkit_client *other = NULL;
    mspkit_pager *pager = NULL;
    mspkit_error *error = (mspkit_error *)&answer;
    mspkit_completion done = mspkit_completion_init();
    mspkit_pair pair = {{NULL, 0}, {NULL, 0}};
    size_t size;

    EXPECT_STATUS(mspkit_ncentral_customers_get(NULL, "1", MSPKIT_NTS, NULL, &answer, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "client");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, NULL, 1, NULL, &answer, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "customer_id");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, NULL, NULL, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "answer");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, NULL, NULL, NULL), MSPKIT_E_NULL);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "a\xff", 2, NULL, &answer, &error), MSPKIT_E_UTF8);
    said(error, MSPKIT_E_UTF8, "InvalidRequest", "customer_id: is not UTF-8 from byte 1");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "a\0b", 3, NULL, &answer, &error), MSPKIT_E_NUL_BYTE);
    said(error, MSPKIT_E_NUL_BYTE, "InvalidRequest", "byte 1");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "a", (size_t)-9, NULL, &answer, &error), MSPKIT_E_RANGE);
    said(error, MSPKIT_E_RANGE, "InvalidRequest", "customer_id");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "", 0, NULL, &answer, &error), MSPKIT_E_INVALID_REQUEST);
    said(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "customer_id");
    EXPECT(answer == NULL);

    for (size = 0; size < 8; size++) {
        params.struct_size = size;
        EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, NULL, NULL, &pager, &error), MSPKIT_E_STRUCT_SIZE);
        said(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "mspkit_ncentral_customers_list_params_init()");
    }
    options.struct_size = 99999;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &other, &error), MSPKIT_E_STRUCT_SIZE);
    said(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "99999");
    call.struct_size = sizeof call + 1;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, &call, &answer, &error), MSPKIT_E_STRUCT_SIZE);
    said(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "mspkit_call_options");
    done.struct_size = 8;
    EXPECT_STATUS(mspkit_queue_next(NULL, 0, &done, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "queue");

    call = mspkit_call_options_init();
    call.timeout_ms = -5;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, &call, &answer, &error), MSPKIT_E_RANGE);
    said(error, MSPKIT_E_RANGE, "InvalidRequest", "timeout_ms");
    call.timeout_ms = 0;
    call.extra_header_count = 1;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, &call, &answer, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "extra_headers");
    call.extra_headers = &pair;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "1", MSPKIT_NTS, &call, &answer, &error), MSPKIT_E_NULL);
    said(error, MSPKIT_E_NULL, "InvalidRequest", "extra_headers");
    EXPECT_STATUS(mspkit_wiv_workflows_run(client, "w", MSPKIT_NTS, NULL, NULL, &answer, &error), MSPKIT_E_INVALID_REQUEST);
    said(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "operation");
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, 99, &error), MSPKIT_E_RANGE);
    said(error, MSPKIT_E_RANGE, "InvalidRequest", "level");

    /* A JSON parameter cannot end the object that it is put into. */
    {
        mspkit_wiv_workflows_run_params run = mspkit_wiv_workflows_run_params_init();
        run.payload = mspkit_nts("{}, \"workflow_id\": \"other\"");
        EXPECT_STATUS(mspkit_wiv_workflows_run(client, "w", MSPKIT_NTS, &run, NULL, &answer, &error), MSPKIT_E_INVALID_REQUEST);
        said(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "payload: must be JSON");
    }
    mspkit_client_free(client);
}

/* Every function that takes NULL gives a code or nothing. */
static void null_everywhere(void)
{
    EXPECT(mspkit_error_code(NULL) == MSPKIT_OK);
    EXPECT(mspkit_error_message(NULL).data == NULL && mspkit_error_json(NULL).data == NULL);
    EXPECT(mspkit_error_attempt(NULL, 0) == NULL && mspkit_error_field_error(NULL, 0) == NULL);
    EXPECT(mspkit_answer_json(NULL).data == NULL && mspkit_answer_meta(NULL) == NULL);
    EXPECT(mspkit_answer_customer(NULL) == NULL && mspkit_item_customer(NULL) == NULL);
    EXPECT(mspkit_customer_json(NULL).data == NULL && mspkit_item_json(NULL).data == NULL);
    EXPECT(mspkit_page_count(NULL) == 0 && mspkit_page_item(NULL, 0) == NULL && mspkit_page_total(NULL) == -1);
    EXPECT(mspkit_pager_resume_token(NULL).data == NULL && mspkit_pager_meta(NULL) == NULL);
    EXPECT(mspkit_pager_next(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_pager_next_page(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_pager_next_submit(NULL, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_queue_fd(NULL) == -1 && mspkit_queue_pending(NULL) == 0);
    EXPECT(mspkit_queue_close(NULL) == MSPKIT_E_NULL && mspkit_queue_cancel(NULL, 1) == MSPKIT_E_NULL);
    EXPECT(mspkit_queue_new(NULL, NULL) == MSPKIT_E_NULL && mspkit_runtime_new(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_cancel_token_cancel(NULL) == MSPKIT_E_NULL && !mspkit_cancel_token_is_cancelled(NULL));
    EXPECT(mspkit_client_close(NULL) == MSPKIT_E_NULL && mspkit_client_limits(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_call(NULL, NULL, 0, NULL, 0, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_request(NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_list(NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    mspkit_error_free(NULL);
    mspkit_answer_free(NULL);
    mspkit_item_free(NULL);
    mspkit_page_free(NULL);
    mspkit_pager_free(NULL);
    mspkit_queue_free(NULL);
    mspkit_completion_clear(NULL);
    mspkit_cancel_token_free(NULL);
    mspkit_limits_free(NULL);
    mspkit_client_free(NULL);
    mspkit_runtime_free(NULL);
}

static void closed_clients(void)
{
    mspkit_ncentral *client = new_client(), *copy = NULL;
    mspkit_answer *answer = NULL;
    mspkit_error *error = NULL;
    mspkit_limits *limits = NULL;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_client_with_options(client, NULL, &copy, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(copy, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    EXPECT(mspkit_answer_meta(answer)->status == 200 && mspkit_answer_customer(answer) != NULL);
    EXPECT(mspkit_answer_service_org(answer) == NULL);
    mspkit_answer_free(answer);
    EXPECT_STATUS(mspkit_client_limits(client, &limits, NULL), MSPKIT_OK);
    EXPECT(mspkit_limits_count(limits) > 0 && mspkit_limits_at(limits, 0)->cap > 0);
    EXPECT(mspkit_limits_at(limits, mspkit_limits_count(limits)) == NULL);
    mspkit_limits_free(limits);
    EXPECT_STATUS(mspkit_client_close(client), MSPKIT_OK);
    EXPECT_STATUS(mspkit_client_close(client), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(copy, "100", MSPKIT_NTS, NULL, &answer, &error), MSPKIT_E_CLOSED);
    said(error, MSPKIT_E_CLOSED, "Closed", "closed");
    mspkit_client_free(client);
    mspkit_client_free(copy);
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
    mspkit_answer *answer = NULL;
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
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, &options, &answer, &error), MSPKIT_E_CANCELLED);
    EXPECT(now() - began > 0.1 && now() - began < 5);
    said(error, MSPKIT_E_CANCELLED, "Cancelled", "cancelled");
    pthread_join(thread, NULL);
    EXPECT(mspkit_cancel_token_is_cancelled(token));
    /* A token that was cancelled before: nothing is sent. */
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, &options, &answer, NULL), MSPKIT_E_CANCELLED);
    EXPECT(json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "requests")->count == 0);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, &options, &pager, NULL), MSPKIT_OK);
    mspkit_cancel_token_free(token);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, &error), MSPKIT_E_CANCELLED);
    EXPECT(mspkit_error_resume_token(error).data != NULL);
    said(error, MSPKIT_E_CANCELLED, "Cancelled", "cancelled");
    mspkit_pager_free(pager);
    mspkit_client_free(client);
}

static void submit(const mspkit_ncentral *client, const mspkit_queue *queue, int count, mspkit_operation *numbers)
{
    int at;
    for (at = 0; at < count; at++) {
        EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, "100", MSPKIT_NTS, NULL, queue, (void *)(size_t)at,
                                                           &numbers[at], NULL),
                      MSPKIT_OK);
    }
}

/* Reads completions until there are none; how many had this status. */
static int drain(const mspkit_queue *queue, int32_t status, int32_t last)
{
    mspkit_completion done = mspkit_completion_init();
    int32_t came;
    int count = 0;
    while ((came = mspkit_queue_next(queue, 10000, &done, NULL)) == MSPKIT_OK) {
        count += done.status == status && (done.error != NULL) == (status < 0);
        mspkit_completion_clear(&done);
        if (last == MSPKIT_EMPTY && mspkit_queue_pending(queue) == 0) {
            came = mspkit_queue_next(queue, 0, &done, NULL);
            break;
        }
    }
    EXPECT_STATUS(came, last);
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

    /* Each cancelled call completes once, and once only. */
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

    /* A client that is freed ends what was submitted through it. */
    submit(client, queue, 50, numbers);
    mspkit_client_free(client);
    EXPECT(drain(queue, MSPKIT_E_CLOSED, MSPKIT_EMPTY) == 50);

    /* A pager that is freed ends its step; a second step at the same time is refused. */
    client = new_client();
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_page_submit(pager, queue, NULL, NULL, &error), MSPKIT_E_BUSY);
    said(error, MSPKIT_E_BUSY, "InvalidRequest", "pager");
    EXPECT(mspkit_pager_resume_token(pager).data == NULL && mspkit_pager_total(pager) == -1);
    mspkit_pager_free(pager);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_EMPTY) == 1);

    /* A step that was cancelled is made again. */
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, numbers, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_cancel(queue, numbers[0]), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_EMPTY) == 1);
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, NULL, NULL), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_OK, MSPKIT_EMPTY) == 1);

    /* A closed queue gives out what is left, then says that it is done, and takes nothing. */
    hang();
    submit(client, queue, 20, numbers);
    EXPECT_STATUS(mspkit_queue_close(queue), MSPKIT_OK);
    EXPECT(drain(queue, MSPKIT_E_CANCELLED, MSPKIT_DONE) == 20);
    EXPECT_STATUS(mspkit_queue_next(queue, -1, &done, NULL), MSPKIT_DONE);
    EXPECT_STATUS(mspkit_pager_next_page_submit(pager, queue, NULL, NULL, &error), MSPKIT_E_CLOSED);
    said(error, MSPKIT_E_CLOSED, "Closed", "queue");
    /* What was refused keeps nothing busy. */
    post("/_sim/reset", "{}");
    EXPECT(mspkit_pager_resume_token(pager).data != NULL);
    mspkit_queue_free(queue);

    /* A queue that is freed first. */
    hang();
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    submit(client, queue, 50, numbers);
    mspkit_queue_free(queue);
    mspkit_client_free(client);
    mspkit_pager_free(pager);

    /* A runtime that is freed first: what is in flight completes, what comes after is refused. */
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
    mspkit_client_free(client);
}

static void pages_and_items(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL;
    mspkit_page *page = NULL;
    const mspkit_item *item = NULL;
    mspkit_str token = {NULL, 0};
    mspkit_error *error = NULL;
    char *first, *kept;
    post("/_sim/reset", "{\"customers\":10}");
    params.page_size = 4;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    first = keep_text("%s", mspkit_item_customer(item)->customer_id.data);
    /* The rest of the page that was begun. */
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 3 && mspkit_page_number(page) == 1 && mspkit_page_total(page) == 10);
    EXPECT(strcmp(mspkit_item_customer(mspkit_page_item(page, 0))->customer_id.data, first) != 0);
    EXPECT_STATUS(mspkit_page_resume_token(page, 4, &token, &error), MSPKIT_E_RANGE);
    said(error, MSPKIT_E_RANGE, "InvalidRequest", "consumed");
    EXPECT_STATUS(mspkit_page_resume_token(page, 1, &token, NULL), MSPKIT_OK);
    kept = keep_text("%s", mspkit_item_customer(mspkit_page_item(page, 1))->customer_id.data);
    paging.resume_token = token;
    mspkit_pager_free(pager);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, &paging, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(strcmp(mspkit_item_customer(item)->customer_id.data, kept) == 0);
    {
        const json *whole = json_parse(mspkit_page_json(page).data, mspkit_page_json(page).len);
        EXPECT(whole != NULL && whole->count == 3);
    }
    mspkit_page_free(page);
    mspkit_pager_free(pager);
    mspkit_client_free(client);
}

typedef struct {
    int records;
    int requests;
    int busy;
    pthread_t thread;
} logged;

static void on_record(void *user_data, const mspkit_log_record *record)
{
    logged *seen = (logged *)user_data;
    sigset_t blocked;
    seen->records++;
    seen->requests += strstr(record->message.data, "method=GET") != NULL;
    seen->thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    EXPECT(sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGPIPE));
    EXPECT(strncmp(record->target.data, "mspkit", 6) == 0);
    EXPECT(strstr(record->message.data, json_get(sim.credentials, "ncentral_jwt")->text) == NULL);
    seen->busy += mspkit_log_set(NULL, NULL, 0, NULL) == MSPKIT_E_BUSY;
}

static void logging(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_answer *answer = NULL;
    logged seen;
    sigset_t before, after;
    int records, signal;
    memset(&seen, 0, sizeof seen);
    sigemptyset(&before);
    after = before;
    post("/_sim/reset", "{}");
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    EXPECT_STATUS(mspkit_log_set(on_record, &seen, MSPKIT_LOG_DEBUG, NULL), MSPKIT_OK);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (signal = 1; signal < 32; signal++) {
        EXPECT(sigismember(&before, signal) == sigismember(&after, signal));
    }
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    mspkit_answer_free(answer);
    /* Taking the callback away waits for what was logged. */
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, 0, NULL), MSPKIT_OK);
    EXPECT(seen.requests == 1 && seen.busy == seen.records && !pthread_equal(seen.thread, pthread_self()));
    records = seen.records;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    mspkit_answer_free(answer);
    EXPECT(seen.records == records);
    /* Only what the level lets through. */
    EXPECT_STATUS(mspkit_log_set(on_record, &seen, MSPKIT_LOG_WARN, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    mspkit_answer_free(answer);
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, MSPKIT_LOG_OFF, NULL), MSPKIT_OK);
    EXPECT(seen.records == records);
    mspkit_client_free(client);
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
    mspkit_answer *answer = NULL;
    /* Those of all that was done before. */
    no_sockets();
    client = new_client();
    hang();
    options.timeout_ms = 200;
    options.max_retries = MSPKIT_NO;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, &options, &answer, NULL), MSPKIT_E_TIMEOUT);
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    mspkit_answer_free(answer);
    EXPECT(sockets() == 1);
    /* Those of a client that is freed, though nobody makes a call any more. */
    mspkit_client_free(client);
    no_sockets();
}

static void *free_runtime_soon(void *own)
{
    struct timespec time = {0, 150 * 1000 * 1000};
    nanosleep(&time, NULL);
    mspkit_runtime_free((mspkit_runtime *)own);
    return NULL;
}

/* A thread that waits for a call is woken by the end of its runtime, and by a token while others drive. */
static void blocking_calls_end(void)
{
    mspkit_runtime *own = NULL;
    mspkit_ncentral *client;
    mspkit_answer *answer = NULL;
    mspkit_error *error = NULL;
    pthread_t thread;
    double began;
    hang();
    EXPECT_STATUS(mspkit_runtime_new(NULL, &own, NULL), MSPKIT_OK);
    client = client_on(own);
    began = now();
    pthread_create(&thread, NULL, free_runtime_soon, own);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, &error), MSPKIT_E_CLOSED);
    EXPECT(now() - began > 0.1 && now() - began < 5);
    said(error, MSPKIT_E_CLOSED, "Closed", "");
    pthread_join(thread, NULL);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_E_CLOSED);
    mspkit_client_free(client);
}

static void forked_children(void)
{
    mspkit_ncentral *client = new_client(), *of_process = client_on(NULL);
    mspkit_answer *answer = NULL;
    int status = 0;
    pid_t child;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL), MSPKIT_OK);
    mspkit_answer_free(answer);
    child = fork();
    if (child == 0) {
        alarm(20);
        /* The parent's clients are refused in the child instead of waiting for threads that are not there; its own serve. */
        if (mspkit_ncentral_customers_get(client, "100", MSPKIT_NTS, NULL, &answer, NULL) == MSPKIT_E_CLOSED &&
            mspkit_ncentral_customers_get(of_process, "100", MSPKIT_NTS, NULL, &answer, NULL) == MSPKIT_E_CLOSED &&
            mspkit_ncentral_customers_get(client_on(NULL), "100", MSPKIT_NTS, NULL, &answer, NULL) == MSPKIT_OK) {
            /* No exit, at which tools would look for what the parent's threads hold. */
            raise(SIGKILL);
        }
        _exit(1);
    }
    waitpid(child, &status, 0);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    mspkit_client_free(client);
    mspkit_client_free(of_process);
}

int main(void)
{
    sim = sim_start(NULL);
    EXPECT_STATUS(mspkit_runtime_new(NULL, &runtime, NULL), MSPKIT_OK);
    versions();
    wrong_arguments();
    null_everywhere();
    closed_clients();
    cancel_tokens();
    queues_and_freeing();
    pages_and_items();
    logging();
    connections_close();
    blocking_calls_end();
    forked_children();
    mspkit_runtime_free(runtime);
    sim_stop(&sim);
    memory_back(0);
    puts("behaviour: all as promised");
    return 0;
}
