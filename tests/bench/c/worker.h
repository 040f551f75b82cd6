/* The functions of a C peer for worker.c. Each returns 0, or prints why not to standard error. */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <stdbool.h>
#include <stddef.h>

/* What was read: how many items, and a sum that differs if a field is wrong. */
typedef struct tally {
    size_t count;
    size_t sum;
    /* Whether memory is watched; kilobytes after the first items. */
    bool watching;
    long settled;
} tally;

void tally_three(tally *into, size_t id_len, size_t email_len, bool named);
void tally_every(tally *into, size_t there);
void tally_case(tally *into, size_t id_len, bool typed);

const char *peer_version(void);
int peer_open(const char *url, const char *jwt, const char *wiv_key);
int peer_list(int size, bool three, tally *into);
int peer_get(const char *customer, tally *into);
int peer_cases(int size, tally *into);
void peer_close(void);

#endif
