/* SPDX-License-Identifier: Apache-2.0 */
/* From qualified names to edits. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/name.h>

#include "apply/keyed_list.h"
#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/strbuf.h"

#define LONGEST_PLAIN_NAME 128 /* bytes */

/* What the names ask for: documents that are used already, edits in order, unknown names. */
struct resolution {
    const struct cdi_spec **specs; /* of each name; keys of used */
    struct keyed_list used;
    const struct cdi_edits **edits;
    size_t n_edits;
    struct keyed_list unknown;
};

/* A well-formed name as it is, another one in quotes. */
static void add_name(struct strbuf *b, const char *name)
{
    if (strlen(name) <= LONGEST_PLAIN_NAME && cdi_name_is_qualified(name))
        strbuf_addstr(b, name);
    else
        strbuf_addstr(b, quote_string(name).text);
}

static int refuse_unknown(const struct keyed_list *unknown, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < unknown->n && i < CDI_OCI_MAX_NAMED; i++) {
        strbuf_addstr(&b, i ? ", " : "");
        add_name(&b, unknown->items[i].key);
    }
    if (unknown->n > CDI_OCI_MAX_NAMED)
        strbuf_printf(&b, " and %zu more", unknown->n - CDI_OCI_MAX_NAMED);
    if (b.failed)
        return cdi_error_nomem(err);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "unresolvable CDI devices %s", b.s);
}

static int resolve(struct resolution *res, const struct cdi_registry *registry,
                   const char *const *names, size_t n, struct cdi_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct cdi_registry_device *found = cdi_registry_find(registry, names[i]);

        if (!found) {
            (void)keyed_list_add_key(&res->unknown, names[i], strlen(names[i]));
            continue;
        }
        res->specs[i] = found->spec;
        if (keyed_list_add_key(&res->used, (const char *)&res->specs[i], sizeof res->specs[i]))
            res->edits[res->n_edits++] = &found->spec->edits;
        res->edits[res->n_edits++] = &found->device->edits;
    }
    if (res->used.failed || res->unknown.failed)
        return cdi_error_nomem(err);
    return res->unknown.n ? refuse_unknown(&res->unknown, err) : 0;
}

int cdi_oci_inject(struct cdi_oci *oci, const struct cdi_registry *registry,
                   const char *const *names, size_t n, const char *dev_root, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct resolution res = {.n_edits = 0};
    int r;

    if (!arena || !keyed_list_init(&res.used, arena, n) || !keyed_list_init(&res.unknown, arena, n))
        return cdi_error_nomem(err);
    res.specs = arena_calloc(arena, n, sizeof *res.specs);
    res.edits = arena_calloc(arena, n, 2 * sizeof *res.edits);
    if (!res.specs || !res.edits)
        return cdi_error_nomem(err);
    r = resolve(&res, registry, names, n, err);
    return r < 0 ? r : cdi_oci_apply(oci, res.edits, res.n_edits, dev_root, err);
}
