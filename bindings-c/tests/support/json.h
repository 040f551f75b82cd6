/* JSON for the test programs: numbers keep their text, strings their length. */
#ifndef TEST_JSON_H
#define TEST_JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

typedef struct json json;

struct json {
    json_kind kind;
    bool flag;
    /* The string, or the number as it was written; NUL-terminated. */
    char *text;
    size_t len;
    /* Entries of an array, values of an object. */
    json **items;
    /* Names of an object's members. */
    json **names;
    size_t count;
};

/* The value in a text; NULL if it is invalid. */
json *json_parse(const char *text, size_t len);

json *json_null(void);
json *json_bool(bool flag);
json *json_string(const char *text, size_t len);
json *json_words(const char *text);
json *json_number(const char *text);
json *json_integer(long long number);
json *json_array(void);
json *json_object(void);

void json_push(json *array, json *value);
void json_put(json *object, const char *name, json *value);

/* A member; NULL if there is none, and if the value is not an object. */
json *json_get(const json *object, const char *name);
json *json_member(const json *object, const json *name);

bool json_is(const json *value, const char *text);

/* Whether two values are the same: members in any order, numbers by value. False if one of them is NULL. */
bool json_equal(const json *one, const json *other);

/* The value as text. */
char *json_write(const json *value);

#endif
