/* The calls that the judge asks for, through the blocking functions or through a queue. */
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

/* Makes a call; what came of it, as the judge reads it. */
json *call_step(way *way, const mspkit_client *client, const json *request);

/* What came of a call that failed; frees the error. */
json *failed_outcome(mspkit_error *error);

#endif
