/* The library's promises besides results: invalid arguments, pages and items, the log. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "mspkit/ncentral.h"
#include "mspkit/wiv.h"
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
    mspkit_response *response = NULL;
    mspkit_ncentral *other = NULL;
    mspkit_client *nobody = NULL;
    mspkit_pager *pager = NULL;
    mspkit_error *error = (mspkit_error *)&response;
    mspkit_completion done = mspkit_completion_init();
    mspkit_pair pair = {{NULL, 0}, {NULL, 0}};
    /* Calls that no compiler allows without a cast. */
    const mspkit_wiv *wrong = (const mspkit_wiv *)client;
    size_t size;

    EXPECT_STATUS(mspkit_ncentral_customers_get(NULL, MSPKIT_STR("1"), NULL, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "client");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, mspkit_nts(NULL), NULL, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "customer_id");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "response");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), NULL, NULL, NULL), MSPKIT_E_NULL);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, mspkit_str_of("a\xff", 2), NULL, &response, &error), MSPKIT_E_UTF8);
    expect_error(error, MSPKIT_E_UTF8, "InvalidRequest", "customer_id: is not UTF-8 from byte 1");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("a\0b"), NULL, &response, &error), MSPKIT_E_NUL_BYTE);
    expect_error(error, MSPKIT_E_NUL_BYTE, "InvalidRequest", "byte 1");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, mspkit_str_of("a", (size_t)-9), NULL, &response, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "customer_id");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR(""), NULL, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "customer_id");
    EXPECT(response == NULL);

    for (size = 0; size < 8; size++) {
        params.struct_size = size;
        EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, NULL, NULL, &pager, &error), MSPKIT_E_STRUCT_SIZE);
        expect_error(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "mspkit_ncentral_customers_list_params_init()");
    }
    options.struct_size = 99999;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &other, &error), MSPKIT_E_STRUCT_SIZE);
    expect_error(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "99999");
    call.struct_size = sizeof call + 1;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), &call, &response, &error), MSPKIT_E_STRUCT_SIZE);
    expect_error(error, MSPKIT_E_STRUCT_SIZE, "InvalidRequest", "mspkit_call_options");
    done.struct_size = 8;
    EXPECT_STATUS(mspkit_queue_next(NULL, 0, &done, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "queue");

    call = mspkit_call_options_init();
    call.timeout_ms = -5;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), &call, &response, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "timeout_ms");
    call.timeout_ms = MSPKIT_DEFAULT;
    call.extra_header_count = 1;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), &call, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "extra_headers");
    call.extra_headers = &pair;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("1"), &call, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "extra_headers");
    EXPECT_STATUS(mspkit_wiv_workflows_run(wrong, MSPKIT_STR("w"), NULL, NULL, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "operation");
    EXPECT_STATUS(mspkit_client_new(MSPKIT_STR("nobody"), NULL, &nobody, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "service");
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, 99, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "level");

    /* A JSON parameter cannot end the object that it is embedded in. */
    {
        mspkit_wiv_workflows_run_params run = mspkit_wiv_workflows_run_params_init();
        run.payload = mspkit_nts("{}, \"workflow_id\": \"other\"");
        EXPECT_STATUS(mspkit_wiv_workflows_run(wrong, MSPKIT_STR("w"), &run, NULL, &response, &error), MSPKIT_E_INVALID_REQUEST);
        expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "payload: must be JSON");
    }
    mspkit_ncentral_free(client);
}

/* Every function that accepts NULL returns a code or an empty value. */
static void null_everywhere(void)
{
    const mspkit_str none = mspkit_nts(NULL);
    EXPECT(mspkit_error_code(NULL) == MSPKIT_OK);
    EXPECT(mspkit_error_message(NULL).data == NULL && mspkit_error_json(NULL).data == NULL);
    EXPECT(mspkit_error_attempt(NULL, 0) == NULL && mspkit_error_field_error(NULL, 0) == NULL);
    EXPECT(mspkit_response_json(NULL).data == NULL && mspkit_response_meta(NULL) == NULL);
    EXPECT(mspkit_ncentral_customer_of_response(NULL) == NULL && mspkit_ncentral_customer_of_item(NULL) == NULL);
    EXPECT(mspkit_item_json(NULL).data == NULL && mspkit_item_get(NULL, MSPKIT_STR("/a")).presence == MSPKIT_ABSENT);
    EXPECT(mspkit_page_count(NULL) == 0 && mspkit_page_item(NULL, 0) == NULL && mspkit_page_total(NULL) == -1);
    EXPECT(mspkit_pager_resume_token(NULL).data == NULL && mspkit_pager_meta(NULL) == NULL);
    EXPECT(mspkit_pager_next(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_pager_next_page(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_pager_next_submit(NULL, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_queue_fd(NULL) == -1 && mspkit_queue_handle(NULL) == NULL && mspkit_queue_pending(NULL) == 0);
    EXPECT(mspkit_queue_close(NULL) == MSPKIT_E_NULL && mspkit_queue_cancel(NULL, 1) == MSPKIT_E_NULL);
    EXPECT(mspkit_queue_new(NULL, NULL) == MSPKIT_E_NULL && mspkit_runtime_new(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_cancel_token_cancel(NULL) == MSPKIT_E_NULL && !mspkit_cancel_token_is_cancelled(NULL));
    EXPECT(mspkit_client_close(NULL) == MSPKIT_E_NULL && mspkit_client_limits(NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_call(NULL, none, none, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_request(NULL, none, none, none, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_list(NULL, none, none, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_typed_call(NULL, NULL, NULL, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_typed_list(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_client_new(none, NULL, NULL, NULL) == MSPKIT_E_NULL);
    EXPECT(mspkit_response_get(NULL, none).presence == MSPKIT_ABSENT && mspkit_response_view(NULL, NULL) == NULL);
    mspkit_params_init(NULL, NULL);
    mspkit_call_options_init_into(NULL, 8);
    mspkit_error_free(NULL);
    mspkit_response_free(NULL);
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
    first = keep_text("%s", mspkit_ncentral_customer_of_item(item)->customer_id.data);
    /* The rest of the started page. */
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 3 && mspkit_page_number(page) == 1 && mspkit_page_total(page) == 10);
    EXPECT(strcmp(mspkit_ncentral_customer_of_item(mspkit_page_item(page, 0))->customer_id.data, first) != 0);
    EXPECT_STATUS(mspkit_page_resume_token(page, 4, &token, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "consumed");
    EXPECT_STATUS(mspkit_page_resume_token(page, 1, &token, NULL), MSPKIT_OK);
    kept = keep_text("%s", mspkit_ncentral_customer_of_item(mspkit_page_item(page, 1))->customer_id.data);
    paging.resume_token = token;
    mspkit_pager_free(pager);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, &paging, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(strcmp(mspkit_ncentral_customer_of_item(item)->customer_id.data, kept) == 0);
    {
        const json *whole = json_parse(mspkit_page_json(page).data, mspkit_page_json(page).len);
        EXPECT(whole != NULL && whole->count == 3);
    }
    mspkit_page_free(page);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* Fields without a view, and results of calls by id: by JSON pointer, and as any view that fits. */
static void by_pointer(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_response *response = NULL;
    mspkit_pager *pager = NULL;
    const mspkit_item *item = NULL;
    const mspkit_ncentral_customer_view *customer;
    mspkit_text value;
    post("/_sim/reset", "{}");
    post("/_sim/script", "{\"answers\":[{\"match\":\"GET /api/customers/{id}\",\"times\":0,\"json\":{\"data\":{\"customerId\":100,"
                         "\"customerName\":null,\"tags\":[{\"a/b\":\"x\\ny\"},7]}}},"
                         "{\"match\":\"GET /api/customers\",\"times\":0,\"json\":{\"data\":[{\"customerId\":5,\"more\":{\"is\":true}}]}}]}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    value = mspkit_response_get(response, MSPKIT_STR("/tags/0/a~1b"));
    EXPECT(value.presence == MSPKIT_PRESENT && value.len == 3 && strcmp(value.data, "x\ny") == 0);
    EXPECT(mspkit_response_get(response, mspkit_nts("/tags/0/a~1b")).data == value.data);
    EXPECT(strcmp(mspkit_response_get(response, MSPKIT_STR("/tags/1")).data, "7") == 0);
    EXPECT(strcmp(mspkit_response_get(response, MSPKIT_STR("/customerId")).data, "100") == 0);
    EXPECT(mspkit_response_get(response, MSPKIT_STR("/customerName")).presence == MSPKIT_NULL);
    value = mspkit_response_get(response, MSPKIT_STR("/tags/2"));
    EXPECT(value.presence == MSPKIT_ABSENT && value.len == 0 && value.data[0] == '\0');
    EXPECT(mspkit_response_get(response, mspkit_nts(NULL)).presence == MSPKIT_ABSENT);
    EXPECT(mspkit_response_get(response, mspkit_str_of("/\xff", 2)).presence == MSPKIT_ABSENT);
    customer = mspkit_ncentral_customer_of_response(response);
    EXPECT(customer->customer_name.presence == MSPKIT_NULL && customer->phone.presence == MSPKIT_ABSENT && customer->phone.data[0] == '\0');
    EXPECT(json_get(json_parse(customer->json.data, customer->json.len), "tags")->count == 2);
    mspkit_response_free(response);
    /* By its id: the same views work, and one of another type is NULL. */
    EXPECT_STATUS(mspkit_call(mspkit_ncentral_client(client), MSPKIT_STR("ncentral.customers.get"), MSPKIT_STR("{\"customer_id\":100}"), NULL, &response, NULL),
                  MSPKIT_OK);
    EXPECT(strcmp(mspkit_ncentral_customer_of_response(response)->customer_id.data, "100") == 0);
    EXPECT(mspkit_ncentral_customer_of_response(response) == mspkit_ncentral_customer_of_response(response));
    EXPECT(strlen(mspkit_response_json(response).data) == mspkit_response_json(response).len && mspkit_response_body(response).len > mspkit_response_json(response).len);
    mspkit_response_free(response);
    /* The whole body, with its envelope. */
    EXPECT_STATUS(mspkit_request(mspkit_ncentral_client(client), MSPKIT_STR("GET"), MSPKIT_STR("/api/customers/100"), mspkit_nts(NULL), NULL, &response, NULL),
                  MSPKIT_OK);
    EXPECT(strcmp(mspkit_response_get(response, MSPKIT_STR("/data/customerId")).data, "100") == 0);
    mspkit_response_free(response);
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(strcmp(mspkit_item_get(item, MSPKIT_STR("/more/is")).data, "true") == 0);
    EXPECT(mspkit_ncentral_site_of_item(item) == NULL && mspkit_ncentral_customer_of_item(item) != NULL);
    EXPECT(strcmp(mspkit_item_json(item).data, "{\"customerId\":\"5\",\"more\":{\"is\":true}}") == 0);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* Tables of another version, or invalid ones, are refused before anything is sent or written. */
static void strange_tables(void)
{
    typedef struct {
        mspkit_bytes json;
        mspkit_text customer_id;
    } small;
    static const mspkit_field good[] = {MSPKIT_FIELD(small, customer_id, "customerId", MSPKIT_FIELD_ID, NULL)};
    static const mspkit_layout fits = MSPKIT_LAYOUT(small, good);
    mspkit_ncentral *client = new_client();
    const mspkit_str arguments[] = {MSPKIT_STR("100")};
    mspkit_descriptor descriptor = mspkit_ncentral_customers_get_descriptor;
    mspkit_field field = good[0];
    mspkit_layout layout = fits;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    const small *view;
    size_t at;
    post("/_sim/reset", "{}");
    layout.fields = &field;
    descriptor.view = &layout;
    for (at = 0; at < 7; at++) {
        const mspkit_layout none = {0, "small", sizeof(small), &field, 1};
        field = good[0];
        layout = fits;
        layout.fields = &field;
        if (at == 0) {
            layout = none;
        } else if (at == 1) {
            field.offset = sizeof(small) - 8;
        } else if (at == 2) {
            field.offset = 0;
        } else if (at == 3) {
            field.kind = 99;
        } else if (at == 4) {
            field.kind = MSPKIT_FIELD_OBJECT;
        } else if (at == 5) {
            layout.size = 3;
        } else {
            layout.field_count = (size_t)-1;
        }
        EXPECT_STATUS(mspkit_typed_call(mspkit_ncentral_client(client), &descriptor, arguments, NULL, NULL, &response, &error), MSPKIT_E_RANGE);
        expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "layout");
    }
    descriptor.view = &fits;
    descriptor.table_size++;
    EXPECT_STATUS(mspkit_typed_call(mspkit_ncentral_client(client), &descriptor, arguments, NULL, NULL, &response, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "operation");
    descriptor.table_size--;
    EXPECT_STATUS(mspkit_typed_call(mspkit_ncentral_client(client), &descriptor, NULL, NULL, NULL, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "arguments");
    EXPECT(json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "requests")->count == 0);
    /* A program may have its own tables. */
    EXPECT_STATUS(mspkit_typed_call(mspkit_ncentral_client(client), &descriptor, arguments, NULL, NULL, &response, NULL), MSPKIT_OK);
    view = (const small *)mspkit_response_view(response, &fits);
    EXPECT(view != NULL && strcmp(view->customer_id.data, "100") == 0);
    EXPECT(mspkit_ncentral_customer_of_response(response) == NULL);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
}

typedef struct {
    int records;
    int requests;
    int busy;
    pthread_t thread;
} logged;

#ifdef _WIN32
typedef int signals;

static signals blocked_signals(void)
{
    return 0;
}

static bool same_signals(const signals *left, const signals *right)
{
    return *left == *right;
}

/* There are none that could reach a thread. */
static bool signals_are_blocked(void)
{
    return true;
}
#else
typedef sigset_t signals;

static signals blocked_signals(void)
{
    signals blocked;
    sigemptyset(&blocked);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    return blocked;
}

static bool same_signals(const signals *left, const signals *right)
{
    int signal;
    for (signal = 1; signal < 32; signal++) {
        if (sigismember(left, signal) != sigismember(right, signal)) {
            return false;
        }
    }
    return true;
}

static bool signals_are_blocked(void)
{
    const signals blocked = blocked_signals();
    return sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGPIPE);
}
#endif

static void on_record(void *user_data, const mspkit_log_record *record)
{
    logged *seen = (logged *)user_data;
    seen->records++;
    seen->requests += strstr(record->message.data, "method=GET") != NULL;
    seen->thread = pthread_self();
    EXPECT(signals_are_blocked());
    EXPECT(strncmp(record->target.data, "mspkit", 6) == 0);
    EXPECT(strstr(record->message.data, json_get(sim.credentials, "ncentral_jwt")->text) == NULL);
    seen->busy += mspkit_log_set(NULL, NULL, 0, NULL) == MSPKIT_E_BUSY;
}

static void logging(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_response *response = NULL;
    logged seen;
    const signals before = blocked_signals();
    signals after;
    int records;
    memset(&seen, 0, sizeof seen);
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_log_set(on_record, &seen, MSPKIT_LOG_DEBUG, NULL), MSPKIT_OK);
    after = blocked_signals();
    EXPECT(same_signals(&before, &after));
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    /* Removing the callback waits for what was logged. */
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, 0, NULL), MSPKIT_OK);
    EXPECT(seen.requests >= 1 && seen.busy == seen.records && !pthread_equal(seen.thread, pthread_self()));
    records = seen.records;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    EXPECT(seen.records == records);
    /* Only records up to the level. */
    EXPECT_STATUS(mspkit_log_set(on_record, &seen, MSPKIT_LOG_WARN, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    mspkit_response_free(response);
    EXPECT_STATUS(mspkit_log_set(NULL, NULL, MSPKIT_LOG_OFF, NULL), MSPKIT_OK);
    EXPECT(seen.records == records);
    mspkit_ncentral_free(client);
}

int main(void)
{
    service_start();
    versions();
    wrong_arguments();
    null_everywhere();
    pages_and_items();
    by_pointer();
    strange_tables();
    logging();
    service_stop();
    puts("behaviour: all as promised");
    return 0;
}
