/* A list as an Arrow C stream: the cases that every language runs, tests/data/cases.json, errors midway, and streams that are
 * left early. */
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/memory.h"
#include "support/service.h"

static const char rows[] = "{\"answers\":[{\"match\":\"GET /api/customers\",\"json\":{\"totalItems\":3,\"data\":["
                           "{\"customerId\":7,\"customerName\":\"A\\u00e6\",\"new\":{\"a\":[1]}},"
                           "{\"customerId\":\"8\",\"city\":\"Oslo\"},{\"customerId\":9,\"customerName\":\"\"}]}}]}";

static mspkit_pager *listed(const mspkit_ncentral *client, mspkit_str token)
{
    mspkit_paging_options paging = mspkit_paging_options_init();
    mspkit_pager *pager = NULL;
    paging.resume_token = token;
    paging.concurrency = 1;
    EXPECT_STATUS(mspkit_list(mspkit_ncentral_client(client), MSPKIT_STR("ncentral.customers.list"), MSPKIT_STR("{\"page_size\":10}"),
                              &paging, NULL, &pager, NULL),
                  MSPKIT_OK);
    return pager;
}

static struct ArrowArrayStream stream_of(mspkit_pager *pager, const char *options)
{
    struct ArrowArrayStream stream;
    memset(&stream, 0, sizeof stream);
    EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(options), &stream, NULL), MSPKIT_OK);
    EXPECT(stream.release != NULL);
    return stream;
}

/* Whether a column of texts has this one, or null, in a row. */
static bool has_text(const struct ArrowArray *column, int64_t row, const char *wanted)
{
    const uint8_t *valid = column->buffers[0];
    const int32_t *ends = (const int32_t *)column->buffers[1] + column->offset;
    const char *bytes = column->buffers[2];
    const int64_t bit = row + column->offset;
    if (valid != NULL && (valid[bit / 8] >> (bit % 8) & 1) == 0) {
        return wanted == NULL;
    }
    return wanted != NULL && (size_t)(ends[row + 1] - ends[row]) == strlen(wanted) &&
           memcmp(bytes + ends[row], wanted, strlen(wanted)) == 0;
}

static void types_and_values(void)
{
    static const char *const names[] = {"customer_name", "customer_id", "city", "extra"};
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    int64_t at;
    post("/_sim/reset", "{}");
    post("/_sim/script", rows);
    pager = listed(client, mspkit_nts(NULL));
    stream = stream_of(pager, "{\"columns\":[\"customer_name\",\"customerId\",\"city\"],\"extra\":true}");
    EXPECT(stream.get_schema(&stream, &schema) == 0);
    EXPECT(strcmp(schema.format, "+s") == 0 && schema.n_children == 4);
    for (at = 0; at < 4; at++) {
        EXPECT(strcmp(schema.children[at]->name, names[at]) == 0 && strcmp(schema.children[at]->format, "u") == 0);
        EXPECT((schema.children[at]->flags & ARROW_FLAG_NULLABLE) != 0);
    }
    schema.release(&schema);
    EXPECT(stream.get_next(&stream, &batch) == 0);
    EXPECT(batch.length == 3 && batch.n_children == 4);
    EXPECT(has_text(batch.children[0], 0, "A\xc3\xa6") && has_text(batch.children[0], 1, NULL) && has_text(batch.children[0], 2, ""));
    EXPECT(has_text(batch.children[1], 0, "7") && has_text(batch.children[1], 1, "8") && has_text(batch.children[1], 2, "9"));
    EXPECT(has_text(batch.children[2], 0, NULL) && has_text(batch.children[2], 1, "Oslo"));
    EXPECT(has_text(batch.children[3], 0, "{\"new\":{\"a\":[1]}}") && has_text(batch.children[3], 1, NULL));
    batch.release(&batch);
    /* The end. */
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.release == NULL);
    stream.release(&stream);
    EXPECT(stream.release == NULL);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

static void left_early(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_pager *pager;
    const mspkit_item *item = NULL;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    int count = 0;
    post("/_sim/reset", "{\"customers\":35}");
    pager = listed(client, mspkit_nts(NULL));
    EXPECT_STATUS(mspkit_pager_next(pager, &item, NULL), MSPKIT_OK);
    stream = stream_of(pager, NULL);
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.length == 9);
    batch.release(&batch);
    stream.release(&stream);
    while (mspkit_pager_next(pager, &item, NULL) == MSPKIT_OK) {
        count++;
    }
    EXPECT(count == 25 && mspkit_pager_complete(pager) == 1);
    mspkit_pager_free(pager);
    mspkit_ncentral_free(client);
}

static void failures(void)
{
    static const char *const bad[] = {"{\"columns\":[\"nothing\"]}", "{\"columns\":7}", "{\"column\":[]}", "[]"};
    mspkit_ncentral *client = new_client();
    mspkit_error *error = NULL;
    mspkit_pager *pager;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    size_t at;
    post("/_sim/reset", "{\"customers\":35}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers\",\"nth\":[2],"
                         "\"fault\":{\"kind\":\"status\",\"status\":400}}]}");
    pager = listed(client, mspkit_nts(NULL));
    stream = stream_of(pager, NULL);
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.length == 10);
    batch.release(&batch);
    EXPECT(stream.get_next(&stream, &batch) != 0);
    EXPECT(strstr(stream.get_last_error(&stream), "resume_token: ") != NULL);
    EXPECT(strstr(stream.get_last_error(&stream), mspkit_pager_resume_token(pager).data) != NULL);
    stream.release(&stream);
    /* The list goes on where it failed, by another stream. */
    stream = stream_of(pager, NULL);
    EXPECT(stream.get_next(&stream, &batch) == 0 && batch.length == 10);
    batch.release(&batch);
    mspkit_pager_free(pager);
    EXPECT(stream.get_next(&stream, &batch) != 0);
    stream.release(&stream);

    pager = listed(client, mspkit_nts(NULL));
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

/* A type in the words of the cases. */
static void name_type(const struct ArrowSchema *schema, char *into, size_t room)
{
    static const char *const names[][2] = {{"u", "string"}, {"l", "int64"}, {"g", "double"}, {"b", "bool"}};
    const bool list = strcmp(schema->format, "+l") == 0;
    size_t at;
    int64_t child;
    for (at = 0; at < sizeof names / sizeof *names; at++) {
        if (strcmp(schema->format, names[at][0]) == 0) {
            snprintf(into, room, "%s", names[at][1]);
            return;
        }
    }
    EXPECT(list || strcmp(schema->format, "+s") == 0);
    snprintf(into, room, list ? "list<" : "struct<");
    for (child = 0; child < schema->n_children; child++) {
        at = strlen(into);
        snprintf(into + at, room - at, "%s%s: ", child == 0 ? "" : ", ", schema->children[child]->name);
        at = strlen(into);
        name_type(schema->children[child], into + at, room - at);
    }
    at = strlen(into);
    snprintf(into + at, room - at, ">");
}

/* A value as the JSON of the cases. */
static json *value_of(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row)
{
    const uint8_t *valid = array->buffers[0];
    const int64_t at = row + array->offset;
    json *made;
    char number[64];
    int64_t child;
    if (valid != NULL && (valid[at / 8] >> (at % 8) & 1) == 0) {
        return json_null();
    }
    switch (schema->format[0]) {
    case 'u': {
        const int32_t *ends = array->buffers[1];
        return json_string((const char *)array->buffers[2] + ends[at], (size_t)(ends[at + 1] - ends[at]));
    }
    case 'l':
        return json_integer(((const int64_t *)array->buffers[1])[at]);
    case 'g':
        snprintf(number, sizeof number, "%.17g", ((const double *)array->buffers[1])[at]);
        return json_number(number);
    case 'b':
        return json_bool((((const uint8_t *)array->buffers[1])[at / 8] >> (at % 8) & 1) != 0);
    default:
        break;
    }
    if (schema->format[1] == 'l') {
        const int32_t *ends = array->buffers[1];
        made = json_array();
        for (child = ends[at]; child < ends[at + 1]; child++) {
            json_push(made, value_of(schema->children[0], array->children[0], child));
        }
        return made;
    }
    made = json_object();
    for (child = 0; child < array->n_children; child++) {
        json_put(made, schema->children[child]->name, value_of(schema->children[child], array->children[child], at));
    }
    return made;
}

static bool equal(const json *one, const json *other)
{
    size_t at;
    if (one == NULL || other == NULL || one->kind != other->kind || one->count != other->count || one->flag != other->flag) {
        return false;
    }
    if (one->kind == JSON_NUMBER) {
        return strtod(one->text, NULL) == strtod(other->text, NULL);
    }
    if (one->kind == JSON_STRING && (one->len != other->len || memcmp(one->text, other->text, one->len) != 0)) {
        return false;
    }
    for (at = 0; at < one->count; at++) {
        const json *with = one->kind == JSON_ARRAY ? other->items[at] : json_member(other, one->names[at]);
        if (!equal(one->items[at], with)) {
            return false;
        }
    }
    return true;
}

/* The list of a case, with its rows. */
static mspkit_pager *list_of(const json *one, mspkit_client **client)
{
    const char *operation = json_get(one, "operation")->text;
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_pager *pager = NULL;
    json *script = json_object(), *answers = json_array(), *answer = json_object(), *body = json_object();
    char match[128];
    snprintf(match, sizeof match, "GET %s", json_get(one, "path")->text);
    json_put(body, "data", (json *)json_get(one, "rows"));
    json_put(body, "totalItems", json_integer((long long)json_get(one, "rows")->count));
    json_put(answer, "match", json_words(match));
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

static void run(const json *one)
{
    const json *failure = json_get(one, "error"), *wanted = json_get(one, "schema");
    mspkit_client *client = NULL;
    mspkit_pager *pager = list_of(one, &client);
    mspkit_error *error = NULL;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    json *found = json_array();
    char type[256];
    int64_t at, row;
    if (json_get(one, "refused") != NULL) {
        EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(json_write(json_get(one, "options"))), &stream, &error), MSPKIT_E_INVALID_REQUEST);
        EXPECT(strcmp(mspkit_error_argument(error).data, json_get(one, "refused")->text) == 0);
        expect_texts(failure, mspkit_error_message(error).data);
        mspkit_error_free(error);
        mspkit_pager_free(pager);
        mspkit_client_free(client);
        return;
    }
    stream = stream_of(pager, json_write(json_get(one, "options")));
    EXPECT(stream.get_schema(&stream, &schema) == 0);
    for (at = 0; at < schema.n_children && failure == NULL; at++) {
        name_type(schema.children[at], type, sizeof type);
        EXPECT(json_is(wanted->items[at]->items[0], schema.children[at]->name) && json_is(wanted->items[at]->items[1], type));
        json_push(found, json_array());
    }
    for (;;) {
        if (stream.get_next(&stream, &batch) != 0) {
            EXPECT(failure != NULL);
            expect_texts(failure, stream.get_last_error(&stream));
            break;
        }
        if (batch.release == NULL) {
            EXPECT(failure == NULL && equal(found, json_get(one, "values")));
            break;
        }
        for (at = 0; at < batch.n_children && failure == NULL; at++) {
            for (row = 0; row < batch.length; row++) {
                json_push(found->items[at], value_of(schema.children[at], batch.children[at], row));
            }
        }
        batch.release(&batch);
    }
    schema.release(&schema);
    stream.release(&stream);
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
    types_and_values();
    left_early();
    failures();
    service_stop();
    puts("arrow: types, values, errors and early ends");
    return 0;
}
