/* The calls that the judge requests, through the blocking functions or through a queue. */
#ifndef CONFORMANCE_CALL_H
#define CONFORMANCE_CALL_H

#include "../support/json.h"
#include "mspkit.h"

/* How calls are made, and how many were made through typed functions and by operation id. */
typedef struct {
    const mspkit_runtime *runtime;
    /* NULL for blocking calls. */
    mspkit_queue *queue;
    size_t typed;
    size_t untyped;
} way;

/* Makes a call; returns its outcome in the form of the judge. */
json *call_step(way *way, const mspkit_client *client, const json *request);

/* The outcome of a call that failed; frees the error. */
json *failed_outcome(mspkit_error *error);

#endif
