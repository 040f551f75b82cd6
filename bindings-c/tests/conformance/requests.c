/* See match.h: what the server received, and what it counted. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../support/memory.h"
#include "fail.h"
#include "match.h"

static int is_token_request(const json *request)
{
    const char *target = json_get(request, "raw_target")->text;
    return strncmp(target, "/api/auth/authenticate", 22) == 0 || strncmp(target, "/api/auth/refresh", 17) == 0 ||
           strncmp(target, "/connect/token", 14) == 0;
}

/* The path as it was sent, the hex digits of its escapes in lower case. */
static char *path_of(const char *target)
{
    char *path = keep_bytes(target, strcspn(target, "?"));
    char *at;
    for (at = path; *at != '\0'; at++) {
        if (at[0] == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) {
            at[1] = (char)tolower((unsigned char)at[1]);
            at[2] = (char)tolower((unsigned char)at[2]);
        }
    }
    return path;
}

/* Whether a text fits a pattern in which `*` stands for any. */
static int fits(const char *pattern, const char *text)
{
    if (*pattern == '\0') {
        return *text == '\0';
    }
    if (*pattern == '*') {
        return fits(pattern + 1, text) || (*text != '\0' && fits(pattern, text + 1));
    }
    return *text == *pattern && fits(pattern + 1, text + 1);
}

static char *decoded(const char *text, size_t len)
{
    char *out = (char *)keep(len + 1);
    size_t at, to = 0;
    for (at = 0; at < len; at++) {
        if (text[at] == '%' && at + 2 < len) {
            char digits[3] = {text[at + 1], text[at + 2], '\0'};
            out[to++] = (char)strtol(digits, NULL, 16);
            at += 2;
        } else {
            out[to++] = text[at] == '+' ? ' ' : text[at];
        }
    }
    return out;
}

static json *form_of(const char *body)
{
    json *made = json_object();
    while (*body != '\0') {
        size_t len = strcspn(body, "&"), name = strcspn(body, "=&");
        const char *value = name < len ? body + name + 1 : body + len;
        json_put(made, decoded(body, name), json_words(decoded(value, (size_t)(body + len - value))));
        body += len + (body[len] == '&');
    }
    return made;
}

static void match_type(const json *headers, const char *begins)
{
    const json *type = json_get(headers, "content-type");
    if (type == NULL || strncmp(type->text, begins, strlen(begins)) != 0) {
        fail("content-type is %s", json_write(type));
    }
}

static void match_headers(const json *want, const json *headers)
{
    size_t at;
    for (at = 0; at < want->count; at++) {
        const json *pattern = want->items[at];
        const json *came = json_member(headers, want->names[at]);
        if (pattern->kind != JSON_STRING) {
            match_value(pattern, came, want->names[at]->text);
        } else if (came == NULL || !fits(pattern->text, came->text)) {
            fail("%s: expected %s, came %s", want->names[at]->text, pattern->text, json_write(came));
        }
    }
}

static void match_request(const json *want, const json *have, const json *before)
{
    const json *headers = json_get(have, "headers");
    const json *text = json_get(have, "body");
    const json *query = json_get(want, "query");
    const char *body = text != NULL && text->kind == JSON_STRING ? text->text : "";
    int said = 0;
    size_t at;
    match_value(query == NULL ? json_object() : query, json_get(have, "query"), "query");
    for (at = 0; at < want->count; at++) {
        const char *name = want->names[at]->text;
        const json *of = want->items[at];
        if (strcmp(name, "query") == 0) {
            continue;
        }
        if (strcmp(name, "method") == 0 || strcmp(name, "status") == 0) {
            match_value(of, json_get(have, name), name);
        } else if (strcmp(name, "path") == 0) {
            const char *came = path_of(json_get(have, "raw_target")->text);
            if (strcmp(path_of(of->text), came) != 0) {
                fail("path: expected %s, came %s", of->text, came);
            }
        } else if (strcmp(name, "headers") == 0) {
            match_headers(of, headers);
        } else if (strcmp(name, "json") == 0) {
            match_type(headers, "application/json");
            match_value(of, json_parse(body, strlen(body)), name);
            said = 1;
        } else if (strcmp(name, "form") == 0) {
            match_type(headers, "application/x-www-form-urlencoded");
            match_value(of, form_of(body), name);
            said = 1;
        } else if (strcmp(name, "body") == 0) {
            match_value(of, json_words(body), name);
            said = 1;
        } else if (strcmp(name, "after_ms") == 0) {
            double passed = strtod(json_get(have, "at_ms")->text, NULL);
            passed -= before == NULL ? 0 : strtod(json_get(before, "at_ms")->text, NULL);
            if (passed + 10 < strtod(of->text, NULL)) {
                fail("came %.0f ms after the one before, %s expected", passed, of->text);
            }
        } else {
            fail("requests.%s: the format has no such field", name);
        }
    }
    if (!said && *body != '\0') {
        fail("a body came and is not expected: %s", body);
    }
}

static int fits_request(const json *want, const json *have)
{
    jmp_buf kept;
    int good = 0;
    memcpy(&kept, &failed_here, sizeof kept);
    if (setjmp(failed_here) == 0) {
        match_request(want, have, NULL);
        good = 1;
    }
    memcpy(&failed_here, &kept, sizeof kept);
    return good;
}

void match_requests(const json *want, const json *log, int unordered, int with_tokens)
{
    json *have = json_array();
    char *summary = keep_text("%s", "");
    size_t at, other;
    for (at = 0; at < log->count; at++) {
        if (with_tokens || !is_token_request(log->items[at])) {
            json_push(have, log->items[at]);
            summary = keep_text("%s %s %s,", summary, json_get(log->items[at], "method")->text,
                                json_get(log->items[at], "raw_target")->text);
        }
    }
    if (want->count != have->count) {
        fail("expected %zu requests, came %zu:%s", want->count, have->count, summary);
    }
    for (at = 0; at < want->count; at++) {
        if (!unordered) {
            match_request(want->items[at], have->items[at], at == 0 ? NULL : have->items[at - 1]);
            continue;
        }
        for (other = 0; other < have->count; other++) {
            if (have->items[other] != NULL && fits_request(want->items[at], have->items[other])) {
                break;
            }
        }
        if (other == have->count) {
            fail("no request is %s among%s", json_write(want->items[at]), summary);
        }
        have->items[other] = NULL;
    }
}

void match_counts(const json *want, const json *counts)
{
    size_t at, number;
    for (at = 0; at < want->count; at++) {
        const json *came = json_member(counts, want->names[at]);
        const json *numbers = want->items[at];
        for (number = 0; number < numbers->count; number++) {
            json *value = json_member(came, numbers->names[number]);
            match_value(numbers->items[number], value == NULL ? json_integer(0) : value,
                        keep_text("counts.%s.%s", want->names[at]->text, numbers->names[number]->text));
        }
    }
}
