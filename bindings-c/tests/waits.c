/* Operations that wait, and lists that are read with another list for each row. */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

/* The report is in this state at first, `times` times or for ever, and in the other one after that. */
static void report(const char *first, int times, const char *then)
{
    char script[1024];
    snprintf(script, sizeof script,
             "{\"answers\":[{\"match\":\"ncentral.reports.get\",\"times\":%d,\"json\":{\"reportId\":-7,\"reportStatus\":\"%s\",\"message\":\"m\",\"data\":null}},"
             "{\"match\":\"ncentral.reports.get\",\"times\":0,\"json\":{\"reportId\":-7,\"reportStatus\":\"%s\",\"message\":\"m\",\"data\":null}}]}",
             times, first, then);
    post("/_sim/reset", "{}");
    post("/_sim/script", script);
}

static size_t requests(void)
{
    const json *all = json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "requests");
    size_t at, count = 0;
    for (at = 0; at < all->count; at++) {
        count += strncmp(json_get(all->items[at], "path")->text, "/api/report/", 12) == 0;
    }
    return count;
}

static void until_it_is_ready(const mspkit_ncentral *client)
{
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    double began = now();
    options.poll_interval_ms = 200;
    report("IN_PROGRESS", 3, "COMPLETED");
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, NULL), MSPKIT_OK);
    EXPECT(now() - began >= 0.6 && requests() == 4);
    EXPECT(strcmp(mspkit_ncentral_patch_report_of_response(response)->report_status.data, "COMPLETED") == 0);
    EXPECT(strcmp(mspkit_ncentral_patch_report_of_response(response)->report_id.data, "-7") == 0);
    mspkit_response_free(response);
    report("IN_PROGRESS", 1, "FAILED");
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_OPERATION_FAILED);
    expect_error(error, MSPKIT_E_OPERATION_FAILED, "OperationFailed", "FAILED");
    /* `timeout_ms` is for the whole wait. */
    report("IN_PROGRESS", 0, "COMPLETED");
    options.timeout_ms = 700;
    began = now();
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_TIMEOUT);
    EXPECT(now() - began > 0.5 && now() - began < 10);
    expect_error(error, MSPKIT_E_TIMEOUT, "Timeout", "wait again with the same report_id");
}

static void intervals(const mspkit_ncentral *client)
{
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    report("COMPLETED", 0, "COMPLETED");
    /* Operations that do not wait refuse it, and nothing is sent. */
    options.poll_interval_ms = 200;
    EXPECT_STATUS(mspkit_ncentral_reports_get(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "poll_interval");
    options.poll_interval_ms = 0;
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "poll_interval");
    options.poll_interval_ms = -5;
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_RANGE);
    expect_error(error, MSPKIT_E_RANGE, "InvalidRequest", "poll_interval_ms");
    EXPECT(response == NULL && requests() == 0);
}

static void *cancel_soon(void *token)
{
    const struct timespec time = {0, 300 * 1000 * 1000};
    nanosleep(&time, NULL);
    mspkit_cancel_token_cancel((const mspkit_cancel_token *)token);
    return NULL;
}

/* A wait that would sleep for a minute ends at once, whichever way it is given up. */
static void given_up(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_cancel_token *token = NULL;
    mspkit_queue *queue = NULL;
    mspkit_completion done = mspkit_completion_init();
    mspkit_operation number = 0;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    pthread_t thread;
    double began = now();
    report("IN_PROGRESS", 0, "COMPLETED");
    EXPECT_STATUS(mspkit_cancel_token_new(&token, NULL), MSPKIT_OK);
    options.poll_interval_ms = 60000;
    options.cancel = token;
    EXPECT(pthread_create(&thread, NULL, cancel_soon, token) == 0);
    EXPECT_STATUS(mspkit_ncentral_reports_wait(client, MSPKIT_STR("-7"), &options, &response, &error), MSPKIT_E_CANCELLED);
    EXPECT(now() - began > 0.2 && now() - began < 10);
    expect_error(error, MSPKIT_E_CANCELLED, "Cancelled", "cancelled");
    EXPECT(pthread_join(thread, NULL) == 0);
    mspkit_cancel_token_free(token);
    options.cancel = NULL;
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_ncentral_reports_wait_submit(client, MSPKIT_STR("-7"), &options, queue, NULL, &number, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 300, &done, NULL), MSPKIT_EMPTY);
    EXPECT_STATUS(mspkit_queue_cancel(queue, number), MSPKIT_OK);
    began = now();
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(now() - began < 10 && done.operation == number && done.status == MSPKIT_E_CANCELLED);
    mspkit_completion_clear(&done);
    /* A client that is closed. */
    EXPECT_STATUS(mspkit_ncentral_reports_wait_submit(client, MSPKIT_STR("-7"), &options, queue, NULL, &number, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_next(queue, 300, &done, NULL), MSPKIT_EMPTY);
    EXPECT_STATUS(mspkit_client_close(mspkit_ncentral_client(client)), MSPKIT_OK);
    began = now();
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(now() - began < 10 && done.status == MSPKIT_E_CLOSED);
    mspkit_completion_clear(&done);
    mspkit_queue_free(queue);
    mspkit_ncentral_free(client);
}

/* Devices with their custom properties: one view has both, and the list resumes like others. */
static void joined(const mspkit_ncentral *client)
{
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL, *resumed = NULL;
    mspkit_page *page = NULL;
    const mspkit_item *item = NULL;
    const mspkit_ncentral_device_with_custom_properties_view *device;
    post("/_sim/reset", "{}");
    post("/_sim/script", "{\"answers\":["
                         "{\"match\":\"ncentral.devices.list\",\"times\":0,\"json\":{\"data\":[{\"deviceId\":11},{\"deviceId\":12}],\"totalItems\":2}},"
                         "{\"match\":\"GET /api/devices/11/custom-properties\",\"times\":0,"
                         "\"json\":{\"data\":[{\"propertyId\":1,\"propertyName\":\"Rack\",\"value\":\"7\"}]}},"
                         "{\"match\":\"GET /api/devices/12/custom-properties\",\"times\":0,\"json\":{\"data\":[]}}]}");
    EXPECT_STATUS(mspkit_ncentral_devices_list_with_custom_properties(client, NULL, NULL, NULL, &pager, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    device = mspkit_ncentral_device_with_custom_properties_of_item(item);
    EXPECT(strcmp(device->device_id.data, "11") == 0 && device->custom_properties.presence == MSPKIT_PRESENT && device->custom_properties.count == 1);
    EXPECT(strcmp(device->custom_properties.entries[0]->property_name.data, "Rack") == 0);
    EXPECT(mspkit_ncentral_device_of_item(item) == NULL);
    paging.resume_token = mspkit_pager_resume_token(pager);
    EXPECT_STATUS(mspkit_ncentral_devices_list_with_custom_properties(client, NULL, &paging, NULL, &resumed, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(resumed, &item, NULL), MSPKIT_OK);
    device = mspkit_ncentral_device_with_custom_properties_of_item(item);
    EXPECT(strcmp(device->device_id.data, "12") == 0 && device->custom_properties.presence == MSPKIT_PRESENT && device->custom_properties.count == 0);
    EXPECT_STATUS(mspkit_pager_next(resumed, &item, NULL), MSPKIT_DONE);
    mspkit_pager_free(resumed);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 1);
    mspkit_page_free(page);
    mspkit_pager_free(pager);
}

int main(void)
{
    mspkit_ncentral *client;
    service_start();
    client = new_client();
    until_it_is_ready(client);
    intervals(client);
    given_up();
    joined(client);
    mspkit_ncentral_free(client);
    service_stop();
    puts("waits: ready, failed, too late, given up; and rows with lists of their own");
    return 0;
}
