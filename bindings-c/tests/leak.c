/* Leaks an error on purpose: the leak check must notice. */
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
    error = NULL;
    return error == NULL ? 0 : 1;
}
