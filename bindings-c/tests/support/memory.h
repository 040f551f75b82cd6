/* Memory of the test programs: kept in one place and given back at a mark, so that leaks that are found are mspkit's. */
#ifndef TEST_MEMORY_H
#define TEST_MEMORY_H

#include <stddef.h>

/* Memory that is zeroed and lives until the mark before it is gone back to. Ends the program when there is none. */
void *keep(size_t size);

/* A copy with a NUL behind it. */
char *keep_bytes(const char *data, size_t len);

/* Formatted text. */
char *keep_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How much is kept now. */
size_t memory_mark(void);

/* Gives back what was kept after the mark. */
void memory_back(size_t mark);

#endif
