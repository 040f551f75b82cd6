/* What differs between operating systems: a child process, and a connection to a port of this machine. */
#ifndef TEST_SYSTEM_H
#define TEST_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
typedef struct {
    void *process;
    void *in;
} child;
typedef uintptr_t connection;
#else
typedef struct {
    int process;
    int in;
} child;
typedef int connection;
#endif

#define NO_CONNECTION ((connection)-1)

/* Starts a program, and reads the first line of its output into `line`. */
bool child_start(child *child, const char *const *argv, char *line, size_t size);

/* Closes its input and waits for its end. */
void child_stop(child *child);

connection connection_open(int port);
long connection_send(connection link, const char *bytes, size_t len);
long connection_receive(connection link, char *bytes, size_t room);
void connection_close(connection link);

#endif
