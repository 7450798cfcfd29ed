/* SPDX-License-Identifier: Apache-2.0 */
/* What a container asks for: the order of the questions, and the mode. */
#include "apply/request.h"

#include <stdarg.h>
#include <string.h>

#include "apply/oci.h"
#include "apply/request_internal.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/words.h"

static const char *const mode_names[REQUEST_N_MODES] = {
    [REQUEST_AUTO] = "auto", [REQUEST_LEGACY] = "legacy",   [REQUEST_CSV] = "csv",
    [REQUEST_CDI] = "cdi",   [REQUEST_JIT_CDI] = "jit-cdi",
};

bool request_mode_parse(const char *text, enum request_mode *out)
{
    for (enum request_mode mode = 0; mode < REQUEST_N_MODES; mode++)
        if (strcmp(mode_names[mode], text) == 0) {
            *out = mode;
            return true;
        }
    return false;
}

const char *request_mode_name(enum request_mode mode)
{
    return mode_names[mode];
}

void request_note(struct request_job *job, bool warning, const char *fmt, ...)
{
    struct request *out = job->out;
    struct request_note *notes;
    const char *text;
    va_list ap;

    if (out->n_notes == REQUEST_MAX_NOTES)
        return;
    va_start(ap, fmt);
    text = arena_vprintf(job->arena, fmt, ap);
    va_end(ap);
    notes = arena_grow(job->arena, out->notes, out->n_notes, sizeof *notes);
    if (!text || !notes) {
        job->failed = true;
        return;
    }
    notes[out->n_notes++] = (struct request_note){warning, text};
    out->notes = notes;
}

int request_add(struct request_job *job, struct request_names *names, const char *name,
                struct cdi_error *err)
{
    const char *what = names == &job->imex ? "IMEX channel" : "device";
    const char **items;

    if (strlen(name) > REQUEST_MAX_NAME)
        return cdi_error_set(err, CDI_ERR_LIMIT,
                             "the configuration asks for the %s %s, whose name has more than %d "
                             "bytes",
                             what, quote_string(name).text, REQUEST_MAX_NAME);
    if (names->n == CDI_OCI_MAX_REQUESTED)
        return cdi_error_set(err, CDI_ERR_LIMIT, "the configuration asks for more than %d %ss",
                             CDI_OCI_MAX_REQUESTED, what);
    items = arena_grow(job->arena, names->items, names->n, sizeof *items);
    if (!items)
        return cdi_error_nomem(err);
    items[names->n++] = name;
    names->items = items;
    return 0;
}

int request_add_list(struct request_job *job, struct request_names *names, const char *list,
                     bool trim, struct cdi_error *err)
{
    char *rest = arena_strdup(job->arena, list), *entry;
    int r = 0;

    if (!rest)
        return cdi_error_nomem(err);
    while (r == 0 && (entry = trim ? words_next(&rest) : strsep(&rest, ",")))
        if (*entry || !trim)
            r = request_add(job, names, entry, err);
    return r;
}

static int read_environment(struct request_job *job, struct cdi_error *err)
{
    const struct request_strings *swarm = &job->rules->swarm_resources;
    const char **prefixes = arena_calloc(job->arena, swarm->n + 2, sizeof *prefixes);

    if (!prefixes)
        return cdi_error_nomem(err);
    prefixes[0] = "NVIDIA_";
    prefixes[1] = "CUDA_VERSION=";
    for (size_t i = 0; i < swarm->n; i++) {
        prefixes[2 + i] = arena_printf(job->arena, "%s=", swarm->items[i]);
        if (!prefixes[2 + i])
            return cdi_error_nomem(err);
    }
    return environment_read(job->oci, prefixes, swarm->n + 2, job->arena, &job->env, err);
}

static const struct {
    enum request_source source;
    int (*add)(struct request_job *job, struct cdi_error *err);
    const char *what;
} sources[] = {
    {REQUEST_ANNOTATIONS, request_from_annotations, "annotations"},
    {REQUEST_MOUNTS, request_from_mounts, "mounts"},
    {REQUEST_ENV, request_from_env, "variables"},
};

/* The first source that asks for something. */
static int find_devices(struct request_job *job, struct cdi_error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        int r = sources[i].add(job, err);

        if (r < 0)
            return r;
        if (job->devices.n == 0)
            continue;
        job->out->source = sources[i].source;
        if (sources[i].source != REQUEST_ENV && environment_get(&job->env, VISIBLE_DEVICES))
            request_note(job, false, VISIBLE_DEVICES " does not count, since %s ask for devices",
                         sources[i].what);
        return 0;
    }
    request_note(job, false, "no devices are asked for");
    return 0;
}

static void choose_mode(struct request_job *job, enum request_platform platform)
{
    const struct request_strings devices = {job->devices.items, job->devices.n};
    struct request *out = job->out;
    const char *why = "not all devices are asked for by qualified names";

    if (out->mode != REQUEST_AUTO) {
        request_note(job, false, "the mode is %s", mode_names[out->mode]);
        return;
    }
    if (request_all_qualified(&devices)) {
        out->mode = REQUEST_CDI;
        why = "all devices are asked for by qualified names";
    } else if (platform == REQUEST_PLATFORM_TEGRA) {
        out->mode = REQUEST_CSV;
        why = "this is a Tegra system";
    } else {
        out->mode = REQUEST_JIT_CDI;
        if (job->devices.n == 0)
            why = "no devices are asked for";
    }
    request_note(job, false, "the mode is auto, hence %s: %s", mode_names[out->mode], why);
}

static int read_request(struct request_job *job, enum request_platform platform,
                        struct cdi_error *err)
{
    int r = read_environment(job, err);

    if (r == 0)
        r = find_devices(job, err);
    if (r < 0)
        return r;
    choose_mode(job, platform);
    if (job->devices.n) {
        r = request_name_devices(job, err);
        if (r == 0)
            r = request_read_image(job, err);
    }
    return r == 0 && job->failed ? cdi_error_nomem(err) : r;
}

int request_read(struct cdi_oci *oci, const struct request_rules *rules, enum request_mode mode,
                 enum request_platform platform, struct arena *arena, struct request *out,
                 struct cdi_error *err)
{
    struct request_job job = {.oci = oci, .rules = rules, .arena = arena, .out = out};
    int r;

    *out = (struct request){.mode = mode,
                            .privileged = cdi_oci_has_capability(oci, "CAP_SYS_ADMIN")};
    r = read_request(&job, platform, err);
    if (r < 0) {
        oci_undo(oci, err);
        return r;
    }
    out->devices = (struct request_strings){job.devices.items, job.devices.n};
    return 0;
}
