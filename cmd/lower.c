/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/lower.h"

#include <string.h>

#include <cdikit/lower.h>
#include <cdikit/version.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cdi/engine.h"
#include "cmd/common.h"

#define MAX_NAMED 8 /* devices that are named in a line */

int lower_check_version(const char *option, const char *version, const char *others,
                        struct cdi_error *err)
{
    char all[256] = "";
    size_t used = 0;

    if (cdi_version_index(version) >= 0)
        return 0;
    for (const char *const *v = cdi_versions() + cdi_version_index(CDI_VERSION_EARLIEST);
         *v && used < sizeof all; v++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", *v);
    return cdi_error_set(err, CDI_ERR_USAGE, "%s cannot be '%s': it is %sone of %s", option,
                         version, others, all);
}

/* Takes a version that is lower than what there is. Returns false without memory. */
static bool take_lower(struct lower_limit *limit, const char *version, const char *why)
{
    if (!why)
        return false;
    if (!limit->version || cdi_version_index(version) < cdi_version_index(limit->version))
        *limit = (struct lower_limit){version, why};
    return true;
}

int lower_limit(const struct call *call, const struct lower_options *options,
                struct lower_limit *out, struct cdi_error *err)
{
    const char *max = options->max_version;
    int r = max ? lower_check_version("--max-cdi-version", max, "", err) : 0;

    *out = (struct lower_limit){NULL, NULL};
    if (r == 0 && max &&
        !take_lower(out, max, arena_printf(call->arena, "--max-cdi-version %s", max)))
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < options->engines.n; i++) {
        const char *text = options->engines.items[i];
        struct engine_version engine;
        const char *version;

        r = engine_parse(text, &engine, err);
        if (r < 0)
            return cdi_error_wrap(err, r, "--for");
        version = engine_max_cdi_version(&engine);
        if (!take_lower(out, version,
                        arena_printf(call->arena, "--for %s reads up to CDI %s", text, version)))
            return cdi_error_nomem(err);
    }
    return r;
}

/* Both are static strings. */
static bool alike(const struct cdi_drop *a, const struct cdi_drop *b)
{
    return a->member == b->member && a->lost == b->lost;
}

/* "the document, devices 0, 1": where there were drops like the first one. */
static void add_places(struct strbuf *b, const struct cdi_drops *drops,
                       const struct cdi_drop *first)
{
    const char *last = NULL;
    size_t n = 0;

    for (size_t i = 0; i < drops->n && !b->len; i++)
        if (!drops->items[i].device && alike(&drops->items[i], first))
            strbuf_addstr(b, "the document");
    for (size_t i = 0; i < drops->n; i++) {
        const struct cdi_drop *drop = &drops->items[i];

        /* A device's drops follow each other. */
        if (!drop->device || drop->device == last || !alike(drop, first))
            continue;
        last = drop->device;
        if (n < MAX_NAMED)
            strbuf_printf(b, "%s%s%s", b->len ? ", " : "", n ? "" : "devices ", last);
        n++;
    }
    if (n > MAX_NAMED)
        strbuf_printf(b, " and %zu more", n - MAX_NAMED);
}

/* One line. */
static int say(const struct call *call, const struct lower_limit *limit,
               const struct cdi_drops *drops, const struct cdi_drop *drop, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf places = STRBUF_INIT;

    add_places(&places, drops, drop);
    if (places.failed)
        return cdi_error_nomem(err);
    message_say(call, "dropped: %s: %s (needs CDI %s; %s); lost: %s", places.s, drop->member,
                drop->version, limit->why, drop->lost);
    return 0;
}

/* A line for each kind of drop, in the order in which they first occur. */
static int say_all(const struct call *call, const struct lower_limit *limit,
                   const struct cdi_drops *drops, struct cdi_error *err)
{
    const struct cdi_drop **said = NULL;
    size_t n = 0, k;
    int r = 0;

    for (size_t i = 0; i < drops->n && r == 0; i++) {
        for (k = 0; k < n && !alike(said[k], &drops->items[i]); k++)
            ;
        if (k < n)
            continue;
        said = arena_grow(call->arena, said, n, sizeof *said);
        if (!said)
            return cdi_error_nomem(err);
        said[n++] = &drops->items[i];
        r = say(call, limit, drops, &drops->items[i], err);
    }
    return r;
}

int lower_document(const struct call *call, const struct lower_limit *limit, struct cdi_spec *spec,
                   struct cdi_error *err)
{
    struct cdi_drops drops;
    int r;

    if (!limit->version)
        return 0;
    r = cdi_spec_lower(spec, limit->version, &drops, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "%s", limit->why);
    return call->quiet ? 0 : say_all(call, limit, &drops, err);
}
