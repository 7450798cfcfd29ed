/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/generate.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/build.h"
#include "generate/hooks.h"
#include "generate/modes.h"
#include "generate/names.h"
#include "generate/report.h"
#include "generate/single_hook.h"
#include "generate/sources.h"

static const char *const features[GENERATE_N_FEATURES] = {
    [GENERATE_EXPLICIT_LIBRARIES] = "enable-explicit-driver-libraries",
    [GENERATE_COHERENCE] = "enable-coherent-annotations",
    [GENERATE_COMPAT32] = "enable-compat32-libraries",
    [GENERATE_NO_SANDBOXUTILS] = "disable-nvsandboxutils",
    [GENERATE_NO_MIXED_CSV] = "disable-multiple-csv-devices",
    [GENERATE_NO_GIDS] = "no-additional-gids-for-device-nodes",
    [GENERATE_NO_IPC] = "disable-ipc-discoverer",
    [GENERATE_SINGLE_HOOK] = "single-hook",
};

bool generate_feature_parse(const char *name, enum generate_feature *out)
{
    /* A misspelling that nvidia-ctk once had and still takes. */
    if (strcmp(name, "disable-nvsandbox-utils") == 0)
        name = features[GENERATE_NO_SANDBOXUTILS];
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        if (strcmp(name, features[i]) != 0)
            continue;
        *out = (enum generate_feature)i;
        return true;
    }
    return false;
}

bool generate_hook_known(enum generate_mode mode, const char *name, const char **nearest)
{
    if (mode == GENERATE_MODE_AUTO)
        mode = GENERATE_MODE_NVML;
    return hook_known(mode_get(mode)->vendor, name, nearest);
}

void generate_documents_clear(struct generate_documents *documents)
{
    for (size_t i = 0; i < documents->n; i++)
        cdi_spec_free(documents->items[i].spec);
    *documents = (struct generate_documents){.n = 0};
}

void generate_report_clear(struct generate_report *report)
{
    arena_free(report->arena);
    *report = (struct generate_report)GENERATE_REPORT_INIT;
}

static bool has_hooks(const struct cdi_spec *spec)
{
    size_t n = spec->edits.n_hooks;

    for (size_t i = 0; i < spec->n_devices; i++)
        n += spec->devices[i].edits.n_hooks;
    return n > 0;
}

/* Fills the machine as it is asked for; what stands in the way of that is in the report. */
static int fill_machine(struct probe *p, const struct mode *mode, struct generate_report *report,
                        struct cdi_error *err)
{
    const struct generate_options *options = p->options;
    int r = mode->list(p, err), reported;

    if (r == 0 && !mode->own_ids)
        r = names_select(p->machine, &options->device_ids, err);
    if (r == 0)
        r = mode->describe(p, err);
    if (r == 0 && options->features[GENERATE_COHERENCE])
        r = probe_check_coherence(p, err);
    if (r == 0)
        r = names_assign(p->machine, options->naming, options->n_naming, err);
    reported = report_fill(p->machine, report, r == 0 ? err : NULL);
    if (r == 0)
        r = reported;
    return r == 0 ? report_check(p->machine, report, err) : r;
}

/* Looks at the machine, in *machine; *mode becomes that which was chosen. */
static int probe(const struct generate_options *options, const struct roots *roots,
                 struct machine *machine, enum generate_mode *mode, struct generate_report *report,
                 struct cdi_error *err)
{
    struct driver_search search = {
        .system = &roots->system,
        .root = &roots->driver,
        .prefix = roots->driver_prefix,
        .search_path = options->search_path,
        .data_dirs = options->data_dirs,
        .library_paths = {options->library_paths.items, options->library_paths.n},
        .config_paths = {options->config_paths.items, options->config_paths.n},
        .explicit_libraries = options->features[GENERATE_EXPLICIT_LIBRARIES],
        .compat32 = options->features[GENERATE_COMPAT32],
        .no_ipc = options->features[GENERATE_NO_IPC],
        .explain = options->explain,
    };
    struct probe p = {
        .options = options,
        .roots = roots,
        .dev = {&roots->dev, roots->dev_prefix},
        .machine = machine,
        .foreign = roots->foreign,
    };
    const char *fallback = NULL;
    int r = driver_finder_init(&p.finder, &search, machine->arena, err);

    if (r == 0)
        r = mode_resolve(&p, mode, &fallback, err);
    if (r < 0)
        return r;
    report->mode = *mode;
    if (fallback && !(report->fallback = arena_strdup(report->arena, fallback)))
        return cdi_error_nomem(err);
    r = fill_machine(&p, mode_get(*mode), report, err);
    if (r < 0 && fallback && err && err->code != CDI_ERR_NOMEM)
        return cdi_error_set(err, err->code, "%s (NVML could not be asked: %s)", err->message,
                             fallback);
    return r;
}

/* A document, the first of which has all devices; those by coherence are only made if needed. */
static int add_document(const struct machine *machine, const struct build_options *options,
                        const char *suffix, struct generate_documents *out, struct cdi_error *err)
{
    struct build_options o = *options;
    size_t n = 0;
    int r;

    for (size_t i = 0; i < machine->n_devices; i++)
        n += build_takes(options, &machine->devices[i]);
    if (*suffix && !n)
        return 0;
    if (*suffix && !(o.kind_class = arena_printf(machine->arena, "%s%s", o.kind_class, suffix)))
        return cdi_error_nomem(err);
    out->items[out->n].suffix = suffix;
    r = build_spec(machine, &o, &out->items[out->n].spec, err);
    out->n += r == 0;
    return r;
}

enum { SUFFIX_ALL, SUFFIX_COHERENT, SUFFIX_NONCOHERENT };

const char *const generate_suffixes[GENERATE_MAX_DOCUMENTS] = {
    [SUFFIX_ALL] = "",
    [SUFFIX_COHERENT] = ".coherent",
    [SUFFIX_NONCOHERENT] = ".noncoherent",
};

static int build(const struct machine *machine, struct build_options *options, bool by_coherence,
                 struct generate_documents *out, struct cdi_error *err)
{
    int r = add_document(machine, options, generate_suffixes[SUFFIX_ALL], out, err);

    if (r == 0 && by_coherence) {
        options->coherence = MACHINE_COHERENT;
        r = add_document(machine, options, generate_suffixes[SUFFIX_COHERENT], out, err);
    }
    if (r == 0 && by_coherence) {
        options->coherence = MACHINE_NONCOHERENT;
        r = add_document(machine, options, generate_suffixes[SUFFIX_NONCOHERENT], out, err);
    }
    return r;
}

/* The program that runs hooks: what was asked for, else the first that is there. */
static int find_hook_program(const struct generate_options *options, const struct root *system,
                             struct arena *arena, struct build_options *how, bool *found,
                             struct cdi_error *err)
{
    static const char *const single[] = {SINGLE_HOOK_PROGRAM, NULL};
    const char *const asked[] = {options->hook_path, NULL};
    const char *const *names = how->single_hook ? single : how->vendor->hook_programs;

    if (options->hook_path && *options->hook_path)
        names = asked;
    return hook_program_first(system, names, options->search_path, arena, &how->hook_path, found,
                              err);
}

static int probe_and_build(const struct generate_options *options, const struct roots *roots,
                           struct machine *machine, struct generate_documents *out,
                           struct generate_report *report, struct cdi_error *err)
{
    enum generate_mode mode = options->mode;
    struct build_options how = {
        .no_all = options->no_all || names_have_none(&options->device_ids),
        .no_gids = options->features[GENERATE_NO_GIDS],
        .single_hook = options->features[GENERATE_SINGLE_HOOK],
    };
    bool found;
    int r = probe(options, roots, machine, &mode, report, err);

    if (r < 0)
        return r;
    how.vendor = mode_get(mode)->vendor;
    how.kind_vendor = options->vendor ? options->vendor : how.vendor->vendor;
    how.kind_class = options->class_ ? options->class_ : how.vendor->class_;
    how.hooks = (struct hook_policy){options->disabled_hooks, options->enabled_hooks,
                                     mode_get(mode)->off_hook};
    r = find_hook_program(options, &roots->system, machine->arena, &how, &found, err);
    if (r == 0 && !(report->summary = report_summary(machine, report->arena)))
        r = cdi_error_nomem(err);
    if (r == 0)
        r = build(machine, &how, options->features[GENERATE_COHERENCE], out, err);
    if (r == 0 && !found && has_hooks(out->items[0].spec) &&
        !(report->missing_hook = arena_strdup(report->arena, how.hook_path)))
        r = cdi_error_nomem(err);
    return r;
}

int generate(const struct generate_options *options, struct generate_documents *out,
             struct generate_report *report, struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    struct machine machine = {.arena = arena_new()};
    int r;

    *out = (struct generate_documents){.n = 0};
    report->arena = machine.arena;
    machine.account = (struct account){.arena = machine.arena, .wanted = options->explain};
    if (!machine.arena)
        return cdi_error_nomem(err);
    if ((size_t)options->mode >= GENERATE_N_MODES)
        return cdi_error_set(err, CDI_ERR_USAGE, "unknown mode");
    r = roots_open(&roots, options, machine.arena, err);
    if (r == 0 && options->sources) {
        sources_attach(options->sources, &roots);
        r = sources_look_around(&roots, machine.arena, err);
    }
    if (r == 0)
        r = probe_and_build(options, &roots, &machine, out, report, err);
    report->account = machine.account;
    report->driver = machine.driver;
    if (r < 0)
        generate_documents_clear(out);
    return r;
}
