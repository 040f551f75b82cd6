/* Lists: steps of every kind in sequence, rows that cannot be read, incomplete lists, texts with NULs. */
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

/* The id of a step's item, 0 for none. */
static int id_of(const mspkit_item *item)
{
    const mspkit_ncentral_customer_view *customer = mspkit_ncentral_customer_of_item(item);
    return customer == NULL ? 0 : atoi(customer->customer_id.data);
}

static mspkit_pager *listed(const mspkit_ncentral *client, int64_t page_size, const mspkit_paging_options *paging)
{
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    mspkit_pager *pager = NULL;
    params.page_size = page_size;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, paging, NULL, &pager, NULL), MSPKIT_OK);
    return pager;
}

/* One page of rows; `rest` follows them in the envelope. */
static void responses(const char *rows, const char *rest)
{
    char response[2048];
    post("/_sim/reset", "{}");
    snprintf(response, sizeof response, "{\"answers\":[{\"match\":\"GET /api/customers\",\"times\":0,\"json\":{\"data\":[%s]%s}}]}", rows, rest);
    post("/_sim/script", response);
}

/* Whatever was read one by one, any other step returns the rest. */
static void one_after_the_other(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    const mspkit_item *item = NULL;
    mspkit_page *page = NULL;
    mspkit_str token = {NULL, 0};
    post("/_sim/reset", "{\"customers\":10}");
    pager = listed(client, 4, NULL);
    EXPECT(mspkit_pager_complete(pager) == -1 && mspkit_pager_missing(pager) == -1);
    EXPECT_STATUS(mspkit_pager_first(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 2 && mspkit_page_number(page) == 1);
    mspkit_page_free(page);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_collect(pager, 4, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 4 && mspkit_page_number(page) == -1 && mspkit_page_meta(page)->status == 200);
    EXPECT(json_parse(mspkit_page_json(page).data, mspkit_page_json(page).len)->count == 4);
    EXPECT_STATUS(mspkit_page_resume_token(page, 4, &token, NULL), MSPKIT_OK);
    {
        mspkit_paging_options paging = mspkit_paging_options_init();
        mspkit_pager *resumed;
        paging.resume_token = token;
        resumed = listed(client, 4, &paging);
        EXPECT_STATUS(mspkit_pager_next(resumed, &item, NULL), MSPKIT_OK);
        EXPECT(id_of(item) > id_of(mspkit_page_item(page, 3)));
        mspkit_pager_free(resumed);
    }
    mspkit_page_free(page);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 1);
    mspkit_page_free(page);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 0 && mspkit_page_meta(page) == NULL);
    mspkit_page_free(page);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_DONE);
    EXPECT(mspkit_pager_complete(pager) == 1 && mspkit_pager_missing(pager) == 0);
    EXPECT_STATUS(mspkit_pager_collect(pager, -1, &page, NULL), MSPKIT_E_RANGE);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* A row that cannot be read is named; the next step continues after it, and so does the token. */
static void bad_rows(void)
{
    static const char rows[] = "{\"customerId\":1},{\"customerId\":2,\"customerName\":[]},{\"customerId\":3}";
    mspkit_ncentral *client = new_client();
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager, *resumed;
    const mspkit_item *item = NULL;
    mspkit_page *page = NULL;
    mspkit_error *error = NULL;
    responses(rows, ",\"totalItems\":3,\"totalPages\":1");
    pager = listed(client, 50, NULL);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, &error), MSPKIT_E_DECODE);
    EXPECT(strstr(mspkit_error_message(error).data, "row 2 of page 1") != NULL && mspkit_error_status(error) == 200);
    EXPECT(strcmp(mspkit_error_operation(error).data, "ncentral.customers.list") == 0 && mspkit_error_request_id(error).data != NULL);
    paging.resume_token = mspkit_error_resume_token(error);
    resumed = listed(client, 50, &paging);
    EXPECT_STATUS(mspkit_pager_next(resumed, &item, NULL), MSPKIT_OK);
    EXPECT(id_of(item) == 3);
    mspkit_pager_free(resumed);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(id_of(item) == 3);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_DONE);
    mspkit_pager_free(pager);
    /* By pages: the items before it, then the failure, then the items after it. */
    pager = listed(client, 50, NULL);
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 1 && id_of(mspkit_page_item(page, 0)) == 1);
    mspkit_page_free(page);
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, &error), MSPKIT_E_DECODE);
    expect_error(error, MSPKIT_E_DECODE, "Decode", "row 2 of page 1");
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 1 && id_of(mspkit_page_item(page, 0)) == 3);
    mspkit_page_free(page);
    mspkit_pager_free(pager);
    /* At once: no item counts as returned, and the token is where that began. */
    pager = listed(client, 50, NULL);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, &error), MSPKIT_E_DECODE);
    EXPECT(strcmp(mspkit_error_resume_token(error).data, mspkit_pager_resume_token(pager).data) == 0);
    expect_error(error, MSPKIT_E_DECODE, "Decode", "row 2 of page 1");
    EXPECT_STATUS(mspkit_pager_next(pager, &item, &error), MSPKIT_E_DECODE);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(id_of(item) == 3);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

static void not_whole(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager;
    mspkit_page *page = NULL;
    mspkit_error *error = NULL;
    const mspkit_item *item = NULL;
    post("/_sim/reset", "{}");
    post("/_sim/script", "{\"answers\":[{\"match\":\"GET /api/customers\",\"json\":{\"data\":[{\"customerId\":1}],\"totalItems\":3}},"
                         "{\"match\":\"GET /api/customers\",\"times\":0,\"json\":{\"data\":[],\"totalItems\":3}}]}");
    paging.on_incomplete = mspkit_nts("raise");
    pager = listed(client, 50, &paging);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, &error), MSPKIT_E_LIST_INCOMPLETE);
    EXPECT(mspkit_error_total(error) == 3 && mspkit_error_missing(error) == 2);
    expect_error(error, MSPKIT_E_LIST_INCOMPLETE, "ListIncomplete", "2 of 3");
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_DONE);
    EXPECT(mspkit_pager_complete(pager) == 0 && mspkit_pager_missing(pager) == 2);
    mspkit_pager_free(pager);
    paging.on_incomplete = mspkit_nts("ignore");
    pager = listed(client, 50, &paging);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, NULL), MSPKIT_OK);
    mspkit_page_free(page);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* A server's NUL does not truncate a message; a field's text contains it, and the length includes it. */
static void texts(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    const mspkit_ncentral_customer_view *customer;
    mspkit_str message;
    post("/_sim/reset", "{}");
    post("/_sim/script", "{\"answers\":[{\"match\":\"GET /api/customers/{id}\",\"status\":400,\"json\":{\"message\":\"a\\u0000b\\nforged\\u001b[2J\"}},"
                         "{\"match\":\"GET /api/customers/{id}\",\"json\":{\"customerId\":100,\"customerName\":\"a\\u0000b\"}}]}");
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, &error), MSPKIT_E_BAD_REQUEST);
    message = mspkit_error_message(error);
    EXPECT(strlen(message.data) == message.len && strstr(message.data, "forged") != NULL);
    EXPECT(strchr(message.data, '\n') == NULL && strchr(message.data, '\033') == NULL);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, NULL), MSPKIT_OK);
    customer = mspkit_ncentral_customer_of_response(response);
    EXPECT(customer->customer_name.len == 3 && memcmp(customer->customer_name.data, "a\0b", 4) == 0);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
}

/* A created object is returned, whatever of the response can be read. */
static void created(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_ncentral_service_orgs_create_customer_params params = mspkit_ncentral_service_orgs_create_customer_params_init();
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    params.customer_name = mspkit_nts("Contoso");
    params.contact_first_name = mspkit_nts("Ada");
    params.contact_last_name = mspkit_nts("Lovelace");
    post("/_sim/reset", "{}");
    post("/_sim/script", "{\"answers\":[{\"match\":\"POST /api/service-orgs/{id}/customers\",\"status\":201,"
                         "\"json\":{\"data\":{\"customerId\":[],\"customerName\":\"Contoso\"}}}]}");
    if (mspkit_ncentral_service_orgs_create_customer(client, MSPKIT_STR("50"), &params, NULL, &response, &error) != MSPKIT_OK) {
        fprintf(stderr, "%s\n", mspkit_error_message(error).data);
        exit(1);
    }
    EXPECT(strcmp(mspkit_ncentral_customer_of_response(response)->customer_name.data, "Contoso") == 0);
    EXPECT(mspkit_ncentral_customer_of_response(response)->customer_id.presence == MSPKIT_ABSENT);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
}

/* Partitions have every row once, and are JSON that any client of the server reads. */
static void divided(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *whole, *part = NULL;
    mspkit_partitions *parts = NULL;
    mspkit_error *error = NULL;
    const mspkit_item *item = NULL;
    size_t at;
    int expected = 100;
    post("/_sim/reset", "{\"customers\":23}");
    whole = listed(client, 5, NULL);
    EXPECT_STATUS(mspkit_pager_partitions(whole, 0, &parts, &error), MSPKIT_E_INVALID_REQUEST);
    EXPECT(strcmp(mspkit_error_argument(error).data, "n") == 0);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_pager_partitions(whole, 3, &parts, NULL), MSPKIT_OK);
    mspkit_pager_free(whole);
    EXPECT(mspkit_partitions_count(parts) == 3 && mspkit_partitions_json(parts, 3).data == NULL);
    for (at = 0; at < mspkit_partitions_count(parts); at++) {
        EXPECT_STATUS(mspkit_read_partition(mspkit_ncentral_client(client), mspkit_partitions_json(parts, at), mspkit_nts(NULL), &part, NULL), MSPKIT_OK);
        while (mspkit_pager_next(part, &item, NULL) == MSPKIT_OK) {
            EXPECT(id_of(item) == expected++);
        }
        EXPECT(mspkit_pager_complete(part) == 1);
        mspkit_pager_free(part);
    }
    EXPECT(expected == 123);
    EXPECT_STATUS(mspkit_read_partition(mspkit_ncentral_client(client), MSPKIT_STR("{}"), mspkit_nts(NULL), &part, &error), MSPKIT_E_INVALID_REQUEST);
    EXPECT(strcmp(mspkit_error_argument(error).data, "partition") == 0);
    mspkit_error_free(error);
    mspkit_partitions_free(parts);
    mspkit_partitions_free(NULL);
    mspkit_ncentral_free(client);
}

static void count_pages(void *user_data, uint64_t rows, int64_t total)
{
    EXPECT(total == 23 && rows <= 23);
    ++*(int *)user_data;
}

/* A file is complete or not there. */
static void files(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    mspkit_error *error = NULL;
    FILE *file;
    char text[256];
    uint64_t rows = 0;
    int pages = 0;
    post("/_sim/reset", "{\"customers\":23}");
    pager = listed(client, 10, NULL);
    EXPECT_STATUS(mspkit_pager_write_csv(pager, MSPKIT_STR("no/such/folder.csv"), mspkit_nts(NULL), NULL, NULL, &rows, &error), MSPKIT_E_INVALID_REQUEST);
    EXPECT(strcmp(mspkit_error_argument(error).data, "path") == 0);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_pager_write_csv(pager, MSPKIT_STR("lists-test.csv"), MSPKIT_STR("{\"columns\":[\"customer_id\",\"orgUnitType\"]}"),
                                         count_pages, &pages, &rows, NULL),
                  MSPKIT_OK);
    EXPECT(rows == 23 && pages == 3);
    mspkit_pager_free(pager);
    file = fopen("lists-test.csv", "rb");
    EXPECT(file != NULL && fgets(text, sizeof text, file) != NULL && strcmp(text, "customer_id,org_unit_type\r\n") == 0);
    EXPECT(fgets(text, sizeof text, file) != NULL && strncmp(text, "100,", 4) == 0);
    fclose(file);
    remove("lists-test.csv");
    pager = listed(client, 10, NULL);
    EXPECT_STATUS(mspkit_pager_write_jsonl(pager, MSPKIT_STR("lists-test.jsonl"), MSPKIT_STR("{\"columns\":[\"customer_id\"]}"), NULL, NULL, NULL, NULL),
                  MSPKIT_OK);
    mspkit_pager_free(pager);
    file = fopen("lists-test.jsonl", "rb");
    EXPECT(file != NULL && fgets(text, sizeof text, file) != NULL && strcmp(text, "{\"customer_id\":\"100\"}\n") == 0);
    fclose(file);
    remove("lists-test.jsonl");
    mspkit_ncentral_free(client);
}

int main(void)
{
    service_start();
    one_after_the_other();
    bad_rows();
    not_whole();
    texts();
    created();
    divided();
    files();
    service_stop();
    puts("lists: nothing lost, nothing twice");
    return 0;
}
