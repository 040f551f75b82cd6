/* Assertions of the test programs: the first failure ends the program with its position and text. */
#ifndef TEST_EXPECT_H
#define TEST_EXPECT_H

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(what)                                                                                                   \
    do {                                                                                                               \
        if (!(what)) {                                                                                                 \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);                                         \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

#define EXPECT_STATUS(call, wanted)                                                                                    \
    do {                                                                                                               \
        const int32_t expect_actual = (call);                                                                                 \
        if (expect_actual != (wanted)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s returned %d, not %d\n", __FILE__, __LINE__, #call, (int)expect_actual, (int)(wanted));\
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
