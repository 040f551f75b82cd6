/* The judge's options in the form of C: as fields if possible, otherwise as JSON. */
#ifndef CONFORMANCE_OPTIONS_H
#define CONFORMANCE_OPTIONS_H

#include "call.h"
#include "mspkit.h"

/* A client; NULL with `*refused` if it cannot be built. */
mspkit_client *client_of(const way *way, const char *service, const json *members, mspkit_error **refused);

/* Names and values; a list repeats a name. */
mspkit_pair *pairs_of(const json *object, size_t *count);

mspkit_call_options call_options_of(const json *members);

mspkit_paging_options paging_of(const json *members);

#endif
