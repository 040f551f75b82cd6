/* Lists at endpoints that mspkit does not know: items without a view, in steps of every kind, and through a queue. */
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

#define PAGE "{\"match\":\"GET /api/things\",\"json\":{\"totalItems\":5,\"data\":["
/* Two pages of two things and one of one. */
static const char things[] = "{\"answers\":["
    PAGE "{\"thingId\":1,\"more\":{\"is\":[true,null]}},{\"thingId\":2,\"big\":1.50}]}}," PAGE "{\"thingId\":3},{\"thingId\":4}]}},"
    PAGE "{\"thingId\":5}]}}]}";

static mspkit_pager *listed(const mspkit_ncentral *client, mspkit_str token)
{
    const mspkit_pair size = {MSPKIT_STR("pageSize"), MSPKIT_STR("2")};
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL;
    post("/_sim/reset", "{}");
    post("/_sim/script", things);
    options.extra_query = &size;
    options.extra_query_count = 1;
    paging.resume_token = token;
    /* The script has the pages in the order of the requests. */
    paging.concurrency = 1;
    EXPECT_STATUS(mspkit_paginate(mspkit_ncentral_client(client), MSPKIT_STR("GET"), MSPKIT_STR("/api/things"), mspkit_nts(NULL),
                                  MSPKIT_STR("thingId"), &paging, &options, &pager, NULL),
                  MSPKIT_OK);
    return pager;
}

/* The id of an item by both ways of reading it; 0 for none. */
static int id_of(const mspkit_item *item)
{
    const mspkit_str whole = mspkit_item_json(item);
    const mspkit_text id = mspkit_item_get(item, MSPKIT_STR("/thingId"));
    if (item == NULL) {
        return 0;
    }
    EXPECT(id.presence == MSPKIT_PRESENT && strcmp(json_get(json_parse(whole.data, whole.len), "thingId")->text, id.data) == 0);
    return atoi(id.data);
}

static void items(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager = listed(client, mspkit_nts(NULL));
    const mspkit_item *item = NULL;
    int wanted;
    EXPECT_STATUS(mspkit_pager_first(pager, &item, NULL), MSPKIT_OK);
    EXPECT(id_of(item) == 1);
    EXPECT(strcmp(mspkit_item_json(item).data, "{\"thingId\":1,\"more\":{\"is\":[true,null]}}") == 0);
    EXPECT(strcmp(mspkit_item_get(item, MSPKIT_STR("/more/is/0")).data, "true") == 0);
    EXPECT(mspkit_item_get(item, MSPKIT_STR("/more/is/1")).presence == MSPKIT_NULL);
    EXPECT(mspkit_item_get(item, MSPKIT_STR("/nothing")).presence == MSPKIT_ABSENT);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    EXPECT(strcmp(mspkit_item_get(item, MSPKIT_STR("/big")).data, "1.50") == 0);
    for (wanted = 3; wanted <= 5; wanted++) {
        EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
        EXPECT(id_of(item) == wanted);
    }
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_DONE);
    EXPECT(mspkit_pager_total(pager) == 5 && mspkit_pager_complete(pager) == 1 && mspkit_pager_missing(pager) == 0);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

/* Pages, then the rest at once; and the same list again, from where a page was left. */
static void pages(void)
{
    mspkit_ncentral *client = new_client(), *again;
    mspkit_pager *pager = listed(client, mspkit_nts(NULL)), *resumed;
    const mspkit_item *item = NULL;
    mspkit_page *page = NULL, *rest = NULL;
    mspkit_str token = {NULL, 0};
    EXPECT_STATUS(mspkit_pager_next_page(pager, &page, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(page) == 2 && id_of(mspkit_page_item(page, 0)) == 1 && id_of(mspkit_page_item(page, 1)) == 2);
    EXPECT(mspkit_page_item(page, 2) == NULL && mspkit_page_total(page) == 5);
    EXPECT(json_parse(mspkit_page_json(page).data, mspkit_page_json(page).len)->count == 2);
    EXPECT_STATUS(mspkit_pager_collect(pager, MSPKIT_DEFAULT, &rest, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(rest) == 3 && id_of(mspkit_page_item(rest, 2)) == 5);
    mspkit_page_free(rest);
    EXPECT_STATUS(mspkit_page_resume_token(page, 1, &token, NULL), MSPKIT_OK);
    again = new_client();
    resumed = listed(again, token);
    EXPECT_STATUS(mspkit_pager_next(resumed, &item, NULL), MSPKIT_OK);
    EXPECT(id_of(item) == 2);
    EXPECT_STATUS(mspkit_pager_collect(resumed, MSPKIT_DEFAULT, &rest, NULL), MSPKIT_OK);
    EXPECT(mspkit_page_count(rest) == 3);
    mspkit_page_free(rest);
    mspkit_pager_free(resumed);
    mspkit_ncentral_free(again);
    mspkit_page_free(page);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

static mspkit_completion next(const mspkit_queue *queue, mspkit_operation wanted)
{
    mspkit_completion done = mspkit_completion_init();
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.operation == wanted);
    return done;
}

static void through_a_queue(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager = listed(client, mspkit_nts(NULL));
    mspkit_queue *queue = NULL;
    mspkit_operation number = 0;
    mspkit_completion done;
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(queue, number);
    EXPECT(done.status == MSPKIT_OK && id_of(done.item) == 1);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_pager_next_page_submit(pager, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(queue, number);
    EXPECT(done.status == MSPKIT_OK && mspkit_page_count(done.page) == 1 && id_of(mspkit_page_item(done.page, 0)) == 2);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_pager_collect_submit(pager, MSPKIT_DEFAULT, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(queue, number);
    EXPECT(done.status == MSPKIT_OK && mspkit_page_count(done.page) == 3);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(queue, number);
    EXPECT(done.status == MSPKIT_DONE && done.item == NULL);
    mspkit_completion_clear(&done);
    mspkit_pager_free(pager);
    mspkit_queue_free(queue);
    mspkit_ncentral_free(client);
}

static void refused(void)
{
    mspkit_ncentral *ncentral = new_client();
    const mspkit_client *client = mspkit_ncentral_client(ncentral);
    const mspkit_str get = MSPKIT_STR("GET"), path = MSPKIT_STR("/api/things"), none = {NULL, 0};
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_call_options options = mspkit_call_options_init();
    mspkit_pager *first = listed(ncentral, none), *pager = NULL;
    mspkit_page *page = NULL;
    mspkit_error *error = NULL;
    EXPECT_STATUS(mspkit_pager_next_page(first, &page, NULL), MSPKIT_OK);
    mspkit_page_free(page);
    /* The token of one list is none of another. */
    paging.resume_token = mspkit_pager_resume_token(first);
    EXPECT_STATUS(mspkit_paginate(client, get, MSPKIT_STR("/api/others"), none, none, &paging, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "resume_token");
    mspkit_pager_free(first);
    EXPECT_STATUS(mspkit_paginate(NULL, get, path, none, none, NULL, NULL, &pager, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "client");
    EXPECT_STATUS(mspkit_paginate(client, none, path, none, none, NULL, NULL, &pager, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "method");
    EXPECT_STATUS(mspkit_paginate(client, get, none, none, none, NULL, NULL, &pager, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "path");
    EXPECT_STATUS(mspkit_paginate(client, get, path, none, none, NULL, NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "pager");
    EXPECT_STATUS(mspkit_paginate(client, get, path, mspkit_str_of("{\xff", 2), none, NULL, NULL, &pager, &error), MSPKIT_E_UTF8);
    expect_error(error, MSPKIT_E_UTF8, "InvalidRequest", "body");
    EXPECT_STATUS(mspkit_paginate(client, get, path, MSPKIT_STR("[1]"), none, NULL, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "body");
    EXPECT_STATUS(mspkit_paginate(client, MSPKIT_STR("PUT"), path, none, none, NULL, NULL, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "method");
    EXPECT_STATUS(mspkit_paginate(client, get, path, none, mspkit_str_of("a\0b", 3), NULL, NULL, &pager, &error), MSPKIT_E_NUL_BYTE);
    expect_error(error, MSPKIT_E_NUL_BYTE, "InvalidRequest", "item_id");
    options.poll_interval_ms = 1000;
    EXPECT_STATUS(mspkit_paginate(client, get, path, none, none, NULL, &options, &pager, &error), MSPKIT_E_INVALID_REQUEST);
    expect_error(error, MSPKIT_E_INVALID_REQUEST, "InvalidRequest", "poll_interval");
    EXPECT(pager == NULL);
    mspkit_ncentral_free(ncentral);
}

int main(void)
{
    service_start();
    items();
    pages();
    through_a_queue();
    refused();
    service_stop();
    puts("paginate: lists without a view, read in every way");
    return 0;
}
