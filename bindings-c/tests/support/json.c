/* See json.h. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

typedef struct {
    const char *at;
    const char *end;
    int depth;
} reader;

static json *make(json_kind kind)
{
    json *value = (json *)keep(sizeof *value);
    value->kind = kind;
    return value;
}

json *json_null(void)
{
    return make(JSON_NULL);
}

json *json_bool(bool flag)
{
    json *value = make(JSON_BOOL);
    value->flag = flag;
    return value;
}

json *json_string(const char *text, size_t len)
{
    json *value = make(JSON_STRING);
    value->text = keep_bytes(text, len);
    value->len = len;
    return value;
}

json *json_words(const char *text)
{
    return text == NULL ? json_null() : json_string(text, strlen(text));
}

json *json_number(const char *text)
{
    json *value = json_words(text);
    value->kind = JSON_NUMBER;
    return value;
}

json *json_integer(long long number)
{
    return json_number(keep_text("%lld", number));
}

json *json_array(void)
{
    return make(JSON_ARRAY);
}

json *json_object(void)
{
    return make(JSON_OBJECT);
}

static json **grown(json **entries, size_t count)
{
    json **larger;
    if ((count & (count - 1)) != 0) {
        return entries;
    }
    larger = (json **)keep((count == 0 ? 1 : count * 2) * sizeof *larger);
    if (count > 0) {
        memcpy(larger, entries, count * sizeof *larger);
    }
    return larger;
}

void json_push(json *array, json *value)
{
    array->items = grown(array->items, array->count);
    array->items[array->count++] = value;
}

static void put(json *object, json *name, json *value)
{
    object->names = grown(object->names, object->count);
    object->names[object->count] = name;
    json_push(object, value);
}

void json_put(json *object, const char *name, json *value)
{
    put(object, json_words(name), value);
}

json *json_member(const json *object, const json *name)
{
    size_t at;
    if (object == NULL || object->kind != JSON_OBJECT) {
        return NULL;
    }
    for (at = 0; at < object->count; at++) {
        if (object->names[at]->len == name->len && memcmp(object->names[at]->text, name->text, name->len) == 0) {
            return object->items[at];
        }
    }
    return NULL;
}

json *json_get(const json *object, const char *name)
{
    json wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.text = (char *)name;
    wanted.len = strlen(name);
    return json_member(object, &wanted);
}

bool json_is(const json *value, const char *text)
{
    return value != NULL && value->kind == JSON_STRING && value->len == strlen(text) &&
           memcmp(value->text, text, value->len) == 0;
}

bool json_equal(const json *one, const json *other)
{
    size_t at;
    if (one == NULL || other == NULL || one->kind != other->kind) {
        return false;
    }
    switch (one->kind) {
    case JSON_NUMBER:
        return strtod(one->text, NULL) == strtod(other->text, NULL);
    case JSON_STRING:
        return one->len == other->len && memcmp(one->text, other->text, one->len) == 0;
    case JSON_BOOL:
        return one->flag == other->flag;
    case JSON_ARRAY:
    case JSON_OBJECT:
        if (one->count != other->count) {
            return false;
        }
        for (at = 0; at < one->count; at++) {
            const json *with = one->kind == JSON_ARRAY ? other->items[at] : json_member(other, one->names[at]);
            if (!json_equal(one->items[at], with)) {
                return false;
            }
        }
        return true;
    case JSON_NULL:
        break;
    }
    return true;
}

static void blank(reader *in)
{
    while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL && *in->at != '\0') {
        in->at++;
    }
}

static bool literal(reader *in, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0) {
        return false;
    }
    in->at += len;
    return true;
}

static bool hex4(reader *in, unsigned *code)
{
    char digits[5] = {0};
    char *end;
    if (in->end - in->at < 4) {
        return false;
    }
    memcpy(digits, in->at, 4);
    *code = (unsigned)strtoul(digits, &end, 16);
    in->at += 4;
    return end == digits + 4;
}

static size_t utf8(unsigned code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | (code >> 6));
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | (code >> 12));
        out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (code >> 18));
    out[1] = (char)(0x80 | ((code >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((code >> 6) & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* How long a string is as it is written, which no string is longer than. Memory for the rest of the text, for each string,
   would be more than a machine has. */
static size_t written(const reader *in)
{
    const char *at = in->at + 1;
    while (at < in->end && *at != '"') {
        at += *at == '\\' && at + 1 < in->end ? 2 : 1;
    }
    return (size_t)(at - in->at);
}

static json *string(reader *in)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    char *out = (char *)keep(written(in) + 4);
    size_t len = 0;
    in->at++;
    while (in->at < in->end && *in->at != '"') {
        const char *found;
        unsigned code, low;
        if (*in->at != '\\') {
            out[len++] = *in->at++;
            continue;
        }
        in->at++;
        if (in->at == in->end) {
            return NULL;
        }
        found = strchr(escapes, *in->at);
        if (found != NULL && *found != '\0') {
            out[len++] = meant[found - escapes];
            in->at++;
            continue;
        }
        if (*in->at++ != 'u' || !hex4(in, &code)) {
            return NULL;
        }
        if (code >= 0xd800 && code < 0xdc00 && literal(in, "\\u")) {
            if (!hex4(in, &low)) {
                return NULL;
            }
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        len += utf8(code, out + len);
    }
    if (in->at == in->end) {
        return NULL;
    }
    in->at++;
    return json_string(out, len);
}

static json *value(reader *in);

static json *members(reader *in, char end)
{
    json *made = end == '}' ? json_object() : json_array();
    in->at++;
    blank(in);
    if (in->at < in->end && *in->at == end) {
        in->at++;
        return made;
    }
    for (;;) {
        json *name = NULL, *item;
        blank(in);
        if (end == '}') {
            name = in->at < in->end && *in->at == '"' ? string(in) : NULL;
            blank(in);
            if (name == NULL || in->at == in->end || *in->at++ != ':') {
                return NULL;
            }
        }
        item = value(in);
        if (item == NULL) {
            return NULL;
        }
        if (name == NULL) {
            json_push(made, item);
        } else {
            put(made, name, item);
        }
        blank(in);
        if (in->at == in->end) {
            return NULL;
        }
        if (*in->at == end) {
            in->at++;
            return made;
        }
        if (*in->at++ != ',') {
            return NULL;
        }
    }
}

static json *value(reader *in)
{
    json *made = NULL;
    blank(in);
    if (in->at == in->end || ++in->depth > 200) {
        return NULL;
    }
    if (*in->at == '{') {
        made = members(in, '}');
    } else if (*in->at == '[') {
        made = members(in, ']');
    } else if (*in->at == '"') {
        made = string(in);
    } else if (literal(in, "null")) {
        made = json_null();
    } else if (literal(in, "true")) {
        made = json_bool(true);
    } else if (literal(in, "false")) {
        made = json_bool(false);
    } else {
        const char *start = in->at;
        while (in->at < in->end && *in->at != '\0' && strchr("+-.0123456789eE", *in->at) != NULL) {
            in->at++;
        }
        if (in->at > start) {
            made = json_number(keep_bytes(start, (size_t)(in->at - start)));
        }
    }
    in->depth--;
    return made;
}

json *json_parse(const char *text, size_t len)
{
    reader in = {text, text + len, 0};
    json *made = text == NULL ? NULL : value(&in);
    blank(&in);
    return in.at == in.end ? made : NULL;
}

/* A text that grows. */
typedef struct {
    char *text;
    size_t len, room;
} writer;

static void write_byte(writer *out, char byte)
{
    if (out->len == out->room) {
        out->room = out->room == 0 ? 256 : 2 * out->room;
        out->text = (char *)realloc(out->text, out->room);
        if (out->text == NULL) {
            abort();
        }
    }
    out->text[out->len++] = byte;
}

static void write_text(writer *out, const char *text)
{
    while (*text != '\0') {
        write_byte(out, *text++);
    }
}

static void write_string(writer *out, const json *value)
{
    char escaped[8];
    size_t at;
    write_byte(out, '"');
    for (at = 0; at < value->len; at++) {
        unsigned char c = (unsigned char)value->text[at];
        snprintf(escaped, sizeof escaped, c < 0x20 ? "\\u%04x" : c == '"' || c == '\\' ? "\\%c" : "%c", c);
        write_text(out, escaped);
    }
    write_byte(out, '"');
}

static void write_value(writer *out, const json *value)
{
    size_t at;
    switch (value->kind) {
    case JSON_NULL:
        write_text(out, "null");
        break;
    case JSON_BOOL:
        write_text(out, value->flag ? "true" : "false");
        break;
    case JSON_NUMBER:
        write_text(out, value->text);
        break;
    case JSON_STRING:
        write_string(out, value);
        break;
    default:
        write_byte(out, value->kind == JSON_ARRAY ? '[' : '{');
        for (at = 0; at < value->count; at++) {
            if (at > 0) {
                write_byte(out, ',');
            }
            if (value->kind == JSON_OBJECT) {
                write_string(out, value->names[at]);
                write_byte(out, ':');
            }
            write_value(out, value->items[at]);
        }
        write_byte(out, value->kind == JSON_ARRAY ? ']' : '}');
    }
}

char *json_write(const json *value)
{
    writer out = {NULL, 0, 0};
    char *kept;
    if (value == NULL) return keep_text("nothing");
    write_value(&out, value);
    kept = keep_bytes(out.text, out.len);
    free(out.text);
    return kept;
}
