// A project outside of the tree, in C++, that uses values as another type: every mistake is an error, and nothing is
// lost.
#include <mspkit/ncentral.hpp>

#include <iostream>

static int failed = 0;

static void expect(bool so, const char *what)
{
    if (!so) {
        std::cerr << "not so: " << what << "\n";
        failed = 1;
    }
}

template <class Result> static bool wrong(const Result &made)
{
    return !made && made.error().code() == MSPKIT_E_TYPE && made.error().kind() == "InvalidRequest";
}

int main()
{
    const mspkit::ncentral client;
    mspkit::queue queue;
    client.customers().submit_get(queue, nullptr, 100);
    auto completion = queue.next(mspkit::milliseconds(30000));
    expect(completion.has_value(), "a response comes");
    expect(wrong(completion->take<mspkit::ncentral::ServiceOrg>()), "a response of another model is an error");
    expect(wrong(completion->take_page<mspkit::ncentral::Customer>()), "a response is no page, and no end of a list");
    expect(wrong(completion->take_item<mspkit::ncentral::Customer>()), "a response is no item");
    expect(bool(completion->take<mspkit::ncentral::Customer>()), "after that it is still there");
    expect(wrong(completion->take<mspkit::ncentral::Customer>()), "what was taken is not there any more");
    expect(wrong(mspkit::completion().take<mspkit::ncentral::Customer>()), "an empty completion has no response");

    auto list = client.customers().list();
    queue.submit_next_page(list);
    auto page = queue.next(mspkit::milliseconds(30000));
    expect(page.has_value() && wrong(page->take_page<mspkit::ncentral::Site>()), "a page of another model is an error");
    expect(wrong(page->take<mspkit::ncentral::Customer>()), "a page is no response");
    auto taken = page->take_page<mspkit::ncentral::Customer>();
    expect(taken && taken.value() && taken.value()->size() > 0, "after that it is still there");
    queue.submit_next_page(list);
    auto end = queue.next(mspkit::milliseconds(30000));
    expect(end && end->status() == MSPKIT_DONE && !end->take_page<mspkit::ncentral::Customer>().value(), "the end of a list is no error");

    auto items = client.customers().list();
    queue.submit_next(items);
    auto item = queue.next(mspkit::milliseconds(30000));
    expect(item.has_value() && wrong(item->take_item<mspkit::ncentral::Site>()), "an item of another model is an error");
    expect(item->take_item<mspkit::ncentral::Customer>().value()->customer_id.has_value(), "after that it is still there");

    auto outcome = client.customers().try_get(100);
    outcome = client.customers().try_get(999999);
    expect(!outcome && outcome.error().status() == 404, "an error replaces a value");
    outcome = client.customers().try_get(100);
    expect(outcome && outcome.value()->customer_id == "100", "a value replaces an error");
    auto passed = std::move(outcome);
    expect(passed && (*passed)->customer_id == "100", "a value can be moved");

    const auto moved = std::move(list);
    expect(list.try_next().error().code() == MSPKIT_E_NULL, "what was moved away says so");
    if (failed == 0) {
        std::cout << "mistakes in C++ are errors\n";
    }
    return failed;
}
