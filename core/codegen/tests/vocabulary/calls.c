/* Calls each thing of the vocabulary from C. `vocabulary-c URL` */
#include <mspkit.h>
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

static void made(int32_t code, mspkit_error *error, const char *what)
{
    if (code < 0) {
        fprintf(stderr, "%s: %s\n", what, mspkit_error_message(error).data);
        exit(1);
    }
}

/* Whether the body that the server got, which it tells as text, has this in it. */
static void got(const mspkit_answer *answer, const char *part)
{
    const mspkit_echo *echo = mspkit_answer_echo(answer);
    check(echo != NULL && strstr(echo->body.data, part) != NULL, part);
}

int main(int count, char **arguments)
{
    mspkit_client_options options = mspkit_client_options_init();
    mspkit_wiv_vocabulary_send_params send = mspkit_wiv_vocabulary_send_params_init();
    mspkit_wiv_vocabulary_delete_notes_params notes = mspkit_wiv_vocabulary_delete_notes_params_init();
    mspkit_wiv_vocabulary_put_limits_params limits = mspkit_wiv_vocabulary_put_limits_params_init();
    mspkit_wiv_vocabulary_put_refused_params refused = mspkit_wiv_vocabulary_put_refused_params_init();
    mspkit_wiv *client = NULL;
    mspkit_answer *answer = NULL;
    mspkit_error *error = NULL;
    int32_t code;

    check(count == 2, "wants the address of the server");
    options.api_key = mspkit_nts("key");
    options.base_url = mspkit_nts(arguments[1]);
    options.allow_http = 1;
    made(mspkit_wiv_new(&options, &client, &error), error, "new");

    send.names = mspkit_nts("[\"a\", \"b\"]");
    send.windows = mspkit_nts("[{\"device_id\": 7, \"starts_at\": \"2026-01-31T08:00:00Z\"}]");
    send.note_ids = mspkit_nts("[1, 2]");
    send.cost = mspkit_nts("12.5");
    send.level = 4;
    send.trace = mspkit_nts("t-1");
    code = mspkit_wiv_vocabulary_send(client, "2026", MSPKIT_NTS, "2", MSPKIT_NTS, "all of it", MSPKIT_NTS, &send, NULL, &answer, &error);
    made(code, error, "send");
    got(answer, "\"deviceID\":\"7\"");
    got(answer, "\"noteIds\":[1,2]");
    got(answer, "\"level\":4");
    mspkit_answer_free(answer);

    send.windows = mspkit_nts("[{}]");
    code = mspkit_wiv_vocabulary_send(client, "2026", MSPKIT_NTS, "2", MSPKIT_NTS, "x", MSPKIT_NTS, &send, NULL, &answer, &error);
    check(code == MSPKIT_E_INVALID_REQUEST, "an object without what is required is refused");
    check(strstr(mspkit_error_message(error).data, "windows[0].device_id") != NULL, "and told by its place");
    mspkit_error_free(error);

    notes.note_ids = mspkit_nts("[1, 2]");
    made(mspkit_wiv_vocabulary_delete_notes(client, &notes, NULL, &answer, &error), error, "delete_notes");
    got(answer, "{\"noteIds\":[1,2]}");
    mspkit_answer_free(answer);
    limits.limits = mspkit_nts("[{\"kind\": \"devices\"}]");
    made(mspkit_wiv_vocabulary_put_limits(client, &limits, NULL, &answer, &error), error, "put_limits");
    mspkit_answer_free(answer);
    refused.limits = mspkit_nts("[]");
    code = mspkit_wiv_vocabulary_put_refused(client, &refused, NULL, &answer, &error);
    check(code == MSPKIT_E_OPERATION_FAILED, "a success that says false is none");
    mspkit_error_free(error);

    made(mspkit_wiv_vocabulary_wide(client, NULL, &answer, &error), error, "wide");
    check(mspkit_answer_wide(answer)->field069.value == 69, "the last of many fields");
    mspkit_answer_free(answer);
    made(mspkit_wiv_vocabulary_file(client, NULL, &answer, &error), error, "file");
    check(mspkit_answer_body(answer).len == 256, "a file has all its bytes");
    mspkit_answer_free(answer);
    mspkit_client_free(client);
    puts("c: every word was sent and read");
    return 0;
}
