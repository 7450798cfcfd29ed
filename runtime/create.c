/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/create.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cdikit/oci.h>
#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"

#define MOST_ERRORS_NAMED 3

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

/*
 * Why a device may be missing: what could not be loaded from the spec dirs. Reads all of them,
 * since a file that is broken where its kind stands defines the device to its author only.
 */
static int explain_unresolved(const struct config_list *dirs, struct cdi_error *err)
{
    _cleanup_(free_registry) struct cdi_registry *registry = NULL;
    _cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
    const struct cdi_registry_error *errors;
    size_t n;

    if (cdi_registry_new(NULL, dirs->items, dirs->n, &registry, NULL) < 0)
        return -(int)err->code;
    errors = cdi_registry_errors(registry, &n);
    for (size_t i = 0; i < n && i < MOST_ERRORS_NAMED; i++) {
        char text[1024];

        (void)cdi_error_format(&errors[i].error, text, sizeof text);
        strbuf_printf(&why, "%s%s", i ? "; " : "", text);
    }
    if (n > MOST_ERRORS_NAMED)
        strbuf_printf(&why, "; and %zu more", n - MOST_ERRORS_NAMED);
    if (n == 0 || why.failed)
        return -(int)err->code;
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "%s (spec dirs have errors: %s)", err->message,
                         why.s);
}

static int inject(struct cdi_oci *oci, const struct config *config, const char *const *devices,
                  size_t n, struct cdi_error *err)
{
    _cleanup_(free_registry) struct cdi_registry *registry = NULL;
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
    r = cdi_oci_inject(oci, registry, devices, n, NULL, err);
    for (size_t i = 0; r < 0 && err && i < n; i++)
        if (!cdi_registry_find(registry, devices[i]))
            return explain_unresolved(dirs, err);
    return r;
}

/* Puts the edited document in the place of the old one. */
static int replace(const char *path, const struct cdi_oci *oci, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    struct stat st;
    size_t len;
    int r = cdi_oci_format(oci, &text, &len, err);

    if (r < 0)
        return r;
    /* The environment in it may hold secrets: what a symlink points to decides the mode, too. */
    if (stat(path, &st) < 0)
        st.st_mode = 0600;
    return file_replace(path, text, len, st.st_mode & 0777, FILE_REPLACE_KEEP_OWNER, err);
}

int create_apply(const struct args *args, const struct config *config, struct create_result *result,
                 struct cdi_error *err)
{
    _cleanup_free_ char *path = create_config_path(args);
    _cleanup_free_ char *text = NULL;
    _cleanup_free_ const char **devices = NULL;
    _cleanup_(free_oci) struct cdi_oci *oci = NULL;
    size_t len;
    int r;

    *result = (struct create_result){0};
    if (!path)
        return cdi_error_nomem(err);
    r = file_read(AT_FDCWD, path, CDI_OCI_MAX_SIZE, &text, &len, err);
    if (r < 0)
        return r;
    r = cdi_oci_parse(text, len, path, &oci, err);
    if (r < 0)
        return r;
    free(TAKE_PTR(text));
    r = cdi_oci_requested_devices(oci, &devices, &result->n_devices, err);
    if (r < 0 || result->n_devices == 0)
        return r;
    r = inject(oci, config, devices, result->n_devices, err);
    if (r < 0 || !cdi_oci_changed(oci))
        return r;
    return replace(path, oci, err);
}
