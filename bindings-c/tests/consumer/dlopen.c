/* Loads the library while it runs, makes a call, and closes it again with another in flight: five times over. */
#include <dlfcn.h>
#include <mspkit.h>
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
    int round;
    if (argc < 2) {
        return 2;
    }
    for (round = 0; round < 5; round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        int32_t (*new_client)(const mspkit_client_options *, mspkit_client **, mspkit_error **);
        int32_t (*get)(const mspkit_client *, const char *, size_t, const mspkit_call_options *, mspkit_answer **, mspkit_error **);
        int32_t (*new_queue)(mspkit_queue **, mspkit_error **);
        int32_t (*submit)(const mspkit_client *, const char *, size_t, const mspkit_call_options *, const mspkit_queue *, void *,
                          mspkit_operation *, mspkit_error **);
        void (*free_answer)(mspkit_answer *);
        mspkit_client *client = NULL;
        mspkit_answer *answer = NULL;
        mspkit_queue *queue = NULL;
        if (library == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        find(library, "mspkit_ncentral_new", &new_client);
        find(library, "mspkit_ncentral_customers_get", &get);
        find(library, "mspkit_ncentral_customers_get_submit", &submit);
        find(library, "mspkit_queue_new", &new_queue);
        find(library, "mspkit_answer_free", &free_answer);
        if (new_client(NULL, &client, NULL) != MSPKIT_OK || get(client, "100", MSPKIT_NTS, NULL, &answer, NULL) != MSPKIT_OK ||
            new_queue(&queue, NULL) != MSPKIT_OK || submit(client, "100", MSPKIT_NTS, NULL, queue, NULL, NULL, NULL) != MSPKIT_OK) {
            return 1;
        }
        free_answer(answer);
        dlclose(library);
    }
    puts("a consumer by dlopen: loaded, called and closed five times");
    return 0;
}
