/* Runs the conformance cases against the simulator: `conformance blocking|queue [--sabotage KIND] [--only TEXT]`.
 * MSPKIT_SIM names the simulator's program, MSPKIT_CASES the folder of the cases. tests/conformance/README.md defines
 * what is run. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/memory.h"
#include "../support/sim.h"
#include "call.h"
#include "fail.h"
#include "match.h"
#include "said.h"

jmp_buf failed_here;
const char *failed_why;

void fail(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        abort();
    }
    va_end(arguments);
    failed_why = keep_bytes(text, strlen(text));
    free(text);
    longjmp(failed_here, 1);
}

/* What a case has besides its steps; kept where a failing case can still free it. */
typedef struct {
    mspkit_client *client;
    mspkit_error *refused;
    json *variables;
} running;

static void use_client(running *now, const way *way, const json *said)
{
    const char *service = json_get(said, "service")->text;
    mspkit_client_free(now->client);
    mspkit_error_free(now->refused);
    now->refused = NULL;
    now->client = NULL;
    now->client = client_of(way, service, fill(json_get(said, "options"), now->variables), now->variables, &now->refused);
}

static void command(const simulator *sim, const char *path, const json *body)
{
    if (sim_command(sim, "POST", path, body) == NULL) {
        fail("the simulator refuses %s %s", path, json_write(body));
    }
}

static void script(const simulator *sim, const json *said, const json *variables)
{
    const json *answers = json_get(said, "script"), *faults = json_get(said, "faults"), *clock = json_get(said, "clock");
    json *body = json_object();
    if (answers != NULL) {
        json_put(body, "answers", fill(answers, variables));
        command(sim, "/_sim/script", body);
    }
    if (faults != NULL) {
        body = json_object();
        json_put(body, "seed", json_integer(1));
        json_put(body, "rules", fill(faults, variables));
        command(sim, "/_sim/faults", body);
    }
    if (clock != NULL) {
        body = json_object();
        json_put(body, "advance_seconds", (json *)clock);
        command(sim, "/_sim/clock", body);
    }
}

/* Follows a path such as `items.0.customerId`. */
static json *follow(json *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        if (value->kind == JSON_ARRAY) {
            size_t index = strtoul(path, NULL, 10);
            value = index < value->count ? value->items[index] : NULL;
        } else {
            value = json_get(value, keep_bytes(path, len));
        }
        path += len + (path[len] == '.');
    }
    return value;
}

static void save(running *now, const json *wanted, const outcome *came)
{
    json *all = json_object();
    size_t at;
    json_put(all, "result", came->result);
    json_put(all, "items", came->items);
    if (came->meta != NULL) {
        json_put(all, "meta", came->meta);
    }
    if (came->resume_token != NULL) {
        json_put(all, "resume_token", came->resume_token);
    }
    if (came->error != NULL) {
        json *error = came->error;
        if (came->resume_token != NULL) {
            json_put(error, "resume_token", came->resume_token);
        }
        json_put(all, "error", error);
    }
    for (at = 0; wanted != NULL && at < wanted->count; at++) {
        json *value = follow(all, wanted->names[at]->text);
        if (value == NULL) {
            fail("save: %s leads to nothing", wanted->names[at]->text);
        }
        json_put(now->variables, wanted->items[at]->text, value);
    }
}

static void run_step(running *now, way *way, const simulator *sim, const json *step)
{
    static const char *const call[] = {"call", "params", "options", "paging", "read", "go_on", "untyped", "save", "expect", NULL};
    static const char *const sim_fields[] = {"script", "faults", "clock", NULL};
    static const char *const client_fields[] = {"service", "options", NULL};
    const json *server = json_get(step, "sim"), *wait = json_get(step, "wait"), *client = json_get(step, "client");
    if (json_get(step, "call") != NULL) {
        json *filled = fill(step, now->variables);
        outcome came;
        only("step", step, call);
        if (now->client == NULL) {
            came = failed_outcome(now->refused);
            now->refused = NULL;
        } else {
            came = call_step(way, now->client, filled);
        }
        match_outcome(json_get(filled, "expect"), &came);
        save(now, json_get(step, "save"), &came);
    } else if (step->count == 1 && server != NULL) {
        only("sim", server, sim_fields);
        script(sim, server, now->variables);
    } else if (step->count == 1 && wait != NULL) {
        double seconds = strtod(wait->text, NULL);
        struct timespec time;
        time.tv_sec = (time_t)seconds;
        time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
        nanosleep(&time, NULL);
    } else if (step->count == 1 && client != NULL) {
        only("client", client, client_fields);
        use_client(now, way, client);
    } else {
        fail("%s is no step", json_write(step));
    }
}

static void run_case(running *now, way *way, const simulator *sim, const json *one)
{
    static const char *const fields[] = {"name",     "why",       "sim",           "client", "steps",
                                         "requests", "unordered", "auth_requests", "counts", NULL};
    static const char *const sim_fields[] = {"reset", "script", "faults", NULL};
    const json *server = json_get(one, "sim"), *steps = json_get(one, "steps");
    const json *requests = json_get(one, "requests"), *counts = json_get(one, "counts");
    const json *unordered = json_get(one, "unordered"), *tokens = json_get(one, "auth_requests");
    const json *options = json_get(server, "reset");
    json *reset;
    size_t at;
    only("case", one, fields);
    only("sim", server, sim_fields);
    reset = sim_command(sim, "POST", "/_sim/reset", options == NULL ? json_object() : options);
    if (reset == NULL) {
        fail("the simulator cannot be reset");
    }
    now->variables = json_object();
    json_put(now->variables, "url", json_get(reset, "url"));
    for (at = 0; at < json_get(reset, "credentials")->count; at++) {
        const json *credentials = json_get(reset, "credentials");
        json_put(now->variables, credentials->names[at]->text, credentials->items[at]);
    }
    script(sim, server, now->variables);
    use_client(now, way, json_get(one, "client"));
    for (at = 0; at < steps->count; at++) {
        run_step(now, way, sim, steps->items[at]);
    }
    if (requests != NULL || counts != NULL) {
        const json *log = sim_command(sim, "GET", "/_sim/requests?since=0", NULL);
        if (log == NULL) {
            fail("the simulator has no log");
        }
        if (requests != NULL) {
            match_requests(fill(requests, now->variables), json_get(log, "requests"), unordered != NULL && unordered->flag,
                           tokens != NULL && tokens->flag);
        }
        if (counts != NULL) {
            match_counts(counts, json_get(log, "counts"));
        }
    }
}

static json *load(const char *name)
{
    const char *folder = getenv("MSPKIT_CASES");
    FILE *file = fopen(keep_text("%s/%s", folder == NULL ? "tests/conformance" : folder, name), "rb");
    static char text[1 << 20];
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof text, file);
    json *made = json_parse(text, len);
    if (file != NULL) {
        fclose(file);
    }
    if (made == NULL || len == sizeof text) {
        fprintf(stderr, "%s cannot be read\n", name);
        exit(2);
    }
    return made;
}

static void free_running(running *now)
{
    mspkit_client_free(now->client);
    mspkit_error_free(now->refused);
    memset(now, 0, sizeof *now);
}

int main(int argc, char **argv)
{
    const char *sabotage = "none", *some = "";
    simulator sim;
    way way;
    mspkit_runtime *runtime = NULL;
    const json *manifest;
    json *seen, *body;
    static running now;
    volatile size_t run = 0, passed = 0;
    volatile size_t file, at;
    int arg;
    memset(&way, 0, sizeof way);
    if (argc < 2 || (strcmp(argv[1], "blocking") != 0 && strcmp(argv[1], "queue") != 0)) {
        fprintf(stderr, "usage: conformance blocking|queue [--sabotage KIND] [--only TEXT]\n");
        return 2;
    }
    for (arg = 2; arg + 1 < argc; arg += 2) {
        *(strcmp(argv[arg], "--sabotage") == 0 ? &sabotage : &some) = argv[arg + 1];
    }
    sim = sim_start(NULL);
    body = json_object();
    json_put(body, "kind", json_words(sabotage));
    if (sim_command(&sim, "POST", "/_sim/sabotage", body) == NULL || mspkit_runtime_new(NULL, &runtime, NULL) != MSPKIT_OK) {
        return 2;
    }
    way.runtime = runtime;
    if (strcmp(argv[1], "queue") == 0 && mspkit_queue_new(&way.queue, NULL) != MSPKIT_OK) {
        return 2;
    }
    manifest = load("manifest.json");
    seen = json_object();
    for (file = 0; file < json_get(manifest, "files")->count; file++) {
        const json *cases = json_get(load(json_get(manifest, "files")->items[file]->text), "cases");
        for (at = 0; at < cases->count; at++) {
            const char *name = json_get(cases->items[at], "name")->text;
            size_t mark;
            if (json_get(seen, name) != NULL) {
                fprintf(stderr, "%s is there twice\n", name);
                return 2;
            }
            json_put(seen, name, json_null());
            if (strstr(name, some) == NULL) {
                continue;
            }
            mark = memory_mark();
            run++;
            if (setjmp(failed_here) == 0) {
                run_case(&now, &way, &sim, cases->items[at]);
                passed++;
            } else {
                printf("FAILED %s: %s\n", name, failed_why);
            }
            free_running(&now);
            memory_back(mark);
        }
    }
    printf("conformance: %zu cases, %zu passed, %zu failed\n", (size_t)run, (size_t)passed, (size_t)(run - passed));
    printf("through the %s functions: %zu typed calls, %zu by operation id\n", argv[1], way.typed, way.untyped);
    mspkit_queue_free(way.queue);
    mspkit_runtime_free(runtime);
    sim_stop(&sim);
    run = some[0] == '\0' && run != strtoul(json_get(manifest, "cases")->text, NULL, 10) ? 0 : (size_t)run;
    at = passed == run && run > 0;
    /* Few cases cannot be said through typed functions; more would be a sign that the runner avoids them. */
    file = some[0] != '\0' || way.typed > 10 * way.untyped;
    memory_back(0);
    return at && file ? 0 : 1;
}
