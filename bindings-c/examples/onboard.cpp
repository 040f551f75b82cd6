// Onboards a customer across three services, configured by the environment. Writes only with `--write`.
#include <mspkit/cloudmore.hpp>
#include <mspkit/ncentral.hpp>
#include <mspkit/wiv.hpp>

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

namespace {

void done(const std::string &step, const std::string &result) { std::cout << step << ": " << result << "\n"; }

template <class T> std::size_t count(mspkit::pager<T> list)
{
    std::size_t items = 0;
    for (const T &item : list) {
        static_cast<void>(item);
        ++items;
    }
    return items;
}

void organizations(const mspkit::ncentral &client, bool write)
{
    mspkit::ncentral::service_orgs_list_params params;
    params.page_size = 50;
    auto list = client.service_orgs().list(params);
    std::size_t orgs = 0;
    for (const mspkit::ncentral::ServiceOrg &org : list) {
        orgs += org.so_id.has_value();
    }
    done("list service organizations", std::to_string(orgs) + " of " + std::to_string(list.total().value_or(-1)));
    if (!write) {
        return;
    }
    mspkit::ncentral::service_orgs_create_params acme;
    acme.so_name = "Acme IT Services";
    acme.contact_first_name = "John";
    acme.contact_last_name = "Smith";
    acme.country = "US";
    const auto org = client.service_orgs().create(acme);
    const std::string so_id = org->so_id.value();
    done("create a service organization", "soId " + so_id);

    mspkit::ncentral::service_orgs_create_customer_params customer;
    customer.contact_first_name = "Jane";
    customer.contact_last_name = "Doe";
    for (const char *name : {"Client Corp", "Globex", "Initech"}) {
        customer.customer_name = name;
        client.service_orgs().create_customer(so_id, customer);
    }
    done("create customers under it", std::to_string(count(client.service_orgs().list_customers(so_id))) + " customers");
    if (const auto refused = client.service_orgs().try_create_customer("999999", customer); !refused) {
        const auto &error = refused.error();
        done("create one where it cannot be", std::string(error.kind()) + ": " + mspkit_error_reason(error.get()).data);
    }
}

void devices(const mspkit::ncentral &client)
{
    std::set<std::string> places;
    std::size_t devices = 0, issues = 0;
    for (const auto &device : client.devices().list()) {
        ++devices;
        if (device.customer_id) {
            places.insert(*device.customer_id);
        }
    }
    done("list devices", std::to_string(devices) + " devices at " + std::to_string(places.size()) + " customers");
    for (const std::string &place : places) {
        issues += count(client.org_units().list_active_issues(place));
    }
    done("list active issues", std::to_string(issues) + " issues");
}

void tickets(const mspkit::ncentral &client)
{
    mspkit::ncentral::standard_psa_validate_credential_params check;
    mspkit::ncentral::custom_psa_get_ticket_params read;
    check.username = read.username = std::getenv("PSA_USERNAME");
    check.password = read.password = std::getenv("PSA_PASSWORD");
    const auto valid = client.standard_psa().validate_credential("3", check)->is_psa_credentials_valid;
    done("check a PSA credential", valid.value_or(false) ? "valid" : "not valid");
    const auto ticket = client.custom_psa().get_ticket(std::getenv("PSA_TICKET_ID"), read);
    done("read a PSA ticket", ticket->ticket_title.value_or(""));
}

void services(const mspkit::cloudmore &client, bool write)
{
    const std::string of = std::getenv("CLOUDMORE_ORGANIZATION_ID");
    std::set<std::string> offered, enabled;
    for (const auto &service : client.estore().list(of)) {
        offered.insert(service.id.value());
    }
    done("list the E-Store", std::to_string(offered.size()) + " services");
    for (const auto &service : client.services().list(of)) {
        enabled.insert(service.id.value());
    }
    done("list the organization's services", std::to_string(enabled.size()) + " services");
    for (const std::string &id : offered) {
        if (!write || enabled.count(id) != 0) {
            continue;
        }
        const auto detail = client.estore().get(of, id);
        std::string values;
        for (const auto &property : detail->custom_properties.value_or(std::vector<mspkit::cloudmore::CustomProperty>())) {
            if (property.mandatory.value_or(false)) {
                values += (values.empty() ? "" : ", ") + ("{\"id\": \"" + property.property_id.value() + "\", \"value\": \"acme.example.com\"}");
            }
        }
        mspkit::cloudmore::services_create_params add;
        add.id = id;
        add.currency_code = "EUR";
        add.custom_properties_data = "[" + values + "]";
        done("enable a service", detail->name.value_or("") + " as " + client.services().create(of, add)->id.value());
        break;
    }
}

void cases(const mspkit::wiv &client)
{
    mspkit::wiv::customers_list_params fields;
    fields.fields = {"id", "name"};
    done("list Wiv customers", std::to_string(count(client.customers().list(fields))) + " customers");
    mspkit::wiv::cases_search_params search;
    search.max_returned_items = 100;
    done("walk all case pages", std::to_string(count(client.cases().search(search))) + " cases");
}

} // namespace

int main(int argc, char **argv)
{
    const bool write = argc > 1 && std::string(argv[1]) == "--write";
    try {
        const mspkit::ncentral ncentral;
        organizations(ncentral, write);
        devices(ncentral);
        tickets(ncentral);
        mspkit::client_options options;
        options.reseller_id = std::getenv("CLOUDMORE_RESELLER_ID");
        services(mspkit::cloudmore(options), write);
        cases(mspkit::wiv());
    } catch (const mspkit::error &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
