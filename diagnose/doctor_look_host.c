/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is seen of the host: SELinux (kernel: selinuxfs), control groups (kernel:
 * Documentation/admin-guide/cgroup-v2.rst), user namespaces (namespaces(7), subuid(5)), systemd
 * (sd_booted(3)).
 */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "diagnose/doctor_look.h"
#include "generate/roots.h"

#define CGROUPS "/sys/fs/cgroup"
#define WANTS   "/etc/systemd/system/multi-user.target.wants/"

static const char *const units[DOCTOR_UNITS] = {
    "cdikit-refresh.service",
    "cdikit-refresh.path",
    "nvidia-cdi-refresh.service",
    "nvidia-cdi-refresh.path",
};

/* What tells the version, the first that is there. */
static const struct {
    const char *path;
    enum doctor_cgroup is;
} cgroups[] = {
    {CGROUPS "/cgroup.controllers", DOCTOR_CGROUP_V2},
    {CGROUPS "/unified/cgroup.controllers", DOCTOR_CGROUP_HYBRID},
    {CGROUPS "/devices", DOCTOR_CGROUP_V1},
};

static int look_cgroup(const struct doctor_look *look, struct doctor_host *out,
                       struct cdi_error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(cgroups); i++) {
        struct stat st;
        int r = root_stat(&look->roots->system, cgroups[i].path, &st);

        if (r == 0) {
            out->cgroup = cgroups[i].is;
            return 0;
        }
        if (doctor_is_missing(-r))
            continue;
        out->cgroup_problem = arena_strdup(look->arena, strerror(-r));
        return out->cgroup_problem ? 0 : cdi_error_nomem(err);
    }
    return 0;
}

int doctor_look_host(const struct doctor_look *look, struct doctor_host *out, struct cdi_error *err)
{
    const struct {
        const char *path;
        struct doctor_text *text;
    } files[] = {
        {"/sys/fs/selinux/enforce", &out->selinux_enforce},
        {"/sys/fs/selinux/booleans/container_use_devices", &out->selinux_devices},
        {"/etc/subuid", &out->subuid},
        {"/etc/subgid", &out->subgid},
        {"/proc/sys/user/max_user_namespaces", &out->max_user_namespaces},
        /* Debian's kernels of old have this one. */
        {"/proc/sys/kernel/unprivileged_userns_clone", &out->userns_clone},
    };
    struct stat st;
    int r = look_cgroup(look, out, err);

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++)
        r = doctor_read(look, files[i].path, files[i].text, err);
    out->systemd = root_stat(&look->roots->system, "/run/systemd/system", &st) == 0;
    for (size_t i = 0; r == 0 && i < DOCTOR_UNITS; i++) {
        const char *link = arena_printf(look->arena, WANTS "%s", units[i]);

        if (!link)
            return cdi_error_nomem(err);
        out->units[i] = (struct doctor_unit){units[i],
                                             root_lstat(&look->roots->system, link, &st) == 0};
    }
    return r;
}
