/* A list as a table of Apache Arrow, read by nanoarrow, in the words of tests/data/cases.json. */
#ifndef TEST_TABLE_H
#define TEST_TABLE_H

#include "mspkit.h"

#include <nanoarrow/nanoarrow.h>

#include "json.h"

typedef struct {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
} table;

/* Opens the stream of a pager, with the options of mspkit_pager_arrow. */
table table_open(mspkit_pager *pager, const char *options);

/* Name and type of each column: [["city", "string"]]. */
json *table_columns(const table *read);

/* An empty list for each column. */
json *table_lists(const table *read);

/* Reads a batch, and adds its values to the lists of the columns. Returns how many rows it has, 0 at the end, and -1 after a
 * failure, whose text is table_error. */
int64_t table_next(table *read, json *lists);
const char *table_error(table *read);

/* Releases the stream, at its end or before. */
void table_close(table *read);

#endif
