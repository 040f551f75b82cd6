/* mspkit, blocking. */
#include <stdio.h>

#include <mspkit/ncentral.h>
#include <mspkit/wiv.h>

#include "worker.h"

static mspkit_ncentral *client;
static mspkit_wiv *wiv;

static int report(mspkit_error *error) {
    fprintf(stderr, "%s\n", mspkit_error_message(error).data);
    mspkit_error_free(error);
    return -1;
}

const char *peer_version(void) {
    static char version[64];
    snprintf(version, sizeof version, "mspkit %s", mspkit_version());
    return version;
}

int peer_open(const char *url, const char *jwt, const char *wiv_key) {
    mspkit_error *error = NULL;
    mspkit_client_options options = mspkit_client_options_init();
    options.base_url = mspkit_nts(url);
    options.jwt = mspkit_nts(jwt);
    if (mspkit_ncentral_new(&options, &client, &error) != MSPKIT_OK) {
        return report(error);
    }
    options = mspkit_client_options_init();
    options.base_url = mspkit_nts(url);
    options.api_key = mspkit_nts(wiv_key);
    return mspkit_wiv_new(&options, &wiv, &error) == MSPKIT_OK ? 0 : report(error);
}

static void three(const mspkit_ncentral_customer_view *customer, tally *into) {
    tally_three(into, customer->customer_id.len, customer->contact_email.len, customer->customer_name.len > 0);
}

static void every(const mspkit_ncentral_customer_view *customer, tally *into) {
    const int32_t presences[] = {
        customer->customer_id.presence,        customer->customer_name.presence,
        customer->org_unit_type.presence,      customer->parent_id.presence,
        customer->external_id.presence,        customer->external_id2.presence,
        customer->phone.presence,              customer->contact_title.presence,
        customer->contact_first_name.presence, customer->contact_last_name.presence,
        customer->contact_email.presence,      customer->contact_phone.presence,
        customer->contact_phone_ext.presence,  customer->contact_department.presence,
        customer->street1.presence,            customer->street2.presence,
        customer->city.presence,               customer->state_prov.presence,
        customer->country.presence,            customer->county.presence,
        customer->postal_code.presence,        customer->generation.presence,
        customer->descendant_count.presence,
    };
    size_t there = 0;
    for (size_t at = 0; at < sizeof presences / sizeof presences[0]; at++) {
        there += presences[at] == MSPKIT_PRESENT;
    }
    tally_every(into, there);
}

int peer_list(int size, bool only_three, tally *into) {
    mspkit_error *error = NULL;
    mspkit_pager *pager = NULL;
    mspkit_ncentral_customers_list_params params = mspkit_ncentral_customers_list_params_init();
    params.page_size = size;
    if (mspkit_ncentral_customers_list(client, &params, NULL, NULL, &pager, &error) != MSPKIT_OK) {
        return report(error);
    }
    const mspkit_item *item = NULL;
    int32_t status;
    while ((status = mspkit_pager_next(pager, &item, &error)) == MSPKIT_OK) {
        const mspkit_ncentral_customer_view *customer = mspkit_ncentral_customer_of_item(item);
        if (only_three) {
            three(customer, into);
        } else {
            every(customer, into);
        }
    }
    mspkit_pager_free(pager);
    return status == MSPKIT_DONE ? 0 : report(error);
}

int peer_get(const char *customer, tally *into) {
    mspkit_error *error = NULL;
    mspkit_response *response = NULL;
    if (mspkit_ncentral_customers_get(client, mspkit_nts(customer), NULL, &response, &error) != MSPKIT_OK) {
        return report(error);
    }
    three(mspkit_ncentral_customer_of_response(response), into);
    mspkit_response_free(response);
    return 0;
}

int peer_cases(int size, tally *into) {
    mspkit_error *error = NULL;
    mspkit_pager *pager = NULL;
    mspkit_wiv_cases_search_params params = mspkit_wiv_cases_search_params_init();
    params.max_returned_items = size;
    if (mspkit_wiv_cases_search(wiv, &params, NULL, NULL, &pager, &error) != MSPKIT_OK) {
        return report(error);
    }
    const mspkit_item *item = NULL;
    int32_t status;
    while ((status = mspkit_pager_next(pager, &item, &error)) == MSPKIT_OK) {
        const mspkit_wiv_case_view *found = mspkit_wiv_case_of_item(item);
        tally_case(into, found->case_id.len, found->case_type.len > 0);
    }
    mspkit_pager_free(pager);
    return status == MSPKIT_DONE ? 0 : report(error);
}

void peer_close(void) {
    mspkit_ncentral_free(client);
    mspkit_wiv_free(wiv);
}
