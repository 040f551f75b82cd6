/* The C library as a program for the judge of the conformance cases. Each line of standard input is a request, each
 * line of standard output its response: tests/conformance/README.md lists them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory.h"
#include "call.h"
#include "fail.h"
#include "options.h"

jmp_buf failed_here;
const char *failed_why;

void fail(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    failed_why = keep_bytes(text, strlen(text));
    free(text);
    longjmp(failed_here, 1);
}

/* Reads a line into a buffer that grows; returns its length, 0 at the end. */
static size_t read_line(char **line, size_t *size)
{
    size_t len = 0;
    int read;
    while ((read = getchar()) != EOF) {
        if (len + 1 >= *size) {
            *size = *size == 0 ? 4096 : 2 * *size;
            *line = (char *)realloc(*line, *size);
            if (*line == NULL) {
                abort();
            }
        }
        (*line)[len++] = (char)read;
        if (read == '\n') {
            break;
        }
    }
    return len;
}

/* Makes the requested client; returns the outcome if that fails. */
static json *make_client(way *way, mspkit_queue *queue, mspkit_client **client, const json *request)
{
    mspkit_error *refused = NULL;
    mspkit_client_free(*client);
    *client = NULL;
    way->queue = json_is(json_get(request, "mode"), "async") ? queue : NULL;
    *client = client_of(way, json_get(request, "service")->text, json_get(request, "options"), &refused);
    return refused == NULL ? json_object() : failed_outcome(refused);
}

/* Handles the request of a line. */
static json *response(way *way, mspkit_queue *queue, mspkit_client **client, const json *request)
{
    json *made = json_object();
    if (json_get(request, "client") != NULL) {
        return make_client(way, queue, client, json_get(request, "client"));
    }
    if (json_get(request, "call") != NULL) {
        return call_step(way, *client, request);
    }
    if (json_get(request, "close") != NULL) {
        mspkit_client_free(*client);
        *client = NULL;
    }
    if (json_get(request, "hello") != NULL) {
        json_put(made, "times", json_words("_ms"));
    }
    return made;
}

int main(void)
{
    static way way;
    static mspkit_client *client;
    mspkit_runtime *runtime = NULL;
    mspkit_queue *queue = NULL;
    /* Static, since the loop is entered again by longjmp. */
    static char *line;
    static size_t size;
    size_t len;
    if (mspkit_runtime_new(NULL, &runtime, NULL) != MSPKIT_OK || mspkit_queue_new(&queue, NULL) != MSPKIT_OK) {
        return 2;
    }
    way.runtime = runtime;
    while ((len = read_line(&line, &size)) > 0) {
        size_t mark = memory_mark();
        json *made;
        if (setjmp(failed_here) == 0) {
            const json *request = json_parse(line, len);
            made = response(&way, queue, &client, request);
        } else {
            made = json_object();
            json_put(made, "failed", json_words(failed_why));
        }
        puts(json_write(made));
        fflush(stdout);
        memory_back(mark);
    }
    free(line);
    mspkit_client_free(client);
    mspkit_queue_free(queue);
    mspkit_runtime_free(runtime);
    memory_back(0);
    /* Typed functions cannot express missing arguments or arguments of another type, and each operation has such
       cases; more would be a sign that this program avoids them. A short run may consist of such cases. */
    if (way.typed + way.untyped > 300 && way.typed <= 3 * way.untyped) {
        fprintf(stderr, "%zu typed calls, %zu by operation id\n", way.typed, way.untyped);
        return 1;
    }
    return 0;
}
