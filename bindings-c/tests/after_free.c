/* Uses an error after it was freed: inside the library, so that only an instrumented one detects it. */
#include "mspkit/ncentral.h"

int main(void)
{
    mspkit_ncentral *client = NULL;
    mspkit_error *error = NULL;
    mspkit_client_options options = mspkit_client_options_init();
    options.base_url = mspkit_nts("nowhere");
    if (mspkit_ncentral_new(&options, &client, &error) == MSPKIT_OK) {
        return 0;
    }
    mspkit_error_free(error);
    return mspkit_error_code(error) == MSPKIT_OK ? 1 : 0;
}
