/* Parameters and fields, between JSON and the structs of mspkit.h. */
#include <stdlib.h>
#include <string.h>

#include "../support/memory.h"
#include "dispatch.h"
#include "fail.h"

static mspkit_str text_of(const json *value)
{
    mspkit_str made;
    memset(&made, 0, sizeof made);
    if (value == NULL) {
        return made;
    }
    switch (value->kind) {
    case JSON_NULL:
        return mspkit_null();
    case JSON_STRING:
    case JSON_NUMBER:
        made.data = value->text;
        made.len = value->len;
        return made;
    default:
        return mspkit_nts(json_write(value));
    }
}

mspkit_str param_text(const json *params, const char *name)
{
    return text_of(json_get(params, name));
}

mspkit_str param_json(const json *params, const char *name)
{
    const json *value = json_get(params, name);
    mspkit_str none;
    memset(&none, 0, sizeof none);
    if (value == NULL) {
        return none;
    }
    return value->kind == JSON_NULL ? mspkit_null() : mspkit_nts(json_write(value));
}

int64_t param_int(const json *params, const char *name)
{
    const json *value = json_get(params, name);
    return value == NULL || value->kind != JSON_NUMBER ? MSPKIT_DEFAULT : strtoll(value->text, NULL, 10);
}

double param_number(const json *params, const char *name)
{
    const json *value = json_get(params, name);
    return value == NULL || value->kind != JSON_NUMBER ? MSPKIT_DEFAULT : strtod(value->text, NULL);
}

int32_t param_flag(const json *params, const char *name)
{
    const json *value = json_get(params, name);
    return value == NULL || value->kind != JSON_BOOL ? MSPKIT_DEFAULT : value->flag;
}

mspkit_date_range param_dates(const json *params, const char *name)
{
    const json *value = json_get(params, name);
    mspkit_date_range range;
    range.start = text_of(json_get(value, "start"));
    range.end = text_of(json_get(value, "end"));
    return range;
}

const mspkit_str *param_texts(const json *params, const char *name, size_t *count)
{
    const json *value = json_get(params, name);
    mspkit_str *texts;
    size_t at;
    *count = 0;
    if (value == NULL || value->kind == JSON_NULL) {
        return NULL;
    }
    if (value->kind == JSON_STRING) {
        /* C has no second form for it: a text with commas in a case is a list here. */
        const char *text = value->text;
        json *list = json_array();
        while (true) {
            size_t len = strcspn(text, ",");
            size_t blank = strspn(text, " ");
            json_push(list, json_string(text + blank, len - blank));
            if (text[len] == '\0') {
                break;
            }
            text += len + 1;
        }
        value = list;
    }
    *count = value->count;
    texts = (mspkit_str *)keep((*count + 1) * sizeof *texts);
    for (at = 0; at < *count; at++) {
        texts[at] = text_of(value->items[at]);
    }
    return texts;
}

bool view_there(json *into, const char *name, int32_t presence, bool there)
{
    if (presence == MSPKIT_NULL) {
        json_put(into, name, json_null());
    }
    if (presence == MSPKIT_PRESENT && !there) {
        fail("%s is present but missing", name);
    }
    return presence == MSPKIT_PRESENT;
}

void view_text(json *into, const char *name, mspkit_text field)
{
    if (field.data == NULL || field.data[field.len] != '\0') {
        fail("%s has no NUL at its end", name);
    }
    if (view_there(into, name, field.presence, true)) {
        json_put(into, name, json_string(field.data, field.len));
    }
}

void view_json(json *into, const char *name, mspkit_text field)
{
    if (view_there(into, name, field.presence, true)) {
        json *value = json_parse(field.data, field.len);
        if (value == NULL) {
            fail("%s is no JSON: %s", name, field.data);
        }
        json_put(into, name, value);
    }
}

void view_int(json *into, const char *name, mspkit_int field)
{
    if (view_there(into, name, field.presence, true)) {
        json_put(into, name, json_integer((long long)field.value));
    }
}

void view_number(json *into, const char *name, mspkit_number field)
{
    if (view_there(into, name, field.presence, true)) {
        json_put(into, name, view_float(field.value));
    }
}

void view_flag(json *into, const char *name, mspkit_flag field)
{
    if (view_there(into, name, field.presence, true)) {
        json_put(into, name, json_bool(field.value));
    }
}

/* Adds the members without a field in the view, and asserts that only those are missing. */
json *view_float(double value)
{
    return json_number(keep_text("%.17g", value));
}

void view_extra(json *into, mspkit_bytes whole, const char *const *known)
{
    const json *all = json_parse(whole.data, whole.len);
    size_t at, field;
    if (all == NULL) {
        fail("the JSON of a view cannot be read");
    }
    for (at = 0; at < all->count; at++) {
        for (field = 0; known[field] != NULL && strcmp(known[field], all->names[at]->text) != 0; field++) {
        }
        if (known[field] == NULL) {
            json_put(into, all->names[at]->text, all->items[at]);
        } else if (json_member(into, all->names[at]) == NULL) {
            fail("%s was sent, and the view says that it is absent", known[field]);
        }
    }
}
