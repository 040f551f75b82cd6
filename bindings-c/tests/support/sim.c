/* See sim.h. */
#include "sim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"

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
    int in[2], out[2];
    char line[8192];
    size_t len = 0, at = 4;
    json *ready;
    const json *url;
    memset(&sim, 0, sizeof sim);
    if (program == NULL) {
        die("MSPKIT_SIM must name the program mspkit-sim");
    }
    while (arguments != NULL && *arguments != NULL && at < 31) {
        argv[at++] = *arguments++;
    }
    if (pipe(in) != 0 || pipe(out) != 0) {
        die("no pipe");
    }
    sim.pid = fork();
    if (sim.pid < 0) {
        die("no process");
    }
    if (sim.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execv(program, (char *const *)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    sim.in = in[1];
    while (len + 1 < sizeof line && read(out[0], line + len, 1) == 1 && line[len] != '\n') {
        len++;
    }
    close(out[0]);
    ready = json_parse(line, len);
    url = json_get(ready, "url");
    if (url == NULL || strrchr(url->text, ':') == NULL) {
        die("it did not say where it is");
    }
    sim.url = url->text;
    sim.port = atoi(strrchr(url->text, ':') + 1);
    sim.credentials = json_get(ready, "credentials");
    return sim;
}

static int dial(int port)
{
    struct sockaddr_in to;
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons((unsigned short)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        die("it cannot be reached");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
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
    int fd = dial(sim->port), status = 0;
    while (sent < len) {
        ssize_t n = send(fd, request + sent, len - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            die("it takes no command");
        }
        sent += (size_t)n;
    }
    for (;;) {
        ssize_t n;
        if (have + 1 == room) {
            room *= 2;
            response = (char *)realloc(response, room);
        }
        if (response == NULL) {
            abort();
        }
        n = recv(fd, response + have, room - have - 1, 0);
        if (n <= 0) {
            break;
        }
        have += (size_t)n;
    }
    close(fd);
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
    close(sim->in);
    waitpid(sim->pid, NULL, 0);
}
