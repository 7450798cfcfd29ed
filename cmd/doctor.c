/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit doctor: what is wrong with a node, and what repairs it. */
#include "diagnose/doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/common.h"
#include "cmd/doctor_fix.h"
#include "cmd/engine_version.h"
#include "cmd/generate_options.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"
#include "diagnose/doctor_facts.h"

struct doctor_options {
    const char *root;
    struct option_list engines;
    bool json, fix, checks;
};

#define AT(member) offsetof(struct doctor_options, member)

static const struct option options[] = {
    {.name = "root",
     .type = OPTION_STRING,
     .offset = AT(root),
     .value = "DIR",
     .help = "look at the node beneath this directory"},
    {.name = "engine",
     .type = OPTION_LIST,
     .offset = AT(engines),
     .value = "ENGINE",
     .help = "look at this engine, whether it is installed or not: " ENGINE_VERSION_HELP
             "; can be repeated"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = AT(json),
     .help = "print one JSON object; with --checks an array"},
    {.name = "fix",
     .type = OPTION_SWITCH,
     .offset = AT(fix),
     .help = "run the commands that change nothing but documents, device nodes and links, and "
             "look again"},
    {.name = "checks",
     .type = OPTION_SWITCH,
     .offset = AT(checks),
     .help = "print the checks, and which of them --fix repairs, in place of looking"},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit doctor", "why do containers not get their GPUs?"},
    {"cdikit doctor --fix", "repair what can be repaired without a question"},
    {"cdikit doctor --json | jq -r '.checks[].findings[].command // empty'",
     "the commands that repair it"},
    {NULL, NULL},
};

static const enum output_style styles[DOCTOR_N_STATES] = {
    [DOCTOR_NOT_APPLICABLE] = STYLE_FAINT, [DOCTOR_OK] = STYLE_ADDED,
    [DOCTOR_WARNING] = STYLE_WARNING,      [DOCTOR_UNKNOWN] = STYLE_ERROR,
    [DOCTOR_PROBLEM] = STYLE_ERROR,
};

/* True for a node other than the one that cdikit runs on. */
static bool is_elsewhere(const struct doctor_options *o)
{
    return o->root && *o->root && strcmp(o->root, "/") != 0;
}

/* ---- For people ---- */

static bool is_shown(const struct call *call, enum doctor_state state)
{
    if (state == DOCTOR_NOT_APPLICABLE)
        return call->verbose;
    return state != DOCTOR_OK || !call->quiet;
}

static void print_part(const char *what, const char *text, const char *more)
{
    (void)printf("    %s", what);
    output_text(stdout, text);
    if (more) {
        (void)fputs(": ", stdout);
        output_text(stdout, more);
    }
    (void)putchar('\n');
}

/* What stands before a command; one of a node elsewhere would act on this machine here. */
static const char *label_of(const struct doctor_finding *finding, bool elsewhere)
{
    if (elsewhere)
        return "repair (on the node): ";
    return finding->fix ? "repair (--fix): " : "repair: ";
}

static void print_finding(const struct doctor_check *check, const struct doctor_finding *finding,
                          bool elsewhere)
{
    output_styled(stdout, styles[finding->state], doctor_states[finding->state]);
    (void)printf(": %s: ", check->id);
    output_text(stdout, finding->message);
    (void)putchar('\n');
    if (finding->path)
        print_part("", finding->path, finding->value);
    else if (finding->value)
        print_part("", finding->value, NULL);
    if (finding->command)
        print_part(label_of(finding, elsewhere), finding->command, NULL);
    if (finding->hint)
        print_part("hint: ", finding->hint, NULL);
}

static void print_report(const struct call *call, const struct doctor_report *report)
{
    bool elsewhere = is_elsewhere(call->options), command = false;

    for (size_t i = 0; i < report->n; i++)
        for (size_t j = 0; j < report->results[i].n; j++) {
            const struct doctor_finding *finding = &report->results[i].findings[j];

            if (!is_shown(call, finding->state))
                continue;
            print_finding(report->results[i].check, finding, elsewhere);
            command = command || finding->command;
        }
    if (elsewhere && command)
        (void)puts("The commands are for the node itself: here they would change this machine.");
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void print_summary(const struct doctor_report *report)
{
    const size_t *n = report->counts;

    (void)printf("%zu checks: %zu problem%s, %zu warning%s", report->n, n[DOCTOR_PROBLEM],
                 plural(n[DOCTOR_PROBLEM]), n[DOCTOR_WARNING], plural(n[DOCTOR_WARNING]));
    if (n[DOCTOR_UNKNOWN])
        (void)printf("; %zu thing%s could not be looked at", n[DOCTOR_UNKNOWN],
                     plural(n[DOCTOR_UNKNOWN]));
    (void)putchar('\n');
}

/* ---- For programs ---- */

static void add_text(struct jsonout *json, struct cJSON *object, const char *key, const char *text)
{
    if (text)
        jsonout_string(json, object, key, text);
}

static void add_result(struct jsonout *json, struct cJSON *list, const struct doctor_result *result,
                       bool elsewhere)
{
    struct cJSON *object = jsonout_object(json, list, NULL), *findings;

    jsonout_string(json, object, "id", result->check->id);
    jsonout_string(json, object, "summary", result->check->summary);
    jsonout_string(json, object, "state", doctor_states[result->state]);
    findings = jsonout_array(json, object, "findings");
    for (size_t i = 0; i < result->n; i++) {
        const struct doctor_finding *finding = &result->findings[i];
        struct cJSON *item = jsonout_object(json, findings, NULL);

        jsonout_string(json, item, "state", doctor_states[finding->state]);
        jsonout_string(json, item, "message", finding->message);
        add_text(json, item, "path", finding->path);
        add_text(json, item, "value", finding->value);
        add_text(json, item, "hint", finding->hint);
        add_text(json, item, elsewhere ? "node_command" : "command", finding->command);
        if (finding->command)
            jsonout_raw(json, item, "fix", finding->fix && !elsewhere ? "true" : "false");
    }
}

static int print_json(const struct doctor_options *o, const struct doctor_report *report,
                      const struct doctor_repairs *repairs, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout json = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&json, NULL, NULL), *list;

    jsonout_string(&json, root, "root", o->root && *o->root ? o->root : "/");
    list = jsonout_array(&json, root, "checks");
    for (size_t i = 0; i < report->n; i++)
        add_result(&json, list, &report->results[i], is_elsewhere(o));
    list = jsonout_array(&json, root, "repairs");
    for (size_t i = 0; i < repairs->n; i++) {
        struct cJSON *item = jsonout_object(&json, list, NULL);

        jsonout_string(&json, item, "command", repairs->items[i].command);
        jsonout_number(&json, item, "status", (size_t)repairs->items[i].status);
    }
    jsonout_number(&json, root, "problems", report->counts[DOCTOR_PROBLEM]);
    jsonout_number(&json, root, "warnings", report->counts[DOCTOR_WARNING]);
    jsonout_number(&json, root, "unknown", report->counts[DOCTOR_UNKNOWN]);
    return jsonout_print(&json, err);
}

static int print_checks(const struct call *call, bool json, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct table table = {.arena = call->arena, .n_columns = 3};
    struct cJSON *list = json ? jsonout_array(&out, NULL, NULL) : NULL;

    for (const struct doctor_check *check = doctor_checks; check->id; check++) {
        struct cJSON *object;

        if (!list) {
            table_row(&table,
                      (const char *const[]){check->id, check->fix ? "--fix" : "-", check->summary});
            continue;
        }
        object = jsonout_object(&out, list, NULL);
        jsonout_string(&out, object, "id", check->id);
        jsonout_string(&out, object, "summary", check->summary);
        jsonout_string(&out, object, "repair", check->repair);
        jsonout_raw(&out, object, "fix", check->fix ? "true" : "false");
    }
    return json ? jsonout_print(&out, err) : table_print(&table, err);
}

/* ---- Looking ---- */

/* What is said of engines on the command line. */
static int read_engines(const struct call *call, struct doctor_asked *asked, struct cdi_error *err)
{
    const struct doctor_options *o = call->options;
    struct engine_version *versions = arena_calloc(call->arena, o->engines.n, sizeof *versions);
    int r = 0;

    if (!versions)
        return cdi_error_nomem(err);
    asked->versions = versions;
    for (; r == 0 && asked->n_versions < o->engines.n; asked->n_versions++)
        r = engine_version_read(call, o->engines.items[asked->n_versions],
                                &versions[asked->n_versions], err);
    return r;
}

static int look(const struct call *call, const struct doctor_asked *asked,
                struct doctor_report *report, struct cdi_error *err)
{
    const struct doctor_options *o = call->options;
    struct generate_options what;
    struct doctor_facts facts;
    int r = generate_plain_options(call, o->root, &what, err);

    if (r == 0)
        r = doctor_look(&what, asked, call->arena, &facts, err);
    return r == 0 ? doctor_judge(&facts, call->arena, report, err) : r;
}

static int check_use(const struct doctor_options *o, struct cdi_error *err)
{
    const char *wrong = NULL;

    for (size_t i = 0; i < o->engines.n; i++)
        if (is_elsewhere(o) && engine_version_is_installed(o->engines.items[i]))
            wrong = "@installed asks the engine of this machine, and does not go with --root";
    if (o->checks && (o->root || o->fix || o->engines.n))
        wrong = "--checks goes alone, or with --json";
    else if (o->fix && is_elsewhere(o))
        wrong = "--fix repairs the node that it runs on, and does not go with --root";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct doctor_options *o = call->options;
    /* A user's engines are those that he runs himself. */
    const struct engine_user user = {
        .uid = geteuid(),
        .home = getenv("HOME"),
        .config_home = getenv("XDG_CONFIG_HOME"),
        .runtime_dir = getenv("XDG_RUNTIME_DIR"),
    };
    struct doctor_asked asked = {.user = user.uid == 0 || is_elsewhere(o) ? NULL : &user};
    struct doctor_repairs repairs = {.n = 0};
    struct doctor_report report;
    int r = check_use(o, err);

    if (r < 0)
        return r;
    if (o->checks)
        return print_checks(call, o->json, err);
    r = read_engines(call, &asked, err);
    if (r == 0)
        r = look(call, &asked, &report, err);
    if (r == 0 && o->fix) {
        if (!o->json)
            print_report(call, &report);
        r = doctor_fix(call, &report, &repairs, err);
    }
    if (r == 0 && repairs.n)
        r = look(call, &asked, &report, err);
    if (r < 0)
        return r;
    if (o->json)
        r = print_json(o, &report, &repairs, err);
    else if (!o->fix || repairs.n)
        print_report(call, &report);
    if (r < 0)
        return r;
    if (!o->json && !call->quiet)
        print_summary(&report);
    if (report.counts[DOCTOR_UNKNOWN])
        return STATUS_SYSTEM;
    return report.counts[DOCTOR_PROBLEM] ? STATUS_FINDINGS : STATUS_DONE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "look for what keeps containers from their devices on this node",
    .usage = usage,
    .description =
        "Looks at the driver, its device nodes, the CDI documents, the container engines and the "
        "host, and prints for each check what it has found:\n\n"
        "    STATE: CHECK: MESSAGE\n"
        "        PATH: WHAT IS THERE\n"
        "        repair: THE COMMAND THAT REPAIRS IT\n"
        "        hint: WHAT ELSE TO DO\n\n"
        "A problem makes containers fail, or gives them another device, or lets somebody take the "
        "node over. With a warning it works, but not for everybody, or not for long. What is "
        "unknown could not be looked at; as root all can. Checks that are not applicable, such as "
        "those of a driver that the node has no GPU for, are printed with --verbose.\n\n"
        "Nothing is changed without --fix. With it the commands that are marked so are run, each "
        "once, after all was printed; then everything is looked at again, and that counts. They "
        "write documents with cdikit refresh where it wrote them before, or where there are none, "
        "and make device nodes and links that are missing. The configuration of an engine is never "
        "changed, and nothing is removed but what refresh itself has written.\n\n"
        "The object of --json has the members root; checks (objects with id, summary, state and "
        "findings: state, message and, where there are such, path, value, hint, command, and with "
        "a command fix, which is true if --fix runs it; with --root the command is for the node "
        "beneath it, is called node_command, and never run); repairs (command and exit status of "
        "what "
        "--fix has run); and problems, warnings and unknown, which count findings.\n\n"
        "With --quiet only what is not ok is printed.",
    .options = options,
    .options_size = sizeof(struct doctor_options),
    .examples = examples,
    .exit_notes = "Status 1: there is a problem. Status 3: something could not be looked at.",
    .run = run,
};
