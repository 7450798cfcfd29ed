/* SPDX-License-Identifier: Apache-2.0 */
/* What containers are given of this node as it is: bind mounts and network interfaces. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/quote.h"
#include "base/root.h"
#include "diagnose/live_internal.h"

static bool is_bind(const struct cdi_mount *mount)
{
    if (strcmp(mount->type, "bind") == 0)
        return true;
    for (size_t i = 0; i < mount->options.n; i++)
        if (strcmp(mount->options.items[i], "bind") == 0 ||
            strcmp(mount->options.items[i], "rbind") == 0)
            return true;
    return false;
}

static int check_source(struct live *live, const struct member *at, const char *path)
{
    struct stat st;
    int r = live_driver_note(live, at, path);

    if (r < 0)
        return r;
    r = root_stat(live->root, path, &st);
    if (r == 0)
        return 0;
    return live_report_stat(live, RULE_LIVE_MOUNT_MISSING, at,
                            "if software was installed or removed, generate the document again, "
                            "e.g. by `cdikit refresh`; else remove the mount",
                            path, -r);
}

int live_check_mounts(struct live *live, const struct member *in, const struct cdi_edits *edits)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->n_mounts; i++)
        if (is_bind(&edits->mounts[i]) && edits->mounts[i].host_path[0] == '/')
            r = check_source(live, MEMBER(ITEM(in, "mounts", i), "hostPath"),
                             edits->mounts[i].host_path);
    return r;
}

static int check_interface(struct live *live, const struct member *at, const char *name)
{
    const char *path = arena_printf(live->arena, "/sys/class/net/%s", name);
    struct stat st;
    int r;

    if (!path)
        return cdi_error_nomem(live->to.err);
    /* The link leads to where the device is in /sys, which a simulated node may lack. */
    r = root_lstat(live->root, path, &st);
    if (r == -ENOENT)
        return report(&live->to, RULE_LIVE_NET_DEVICE_MISSING, at,
                      "look in /sys/class/net for the name that it has; an interface that a "
                      "container has got already is not there until that ends",
                      "the host has no network interface %s", quote_string(name).text);
    return r < 0 ? live_report_stat(live, RULE_LIVE_NET_DEVICE_MISSING, at, NULL, path, -r) : 0;
}

int live_check_net_devices(struct live *live, const struct member *in,
                           const struct cdi_edits *edits)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->n_net_devices; i++) {
        const char *name = edits->net_devices[i].host_interface_name;

        /* What is no name of an interface is for cdi_spec_validate(). */
        if (*name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            r = check_interface(live, MEMBER(ITEM(in, "netDevices", i), "hostInterfaceName"), name);
    }
    return r;
}
