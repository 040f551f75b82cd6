/* Hostile input for every function that takes text: `fuzz [CALLS [SEED]]`. Texts are cut, joined, mutated and filled
 * with invalid bytes; lengths and struct sizes stay within the buffers. Nothing may crash, a failure has an error, a
 * success none. */
#include <string.h>
#include <time.h>

#include "mspkit/cloudmore.h"
#include "mspkit/ncentral.h"
#include "mspkit/wiv.h"
#include "support/expect.h"

static unsigned long long state;

static unsigned pick(unsigned most)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 11) % most);
}

static const char *const words[] = {
    "100", "", " ", "..", "/", "?x=1", "#", "%2e%2e", "a/b", "\r\nX-Evil: 1", "null", "true", "{}", "[]", "{\"a\":", "[[[[",
    "\"", "\\u0000", "1e999", "-1", "99999999999999999999", "2024-01-01", "2024-13-99", "https://example.com/x", "http://",
    "file:///etc/passwd", "DE", "EUR", "ASC", "customerName", "\xff\xfe", "\xed\xa0\x80", "\xf0\x9f\x92\xa9", "caf\xc3\xa9", "\xc3",
    "mspkit1.", "mspkit1.AAAA", "ncentral.customers.list", "ncentral.customers.get", "wiv.cases.search", "{\"page_size\":10}",
    "{\"customer_id\":\"1\"}", "{\"extra_headers\":{\"a\":\"b\"}}", "{\"timeout\":-1}", "{\"limit\":0}", "GET", "POST", "BREW",
    "/api/customers", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "127.0.0.1:9", "body", "basic",
    "0b7a2f5e-3f0e-4c57-9e3b-2f0a4c1d9a10", "\x01\x02\x1f\x7f",
};

static const char *const services[] = {"ncentral", "cloudmore", "wiv"};

static char room[64][512];
static unsigned used;

/* A mutated text, with a length that stays within it. */
static mspkit_str bent(void)
{
    mspkit_str made = {NULL, 0};
    char *text = room[used++ % 64];
    size_t len = 0;
    unsigned parts = pick(4), part;
    if (pick(16) == 0) {
        made.len = pick(2) ? MSPKIT_NULL_LEN : pick(100);
        return made;
    }
    for (part = 0; part <= parts; part++) {
        const char *word = words[pick(sizeof words / sizeof *words)];
        size_t more = strlen(word);
        if (len + more < 500) {
            memcpy(text + len, word, more);
            len += more;
        }
    }
    while (len > 0 && pick(3) == 0) {
        text[pick((unsigned)len)] = (char)pick(256);
    }
    text[len] = '\0';
    made.data = text;
    made.len = pick(4) == 0 ? MSPKIT_NTS : pick(8) == 0 ? pick((unsigned)len + 1) : pick(200) == 0 ? (size_t)-3 - pick(9) : len;
    return made;
}

static mspkit_pair pairs[4];

static mspkit_call_options call_options(const mspkit_cancel_token *token)
{
    mspkit_call_options options = mspkit_call_options_init();
    unsigned at;
    options.cancel = token;
    options.timeout_ms = pick(4) == 0 ? (int64_t)pick(2000) - 100 : MSPKIT_DEFAULT;
    options.max_retries = token != NULL && pick(4) == 0 ? (int32_t)pick(5) - 2 : 0;
    for (at = 0; at < 4; at++) {
        pairs[at].name = bent();
        pairs[at].value = bent();
    }
    if (pick(3) == 0) {
        options.extra_headers = pairs;
        options.extra_header_count = pick(5);
    }
    if (pick(3) == 0) {
        options.extra_query = pick(50) == 0 ? NULL : pairs;
        options.extra_query_count = pick(5);
    }
    if (pick(4) == 0) {
        options.extra_body = bent();
    }
    if (pick(4) == 0) {
        options.json = bent();
    }
    if (pick(50) == 0) {
        options.struct_size = pick(sizeof options);
    }
    return options;
}

static mspkit_paging_options paging_options(void)
{
    mspkit_paging_options paging = mspkit_paging_options_init();
    paging.limit = pick(2) ? (int64_t)pick(4) - 1 : MSPKIT_DEFAULT;
    paging.concurrency = pick(2) ? (int64_t)pick(4) - 1 : MSPKIT_DEFAULT;
    paging.on_lost_page = pick(2) ? mspkit_nts(pick(2) ? "raise" : "restart") : bent();
    paging.on_incomplete = pick(4) ? mspkit_nts(pick(2) ? "raise" : "ignore") : bent();
    paging.resume_token = pick(2) ? bent() : paging.resume_token;
    paging.json = pick(4) == 0 ? bent() : paging.json;
    return paging;
}

static long failures[200];

static void settle(int32_t status, mspkit_error *error, int made)
{
    if ((status < 0) != (error != NULL) || (status == MSPKIT_OK) != (made != 0)) {
        fprintf(stderr, "status %d, error %p, output %d\n", (int)status, (void *)error, made);
        abort();
    }
    if (error != NULL) {
        const mspkit_str json = mspkit_error_json(error), text = mspkit_error_message(error);
        if (text.data[text.len] != '\0' || json.len == 0 || mspkit_error_code(error) != status || status == MSPKIT_E_PANIC) {
            fprintf(stderr, "%s\n", json.data);
            abort();
        }
        failures[-status]++;
        mspkit_error_free(error);
    }
}

int main(int argc, char **argv)
{
    const long calls = argc > 1 ? strtol(argv[1], NULL, 10) : 20000;
    mspkit_client_options options = mspkit_client_options_init(), ncentral, cloudmore, wiv;
    mspkit_runtime *runtime = NULL;
    mspkit_ncentral *first = NULL;
    mspkit_cloudmore *second = NULL;
    mspkit_wiv *third = NULL;
    const mspkit_client *clients[3];
    mspkit_cancel_token *token = NULL;
    long call, kinds = 0, at;
    time_t began = time(NULL);
    state = argc > 2 ? strtoull(argv[2], NULL, 10) * 2654435761u + 1 : 88172645463325252ull;
    options.base_url = mspkit_nts("http://127.0.0.1:9");
    options.trust_env = false;
    EXPECT_STATUS(mspkit_runtime_new(NULL, &runtime, NULL), MSPKIT_OK);
    options.runtime = runtime;
    EXPECT_STATUS(mspkit_cancel_token_new(&token, NULL), MSPKIT_OK);
    mspkit_cancel_token_cancel(token);
    ncentral = cloudmore = wiv = options;
    ncentral.jwt = mspkit_nts("secret");
    EXPECT_STATUS(mspkit_ncentral_new(&ncentral, &first, NULL), MSPKIT_OK);
    cloudmore.username = cloudmore.password = cloudmore.client_secret = mspkit_nts("secret");
    cloudmore.reseller_id = mspkit_nts("0b7a2f5e-3f0e-4c57-9e3b-2f0a4c1d9a10");
    EXPECT_STATUS(mspkit_cloudmore_new(&cloudmore, &second, NULL), MSPKIT_OK);
    wiv.api_key = mspkit_nts("secret");
    EXPECT_STATUS(mspkit_wiv_new(&wiv, &third, NULL), MSPKIT_OK);
    clients[0] = mspkit_ncentral_client(first);
    clients[1] = mspkit_cloudmore_client(second);
    clients[2] = mspkit_wiv_client(third);
    for (call = 0; call < calls; call++) {
        /* Most calls are cancelled before they are sent; the others find no server. */
        const mspkit_call_options with = call_options(pick(500) == 0 ? NULL : token);
        const mspkit_paging_options paging = paging_options();
        const mspkit_client *client = clients[pick(3)];
        const mspkit_str one = bent(), two = bent(), three = bent();
        mspkit_response *response = NULL;
        mspkit_pager *pager = NULL;
        mspkit_client *made = NULL;
        mspkit_error *error = NULL;
        int32_t status;
        switch (pick(12)) {
        case 0:
            status = mspkit_call(client, one, two, &with, &response, &error);
            break;
        case 1:
            status = mspkit_list(client, one, two, &paging, &with, &pager, &error);
            break;
        case 2:
            status = mspkit_request(client, one, two, three, &with, &response, &error);
            break;
        case 3: {
            mspkit_client_options bad = mspkit_client_options_init();
            mspkit_str *const fields[] = {&bad.base_url, &bad.jwt, &bad.username, &bad.password, &bad.client_secret, &bad.client_id,
                                          &bad.client_auth, &bad.reseller_id, &bad.api_key, &bad.proxy, &bad.ca_bundle,
                                          &bad.client_cert, &bad.app_info, &bad.json};
            unsigned field;
            bad = pick(2) ? options : bad;
            bad.runtime = runtime;
            for (field = pick(4); field > 0; field--) {
                *fields[pick(sizeof fields / sizeof *fields)] = bent();
            }
            bad.verify = (int32_t)pick(4) - 2;
            status = mspkit_client_new(pick(9) == 0 ? one : mspkit_nts(services[pick(3)]), &bad, &made, &error);
            break;
        }
        case 4:
            status = mspkit_ncentral_customers_get(first, one, &with, &response, &error);
            break;
        case 5: {
            mspkit_ncentral_service_orgs_create_params params = mspkit_ncentral_service_orgs_create_params_init();
            mspkit_str *field = &params.so_name;
            for (at = 0; at < 16; at++) {
                field[at] = pick(2) ? bent() : field[at];
            }
            status = mspkit_ncentral_service_orgs_create(first, &params, &with, &response, &error);
            break;
        }
        case 6: {
            mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
            params.page_size = (int64_t)pick(9) - 4;
            params.sort_by = bent();
            params.sort_order = bent();
            params.select = bent();
            params.struct_size = pick(20) == 0 ? pick(64) : params.struct_size;
            status = mspkit_ncentral_customers_list(first, &params, &paging, &with, &pager, &error);
            break;
        }
        case 7: {
            mspkit_cloudmore_services_replace_params params = mspkit_cloudmore_services_replace_params_init();
            params.custom_properties_data = bent();
            params.reseller_id = pick(2) ? bent() : params.reseller_id;
            status = mspkit_cloudmore_services_replace(second, one, two, &params, &with, &response, &error);
            break;
        }
        case 8: {
            const mspkit_str texts[3] = {one, two, three};
            mspkit_wiv_customers_list_params params = mspkit_wiv_customers_list_params_init();
            params.fields = pick(9) == 0 ? NULL : texts;
            params.fields_count = pick(4);
            status = mspkit_wiv_customers_list(third, &params, &paging, &with, &pager, &error);
            break;
        }
        case 9: {
            mspkit_wiv_cases_search_params params = mspkit_wiv_cases_search_params_init();
            params.date_range.start = bent();
            params.date_range.end = bent();
            params.customer_id = bent();
            status = mspkit_wiv_cases_search(third, &params, &paging, &with, &pager, &error);
            break;
        }
        case 10: {
            mspkit_wiv_workflows_run_params params = mspkit_wiv_workflows_run_params_init();
            params.payload = bent();
            status = mspkit_wiv_workflows_run(third, one, &params, &with, &response, &error);
            break;
        }
        default: {
            mspkit_ncentral_standard_psa_validate_credential_params params = mspkit_ncentral_standard_psa_validate_credential_params_init();
            params.username = bent();
            params.password = bent();
            params.integration_key = bent();
            status = mspkit_ncentral_standard_psa_validate_credential(first, one, &params, &with, &response, &error);
        }
        }
        settle(status, error, response != NULL || pager != NULL || made != NULL);
        if (pager != NULL && with.cancel != NULL && pick(4) == 0) {
            const mspkit_item *item = NULL;
            error = NULL;
            status = mspkit_pager_next(pager, &item, &error);
            settle(status, error, item != NULL);
        }
        mspkit_response_free(response);
        mspkit_pager_free(pager);
        mspkit_client_free(made);
    }
    mspkit_ncentral_free(first);
    mspkit_cloudmore_free(second);
    mspkit_wiv_free(third);
    mspkit_cancel_token_free(token);
    mspkit_runtime_free(runtime);
    for (at = 0; at < 200; at++) {
        kinds += failures[at] > 0;
    }
    printf("fuzz: %ld calls in %ld s, refused with %ld kinds of codes, no crash\n", calls, (long)(time(NULL) - began), kinds);
    /* Fewer kinds would be a sign that the texts no longer reach their target. */
    return kinds >= 7 ? 0 : 1;
}
