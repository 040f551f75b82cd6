/* See options.h. */
#include "options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory.h"
#include "fail.h"

mspkit_pair *pairs_of(const json *object, size_t *count)
{
    mspkit_pair *pairs = (mspkit_pair *)keep(256 * sizeof *pairs);
    size_t at, entry;
    *count = 0;
    for (at = 0; at < object->count; at++) {
        const json *value = object->items[at];
        for (entry = 0; entry < (value->kind == JSON_ARRAY ? value->count : 1); entry++) {
            const json *one = value->kind == JSON_ARRAY ? value->items[entry] : value;
            mspkit_pair *pair = &pairs[(*count)++];
            pair->name.data = object->names[at]->text;
            pair->name.len = object->names[at]->len;
            pair->value.data = one->kind == JSON_STRING ? one->text : json_write(one);
            pair->value.len = one->kind == JSON_STRING ? one->len : MSPKIT_NTS;
        }
    }
    return pairs;
}

/* Milliseconds that fit a field; false if only JSON can express them. */
static bool milliseconds(const json *value, int64_t *into)
{
    double time = value->kind == JSON_NUMBER ? strtod(value->text, NULL) : -1;
    if (time < 0) {
        return false;
    }
    *into = (int64_t)lround(time * 1000);
    return true;
}

/* The same for an integer. */
static bool whole(const json *value, int64_t *into)
{
    if (value->kind != JSON_NUMBER || strlen(value->text) > 9 || strpbrk(value->text, ".-eE") != NULL) {
        return false;
    }
    *into = strtoll(value->text, NULL, 10);
    return true;
}

/* The same for a boolean. */
static bool choice(const json *value, int32_t *into)
{
    if (value->kind != JSON_BOOL) {
        return false;
    }
    *into = value->flag;
    return true;
}

/* Adds an option that no field can express under its name in C, with times in milliseconds. */
static void put_more(json *more, const char *name, const json *value)
{
    size_t len = strlen(name);
    bool time = strcmp(name, "timeout") == 0 || strcmp(name, "max_backoff") == 0 || strcmp(name, "max_retry_after") == 0 ||
                strcmp(name, "poll_interval") == 0 || strcmp(name, "settle") == 0 ||
                (len > 8 && strcmp(name + len - 8, "_timeout") == 0);
    if (time && value->kind == JSON_NUMBER) {
        value = json_number(keep_text("%.6g", strtod(value->text, NULL) * 1000));
    }
    json_put(more, time ? keep_text("%s_ms", name) : name, (json *)value);
}

mspkit_call_options call_options_of(const json *members)
{
    mspkit_call_options options = mspkit_call_options_init();
    json *more = json_object();
    int64_t number;
    size_t at;
    for (at = 0; members != NULL && at < members->count; at++) {
        const char *name = members->names[at]->text;
        const json *value = members->items[at];
        if (strcmp(name, "timeout") == 0 && milliseconds(value, &options.timeout_ms)) {
        } else if (strcmp(name, "poll_interval") == 0 && milliseconds(value, &options.poll_interval_ms)) {
        } else if (strcmp(name, "settle") == 0 && milliseconds(value, &options.settle_ms)) {
        } else if (strcmp(name, "on_difference") == 0 && value->kind == JSON_STRING) {
            options.on_difference.data = value->text;
            options.on_difference.len = value->len;
        } else if (strcmp(name, "max_retries") == 0 && whole(value, &number)) {
            options.max_retries = (int32_t)number;
        } else if (strcmp(name, "extra_headers") == 0) {
            options.extra_headers = pairs_of(value, &options.extra_header_count);
        } else if (strcmp(name, "extra_query") == 0) {
            options.extra_query = pairs_of(value, &options.extra_query_count);
        } else if (strcmp(name, "extra_body") == 0) {
            options.extra_body = mspkit_nts(json_write(value));
        } else {
            put_more(more, name, value);
        }
    }
    if (more->count > 0) {
        options.json = mspkit_nts(json_write(more));
    }
    return options;
}

mspkit_paging_options paging_of(const json *members)
{
    mspkit_paging_options paging = mspkit_paging_options_init();
    json *more = json_object();
    size_t at;
    paging.concurrency = 1;
    for (at = 0; members != NULL && at < members->count; at++) {
        const char *name = members->names[at]->text;
        const json *value = members->items[at];
        if (strcmp(name, "limit") == 0 && whole(value, &paging.limit)) {
        } else if (strcmp(name, "concurrency") == 0 && whole(value, &paging.concurrency)) {
        } else if (strcmp(name, "resume_token") == 0 && value->kind == JSON_STRING) {
            paging.resume_token.data = value->text;
            paging.resume_token.len = value->len;
        } else if (strcmp(name, "on_lost_page") == 0 && value->kind == JSON_STRING) {
            paging.on_lost_page.data = value->text;
            paging.on_lost_page.len = value->len;
        } else if (strcmp(name, "on_incomplete") == 0 && value->kind == JSON_STRING) {
            paging.on_incomplete.data = value->text;
            paging.on_incomplete.len = value->len;
        } else {
            paging.concurrency = strcmp(name, "concurrency") == 0 ? MSPKIT_DEFAULT : paging.concurrency;
            put_more(more, name, value);
        }
    }
    if (more->count > 0) {
        paging.json = mspkit_nts(json_write(more));
    }
    return paging;
}

mspkit_client *client_of(const way *way, const char *service, const json *members, mspkit_error **refused)
{
    mspkit_client_options options = mspkit_client_options_init();
    struct {
        const char *name;
        mspkit_str *into;
    } texts[] = {
        {"base_url", &options.base_url},       {"jwt", &options.jwt},
        {"username", &options.username},       {"password", &options.password},
        {"client_secret", &options.client_secret}, {"client_id", &options.client_id},
        {"client_auth", &options.client_auth}, {"reseller_id", &options.reseller_id}, {"seller_id", &options.seller_id},
        {"api_key", &options.api_key},         {"app_info", &options.app_info},
    };
    json *more = json_object();
    mspkit_client *client = NULL;
    int64_t number;
    size_t at, text;
    int32_t status;
    options.runtime = way->runtime;
    for (at = 0; at < members->count; at++) {
        const char *name = members->names[at]->text;
        const json *value = members->items[at];
        for (text = 0; text < sizeof texts / sizeof *texts && strcmp(texts[text].name, name) != 0; text++) {
        }
        if (text < sizeof texts / sizeof *texts && value->kind == JSON_STRING) {
            texts[text].into->data = value->text;
            texts[text].into->len = value->len;
        } else if (strcmp(name, "timeout") == 0 && milliseconds(value, &options.timeout_ms)) {
        } else if (strcmp(name, "attempt_timeout") == 0 && milliseconds(value, &options.attempt_timeout_ms)) {
        } else if (strcmp(name, "max_retry_after") == 0 && milliseconds(value, &options.max_retry_after_ms)) {
        } else if (strcmp(name, "max_backoff") == 0 && milliseconds(value, &options.max_backoff_ms)) {
        } else if (strcmp(name, "max_retries") == 0 && whole(value, &number)) {
            options.max_retries = (int32_t)number;
        } else if (strcmp(name, "max_body_bytes") == 0 && whole(value, &options.max_body_bytes)) {
        } else if (strcmp(name, "verify") == 0 && choice(value, &options.verify)) {
        } else if (strcmp(name, "allow_http") == 0 && choice(value, &options.allow_http)) {
        } else if (strcmp(name, "trust_env") == 0 && choice(value, &options.trust_env)) {
        } else {
            put_more(more, name, value);
        }
    }
    if (more->count > 0) {
        options.json = mspkit_nts(json_write(more));
    }
    status = mspkit_client_new(mspkit_nts(service), &options, &client, refused);
    if ((status == MSPKIT_OK) != (*refused == NULL) || (status == MSPKIT_OK) != (client != NULL)) {
        fail("a client was made with status %d", (int)status);
    }
    return client;
}
