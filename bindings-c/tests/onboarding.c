/* Onboarding: a plan, a run with progress, a second one, a submitted one, and what is refused. */
#include <string.h>
#include <unistd.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

#define PERSON "\"contact_first_name\":\"Ada\",\"contact_last_name\":\"Lovelace\""
static const char DOCUMENT[] = "{\"service_orgs\":[{\"so_id\":50,\"customers\":["
                               "{\"customer_name\":\"Contoso\"," PERSON "},{\"customer_name\":\"Fabrikam\"," PERSON "}]}]}";

/* The number at a pointer of a response. */
static int number_at(const mspkit_response *response, const char *pointer)
{
    const mspkit_text found = mspkit_response_get(response, mspkit_nts(pointer));
    return found.data == NULL ? -1 : atoi(found.data);
}

static void count_steps(void *user_data, mspkit_str progress)
{
    int *steps = (int *)user_data;
    EXPECT(strstr(progress.data, "\"event\":\"") != NULL && strlen(progress.data) == progress.len);
    *steps += 1;
}

static void runs(const mspkit_client *client, const char *journal)
{
    mspkit_onboarding_options options = mspkit_onboarding_options_init();
    mspkit_response *response = NULL, *page = NULL;
    int steps = 0;
    EXPECT_STATUS(mspkit_onboarding_plan(mspkit_nts(DOCUMENT), client, NULL, NULL, &response, NULL), MSPKIT_OK);
    EXPECT(number_at(response, "/counts/create") == 2 && number_at(response, "/counts/exists") == 1);
    EXPECT(mspkit_response_meta(response) == NULL);
    mspkit_response_free(response);
    options.journal = mspkit_nts(journal);
    options.settle_ms = 1000;
    options.concurrency = 2;
    options.on_step = count_steps;
    options.user_data = &steps;
    EXPECT_STATUS(mspkit_onboarding_apply(mspkit_nts(DOCUMENT), client, NULL, &options, &response, NULL), MSPKIT_OK);
    EXPECT(number_at(response, "/counts/created") == 2 && steps == 6);
    EXPECT_STATUS(mspkit_onboarding_write_report(mspkit_response_json(response), MSPKIT_STR("html"), &page, NULL), MSPKIT_OK);
    EXPECT(strstr(mspkit_response_json(page).data, "<table>") != NULL);
    mspkit_response_free(page);
    mspkit_response_free(response);
    EXPECT_STATUS(mspkit_onboarding_apply(mspkit_nts(DOCUMENT), client, NULL, &options, &response, NULL), MSPKIT_OK);
    EXPECT(number_at(response, "/counts/existed") == 3);
    mspkit_response_free(response);
}

static void submitted(const mspkit_client *client, const char *journal)
{
    mspkit_onboarding_options options = mspkit_onboarding_options_init();
    mspkit_completion done = mspkit_completion_init();
    mspkit_queue *queue = NULL;
    mspkit_operation number = 0;
    options.journal = mspkit_nts(journal);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_onboarding_plan_submit(mspkit_nts(DOCUMENT), client, NULL, NULL, queue, NULL, &number, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.operation == number && number_at(done.response, "/counts/exists") == 3);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_onboarding_apply_submit(mspkit_nts(DOCUMENT), client, NULL, &options, queue, NULL, &number, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.operation == number && number_at(done.response, "/counts/existed") == 3);
    mspkit_completion_clear(&done);
    mspkit_queue_free(queue);
}

static void refused(const mspkit_client *client, const char *journal)
{
    mspkit_onboarding_options options = mspkit_onboarding_options_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    EXPECT_STATUS(mspkit_onboarding_apply(mspkit_nts(DOCUMENT), client, NULL, &options, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "journal");
    EXPECT_STATUS(mspkit_onboarding_plan(mspkit_nts(DOCUMENT), NULL, NULL, NULL, &response, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "ncentral");
    EXPECT_STATUS(mspkit_onboarding_plan(MSPKIT_STR("{\"tenants\": []}"), client, NULL, NULL, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "text:1: tenants: is not a field");
    EXPECT_STATUS(mspkit_onboarding_plan(MSPKIT_STR("{\"organizations\": [{\"name\": \"A\"}]}"), client, NULL, NULL, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "cloudmore: is required");
    options.journal = mspkit_nts(journal);
    options.concurrency = 0;
    EXPECT_STATUS(mspkit_onboarding_apply(mspkit_nts(DOCUMENT), client, NULL, &options, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "concurrency");
    options.concurrency = 1;
    EXPECT_STATUS(mspkit_onboarding_apply(MSPKIT_STR("{\"service_orgs\":[{\"so_id\":50}]}"), client, NULL, &options, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "same document");
    EXPECT_STATUS(mspkit_onboarding_write_report(MSPKIT_STR("[]"), MSPKIT_STR("csv"), &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "report");
    EXPECT(response == NULL);
}

int main(void)
{
    char folder[] = "/tmp/mspkit-onboarding-XXXXXX", journal[64], lock[80];
    mspkit_ncentral *client;
    service_start();
    post("/_sim/reset", "{\"service_orgs\": 1, \"customers\": 1}");
    client = new_client();
    EXPECT(mkdtemp(folder) != NULL);
    snprintf(journal, sizeof journal, "%s/journal", folder);
    snprintf(lock, sizeof lock, "%s.lock", journal);
    runs(mspkit_ncentral_client(client), journal);
    submitted(mspkit_ncentral_client(client), journal);
    refused(mspkit_ncentral_client(client), journal);
    mspkit_ncentral_free(client);
    EXPECT(unlink(journal) == 0 && unlink(lock) == 0 && rmdir(folder) == 0);
    service_stop();
    puts("onboarding: ok");
    return 0;
}
