/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit why: what keeps a device from a container, and what to do about it. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/engine_version.h"
#include "cmd/output.h"
#include "cmd/why_print.h"
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

/* Where was looked, for who wants to know. */
static void tell_where(const struct why_run *run)
{
    const struct why_facts *facts = &run->collection.facts;

    for (size_t i = 0; i < run->engine.n_files; i++)
        message_detail(run->call, "read %s", run->engine.files[i]);
    for (size_t i = 0; i < facts->n_dirs; i++)
        message_detail(run->call, "spec dir %s, priority %zu%s%s", facts->dirs[i].path, i,
                       facts->dirs[i].os_errno ? ": " : "",
                       facts->dirs[i].os_errno ? strerror(facts->dirs[i].os_errno) : "");
}

static int check_target(const struct why_run *run, const struct cdi_spec *spec,
                        struct cdi_findings *out, struct cdi_error *err)
{
    const struct engine_version *version = &run->engine.version;
    const char *name = arena_printf(run->call->arena, "%s@%u.%u.%u", version->engine->name,
                                    version->number[0], version->number[1], version->number[2]);

    return name ? target_check(spec, version, name, out, err) : cdi_error_nomem(err);
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

/* True if an answer that is printed says what to do. */
static bool says_what_to_do(const struct call *call, const struct why_answer *answer)
{
    for (size_t i = 0; i < answer->n_causes; i++)
        if (answer->causes[i].repair && (!call->quiet || !answer->causes[i].note))
            return true;
    return false;
}

static void print_answers(const struct why_run *run)
{
    bool doing = false;

    for (size_t i = 0; i < run->n; i++) {
        if (i)
            (void)putchar('\n');
        why_print(run->call, &run->answers[i]);
        doing = doing || says_what_to_do(run->call, &run->answers[i]);
    }
    if (doing && spec_dirs_rooted(&run->options->where))
        (void)puts("\nWhat is to be done is for the node itself: commands would change this "
                   "machine here.");
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
    if (r < 0)
        return r;
    tell_where(&run);
    r = answer_all(&run, err);
    if (r == 0 && run.options->json)
        r = why_print_json(call, &run.collection.facts, run.answers, run.n, err);
    if (r < 0)
        return r;
    if (!run.options->json)
        print_answers(&run);
    for (size_t i = 0; i < run.n; i++)
        if (!run.answers[i].usable)
            status = STATUS_FINDINGS;
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
