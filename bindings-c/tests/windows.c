/* What only Windows has: the queue's event and socket, and a library that stays when a program lets go of it. */
#include <winsock2.h>

#include <stdio.h>
#include <string.h>

#include "mspkit/ncentral.h"
#include "support/expect.h"
#include "support/service.h"

typedef mspkit_status make_runtime(const mspkit_runtime_options *, mspkit_runtime **, mspkit_error **);

static DWORD waited(const mspkit_queue *queue, DWORD milliseconds)
{
    return WaitForSingleObject(mspkit_queue_handle(queue), milliseconds);
}

static int readable(const mspkit_queue *queue, int milliseconds)
{
    WSAPOLLFD watched;
    watched.fd = (SOCKET)mspkit_queue_fd(queue);
    watched.events = POLLRDNORM;
    watched.revents = 0;
    return WSAPoll(&watched, 1, milliseconds);
}

static void queues_are_waited_for(void)
{
    mspkit_ncentral *client = new_client();
    mspkit_queue *queue = NULL;
    int round;
    post("/_sim/reset", "{}");
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    EXPECT(mspkit_queue_handle(queue) != NULL && mspkit_queue_fd(queue) > 0);
    for (round = 0; round < 100; round++) {
        mspkit_completion done = mspkit_completion_init();
        EXPECT(waited(queue, 0) == WAIT_TIMEOUT && readable(queue, 0) == 0);
        EXPECT_STATUS(mspkit_ncentral_customers_get_submit(client, MSPKIT_STR("100"), NULL, queue, NULL, NULL, NULL), MSPKIT_OK);
        EXPECT(waited(queue, 10000) == WAIT_OBJECT_0 && readable(queue, 10000) == 1);
        /* It stays so until the completion is taken. */
        EXPECT(waited(queue, 0) == WAIT_OBJECT_0 && readable(queue, 0) == 1);
        EXPECT_STATUS(mspkit_queue_next(queue, 0, &done, NULL), MSPKIT_OK);
        EXPECT_STATUS(done.status, MSPKIT_OK);
        mspkit_completion_clear(&done);
    }
    mspkit_queue_free(queue);
    mspkit_ncentral_free(client);
}

/* Once it has threads. Loaded under another name, so that this program's own use of it does not count. */
static void the_library_stays(const char *copy)
{
    mspkit_runtime_options options = mspkit_runtime_options_init();
    mspkit_runtime *runtime = NULL;
    HMODULE library = LoadLibraryA(copy);
    FARPROC found = library == NULL ? NULL : GetProcAddress(library, "mspkit_runtime_new");
    make_runtime *make;
    EXPECT(found != NULL);
    memcpy(&make, &found, sizeof make);
    options.threads = 2;
    EXPECT_STATUS(make(&options, &runtime, NULL), MSPKIT_OK);
    EXPECT(FreeLibrary(library));
    /* Its threads go on. */
    Sleep(100);
    EXPECT(GetModuleHandleA(copy) == library);
}

int main(int count, char **arguments)
{
    EXPECT(count == 2);
    service_start();
    queues_are_waited_for();
    the_library_stays(arguments[1]);
    service_stop();
    puts("windows: all as promised");
    return 0;
}
