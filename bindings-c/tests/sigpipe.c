/* A host with the default disposition of SIGPIPE survives connections that are closed or reset before, during and after the
 * request: `sigpipe [CONNECTIONS]`, a quarter of them each over TCP and TLS, blocking and through a queue. MSPKIT_FAULTY
 * names the server. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mspkit/wiv.h"
#include "support/expect.h"
#include "support/json.h"
#include "support/memory.h"

#define PAYLOAD (128 * 1024)

static json *start(pid_t *pid, int *in)
{
    static char line[16384];
    const char *program = getenv("MSPKIT_FAULTY");
    int to[2], from[2];
    size_t len = 0;
    EXPECT(program != NULL && pipe(to) == 0 && pipe(from) == 0);
    *pid = fork();
    if (*pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    *in = to[1];
    while (len + 1 < sizeof line && read(from[0], line + len, 1) == 1 && line[len] != '\n') {
        len++;
    }
    close(from[0]);
    return json_parse(line, len);
}

static mspkit_wiv *client_of(const mspkit_runtime *runtime, const json *server_info, int tls)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_wiv *client = NULL;
    mspkit_error *error = NULL;
    options.runtime = runtime;
    options.base_url = mspkit_nts(keep_text("%s:%s", tls ? "https://localhost" : "http://127.0.0.1",
                                            json_get(server_info, tls ? "tls" : "tcp")->text));
    options.api_key = mspkit_nts("key");
    options.ca_bundle = mspkit_nts(json_get(server_info, "ca")->text);
    options.max_retries = 0;
    options.trust_env = false;
    if (mspkit_wiv_new(&options, &client, &error) != MSPKIT_OK) {
        fprintf(stderr, "%s\n", mspkit_error_message(error).data);
        exit(1);
    }
    return client;
}

int main(int argc, char **argv)
{
    const long each = (argc > 1 ? strtol(argv[1], NULL, 10) : 1000) / 4;
    mspkit_runtime *runtime = NULL;
    mspkit_queue *queue = NULL;
    mspkit_wiv_workflows_run_params run = mspkit_wiv_workflows_run_params_init();
    struct sigaction before, after;
    char *payload = (char *)keep(PAYLOAD + 64);
    long call, failed = 0, answered = 0, transport = 0;
    int in, way;
    pid_t server;
    json *server_info = start(&server, &in);
    EXPECT(server_info != NULL);
    strcpy(payload, "{\"text\": \"");
    memset(payload + strlen(payload), 'x', PAYLOAD);
    strcat(payload, "\"}");
    run.payload = mspkit_nts(payload);
    EXPECT_STATUS(mspkit_runtime_new(NULL, &runtime, NULL), MSPKIT_OK);
    EXPECT_STATUS(mspkit_queue_new(&queue, NULL), MSPKIT_OK);
    memset(&before, 0, sizeof before);
    after = before;
    sigaction(SIGPIPE, NULL, &before);
    EXPECT(before.sa_handler == SIG_DFL);
    for (way = 0; way < 4; way++) {
        mspkit_wiv *client = client_of(runtime, server_info, way & 1);
        for (call = 0; call < each; call++) {
            mspkit_response *response = NULL;
            mspkit_error *error = NULL;
            int32_t status;
            if ((way & 2) == 0) {
                status = mspkit_wiv_workflows_run(client, MSPKIT_STR("w"), &run, NULL, &response, &error);
            } else {
                mspkit_completion done = mspkit_completion_init();
                EXPECT_STATUS(mspkit_wiv_workflows_run_submit(client, MSPKIT_STR("w"), &run, NULL, queue, NULL, NULL, NULL), MSPKIT_OK);
                EXPECT_STATUS(mspkit_queue_next(queue, 60000, &done, NULL), MSPKIT_OK);
                status = done.status;
                response = done.response;
                error = done.error;
            }
            EXPECT((status == MSPKIT_OK) == (response != NULL) && (status < 0) == (error != NULL));
            answered += status == MSPKIT_OK;
            failed += status < 0;
            transport += status == MSPKIT_E_OUTCOME_UNKNOWN || status == MSPKIT_E_CONNECTION;
            if (status < 0 && status != MSPKIT_E_OUTCOME_UNKNOWN && status != MSPKIT_E_CONNECTION) {
                fprintf(stderr, "%s\n", mspkit_error_message(error).data);
            }
            mspkit_response_free(response);
            mspkit_error_free(error);
        }
        mspkit_wiv_free(client);
    }
    mspkit_queue_free(queue);
    mspkit_runtime_free(runtime);
    sigaction(SIGPIPE, NULL, &after);
    EXPECT(after.sa_handler == SIG_DFL && after.sa_flags == before.sa_flags);
    close(in);
    waitpid(server, NULL, 0);
    memory_back(0);
    printf("sigpipe: %ld connections, %ld answered, %ld failed, %ld of them as they should\n", 4 * each, answered, failed, transport);
    /* Two kinds of end let a response through, if it is fast enough. */
    return failed == transport && failed >= each && answered > 0 ? 0 : 1;
}
