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
    [LIVE_DANGLING] = {.id = "live-dangling",
                       .severity = ERROR,
                       .summary = "a path on this node that is a symlink leads to what exists"},
    [LIVE_NODE_MISSING] = {.id = "live-node-missing",
                           .severity = ERROR,
                           .summary = "a device node without type and numbers exists on this node"},
    [LIVE_NODE_NUMBERS_ONLY] = {.id = "live-node-numbers-only",
                                .severity = WARNING,
                                .summary = "a device node with type and numbers exists on this "
                                           "node, too"},
    [LIVE_NODE_TYPE] = {.id = "live-node-type",
                        .severity = ERROR,
                        .summary = "a device node is a node on this node, of the type that the "
                                   "document says"},
    [LIVE_NODE_NUMBERS] = {.id = "live-node-numbers",
                           .severity = ERROR,
                           .summary = "a device node has the numbers that the document says"},
    [LIVE_NODE_ACCESS] = {.id = "live-node-access",
                          .severity = WARNING,
                          .summary = "a device node's permissions and mode let somebody read or "
                                     "write"},
    [LIVE_HOOK_MISSING] = {.id = "live-hook-missing",
                           .severity = ERROR,
                           .summary = "the program of a hook exists on this node"},
    [LIVE_HOOK_NOT_EXECUTABLE] = {.id = "live-hook-not-executable",
                                  .severity = ERROR,
                                  .summary = "the program of a hook can be executed"},
    [LIVE_HOOK_WRITABLE] = {.id = "live-hook-writable",
                            .severity = ERROR,
                            .summary = "nobody but its owner can write or replace the program of "
                                       "a hook"},
    [LIVE_HOOK_OWNER] = {.id = "live-hook-owner",
                         .severity = WARNING,
                         .summary = "the program of a hook belongs to root"},
    [LIVE_NET_DEVICE_MISSING] = {.id = "live-net-device-missing",
                                 .severity = ERROR,
                                 .summary = "the network interface of a net device exists on this "
                                            "node"},
    [LIVE_DRIVER_MISSING] = {.id = "live-driver-missing",
                             .severity = ERROR,
                             .summary = "NVIDIA's kernel module is loaded where a document has "
                                        "files of its driver"},
    [LIVE_DRIVER_VERSION] = {.id = "live-driver-version",
                             .severity = ERROR,
                             .summary = "the files of NVIDIA's driver in a document have the "
                                        "version of the kernel module"},
};

static int report(struct live *live, enum live_rule rule, const char *path, const char *hint,
                  const char *fmt, va_list ap)
{
    _cleanup_strbuf_ struct strbuf message = STRBUF_INIT;

    strbuf_vprintf(&message, fmt, ap);
    if (message.failed)
        return cdi_error_nomem(live->err);
    return finding_list_add_rule(live->findings, &live_rules[rule], path,
                                 cdi_spec_position(live->spec, path), hint, message.s, live->err);
}

int live_report_path(struct live *live, enum live_rule rule, const char *path, const char *hint,
                     const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = report(live, rule, path, hint, fmt, ap);
    va_end(ap);
    return r;
}

int live_report(struct live *live, enum live_rule rule, const struct member *at, const char *hint,
                const char *fmt, ...)
{
    struct member_path path = member_path(at, "");
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = report(live, rule, path.text, hint, fmt, ap);
    va_end(ap);
    return r;
}

int live_report_stat(struct live *live, enum live_rule missing, const struct member *at,
                     const char *hint, const char *path, int os_errno)
{
    const char *target = root_readlink(live->root, path, live->arena);
    bool gone = os_errno == ENOENT || os_errno == ENOTDIR;

    if (target && (gone || os_errno == ELOOP))
        return live_report(live, LIVE_DANGLING, at, hint,
                           "the host's %s is a symlink to %s, which %s", quote_string(path).text,
                           quote_string(target).text,
                           gone ? "does not exist" : "leads round in a circle");
    if (gone)
        return live_report(live, missing, at, hint, "the host has no %s", quote_string(path).text);
    return live_report(live, LIVE_UNSEEN, at,
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
    const struct cdi_spec *spec = live->spec;
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
        .spec = spec, .root = root, .arena = arena, .findings = &findings, .err = err};
    int r = arena ? finding_list_init(&findings, err) : cdi_error_nomem(err);

    if (r < 0)
        return r;
    r = finding_list_end(&findings, check_spec(&live, only), err);
    if (r == 0)
        *out = findings;
    return r;
}
