/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/nvidia.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/driver/links.h"

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
    .hook_program = "nvidia-cdi-hook",
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

/* Without links there is no hook. */
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

/* True if one of the GPU's nodes is right in the folder. */
static bool has_node_in(const struct machine_gpu *gpu, const char *folder)
{
    size_t len = strlen(folder);

    for (size_t i = 0; i < gpu->n_nodes; i++) {
        const char *path = gpu->nodes[i].path;

        if (strncmp(path, folder, len) == 0 && strrchr(path, '/') == path + len)
            return true;
    }
    return false;
}

/* Folders whose modes a container engine may have made too strict for other users. */
static bool add_chmod_hook(struct arena *arena, struct machine_gpu *gpu)
{
    static const char *const folders[] = {"/dev/dri", "/dev/nvidia-caps"};
    struct machine_hook *hook = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        if (!has_node_in(gpu, folders[i]))
            continue;
        if (!hook) {
            hook = add_hook(arena, &gpu->hooks, NVIDIA_HOOK_CHMOD, 2 + 2 * ARRAY_SIZE(folders));
            if (!hook)
                return false;
            add_option(hook, "--mode", "755");
        }
        add_option(hook, "--path", folders[i]);
    }
    return true;
}

static bool add_gpu_hooks(struct arena *arena, struct machine_gpu *gpu)
{
    struct driver_links links = {.items = arena_calloc(arena, gpu->n_links, sizeof *links.items)};

    if (!links.items)
        return false;
    for (size_t i = 0; i < gpu->n_links; i++) {
        const struct machine_link *link = &gpu->links[i];
        const char *text = arena_printf(arena, "%s::%s", link->target, link->path);

        if (!text)
            return false;
        links.items[links.n++] = text;
    }
    return add_links_hook(arena, &gpu->hooks, &links) && add_chmod_hook(arena, gpu);
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

/* The directories of the libraries, each once; without any there is no hook. */
static bool add_ldcache_hook(struct machine *machine, const char *ldconfig_path)
{
    const struct driver *driver = &machine->driver;
    const char **dirs = arena_calloc(machine->arena, driver->n_files, sizeof *dirs);
    struct machine_hook *hook;
    size_t n = 0;

    if (!dirs)
        return false;
    for (size_t i = 0; i < driver->n_files; i++) {
        const char *path = driver->files[i].path, *slash = strrchr(path, '/');
        const char *dir;

        if (driver->files[i].kind != DRIVER_LIBRARY || !is_library_name(slash + 1))
            continue;
        dir = arena_strndup(machine->arena, path, slash == path ? 1 : (size_t)(slash - path));
        if (!dir)
            return false;
        if (!has(dirs, n, dir))
            dirs[n++] = dir;
    }
    if (!n)
        return true;
    if (!(hook = add_hook(machine->arena, &machine->hooks, NVIDIA_HOOK_UPDATE_LDCACHE, 2 * n + 2)))
        return false;
    if (ldconfig_path)
        add_option(hook, "--ldconfig-path", ldconfig_path);
    for (size_t i = 0; i < n; i++)
        add_option(hook, "--folder", dirs[i]);
    return true;
}

static bool add_cuda_compat_hook(struct machine *machine)
{
    struct machine_hook *hook = add_hook(machine->arena, &machine->hooks,
                                         NVIDIA_HOOK_ENABLE_CUDA_COMPAT, 1);
    const char *version = arena_printf(machine->arena, "--host-driver-version=%s",
                                       machine->driver.version);

    if (!hook || !version)
        return false;
    hook->args[hook->n_args++] = version;
    return true;
}

/*
 * Engines run the hooks in this order, and update-ldcache must come after those that make links
 * and name directories (enable-cuda-compat) for it to find.
 */
static bool add_hooks(struct machine *machine, const char *ldconfig_path)
{
    struct arena *arena = machine->arena;
    struct driver_links graphics, libraries;

    return driver_graphics_links(&machine->driver, arena, &graphics) &&
           driver_library_links(&machine->driver, arena, &libraries) &&
           add_links_hook(arena, &machine->hooks, &graphics) &&
           add_links_hook(arena, &machine->hooks, &libraries) && add_cuda_compat_hook(machine) &&
           add_ldcache_hook(machine, ldconfig_path) &&
           add_hook(arena, &machine->hooks, NVIDIA_HOOK_NO_NODE_CHANGES, 0) &&
           add_hook(arena, &machine->hooks, NVIDIA_HOOK_APPLICATION_PROFILE, 0);
}

static bool add_env(struct machine *machine)
{
    _cleanup_strbuf_ struct strbuf dirs = STRBUF_INIT;
    const struct driver *driver = &machine->driver;
    struct machine_env *env = arena_calloc(machine->arena, 2, sizeof *env);

    for (size_t i = 0; i < driver->n_library_dirs; i++)
        strbuf_printf(&dirs, "%s%s", i ? ":" : "", driver->library_dirs[i]);
    if (dirs.failed || !env)
        return false;
    machine->env = env;
    if (dirs.s) {
        const char *value = arena_strdup(machine->arena, dirs.s);

        if (!value)
            return false;
        env[machine->n_env++] = (struct machine_env){"NVIDIA_CTK_LIBCUDA_DIR", value};
    }
    /* The legacy hook leaves a container alone that has this. */
    env[machine->n_env++] = (struct machine_env){"NVIDIA_VISIBLE_DEVICES", "void"};
    return true;
}

int nvidia_add_edits(struct machine *machine, const char *ldconfig_path, struct cdi_error *err)
{
    bool ok = add_hooks(machine, ldconfig_path) && add_env(machine);

    for (size_t i = 0; ok && i < machine->n_gpus; i++)
        ok = add_gpu_hooks(machine->arena, &machine->gpus[i]);
    return ok ? 0 : cdi_error_nomem(err);
}
