/* What the C library has to do on every platform, as its users have it unpacked: prints a line for each step.
 *
 * Run by `mspkit-sim --customers 30 --`, which is in NCENTRAL_URL and NCENTRAL_JWT, inside of `mspkit-doc-examples around`,
 * whose TLS server and proxy are in the environment. */
#include <mspkit/ncentral.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS 20

static int steps;

static void step(const char *name, int passed)
{
    if (!passed) {
        fprintf(stderr, "c: FAILED: %s\n", name);
        exit(1);
    }
    steps++;
    printf("c: %s\n", name);
}

static mspkit_ncentral *made(const mspkit_client_options *options)
{
    mspkit_ncentral *client = NULL;
    mspkit_error *error = NULL;
    if (mspkit_ncentral_new(options, &client, &error) != MSPKIT_OK) {
        fprintf(stderr, "c: %s\n", mspkit_error_message(error).data);
        exit(1);
    }
    return client;
}

static void blocking(const mspkit_ncentral *client)
{
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_pager *pager = NULL;
    const mspkit_item *item = NULL;
    int items = 0;
    mspkit_status status = mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, &error);
    step("a blocking call", status == MSPKIT_OK && strcmp(mspkit_ncentral_customer_of_response(response)->customer_id.data, "100") == 0);
    mspkit_response_free(response);
    response = NULL;
    step("a 404", mspkit_ncentral_customers_get(client, MSPKIT_STR("999999"), NULL, &response, &error) == MSPKIT_E_NOT_FOUND);
    mspkit_error_free(error);
    step("a list is begun", mspkit_ncentral_customers_list(client, NULL, NULL, NULL, &pager, NULL) == MSPKIT_OK);
    while (mspkit_pager_next(pager, &item, NULL) == MSPKIT_OK) {
        items++;
    }
    step("a list", items == 30);
    mspkit_pager_free(pager);
}

static void queued(const mspkit_ncentral *client)
{
    mspkit_queue *queue = NULL;
    int call, right = 0;
    step("a queue", mspkit_queue_new(&queue, NULL) == MSPKIT_OK);
    for (call = 0; call < CALLS; call++) {
        char id[16];
        snprintf(id, sizeof id, "%d", 100 + call);
        if (mspkit_ncentral_customers_get_submit(client, mspkit_nts(id), NULL, queue, NULL, NULL, NULL) != MSPKIT_OK) {
            step("a submitted call", 0);
        }
    }
    for (call = 0; call < CALLS; call++) {
        mspkit_completion done = mspkit_completion_init();
        right += mspkit_queue_next(queue, 60000, &done, NULL) == MSPKIT_OK && done.status == MSPKIT_OK;
        mspkit_completion_clear(&done);
    }
    step("20 calls at once", right == CALLS);
    mspkit_queue_free(queue);
}

static void refused(void)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_ncentral *client;
    /* Nobody listens on port 1. */
    options.base_url = MSPKIT_STR("http://127.0.0.1:1");
    options.jwt = MSPKIT_STR("x");
    options.max_retries = 0;
    client = made(&options);
    step("a refused connection", mspkit_ncentral_server_info(client, NULL, &response, &error) == MSPKIT_E_CONNECTION);
    mspkit_error_free(error);
    mspkit_ncentral_free(client);
}

static void encrypted(void)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_ncentral *client;
    mspkit_status status;
    options.base_url = mspkit_nts(getenv("MSPKIT_TLS_URL"));
    options.jwt = mspkit_nts(getenv("MSPKIT_TLS_JWT"));
    options.proxy = mspkit_nts(getenv("MSPKIT_TLS_PROXY"));
    options.max_retries = 0;
    client = made(&options);
    status = mspkit_ncentral_server_info(client, NULL, &response, &error);
    step("an authority that nobody knows is refused", status == MSPKIT_E_CONNECTION && strstr(mspkit_error_message(error).data, "certificate") != NULL);
    mspkit_error_free(error);
    mspkit_ncentral_free(client);
    options.ca_bundle = mspkit_nts(getenv("MSPKIT_TLS_AUTHORITY"));
    client = made(&options);
    status = mspkit_ncentral_server_info(client, NULL, &response, NULL);
    step("TLS behind a proxy, with an authority of its own", status == MSPKIT_OK);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
}

int main(void)
{
    mspkit_ncentral *client;
    printf("c: mspkit %s\n", mspkit_version());
    client = made(NULL);
    blocking(client);
    queued(client);
    mspkit_ncentral_free(client);
    refused();
    encrypted();
    printf("c: %d steps passed\n", steps);
    return steps == 9 ? 0 : 1;
}
