/* The calls of a case, through the blocking functions or through a queue. */
#ifndef CONFORMANCE_CALL_H
#define CONFORMANCE_CALL_H

#include "match.h"
#include "mspkit.h"

/* How calls are made, and how many were made through typed functions and by operation id. */
typedef struct {
    const mspkit_runtime *runtime;
    /* NULL for blocking calls. */
    mspkit_queue *queue;
    size_t typed;
    size_t untyped;
} way;

/* Makes the call of a step whose variables are filled in. */
outcome call_step(way *way, const mspkit_client *client, const json *step);

/* What came of a call that failed; frees the error. */
outcome failed_outcome(mspkit_error *error);

#endif
