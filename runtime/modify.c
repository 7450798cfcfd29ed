/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/modify.h"

#include <string.h>

#include "apply/hooks.h"
#include "apply/require.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "runtime/programs.h"
#include "runtime/registry.h"

#define VOID_VARIABLE "NVIDIA_VISIBLE_DEVICES=void"

/* The prestart hook, by the names that it has had. */
static const char *const prestart_names[] = {"nvidia-container-runtime-hook",
                                             "nvidia-container-toolkit"};

/* The mode of `cdikit generate` for each feature. */
static const char *const feature_modes[REQUEST_N_FEATURES] = {
    [REQUEST_GDS] = "gds",
    [REQUEST_MOFED] = "mofed",
    [REQUEST_GDRCOPY] = "gdrcopy",
    [REQUEST_NVSWITCH] = "nvswitch",
};

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

/* As the prestart hook leaves a container alone that has this, mode legacy must not add it. */
static void drop_void(struct cdi_edits *edits)
{
    size_t n = 0;

    for (size_t i = 0; i < edits->env.n; i++)
        if (strcmp(edits->env.items[i], VOID_VARIABLE) != 0)
            edits->env.items[n++] = edits->env.items[i];
    edits->env.n = n;
}

/* Each device's edits, and then those that all have in common: in one go, as there may be many. */
static int apply_document(struct modify *m, struct cdi_spec *spec, struct cdi_error *err)
{
    const struct cdi_edits **edits = arena_calloc(m->arena, spec->n_devices + 1, sizeof *edits);

    if (!edits)
        return cdi_error_nomem(err);
    if (m->request->mode == REQUEST_LEGACY)
        drop_void(&spec->edits);
    for (size_t i = 0; i < spec->n_devices; i++)
        edits[i] = &spec->devices[i].edits;
    edits[spec->n_devices] = &spec->edits;
    return cdi_oci_apply(m->oci, edits, spec->n_devices + 1, NULL, err);
}

static int generate(struct modify *m, const char *mode, const struct request_strings *ids,
                    struct cdi_error *err)
{
    const struct generator_request wanted = {mode, *ids, m->request->csv_all};
    _cleanup_(free_spec) struct cdi_spec *spec = NULL;
    int r = generator_run(&m->generator, &wanted, &spec, err);

    return r == 0 ? apply_document(m, spec, err) : r;
}

static const struct request_strings everything = {NULL, 0};

/* The same for what a machine need not have: the container starts without it. */
static int generate_if_any(struct modify *m, const char *mode, const struct request_strings *ids,
                           struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    int r = generate(m, mode, ids, &problem);

    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r == -CDI_ERR_NOTFOUND && m->generator.program) {
        logger_log(m->logger, LOG_WARNING, "%s", problem.message);
        return 0;
    }
    return r < 0 ? error_move(&problem, r, err) : 0;
}

/* The hook of mode legacy has nothing to do where devices come by CDI. */
static int remove_prestart(struct modify *m, struct cdi_error *err)
{
    return oci_remove_prestart(m->oci, prestart_names, ARRAY_SIZE(prestart_names), err);
}

/* What `docker run --gpus` adds is found, and not added again. */
static int add_prestart(struct modify *m, struct cdi_error *err)
{
    const char *path = program_path(m->config->hook_path, prestart_names[0], m->arena);
    const char *args[] = {NULL, "prestart"};
    struct cdi_hook hook = {.hook_name = "prestart", .path = path, .args = {args, 2}};
    const struct cdi_edits edits = {.hooks = &hook, .n_hooks = 1}, *one = &edits;
    bool there;
    int r = oci_has_prestart(m->oci, prestart_names, ARRAY_SIZE(prestart_names), &there, err);

    if (r < 0 || there)
        return r;
    if (!path)
        return cdi_error_nomem(err);
    args[0] = strrchr(path, '/') + 1;
    return cdi_oci_apply(m->oci, &one, 1, NULL, err);
}

/* The requested devices that are generated now, by their ids, or the others. */
static bool split_devices(const struct modify *m, bool generated, struct request_strings *out)
{
    const struct request_strings *all = &m->request->devices;
    const char **items = arena_calloc(m->arena, all->n, sizeof *items);
    size_t n = 0;

    for (size_t i = 0; items && i < all->n; i++)
        if (request_is_generated(all->items[i]) == generated)
            items[n++] = generated ? strchr(all->items[i], '=') + 1 : all->items[i];
    *out = (struct request_strings){items, n};
    return items;
}

static int add_registry_devices(struct modify *m, struct cdi_error *err)
{
    struct request_strings devices;

    if (!split_devices(m, false, &devices))
        return cdi_error_nomem(err);
    if (!devices.n)
        return 0;
    return registry_inject(m->oci, &m->config->spec_dirs, devices.items, devices.n, err);
}

static int add_features(struct modify *m, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < REQUEST_N_FEATURES; i++)
        if (m->request->features[i])
            r = generate_if_any(m, feature_modes[i], &everything, err);
    return r;
}

static int add_generated_devices(struct modify *m, struct cdi_error *err)
{
    struct request_strings ids;
    int r;

    if (!split_devices(m, true, &ids))
        return cdi_error_nomem(err);
    if (!ids.n)
        return 0;
    r = generate(m, "auto", &ids, err);
    if (r == 0)
        r = add_features(m, err);
    if (r == 0 && m->request->imex_channels.n)
        r = generate(m, "imex", &m->request->imex_channels, err);
    return r;
}

/* What the image requires of the driver, as far as that can be known. */
static int check_requirements(struct modify *m, struct cdi_error *err)
{
    struct require_facts facts = {0};
    const struct request_strings *all = &m->request->requirements;
    int r = all->n ? generator_facts(&m->generator, &facts, err) : 0;

    for (size_t i = 0; r == 0 && i < all->n; i++)
        r = require_check(all->items[i], &facts, m->arena, err);
    return r;
}

/* "" asks for the driver's files and no device, which mode csv cannot tell apart. */
static int add_csv_devices(struct modify *m, struct cdi_error *err)
{
    struct request_strings ids = m->request->devices;
    int r;

    if (!ids.n || (ids.n == 1 && !*ids.items[0]))
        return 0;
    r = check_requirements(m, err);
    return r == 0 ? generate(m, "csv", &ids, err) : r;
}

static int add_legacy_features(struct modify *m, struct cdi_error *err)
{
    int r = add_features(m, err);

    if (r == 0 && m->request->devices.n && strcmp(m->config->cuda_compat_mode, "hook") == 0 &&
        !m->config->features.disable_cuda_compat_lib_hook)
        r = generate(m, "cuda-compat", &everything, err);
    return r;
}

/* A GPU that there is not is an error of the hook's. */
static int add_graphics(struct modify *m, struct cdi_error *err)
{
    struct request_strings ids = m->request->devices;
    static const char *const none[] = {"none"};

    if (!m->request->graphics || !ids.n)
        return 0;
    if (!*ids.items[0])
        ids = (struct request_strings){none, 1};
    return generate_if_any(m, "graphics", &ids, err);
}

#define MOST_STEPS 4

typedef int step(struct modify *modify, struct cdi_error *err);

/* What is done in each mode, in order. */
static step *const steps[REQUEST_N_MODES][MOST_STEPS] = {
    [REQUEST_CDI] = {remove_prestart, add_registry_devices, add_generated_devices},
    [REQUEST_JIT_CDI] = {remove_prestart, add_registry_devices, add_generated_devices},
    [REQUEST_CSV] = {remove_prestart, add_features, add_csv_devices},
    [REQUEST_LEGACY] = {add_legacy_features, add_graphics, add_prestart},
};

int modify_apply(struct modify *modify, struct cdi_error *err)
{
    step *const *mode = steps[modify->request->mode];
    int r = 0;

    for (size_t i = 0; r == 0 && i < MOST_STEPS && mode[i]; i++)
        r = mode[i](modify, err);
    return r;
}
