/* Matching and comparing two lists: the cases that every language runs, tests/reconcile/cases.json and changes.json, and what
 * is special in C.
 *
 *   reconcile CASES CHANGES
 */
#include <string.h>

#include "mspkit.h"
#include "support/expect.h"
#include "support/json.h"
#include "support/memory.h"

static mspkit_str text_of(const char *text)
{
    return mspkit_nts(text);
}

static bool same(mspkit_str text, const json *wanted)
{
    return wanted == NULL || (text.len == wanted->len && memcmp(text.data, wanted->text, text.len) == 0);
}

static bool holds(mspkit_str page, const json *texts, bool wanted)
{
    size_t at;
    for (at = 0; texts != NULL && at < texts->count; at++) {
        if ((strstr(page.data, texts->items[at]->text) != NULL) != wanted) {
            return false;
        }
    }
    return true;
}

static void run(const json *one)
{
    const json *refused = json_get(one, "error");
    const char *left = json_write(json_get(one, "left")), *right = json_write(json_get(one, "right"));
    const char *options = json_write(json_get(one, "options"));
    mspkit_reconciliation *found = NULL;
    mspkit_error *error = NULL;
    mspkit_status status = mspkit_reconcile(text_of(left), text_of(right), text_of(options), &found, &error);
    printf("%s\n", json_get(one, "name")->text);
    if (refused != NULL) {
        EXPECT_STATUS(status, MSPKIT_E_INVALID_REQUEST);
        EXPECT(found == NULL);
        EXPECT(same(mspkit_error_argument(error), json_get(refused, "argument")));
    } else {
        mspkit_str text;
        EXPECT_STATUS(status, MSPKIT_OK);
        text = mspkit_reconciliation_json(found);
        EXPECT(json_equal(json_parse(text.data, text.len), json_get(one, "result")));
        EXPECT(same(mspkit_reconciliation_csv(found, false), json_get(one, "csv")));
        EXPECT(same(mspkit_reconciliation_mapping(found, false), json_get(one, "mapping_csv")));
        EXPECT(strncmp(mspkit_reconciliation_csv(found, true).data, "\xef\xbb\xbfresult,", 10) == 0);
        text = mspkit_reconciliation_html(found, MSPKIT_STR("Contoso & Co"));
        EXPECT(strstr(text.data, "<title>Contoso &#38; Co</title>") != NULL);
        EXPECT(holds(text, json_get(one, "html_has"), true) && holds(text, json_get(one, "html_lacks"), false));
    }
    mspkit_reconciliation_free(found);
    mspkit_error_free(error);
}

/* The name of an argument of mspkit_diff: `new` is a word of C++, so the lists are `old_rows` and `new_rows`. */
static const char *named(const json *argument)
{
    const bool list = strncmp(argument->text, "old", 3) == 0 || strncmp(argument->text, "new", 3) == 0;
    return list ? keep_text("%.3s_rows%s", argument->text, argument->text + 3) : argument->text;
}

static void compare(const json *one)
{
    const json *refused = json_get(one, "error");
    const char *before = json_write(json_get(one, "old")), *after = json_write(json_get(one, "new"));
    const char *options = json_write(json_get(one, "options"));
    mspkit_changes *changes = NULL;
    mspkit_error *error = NULL;
    mspkit_status status = mspkit_diff(text_of(before), text_of(after), text_of(options), &changes, &error);
    printf("%s\n", json_get(one, "name")->text);
    if (refused != NULL) {
        EXPECT_STATUS(status, MSPKIT_E_INVALID_REQUEST);
        EXPECT(changes == NULL && strcmp(mspkit_error_argument(error).data, named(json_get(refused, "argument"))) == 0);
    } else {
        mspkit_str text;
        EXPECT_STATUS(status, MSPKIT_OK);
        text = mspkit_changes_json(changes);
        EXPECT(json_equal(json_parse(text.data, text.len), json_get(one, "result")));
        EXPECT(same(mspkit_changes_csv(changes, false), json_get(one, "csv")));
        EXPECT(strncmp(mspkit_changes_csv(changes, true).data, "\xef\xbb\xbf" "change,", 10) == 0);
        EXPECT(mspkit_changes_csv(changes, true).data == mspkit_changes_csv(changes, true).data);
    }
    mspkit_changes_free(changes);
    mspkit_error_free(error);
}

static void what_is_wrong_is_named(void)
{
    mspkit_str none = {NULL, 0};
    mspkit_reconciliation *found = NULL;
    mspkit_error *error = NULL;
    EXPECT_STATUS(mspkit_reconcile(none, MSPKIT_STR("[]"), MSPKIT_STR("{}"), &found, &error), MSPKIT_E_NULL);
    EXPECT(strcmp(mspkit_error_argument(error).data, "left") == 0);
    mspkit_error_free(error);
    EXPECT_STATUS(mspkit_reconcile(MSPKIT_STR("[]"), MSPKIT_STR("[]"), MSPKIT_STR("{}"), NULL, NULL), MSPKIT_E_NULL);
    EXPECT_STATUS(mspkit_reconcile(MSPKIT_STR("[]"), MSPKIT_STR("[]"), MSPKIT_STR("{\"leftkey\":\"a\"}"), &found, &error),
                  MSPKIT_E_INVALID_REQUEST);
    EXPECT(strstr(mspkit_error_message(error).data, "did you mean left_key?") != NULL);
    mspkit_error_free(error);
    EXPECT(mspkit_reconciliation_json(NULL).data == NULL && mspkit_reconciliation_html(NULL, none).data == NULL);
    mspkit_reconciliation_free(NULL);
    EXPECT_STATUS(mspkit_diff(MSPKIT_STR("[]"), none, MSPKIT_STR("{}"), NULL, NULL), MSPKIT_E_NULL);
    EXPECT(mspkit_changes_json(NULL).data == NULL && mspkit_changes_csv(NULL, true).data == NULL);
    mspkit_changes_free(NULL);
}

static void a_text_is_made_once(void)
{
    mspkit_str none = {NULL, 0};
    mspkit_reconciliation *found = NULL;
    EXPECT_STATUS(mspkit_reconcile(MSPKIT_STR("[]"), MSPKIT_STR("[]"), MSPKIT_STR("{\"left_key\":\"a\",\"right_key\":\"a\"}"), &found, NULL),
                  MSPKIT_OK);
    EXPECT(mspkit_reconciliation_csv(found, false).data == mspkit_reconciliation_csv(found, false).data);
    EXPECT(mspkit_reconciliation_html(found, none).data == mspkit_reconciliation_html(found, none).data);
    EXPECT(strstr(mspkit_reconciliation_html(found, none).data, "<title>Reconciliation</title>") != NULL);
    mspkit_reconciliation_free(found);
}

/* The cases of a file. */
static const json *cases_of(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "rb");
    const json *cases;
    size_t len;
    EXPECT(file != NULL);
    len = fread(text, 1, size, file);
    EXPECT(feof(file) && fclose(file) == 0);
    cases = json_get(json_parse(text, len), "cases");
    EXPECT(cases != NULL && cases->count > 20);
    return cases;
}

int main(int count, char **arguments)
{
    static char text[1 << 20];
    const json *cases;
    size_t at, sum;
    EXPECT(count == 3);
    cases = cases_of(arguments[1], text, sizeof text);
    for (at = 0; at < cases->count; at++) {
        run(cases->items[at]);
    }
    sum = cases->count;
    cases = cases_of(arguments[2], text, sizeof text);
    for (at = 0; at < cases->count; at++) {
        compare(cases->items[at]);
    }
    what_is_wrong_is_named();
    a_text_is_made_once();
    printf("%u cases\n", (unsigned)(sum + cases->count));
    return 0;
}
