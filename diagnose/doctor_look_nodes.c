/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen of device nodes, and of what they should be. */
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "diagnose/doctor_look.h"
#include "generate/machine/devchar.h"
#include "generate/machine/migcaps.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"
#include "generate/roots.h"

#define PARAMS      "/proc/driver/nvidia/params"
#define MODE        "DeviceFileMode:"
#define USUAL_MODE  0666 /* of a driver that was told nothing else */
#define USUAL_CAP   0444
#define NUMBER_NONE (-1)

/* The mode in a file of the driver, "DeviceFileMode: 438"; `usual` if it says none. */
static int read_mode(const struct doctor_look *look, const char *path, mode_t usual, mode_t *out,
                     struct cdi_error *err)
{
    struct doctor_text text;
    const char *line;
    int r = doctor_read(look, path, &text, err);

    *out = usual;
    if (r < 0 || !text.text || !(line = strstr(text.text, MODE)))
        return r;
    *out = (mode_t)(strtoul(line + strlen(MODE), NULL, 10) & 0777);
    return 0;
}

/* Adds a node: `name` is its path beneath /dev. The other members of `node` say what it should be.
 */
static int add_node(const struct doctor_look *look, const char *name, struct doctor_node node,
                    struct doctor_nodes *out, struct cdi_error *err)
{
    struct doctor_node *all = arena_grow(look->arena, out->nodes, out->n, sizeof *all);
    const char *path = arena_printf(look->arena, "/dev/%s", name);
    struct stat st;
    int r;

    if (!all || !path ||
        !(node.path = arena_printf(look->arena, "%s%s", look->roots->dev_prefix, path)))
        return cdi_error_nomem(err);
    r = root_lstat(&look->roots->dev, path, &st);
    node.there = r == 0;
    if (r == 0) {
        node.character = S_ISCHR(st.st_mode);
        node.major = major(st.st_rdev);
        node.minor = minor(st.st_rdev);
        node.mode = st.st_mode & 0777;
    } else if (!doctor_is_missing(-r)) {
        node.problem = arena_strdup(look->arena, strerror(-r));
    }
    all[out->n++] = node;
    out->nodes = all;
    return 0;
}

static int add_control(const struct doctor_look *look, mode_t mode, struct doctor_nodes *out,
                       struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(devchar_control); i++) {
        const char *name = devchar_control[i];
        bool needed = strcmp(name, "nvidiactl") == 0 || strcmp(name, "nvidia-uvm") == 0;
        struct doctor_node node = {
            .kind = needed ? DOCTOR_NODE_CONTROL : DOCTOR_NODE_EXTRA,
            .what = "the driver",
            .want_major = NUMBER_NONE,
            .want_minor = NUMBER_NONE,
            .want_mode = mode,
        };
        struct devchar number;

        if (devchar_control_number(name, &out->majors, &number, NULL) == 0) {
            node.want_major = (int)number.major;
            node.want_minor = (int)number.minor;
        }
        r = add_node(look, name, node, out, err);
    }
    return r;
}

/* The node of a MIG capability, by its minor and the name of its file in /proc. */
static int add_cap(const struct doctor_look *look, int64_t minor_number, const char *file,
                   struct doctor_nodes *out, struct cdi_error *err)
{
    struct doctor_node node = {
        .kind = DOCTOR_NODE_CAP,
        .what = file,
        .want_major = out->majors.caps,
        .want_minor = (int)minor_number,
    };
    const char *path, *name;
    int r;

    if (minor_number < 0)
        return 0;
    path = arena_printf(look->arena, "/proc/driver/nvidia/capabilities/%s", file);
    name = arena_printf(look->arena, "nvidia-caps/nvidia-cap%lld", (long long)minor_number);
    if (!path || !name)
        return cdi_error_nomem(err);
    r = read_mode(look, path, USUAL_CAP, &node.want_mode, err);
    return r < 0 ? r : add_node(look, name, node, out, err);
}

static int add_mig(const struct doctor_look *look, int64_t gpu, const struct migcaps *caps,
                   struct doctor_nodes *out, struct cdi_error *err)
{
    struct mig_instance *instances = NULL;
    size_t n = 0;
    int r = mig_instances(&look->roots->system, gpu, look->arena, &instances, &n, NULL);

    if (r < 0)
        return r == -CDI_ERR_NOMEM ? cdi_error_nomem(err) : 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        uint32_t gi = instances[i].gi, ci = instances[i].ci;
        const char *gi_file = arena_printf(look->arena, "gpu%lld/mig/gi%u/access", (long long)gpu,
                                           gi);
        const char *ci_file = arena_printf(look->arena, "gpu%lld/mig/gi%u/ci%u/access",
                                           (long long)gpu, gi, ci);

        if (!gi_file || !ci_file)
            return cdi_error_nomem(err);
        /* Compute instances of one GPU instance follow each other. */
        if (i == 0 || instances[i - 1].gi != gi)
            r = add_cap(look, migcaps_gpu_instance(caps, (uint32_t)gpu, gi), gi_file, out, err);
        if (r == 0)
            r = add_cap(look, migcaps_compute_instance(caps, (uint32_t)gpu, gi, ci), ci_file, out,
                        err);
    }
    return r;
}

static int add_gpus(const struct doctor_look *look, mode_t mode, struct doctor_nodes *out,
                    struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct migcaps caps = {NULL, 0};
    struct procfs_gpu *gpus = NULL;
    size_t n = 0;
    int r = procfs_gpus(&look->roots->system, look->arena, &gpus, &n, &why);

    if (r < 0)
        return doctor_problem(look, &why, &out->problem, err);
    if (migcaps_read(&look->roots->system, look->arena, &caps, NULL) == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *address = pci_address_format(gpus[i].address, look->arena);
        const char *name = arena_printf(look->arena, "nvidia%lld", (long long)gpus[i].minor);
        const char *what = address ? arena_printf(look->arena, "GPU %s", address) : NULL;

        if (!name || !what)
            return cdi_error_nomem(err);
        if (gpus[i].minor < 0 || gpus[i].excluded)
            continue;
        r = add_node(look, name,
                     (struct doctor_node){.kind = DOCTOR_NODE_GPU,
                                          .what = what,
                                          .want_major = out->majors.gpu,
                                          .want_minor = (int)gpus[i].minor,
                                          .want_mode = mode},
                     out, err);
        if (r == 0)
            r = add_mig(look, gpus[i].minor, &caps, out, err);
    }
    return r;
}

static int add_link(const struct doctor_look *look, const struct devchar *device,
                    struct doctor_nodes *out, struct cdi_error *err)
{
    const struct root *root = &look->roots->system;
    struct doctor_link *all = arena_grow(look->arena, out->links, out->n_links, sizeof *all);
    const char *path = arena_printf(look->arena, "/dev/char/%u:%u", device->major, device->minor);
    enum doctor_link_state state = DOCTOR_LINK_WRONG;
    struct stat st;
    int r;

    if (!all || !path)
        return cdi_error_nomem(err);
    r = root_lstat(root, path, &st);
    if (r < 0 && doctor_is_missing(-r))
        state = DOCTOR_LINK_MISSING;
    else if (root_stat(root, path, &st) == 0 && S_ISCHR(st.st_mode) &&
             major(st.st_rdev) == device->major && minor(st.st_rdev) == device->minor)
        state = DOCTOR_LINK_RIGHT;
    all[out->n_links++] = (struct doctor_link){path, device->path, state};
    out->links = all;
    return 0;
}

static int look_links(const struct doctor_look *look, struct doctor_nodes *out,
                      struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct devchars devices = {.arena = look->arena};
    int r = devchars_add_present(&look->roots->system, &devices, &why);

    if (r < 0)
        return doctor_problem(look, &why, &out->links_problem, err);
    for (size_t i = 0; r == 0 && i < devices.n; i++)
        r = add_link(look, &devices.items[i], out, err);
    return r;
}

int doctor_look_nodes(const struct doctor_look *look, struct doctor_nodes *out,
                      struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    mode_t mode;
    int r;

    *out = (struct doctor_nodes){.majors = {NUMBER_NONE, NUMBER_NONE, NUMBER_NONE},
                                 .root = look->roots->dev_prefix};
    r = majors_read(&look->roots->system, &out->majors, &why);
    if (r < 0 && why.code != CDI_ERR_NOTFOUND && !doctor_is_missing(why.os_errno) &&
        (r = doctor_problem(look, &why, &out->problem, err)) < 0)
        return r;
    r = read_mode(look, PARAMS, USUAL_MODE, &mode, err);
    if (r == 0)
        r = add_control(look, mode, out, err);
    if (r == 0)
        r = add_gpus(look, mode, out, err);
    return r == 0 ? look_links(look, out, err) : r;
}
