/* Files and partitions through a queue: what is complete is there, and what is cancelled leaves nothing. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

static char folder[] = "/tmp/mspkit-export-XXXXXX";
static mspkit_queue *queue;

static mspkit_pager *listed(const mspkit_ncentral *client, int64_t page_size)
{
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL;
    params.page_size = page_size;
    paging.concurrency = 1;
    EXPECT_STATUS(mspkit_ncentral_customers_list(client, &params, &paging, NULL, &pager, NULL), MSPKIT_OK);
    return pager;
}

static mspkit_str in_folder(const char *name)
{
    return mspkit_nts(keep_text("%s/%s", folder, name));
}

/* How many files there are, whatever their names. */
static int files(void)
{
    DIR *open = opendir(folder);
    const struct dirent *entry;
    int count = 0;
    EXPECT(open != NULL);
    while ((entry = readdir(open)) != NULL) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(open);
    return count;
}

static const char *content(mspkit_str path)
{
    char text[4096];
    FILE *file = fopen(path.data, "rb");
    size_t len;
    EXPECT(file != NULL);
    len = fread(text, 1, sizeof text, file);
    EXPECT(feof(file));
    fclose(file);
    return keep_bytes(text, len);
}

static mspkit_completion next(mspkit_operation wanted)
{
    mspkit_completion done = mspkit_completion_init();
    EXPECT_STATUS(mspkit_queue_next(queue, 30000, &done, NULL), MSPKIT_OK);
    EXPECT(done.operation == wanted && done.response == NULL && done.item == NULL && done.page == NULL);
    return done;
}

static void written(void)
{
    mspkit_ncentral *client = new_client();
    const mspkit_str csv = in_folder("customers.csv"), jsonl = in_folder("customers.jsonl");
    mspkit_pager *pager;
    mspkit_operation number = 0;
    mspkit_completion done;
    int mark = 0;
    post("/_sim/reset", "{\"customers\":23}");
    pager = listed(client, 10);
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, csv, MSPKIT_STR("{\"columns\":[\"customer_id\"]}"), queue, &mark, &number, NULL),
                  MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_OK && done.rows == 23 && done.partitions == NULL && done.user_data == &mark);
    mspkit_completion_clear(&done);
    EXPECT(done.rows == 0);
    EXPECT(strncmp(content(csv), "customer_id\r\n100\r\n", 18) == 0 && mspkit_pager_complete(pager) == 1);
    /* An empty rest is a file, too. */
    EXPECT_STATUS(mspkit_pager_write_jsonl_submit(pager, jsonl, mspkit_nts(NULL), queue, NULL, NULL, NULL), MSPKIT_OK);
    done = next(number + 1);
    EXPECT(done.status == MSPKIT_OK && done.rows == 0 && strcmp(content(jsonl), "") == 0);
    mspkit_completion_clear(&done);
    mspkit_pager_free(pager);
    pager = listed(client, 10);
    EXPECT_STATUS(mspkit_pager_write_jsonl_submit(pager, jsonl, MSPKIT_STR("{\"columns\":[\"customer_id\"]}"), queue, NULL, &number, NULL),
                  MSPKIT_OK);
    done = next(number);
    EXPECT(done.rows == 23 && strncmp(content(jsonl), "{\"customer_id\":\"100\"}\n", 22) == 0);
    mspkit_completion_clear(&done);
    /* Everything else has no count of rows. */
    EXPECT_STATUS(mspkit_pager_next_submit(pager, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_DONE && done.rows == -1);
    mspkit_completion_clear(&done);
    mspkit_pager_free(pager);
    EXPECT(files() == 2 && remove(csv.data) == 0 && remove(jsonl.data) == 0);
    mspkit_ncentral_free(client);
}

static int received(void)
{
    const json *counts = json_get(sim_command(&sim, "GET", "/_sim/requests?since=0", NULL), "counts");
    const json *list = json_get(counts, "ncentral.customers.list");
    return list == NULL ? 0 : atoi(json_get(list, "received")->text);
}

enum end { BY_NUMBER, WITH_PAGER, WITH_QUEUE };

/* However it is ended, no file is left, and no item counts as returned. */
static void ended(enum end how)
{
    mspkit_ncentral *client = new_client();
    const mspkit_item *item = NULL;
    mspkit_pager *pager;
    mspkit_operation number = 0;
    mspkit_completion done;
    const double end = now() + 30;
    uint64_t rows = 0;
    int64_t total = 0;
    post("/_sim/reset", "{\"customers\":23}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers\",\"nth\":[2],\"fault\":{\"kind\":\"hang\"}}]}");
    pager = listed(client, 10);
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, in_folder("customers.csv"), mspkit_nts(NULL), queue, NULL, &number, NULL), MSPKIT_OK);
    while (received() < 2) {
        EXPECT(now() < end);
    }
    EXPECT(files() == 1);
    while (rows == 0) {
        EXPECT_STATUS(mspkit_queue_progress(queue, number, &rows, &total), MSPKIT_OK);
        EXPECT(now() < end);
    }
    EXPECT(rows == 10 && total == 23);
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_E_BUSY);
    if (how == BY_NUMBER) {
        EXPECT_STATUS(mspkit_queue_cancel(queue, number), MSPKIT_OK);
    } else if (how == WITH_PAGER) {
        mspkit_pager_free(pager);
    } else {
        EXPECT_STATUS(mspkit_queue_close(queue), MSPKIT_OK);
    }
    done = next(number);
    EXPECT(done.status == MSPKIT_E_CANCELLED && done.rows == -1 && files() == 0);
    EXPECT(mspkit_error_resume_token(done.error).data != NULL);
    EXPECT_STATUS(mspkit_queue_progress(queue, number, &rows, NULL), MSPKIT_DONE);
    mspkit_completion_clear(&done);
    if (how == BY_NUMBER) {
        EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, in_folder("customers.csv"), mspkit_nts(NULL), queue, NULL, &number, NULL), MSPKIT_OK);
        done = next(number);
        EXPECT(done.rows == 23 && files() == 1 && remove(in_folder("customers.csv").data) == 0);
        mspkit_completion_clear(&done);
    } else if (how == WITH_QUEUE) {
        EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, in_folder("customers.csv"), mspkit_nts(NULL), queue, NULL, &number, NULL),
                      MSPKIT_E_CLOSED);
        EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
        EXPECT(strcmp(mspkit_ncentral_customer_of_item(item)->customer_id.data, "100") == 0);
    }
    if (how != WITH_PAGER) {
        mspkit_pager_free(pager);
    }
    mspkit_ncentral_free(client);
}

static void divided(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *whole, *part = NULL;
    mspkit_page *page = NULL;
    mspkit_operation number = 0;
    mspkit_completion done;
    size_t at, count = 0;
    post("/_sim/reset", "{\"customers\":23}");
    whole = listed(client, 5);
    EXPECT_STATUS(mspkit_pager_partitions_submit(whole, 0, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_E_INVALID_REQUEST && done.partitions == NULL && strcmp(mspkit_error_argument(done.error).data, "n") == 0);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_pager_partitions_submit(whole, 3, queue, &count, &number, NULL), MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_OK && done.rows == -1 && done.user_data == &count && mspkit_partitions_count(done.partitions) == 3);
    for (at = 0; at < 3; at++) {
        EXPECT_STATUS(mspkit_read_partition(mspkit_ncentral_client(client), mspkit_partitions_json(done.partitions, at), mspkit_nts(NULL), &part, NULL),
                      MSPKIT_OK);
        EXPECT_STATUS(mspkit_pager_collect_submit(part, MSPKIT_DEFAULT, queue, NULL, &number, NULL), MSPKIT_OK);
        {
            mspkit_completion collected = mspkit_completion_init();
            EXPECT_STATUS(mspkit_queue_next(queue, 30000, &collected, NULL), MSPKIT_OK);
            page = collected.page;
            count += mspkit_page_count(page);
            mspkit_completion_clear(&collected);
        }
        mspkit_pager_free(part);
    }
    EXPECT(count == 23);
    mspkit_completion_clear(&done);
    EXPECT(done.partitions == NULL);
    mspkit_pager_free(whole);
    mspkit_ncentral_free(client);
}

static void refused(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager = listed(client, 10);
    const mspkit_str path = in_folder("customers.csv"), none = {NULL, 0};
    mspkit_operation number = 0;
    mspkit_error *error = NULL;
    mspkit_completion done;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_pager_write_csv_submit(NULL, path, none, queue, NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "pager");
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, none, none, queue, NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "path");
    EXPECT_STATUS(mspkit_pager_write_jsonl_submit(pager, path, mspkit_str_of("\xff", 1), queue, NULL, NULL, &error), MSPKIT_E_UTF8);
    expect_error(error, MSPKIT_E_UTF8, "InvalidRequest", "options");
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, path, none, NULL, NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "queue");
    EXPECT_STATUS(mspkit_pager_partitions_submit(pager, 2, NULL, NULL, NULL, &error), MSPKIT_E_NULL);
    expect_error(error, MSPKIT_E_NULL, "InvalidRequest", "queue");
    EXPECT_STATUS(mspkit_queue_progress(NULL, 1, NULL, NULL), MSPKIT_E_NULL);
    EXPECT(mspkit_queue_pending(queue) == 0);
    /* What only the list knows is a completion. */
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, path, MSPKIT_STR("{\"columns\":[\"citty\"]}"), queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_E_INVALID_REQUEST && strcmp(mspkit_error_argument(done.error).data, "columns[0]") == 0);
    mspkit_completion_clear(&done);
    EXPECT_STATUS(mspkit_pager_write_csv_submit(pager, in_folder("no/folder.csv"), none, queue, NULL, &number, NULL), MSPKIT_OK);
    done = next(number);
    EXPECT(done.status == MSPKIT_E_INVALID_REQUEST && strcmp(mspkit_error_argument(done.error).data, "path") == 0);
    mspkit_completion_clear(&done);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

int main(void)
{
    service_start();
    EXPECT(mkdtemp(folder) != NULL);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    written();
    divided();
    refused();
    ended(BY_NUMBER);
    ended(WITH_PAGER);
    ended(WITH_QUEUE);
    mspkit_queue_free(queue);
    EXPECT(rmdir(folder) == 0);
    service_stop();
    puts("export: files and partitions through a queue");
    return 0;
}
