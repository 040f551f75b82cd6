/* Onboards a customer across three services, configured by the environment. Writes only with `--write`. */
#include <mspkit/cloudmore.h>
#include <mspkit/ncentral.h>
#include <mspkit/wiv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with the error of a failed call. */
static void need(int32_t status, mspkit_error **error)
{
    if (status < 0) {
        fprintf(stderr, "%s\n", mspkit_error_message(*error).data);
        mspkit_error_free(*error);
        exit(1);
    }
}

static mspkit_str variable(const char *name)
{
    return mspkit_nts(getenv(name));
}

/* Reads a list to its end and prints the number of items. */
static long count(mspkit_pager *pager)
{
    const mspkit_item *item;
    mspkit_error *error = NULL;
    int32_t status;
    long items = 0;
    while ((status = mspkit_pager_next(pager, &item, &error)) == MSPKIT_OK) {
        items++;
    }
    need(status, &error);
    return items;
}

static void organizations(mspkit_ncentral *client)
{
    mspkit_ncentral_service_orgs_list_params params = mspkit_ncentral_service_orgs_list_params_init();
    mspkit_pager *pager;
    mspkit_error *error;
    long orgs;
    params.page_size = 50;
    need(mspkit_ncentral_service_orgs_list(client, &params, NULL, NULL, &pager, &error), &error);
    orgs = count(pager);
    printf("list service organizations: %ld of %lld\n", orgs, (long long)mspkit_pager_total(pager));
    mspkit_pager_free(pager);
}

/* The devices, and what needs attention at the customer of the first one. */
static void devices(mspkit_ncentral *client)
{
    const mspkit_ncentral_device_view *device;
    mspkit_page *page;
    mspkit_pager *pager;
    mspkit_error *error;
    int32_t status;
    need(mspkit_ncentral_devices_list(client, NULL, NULL, NULL, &pager, &error), &error);
    status = mspkit_pager_next_page(pager, &page, &error);
    need(status, &error);
    if (status == MSPKIT_OK && mspkit_page_count(page) > 0) {
        printf("list devices: %ld devices\n", (long)mspkit_page_count(page) + count(pager));
        mspkit_pager_free(pager);
        device = mspkit_ncentral_device_of_item(mspkit_page_item(page, 0));
        need(mspkit_ncentral_org_units_list_active_issues(client, mspkit_nts(device->customer_id.data), NULL, NULL, NULL, &pager, &error), &error);
        printf("list active issues: %ld at customer %s\n", count(pager), device->customer_id.data);
        mspkit_page_free(page);
    }
    mspkit_pager_free(pager);
}

static void create(mspkit_ncentral *client)
{
    static const char *const names[] = {"Client Corp", "Globex", "Initech"};
    mspkit_ncentral_service_orgs_create_params acme = mspkit_ncentral_service_orgs_create_params_init();
    mspkit_ncentral_service_orgs_create_customer_params customer = mspkit_ncentral_service_orgs_create_customer_params_init();
    const mspkit_ncentral_service_org_view *org;
    mspkit_response *made, *response;
    mspkit_str so_id;
    mspkit_pager *pager;
    mspkit_error *error;
    size_t at;
    acme.so_name = MSPKIT_STR("Acme IT Services");
    acme.contact_first_name = MSPKIT_STR("John");
    acme.contact_last_name = MSPKIT_STR("Smith");
    acme.country = MSPKIT_STR("US");
    need(mspkit_ncentral_service_orgs_create(client, &acme, NULL, &made, &error), &error);
    org = mspkit_ncentral_service_org_of_response(made);
    so_id = mspkit_str_of(org->so_id.data, org->so_id.len);
    printf("create a service organization: soId %s\n", so_id.data);

    customer.contact_first_name = MSPKIT_STR("Jane");
    customer.contact_last_name = MSPKIT_STR("Doe");
    for (at = 0; at < sizeof names / sizeof *names; at++) {
        customer.customer_name = mspkit_nts(names[at]);
        need(mspkit_ncentral_service_orgs_create_customer(client, so_id, &customer, NULL, &response, &error), &error);
        mspkit_response_free(response);
    }
    need(mspkit_ncentral_service_orgs_list_customers(client, so_id, NULL, NULL, NULL, &pager, &error), &error);
    printf("create customers under it: %ld customers\n", count(pager));
    mspkit_pager_free(pager);
    mspkit_response_free(made);

    if (mspkit_ncentral_service_orgs_create_customer(client, MSPKIT_STR("999999"), &customer, NULL, &response, &error) < 0) {
        printf("create one where it cannot be: %s: %s\n", mspkit_error_kind(error).data, mspkit_error_reason(error).data);
        mspkit_error_free(error);
    } else {
        mspkit_response_free(response);
    }
}

static void tickets(mspkit_ncentral *client)
{
    mspkit_ncentral_standard_psa_validate_credential_params check = mspkit_ncentral_standard_psa_validate_credential_params_init();
    mspkit_ncentral_custom_psa_get_ticket_params read = mspkit_ncentral_custom_psa_get_ticket_params_init();
    mspkit_response *response;
    mspkit_error *error;
    check.username = read.username = variable("PSA_USERNAME");
    check.password = read.password = variable("PSA_PASSWORD");
    need(mspkit_ncentral_standard_psa_validate_credential(client, MSPKIT_STR("3"), &check, NULL, &response, &error), &error);
    printf("check a PSA credential: %s\n",
           mspkit_ncentral_psa_credential_check_of_response(response)->is_psa_credentials_valid.value ? "valid" : "not valid");
    mspkit_response_free(response);
    need(mspkit_ncentral_custom_psa_get_ticket(client, mspkit_nts(getenv("PSA_TICKET_ID")), &read, NULL, &response, &error), &error);
    printf("read a PSA ticket: %s\n", mspkit_ncentral_custom_psa_ticket_info_of_response(response)->ticket_title.data);
    mspkit_response_free(response);
}

/* Adds a service with a value for each required property. */
static void enable(mspkit_cloudmore *client, const char *of, const char *id)
{
    mspkit_cloudmore_services_create_params create = mspkit_cloudmore_services_create_params_init();
    mspkit_response *detail, *added;
    const mspkit_cloudmore_estore_service_detail_view *service;
    mspkit_error *error;
    char values[4096] = "[";
    size_t at;
    need(mspkit_cloudmore_estore_get(client, mspkit_nts(of), mspkit_nts(id), NULL, NULL, &detail, &error), &error);
    service = mspkit_cloudmore_estore_service_detail_of_response(detail);
    for (at = 0; at < service->custom_properties.count; at++) {
        const mspkit_cloudmore_custom_property_view *property = service->custom_properties.entries[at];
        size_t used = strlen(values);
        if (property->mandatory.value) {
            snprintf(values + used, sizeof values - used, "%s{\"id\": \"%s\", \"value\": \"acme.example.com\"}",
                     used > 1 ? ", " : "", property->property_id.data);
        }
    }
    snprintf(values + strlen(values), sizeof values - strlen(values), "]");
    create.id = mspkit_nts(id);
    create.currency_code = MSPKIT_STR("EUR");
    create.custom_properties_data = mspkit_nts(values);
    need(mspkit_cloudmore_services_create(client, mspkit_nts(of), &create, NULL, &added, &error), &error);
    printf("enable a service: %s as %s\n", service->name.data, mspkit_cloudmore_created_service_of_response(added)->id.data);
    mspkit_response_free(added);
    mspkit_response_free(detail);
}

static void services(mspkit_cloudmore *client, int write)
{
    const char *of = getenv("CLOUDMORE_ORGANIZATION_ID");
    mspkit_page *offered, *enabled;
    mspkit_pager *pager;
    mspkit_error *error;
    size_t at, other;
    need(mspkit_cloudmore_estore_list(client, mspkit_nts(of), NULL, NULL, NULL, &pager, &error), &error);
    need(mspkit_pager_next_page(pager, &offered, &error), &error);
    mspkit_pager_free(pager);
    printf("list the E-Store: %zu services\n", mspkit_page_count(offered));
    need(mspkit_cloudmore_services_list(client, mspkit_nts(of), NULL, NULL, NULL, &pager, &error), &error);
    need(mspkit_pager_next_page(pager, &enabled, &error), &error);
    mspkit_pager_free(pager);
    printf("list the organization's services: %zu services\n", mspkit_page_count(enabled));
    for (at = 0; write && at < mspkit_page_count(offered); at++) {
        const char *id = mspkit_cloudmore_estore_service_of_item(mspkit_page_item(offered, at))->id.data;
        for (other = 0; other < mspkit_page_count(enabled); other++) {
            if (strcmp(mspkit_cloudmore_organization_service_of_item(mspkit_page_item(enabled, other))->id.data, id) == 0) {
                break;
            }
        }
        if (other == mspkit_page_count(enabled)) {
            enable(client, of, id);
            break;
        }
    }
    mspkit_page_free(offered);
    mspkit_page_free(enabled);
}

static void cases(mspkit_wiv *client)
{
    const mspkit_str names[] = {MSPKIT_STR("id"), MSPKIT_STR("name")};
    mspkit_wiv_customers_list_params fields = mspkit_wiv_customers_list_params_init();
    mspkit_wiv_cases_search_params search = mspkit_wiv_cases_search_params_init();
    mspkit_pager *pager;
    mspkit_error *error;
    fields.fields = names;
    fields.fields_count = 2;
    need(mspkit_wiv_customers_list(client, &fields, NULL, NULL, &pager, &error), &error);
    printf("list Wiv customers: %ld customers\n", count(pager));
    mspkit_pager_free(pager);
    search.max_returned_items = 100;
    need(mspkit_wiv_cases_search(client, &search, NULL, NULL, &pager, &error), &error);
    printf("walk all case pages: %ld cases\n", count(pager));
    mspkit_pager_free(pager);
}

int main(int argc, char **argv)
{
    const int write = argc > 1 && strcmp(argv[1], "--write") == 0;
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_ncentral *ncentral;
    mspkit_cloudmore *cloudmore;
    mspkit_wiv *wiv;
    mspkit_error *error;
    need(mspkit_ncentral_new(NULL, &ncentral, &error), &error);
    organizations(ncentral);
    devices(ncentral);
    if (write) {
        create(ncentral);
    }
    tickets(ncentral);
    mspkit_ncentral_free(ncentral);

    options.reseller_id = variable("CLOUDMORE_RESELLER_ID");
    need(mspkit_cloudmore_new(&options, &cloudmore, &error), &error);
    services(cloudmore, write);
    mspkit_cloudmore_free(cloudmore);

    need(mspkit_wiv_new(NULL, &wiv, &error), &error);
    cases(wiv);
    mspkit_wiv_free(wiv);
    return 0;
}
