/* SPDX-License-Identifier: Apache-2.0 */
/* The driver capabilities that a container gets from nvidia-container-cli. */
#include <stdlib.h>
#include <string.h>

#include "apply/oci.h"
#include "apply/request_internal.h"
#include "base/arena.h"
#include "base/quote.h"

#define CAPABILITIES "NVIDIA_DRIVER_CAPABILITIES"

static const char *const prefixes[] = {CAPABILITIES "=", "CUDA_VERSION=", "NVIDIA_REQUIRE_CUDA="};
static const char *const default_names[] = {"compute", "utility"};
static const struct request_strings defaults = {default_names, 2};

static bool has(const struct request_strings *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], name) == 0)
            return true;
    return false;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of `supported` that `wanted` has, sorted, each once. */
static int intersect(const struct request_strings *supported, const struct request_strings *wanted,
                     struct arena *arena, struct request_strings *out, struct cdi_error *err)
{
    const char **items = arena_calloc(arena, supported->n, sizeof *items);
    size_t n = 0, kept = 0;

    if (!items)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < supported->n; i++)
        if (has(wanted, supported->items[i]))
            items[n++] = supported->items[i];
    if (n)
        qsort(items, n, sizeof *items, compare);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(items[kept - 1], items[i]) != 0)
            items[kept++] = items[i];
    *out = (struct request_strings){items, kept};
    return 0;
}

static int check_supported(const struct request_strings *wanted,
                           const struct request_strings *supported, struct cdi_error *err)
{
    for (size_t i = 0; i < wanted->n; i++)
        if (!has(supported, wanted->items[i]))
            return cdi_error_set(err, CDI_ERR_INVALID,
                                 CAPABILITIES " asks for %s, which is not among the driver "
                                              "capabilities that this machine supports",
                                 quote_string(wanted->items[i]).text);
    return 0;
}

int request_capabilities(struct cdi_oci *oci, const struct request_strings *supported,
                         struct arena *arena, struct request_strings *out, struct cdi_error *err)
{
    struct request_job job = {.oci = oci, .arena = arena};
    struct request_names names = {NULL, 0};
    struct request_strings wanted;
    const char *value;
    int r = environment_read(oci, prefixes, 3, arena, &job.env, err);

    if (r < 0)
        return r;
    value = environment_get(&job.env, CAPABILITIES);
    if (!value && request_legacy_image(&job.env))
        return intersect(supported, supported, arena, out, err);
    if (value)
        r = request_add_list(&job, &names, value, true, err);
    if (r < 0)
        return r;
    wanted = (struct request_strings){names.items, names.n};
    if (wanted.n == 0)
        return intersect(supported, &defaults, arena, out, err);
    if (has(&wanted, "all"))
        return intersect(supported, supported, arena, out, err);
    r = check_supported(&wanted, supported, err);
    return r < 0 ? r : intersect(supported, &wanted, arena, out, err);
}
