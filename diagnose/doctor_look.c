/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/doctor_look.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "base/span.h"
#include "generate/generate.h"
#include "generate/roots.h"

/* modules.dep has half of a MiB on a distribution's kernel. */
#define MOST_TEXT (16U << 20)

bool doctor_is_missing(int os_errno)
{
    return os_errno == ENOENT || os_errno == ENOTDIR;
}

int doctor_problem(const struct doctor_look *look, const struct cdi_error *why, const char **out,
                   struct cdi_error *err)
{
    if (why->code == CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    *out = arena_strdup(look->arena, why->message);
    return *out ? 0 : cdi_error_nomem(err);
}

int doctor_read(const struct doctor_look *look, const char *path, struct doctor_text *out,
                struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    struct span trimmed;
    size_t len;

    *out = (struct doctor_text){.path = path};
    if (root_read(&look->roots->system, path, MOST_TEXT, &text, &len, &why) < 0)
        return doctor_is_missing(why.os_errno) ? 0 : doctor_problem(look, &why, &out->problem, err);
    trimmed = span_trim((struct span){text, len});
    out->text = arena_strndup(look->arena, trimmed.s, trimmed.len);
    return out->text ? 0 : cdi_error_nomem(err);
}

/*
 * Opens the roots. A driver root that cannot be opened is a fact, and the node's own stands in for
 * it; the node's root must be there.
 */
static int open_roots(struct doctor_look *look, struct roots *roots, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct generate_options own = *look->options;
    int r = roots_open(roots, look->options, look->arena, &why);

    if (r == 0)
        return 0;
    if (roots->system.fd < 0 || why.code == CDI_ERR_NOMEM) {
        if (err) {
            *err = why;
            why = (struct cdi_error)CDI_ERROR_INIT;
        }
        return r;
    }
    roots_close(roots);
    *roots = (struct roots)ROOTS_INIT;
    own.driver_root = own.dev_root = NULL;
    r = doctor_problem(look, &why, &look->driver_root_problem, err);
    return r < 0 ? r : roots_open(roots, &own, look->arena, err);
}

int doctor_look(const struct generate_options *options, const struct doctor_asked *asked,
                struct arena *arena, struct doctor_facts *out, struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    struct doctor_look look = {.options = options, .asked = asked, .roots = &roots, .arena = arena};
    int r = open_roots(&look, &roots, err);

    *out = (struct doctor_facts){.driver = {.other_kind = false}};
    if (r == 0)
        r = doctor_look_driver(&look, &out->driver, err);
    if (r == 0)
        r = doctor_look_nodes(&look, &out->nodes, err);
    if (r == 0)
        r = doctor_look_specs(&look, &out->specs, err);
    if (r == 0)
        r = doctor_look_engines(&look, &out->engines, err);
    if (r == 0)
        r = doctor_look_host(&look, &out->host, err);
    return r;
}
