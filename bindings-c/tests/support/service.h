/* Shared by the behaviour tests: a simulator, a runtime, and clients of them. */
#ifndef SERVICE_H
#define SERVICE_H
#include "mspkit/ncentral.h"
#include "sim.h"

extern simulator sim;
extern mspkit_runtime *runtime;

void service_start(void);
void service_stop(void);
mspkit_ncentral *client_on(const mspkit_runtime *on);
mspkit_ncentral *new_client(void);
/* Sends the simulator a command. */
void post(const char *path, const char *body);
double now(void);
/* Makes the simulator hide all customers. */
void hang(void);
/* Asserts code and kind of an error, that its message contains a text, and frees it. */
void expect_error(mspkit_error *error, int32_t code, const char *kind, const char *text);
#endif
