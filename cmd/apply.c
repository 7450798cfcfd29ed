/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit apply: the edits of devices, done to a container's configuration. */
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/diff.h"
#include "cmd/explain.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

struct apply_options {
    struct spec_dirs where;
    const char *config, *bundle, *output;
    bool in_place, diff, explain, json;
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
     .help = "print which device and file each edit comes from, without edits that a later one "
             "replaces; "
             "the result only goes where --output or --in-place says"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct apply_options, json),
     .help = "with --explain: print an array of objects"},
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
    {NULL, NULL},
};

/* What one call works on. */
struct job {
    const struct apply_options *options;
    const char *path;
    struct cdi_registry *registry;
    struct cdi_oci *oci;
    const char **requested;
    const char *const *devices;
    size_t n_devices;
};

static void job_end(struct job *job)
{
    cdi_oci_free(job->oci);
    cdi_registry_free(job->registry);
    free(job->requested);
}

static int check_use(const struct apply_options *o, struct cdi_error *err)
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
    else if (o->json && !o->explain)
        wrong = "--json goes with --explain";
    else if ((o->diff || o->explain) && o->output && strcmp(o->output, "-") == 0)
        wrong = "standard output cannot hold the result too";
    return wrong ? cdi_error_set(err, CDI_ERR_USAGE, "%s", wrong) : 0;
}

/* Which devices: those that were named, else those that the configuration asks for. */
static int find_devices(const struct call *call, struct job *job, struct cdi_error *err)
{
    int r;

    job->devices = call->operands;
    job->n_devices = call->n_operands;
    if (job->n_devices)
        return 0;
    r = cdi_oci_requested_devices(job->oci, &job->requested, &job->n_devices, err);
    job->devices = job->requested;
    if (r == 0 && !job->n_devices && !call->quiet)
        message_say(call, "no devices are asked for");
    for (size_t i = 0; r == 0 && i < job->n_devices; i++)
        message_detail(call, "%s asks for %s", job->path, job->devices[i]);
    return r;
}

static int prepare(const struct call *call, struct job *job, struct cdi_error *err)
{
    const struct apply_options *o = job->options;
    int r = check_use(o, err);

    if (r < 0)
        return r;
    job->path = o->config ? o->config : arena_printf(call->arena, "%s/config.json", o->bundle);
    if (!job->path)
        return cdi_error_nomem(err);
    r = input_oci(job->path, &job->oci, err);
    if (r == 0)
        r = find_devices(call, job, err);
    if (r == 0)
        r = spec_dirs_open(call, &o->where, &job->registry, err);
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

static int inject(struct job *job, struct cdi_error *err)
{
    return cdi_oci_inject(job->oci, job->registry, job->devices, job->n_devices,
                          job->options->where.root, err);
}

static int inject_with_diff(struct job *job, struct cdi_error *err)
{
    _cleanup_free_ char *before = layout(job->oci, err);
    _cleanup_free_ char *after = NULL;
    int r;

    if (!before)
        return -(int)err->code;
    r = inject(job, err);
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
    _cleanup_(job_end) struct job job = {.options = call->options};
    struct explanation explanation;
    int r = prepare(call, &job, err);

    if (r == 0 && job.options->explain)
        r = explain_devices(&explanation, call, job.registry, job.devices, job.n_devices, job.oci,
                            err);
    if (r == 0)
        r = job.options->diff ? inject_with_diff(&job, err) : inject(&job, err);
    if (r == 0 && job.options->explain)
        r = explain_print(&explanation, job.options->json, err);
    return r < 0 ? r : write_result(&job, err);
}

const struct command command_apply = {
    .name = "apply",
    .summary = "give devices to a container's configuration",
    .usage = usage,
    .description =
        "Edits an OCI runtime configuration (config.json) as the documents of the devices say, "
        "and prints the result. Without DEVICE the devices are those that the configuration asks "
        "for: in annotations that begin with cdi.k8s.io/ or, without those, by qualified names in "
        "NVIDIA_VISIBLE_DEVICES.\n\n"
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
