/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit apply: the edits of devices, done to a container's configuration. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "cmd/ask.h"
#include "cmd/common.h"
#include "cmd/diff.h"
#include "cmd/explain.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"
#include "hookless/hookless.h"

struct apply_options {
    struct spec_dirs where;
    struct ask_options ask;
    const char *config, *bundle, *output, *private_dir;
    bool in_place, diff, explain, json, hookless;
};

static const struct option options[] = {
    {.name = "config",
     .type = OPTION_STRING,
     .offset = offsetof(struct apply_options, config),
     .value = "FILE",
     .help = "the configuration to edit; '-' is standard input"},
    {.name = "bundle",
     .type = OPTION_STRING,
     .offset = offsetof(struct apply_options, bundle),
     .value = "DIR",
     .help = "the OCI bundle whose config.json is edited"},
    {.name = "output",
     .type = OPTION_STRING,
     .offset = offsetof(struct apply_options, output),
     .value = "FILE",
     .help = "write the result to this file"},
    {.name = "in-place",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, in_place),
     .help = "replace the configuration that was read"},
    {.name = "diff",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, diff),
     .help = "print what changes; the result only goes where --output or --in-place says"},
    {.name = "explain",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, explain),
     .help = "print how the request was understood, then which device and file each edit comes "
             "from, without edits that a later one replaces; "
             "the result only goes where --output or --in-place says"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, json),
     .help = "with --explain: print an array of objects"},
    {.name = "hookless",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, hookless),
     .help =
         "do the work of CDI hooks now, with mounts, and take them out: for runtimes that start "
         "no hooks, and roots that cannot be written to"},
    {.name = "private-dir",
     .type = OPTION_STRING,
     .offset = offsetof(struct apply_options, private_dir),
     .value = "DIR",
     .help = "with --hookless: write the files that are mounted below DIR, which must live as long "
             "as the container (default: cdikit, beside the configuration)"},
    ASK_OPTIONS(struct apply_options, ask),
    SPEC_DIR_OPTIONS(struct apply_options, where,
                     "read the spec dirs and the device nodes beneath this directory"),
    {.name = NULL},
};

static const char *const usage[] = {
    "--config FILE|- [DEVICE...]",
    "--bundle DIR [DEVICE...]",
    NULL,
};

static const struct example examples[] = {
    {"cdikit apply --config config.json vendor.com/gpu=0", "the configuration with a device"},
    {"cdikit apply --bundle /run/ctr --in-place", "what the bundle asks for itself, as a runtime"},
    {"cdikit apply --config config.json --diff vendor.com/gpu=0", "what a device would change"},
    {"cdikit apply --bundle /run/ctr --explain --mode auto",
     "what the bundle gets from the runtime wrapper, and why"},
    {NULL, NULL},
};

/* What one call works on. */
struct job {
    const struct apply_options *options;
    const char *path;
    struct cdi_registry *registry;
    struct cdi_oci *oci;
    struct spec_dirs where;
    struct config runtime;
    bool asked; /* for what the configuration asks for: `request` is filled */
    struct request request;
    const char *const *devices;
    size_t n_devices;
};

static void job_end(struct job *job)
{
    cdi_oci_free(job->oci);
    cdi_registry_free(job->registry);
    config_clear(&job->runtime);
}

static int check_use(const struct call *call, const struct apply_options *o, struct cdi_error *err)
{
    const char *wrong = NULL;

    if (!o->config && !o->bundle)
        wrong = "needs either --config or --bundle";
    else if (o->config && o->bundle)
        wrong = "only one of --config and --bundle";
    else if (o->output && o->in_place)
        wrong = "only one of --output and --in-place";
    else if (o->in_place && o->config && strcmp(o->config, "-") == 0)
        wrong = "standard input cannot be replaced";
    else if (o->diff && o->explain)
        wrong = "only one of --diff and --explain";
    else if (call->n_operands && (o->ask.mode || o->ask.config))
        wrong = "--mode and --runtime-config are about what the configuration asks for, and go "
                "without DEVICE";
    else if (o->private_dir && !o->hookless)
        wrong = "--private-dir goes with --hookless";
    else if (o->hookless && o->config && strcmp(o->config, "-") == 0)
        wrong = "--hookless needs to know where the bundle is: name a file";
    else if (o->hookless && o->explain)
        wrong = "only one of --hookless and --explain";
    else if (o->json && !o->explain)
        wrong = "--json goes with --explain";
    else if ((o->diff || o->explain) && o->output && strcmp(o->output, "-") == 0)
        wrong = "standard output cannot hold the result too";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

/* What the wrapper does beside injecting: it is told, and nobody gets a result without it. */
static int check_beyond(const struct call *call, struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    bool result = o->output || o->in_place || (!o->diff && !o->explain);
    struct request *request = &job->request;
    const char *beyond;
    int r = ask_beyond(call, request, &job->runtime, &beyond, err);

    if (r < 0 || !beyond)
        return r;
    if (result || o->diff)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "%s, and apply does not: --explain tells about the request", beyond);
    request->notes = arena_grow(call->arena, request->notes, request->n_notes,
                                sizeof *request->notes);
    if (!request->notes)
        return cdi_error_nomem(err);
    request->notes[request->n_notes++] = (struct request_note){false, beyond};
    return 0;
}

/* Which devices: those that were named, else those that the configuration asks for. */
static int find_devices(const struct call *call, struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    struct request_strings registered;
    int r;

    job->devices = call->operands;
    job->n_devices = call->n_operands;
    if (job->n_devices)
        return 0;
    job->asked = true;
    /* As the wrapper does. */
    job->oci->as_wrapper = o->ask.mode || o->ask.config;
    r = ask(call, &o->ask, job->oci, &job->where, &job->runtime, &job->request, err);
    if (r == 0 && !o->explain)
        ask_tell(call, &job->request, false);
    if (r == 0)
        r = check_beyond(call, job, err);
    if (r == 0)
        r = ask_registered(call, &job->request, &registered, err);
    if (r < 0)
        return r;
    job->devices = registered.items;
    job->n_devices = registered.n;
    if (!job->request.devices.n && !call->quiet && !o->explain)
        message_say(call, "no devices are asked for");
    for (size_t i = 0; i < job->n_devices; i++)
        message_detail(call, "%s asks for %s", job->path, job->devices[i]);
    return 0;
}

static int prepare(const struct call *call, struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    int r = check_use(call, o, err);

    if (r < 0)
        return r;
    job->path = o->config ? o->config : arena_printf(call->arena, "%s/config.json", o->bundle);
    if (!job->path)
        return cdi_error_nomem(err);
    r = input_oci(job->path, &job->oci, err);
    if (r == 0)
        r = find_devices(call, job, err);
    if (r == 0)
        r = spec_dirs_open(call, &job->where, &job->registry, err);
    return r < 0 ? r : devices_check(call, job->registry, job->devices, job->n_devices, err);
}

/* The document, a member a line. */
static char *layout(const struct cdi_oci *oci, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *text = NULL;
    char *result;
    size_t len;

    if (cdi_oci_format(oci, &text, &len, err) < 0)
        return NULL;
    jsonout_layout(&b, text, len, false);
    strbuf_addch(&b, '\n');
    result = strbuf_take(&b, NULL);
    if (!result)
        (void)cdi_error_nomem(err);
    return result;
}

/* The directory of the configuration, absolute: others mount what is below it. malloc'ed. */
static char *bundle_of(const struct call *call, const struct job *job, struct cdi_error *err)
{
    const char *name = path_base(job->path);
    const char *dir = name == job->path
                          ? "."
                          : arena_strndup(call->arena, job->path, (size_t)(name - job->path));
    char *absolute = dir ? realpath(dir, NULL) : NULL;

    if (!absolute)
        (void)cdi_error_set_errno(err, dir ? errno : ENOMEM, "cannot find the bundle of %s",
                                  job->path);
    return absolute;
}

static int work_without_hooks(const struct call *call, struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    _cleanup_free_ char *bundle = bundle_of(call, job, err);
    struct hookless_options how = {bundle, o->private_dir, o->diff && !o->output && !o->in_place};
    struct hookless_notes notes;
    int r;

    if (!bundle)
        return -(int)err->code;
    if (!how.private_dir)
        how.private_dir = arena_printf(call->arena, "%s/cdikit", bundle);
    if (!how.private_dir)
        return cdi_error_nomem(err);
    if (*how.private_dir != '/')
        return cdi_error_set(err, CDI_ERR_USAGE, "--private-dir needs an absolute path");
    r = hookless_apply(job->oci, &how, call->arena, &notes, err);
    for (size_t i = 0; r == 0 && i < notes.n; i++)
        message_warn(call, "%s", notes.items[i]);
    return r;
}

static int inject(const struct call *call, struct job *job, struct cdi_error *err)
{
    int r = cdi_oci_inject(job->oci, job->registry, job->devices, job->n_devices,
                           job->options->where.root, err);

    return r == 0 && job->options->hookless ? work_without_hooks(call, job, err) : r;
}

static int inject_with_diff(const struct call *call, struct job *job, struct cdi_error *err)
{
    _cleanup_free_ char *before = layout(job->oci, err);
    _cleanup_free_ char *after = NULL;
    int r;

    if (!before)
        return -(int)err->code;
    r = inject(call, job, err);
    if (r < 0)
        return r;
    after = layout(job->oci, err);
    if (!after)
        return -(int)err->code;
    return diff_print(before, after, input_name(job->path), "with devices", err);
}

static int write_result(const struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r;

    if ((o->diff || o->explain) && !o->output && !o->in_place)
        return 0;
    if (o->in_place && !cdi_oci_changed(job->oci))
        return 0;
    r = cdi_oci_format(job->oci, &text, &len, err);
    if (r < 0)
        return r;
    return output_file(o->in_place ? job->path : o->output, text, len, 0, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct apply_options *o = call->options;
    _cleanup_(job_end) struct job job = {.options = o, .where = o->where};
    struct explanation explanation;
    int r;

    config_defaults(&job.runtime);
    r = prepare(call, &job, err);
    /* Why it was asked for matters most when it is in vain. */
    if (r < 0 && o->explain)
        ask_tell(call, &job.request, true);

    if (r == 0 && o->explain)
        r = explain_devices(&explanation, call, job.registry, job.devices, job.n_devices, job.oci,
                            err);
    if (r == 0 && o->explain && job.asked)
        explanation.request = &job.request;
    if (r == 0)
        r = o->diff ? inject_with_diff(call, &job, err) : inject(call, &job, err);
    if (r == 0 && o->explain)
        r = explain_print(&explanation, o->json, err);
    return r < 0 ? r : write_result(&job, err);
}

const struct command command_apply = {
    .name = "apply",
    .summary = "give devices to a container's configuration",
    .usage = usage,
    .description =
        "Edits an OCI runtime configuration (config.json) as the documents of the devices say, "
        "and prints the result. Without DEVICE the devices are those that the configuration asks "
        "for, as the runtime wrapper understands it in mode cdi: by annotations that begin with "
        "cdi.k8s.io/ or, without those, by NVIDIA_VISIBLE_DEVICES, where names that are not "
        "qualified are of the kind nvidia.com/gpu. --mode and --runtime-config choose another mode "
        "and other rules. Devices that the wrapper generates a document for, or leaves to the "
        "prestart hook, cannot be applied, only explained.\n\n"
        "What no edit touches keeps its bytes: members unknown to any specification, the order "
        "of members, the spelling of numbers. A configuration that needs no edit is not "
        "replaced.\n\n"
        "All or nothing: when a device cannot be resolved or applied, every file stays as it "
        "was. A file is replaced at once, and keeps its mode and owner.\n\n"
        "--diff lays the configuration out with one member a line and no commas, so that only "
        "real changes show.",
    .options = options,
    .options_size = sizeof(struct apply_options),
    .max_operands = OPERANDS_ANY,
    .examples = examples,
    .exit_notes = "Status 1: a device cannot be resolved, its device node does not exist, or the "
                  "configuration is not valid.",
    .run = run,
};
