/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/registry.h"

#include <string.h>

#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strbuf.h"

#define MOST_ERRORS_NAMED 3

static void free_registry(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
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

int registry_inject(struct cdi_oci *oci, const struct config_list *dirs, const char *const *devices,
                    size_t n, struct cdi_error *err)
{
    _cleanup_(free_registry) struct cdi_registry *registry = NULL;
    _cleanup_error_ struct cdi_error cause = CDI_ERROR_INIT;
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
    return error_move(&cause, r, err);
}
