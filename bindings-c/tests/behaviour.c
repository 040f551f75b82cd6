/* What the library promises besides answers: wrong arguments, pages and items, the log. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "mspkit.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

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
    call.timeout_ms = MSPKIT_DEFAULT;
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
    EXPECT(seen.requests >= 1 && seen.busy == seen.records && !pthread_equal(seen.thread, pthread_self()));
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

int main(void)
{
    service_start();
    versions();
    wrong_arguments();
    null_everywhere();
    pages_and_items();
    logging();
    service_stop();
    puts("behaviour: all as promised");
    return 0;
}
