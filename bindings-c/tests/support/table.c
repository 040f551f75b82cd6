#include "table.h"

#include <string.h>

#include "expect.h"
#include "memory.h"

#define EXPECT_ARROW(call)                                                                                             \
    do {                                                                                                               \
        if ((call) != NANOARROW_OK) {                                                                                  \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, why.message);                                \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

table table_open(mspkit_pager *pager, const char *options)
{
    table made;
    struct ArrowError why;
    memset(&made, 0, sizeof made);
    EXPECT_STATUS(mspkit_pager_arrow(pager, mspkit_nts(options), &made.stream, NULL), MSPKIT_OK);
    EXPECT_ARROW(ArrowArrayStreamGetSchema(&made.stream, &made.schema, &why));
    return made;
}

static const char *type_of(const struct ArrowSchema *schema)
{
    struct ArrowSchemaView view;
    struct ArrowError why;
    const char *members = "";
    int64_t at;
    EXPECT_ARROW(ArrowSchemaViewInit(&view, schema, &why));
    EXPECT((schema->flags & ARROW_FLAG_NULLABLE) != 0);
    for (at = 0; at < schema->n_children; at++) {
        const struct ArrowSchema *child = schema->children[at];
        members = keep_text("%s%s%s: %s", members, at == 0 ? "" : ", ", child->name, type_of(child));
    }
    if (schema->n_children == 0) {
        return ArrowTypeString(view.type);
    }
    return keep_text("%s<%s>", ArrowTypeString(view.type), members);
}

json *table_columns(const table *read)
{
    json *columns = json_array();
    int64_t at;
    EXPECT(strcmp(read->schema.format, "+s") == 0);
    for (at = 0; at < read->schema.n_children; at++) {
        json *column = json_array();
        json_push(column, json_words(read->schema.children[at]->name));
        json_push(column, json_words(type_of(read->schema.children[at])));
        json_push(columns, column);
    }
    return columns;
}

json *table_lists(const table *read)
{
    json *lists = json_array();
    int64_t at;
    for (at = 0; at < read->schema.n_children; at++) {
        json_push(lists, json_array());
    }
    return lists;
}

static json *value_of(const struct ArrowSchema *schema, const struct ArrowArrayView *view, int64_t row)
{
    struct ArrowStringView text;
    json *made;
    int64_t child;
    if (ArrowArrayViewIsNull(view, row)) {
        return json_null();
    }
    switch (view->storage_type) {
    case NANOARROW_TYPE_STRING:
        text = ArrowArrayViewGetStringUnsafe(view, row);
        return json_string(text.data, (size_t)text.size_bytes);
    case NANOARROW_TYPE_INT64:
        return json_integer(ArrowArrayViewGetIntUnsafe(view, row));
    case NANOARROW_TYPE_DOUBLE:
        return json_number(keep_text("%.17g", ArrowArrayViewGetDoubleUnsafe(view, row)));
    case NANOARROW_TYPE_BOOL:
        return json_bool(ArrowArrayViewGetIntUnsafe(view, row) != 0);
    case NANOARROW_TYPE_LIST:
        made = json_array();
        for (child = ArrowArrayViewListChildOffset(view, row); child < ArrowArrayViewListChildOffset(view, row + 1); child++) {
            json_push(made, value_of(schema->children[0], view->children[0], child));
        }
        return made;
    default:
        EXPECT(view->storage_type == NANOARROW_TYPE_STRUCT);
        made = json_object();
        for (child = 0; child < view->n_children; child++) {
            json_put(made, schema->children[child]->name, value_of(schema->children[child], view->children[child], row + view->offset));
        }
        return made;
    }
}

int64_t table_next(table *read, json *lists)
{
    struct ArrowArray batch;
    struct ArrowArrayView view;
    struct ArrowError why;
    int64_t rows, at, row;
    if (ArrowArrayStreamGetNext(&read->stream, &batch, &why) != NANOARROW_OK) {
        return -1;
    }
    if (batch.release == NULL) {
        return 0;
    }
    EXPECT_ARROW(ArrowArrayViewInitFromSchema(&view, &read->schema, &why));
    EXPECT_ARROW(ArrowArrayViewSetArray(&view, &batch, &why));
    EXPECT_ARROW(ArrowArrayViewValidate(&view, NANOARROW_VALIDATION_LEVEL_FULL, &why));
    rows = batch.length;
    EXPECT(rows > 0);
    for (at = 0; at < view.n_children; at++) {
        for (row = 0; row < rows; row++) {
            json_push(lists->items[at], value_of(read->schema.children[at], view.children[at], row + view.offset));
        }
    }
    ArrowArrayViewReset(&view);
    ArrowArrayRelease(&batch);
    return rows;
}

const char *table_error(table *read)
{
    return ArrowArrayStreamGetLastError(&read->stream);
}

void table_close(table *read)
{
    ArrowSchemaRelease(&read->schema);
    ArrowArrayStreamRelease(&read->stream);
    EXPECT(read->schema.release == NULL && read->stream.release == NULL);
}
