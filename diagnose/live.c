/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/live.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/quote.h"
#include "base/root.h"
#include "base/strbuf.h"
#include "cdi/finding_list.h"
#include "diagnose/live_internal.h"

#define ERROR   CDI_SEVERITY_ERROR
#define WARNING CDI_SEVERITY_WARNING

const struct cdi_rule live_rules[N_LIVE_RULES + 1] = {
    [LIVE_UNSEEN] = {.id = "live-unseen",
                     .severity = WARNING,
                     .summary = "what a document names can be looked at"},
    [LIVE_MOUNT_MISSING] = {.id = "live-mount-missing",
                            .severity = ERROR,
                            .summary = "the hostPath of a bind mount exists on this node"},
    [LIVE_MOUNT_DANGLING] = {.id = "live-mount-dangling",
                             .severity = ERROR,
                             .summary = "a hostPath that is a symlink leads to what exists"},
};

bool live_is_missing(int os_errno)
{
    return os_errno == ENOENT || os_errno == ENOTDIR;
}

int live_report(struct live *live, enum live_rule rule, const struct member *at, const char *hint,
                const char *fmt, ...)
{
    _cleanup_strbuf_ struct strbuf message = STRBUF_INIT;
    struct member_path path = member_path(at, "");
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(&message, fmt, ap);
    va_end(ap);
    if (message.failed)
        return cdi_error_nomem(live->err);
    return finding_list_add_rule(live->findings, &live_rules[rule], path.text,
                                 cdi_spec_position(live->spec, path.text), hint, message.s,
                                 live->err);
}

int live_report_unseen(struct live *live, const struct member *at, const char *path, int os_errno)
{
    return live_report(live, LIVE_UNSEEN, at,
                       os_errno == EACCES ? "look again as a user who may, such as root" : NULL,
                       "%s cannot be looked at: %s", quote_string(path).text, strerror(os_errno));
}

static int check_edits(struct live *live, const struct member *at, const struct cdi_edits *edits)
{
    return live_check_mounts(live, at, edits);
}

static int check_spec(struct live *live, const struct cdi_device *only)
{
    const struct cdi_spec *spec = live->spec;
    int r = check_edits(live, MEMBER(NULL, "containerEdits"), &spec->edits);

    for (size_t i = 0; r == 0 && i < spec->n_devices; i++)
        if (!only || only == &spec->devices[i])
            r = check_edits(live, MEMBER(ITEM(NULL, "devices", i), "containerEdits"),
                            &spec->devices[i].edits);
    return r;
}

int live_check(const struct cdi_spec *spec, const struct cdi_device *only, const struct root *root,
               struct cdi_findings *out, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct cdi_findings findings;
    struct live live = {
        .spec = spec, .root = root, .arena = arena, .findings = &findings, .err = err};
    int r = arena ? finding_list_init(&findings, err) : cdi_error_nomem(err);

    if (r < 0)
        return r;
    r = finding_list_end(&findings, check_spec(&live, only), err);
    if (r == 0)
        *out = findings;
    return r;
}
