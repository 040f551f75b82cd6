/* 1,000 concurrent calls in a single-threaded event loop: gets each of 1,000 customers by its id. */
#include <errno.h>
#include <mspkit/ncentral.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CALLS 1000

int main(void)
{
    static char found[CALLS];
    mspkit_ncentral *client;
    mspkit_queue *queue;
    mspkit_error *error;
    struct epoll_event event = {0};
    int loop = epoll_create1(EPOLL_CLOEXEC), call, completed = 0, wakes = 0, wrong = 0;
    if (mspkit_ncentral_new(NULL, &client, &error) < 0 || mspkit_queue_new(&queue, &error) < 0) {
        fprintf(stderr, "%s\n", mspkit_error_message(error).data);
        mspkit_error_free(error);
        return 1;
    }
    event.events = EPOLLIN;
    epoll_ctl(loop, EPOLL_CTL_ADD, mspkit_queue_fd(queue), &event);
    for (call = 0; call < CALLS; call++) {
        char id[16];
        snprintf(id, sizeof id, "%d", 100 + call);
        if (mspkit_ncentral_customers_get_submit(client, mspkit_nts(id), NULL, queue, &found[call], NULL, &error) < 0) {
            fprintf(stderr, "%s\n", mspkit_error_message(error).data);
            mspkit_error_free(error);
            return 1;
        }
    }
    while (completed < CALLS) {
        mspkit_completion done = mspkit_completion_init();
        if (epoll_wait(loop, &event, 1, 30000) < 1) {
            if (errno == EINTR) {
                continue;
            }
            fprintf(stderr, "no completion within 30 s\n");
            return 1;
        }
        wakes++;
        while (mspkit_queue_next(queue, 0, &done, NULL) == MSPKIT_OK) {
            char *mark = done.user_data;
            if (done.status == MSPKIT_OK) {
                const mspkit_ncentral_customer_view *customer = mspkit_ncentral_customer_of_response(done.response);
                wrong += atoi(customer->customer_id.data) != 100 + (int)(mark - found) || (*mark)++ != 0;
            } else {
                fprintf(stderr, "%s\n", mspkit_error_message(done.error).data);
                wrong++;
            }
            completed++;
            mspkit_completion_clear(&done);
        }
    }
    printf("%d calls completed in %d wakes, %d of them wrong\n", completed, wakes, wrong);
    mspkit_queue_free(queue);
    mspkit_ncentral_free(client);
    close(loop);
    return wrong == 0 ? 0 : 1;
}
