/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/nvidia.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

static const struct vendor_hook hooks[] = {
    {NVIDIA_HOOK_CREATE_SYMLINKS, false},
    {NVIDIA_HOOK_ENABLE_CUDA_COMPAT, false},
    {NVIDIA_HOOK_UPDATE_LDCACHE, false},
    {NVIDIA_HOOK_NO_NODE_CHANGES, false},
    {NVIDIA_HOOK_APPLICATION_PROFILE, false},
    /*
     * Works around old versions of crun, which made the parents of device nodes with mode 0700
     * (crun's issue 1047). Engines since make them 0755, so that others need not pay for it.
     */
    {NVIDIA_HOOK_CHMOD, true},
};

const struct vendor vendor_nvidia = {
    .vendor = "nvidia.com",
    .class_ = "gpu",
    .hooks = hooks,
    .n_hooks = ARRAY_SIZE(hooks),
    .hook_programs = (const char *const[]){"nvidia-cdi-hook", "cdikit-hook", NULL},
    .multi_program = "nvidia-ctk",
    .hook_env = "NVIDIA_CTK_DEBUG=false",
    .empty_env = {"NVCT_EMPTY_DEVICE", ""},
};

/* Adds a hook with room for `max` arguments; NULL without memory. */
static struct machine_hook *add_hook(struct arena *arena, struct machine_hooks *list,
                                     const char *name, size_t max)
{
    const char **args = arena_calloc(arena, max, sizeof *args);
    struct machine_hook *items = arena_grow(arena, list->items, list->n, sizeof *items);

    if (!args || !items)
        return NULL;
    list->items = items;
    items[list->n] = (struct machine_hook){name, args, 0};
    return &items[list->n++];
}

static void add_option(struct machine_hook *hook, const char *option, const char *value)
{
    hook->args[hook->n_args++] = option;
    hook->args[hook->n_args++] = value;
}

static bool add_links_hook(struct arena *arena, struct machine_hooks *list,
                           const struct driver_links *links)
{
    struct machine_hook *hook;

    if (!links->n)
        return true;
    if (!(hook = add_hook(arena, list, NVIDIA_HOOK_CREATE_SYMLINKS, 2 * links->n)))
        return false;
    for (size_t i = 0; i < links->n; i++)
        add_option(hook, "--link", links->items[i]);
    return true;
}

bool nvidia_hook_links(struct machine *machine, const struct driver_links *links)
{
    return add_links_hook(machine->arena, &machine->hooks, links);
}

/* True if one of the device's nodes is right in the folder. */
static bool has_node_in(const struct machine_device *device, const char *folder)
{
    size_t len = strlen(folder);

    for (size_t i = 0; i < device->n_nodes; i++) {
        const char *path = device->nodes[i].path;

        if (strncmp(path, folder, len) == 0 && strrchr(path, '/') == path + len)
            return true;
    }
    return false;
}

/* Folders whose modes a container engine may have made too strict for other users. */
static bool add_chmod_hook(struct arena *arena, struct machine_device *device)
{
    static const char *const folders[] = {"/dev/dri", "/dev/nvidia-caps"};
    struct machine_hook *hook = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        if (!has_node_in(device, folders[i]))
            continue;
        if (!hook) {
            hook = add_hook(arena, &device->hooks, NVIDIA_HOOK_CHMOD, 2 + 2 * ARRAY_SIZE(folders));
            if (!hook)
                return false;
            add_option(hook, "--mode", "755");
        }
        add_option(hook, "--path", folders[i]);
    }
    return true;
}

static bool add_device_hooks(struct arena *arena, struct machine_device *device)
{
    struct driver_links links = {
        .items = arena_calloc(arena, device->n_links, sizeof *links.items)};

    if (!links.items)
        return false;
    for (size_t i = 0; i < device->n_links; i++) {
        const struct machine_link *link = &device->links[i];
        const char *text = arena_printf(arena, "%s::%s", link->target, link->path);

        if (!text)
            return false;
        links.items[links.n++] = text;
    }
    /* nvidia-ctk has none for MIG devices either. */
    return add_links_hook(arena, &device->hooks, &links) &&
           (device->kind == MACHINE_MIG || add_chmod_hook(arena, device));
}

/* What the loader takes for a library: "lib", a name, ".so", and nothing or ".VERSION". */
static bool is_library_name(const char *name)
{
    const char *end = NULL;

    if (strncmp(name, "lib", 3) != 0)
        return false;
    for (const char *p = strstr(name, ".so"); p; p = strstr(p + 1, ".so"))
        end = p;
    return end && end > name + 3 && (end[3] == '\0' || end[3] == '.');
}

static bool has(const char *const *list, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

bool nvidia_library_folders(const struct machine *machine, struct driver_links *out)
{
    const struct driver *driver = &machine->driver;

    *out = (struct driver_links){
        .items = arena_calloc(machine->arena, driver->n_files, sizeof *out->items)};
    if (!out->items)
        return false;
    for (size_t i = 0; i < driver->n_files; i++) {
        const char *path = driver->files[i].path, *slash = strrchr(path, '/');
        const char *dir;

        if (driver->files[i].kind != DRIVER_LIBRARY || !is_library_name(slash + 1))
            continue;
        dir = arena_strndup(machine->arena, path, slash == path ? 1 : (size_t)(slash - path));
        if (!dir)
            return false;
        if (!has(out->items, out->n, dir))
            out->items[out->n++] = dir;
    }
    return true;
}

bool nvidia_hook_ldcache(struct machine *machine, const struct driver_links *folders,
                         const char *ldconfig_path)
{
    struct machine_hook *hook;

    if (!folders->n)
        return true;
    hook = add_hook(machine->arena, &machine->hooks, NVIDIA_HOOK_UPDATE_LDCACHE,
                    2 * folders->n + 2);
    if (!hook)
        return false;
    if (ldconfig_path && *ldconfig_path)
        add_option(hook, "--ldconfig-path", ldconfig_path);
    for (size_t i = 0; i < folders->n; i++)
        add_option(hook, "--folder", folders->items[i]);
    return true;
}

bool nvidia_hook_compat(struct machine *machine, const struct nvidia_compat *compat)
{
    const struct {
        const char *option, *value;
    } options[] = {
        {"--host-driver-version", compat->driver_version},
        {"--host-cuda-version", compat->cuda_version},
        {"--cuda-compat-container-root", compat->container_root},
    };
    struct machine_hook *hook = add_hook(machine->arena, &machine->hooks,
                                         NVIDIA_HOOK_ENABLE_CUDA_COMPAT, ARRAY_SIZE(options));

    for (size_t i = 0; hook && i < ARRAY_SIZE(options); i++) {
        if (!options[i].value)
            continue;
        hook->args[hook->n_args] = arena_printf(machine->arena, "%s=%s", options[i].option,
                                                options[i].value);
        if (!hook->args[hook->n_args++])
            return false;
    }
    return hook;
}

static bool add_env(struct machine *machine, const char *name, const char *value)
{
    struct machine_env *env = arena_grow(machine->arena, machine->env, machine->n_env, sizeof *env);

    if (!env || !value)
        return false;
    machine->env = env;
    env[machine->n_env++] = (struct machine_env){name, value};
    return true;
}

bool nvidia_env_visible(struct machine *machine)
{
    return add_env(machine, "NVIDIA_VISIBLE_DEVICES", "void");
}

static bool add_library_dirs(struct machine *machine)
{
    _cleanup_strbuf_ struct strbuf dirs = STRBUF_INIT;
    const struct driver *driver = &machine->driver;

    for (size_t i = 0; i < driver->n_library_dirs; i++)
        strbuf_printf(&dirs, "%s%s", i ? ":" : "", driver->library_dirs[i]);
    if (dirs.failed)
        return false;
    return !dirs.s ||
           add_env(machine, "NVIDIA_CTK_LIBCUDA_DIR", arena_strdup(machine->arena, dirs.s));
}

/*
 * Engines run the hooks in this order, and update-ldcache must come after those that make links
 * and name directories (enable-cuda-compat) for it to find.
 */
static bool add_driver_hooks(struct machine *machine, const char *ldconfig_path)
{
    const struct nvidia_compat compat = {.driver_version = machine->driver.version};
    struct driver_links libraries, folders;

    return driver_library_links(&machine->driver, machine->arena, &libraries) &&
           nvidia_library_folders(machine, &folders) && nvidia_hook_links(machine, &libraries) &&
           nvidia_hook_compat(machine, &compat) &&
           nvidia_hook_ldcache(machine, &folders, ldconfig_path) &&
           add_hook(machine->arena, &machine->hooks, NVIDIA_HOOK_NO_NODE_CHANGES, 0);
}

static bool add_graphics_hook(struct machine *machine)
{
    struct driver_links graphics;

    return driver_graphics_links(&machine->driver, machine->arena, &graphics) &&
           nvidia_hook_links(machine, &graphics);
}

bool nvidia_device_hooks(struct machine *machine)
{
    for (size_t i = 0; i < machine->n_devices; i++)
        if (!add_device_hooks(machine->arena, &machine->devices[i]))
            return false;
    return true;
}

int nvidia_add_edits(struct machine *machine, const char *ldconfig_path, struct cdi_error *err)
{
    bool ok = add_graphics_hook(machine) && add_driver_hooks(machine, ldconfig_path) &&
              add_hook(machine->arena, &machine->hooks, NVIDIA_HOOK_APPLICATION_PROFILE, 0) &&
              add_library_dirs(machine) && nvidia_env_visible(machine) &&
              nvidia_device_hooks(machine);

    return ok ? 0 : cdi_error_nomem(err);
}

int nvidia_add_management_edits(struct machine *machine, const char *ldconfig_path,
                                struct cdi_error *err)
{
    bool ok = add_driver_hooks(machine, ldconfig_path) && add_library_dirs(machine) &&
              nvidia_env_visible(machine) && nvidia_device_hooks(machine);

    return ok ? 0 : cdi_error_nomem(err);
}
