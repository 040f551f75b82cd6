/* See call.h. */
#include "call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory.h"
#include "dispatch.h"
#include "fail.h"
#include "options.h"

static json *words_of(mspkit_str text)
{
    if (text.data != NULL && text.data[text.len] != '\0') {
        fail("a text has no NUL at its end");
    }
    return text.data == NULL ? json_null() : json_string(text.data, text.len);
}

static json *or_null(long long number, long long nothing)
{
    return number == nothing ? json_null() : json_integer(number);
}

/* A JSON list; empty where there is none. */
static json *list_or_none(mspkit_str text)
{
    return text.data == NULL ? json_array() : json_parse(text.data, text.len);
}

static json *error_of(const mspkit_error *error)
{
    json *made = json_object();
    json *fields = json_array();
    const mspkit_str debug = mspkit_error_json(error);
    const json *whole = json_parse(debug.data, debug.len);
    const int64_t wait = mspkit_error_retry_after_ms(error);
    size_t at;
    json_put(made, "kind", words_of(mspkit_error_kind(error)));
    json_put(made, "status", or_null(mspkit_error_status(error), 0));
    json_put(made, "code", words_of(mspkit_error_server_code(error)));
    json_put(made, "message", words_of(mspkit_error_message(error)));
    json_put(made, "server_error_id", words_of(mspkit_error_server_error_id(error)));
    json_put(made, "total", or_null((long long)mspkit_error_total(error), -1));
    json_put(made, "missing", or_null((long long)mspkit_error_missing(error), -1));
    json_put(made, "matches", list_or_none(mspkit_error_matches(error)));
    json_put(made, "differences", list_or_none(mspkit_error_differences(error)));
    json_put(made, "retryable", json_bool(mspkit_error_retryable(error)));
    json_put(made, "retry_after", wait < 0 ? json_null() : json_number(keep_text("%.3f", (double)wait / 1000)));
    json_put(made, "attempts", json_integer((long long)mspkit_error_attempt_count(error)));
    json_put(made, "resume_token", words_of(mspkit_error_resume_token(error)));
    json_put(made, "argument", words_of(mspkit_error_argument(error)));
    json_put(made, "given", words_of(mspkit_error_given(error)));
    json_put(made, "allowed", words_of(mspkit_error_allowed(error)));
    json_put(made, "method", words_of(mspkit_error_method(error)));
    json_put(made, "path", words_of(mspkit_error_path(error)));
    json_put(made, "server", words_of(mspkit_error_server(error)));
    for (at = 0; at < mspkit_error_field_error_count(error); at++) {
        const mspkit_field_error *field_error = mspkit_error_field_error(error, at);
        json *field = json_object();
        json_put(field, "field", words_of(field_error->field));
        json_put(field, "code", words_of(field_error->code));
        json_put(field, "message", words_of(field_error->message));
        json_push(fields, field);
    }
    json_put(made, "field_errors", fields);
    json_put(made, "debug", words_of(debug));
    if (whole == NULL || mspkit_error_field_error(error, at) != NULL ||
        mspkit_error_attempt(error, mspkit_error_attempt_count(error)) != NULL) {
        fail("an error's JSON cannot be read, or it has entries beyond the last");
    }
    if (!json_is(json_get(whole, "kind"), json_get(made, "kind")->text) ||
        !json_is(json_get(whole, "message"), json_get(made, "message")->text)) {
        fail("an error's JSON has another kind or message");
    }
    if (mspkit_error_code(error) >= 0 || mspkit_strerror(mspkit_error_code(error)) == mspkit_strerror(12345)) {
        fail("an error has the code %d", (int)mspkit_error_code(error));
    }
    return made;
}

json *failed_outcome(mspkit_error *error)
{
    json *made = json_object();
    json_put(made, "error", error_of(error));
    json_put(made, "resume_token", words_of(mspkit_error_resume_token(error)));
    mspkit_error_free(error);
    return made;
}

static json *meta_of(const mspkit_meta *meta)
{
    json *made = json_object();
    if (meta == NULL) {
        return json_null();
    }
    json_put(made, "status", json_integer(meta->status));
    json_put(made, "attempts", json_integer(meta->attempts));
    json_put(made, "request_id", words_of(meta->request_id));
    return made;
}

static json *headers_of(const mspkit_meta *meta)
{
    json *made = json_object();
    size_t at;
    for (at = 0; at < meta->header_count; at++) {
        json_put(made, meta->headers[at].name.data, words_of(meta->headers[at].value));
    }
    return made;
}

/* Whether typed functions can express these parameters. */
static bool fits_typed(const json *params)
{
    size_t at;
    for (at = 0; at < params->count; at++) {
        const json *value = params->items[at];
        if (value->kind == JSON_BOOL ||
            (value->kind == JSON_NUMBER && strpbrk(value->text, ".eE") != NULL)) {
            return false;
        }
    }
    return true;
}

/* The one completion of the submitted call. */
static mspkit_completion completed(way *way, mspkit_operation number, void *user_data)
{
    mspkit_completion done = mspkit_completion_init(), more = mspkit_completion_init();
    int32_t status = mspkit_queue_next(way->queue, 35000, &done, NULL);
    if (status != MSPKIT_OK || done.operation != number || done.user_data != user_data) {
        fail("the queue gave %d, for operation %llu instead of %llu", (int)status, (unsigned long long)done.operation,
             (unsigned long long)number);
    }
    if (mspkit_queue_next(way->queue, 0, &more, NULL) != MSPKIT_EMPTY || mspkit_queue_pending(way->queue) != 0) {
        fail("an operation was completed twice");
    }
    return done;
}

static json *received(mspkit_response *response, const char *operation, bool free_request)
{
    json *made = json_object(), *result;
    const mspkit_str text = mspkit_response_json(response), body = mspkit_response_body(response);
    const mspkit_meta *meta = mspkit_response_meta(response);
    json *whole = json_parse(text.data, text.len);
    if (free_request) {
        result = json_object();
        json_put(result, "status", json_integer(meta->status));
        json_put(result, "headers", headers_of(meta));
        json_put(result, "json", whole == NULL ? json_null() : whole);
        json_put(result, "text", words_of(body));
    } else {
        json *view = dispatch_view(operation, response);
        result = view == NULL ? whole : view;
        if (view == NULL && (whole == NULL || whole->kind != JSON_NULL)) {
            fail("a response has no view and is not empty: %s", text.data);
        }
    }
    json_put(made, "result", result);
    json_put(made, "meta", meta_of(meta));
    mspkit_response_free(response);
    return made;
}

static json *called_once(way *way, const mspkit_client *client, const json *step, dispatch *call, bool untyped)
{
    bool free_request = strcmp(call->operation, "request") == 0;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_operation number = 0;
    int32_t status;
    void *mark = &number;
    const char *params = json_write(call->params);
    call->queue = way->queue;
    call->user_data = mark;
    call->number = &number;
    if (free_request) {
        const json *method = json_get(call->params, "method"), *path = json_get(call->params, "path");
        const json *body = json_get(call->params, "body");
        const json *query = json_get(call->params, "query"), *headers = json_get(call->params, "headers");
        mspkit_call_options options = *call->options;
        const mspkit_str text = mspkit_nts(body == NULL ? NULL : json_write(body));
        const mspkit_str verb = mspkit_str_of(method->text, method->len), target = mspkit_str_of(path->text, path->len);
        if (query != NULL) {
            options.extra_query = pairs_of(query, &options.extra_query_count);
        }
        if (headers != NULL) {
            options.extra_headers = pairs_of(headers, &options.extra_header_count);
        }
        status = way->queue == NULL
                     ? mspkit_request(client, verb, target, text, &options, &response, &error)
                     : mspkit_request_submit(client, verb, target, text, &options, way->queue, mark, &number, &error);
    } else if (untyped) {
        way->untyped++;
        status = way->queue == NULL
                     ? mspkit_call(client, mspkit_nts(call->operation), mspkit_nts(params), call->options, &response, &error)
                     : mspkit_call_submit(client, mspkit_nts(call->operation), mspkit_nts(params), call->options, way->queue,
                                          mark, &number, &error);
    } else {
        way->typed++;
        status = dispatch_call(call, &response, &error);
    }
    if (status == DISPATCH_UNKNOWN) {
        fail("no function is that of %s", call->operation);
    }
    if (status == MSPKIT_OK && way->queue != NULL) {
        mspkit_completion done = completed(way, number, mark);
        status = done.status;
        response = done.response;
        error = done.error;
    }
    if ((status == MSPKIT_OK) != (response != NULL) || (status < 0) != (error != NULL) || status > 0 ||
        (status < 0 && mspkit_error_code(error) != status)) {
        fail("%s: status %d with response %p and error %p", json_write(step), (int)status, (void *)response, (void *)error);
    }
    return status == MSPKIT_OK ? received(response, call->operation, free_request) : failed_outcome(error);
}

/* A list of an endpoint that mspkit does not have. */
static bool is_raw_list(const char *operation)
{
    return strcmp(operation, "paginate") == 0;
}

static json *item_json(const char *operation, const mspkit_item *item)
{
    const mspkit_str text = mspkit_item_json(item);
    json *view = is_raw_list(operation) ? json_parse(text.data, text.len) : dispatch_item(operation, item);
    if (view == NULL) {
        fail("an item has no view: %s", mspkit_item_json(item).data);
    }
    return view;
}

/* How a step of a pager reads. */
typedef enum { FIRST, ITEM, PAGE, COLLECT } reading;

/* One step of a pager; its status. */
static int32_t pager_step(way *way, const char *operation, mspkit_pager *pager, reading how, json *into, mspkit_error **error)
{
    const mspkit_item *item = NULL;
    mspkit_page *page = NULL;
    mspkit_completion done = mspkit_completion_init();
    mspkit_operation number = 0;
    int32_t status;
    size_t at;
    if (how == FIRST) {
        status = mspkit_pager_first(pager, &item, error);
    } else if (way->queue == NULL) {
        status = how == PAGE      ? mspkit_pager_next_page(pager, &page, error)
                 : how == COLLECT ? mspkit_pager_collect(pager, MSPKIT_DEFAULT, &page, error)
                                  : mspkit_pager_next(pager, &item, error);
    } else {
        status = how == PAGE      ? mspkit_pager_next_page_submit(pager, way->queue, into, &number, error)
                 : how == COLLECT ? mspkit_pager_collect_submit(pager, MSPKIT_DEFAULT, way->queue, into, &number, error)
                                  : mspkit_pager_next_submit(pager, way->queue, into, &number, error);
        if (status == MSPKIT_OK) {
            done = completed(way, number, into);
            status = done.status;
            item = done.item;
            page = done.page;
            *error = done.error;
            done.page = NULL;
            done.error = NULL;
        }
    }
    if ((status == MSPKIT_OK) != (page != NULL || item != NULL) || (status < 0) != (*error != NULL)) {
        fail("a step of a pager gave the status %d", (int)status);
    }
    if (item != NULL) {
        json_push(json_get(into, "items"), item_json(operation, item));
    }
    if (page != NULL) {
        for (at = 0; at < mspkit_page_count(page); at++) {
            json_push(json_get(into, "items"), item_json(operation, mspkit_page_item(page, at)));
        }
        if (mspkit_page_item(page, at) != NULL) {
            fail("a page has an item beyond its last");
        }
        if (at > 0 && how == PAGE) {
            json_push(json_get(into, "pages"), json_integer((long long)at));
        }
        mspkit_page_free(page);
    }
    mspkit_completion_clear(&done);
    return status;
}

/* Keeps the first failure. */
static void note(mspkit_error **first, mspkit_error **error)
{
    if (*first == NULL) {
        *first = *error;
    } else {
        mspkit_error_free(*error);
    }
    *error = NULL;
}

static mspkit_str text_of(const json *value)
{
    return value == NULL ? mspkit_nts(NULL) : mspkit_str_of(value->text, value->len);
}

static mspkit_status raw_list(const mspkit_client *client, const dispatch *call, mspkit_pager **pager, mspkit_error **error)
{
    const json *params = call->params, *body = json_get(params, "body");
    const json *query = json_get(params, "query"), *headers = json_get(params, "headers");
    mspkit_call_options options = *call->options;
    if (query != NULL) {
        options.extra_query = pairs_of(query, &options.extra_query_count);
    }
    if (headers != NULL) {
        options.extra_headers = pairs_of(headers, &options.extra_header_count);
    }
    return mspkit_paginate(client, text_of(json_get(params, "method")), text_of(json_get(params, "path")),
                           mspkit_nts(body == NULL ? NULL : json_write(body)), text_of(json_get(params, "item_id")), call->paging,
                           &options, pager, error);
}

/* Reads the partitions of a list, each from its JSON text. */
static json *divided(way *way, const mspkit_client *client, const char *operation, mspkit_pager *whole, const json *count)
{
    mspkit_partitions *parts = NULL;
    mspkit_error *error = NULL;
    json *made = json_object();
    bool complete = true, known = true;
    long long missing = 0;
    size_t at;
    int32_t status = mspkit_pager_partitions(whole, strtoll(count->text, NULL, 10), &parts, &error);
    mspkit_pager_free(whole);
    if (status != MSPKIT_OK) {
        return failed_outcome(error);
    }
    json_put(made, "items", json_array());
    json_put(made, "pages", json_array());
    for (at = 0; at < mspkit_partitions_count(parts); at++) {
        json *part = json_object();
        mspkit_pager *pager = NULL;
        size_t each;
        json_put(part, "items", json_array());
        json_put(part, "pages", json_array());
        status = mspkit_read_partition(client, mspkit_partitions_json(parts, at), mspkit_nts(NULL), &pager, &error);
        while (status == MSPKIT_OK) {
            status = pager_step(way, operation, pager, ITEM, part, &error);
        }
        if (status < 0) {
            mspkit_pager_free(pager);
            mspkit_partitions_free(parts);
            return failed_outcome(error);
        }
        for (each = 0; each < json_get(part, "items")->count; each++) {
            json_push(json_get(made, "items"), json_get(part, "items")->items[each]);
        }
        json_push(json_get(made, "pages"), json_integer((long long)each));
        known = known && mspkit_pager_missing(pager) >= 0;
        complete = complete && mspkit_pager_complete(pager) == 1;
        missing += (long long)mspkit_pager_missing(pager);
        if (at == 0) {
            json_put(made, "total", or_null((long long)mspkit_pager_total(pager), -1));
        }
        if (at + 1 == mspkit_partitions_count(parts)) {
            json_put(made, "resume_token", words_of(mspkit_pager_resume_token(pager)));
        }
        mspkit_pager_free(pager);
    }
    json_put(made, "complete", known ? json_bool(complete) : json_null());
    json_put(made, "missing", known ? json_integer(missing) : json_null());
    json_put(made, "meta", json_null());
    mspkit_partitions_free(parts);
    return made;
}

static json *list(way *way, const mspkit_client *client, const json *step, dispatch *call, bool untyped)
{
    const json *read = json_get(step, "read"), *then = json_get(read, "then");
    const bool goes_on = json_get(step, "go_on")->flag;
    size_t left = json_is(then, "items") ? (size_t)-1 : (size_t)strtoul(json_get(read, "take")->text, NULL, 10);
    mspkit_paging_options paging = paging_of(json_get(step, "paging"));
    mspkit_pager *pager = NULL;
    mspkit_error *error = NULL, *failed = NULL;
    json *made = json_object(), *token;
    int32_t status;
    json_put(made, "items", json_array());
    json_put(made, "pages", json_array());
    call->paging = &paging;
    if (is_raw_list(call->operation)) {
        status = raw_list(client, call, &pager, &error);
    } else if (untyped) {
        const char *params = json_write(call->params);
        way->untyped++;
        status = mspkit_list(client, mspkit_nts(call->operation), mspkit_nts(params), &paging, call->options, &pager, &error);
    } else {
        way->typed++;
        status = dispatch_list(call, &pager, &error);
    }
    if (status == DISPATCH_UNKNOWN) {
        fail("no function is that of %s", call->operation);
    }
    if (status != MSPKIT_OK) {
        return failed_outcome(error);
    }
    if (json_get(read, "partitions")->kind != JSON_NULL) {
        return divided(way, client, call->operation, pager, json_get(read, "partitions"));
    }
    if (json_get(read, "first")->flag) {
        status = pager_step(way, call->operation, pager, FIRST, made, &error);
    }
    while (left > 0 && (status == MSPKIT_OK || (status < 0 && goes_on))) {
        note(&failed, &error);
        status = pager_step(way, call->operation, pager, ITEM, made, &error);
        left--;
    }
    if (json_is(then, "collect") && status == MSPKIT_OK) {
        status = pager_step(way, call->operation, pager, COLLECT, made, &error);
    }
    while (json_is(then, "pages") && (status == MSPKIT_OK || (status < 0 && goes_on))) {
        note(&failed, &error);
        status = pager_step(way, call->operation, pager, PAGE, made, &error);
    }
    note(&failed, &error);
    json_put(made, "complete", mspkit_pager_complete(pager) < 0 ? json_null() : json_bool(mspkit_pager_complete(pager) == 1));
    json_put(made, "missing", or_null((long long)mspkit_pager_missing(pager), -1));
    json_put(made, "total", or_null((long long)mspkit_pager_total(pager), -1));
    json_put(made, "meta", meta_of(mspkit_pager_meta(pager)));
    token = words_of(mspkit_pager_resume_token(pager));
    if (failed != NULL) {
        json *failure = failed_outcome(failed), *of_error = json_get(failure, "resume_token");
        json_put(made, "error", json_get(failure, "error"));
        token = of_error->kind == JSON_NULL ? token : of_error;
    }
    json_put(made, "resume_token", token);
    mspkit_pager_free(pager);
    return made;
}

json *call_step(way *way, const mspkit_client *client, const json *request)
{
    const json *params = json_get(request, "params");
    mspkit_call_options options = call_options_of(json_get(request, "options"));
    bool by_id = json_get(request, "untyped")->flag || !fits_typed(params);
    dispatch call;
    memset(&call, 0, sizeof call);
    call.operation = json_get(request, "call")->text;
    call.client = client;
    call.params = params;
    call.options = &options;
    return is_raw_list(call.operation) || dispatch_is_list(call.operation) ? list(way, client, request, &call, by_id) : called_once(way, client, request, &call, by_id);
}
