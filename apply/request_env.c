/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and IMEX channels that variables ask for. They are the image's word. */
#include <string.h>

#include <cdikit/name.h>

#include "apply/request_internal.h"
#include "base/quote.h"

bool request_legacy_image(const struct environment *env)
{
    const char *cuda = environment_get(env, "CUDA_VERSION");
    const char *require = environment_get(env, "NVIDIA_REQUIRE_CUDA");

    return cuda && *cuda && (!require || !*require);
}

bool request_env_counts(const struct request_job *job)
{
    return job->out->privileged || job->rules->env_when_unprivileged;
}

static const char *find_name(const struct request_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i], name) == 0)
            return names->items[i];
    return NULL;
}

/* The first of the words that stand for a whole list, or NULL. */
static const char *find_word(const struct request_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i], "all") == 0 || strcmp(names->items[i], "none") == 0)
            return names->items[i];
    return NULL;
}

/* The words "void", "all" and "none". `what` is a variable, for notes. */
static void apply_words(struct request_job *job, struct request_names *names, const char *what)
{
    const char *word = find_word(names);

    if (find_name(names, "void")) {
        request_note(job, false, "%s is or has \"void\", which asks for nothing", what);
        names->n = 0;
        return;
    }
    if (!word)
        return;
    for (size_t i = 0; i < names->n; i++)
        if (cdi_name_is_qualified(names->items[i])) {
            request_note(job, true,
                         "%s has \"%s\", which stands for its whole list: %s is left out", what,
                         word, quote_string(names->items[i]).text);
            break;
        }
    names->items[0] = strcmp(word, "none") == 0 ? "" : word;
    names->n = 1;
}

/* Adds the value of a variable that NVIDIA's tools understand. */
static int add_variable(struct request_job *job, struct request_names *names, const char *name,
                        struct cdi_error *err)
{
    const char *value = environment_get(&job->env, name);

    if (value) {
        request_note(job, false, "%s is %s", name, quote_string(value).text);
        return request_add_list(job, names, value, true, err);
    }
    if (request_legacy_image(&job->env)) {
        request_note(job, false,
                     "%s is not set, and the image is one of the old ones, with CUDA_VERSION and "
                     "without NVIDIA_REQUIRE_CUDA: \"all\"",
                     name);
        return request_add(job, names, "all", err);
    }
    request_note(job, false, "%s is not set", name);
    return 0;
}

/*
 * Reads what swarm resources, or without any NVIDIA_VISIBLE_DEVICES, ask for. *variable is the
 * last one that was read.
 */
static int read_devices(struct request_job *job, const char **variable, struct cdi_error *err)
{
    const struct request_strings *swarm = &job->rules->swarm_resources;
    bool found = false;
    int r = 0;

    for (size_t i = 0; r == 0 && i < swarm->n; i++) {
        const char *value = environment_get(&job->env, swarm->items[i]);

        if (!value)
            continue;
        found = true;
        *variable = swarm->items[i];
        /* Not all of its value: it is for others, too. The names in it do come into the log. */
        request_note(job, false, "%s is set, and stands in for " VISIBLE_DEVICES, swarm->items[i]);
        r = request_add_list(job, &job->devices, value, true, err);
    }
    if (!found) {
        *variable = VISIBLE_DEVICES;
        r = add_variable(job, &job->devices, VISIBLE_DEVICES, err);
    }
    if (r == 0)
        apply_words(job, &job->devices, *variable);
    return r;
}

int request_from_env(struct request_job *job, struct cdi_error *err)
{
    const char *variable = NULL;
    int r;

    if (request_env_counts(job))
        return read_devices(job, &variable, err);
    /* What does not count is not worth a failure. */
    r = read_devices(job, &variable, NULL);
    if (r == 0 && job->devices.n == 0)
        return 0;
    job->devices.n = 0;
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    request_note(job, true,
                 "%s does not count in a container without CAP_SYS_ADMIN: "
                 "accept-nvidia-visible-devices-envvar-when-unprivileged is false",
                 variable);
    return 0;
}

int request_imex_from_env(struct request_job *job, struct cdi_error *err)
{
    const char *value = environment_get(&job->env, IMEX_CHANNELS);
    struct request_names *imex = &job->imex;
    int r;

    if (!value)
        return 0;
    if (!request_env_counts(job)) {
        request_note(job, true,
                     IMEX_CHANNELS " does not count in a container without "
                                   "CAP_SYS_ADMIN");
        return 0;
    }
    r = add_variable(job, imex, IMEX_CHANNELS, err);
    if (r < 0)
        return r;
    apply_words(job, imex, IMEX_CHANNELS);
    if (imex->n != 1)
        return 0;
    if (strcmp(imex->items[0], "all") == 0) {
        request_note(job, true, IMEX_CHANNELS " cannot ask for all channels, only name them");
        imex->n = 0;
    } else if (!*imex->items[0]) {
        imex->n = 0;
    }
    return 0;
}
