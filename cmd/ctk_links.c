/* SPDX-License-Identifier: Apache-2.0 */
/* nvidia-ctk system create-dev-char-symlinks */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "cmd/common.h"
#include "cmd/ctk.h"
#include "cmd/ctk_system.h"
#include "generate/machine/devchar.h"
#include "generate/machine/migcaps.h"

struct links_options {
    const char *dir, *driver_root;
    bool all, load_modules, make_nodes, dry_run;
};

#define AT(member) offsetof(struct links_options, member)

static const struct option options[] = {
    {.name = "dev-char-path",
     .type = OPTION_STRING,
     .offset = AT(dir),
     .value = "DIR",
     .help = "where the links are made; /dev/char unless given",
     .flags = OPTION_EMPTY,
     .env = NAMES("DEV_CHAR_PATH")},
    {.name = "driver-root",
     .type = OPTION_STRING,
     .offset = AT(driver_root),
     .value = "DIR",
     .help = "whose modprobe loads kernel modules; / unless given",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_DRIVER_ROOT", "DRIVER_ROOT")},
    {.name = "create-all",
     .type = OPTION_SWITCH,
     .offset = AT(all),
     .help = "links for every node that this machine can have, not for those that it has",
     .env = NAMES("CREATE_ALL")},
    {.name = "load-kernel-modules",
     .type = OPTION_SWITCH,
     .offset = AT(load_modules),
     .help = "with --create-all: load the kernel modules of the driver before",
     .env = NAMES("LOAD_KERNEL_MODULES")},
    {.name = "create-device-nodes",
     .type = OPTION_SWITCH,
     .offset = AT(make_nodes),
     .help = "with --create-all: make the control device nodes before",
     .env = NAMES("CREATE_DEVICE_NODES")},
    {.name = "dry-run",
     .type = OPTION_SWITCH,
     .offset = AT(dry_run),
     .help = "only say what would be done",
     .env = NAMES("DRY_RUN")},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static const char *text(const char *value, const char *otherwise)
{
    return value && *value ? value : otherwise;
}

/* The capabilities of MIG; *out is NULL on a machine without. */
static int read_caps(const struct root *root, struct arena *arena, struct migcaps *caps,
                     const struct migcaps **out, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int r = migcaps_read(root, arena, caps, &why);

    *out = r == 0 ? caps : NULL;
    if (r == 0 || why.code == CDI_ERR_NOTFOUND)
        return 0;
    return cdi_error_set(err, why.code, "%s", why.message);
}

/* The devices of --create-all. */
static int plan_all(const struct call *call, const struct root *root, struct devchars *out,
                    struct cdi_error *err)
{
    const struct links_options *o = call->options;
    const struct migcaps *known;
    struct migcaps caps;
    struct majors majors;
    size_t n_gpus = 0;
    int r = 0;

    if (o->load_modules)
        r = system_load_modules(call, text(o->driver_root, "/"), o->dry_run, err);
    if (r == 0)
        r = devchars_count_gpus(root, call->arena, &n_gpus, err);
    if (r < 0 || n_gpus == 0)
        return r;
    r = majors_read(root, &majors, err);
    if (r == 0 && o->make_nodes)
        r = system_make_nodes(call, NULL, &majors, o->dry_run, err);
    if (r == 0)
        r = read_caps(root, call->arena, &caps, &known, err);
    return r < 0 ? r : devchars_add_all(&majors, known, n_gpus, out, err);
}

static bool same_link(int dirfd, const char *name, const char *target)
{
    char text_[4096];
    ssize_t len = readlinkat(dirfd, name, text_, sizeof text_);

    return len >= 0 && (size_t)len == strlen(target) && memcmp(text_, target, (size_t)len) == 0;
}

static int make_link(const struct call *call, const char *dir, int dirfd,
                     const struct devchar *device, struct cdi_error *err)
{
    char name[32];

    (void)snprintf(name, sizeof name, "%u:%u", device->major, device->minor);
    message_info(call, "Creating link %s/%s => %s", dir, name, device->path);
    if (dirfd < 0 || symlinkat(device->path, dirfd, name) == 0)
        return 0;
    if (errno != EEXIST)
        return cdi_error_set_errno(err, errno, "cannot make the link %s/%s", dir, name);
    if (!same_link(dirfd, name, device->path))
        message_warn(call, "%s/%s exists and is left as it is", dir, name);
    return 0;
}

static int make_links(const struct call *call, const struct devchars *devices,
                      struct cdi_error *err)
{
    const struct links_options *o = call->options;
    const char *dir = text(o->dir, "/dev/char");
    _cleanup_close_ int dirfd = -1;
    int r = o->dry_run ? 0 : file_mkdirs(dir, err);

    if (r < 0)
        return r;
    if (!o->dry_run && (dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return cdi_error_set_errno(err, errno, "cannot open the directory %s", dir);
    for (size_t i = 0; r == 0 && i < devices->n; i++)
        r = make_link(call, dir, dirfd, &devices->items[i], err);
    return r;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct links_options *o = call->options;
    _cleanup_root_ struct root root = ROOT_INIT;
    struct devchars devices = {.arena = call->arena};
    int r = root_open(&root, NULL, err);

    if (r < 0)
        return r;
    if (o->load_modules && !o->all)
        message_warn(call, "--load-kernel-modules does nothing without --create-all");
    if (o->make_nodes && !o->all)
        message_warn(call, "--create-device-nodes does nothing without --create-all");
    r = o->all ? plan_all(call, &root, &devices, err) : devchars_add_present(&root, &devices, err);
    if (r == 0 && devices.n == 0)
        message_info(call, "No NVIDIA devices found");
    return r < 0 || devices.n == 0 ? r : make_links(call, &devices, err);
}

const struct command command_ctk_char_links = {
    .name = "create-dev-char-symlinks",
    .summary = "make the links of /dev/char for the driver's device nodes",
    .usage = usage,
    .description =
        "Makes links named MAJOR:MINOR to the driver's device nodes, for systemd, which "
        "otherwise takes devices away from containers that it is the cgroup manager of. What "
        "exists is left as it is.",
    .options = options,
    .options_size = sizeof(struct links_options),
    .run = run,
};
