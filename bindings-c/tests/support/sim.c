/* See sim.h. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "system.h"

static void die(const char *what)
{
    fprintf(stderr, "simulator: %s\n", what);
    exit(2);
}

simulator sim_start(const char *const *arguments)
{
    simulator sim;
    const char *program = getenv("MSPKIT_SIM");
    const char *argv[32] = {program, "--port", "0", "--until-stdin-closes"};
    char line[8192];
    size_t at = 4;
    json *ready;
    const json *url;
    memset(&sim, 0, sizeof sim);
    if (program == NULL) {
        die("MSPKIT_SIM must name the program mspkit-sim");
    }
    while (arguments != NULL && *arguments != NULL && at < 31) {
        argv[at++] = *arguments++;
    }
    if (!child_start(&sim.child, argv, line, sizeof line)) {
        die("it cannot be started");
    }
    ready = json_parse(line, strlen(line));
    url = json_get(ready, "url");
    if (url == NULL || strrchr(url->text, ':') == NULL) {
        die("it did not say where it is");
    }
    sim.url = url->text;
    sim.port = atoi(strrchr(url->text, ':') + 1);
    sim.credentials = json_get(ready, "credentials");
    return sim;
}

json *sim_command(const simulator *sim, const char *method, const char *path, const json *body)
{
    const char *text = body == NULL ? "" : json_write(body);
    const char *request = keep_text("%s %s HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-type: application/json\r\n"
                                    "content-length: %zu\r\n\r\n%s",
                                    method, path, strlen(text), text);
    size_t len = strlen(request), sent = 0, room = 1 << 16, have = 0;
    char *response = (char *)malloc(room);
    char *head;
    json *result = NULL;
    int status = 0;
    connection link = connection_open(sim->port);
    if (link == NO_CONNECTION) {
        die("it cannot be reached");
    }
    while (sent < len) {
        long n = connection_send(link, request + sent, len - sent);
        if (n <= 0) {
            die("it takes no command");
        }
        sent += (size_t)n;
    }
    for (;;) {
        long n;
        if (have + 1 == room) {
            room *= 2;
            response = (char *)realloc(response, room);
        }
        if (response == NULL) {
            abort();
        }
        n = connection_receive(link, response + have, room - have - 1);
        if (n <= 0) {
            break;
        }
        have += (size_t)n;
    }
    connection_close(link);
    response[have] = '\0';
    head = strstr(response, "\r\n\r\n");
    if (head != NULL && sscanf(response, "HTTP/1.1 %d", &status) == 1) {
        if (status / 100 == 2) {
            result = json_parse(head + 4, have - (size_t)(head + 4 - response));
        } else {
            fprintf(stderr, "%s %s: %d %s\n", method, path, status, head + 4);
        }
    }
    free(response);
    return result;
}

void sim_stop(simulator *sim)
{
    child_stop(&sim->child);
}
