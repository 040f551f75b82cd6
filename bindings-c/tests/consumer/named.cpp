// A project outside of the tree, in C++20: options by name, and no warning for those that are not given.
#include <mspkit/ncentral.hpp>

#include <iostream>

int main()
{
    const mspkit::ncentral client({.timeout = mspkit::milliseconds(20000), .max_retries = 0, .trust_env = false});
    std::size_t count = 0;
    for (const mspkit::ncentral::Customer &one : client.customers().list({.page_size = 2}, {.limit = 3}, {.max_retries = 0})) {
        count += one.customer_id.has_value();
    }
    try {
        mspkit::client_options late;
        late.timeout = mspkit::milliseconds(-1);
        const mspkit::ncentral none(late);
        return 1;
    } catch (const mspkit::error &error) {
        if (error.code() != MSPKIT_E_RANGE) {
            return 1;
        }
    }
    std::cout << "options by name: " << count << " customers\n";
    return count == 3 ? 0 : 1;
}
