// Creates a customer and lists all of them: a program as short as users write them, for the time that a compiler takes.
#include <mspkit/ncentral.hpp>

#include <iostream>

int main()
{
    const mspkit::ncentral client;
    mspkit::ncentral::service_orgs_create_customer_params contoso;
    contoso.customer_name = "Contoso";
    contoso.contact_first_name = "Ada";
    contoso.contact_last_name = "Lovelace";
    const auto created = client.service_orgs().try_create_customer("50", contoso);
    if (!created) std::cout << created.error().what() << "\n";
    for (const mspkit::ncentral::Customer &customer : client.customers().list()) {
        std::cout << customer.customer_id.value_or("") << " " << customer.customer_name.value_or("") << "\n";
    }
}
