/* What is expected, compared with what came. See tests/conformance/README.md, sections 6 to 9. */
#ifndef CONFORMANCE_MATCH_H
#define CONFORMANCE_MATCH_H

#include "../support/json.h"

/* What came of a call. */
typedef struct {
    json *result;
    json *items;
    json *pages;
    json *total;
    json *complete;
    json *missing;
    json *meta;
    /* The error's fields as section 7 names them, with message and debug; NULL after success. */
    json *error;
    json *resume_token;
} outcome;

/* Fails the case unless `have` is what `want` says; `have` NULL is nothing at all. */
void match_value(const json *want, const json *have, const char *at);

/* Whether it would not fail. */
int matches(const json *want, const json *have);

void match_outcome(const json *expect, const outcome *have);
void match_requests(const json *want, const json *log, int unordered, int with_tokens);
void match_counts(const json *want, const json *counts);

/* The value with `$name` and `${name}` replaced; keys stay as they are. */
json *fill(const json *value, const json *variables);

/* Refuses members that the format does not have. */
void only(const char *what, const json *object, const char *const *allowed);

#endif
