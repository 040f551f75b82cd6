/* A list as an Arrow C stream, read by nanoarrow: the cases that every language runs, tests/data/cases.json, errors midway, and
 * streams that are left early. */
#include <pthread.h>
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"
#include "support/table.h"

static mspkit_pager *listed(const mspkit_ncentral *client, int64_t concurrency)
{
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL;
    paging.concurrency = concurrency;
    EXPECT_STATUS(mspkit_list(mspkit_ncentral_client(client), MSPKIT_STR("ncentral.customers.list"), MSPKIT_STR("{\"page_size\":10}"),
                              &paging, NULL, &pager, NULL),
                  MSPKIT_OK);
    return pager;
}

/* Reads a batch whose values do not matter. */
static int64_t next(table *read)
{
    return table_next(read, table_lists(read));
}

static void left_early(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    const mspkit_item *item = NULL;
    table read;
    int count = 0;
    post("/_sim/reset", "{\"customers\":35}");
    pager = listed(client, 1);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    read = table_open(pager, NULL);
    EXPECT(next(&read) == 9);
    table_close(&read);
    while (mspkit_pager_next(pager, &item, NULL) == MSPKIT_OK) {
        count++;
    }
    EXPECT(count == 25 && mspkit_pager_complete(pager) == 1);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* How many requests for the list have arrived, or what became of them. */
static int counted(const char *what)
{
    const json *operations = json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "counts");
    const json *list = json_get(operations, "ncentral.customers.list");
    return list == NULL ? 0 : atoi(json_get(list, what)->text);
}

static void until(const char *what, int wanted)
{
    const double end = now() + 30;
    while (counted(what) < wanted) {
        EXPECT(now() < end);
    }
}

/* Pages that are read ahead are requested no more, and requests in flight end, once nobody reads the list. */
static void given_up(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    table read;
    int received;
    post("/_sim/reset", "{\"customers\":95}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers\",\"nth\":[2,3,4,5,6,7,8,9,10],\"fault\":{\"kind\":\"hang\"}}]}");
    pager = listed(client, 3);
    read = table_open(pager, NULL);
    EXPECT(next(&read) == 10);
    until("received", 2);
    mspkit_pager_free(pager);
    table_close(&read);
    do {
        received = counted("received");
        until("dropped", received - 1);
    } while (counted("received") != received);
    EXPECT(received < 10);
    mspkit_ncentral_free(client);
}

static void *free_soon(void *pager)
{
    until("received", 2);
    mspkit_pager_free(pager);
    return NULL;
}

/* Freeing the pager ends a read in flight. */
static void freed_meanwhile(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    pthread_t thread;
    table read;
    post("/_sim/reset", "{\"customers\":35}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers\",\"nth\":[2],\"fault\":{\"kind\":\"hang\"}}]}");
    pager = listed(client, 1);
    read = table_open(pager, NULL);
    EXPECT(next(&read) == 10);
    EXPECT(pthread_create(&thread, NULL, free_soon, pager) == 0);
    EXPECT(next(&read) == -1);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(strstr(table_error(&read), "cancelled") != NULL && strstr(table_error(&read), "resume_token: ") != NULL);
    table_close(&read);
    mspkit_ncentral_free(client);
}

static void failures(void)
{
    static const char *const bad[] = {"{\"columns\":[\"nothing\"]}", "{\"columns\":7}", "{\"column\":[]}", "[]"};
    mspkit_ncentral *client = new_client();
    mspkit_error *error = NULL;
    mspkit_pager *pager;
    table read;
    struct ArrowArrayStream stream;
    size_t at;
    post("/_sim/reset", "{\"customers\":35}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers\",\"nth\":[2],"
                         "\"fault\":{\"kind\":\"status\",\"status\":400}}]}");
    pager = listed(client, 1);
    read = table_open(pager, NULL);
    EXPECT(next(&read) == 10);
    EXPECT(next(&read) == -1);
    EXPECT(strstr(table_error(&read), "resume_token: ") != NULL);
    EXPECT(strstr(table_error(&read), mspkit_pager_resume_token(pager).data) != NULL);
    table_close(&read);
    /* The list goes on where it failed, by another stream. */
    read = table_open(pager, NULL);
    EXPECT(next(&read) == 10);
    mspkit_pager_free(pager);
    EXPECT(next(&read) == -1);
    table_close(&read);

    pager = listed(client, 1);
    for (at = 0; at < sizeof bad / sizeof *bad; at++) {
        EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(bad[at]), &stream, &error), MSPKIT_E_INVALID_REQUEST);
        mspkit_error_free(error);
    }
    EXPECT_STATUS(mspkit_pager_arrow(NULL, mspkit_nts(NULL), &stream, NULL), MSPKIT_E_NULL);
    EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(NULL), NULL, NULL), MSPKIT_E_NULL);
    mspkit_pager_free(pager);
    EXPECT_STATUS(mspkit_paginate(mspkit_ncentral_client(client), MSPKIT_STR("GET"), MSPKIT_STR("/api/things"), mspkit_nts(NULL),
                                  mspkit_nts(NULL), NULL, NULL, &pager, NULL),
                  MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(NULL), &stream, NULL), MSPKIT_E_INVALID_REQUEST);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* The list of a case, with its rows. */
static mspkit_pager *list_of(const json *one, mspkit_client **client)
{
    const char *operation = json_get(one, "operation")->text;
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_pager *pager = NULL;
    json *script = json_object(), *answers = json_array(), *answer = json_object(), *body = json_object();
    json_put(body, "data", (json *)json_get(one, "rows"));
    json_put(body, "totalItems", json_integer((long long)json_get(one, "rows")->count));
    json_put(answer, "match", json_words(keep_text("GET %s", json_get(one, "path")->text)));
    json_put(answer, "json", body);
    json_push(answers, answer);
    json_put(script, "answers", answers);
    post("/_sim/script", json_write(script));
    options.runtime = runtime;
    options.base_url = mspkit_nts(sim.url);
    options.trust_env = false;
    if (operation[0] == 'w') {
        options.api_key = mspkit_nts(json_get(sim.credentials, "wiv_api_key")->text);
    } else {
        options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    }
    EXPECT_STATUS(mspkit_client_new(operation[0] == 'w' ? MSPKIT_STR("wiv") : MSPKIT_STR("ncentral"), &options, client, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_list(*client, mspkit_nts(operation), MSPKIT_STR("{}"), NULL, NULL, &pager, NULL), MSPKIT_OK);
    return pager;
}

static void expect_texts(const json *texts, const char *text)
{
    size_t at;
    for (at = 0; at < texts->count; at++) {
        if (strstr(text, texts->items[at]->text) == NULL) {
            fprintf(stderr, "%s is not in: %s\n", texts->items[at]->text, text);
            exit(1);
        }
    }
}

/* Reads a list as the case says. */
static void read_case(const json *one, mspkit_pager *pager, const char *options)
{
    const json *failure = json_get(one, "error");
    table read = table_open(pager, options);
    json *found = table_lists(&read);
    int64_t rows;
    do {
        rows = table_next(&read, found);
    } while (rows > 0);
    if (failure != NULL) {
        EXPECT(rows == -1);
        expect_texts(failure, table_error(&read));
    } else {
        EXPECT(rows == 0 && table_next(&read, found) == 0);
        EXPECT(json_equal(table_columns(&read), json_get(one, "schema")));
        EXPECT(json_equal(found, json_get(one, "values")));
    }
    table_close(&read);
}

static void run(const json *one)
{
    const char *options = json_write(json_get(one, "options"));
    mspkit_client *client = NULL;
    mspkit_pager *pager = list_of(one, &client);
    mspkit_error *error = NULL;
    struct ArrowArrayStream stream;
    printf("%s\n", json_get(one, "name")->text);
    if (json_get(one, "refused") == NULL) {
        read_case(one, pager, options);
    } else {
        EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(options), &stream, &error), MSPKIT_E_INVALID_REQUEST);
        EXPECT(strcmp(mspkit_error_argument(error).data, json_get(one, "refused")->text) == 0);
        expect_texts(json_get(one, "error"), mspkit_error_message(error).data);
        mspkit_error_free(error);
    }
    mspkit_pager_free(pager);
    mspkit_client_free(client);
}

static void cases(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "rb");
    const json *all;
    size_t at;
    EXPECT(file != NULL);
    at = fread(text, 1, sizeof text, file);
    EXPECT(feof(file) && fclose(file) == 0);
    all = json_get(json_parse(text, at), "cases");
    EXPECT(all != NULL && all->count > 10);
    for (at = 0; at < all->count; at++) {
        run(all->items[at]);
    }
}

int main(int count, char **arguments)
{
    service_start();
    cases(count > 1 ? arguments[1] : "../tests/data/cases.json");
    left_early();
    given_up();
    freed_meanwhile();
    failures();
    service_stop();
    puts("arrow: types, values, errors and early ends, by nanoarrow " NANOARROW_VERSION);
    return 0;
}
