// A project outside of the tree, in C++: gets customers both ways, one through a queue, and rows without a model.
#include <mspkit/ncentral.hpp>

#include <filesystem>
#include <iostream>
#include <random>
#include <string>

// A file and partitions through a queue.
static bool exported(const mspkit::ncentral &client, mspkit::queue &queue, std::size_t count)
{
    const auto folder = std::filesystem::temp_directory_path() / ("mspkit-consumer-" + std::to_string(std::random_device()()));
    std::filesystem::create_directory(folder);
    auto csv = client.customers().list();
    auto lines = client.customers().list();
    auto whole = client.customers().list();
    queue.submit_write_csv(csv, (folder / "customers.csv").string(), R"({"columns": ["customer_id"]})");
    auto written = queue.next(mspkit::milliseconds(30000));
    bool good = written && !written->take_partitions() && written->take_rows().value() == count;
    const auto number = queue.submit_write_jsonl(lines, (folder / "no" / "customers.jsonl").string());
    auto refused = queue.next(mspkit::milliseconds(30000));
    good = good && refused && !queue.rows_written(number) && refused->take_rows().error().argument() == "path";
    queue.submit_partitions(whole, 2);
    auto divided = queue.next(mspkit::milliseconds(30000));
    good = good && divided && divided->take_rows().error().code() == MSPKIT_E_TYPE;
    const auto parts = divided->take_partitions();
    for (const std::string &part : parts.value()) {
        count -= client.read_partition<mspkit::ncentral::Customer>(part).collect().size();
    }
    return good && count == 0 && std::filesystem::remove_all(folder) == 2;
}

int main()
{
    const mspkit::runtime runtime;
    mspkit::client_options options;
    options.runtime = &runtime;
    const mspkit::ncentral client(options);
    const auto customer = client.customers().get("100");
    const auto there = client.customers().try_get(100);
    if (!there || (*there)->customer_id != "100" || there->value().customer_id != "100" || there.value()->customer_id != "100") {
        return 1;
    }
    const auto missing = client.customers().try_get("999999");
    if (missing || missing.error().code() != MSPKIT_E_NOT_FOUND || missing.error().status() != 404) {
        return 1;
    }
    try {
        client.customers().get("999999");
        return 1;
    } catch (const mspkit::error &error) {
        if (error.kind() != "NotFound" || !error.request_id()) {
            return 1;
        }
    }
    std::size_t count = 0;
    for (const mspkit::ncentral::Customer &one : client.customers().list()) {
        count += one.customer_id.has_value();
    }
    mspkit::queue queue;
    client.customers().submit_get(queue, nullptr, "101");
    auto done = queue.next(mspkit::milliseconds(30000));
    if (!done || done->take<mspkit::ncentral::Customer>().value()->customer_id != "101") {
        return 1;
    }
    auto list = client.customers().list();
    queue.submit_collect(list);
    auto collected = queue.next(mspkit::milliseconds(30000));
    if (!collected || collected->take_page<mspkit::ncentral::Customer>().value()->size() != count) {
        return 1;
    }
    client.submit_request(queue, nullptr, "GET", "/api/customers/100");
    auto completion = queue.next(mspkit::milliseconds(30000));
    if (!completion || completion->take<void>().value().get("/customerId") != "100") {
        return 1;
    }
    std::size_t rows = 0;
    mspkit::call_options pages;
    pages.extra_query = {{"pageSize", "3"}};
    auto known = client.paginate("GET", "/api/customers", std::nullopt, "customerId", {}, pages);
    for (const mspkit::row &one : known) {
        rows += one.json.find("\"customerId\":") != std::string::npos;
    }
    if (rows != count || known.complete() != true || client.try_paginate("PUT", "/api/customers")) {
        return 1;
    }
    auto resumed = client.paginate("GET", "/api/customers", std::nullopt, "customerId", {}, pages);
    queue.submit_next_page(resumed);
    auto page = queue.next(mspkit::milliseconds(30000));
    const auto three = page->take_page<mspkit::row>();
    if (!three || !three.value() || three.value()->size() != 3 || resumed.collect().size() != count - 3) {
        return 1;
    }
    if (!exported(client, queue, count)) {
        return 1;
    }
    if (customer.get("/customerId") != "100" || customer.get("/nothing")) {
        return 1;
    }
    std::cout << "a consumer in C++: " << customer->customer_name.value_or("") << ", one of " << count << "\n";
    return count == 10 && customer.meta().status == 200 ? 0 : 1;
}
