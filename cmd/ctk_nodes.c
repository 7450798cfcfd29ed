/* SPDX-License-Identifier: Apache-2.0 */
/* nvidia-ctk system create-device-nodes */
#include "cmd/common.h"
#include "cmd/ctk.h"
#include "cmd/ctk_system.h"

struct nodes_options {
    const char *root, *dev_root;
    bool control_devices, load_modules, dry_run;
};

#define AT(member) offsetof(struct nodes_options, member)

static const struct option options[] = {
    {.name = "root",
     .type = OPTION_STRING,
     .offset = AT(root),
     .value = "DIR",
     .help = "where the driver is installed; / unless given",
     .flags = OPTION_EMPTY,
     .aliases = NAMES("driver-root"),
     .env = NAMES("ROOT", "NVIDIA_DRIVER_ROOT", "DRIVER_ROOT")},
    {.name = "dev-root",
     .type = OPTION_STRING,
     .offset = AT(dev_root),
     .value = "DIR",
     .help = "where dev/ is in which nodes are made; the root unless given",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_DEV_ROOT", "DEV_ROOT")},
    {.name = "control-devices",
     .type = OPTION_SWITCH,
     .offset = AT(control_devices),
     .help = "make nvidiactl, nvidia-modeset, nvidia-uvm and nvidia-uvm-tools"},
    {.name = "load-kernel-modules",
     .type = OPTION_SWITCH,
     .offset = AT(load_modules),
     .help = "load the kernel modules of the driver before"},
    {.name = "dry-run",
     .type = OPTION_SWITCH,
     .offset = AT(dry_run),
     .help = "only say what would be done",
     .env = NAMES("DRY_RUN")},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static const char *first(const char *a, const char *b, const char *otherwise)
{
    return a && *a ? a : b && *b ? b : otherwise;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct nodes_options *o = call->options;
    const char *root = first(o->root, NULL, "/"), *dev_root = first(o->dev_root, root, "/");
    struct majors majors;
    int r = 0;

    if (o->load_modules)
        r = system_load_modules(call, root, o->dry_run, err);
    if (r < 0 || !o->control_devices)
        return r;
    r = system_majors(&majors, err);
    if (r == 0)
        r = system_make_nodes(call, dev_root, &majors, o->dry_run, err);
    return r;
}

const struct command command_ctk_device_nodes = {
    .name = "create-device-nodes",
    .summary = "make the driver's control device nodes",
    .usage = usage,
    .description =
        "Makes the device nodes that the driver has once, with the numbers that /proc/devices "
        "says. A node that exists is left as it is. Without --control-devices and "
        "--load-kernel-modules nothing is done.",
    .options = options,
    .options_size = sizeof(struct nodes_options),
    .run = run,
};
