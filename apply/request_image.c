/* SPDX-License-Identifier: Apache-2.0 */
/* What an image says besides devices: features, graphics, IMEX channels, requirements. */
#include <inttypes.h>
#include <string.h>

#include "apply/request_internal.h"
#include "apply/require.h"
#include "base/arena.h"
#include "base/bool.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/semver.h"
#include "base/words.h"

static const char *const feature_variables[REQUEST_N_FEATURES] = {
    [REQUEST_GDS] = "NVIDIA_GDS",
    [REQUEST_MOFED] = "NVIDIA_MOFED",
    [REQUEST_GDRCOPY] = "NVIDIA_GDRCOPY",
    [REQUEST_NVSWITCH] = "NVIDIA_NVSWITCH",
};

static bool any_generated(const struct request_job *job)
{
    for (size_t i = 0; i < job->devices.n; i++)
        if (request_is_generated(job->devices.items[i]))
            return true;
    return false;
}

/* Features and channels are generated, so they go with what is generated. */
static void read_features(struct request_job *job, bool count)
{
    for (enum request_feature f = 0; f < REQUEST_N_FEATURES; f++) {
        const char *variable = feature_variables[f];
        const char *value = environment_get(&job->env, variable);
        bool enabled = value && strcmp(value, "enabled") == 0;

        if (enabled && count) {
            job->out->features[f] = true;
            request_note(job, false, "%s is enabled", variable);
        } else if (enabled) {
            request_note(job, true,
                         "%s does not count, since the documents of the spec dirs have all devices",
                         variable);
        } else if (value && *value) {
            request_note(job, true, "%s is %s and does not count: the word is \"enabled\"",
                         variable, quote_string(value).text);
        }
    }
}

static int read_imex(struct request_job *job, bool count, struct cdi_error *err)
{
    int r = request_imex_from_mounts(job, err);

    if (r < 0)
        return r;
    if (job->rules->no_imex) {
        if (job->imex.n || environment_get(&job->env, IMEX_CHANNELS))
            request_note(job, true,
                         "requests for IMEX channels do not count: "
                         "features.ignore-imex-channel-requests is true");
        return 0;
    }
    if (job->imex.n == 0)
        r = request_imex_from_env(job, err);
    if (r == 0)
        r = request_unique(job, &job->imex, err);
    if (r < 0 || job->imex.n == 0)
        return r;
    if (count)
        job->out->imex_channels = (struct request_strings){job->imex.items, job->imex.n};
    else
        request_note(job, true, "IMEX channels cannot be asked for in this way in mode %s",
                     request_mode_name(job->out->mode));
    return 0;
}

static bool is_true(const char *value)
{
    bool on;

    return value && bool_parse(value, &on) && on;
}

static int add_requirement(struct request_job *job, struct request_names *list, const char *text,
                           struct cdi_error *err)
{
    list->items = arena_grow(job->arena, list->items, list->n, sizeof *list->items);
    if (!list->items || !text)
        return cdi_error_nomem(err);
    list->items[list->n++] = text;
    return 0;
}

/* "cuda>=MAJOR.MINOR" of an old image's CUDA_VERSION. */
static int add_cuda_version(struct request_job *job, struct request_names *list,
                            struct cdi_error *err)
{
    const char *text = environment_get(&job->env, "CUDA_VERSION");
    struct semver version;
    bool good = semver_parse(text, strlen(text), &version);

    for (size_t i = 0; i < ARRAY_SIZE(version.numbers); i++)
        good = good && version.numbers[i] <= UINT32_MAX;
    if (!good)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "the variable CUDA_VERSION, which the image sets, is not a version of "
                             "CUDA: give it one, or set NVIDIA_DISABLE_REQUIRE=true");
    return add_requirement(job, list,
                           arena_printf(job->arena, "cuda>=%" PRIu64 ".%" PRIu64,
                                        version.numbers[0], version.numbers[1]),
                           err);
}

static int read_requirements(struct request_job *job, struct cdi_error *err)
{
    struct request_names list = {NULL, 0};
    int r = 0;

    if (job->rules->no_requirements ||
        is_true(environment_get(&job->env, "NVIDIA_DISABLE_REQUIRE"))) {
        request_note(job, false, "requirements do not count: %s",
                     job->rules->no_requirements ? "disable-require is true"
                                                 : "NVIDIA_DISABLE_REQUIRE is true");
        return 0;
    }
    for (size_t i = 0; r == 0 && i < job->env.n; i++) {
        const struct variable *v = &job->env.items[i];

        if (strncmp(v->name, "NVIDIA_REQUIRE_", strlen("NVIDIA_REQUIRE_")) != 0 ||
            strncmp(v->name, "NVIDIA_REQUIRE_JETPACK", strlen("NVIDIA_REQUIRE_JETPACK")) == 0)
            continue;
        if (require_is_known(v->value))
            request_note(job, false, "the image requires %s: %s", quote_string(v->value).text,
                         quote_string(v->name).text);
        else
            request_note(job, false, "the image requires something that nothing is known of: %s",
                         quote_string(v->name).text);
        r = add_requirement(job, &list, v->value, err);
    }
    if (r == 0 && request_legacy_image(&job->env))
        r = add_cuda_version(job, &list, err);
    if (r == 0)
        job->out->requirements = (struct request_strings){list.items, list.n};
    return r;
}

int request_read_image(struct request_job *job, struct cdi_error *err)
{
    const char *capabilities = environment_get(&job->env, "NVIDIA_DRIVER_CAPABILITIES");
    const char *jetpack = environment_get(&job->env, "NVIDIA_REQUIRE_JETPACK");
    struct request *out = job->out;
    bool generated = any_generated(job), legacy = out->mode == REQUEST_LEGACY;
    bool csv = out->mode == REQUEST_CSV;
    int r;

    out->graphics = words_have(capabilities, "all") || words_have(capabilities, "graphics") ||
                    words_have(capabilities, "display");
    out->csv_all = jetpack && strcmp(jetpack, "csv-mounts=all") == 0;
    read_features(job, generated || legacy || csv);
    r = read_imex(job, generated || legacy, err);
    if (r == 0 && (csv || (legacy && job->rules->legacy_requirements)))
        r = read_requirements(job, err);
    return r;
}
