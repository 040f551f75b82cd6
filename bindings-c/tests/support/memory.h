/* Memory of the test programs: kept in one place and freed back to a mark, so that leaks that are found are
 * mspkit's. */
#ifndef TEST_MEMORY_H
#define TEST_MEMORY_H

#include <stddef.h>

/* Zeroed memory, valid until it is freed back to an earlier mark. Ends the program if there is none. */
void *keep(size_t size);

/* A NUL-terminated copy. */
char *keep_bytes(const char *data, size_t len);

/* Formatted text. */
char *keep_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How much is allocated now. */
size_t memory_mark(void);

/* Frees everything allocated after the mark. */
void memory_back(size_t mark);

#endif
