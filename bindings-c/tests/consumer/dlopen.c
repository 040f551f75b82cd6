/* Loads the library at run time, makes a call, and closes it again with another in flight: five times. */
#include <dlfcn.h>
#include <mspkit/ncentral.h>
#include <stdio.h>
#include <string.h>

/* A function by its name; ISO C has no cast for it. */
static void find(void *library, const char *name, void *into)
{
    void *found = dlsym(library, name);
    memcpy(into, &found, sizeof found);
}

int main(int argc, char **argv)
{
    const mspkit_str customer[] = {MSPKIT_STR("100")};
    const mspkit_descriptor *const get = &mspkit_ncentral_customers_get_descriptor;
    int round;
    if (argc < 2) {
        return 2;
    }
    for (round = 0; round < 5; round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        mspkit_status (*new_client)(mspkit_str, const mspkit_client_options *, mspkit_client **, mspkit_error **);
        mspkit_status (*call)(const mspkit_client *, const mspkit_descriptor *, const mspkit_str *, const void *,
                              const mspkit_call_options *, mspkit_response **, mspkit_error **);
        mspkit_status (*new_queue)(mspkit_queue **, mspkit_error **);
        mspkit_status (*submit)(const mspkit_client *, const mspkit_descriptor *, const mspkit_str *, const void *,
                                const mspkit_call_options *, const mspkit_queue *, void *, mspkit_operation *, mspkit_error **);
        const void *(*view)(const mspkit_response *, const mspkit_layout *);
        void (*free_response)(mspkit_response *);
        mspkit_client *client = NULL;
        mspkit_response *response = NULL;
        mspkit_queue *queue = NULL;
        const mspkit_ncentral_customer_view *found;
        if (library == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        find(library, "mspkit_client_new", &new_client);
        find(library, "mspkit_typed_call", &call);
        find(library, "mspkit_typed_call_submit", &submit);
        find(library, "mspkit_queue_new", &new_queue);
        find(library, "mspkit_response_view", &view);
        find(library, "mspkit_response_free", &free_response);
        if (new_client(MSPKIT_STR("ncentral"), NULL, &client, NULL) != MSPKIT_OK ||
            call(client, get, customer, NULL, NULL, &response, NULL) != MSPKIT_OK || new_queue(&queue, NULL) != MSPKIT_OK ||
            submit(client, get, customer, NULL, NULL, queue, NULL, NULL, NULL) != MSPKIT_OK) {
            return 1;
        }
        found = (const mspkit_ncentral_customer_view *)view(response, &mspkit_ncentral_customer_layout);
        if (found == NULL || strcmp(found->customer_id.data, "100") != 0) {
            return 1;
        }
        free_response(response);
        dlclose(library);
    }
    puts("a consumer by dlopen: loaded, called and closed five times");
    return 0;
}
