/* A peer in a separate process: it does the work that standard input names, one per line, and responds with the time
 * it took. tests/bench/README.md documents the lines. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker.h"

enum { FIRST_CUSTOMER = 100, SETTLED = 10000 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Kilobytes of `VmRSS:`, the resident memory now, or `VmHWM:`, its maximum. */
static long memory(const char *what) {
    char line[256];
    long found = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, what, strlen(what)) == 0) {
            found = strtol(line + strlen(what), NULL, 10);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return found;
}

void tally_three(tally *into, size_t id_len, size_t email_len, bool named) {
    into->count += 1;
    into->sum += id_len + email_len + (named ? 1 : 0);
    if (into->watching && into->count == SETTLED) {
        into->settled = memory("VmRSS:");
    }
}

void tally_every(tally *into, size_t there) {
    into->count += 1;
    into->sum += there;
}

void tally_case(tally *into, size_t id_len, bool typed) {
    into->count += 1;
    into->sum += id_len + (typed ? 1 : 0);
}

static int get_each(int calls, int customers, tally *into) {
    char number[16];
    for (int at = 0; at < calls; at++) {
        snprintf(number, sizeof number, "%d", FIRST_CUSTOMER + at % customers);
        if (peer_get(number, into) != 0) {
            return -1;
        }
    }
    return 0;
}

static int work(const char *line, tally *into) {
    int first = 0;
    int second = 0;
    if (sscanf(line, "list %d %d", &first, &second) == 2) {
        return peer_list(first, second == 3, into);
    }
    if (sscanf(line, "grow %d", &first) == 1) {
        into->watching = true;
        return peer_list(first, true, into);
    }
    if (sscanf(line, "gets %d %d", &first, &second) == 2) {
        return get_each(first, second, into);
    }
    if (sscanf(line, "cases %d", &first) == 1) {
        return peer_cases(first, into);
    }
    fprintf(stderr, "no such work: %s", line);
    return -1;
}

int main(void) {
    const char *url = getenv("NCENTRAL_URL");
    const char *jwt = getenv("NCENTRAL_JWT");
    const char *wiv_key = getenv("WIV_API_KEY");
    char line[256];
    setvbuf(stdout, NULL, _IOLBF, 0);
    double begun = now();
    if (url == NULL || jwt == NULL || wiv_key == NULL || peer_open(url, jwt, wiv_key) != 0) {
        return 1;
    }
    printf("ready 0 %.9f %s\n", now() - begun, peer_version());
    while (fgets(line, sizeof line, stdin) != NULL) {
        tally into = {0, 0, false, 0};
        begun = now();
        if (work(line, &into) != 0) {
            printf("error see above\n");
        } else {
            double took = now() - begun;
            long grown = into.watching ? memory("VmHWM:") - into.settled : 0;
            printf("ok %.9f %zu %zu %ld\n", took, into.count, into.sum, grown);
        }
    }
    peer_close();
    return 0;
}
