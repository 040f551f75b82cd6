/* Calls each thing of the vocabulary from C. `vocabulary-c URL` */
#include <mspkit/wiv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "vocabulary: %s\n", what);
        exit(1);
    }
}

static void made(mspkit_status code, mspkit_error *error, const char *what)
{
    if (code < 0) {
        fprintf(stderr, "%s: %s\n", what, mspkit_error_message(error).data);
        exit(1);
    }
}

/* Whether the body that the server received, which it returns as text, contains this. */
static void got(const mspkit_response *response, const char *part)
{
    const mspkit_wiv_echo_view *echo = mspkit_wiv_echo_of_response(response);
    check(echo != NULL && strstr(echo->body.data, part) != NULL, part);
}

int main(int count, char **arguments)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_wiv_vocabulary_send_params send = mspkit_wiv_vocabulary_send_params_init();
    mspkit_wiv_vocabulary_delete_notes_params notes = mspkit_wiv_vocabulary_delete_notes_params_init();
    mspkit_wiv_vocabulary_replace_limits_params limits = mspkit_wiv_vocabulary_replace_limits_params_init();
    mspkit_wiv_vocabulary_replace_refused_params refused = mspkit_wiv_vocabulary_replace_refused_params_init();
    mspkit_wiv *client = NULL;
    mspkit_response *response = NULL;
    mspkit_error *error = NULL;
    mspkit_status code;

    check(count == 2, "wants the address of the server");
    options.api_key = MSPKIT_STR("key");
    options.base_url = mspkit_nts(arguments[1]);
    options.allow_http = true;
    made(mspkit_wiv_new(&options, &client, &error), error, "new");

    send.names = MSPKIT_STR("[\"a\", \"b\"]");
    send.windows = MSPKIT_STR("[{\"device_id\": 7, \"starts_at\": \"2026-01-31T08:00:00Z\"}]");
    send.note_ids = MSPKIT_STR("[1, 2]");
    send.cost = 12.5;
    send.level = 4;
    send.trace = MSPKIT_STR("t-1");
    code = mspkit_wiv_vocabulary_send(client, MSPKIT_STR("2026"), MSPKIT_STR("2"), MSPKIT_STR("all of it"), &send, NULL, &response, &error);
    made(code, error, "send");
    got(response, "\"deviceID\":\"7\"");
    got(response, "\"noteIds\":[1,2]");
    got(response, "\"level\":4");
    mspkit_response_free(response);

    send.windows = MSPKIT_STR("[{}]");
    code = mspkit_wiv_vocabulary_send(client, MSPKIT_STR("2026"), MSPKIT_STR("2"), MSPKIT_STR("x"), &send, NULL, &response, &error);
    check(code == MSPKIT_E_INVALID_REQUEST, "an object without what is required is refused");
    check(strstr(mspkit_error_message(error).data, "windows[0].device_id") != NULL, "and reported with its place");
    mspkit_error_free(error);

    notes.note_ids = MSPKIT_STR("[1, 2]");
    made(mspkit_wiv_vocabulary_delete_notes(client, &notes, NULL, &response, &error), error, "delete_notes");
    got(response, "{\"noteIds\":[1,2]}");
    mspkit_response_free(response);
    limits.limits = MSPKIT_STR("[{\"kind\": \"devices\"}]");
    made(mspkit_wiv_vocabulary_replace_limits(client, &limits, NULL, &response, &error), error, "replace_limits");
    mspkit_response_free(response);
    refused.limits = MSPKIT_STR("[]");
    code = mspkit_wiv_vocabulary_replace_refused(client, &refused, NULL, &response, &error);
    check(code == MSPKIT_E_OPERATION_FAILED, "a success that says false is none");
    mspkit_error_free(error);

    made(mspkit_wiv_vocabulary_wide(client, NULL, &response, &error), error, "wide");
    check(mspkit_wiv_wide_of_response(response)->field069.value == 69, "the last of many fields");
    mspkit_response_free(response);
    made(mspkit_wiv_vocabulary_file(client, NULL, &response, &error), error, "file");
    check(mspkit_response_body(response).len == 256, "a file has all its bytes");
    mspkit_response_free(response);
    mspkit_wiv_free(client);
    puts("c: every word was sent and read");
    return 0;
}
