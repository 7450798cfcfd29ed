/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit why: what keeps a device from a container, and what to do about it. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/engine_version.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"
#include "diagnose/live.h"
#include "diagnose/target.h"
#include "diagnose/why_collect.h"

struct why_options {
    struct spec_dirs where;
    const char *engine;
    bool rootless, causes, json;
};

static const struct option options[] = {
    {.name = "engine",
     .type = OPTION_STRING,
     .offset = offsetof(struct why_options, engine),
     .value = "ENGINE[@VERSION]",
     .help = "ask for this engine, with the spec dirs and the switch for CDI of its "
             "configuration: " ENGINE_VERSION_HELP},
    {.name = "rootless",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct why_options, rootless),
     .help = "the engine runs as the user who asks, with the files in that user's home; podman "
             "does without this option"},
    {.name = "causes",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct why_options, causes),
     .help = "print the causes that there are, and what they mean"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct why_options, json),
     .help = "print an object with the members devices, dirs and engine"},
    SPEC_DIR_OPTIONS(struct why_options, where,
                     "look at the node, its spec dirs and the engine's configuration beneath this "
                     "directory; the paths that are printed are without it"),
    {.name = NULL},
};

static const char *const usage[] = {"NAME...", "--causes", NULL};

static const struct example examples[] = {
    {"cdikit why nvidia.com/gpu=0", "what keeps it from a container, if anything does"},
    {"cdikit why --engine docker@28.1.1 nvidia.com/gpu=all", "what Docker 28.1.1 makes of it"},
    {"cdikit why --engine podman@installed nvidia.com/gpu=0", "for the podman that is installed"},
    {NULL, NULL},
};

/* "4.3.1", from the arena. */
static const char *version_text(struct arena *arena, const struct engine_version *version)
{
    return arena_printf(arena, "%u.%u.%u", version->number[0], version->number[1],
                        version->number[2]);
}

/* All that the answers lie in. */
struct why_run {
    const struct call *call;
    const struct why_options *options;
    struct root root;
    struct engine_config engine;
    struct why_collection collection;
    struct why_answer *answers;
    size_t n;
};

static void run_end(struct why_run *run)
{
    why_collection_clear(&run->collection);
    root_close(&run->root);
}

static int check_use(const struct call *call, struct cdi_error *err)
{
    const struct why_options *o = call->options;
    const char *wrong = NULL;

    if (o->causes && (call->n_operands || o->engine || o->json))
        wrong = "--causes goes alone";
    else if (!o->causes && !call->n_operands)
        wrong = "needs NAME...";
    else if (o->rootless && !o->engine)
        wrong = "--rootless goes with --engine";
    else if (o->rootless && geteuid() == 0)
        wrong = "--rootless is about an engine of the user who asks, and that is root";
    else if (o->engine && engine_version_is_installed(o->engine) && spec_dirs_rooted(&o->where))
        wrong = "@installed is about the engine of this machine, and does not go with --root";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

/* "alice (uid 1000)", from the arena. */
static const char *user_name(struct arena *arena)
{
    const struct passwd *user = getpwuid(geteuid());

    return user ? arena_printf(arena, "%s (uid %u)", user->pw_name, geteuid())
                : arena_printf(arena, "uid %u", geteuid());
}

static int read_engine(struct why_run *run, struct cdi_error *err)
{
    struct engine_version version;
    struct engine_user user = {
        .uid = geteuid(),
        .home = getenv("HOME"),
        .config_home = getenv("XDG_CONFIG_HOME"),
        .runtime_dir = getenv("XDG_RUNTIME_DIR"),
    };
    int r = engine_version_read(run->call, run->options->engine, &version, err);
    bool own = r == 0 && (run->options->rootless || strcmp(version.engine->name, "podman") == 0);

    return r < 0 ? r
                 : engine_config_read(&run->root, &version, own ? &user : NULL, run->call->arena,
                                      &run->engine, err);
}

/* The spec dirs of the command line, of the engine, or the default ones. */
static int list_dirs(const struct why_run *run, const struct engine_config *engine,
                     struct why_where *where, struct cdi_error *err)
{
    static const char *const usual[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};
    const struct option_list *named = &run->options->where.dirs;
    size_t n = named->n ? named->n : engine ? engine->n_dirs : ARRAY_SIZE(usual);
    struct why_dir *dirs = arena_calloc(run->call->arena, n, sizeof *dirs);

    if (!dirs)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        if (named->n)
            dirs[i] = (struct why_dir){.path = named->items[i]};
        else if (engine)
            dirs[i] = (struct why_dir){.path = engine->dirs[i].path,
                                       .place = engine->dirs[i].place};
        else
            dirs[i] = (struct why_dir){.path = usual[i]};
    }
    where->dirs = dirs;
    where->n_dirs = n;
    return 0;
}

static int collect(struct why_run *run, struct cdi_error *err)
{
    const struct why_options *o = run->options;
    struct why_where where = {
        .root = o->where.root,
        .user = user_name(run->call->arena),
        .engine = o->engine ? &run->engine : NULL,
    };
    int r = where.user ? root_open(&run->root, o->where.root, err) : cdi_error_nomem(err);

    if (r == 0 && o->engine)
        r = read_engine(run, err);
    if (r == 0)
        r = list_dirs(run, where.engine, &where, err);
    return r < 0 ? r : why_collect(&where, &run->collection, err);
}

static int check_target(const struct why_run *run, const struct cdi_spec *spec,
                        struct cdi_findings *out, struct cdi_error *err)
{
    const char *text = version_text(run->call->arena, &run->engine.version);
    const char *name = text ? arena_printf(run->call->arena, "%s@%s",
                                           run->engine.version.engine->name, text)
                            : NULL;

    return name ? target_check(spec, &run->engine.version, name, out, err) : cdi_error_nomem(err);
}

static int answer(struct why_run *run, const char *name, struct why_answer *out,
                  struct cdi_error *err)
{
    const struct why_facts *facts = &run->collection.facts;
    const struct cdi_registry_device *device = why_device(facts, name);
    const struct engine_version *version = &run->engine.version;
    _cleanup_(cdi_findings_clear) struct cdi_findings live = {.n = 0};
    _cleanup_(cdi_findings_clear) struct cdi_findings target = {.n = 0};
    const struct why_checks checks = {.live = &live, .target = &target};
    int r = 0;

    if (device)
        r = live_check(device->spec, device->device, &run->root, &live, err);
    if (r == 0 && device && run->options->engine && version->release)
        r = check_target(run, device->spec, &target, err);
    return r < 0 ? r : why_decide(facts, name, &checks, run->call->arena, out, err);
}

/* ---- For people ---- */

static void print_cause(const struct call *call, const struct why_cause *cause)
{
    (void)fputs("  ", stdout);
    output_styled(stdout, cause->note ? STYLE_PLAIN : STYLE_ERROR,
                  cause->note ? "note:" : "problem:");
    (void)putchar(' ');
    output_text(stdout, cause->message);
    (void)printf(" [%s%s%s]\n", why_texts[cause->id].id, cause->rule ? ": " : "",
                 cause->rule ? cause->rule : "");
    for (size_t i = 0; i < cause->n_places; i++) {
        const char *place = engine_place_text(call->arena, &cause->places[i]);

        (void)fputs("      at ", stdout);
        output_text(stdout, place ? place : cause->places[i].file);
        (void)putchar('\n');
    }
    if (!cause->repair)
        return;
    (void)fputs("      do: ", stdout);
    output_text(stdout, cause->repair);
    (void)putchar('\n');
}

static void print_answer(const struct call *call, const struct why_answer *answer)
{
    output_text(stdout, answer->name);
    (void)puts(answer->usable ? ": usable" : ": not usable");
    if (answer->device) {
        const char *effect = why_effect(answer->device, call->arena);
        const char *place = engine_place_text(call->arena, &answer->place);

        (void)fputs("  ", stdout);
        output_text(stdout, place ? place : answer->place.file);
        (void)fputs(" defines it\n  it gives a container ", stdout);
        output_text(stdout, effect ? effect : "...");
        (void)putchar('\n');
    }
    for (size_t i = 0; i < answer->n_causes; i++)
        if (!call->quiet || !answer->causes[i].note)
            print_cause(call, &answer->causes[i]);
}

/* ---- For programs ---- */

static void add_place(struct jsonout *out, struct cJSON *object, const struct engine_place *place)
{
    if (!place->file)
        return;
    jsonout_string(out, object, "file", place->file);
    if (!place->pos.line)
        return;
    jsonout_number(out, object, "line", place->pos.line);
    jsonout_number(out, object, "column", place->pos.column);
}

static void add_cause(struct jsonout *out, struct cJSON *list, const struct why_cause *cause)
{
    struct cJSON *object = jsonout_object(out, list, NULL), *places;

    jsonout_string(out, object, "cause", why_texts[cause->id].id);
    jsonout_string(out, object, "severity", cause->note ? "note" : "problem");
    jsonout_string(out, object, "message", cause->message);
    if (cause->rule)
        jsonout_string(out, object, "rule", cause->rule);
    places = jsonout_array(out, object, "places");
    for (size_t i = 0; i < cause->n_places; i++)
        add_place(out, jsonout_object(out, places, NULL), &cause->places[i]);
    if (cause->repair)
        jsonout_string(out, object, "repair", cause->repair);
}

static void add_answer(const struct call *call, struct jsonout *out, struct cJSON *list,
                       const struct why_answer *answer)
{
    struct cJSON *object = jsonout_object(out, list, NULL), *causes;

    jsonout_string(out, object, "name", answer->name);
    jsonout_raw(out, object, "usable", answer->usable ? "true" : "false");
    if (answer->device) {
        add_place(out, object, &answer->place);
        jsonout_string(out, object, "effect", why_effect(answer->device, call->arena));
    }
    causes = jsonout_array(out, object, "causes");
    for (size_t i = 0; i < answer->n_causes; i++)
        add_cause(out, causes, &answer->causes[i]);
}

static void add_engine(const struct why_run *run, struct jsonout *out, struct cJSON *root)
{
    static const char *const switches[] = {
        [ENGINE_CDI_ON] = "on",
        [ENGINE_CDI_OFF] = "off",
        [ENGINE_CDI_UNDECIDED] = "unknown",
        [ENGINE_CDI_NONE] = "none",
    };
    const struct engine_config *engine = &run->engine;
    struct cJSON *object = jsonout_object(out, root, "engine"), *files;

    jsonout_string(out, object, "name", engine->version.engine->name);
    if (engine->version.has_number)
        jsonout_string(out, object, "version", version_text(run->call->arena, &engine->version));
    jsonout_string(out, object, "cdi", switches[engine->cdi]);
    files = jsonout_array(out, object, "files");
    for (size_t i = 0; i < engine->n_files; i++)
        jsonout_string(out, files, NULL, engine->files[i]);
}

static int print_json(const struct why_run *run, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL);
    struct cJSON *devices = jsonout_array(&out, root, "devices");
    struct cJSON *dirs = jsonout_array(&out, root, "dirs");

    for (size_t i = 0; i < run->n; i++)
        add_answer(run->call, &out, devices, &run->answers[i]);
    for (size_t i = 0; i < run->collection.facts.n_dirs; i++)
        jsonout_string(&out, dirs, NULL, run->collection.facts.dirs[i].path);
    if (run->options->engine)
        add_engine(run, &out, root);
    return jsonout_print(&out, err);
}

static int answer_all(struct why_run *run, struct cdi_error *err)
{
    const struct call *call = run->call;
    const char *const *names;
    int r = names_unique(call->arena, call->operands, call->n_operands, &names, &run->n, err);

    if (r < 0)
        return r;
    run->answers = arena_calloc(call->arena, run->n, sizeof *run->answers);
    if (!run->answers)
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < run->n; i++)
        r = answer(run, names[i], &run->answers[i], err);
    return r;
}

static int print_causes(const struct call *call, struct cdi_error *err)
{
    struct table table = {.arena = call->arena, .n_columns = 2};

    for (size_t i = 0; i < N_WHY_IDS; i++)
        table_row(&table, (const char *const[]){why_texts[i].id, why_texts[i].summary});
    return table_print(&table, err);
}

static int run_why(const struct call *call, struct cdi_error *err)
{
    _cleanup_(run_end) struct why_run run = {
        .call = call, .options = call->options, .root = ROOT_INIT};
    int r = check_use(call, err), status = STATUS_DONE;

    if (r == 0 && run.options->causes)
        return print_causes(call, err);
    if (r == 0)
        r = collect(&run, err);
    if (r == 0)
        r = answer_all(&run, err);
    if (r == 0 && run.options->json)
        r = print_json(&run, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < run.n; i++) {
        if (!run.options->json && i)
            (void)putchar('\n');
        if (!run.options->json)
            print_answer(call, &run.answers[i]);
        if (!run.answers[i].usable)
            status = STATUS_FINDINGS;
    }
    return status;
}

const struct command command_why = {
    .name = "why",
    .summary = "say what keeps a device from a container, and what to do",
    .usage = usage,
    .description =
        "Looks for each NAME as a container engine does, and says all that keeps it from a "
        "container: how the name is written, the spec dirs and the files in them, and what the "
        "device names on this node. With --engine also the engine's configuration and version.\n\n"
        "    NAME: usable\n"
        "      FILE:LINE:COLUMN defines it\n"
        "      it gives a container WHAT\n\n"
        "    NAME: not usable\n"
        "      problem: WHAT IS WRONG [CAUSE]\n"
        "          at FILE:LINE:COLUMN\n"
        "          do: WHAT TO DO ABOUT IT\n\n"
        "The problem that decides stands first. A note is worth knowing, such as a definition that "
        "another one hides, but keeps nothing from a container; --quiet leaves notes out. The name "
        "of a cause never changes; where a document breaks a rule, the rule stands behind it.\n\n"
        "--engine reads the engine's own files: containers.conf of podman, daemon.json of Docker, "
        "config.toml of containerd, crio.conf of CRI-O, with their drop-ins and imports. What a "
        "daemon was told on its command line is not in there; --spec-dir says where such a one "
        "looks.\n\n"
        "The objects in devices of --json have the members name, usable, causes (objects with "
        "cause, severity, message, rule, places and repair) and, where a definition counts, file, "
        "line, column and effect.",
    .options = options,
    .options_size = sizeof(struct why_options),
    .max_operands = OPERANDS_ANY,
    .examples = examples,
    .exit_notes = "Status 1: one of the devices is not usable. Status 3: the root, or the "
                  "version of the engine, could not be read.",
    .run = run_why,
};
