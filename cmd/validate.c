/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit validate: every finding of every document. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "cmd/conflicts.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"
#include "cmd/report.h"
#include "cmd/rules.h"
#include "cmd/severities.h"
#include "cmd/source.h"
#include "cmd/validate_one.h"

struct validate_options {
    struct spec_dirs where;
    struct node_options node;
    struct fix_options repair;
    bool json, strict, min_version, rules;
    const char *explain;
    struct option_list severities;
    int format, caret, fail_on;
};

static const char *const fail_choices[] = {"error", "warning", NULL};
static const char *const when_choices[] = {"auto", "always", "never", NULL};

static const struct option options[] = {
    {.name = "strict",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct validate_options, strict),
     .help = "as --fail-on warning"},
    {.name = "fail-on",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct validate_options, fail_on),
     .value = "SEVERITY",
     .choices = fail_choices,
     .help = "the least severity of findings that make the exit status 1; without it error"},
    {.name = "rule",
     .type = OPTION_LIST,
     .offset = offsetof(struct validate_options, severities),
     .value = "RULE=SEVERITY",
     .help = "set the severity of a rule to error, warning or off, whatever " SEVERITIES_FILE
             " says; can be repeated, and the last one counts"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct validate_options, json),
     .help = "as --format json; with --min-version or --rules print an array"},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct validate_options, format),
     .value = "FORMAT",
     .choices = report_format_names,
     .help = "how findings are written; without it text"},
    {.name = "caret",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct validate_options, caret),
     .value = "WHEN",
     .choices = when_choices,
     .help = "show the line of a finding in text, and a caret under the place; without it auto, "
             "which is when standard output is a terminal"},
    {.name = "min-version",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct validate_options, min_version),
     .help = "print the lowest CDI version that each document can declare, and the member that "
             "needs it, "
             "in place of findings"},
    {.name = "rules",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct validate_options, rules),
     .help = "print the rules that documents are checked against"},
    {.name = "explain",
     .type = OPTION_STRING,
     .offset = offsetof(struct validate_options, explain),
     .value = "RULE",
     .help = "print what a rule is about, why, and what to do about its findings; all explains "
             "every rule, in Markdown"},
    NODE_OPTIONS(struct validate_options, node),
    FIX_OPTIONS(struct validate_options, repair),
    SPEC_DIR_OPTIONS(struct validate_options, where,
                     "read the spec dirs beneath this directory; with --live it is the root of the "
                     "node, also for documents that are named"),
    {.name = NULL},
};

static const char *const usage[] = {"[FILE|DIR|PATTERN|-...]", NULL};

static const struct example examples[] = {
    {"cdikit validate", "the documents of the spec dirs, and conflicts between them"},
    {"cdikit validate --strict vendor.yaml", "a document before it is shipped"},
    {"cdikit validate --json ./specs | jq '.findings[].rule'", "findings for a program"},
    {"cdikit validate --format sarif ./specs >cdi.sarif", "findings for a code scanner"},
    {"cdikit validate --fail-on warning 'specs/**/*.yaml'", "all documents of a project"},
    {"cdikit validate --rule version-too-high=warning vendor.yaml", "one more thing to look at"},
    {"cdikit validate --explain hook-env-missing", "what a finding is about"},
    {"cdikit validate --min-version vendor.yaml", "what to write as cdiVersion"},
    {"cdikit validate --live", "whether what the spec dirs describe is on this node"},
    {"cdikit validate --target podman@4.3 vendor.yaml", "what that engine would refuse"},
    {"cdikit validate --diff ./specs", "what --fix would repair"},
    {NULL, NULL},
};

struct run {
    const struct call *call;
    const struct validate_options *options;
    struct report report;
    enum report_format format;
    struct report_style style;
    struct jsonout json; /* with --min-version */
    struct conflicts conflicts;
    struct severities_map severities;
    struct checks checks;
};

/* The severities for what is in a directory, NULL being one that is not there. */
static int find_severities(struct run *run, const char *dir, const unsigned char **severities,
                           struct cdi_error *err)
{
    return severities_in(&run->severities, dir ? dir : "/", severities, err);
}

/* Adds a finding about a file as such. */
static void add_file_finding(struct run *run, const char *file, enum rule rule,
                             const unsigned char *severities, const char *message, const char *hint)
{
    struct cdi_finding finding = {.rule = &rules[rule], .message = message, .hint = hint};

    if (severities[rule] != CDI_SEVERITY_OFF)
        report_add(&run->report, file, &finding, (enum cdi_severity)severities[rule]);
}

static void add_misnamed(struct run *run, const char *file, const unsigned char *severities)
{
    add_file_finding(run, file, RULE_FILE_NAME, severities,
                     "engines pass over files whose names do not end in .json or .yaml",
                     "rename it");
}

/* What a document that engines would load has to say beyond itself. */
static int compare_document(struct run *run, const struct found *found,
                            const struct ignores *ignores, const unsigned char *severities,
                            struct cdi_error *err)
{
    const struct source *source = &found->source;

    if (!source->directory && source_misnamed(source->path) &&
        !ignores_match(ignores, RULE_FILE_NAME, 0))
        add_misnamed(run, source->name, severities);
    return found->spec ? conflicts_add(&run->conflicts, found->spec, source->directory, severities,
                                       ignores, err)
                       : 0;
}

static int report_found(struct run *run, const struct found *found, const unsigned char *severities,
                        struct cdi_error *err)
{
    const char *name = found->source.name;
    size_t first = run->report.n;
    struct ignores ignores;
    int r = ignores_read(&ignores, found->findings.arena, found->text, found->len, err);

    if (r == 0)
        r = compare_document(run, found, &ignores, severities, err);
    if (r < 0)
        return r;
    report_add_all(&run->report, name, &found->findings, CDI_SEVERITY_WARNING);
    report_add_all(&run->report, name, &found->of_node, CDI_SEVERITY_WARNING);
    if (run->style.lines)
        report_add_lines(&run->report, first, run->report.n - first, found->text, found->len);
    return 0;
}

static int validate_source(struct run *run, struct sources *sources, const struct source *source,
                           struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_(found_clear) struct found found = {.text = NULL};
    const unsigned char *severities;
    int r = find_severities(run, source_dir(sources, source), &severities, err);

    if (r < 0)
        return r;
    r = check_one(&run->checks, severities, sources, source, &found, &why);
    report_add_file(&run->report, found.source.name);
    if (r == 0)
        return report_found(run, &found, severities, err);
    if (r != -CDI_ERR_LIMIT)
        return sources_fail(run->call, sources, source->name, &why, err);
    report_add_too_large(&run->report, source->name, &why);
    return 0;
}

/* A file of a directory whose name engines do not load, but which may get another one. */
static int validate_misnamed(struct run *run, struct sources *sources, const struct source *source,
                             const unsigned char *severities, struct cdi_error *err)
{
    _cleanup_(found_clear) struct found found = {.text = NULL};
    bool renamed;
    int r = check_name(&run->checks, severities, sources, source, &found, &renamed, err);

    if (r < 0)
        return r;
    if (!renamed) {
        add_misnamed(run, source->name, severities);
        return 0;
    }
    report_add_file(&run->report, found.source.name);
    r = sources_add(sources, found.source.name, found.source.path, found.source.directory, err);
    return r < 0 ? r : report_found(run, &found, severities, err);
}

/* What is in a directory without being a document. */
static int report_oddity(struct run *run, struct sources *sources,
                         const struct source_oddity *oddity, struct cdi_error *err)
{
    const struct source in_directory = {oddity->name, oddity->path, oddity->directory};
    const unsigned char *severities;
    int r = find_severities(run, source_dir(sources, &in_directory), &severities, err);

    if (r < 0)
        return r;
    if (oddity->rule == RULE_FILE_NAME)
        return validate_misnamed(run, sources, &in_directory, severities, err);
    if (oddity->rule == RULE_SUB_DIRECTORY)
        add_file_finding(run, oddity->name, oddity->rule, severities,
                         "engines do not look into directories beneath a spec dir",
                         "move its documents up, or check them with this directory as operand");
    else
        add_file_finding(run, oddity->name, oddity->rule, severities,
                         "engines take this for a document, and cannot load it",
                         "move it to a directory above");
    return 0;
}

/* Reads a document; *spec stays NULL, and it is said why, if that fails. */
static int parse_source(struct run *run, struct sources *sources, const struct source *source,
                        struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = source_text(sources, source, &text, &len, &why);

    if (r == 0)
        r = cdi_spec_parse(text, len, source->name, spec, &why);
    if (r == 0)
        return 0;
    if (cdi_error_exit_status(&why) == STATUS_SYSTEM)
        return sources_fail(run->call, sources, source->name, &why, err);
    message_error(run->call, &why);
    run->report.n_errors++;
    return 0;
}

static int min_version_of_source(struct run *run, struct sources *sources,
                                 const struct source *source, struct table *table,
                                 struct cJSON *list, struct cdi_error *err)
{
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    const char *version, *member;
    char buf[256] = "";
    int r = parse_source(run, sources, source, &spec, err);

    if (!spec)
        return r;
    version = cdi_spec_min_version_why(spec, buf, sizeof buf);
    member = arena_strdup(run->call->arena, buf);
    if (list) {
        struct cJSON *object = jsonout_object(&run->json, list, NULL);

        jsonout_string(&run->json, object, "file", source->name);
        jsonout_string(&run->json, object, "min_version", version);
        jsonout_string(&run->json, object, "declared", spec->version);
        jsonout_string(&run->json, object, "needed_by", buf);
        return 0;
    }
    table_row(table, (const char *const[]){version, source->name, member});
    return 0;
}

static int print_min_versions(struct run *run, struct sources *sources, struct cdi_error *err)
{
    struct table table = {.arena = run->call->arena, .n_columns = 3};
    bool as_json = run->format == REPORT_JSON;
    struct cJSON *list = as_json ? jsonout_array(&run->json, NULL, NULL) : NULL;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sources->n; i++)
        r = min_version_of_source(run, sources, &sources->items[i], &table, list, err);
    if (r < 0)
        return r;
    return as_json ? jsonout_print(&run->json, err) : table_print(&table, err);
}

/* What was found across files: their lines are read again, from files that are no pipes. */
static void add_missing_lines(struct run *run, const struct sources *sources)
{
    for (size_t i = 0; i < sources->n; i++) {
        const struct source *source = &sources->items[i];
        const struct report_file *file = report_lacks_lines(&run->report, source->name);
        _cleanup_error_ struct cdi_error gone = CDI_ERROR_INIT;
        _cleanup_free_ char *text = NULL;
        size_t len;

        if (file && source->directory && source_text(sources, source, &text, &len, &gone) == 0)
            report_add_lines(&run->report, file->first, file->n, text, len);
    }
}

static int print_findings(struct run *run, struct sources *sources, struct cdi_error *err)
{
    struct report *report = &run->report;
    int r = 0;

    for (size_t i = 0; r == 0 && i < sources->n; i++)
        r = validate_source(run, sources, &sources->items[i], err);
    for (size_t i = 0; r == 0 && i < sources->n_oddities; i++)
        r = report_oddity(run, sources, &sources->oddities[i], err);
    if (r == 0)
        r = conflicts_report(&run->conflicts, report, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < sources->n_failures; i++)
        report_add_failure(report, sources->failures[i].path, sources->failures[i].message);
    report_sort(report);
    if (run->style.lines)
        add_missing_lines(run, sources);
    fix_tell(&run->checks.fixes);
    if (run->options->repair.diff || (run->format == REPORT_TEXT && run->call->quiet))
        return 0;
    return report_print(report, run->format, &run->style, stdout, err);
}

static bool has_operand(const struct call *call, const char *operand)
{
    for (size_t i = 0; i < call->n_operands; i++)
        if (strcmp(call->operands[i], operand) == 0)
            return true;
    return false;
}

/* What is wrong about the options that check more, or repair; NULL if nothing. */
static const char *wrong_repair(const struct call *call)
{
    const struct validate_options *o = call->options;
    bool node = o->node.live || o->node.targets.n, repair = o->repair.fix || o->repair.diff;

    if ((o->rules || o->min_version) && (node || repair))
        return "--live, --target, --fix and --diff go without --rules and --min-version, which "
               "look for no findings";
    if (o->repair.diff && (o->json || o->format > 1 + REPORT_TEXT))
        return "--diff prints a difference in place of findings, and has no other format";
    if (o->repair.fix && !o->repair.diff && has_operand(call, "-"))
        return "--fix changes files, and standard input is none; --diff prints what it would "
               "change";
    return NULL;
}

static int check_use(const struct call *call, struct cdi_error *err)
{
    const struct validate_options *o = call->options;
    bool where = o->where.dirs.n || (o->where.root && !o->node.live);
    bool judged = o->strict || o->fail_on || o->severities.n;
    const char *wrong = wrong_repair(call);

    if (wrong)
        return cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong);
    if (o->json && o->format && o->format != 1 + REPORT_JSON)
        wrong = "--json is --format json: two formats exclude each other";
    else if ((o->rules || o->explain || o->min_version) && o->format > 1 + REPORT_JSON)
        wrong = "--rules, --explain and --min-version have the formats text and json alone";
    else if ((o->rules || o->explain) && (judged || o->min_version || where || call->n_operands))
        wrong = "--rules and --explain go alone, or with --json";
    else if (o->rules && o->explain)
        wrong = "--rules lists all rules, --explain is about one";
    else if (o->min_version && judged)
        wrong = "--strict, --fail-on and --rule do not go with --min-version, which looks for no "
                "findings";
    else if (o->strict && o->fail_on == 1 + CDI_SEVERITY_ERROR)
        wrong = "--strict is --fail-on warning, and not --fail-on error";
    else if (where && call->n_operands)
        wrong = "--spec-dir, and --root without --live, go without operands";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

/* Settings that are wrong are so without any document, too. */
static int check_settings(const struct call *call, struct cdi_error *err)
{
    const struct validate_options *o = call->options;
    unsigned char *severities = severities_new(call->arena);
    int r = severities ? 0 : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < o->severities.n; i++)
        r = severities_set(severities, o->severities.items[i], err);
    return r;
}

/* How the report is to be written. */
static void choose_style(struct run *run)
{
    const struct validate_options *o = run->options;
    bool terminal = isatty(STDOUT_FILENO);

    run->format = o->json ? REPORT_JSON : o->format ? (enum report_format)o->format - 1 : 0;
    run->report.columns = output_columns(stdout);
    run->style = (struct report_style){
        .colour = output_colours(stdout),
        .lines = run->format == REPORT_TEXT && (o->caret <= 1 ? terminal : o->caret == 2),
        .good = run->call->verbose,
        .summary = true,
    };
    run->report.fail_on = o->strict || o->fail_on == 1 + CDI_SEVERITY_WARNING ? CDI_SEVERITY_WARNING
                                                                              : CDI_SEVERITY_ERROR;
}

static void run_end(struct run *run)
{
    jsonout_free(&run->json);
    severities_map_close(&run->severities);
    node_close(&run->checks.node);
    dir_devices_close(&run->checks.fixes.devices);
}

static int run_validate(const struct call *call, struct cdi_error *err)
{
    const struct validate_options *o = call->options;
    _cleanup_(sources_close) struct sources sources = {.root = ROOT_INIT};
    _cleanup_(run_end) struct run run = {
        .call = call,
        .options = o,
        .report.arena = call->arena,
        .conflicts.arena = call->arena,
        .severities = {&sources.root, call->arena, &o->severities, NULL},
        .checks.node.root = ROOT_INIT,
        .checks.fixes = {.call = call,
                         .devices.arena = call->arena,
                         .wanted = o->repair.fix || o->repair.diff,
                         .write = o->repair.fix && !o->repair.diff},
    };
    int r = check_use(call, err);

    if (r == 0)
        r = check_settings(call, err);
    if (r < 0)
        return r;
    choose_style(&run);
    if (o->rules)
        return rules_print(call, run.format == REPORT_JSON, err);
    if (o->explain)
        return rules_explain(call, o->explain, run.format == REPORT_JSON, err);
    r = node_open(call, &o->node, o->where.root, &run.checks.node, err);
    if (r == 0)
        r = sources_open(call, &o->where, &sources, err);
    if (r < 0)
        return r;
    r = o->min_version ? print_min_versions(&run, &sources, err)
                       : print_findings(&run, &sources, err);
    if (r < 0)
        return r;
    if (sources.n_failures || run.checks.fixes.n_failed)
        return STATUS_SYSTEM;
    if (!run.checks.fixes.write && run.checks.fixes.n_files)
        return STATUS_FINDINGS;
    if (run.report.n_errors ||
        (run.report.fail_on == CDI_SEVERITY_WARNING && run.report.n_warnings))
        return STATUS_FINDINGS;
    return STATUS_DONE;
}

const struct command command_validate = {
    .name = "validate",
    .summary = "check CDI documents",
    .usage = usage,
    .description =
        "Checks documents against the CDI specification and prints every finding of every "
        "document:\n\n"
        "    FILE:LINE:COLUMN: SEVERITY: MESSAGE [RULE]\n"
        "        hint: WHAT TO DO ABOUT IT\n\n"
        "An error makes engines refuse the document; a warning is about what they load although "
        "it breaks the specification, or will surprise. The name of a rule never changes.\n\n"
        "DIR stands for its *.json and *.yaml, as engines load them, and their devices are also "
        "checked for conflicts; there is a warning for what engines would pass over. PATTERN, in "
        "quotes, stands for the files that fit: '*', '?', [a-z] and [!a-z] do not match '/', and "
        "'**' "
        "stands for any number of directories. '-' is standard input. Without operands the spec "
        "dirs are checked.\n\n"
        "The severity of a rule is set by --rule, or else by the nearest " SEVERITIES_FILE
        ", in the "
        "directory of the document or above it:\n\n"
        "    rules:\n"
        "      version-too-high: warning\n"
        "      hook-prestart: off\n\n"
        "A comment in the document silences findings: '# cdikit: ignore RULE,...' on its own line "
        "or else on the next, '# cdikit: ignore-file RULE,...' at the top in the whole file.\n\n"
        "Findings of all files come together, sorted by path and place. On a terminal each shows "
        "its "
        "line.\n\n"
        "--format writes findings for programs: json, one object with the members findings "
        "(objects with file, line, column, severity, rule, path, message and hint), unreadable "
        "(path and message of what could not be read), files, errors and warnings; sarif, a log of "
        "SARIF 2.1.0; github, workflow commands of GitHub Actions; junit, XML for Jenkins and "
        "GitLab, where a file is a suite and each finding a test.\n\n"
        "--live looks up every hostPath, device node, hook program and network interface on this "
        "node, and compares device numbers and the version of NVIDIA's driver. --target says what "
        "an engine would refuse, and what it would drop without a word.\n\n"
        "--fix repairs, in the files: a wrong cdiVersion, which becomes the lowest that does; text "
        "that YAML would change into something else, which gets quotes; members spelt in another "
        "case; repeated members that say the same; the order of members, if that rule is on; words "
        "that can mean one thing only, as type: char; line ends, a byte order mark; the ending of "
        "a name that engines do not load. Only these bytes change: comments and layout stay. A "
        "file is replaced at once, and only if it reads as before but for the repair and breaks no "
        "other rule. What cannot be repaired is reported. --diff prints the difference for patch "
        "and changes nothing.\n\n"
        "With --quiet nothing is printed as text: the exit status tells the result.",
    .options = options,
    .options_size = sizeof(struct validate_options),
    .max_operands = OPERANDS_ANY,
    .examples = examples,
    .exit_notes = "Status 1: there are errors, or with --fail-on warning warnings, or with --diff "
                  "something to repair. Status 2: also a " SEVERITIES_FILE " that says what it "
                  "cannot. Status 3: a file could not be read or replaced; the others were checked "
                  "all the same.",
    .run = run_validate,
};
