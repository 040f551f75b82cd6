#include "service.h"

#include <string.h>
#include <time.h>

#include "expect.h"
#include "memory.h"

simulator sim;
mspkit_runtime *runtime;

void service_start(void)
{
    sim = sim_start(NULL);
    EXPECT_STATUS(mspkit_runtime_new(NULL, &runtime, NULL), MSPKIT_OK);
}

void service_stop(void)
{
    mspkit_runtime_free(runtime);
    sim_stop(&sim);
    memory_back(0);
}

mspkit_ncentral *client_on(const mspkit_runtime *on)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_ncentral *client = NULL;
    options.runtime = on;
    options.base_url = mspkit_nts(sim.url);
    options.jwt = mspkit_nts(json_get(sim.credentials, "ncentral_jwt")->text);
    options.trust_env = false;
    EXPECT_STATUS(mspkit_ncentral_new(&options, &client, NULL), MSPKIT_OK);
    return client;
}

mspkit_ncentral *new_client(void)
{
    return client_on(runtime);
}

void post(const char *path, const char *body)
{
    EXPECT(sim_command(&sim, "POST", path, json_parse(body, strlen(body))) != NULL);
}

double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void hang(void)
{
    post("/_sim/reset", "{}");
    post("/_sim/faults", "{\"seed\":1,\"rules\":[{\"match\":\"GET /api/customers/{id}\",\"rate\":1,\"fault\":{\"kind\":\"hang\"}},"
                         "{\"match\":\"GET /api/customers\",\"rate\":1,\"fault\":{\"kind\":\"hang\"}}]}");
}

void expect_error(mspkit_error *error, int32_t code, const char *kind, const char *text)
{
    EXPECT(error != NULL);
    EXPECT_STATUS(mspkit_error_code(error), code);
    EXPECT(strcmp(mspkit_error_kind(error).data, kind) == 0);
    if (strstr(mspkit_error_message(error).data, text) == NULL) {
        fprintf(stderr, "%s is not in: %s\n", text, mspkit_error_message(error).data);
        exit(1);
    }
    mspkit_error_free(error);
}
