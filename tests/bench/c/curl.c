/* libcurl with cJSON: one easy handle that keeps its connection, responses read into structs. */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

#include "worker.h"

/* How many seconds before it expires a token is exchanged for another one. */
enum { EARLY = 60 };

/* The texts of a customer by their wire names, in the order of `texts`. */
enum { ID, NAME, TYPE, PARENT, EXTERNAL, EXTERNAL2, PHONE, TITLE, FIRST_NAME, LAST_NAME, EMAIL, CONTACT_PHONE,
       PHONE_EXT, DEPARTMENT, STREET1, STREET2, CITY, STATE, COUNTRY, COUNTY, POSTAL_CODE, TEXTS };
static const char *const NAMES[TEXTS] = {
    "customerId", "customerName", "orgUnitType", "parentId", "externalId", "externalId2", "phone", "contactTitle",
    "contactFirstName", "contactLastName", "contactEmail", "contactPhone", "contactPhoneExt", "contactDepartment",
    "street1", "street2", "city", "stateProv", "country", "county", "postalCode",
};

/* A customer; a text that is NULL was null. It must not outlive the response that it was read from. */
typedef struct customer {
    const char *texts[TEXTS];
    int64_t generation;
    int64_t descendant_count;
    bool has_generation;
    bool has_descendant_count;
} customer;

typedef struct bytes {
    char *data;
    size_t len;
    size_t room;
} bytes;

static CURL *curl;
static const char *base_url;
static const char *token_of_user;
static const char *key_of_wiv;
static bytes response;
static struct curl_slist *authorized;
static time_t usable_until;

static int failed(const char *why) {
    fprintf(stderr, "%s\n", why);
    return -1;
}

static time_t seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static size_t keep(char *data, size_t size, size_t count, void *into) {
    bytes *bytes = into;
    size_t len = size * count;
    if (bytes->len + len + 1 > bytes->room) {
        size_t room = (bytes->len + len + 1) * 2;
        char *grown = realloc(bytes->data, room);
        if (grown == NULL) {
            return 0;
        }
        bytes->data = grown;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return len;
}

const char *peer_version(void) {
    static char version[128];
    snprintf(version, sizeof version, "libcurl %s, cJSON %s", curl_version_info(CURLVERSION_NOW)->version, cJSON_Version());
    return version;
}

int peer_open(const char *url, const char *jwt, const char *wiv_key) {
    base_url = url;
    token_of_user = jwt;
    key_of_wiv = wiv_key;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    if (curl == NULL) {
        return failed("no handle");
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return 0;
}

/* Sends a request and returns its status, or -1; `response` has the body. */
static long exchange(const char *path, struct curl_slist *headers, const char *body) {
    char url[512];
    long status = -1;
    snprintf(url, sizeof url, "%s%s", base_url, path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (body == NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    response.len = 0;
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        return failed(curl_easy_strerror(code));
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static cJSON *decoded(long status) {
    if (status < 200 || status >= 300) {
        fprintf(stderr, "HTTP %ld: %.*s\n", status, (int)response.len, response.data);
        return NULL;
    }
    return cJSON_ParseWithLength(response.data, response.len);
}

static struct curl_slist *bearer(const char *token) {
    char header[1024];
    snprintf(header, sizeof header, "Authorization: Bearer %s", token);
    return curl_slist_append(NULL, header);
}

static int authenticate(void) {
    struct curl_slist *headers = bearer(token_of_user);
    cJSON *tokens = decoded(exchange("/api/auth/authenticate", headers, ""));
    curl_slist_free_all(headers);
    const cJSON *access = cJSON_GetObjectItem(cJSON_GetObjectItem(tokens, "tokens"), "access");
    const char *token = cJSON_GetStringValue(cJSON_GetObjectItem(access, "token"));
    if (token == NULL) {
        cJSON_Delete(tokens);
        return failed("no token");
    }
    const cJSON *life = cJSON_GetObjectItem(access, "expirySeconds");
    usable_until = seconds() + (life == NULL ? 3600 : (time_t)life->valuedouble) - EARLY;
    curl_slist_free_all(authorized);
    authorized = bearer(token);
    cJSON_Delete(tokens);
    return 0;
}

static cJSON *call(const char *path) {
    if (seconds() >= usable_until && authenticate() != 0) {
        return NULL;
    }
    long status = exchange(path, authorized, NULL);
    if (status == 401) {
        if (authenticate() != 0) {
            return NULL;
        }
        status = exchange(path, authorized, NULL);
    }
    return decoded(status);
}

/* Reads an object into a struct. Fields usually come in one order, so the next name is tried first. */
static void read_customer(const cJSON *object, customer *into) {
    size_t next = 0;
    memset(into, 0, sizeof *into);
    for (const cJSON *field = object->child; field != NULL; field = field->next) {
        if (strcmp(field->string, "generation") == 0) {
            into->has_generation = cJSON_IsNumber(field);
            into->generation = (int64_t)field->valuedouble;
            continue;
        }
        if (strcmp(field->string, "descendantCount") == 0) {
            into->has_descendant_count = cJSON_IsNumber(field);
            into->descendant_count = (int64_t)field->valuedouble;
            continue;
        }
        for (size_t tried = 0; tried < TEXTS; tried++, next++) {
            if (strcmp(field->string, NAMES[next % TEXTS]) == 0) {
                into->texts[next++ % TEXTS] = cJSON_GetStringValue(field);
                break;
            }
        }
    }
}

static void three(const customer *customer, tally *into) {
    const char *const *texts = customer->texts;
    tally_three(into, strlen(texts[ID]), strlen(texts[EMAIL]), texts[NAME][0] != '\0');
}

static void every(const customer *customer, tally *into) {
    size_t there = (size_t)customer->has_generation + (size_t)customer->has_descendant_count;
    for (size_t at = 0; at < TEXTS; at++) {
        there += customer->texts[at] != NULL;
    }
    tally_every(into, there);
}

int peer_list(int size, bool only_three, tally *into) {
    int pages = 1;
    for (int number = 1; number <= pages; number++) {
        char path[128];
        customer customer;
        const cJSON *object;
        snprintf(path, sizeof path, "/api/customers?pageNumber=%d&pageSize=%d", number, size);
        cJSON *page = call(path);
        if (page == NULL) {
            return -1;
        }
        cJSON_ArrayForEach(object, cJSON_GetObjectItem(page, "data")) {
            read_customer(object, &customer);
            if (only_three) {
                three(&customer, into);
            } else {
                every(&customer, into);
            }
        }
        const cJSON *total = cJSON_GetObjectItem(page, "totalPages");
        pages = total == NULL ? 0 : total->valueint;
        cJSON_Delete(page);
    }
    return 0;
}

int peer_get(const char *number, tally *into) {
    char path[128];
    customer customer;
    snprintf(path, sizeof path, "/api/customers/%s", number);
    cJSON *object = call(path);
    if (object == NULL) {
        return -1;
    }
    read_customer(object, &customer);
    three(&customer, into);
    cJSON_Delete(object);
    return 0;
}

int peer_cases(int size, tally *into) {
    char key[512];
    char body[1024];
    struct curl_slist *headers;
    bool more = true;
    snprintf(key, sizeof key, "X-API-Key: %s", key_of_wiv);
    headers = curl_slist_append(curl_slist_append(NULL, key), "Content-Type: application/json");
    snprintf(body, sizeof body, "{\"max_returned_items\":%d}", size);
    while (more) {
        cJSON *page = decoded(exchange("/v2/cases/msp/search", headers, body));
        const cJSON *found;
        if (page == NULL) {
            curl_slist_free_all(headers);
            return -1;
        }
        cJSON_ArrayForEach(found, cJSON_GetObjectItem(page, "data")) {
            const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(found, "case_id"));
            tally_case(into, strlen(id), cJSON_GetStringValue(cJSON_GetObjectItem(found, "case_type")) != NULL);
        }
        const cJSON *next = cJSON_GetObjectItem(page, "next_page_key");
        const char *scroll = cJSON_GetStringValue(cJSON_GetObjectItem(next, "scroll_id"));
        more = scroll != NULL;
        if (more) {
            snprintf(body, sizeof body, "{\"max_returned_items\":%d,\"start_page_key\":{\"scroll_id\":\"%s\"}}", size, scroll);
        }
        cJSON_Delete(page);
    }
    curl_slist_free_all(headers);
    return 0;
}

void peer_close(void) {
    curl_slist_free_all(authorized);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    free(response.data);
}
