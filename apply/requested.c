/* SPDX-License-Identifier: Apache-2.0 */
/* The public question for the devices of a document. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>

#include "apply/request.h"
#include "base/arena.h"

static const char *const prefixes[] = {CDI_ANNOTATION_PREFIX};
static const struct request_rules rules = {
    .annotation_prefixes = {prefixes, 1},
    .env_when_unprivileged = true,
    .default_kind = "nvidia.com/gpu",
};

/* Names in one block of memory: the pointers, then the texts. */
static const char **copy_names(const struct request_strings *names)
{
    size_t bytes = names->n * sizeof(char *);
    const char **copy;
    char *text;

    for (size_t i = 0; i < names->n; i++)
        bytes += strlen(names->items[i]) + 1;
    copy = malloc(bytes);
    if (!copy)
        return NULL;
    text = (char *)(copy + names->n);
    for (size_t i = 0; i < names->n; i++) {
        copy[i] = text;
        text = stpcpy(text, names->items[i]) + 1;
    }
    return copy;
}

int cdi_oci_requested_devices(struct cdi_oci *oci, const char ***devices, size_t *n,
                              struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char **copy = NULL;
    struct request request;
    int r;

    if (!arena)
        return cdi_error_nomem(err);
    r = request_read(oci, &rules, REQUEST_CDI, REQUEST_PLATFORM_OTHER, arena, &request, err);
    if (r < 0)
        return r;
    if (request.devices.n && !(copy = copy_names(&request.devices)))
        return cdi_error_nomem(err);
    *devices = copy;
    *n = request.devices.n;
    return 0;
}
