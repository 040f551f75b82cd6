/* Runs a command with the simulator's addresses and credentials in the environment, as the examples expect them:
 * `with_simulator [SIMULATOR ARGUMENTS] -- COMMAND`. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/memory.h"
#include "support/sim.h"

int main(int argc, char **argv)
{
    simulator sim;
    const json *state;
    const char *options[32] = {NULL};
    int at, status = 0;
    size_t name;
    pid_t child;
    for (at = 1; at < argc && at < 31 && strcmp(argv[at], "--") != 0; at++) {
        options[at - 1] = argv[at];
    }
    if (at + 1 >= argc) {
        fputs("usage: with_simulator [simulator arguments] -- command\n", stderr);
        return 2;
    }
    sim = sim_start(options);
    for (name = 0; name < sim.credentials->count; name++) {
        char *variable = keep_text("%s", sim.credentials->names[name]->text);
        char *letter;
        for (letter = variable; *letter != '\0'; letter++) {
            *letter = (char)toupper((unsigned char)*letter);
        }
        setenv(variable, sim.credentials->items[name]->text, 1);
    }
    setenv("NCENTRAL_URL", sim.url, 1);
    setenv("CLOUDMORE_URL", sim.url, 1);
    setenv("WIV_URL", sim.url, 1);
    state = sim_command(&sim, "GET", "/_sim/state", NULL);
    setenv("PSA_TICKET_ID", json_get(json_get(state, "custom_psa_tickets")->items[0], "ticketId")->text, 1);
    child = fork();
    if (child == 0) {
        execvp(argv[at + 1], argv + at + 1);
        _exit(127);
    }
    waitpid(child, &status, 0);
    sim_stop(&sim);
    memory_back(0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
