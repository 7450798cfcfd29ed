/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/create.h"

#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/oci.h>
#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"

#define MOST_ERRORS_NAMED 3
#define VISIBLE_DEVICES   "NVIDIA_VISIBLE_DEVICES"

static void free_oci(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

static void free_registry(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}

char *create_config_path(const struct args *args)
{
    _cleanup_strbuf_ struct strbuf path = STRBUF_INIT;

    /* crun: the literal "config.json" is in the bundle, any other name is the caller's. */
    if (args->config && strcmp(args->config, "config.json") != 0)
        return strdup(args->config);
    if (args->bundle && *args->bundle) {
        strbuf_addstr(&path, args->bundle);
        if (path.s && path.s[path.len - 1] != '/')
            strbuf_addch(&path, '/');
    }
    strbuf_addstr(&path, "config.json");
    return strbuf_take(&path, NULL);
}

static bool is_among(const char *path, const struct cdi_registry_error *errors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(errors[i].path, path) == 0)
            return true;
    return false;
}

/* Adds the errors of a registry, but not of the files that `told` has. Returns their number. */
static size_t add_errors(struct strbuf *why, size_t n_before, const struct cdi_registry *registry,
                         const struct cdi_registry *told)
{
    const struct cdi_registry_error *errors, *told_errors = NULL;
    size_t n, n_told = 0, added = n_before;

    errors = cdi_registry_errors(registry, &n);
    if (told)
        told_errors = cdi_registry_errors(told, &n_told);
    for (size_t i = 0; i < n; i++) {
        char text[1024];

        if (is_among(errors[i].path, told_errors, n_told) || added++ >= MOST_ERRORS_NAMED)
            continue;
        (void)cdi_error_format(&errors[i].error, text, sizeof text);
        strbuf_printf(why, "%s%s", why->len ? "; " : "", text);
    }
    return added;
}

/*
 * Why a device may be missing: what could not be loaded from the spec dirs. Files that have the
 * kind in them come first; then all others, since one that is broken where its kind stands
 * defines the device to its author only.
 */
static int explain_unresolved(const struct config_list *dirs, const struct cdi_registry *registry,
                              const struct cdi_error *cause, struct cdi_error *err)
{
    _cleanup_(free_registry) struct cdi_registry *all = NULL;
    _cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
    size_t n = add_errors(&why, 0, registry, NULL);

    if (cdi_registry_new(NULL, dirs->items, dirs->n, &all, NULL) == 0)
        n = add_errors(&why, n, all, registry);
    if (n > MOST_ERRORS_NAMED)
        strbuf_printf(&why, "; and %zu more", n - MOST_ERRORS_NAMED);
    if (n == 0 || why.failed)
        return cdi_error_set(err, cause->code, "%s", cause->message);
    return cdi_error_set(err, cause->code, "%s (spec dirs have errors: %s)", cause->message, why.s);
}

/* Gives *cause, and what it holds, to the caller. */
static int hand_over(struct cdi_error *cause, int r, struct cdi_error *err)
{
    if (!err)
        return r;
    cdi_error_clear(err);
    *err = *cause;
    *cause = (struct cdi_error)CDI_ERROR_INIT;
    return r;
}

static int inject(struct cdi_oci *oci, const struct config *config, const char *const *devices,
                  size_t n, struct cdi_error *err)
{
    _cleanup_(free_registry) struct cdi_registry *registry = NULL;
    _cleanup_error_ struct cdi_error cause = CDI_ERROR_INIT;
    const struct config_list *dirs = &config->spec_dirs;
    int r;

    if (dirs->n == 0)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "unresolvable CDI device %s: no spec dirs are configured, "
                             "nvidia-container-runtime.modes.cdi.spec-dirs is an empty list",
                             devices[0]);
    r = cdi_registry_new_for(NULL, dirs->items, dirs->n, devices, n, &registry, err);
    if (r < 0)
        return r;
    r = cdi_oci_inject(oci, registry, devices, n, NULL, &cause);
    if (r == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (!cdi_registry_find(registry, devices[i]))
            return explain_unresolved(dirs, registry, &cause, err);
    return hand_over(&cause, r, err);
}

/* True if the annotations ask for something, or are wrong. */
static bool has_annotated_devices(struct cdi_oci *oci)
{
    _cleanup_free_ const char **devices = NULL;
    struct cdi_annotations annotations;
    size_t n = 0;

    return cdi_oci_annotations(oci, CDI_ANNOTATION_PREFIX, &annotations, NULL) < 0 ||
           cdi_annotations_devices(&annotations, &devices, &n, NULL) < 0 || n > 0;
}

/*
 * NVIDIA_VISIBLE_DEVICES is the image's word, which a node may decide to take only from containers
 * that could have all devices anyway. Annotations are the engine's.
 */
static bool env_counts(struct cdi_oci *oci, const struct config *config)
{
    return config->env_when_unprivileged || cdi_oci_has_capability(oci, "CAP_SYS_ADMIN");
}

/* The devices that the container asks for and may ask for. */
static int find_request(struct cdi_oci *oci, const struct config *config, const char ***devices,
                        struct create_result *result, struct cdi_error *err)
{
    const char *value;

    if (env_counts(oci, config) || has_annotated_devices(oci))
        return cdi_oci_requested_devices(oci, devices, &result->n_devices, err);
    value = cdi_oci_getenv(oci, VISIBLE_DEVICES);
    result->env_ignored = value && *value && strcmp(value, "void") != 0;
    return 0;
}

int create_apply(const struct args *args, const struct config *config, struct create_result *result,
                 struct cdi_error *err)
{
    _cleanup_free_ char *path = create_config_path(args);
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    _cleanup_free_ char *text = NULL;
    _cleanup_free_ const char **devices = NULL;
    _cleanup_(free_oci) struct cdi_oci *oci = NULL;
    size_t len;
    int r;

    *result = (struct create_result){.n_devices = 0};
    if (!path)
        return cdi_error_nomem(err);
    r = file_place_read(&place, path, CDI_OCI_MAX_SIZE, &text, &len, err);
    if (r < 0)
        return r;
    r = cdi_oci_take(TAKE_PTR(text), len, path, &oci, err);
    if (r < 0)
        return r;
    r = find_request(oci, config, &devices, result, err);
    if (r < 0 || !devices)
        return r;
    r = inject(oci, config, devices, result->n_devices, err);
    if (r < 0 || !cdi_oci_changed(oci))
        return r;
    r = cdi_oci_format(oci, &text, &len, err);
    /* Its environment may hold secrets: mode and owner are those of what was read. */
    return r < 0 ? r : file_place_replace(&place, text, len, err);
}
