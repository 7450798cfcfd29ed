/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/live.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/quote.h"
#include "base/root.h"
#include "cdi/finding_list.h"
#include "diagnose/live_internal.h"

int live_report_stat(struct live *live, enum rule missing, const struct member *at,
                     const char *hint, const char *path, int os_errno)
{
    const char *target = root_readlink(live->root, path, live->arena);
    bool gone = os_errno == ENOENT || os_errno == ENOTDIR;

    if (target && (gone || os_errno == ELOOP))
        return report(&live->to, RULE_LIVE_DANGLING, at, hint,
                      "the host's %s is a symlink to %s, which %s", quote_string(path).text,
                      quote_string(target).text,
                      gone ? "does not exist" : "leads round in a circle");
    if (gone)
        return report(&live->to, missing, at, hint, "the host has no %s", quote_string(path).text);
    return report(&live->to, RULE_LIVE_UNSEEN, at,
                  os_errno == EACCES ? "look again as a user who may, such as root" : NULL,
                  "the host's %s cannot be looked at: %s", quote_string(path).text,
                  strerror(os_errno));
}

static int check_edits(struct live *live, const struct member *at, const struct cdi_edits *edits)
{
    int r = live_check_nodes(live, at, edits);

    if (r == 0)
        r = live_check_mounts(live, at, edits);
    if (r == 0)
        r = live_check_hooks(live, at, edits);
    if (r == 0)
        r = live_check_net_devices(live, at, edits);
    return r;
}

static int check_spec(struct live *live, const struct cdi_device *only)
{
    const struct cdi_spec *spec = live->to.spec;
    int r = live_driver_read(live);

    if (r == 0)
        r = check_edits(live, MEMBER(NULL, "containerEdits"), &spec->edits);
    for (size_t i = 0; r == 0 && i < spec->n_devices; i++)
        if (!only || only == &spec->devices[i])
            r = check_edits(live, MEMBER(ITEM(NULL, "devices", i), "containerEdits"),
                            &spec->devices[i].edits);
    return r < 0 ? r : live_driver_report(live);
}

int live_check(const struct cdi_spec *spec, const struct cdi_device *only, const struct root *root,
               struct cdi_findings *out, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct cdi_findings findings;
    struct live live = {
        .to = {.spec = spec, .findings = &findings, .err = err}, .root = root, .arena = arena};
    int r = arena ? finding_list_init(&findings, err) : cdi_error_nomem(err);

    if (r < 0)
        return r;
    r = finding_list_end(&findings, check_spec(&live, only), err);
    if (r == 0)
        *out = findings;
    return r;
}
