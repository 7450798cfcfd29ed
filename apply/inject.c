/* SPDX-License-Identifier: Apache-2.0 */
/* From qualified names to edits. */
#include <stdlib.h>

#include "apply/oci.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

/* What the names ask for: documents that are used already, edits in order, unknown names. */
struct resolution {
    const struct cdi_spec **specs;
    size_t n_specs;
    const struct cdi_edits **edits;
    size_t n_edits;
    struct strbuf unknown;
};

static bool use_spec(struct resolution *res, const struct cdi_spec *spec)
{
    for (size_t i = 0; i < res->n_specs; i++)
        if (res->specs[i] == spec)
            return false;
    res->specs[res->n_specs++] = spec;
    return true;
}

static void resolve(struct resolution *res, const struct cdi_registry *registry,
                    const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct cdi_registry_device *found = cdi_registry_find(registry, names[i]);

        if (!found) {
            strbuf_addstr(&res->unknown, res->unknown.len ? ", " : "unresolvable CDI devices ");
            strbuf_addstr(&res->unknown, names[i]);
            continue;
        }
        if (use_spec(res, found->spec))
            res->edits[res->n_edits++] = &found->spec->edits;
        res->edits[res->n_edits++] = &found->device->edits;
    }
}

int cdi_oci_inject(struct cdi_oci *oci, const struct cdi_registry *registry,
                   const char *const *names, size_t n, const char *dev_root, struct cdi_error *err)
{
    _cleanup_free_ const struct cdi_spec **specs = calloc(n + 1, sizeof *specs);
    _cleanup_free_ const struct cdi_edits **edits = calloc(n + 1, 2 * sizeof *edits);
    struct resolution res = {.specs = specs, .edits = edits, .unknown = STRBUF_INIT};
    int r;

    if (!specs || !edits)
        return cdi_error_nomem(err);
    resolve(&res, registry, names, n);
    if (res.unknown.failed)
        r = cdi_error_nomem(err);
    else if (res.unknown.len)
        r = cdi_error_set(err, CDI_ERR_NOTFOUND, "%s", res.unknown.s);
    else
        r = cdi_oci_apply(oci, edits, res.n_edits, dev_root, err);
    strbuf_free(&res.unknown);
    return r;
}
