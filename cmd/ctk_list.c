/* SPDX-License-Identifier: Apache-2.0 */
/* nvidia-ctk cdi list: the names of the devices that can be requested. */
#include "cmd/common.h"
#include "cmd/ctk.h"

struct list_options {
    struct option_list dirs;
};

static const struct option options[] = {
    {.name = "spec-dir",
     .type = OPTION_COMMAS,
     .offset = offsetof(struct list_options, dirs),
     .value = "DIR",
     .help = "directory of CDI documents, in place of " CDI_DEFAULT_STATIC_DIR
             " and " CDI_DEFAULT_DYNAMIC_DIR "; can be repeated, or a list with commas, from the "
             "lowest priority to the highest",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CDI_SPEC_DIRS")},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static size_t print_names(const struct cdi_registry *registry)
{
    size_t n, found = 0;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_ACTIVE) {
            (void)puts(devices[i].name);
            found++;
        }
    return found;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct list_options *o = call->options;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    struct spec_dirs where = {.dirs = o->dirs};
    size_t found;
    int r;

    for (size_t i = 0; i < where.dirs.n; i++)
        if (!*where.dirs.items[i])
            where.dirs.items[i] = ".";
    r = spec_dirs_open(call, &where, &registry, err);
    if (r < 0)
        return r;
    spec_dirs_warn(call, registry);
    found = print_names(registry);
    message_info(call, "Found %zu CDI devices", found);
    return STATUS_DONE;
}

const struct command command_ctk_list = {
    .name = "list",
    .summary = "list the devices that containers can be given",
    .usage = usage,
    .description =
        "Prints the qualified names of the devices that the CDI documents in the spec dirs "
        "define, one a line, in bytewise order. Files that cannot be loaded are named on standard "
        "error, and hide nothing else.",
    .options = options,
    .options_size = sizeof(struct list_options),
    .run = run,
};
