/* A project outside of the tree: gets a customer. */
#include <mspkit/ncentral.h>
#include <stdio.h>

int main(void)
{
    mspkit_runtime *runtime = NULL;
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_ncentral *client = NULL;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    int32_t status = mspkit_runtime_new(NULL, &runtime, &error);
    options.runtime = runtime;
    if (status == MSPKIT_OK) {
        status = mspkit_ncentral_new(&options, &client, &error);
    }
    if (status == MSPKIT_OK) {
        status = mspkit_ncentral_customers_get(client, MSPKIT_STR("100"), NULL, &response, &error);
    }
    if (status == MSPKIT_OK) {
        printf("a consumer in C, mspkit %s: %s\n", mspkit_version(), mspkit_ncentral_customer_of_response(response)->customer_name.data);
    } else {
        fprintf(stderr, "%s\n", mspkit_error_message(error).data);
    }
    mspkit_error_free(error);
    mspkit_response_free(response);
    mspkit_ncentral_free(client);
    mspkit_runtime_free(runtime);
    return mspkit_abi_version() == MSPKIT_ABI_VERSION && status == MSPKIT_OK ? 0 : 1;
}
