/* The values of options: not given, 0, false, and everything in between. */
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

static void fails_for_ever(void)
{
    post("/_sim/reset", "{}");
    post("/_sim/fail", "{\"match\":\"ncentral.customers.get\",\"times\":0,\"fault\":{\"kind\":\"status\",\"status\":503,\"retry_after\":0}}");
}

static mspkit_client_options usual(void)
{
    mspkit_client_options options = mspkit_client_options_init();
    options.runtime = runtime;
    options.base_url = mspkit_nts(sim.url);
    options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    options.trust_env = false;
    return options;
}

static mspkit_ncentral *client_of(const mspkit_client_options *options)
{
    mspkit_ncentral *client = NULL;
    EXPECT_STATUS(mspkit_ncentral_new(options, &client, NULL), MSPKIT_OK);
    return client;
}

/* The attempts of a call that always fails. */
static size_t attempts(const mspkit_ncentral *client, const mspkit_call_options *call)
{
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    size_t made;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), call, &response, &error), MSPKIT_E_SERVER);
    made = mspkit_error_attempt_count(error);
    mspkit_error_free(error);
    return made;
}

static void retries(void)
{
    mspkit_client_options options = usual();
    mspkit_call_options call = mspkit_call_options_init();
    mspkit_ncentral *client;
    fails_for_ever();
    client = client_of(&options);
    EXPECT(attempts(client, NULL) == 3 && attempts(client, &call) == 3);
    call.max_retries = 0;
    EXPECT(attempts(client, &call) == 1);
    mspkit_ncentral_free(client);
    options.max_retries = 0;
    client = client_of(&options);
    EXPECT(attempts(client, NULL) == 1);
    call.max_retries = 1;
    EXPECT(attempts(client, &call) == 2);
    call = mspkit_call_options_init();
    EXPECT(attempts(client, &call) == 1);
    mspkit_ncentral_free(client);
}

/* The pause that the server requests is not waited for. */
static void no_wait(void)
{
    mspkit_client_options options = usual();
    mspkit_ncentral *client;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    post("/_sim/reset", "{}");
    post("/_sim/fail", "{\"match\":\"ncentral.customers.get\",\"fault\":{\"kind\":\"status\",\"status\":503,\"retry_after\":1}}");
    options.max_retry_after_ms = 0;
    client = client_of(&options);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, &error), MSPKIT_E_SERVER);
    EXPECT(mspkit_error_attempt_count(error) == 1);
    mspkit_error_free(error);
    mspkit_ncentral_free(client);
}

/* Times, sizes and numbers that cannot be 0 are refused by name, so zeroes instead of the initialiser are noticed. */
static void zeroes(void)
{
    mspkit_client_options options;
    mspkit_call_options call;
    mspkit_paging_options paging;
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    mspkit_ncentral *client = new_client(), *other = NULL;
    mspkit_response *response = NULL;
    mspkit_pager *pager = NULL;
    mspkit_error *error = NULL;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.base_url = mspkit_nts(sim.url);
    options.jwt = mspkit_nts("a-token");
    EXPECT_STATUS(mspkit_ncentral_new(&options, &other, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "timeout_ms");
    memset(&call, 0, sizeof call);
    call.struct_size = sizeof call;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), &call, &response, &error), MSPKIT_E_INVALID_REQUEST);
    EXPECT(strcmp(mspkit_error_argument(error).data, "poll_interval_ms") == 0 && strcmp(mspkit_error_given(error).data, "0") == 0);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "poll_interval_ms: must be");
    call.poll_interval_ms = MSPKIT_DEFAULT;
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), &call, &response, &error), MSPKIT_E_INVALID_REQUEST);
    EXPECT(strcmp(mspkit_error_argument(error).data, "timeout_ms") == 0 && strcmp(mspkit_error_given(error).data, "0") == 0);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "timeout_ms");
    memset(&paging, 0, sizeof paging);
    paging.struct_size = sizeof paging;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, &paging, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "given: 0");
    params.page_size = 0;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, NULL, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "page_size");
    mspkit_ncentral_free(client);
}

static void yes_and_no(void)
{
    mspkit_client_options options = usual();
    mspkit_ncentral *client = NULL;
    mspkit_error *error = NULL;
    options.base_url = mspkit_nts("http://ncentral.example.com");
    EXPECT_STATUS(mspkit_ncentral_new(&options, &client, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "allow_http");
    options.allow_http = false;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &client, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "allow_http");
    options.allow_http = true;
    options.verify = false;
    mspkit_ncentral_free(client_of(&options));
    for (int32_t wrong = 2; wrong > -3; wrong -= 3) {
        options.verify = wrong;
        EXPECT_STATUS(mspkit_ncentral_new(&options, &client, &error), MSPKIT_E_RANGE);
        expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "verify: must be true, false or MSPKIT_DEFAULT");
    }
}

/* Negative numbers and times are refused, including a remaining time that has run out. */
static void less_than_nothing(void)
{
    mspkit_client_options options;
    mspkit_paging_options paging;
    mspkit_ncentral *client = new_client(), *other = NULL;
    mspkit_pager *pager = NULL;
    mspkit_error *error = NULL;
    int64_t *const numbers[] = {&options.timeout_ms,         &options.attempt_timeout_ms, &options.connect_timeout_ms,
                                &options.max_retry_after_ms, &options.max_backoff_ms,     &options.max_body_bytes};
    size_t at;
    for (at = 0; at < sizeof numbers / sizeof *numbers; at++) {
        options = usual();
        *numbers[at] = -1;
        EXPECT_STATUS(mspkit_ncentral_new(&options, &other, &error), MSPKIT_E_RANGE);
        expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "must be 0 or more, or MSPKIT_DEFAULT; given: -1");
    }
    options = usual();
    EXPECT(mspkit_error_argument(NULL).data == NULL);
    options.max_retries = -1;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &other, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "max_retries");
    paging = mspkit_paging_options_init();
    paging.limit = -1;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, &paging, NULL, &pager, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "limit");
    paging = mspkit_paging_options_init();
    paging.concurrency = -1;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, &paging, NULL, &pager, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "concurrency");
    paging = mspkit_paging_options_init();
    paging.on_lost_page = mspkit_nts("sometimes");
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, NULL, &paging, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "on_lost_page");
    mspkit_ncentral_free(client);
}

int main(void)
{
    service_start();
    retries();
    no_wait();
    zeroes();
    yes_and_no();
    less_than_nothing();
    service_stop();
    puts("options: 0 is 0, false is false, and nothing is nothing");
    return 0;
}
