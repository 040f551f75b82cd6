/* Calls of typed functions by operation id, by generated functions. */
#ifndef CONFORMANCE_DISPATCH_H
#define CONFORMANCE_DISPATCH_H

#include "../support/json.h"
#include "mspkit.h"

/* No function has that id. */
#define DISPATCH_UNKNOWN 99

typedef struct {
    const char *operation;
    const mspkit_client *client;
    const json *params;
    const mspkit_call_options *options;
    const mspkit_paging_options *paging;
    /* NULL for a blocking call. */
    const mspkit_queue *queue;
    void *user_data;
    mspkit_operation *number;
} dispatch;

mspkit_status dispatch_call(const dispatch *call, mspkit_response **response, mspkit_error **error);
mspkit_status dispatch_list(const dispatch *call, mspkit_pager **pager, mspkit_error **error);
bool dispatch_is_list(const char *operation);

/* The view, written back under the vendor's names; NULL if there is none. */
json *dispatch_view(const char *operation, const mspkit_response *response);
json *dispatch_item(const char *operation, const mspkit_item *item);

/* Parameters in the form of the structs. */
mspkit_str param_text(const json *params, const char *name);
mspkit_str param_json(const json *params, const char *name);
int64_t param_int(const json *params, const char *name);
double param_number(const json *params, const char *name);
int32_t param_flag(const json *params, const char *name);
mspkit_date_range param_dates(const json *params, const char *name);
const mspkit_str *param_texts(const json *params, const char *name, size_t *count);

/* Fields of views as members: none for an absent field. */
void view_text(json *into, const char *name, mspkit_text field);
void view_json(json *into, const char *name, mspkit_text field);
void view_int(json *into, const char *name, mspkit_int field);
void view_number(json *into, const char *name, mspkit_number field);
void view_flag(json *into, const char *name, mspkit_flag field);
bool view_there(json *into, const char *name, int32_t presence, bool there);
json *view_float(double value);
void view_extra(json *into, mspkit_bytes whole, const char *const *known);

#endif
