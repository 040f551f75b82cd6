/* See match.h: values, errors and outcomes. */
#include "match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../support/memory.h"
#include "fail.h"

static int is_matcher(const json *want)
{
    return want->kind == JSON_OBJECT && want->count == 1 && want->names[0]->text[0] == '$';
}

static void match_members(const json *want, const json *have, const char *at, int subset)
{
    size_t index;
    if (have == NULL || have->kind != JSON_OBJECT) {
        fail("%s: expected %s, came %s", at, json_write(want), json_write(have));
    }
    for (index = 0; index < want->count; index++) {
        match_value(want->items[index], json_member(have, want->names[index]),
                    keep_text("%s.%s", at, want->names[index]->text));
    }
    for (index = 0; !subset && index < have->count; index++) {
        if (json_member(want, have->names[index]) == NULL) {
            fail("%s: %s is not expected, in %s", at, have->names[index]->text, json_write(have));
        }
    }
}

static void match_matcher(const json *want, const json *have, const char *at)
{
    const char *name = want->names[0]->text;
    const json *of = want->items[0];
    int good = 0;
    if (strcmp(name, "$absent") == 0) {
        good = have == NULL;
    } else if (strcmp(name, "$any") == 0) {
        good = have != NULL;
    } else if (strcmp(name, "$subset") == 0) {
        match_members(of, have, at, 1);
        good = 1;
    } else if (strcmp(name, "$number") == 0) {
        good = have != NULL && have->kind == JSON_NUMBER && strcmp(have->text, of->text) == 0;
    } else if (strcmp(name, "$between") == 0) {
        double number = have != NULL && have->kind == JSON_NUMBER ? strtod(have->text, NULL) : -1e300;
        good = number >= strtod(of->items[0]->text, NULL) && number <= strtod(of->items[1]->text, NULL);
    } else {
        fail("%s: the format has no %s", at, name);
    }
    if (!good) {
        fail("%s: expected %s, came %s", at, json_write(want), json_write(have));
    }
}

static int same_number(const char *one, const char *other)
{
    return strcmp(one, other) == 0 || (strlen(one) < 16 && strlen(other) < 25 && strtod(one, NULL) == strtod(other, NULL));
}

void match_value(const json *want, const json *have, const char *at)
{
    size_t index;
    int good = have != NULL && want->kind == have->kind;
    if (is_matcher(want)) {
        match_matcher(want, have, at);
        return;
    }
    switch (want->kind) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        good = good && want->flag == have->flag;
        break;
    case JSON_NUMBER:
        good = good && same_number(want->text, have->text);
        break;
    case JSON_STRING:
        good = good && want->len == have->len && memcmp(want->text, have->text, want->len) == 0;
        break;
    case JSON_ARRAY:
        good = good && want->count == have->count;
        for (index = 0; good && index < want->count; index++) {
            match_value(want->items[index], have->items[index], keep_text("%s.%zu", at, index));
        }
        break;
    default:
        match_members(want, have, at, 0);
        good = 1;
    }
    if (!good) {
        fail("%s: expected %s, came %s", at, json_write(want), json_write(have));
    }
}

int matches(const json *want, const json *have)
{
    jmp_buf kept;
    int good = 0;
    memcpy(&kept, &failed_here, sizeof kept);
    if (setjmp(failed_here) == 0) {
        match_value(want, have, "");
        good = 1;
    }
    memcpy(&failed_here, &kept, sizeof kept);
    return good;
}

static void match_error(const json *want, const json *have)
{
    static const char *const plain[] = {"kind",      "status",      "code",     "server_error_id",
                                        "retryable", "retry_after", "attempts", "has_resume_token",
                                        "argument",  "given",       "allowed",  "method",
                                        "path",      "server",      "total",    "missing"};
    const char *message = json_get(have, "message")->text;
    const json *debug = json_get(have, "debug");
    size_t index, entry, at;
    for (index = 0; index < want->count; index++) {
        const char *name = want->names[index]->text;
        const json *of = want->items[index];
        const char *where = keep_text("error.%s of \"%s\"", name, message);
        if (strcmp(name, "message_contains") == 0 || strcmp(name, "message_excludes") == 0) {
            int contains = strcmp(name, "message_contains") == 0;
            for (entry = 0; entry < of->count; entry++) {
                const char *text = of->items[entry]->text;
                if (contains && strcasestr(message, text) == NULL) {
                    fail("%s: does not hold %s", where, text);
                }
                const size_t len = of->items[entry]->len;
                /* A text may be a NUL. */
                if (!contains && (memmem(message, json_get(have, "message")->len, text, len) != NULL ||
                                  memmem(debug->text, debug->len, text, len) != NULL)) {
                    fail("%s: holds %s: %s", where, text, debug->text);
                }
            }
        } else if (strcmp(name, "field_errors") == 0) {
            const json *came = json_get(have, name);
            if (of->count != came->count) {
                fail("%s: expected %zu entries, came %s", where, of->count, json_write(came));
            }
            for (entry = 0; entry < of->count; entry++) {
                match_members(of->items[entry], came->items[entry], where, 1);
            }
        } else {
            for (at = 0; at < sizeof plain / sizeof *plain && strcmp(plain[at], name) != 0; at++) {
            }
            if (at == sizeof plain / sizeof *plain) {
                fail("%s: the format has no such field", where);
            }
            match_value(of, json_get(have, name), where);
        }
    }
}

static json *column(const json *items, const json *field)
{
    json *values = json_array();
    size_t at;
    for (at = 0; at < items->count; at++) {
        json *value = json_member(items->items[at], field);
        json_push(values, value == NULL ? json_null() : value);
    }
    return values;
}

void match_outcome(const json *expect, const outcome *have)
{
    const json *error = json_get(expect, "error");
    size_t index, at;
    if (have->error != NULL && error == NULL) {
        fail("failed: %s", json_write(have->error));
    }
    if (have->error == NULL && error != NULL) {
        fail("succeeded: %s %s", json_write(have->result), json_write(have->items));
    }
    for (index = 0; expect != NULL && index < expect->count; index++) {
        const char *name = expect->names[index]->text;
        const json *of = expect->items[index];
        if (strcmp(name, "error") == 0) {
            match_error(of, have->error);
        } else if (strcmp(name, "result") == 0) {
            match_value(of, have->result, name);
        } else if (strcmp(name, "items") == 0) {
            match_value(of, have->items, name);
        } else if (strcmp(name, "ids") == 0) {
            for (at = 0; at < of->count; at++) {
                match_value(of->items[at], column(have->items, of->names[at]), of->names[at]->text);
            }
        } else if (strcmp(name, "count") == 0) {
            match_value(of, json_integer((long long)have->items->count), name);
        } else if (strcmp(name, "pages") == 0) {
            match_value(of, have->pages, name);
        } else if (strcmp(name, "total") == 0) {
            match_value(of, have->total, name);
        } else if (strcmp(name, "complete") == 0) {
            match_value(of, have->complete, name);
        } else if (strcmp(name, "missing") == 0) {
            match_value(of, have->missing, name);
        } else if (strcmp(name, "meta") == 0) {
            match_members(of, have->meta, name, 1);
        } else {
            fail("expect.%s: the format has no such field", name);
        }
    }
}

void only(const char *what, const json *object, const char *const *allowed)
{
    size_t at, name;
    for (at = 0; object != NULL && at < object->count; at++) {
        for (name = 0; allowed[name] != NULL && strcmp(allowed[name], object->names[at]->text) != 0; name++) {
        }
        if (allowed[name] == NULL) {
            fail("%s: the format has no %s", what, object->names[at]->text);
        }
    }
}

/* The length of a variable's name at the beginning of a text; 0 when there is none. */
static size_t name_length(const char *text)
{
    size_t len = 0;
    if (*text < 'a' || *text > 'z') {
        return 0;
    }
    while ((text[len] >= 'a' && text[len] <= 'z') || (text[len] >= '0' && text[len] <= '9') || text[len] == '_') {
        len++;
    }
    return len;
}

static json *variable(const json *variables, const char *name, size_t len)
{
    json *value = json_get(variables, keep_bytes(name, len));
    if (value == NULL) {
        fail("there is no variable %s", keep_bytes(name, len));
    }
    return value;
}

static json *fill_text(const json *value, const json *variables)
{
    const char *text = value->text, *end = value->text + value->len;
    char *out = NULL;
    size_t size = 0, len;
    FILE *made;
    json *filled;
    if (text[0] == '$' && name_length(text + 1) > 0 && name_length(text + 1) + 1 == value->len) {
        return variable(variables, text + 1, value->len - 1);
    }
    made = open_memstream(&out, &size);
    while (made != NULL && text < end) {
        if (text[0] == '$' && text + 1 < end && text[1] == '{' && (len = name_length(text + 2)) > 0 && text[2 + len] == '}') {
            const json *part = variable(variables, text + 2, len);
            const char *words = part->kind == JSON_STRING ? part->text : json_write(part);
            fwrite(words, 1, part->kind == JSON_STRING ? part->len : strlen(words), made);
            text += len + 3;
        } else {
            fputc(*text++, made);
        }
    }
    fclose(made);
    filled = json_string(out, size);
    free(out);
    return filled;
}

json *fill(const json *value, const json *variables)
{
    json *made;
    size_t at;
    if (value == NULL) {
        return NULL;
    }
    if (value->kind == JSON_STRING) {
        return fill_text(value, variables);
    }
    if (value->kind != JSON_ARRAY && value->kind != JSON_OBJECT) {
        return (json *)value;
    }
    made = value->kind == JSON_ARRAY ? json_array() : json_object();
    for (at = 0; at < value->count; at++) {
        json *entry = fill(value->items[at], variables);
        if (value->kind == JSON_ARRAY) {
            json_push(made, entry);
        } else {
            json_put(made, value->names[at]->text, entry);
        }
    }
    return made;
}
