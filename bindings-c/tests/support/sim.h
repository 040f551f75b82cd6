/* The simulator as a child process, and its commands. */
#ifndef TEST_SIM_H
#define TEST_SIM_H

#include "json.h"
#include "system.h"

typedef struct {
    char *url;
    int port;
    json *credentials;
    child child;
} simulator;

/* Starts the program MSPKIT_SIM, with further arguments; exits if that fails. */
simulator sim_start(const char *const *arguments);

/* Sends a command; NULL for a response other than 2xx, whose error is printed to standard error. */
json *sim_command(const simulator *sim, const char *method, const char *path, const json *body);

void sim_stop(simulator *sim);

#endif
