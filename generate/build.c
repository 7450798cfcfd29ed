/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/build.h"

#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/driver/links.h"
#include "generate/edits.h"
#include "generate/simplify.h"

/* A build under way. */
struct build {
    const struct machine *machine;
    const struct build_options *options;
    struct cdi_spec *spec;
    struct edits_builder edits;
};

/* A hook if it is wanted; its list of arguments, or NULL. */
static struct cdi_strings *add_hook(struct build *b, struct cdi_edits *edits, const char *name)
{
    if (!hook_wanted(&b->options->hooks, name))
        return NULL;
    return edits_add_hook(&b->edits, edits, name);
}

static void add_option(struct build *b, struct cdi_strings *args, const char *option,
                       const char *value)
{
    if (!args)
        return;
    edits_add_string(&b->edits, args, option);
    edits_add_string(&b->edits, args, value);
}

static void add_links_hook(struct build *b, struct cdi_edits *edits,
                           const struct driver_links *links)
{
    struct cdi_strings *args = links->n ? add_hook(b, edits, HOOK_CREATE_SYMLINKS) : NULL;

    for (size_t i = 0; args && i < links->n; i++)
        add_option(b, args, "--link", links->items[i]);
}

/* Folders whose modes a container engine may have made too strict for other users. */
static void add_chmod_hook(struct build *b, struct cdi_edits *edits, const struct machine_gpu *gpu)
{
    static const char *const folders[] = {"/dev/dri", "/dev/nvidia-caps"};
    struct cdi_strings *args = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        size_t len = strlen(folders[i]);

        for (size_t k = 0; k < gpu->n_nodes; k++) {
            const char *path = gpu->nodes[k].path;

            if (strncmp(path, folders[i], len) != 0 || strrchr(path, '/') != path + len)
                continue;
            if (!args && (args = add_hook(b, edits, HOOK_CHMOD)))
                add_option(b, args, "--mode", "755");
            add_option(b, args, "--path", folders[i]);
            break;
        }
    }
}

static void add_gpu_edits(struct build *b, struct cdi_edits *edits, const struct machine_gpu *gpu)
{
    struct driver_links links = {
        .items = arena_calloc(b->spec->arena, gpu->n_links, sizeof *links.items)};

    if (!links.items) {
        b->edits.failed = true;
        return;
    }
    for (size_t i = 0; i < gpu->n_nodes; i++)
        edits_add_node(&b->edits, edits, &gpu->nodes[i]);
    for (size_t i = 0; i < gpu->n_links; i++) {
        const struct machine_link *link = &gpu->links[i];
        const char *text = arena_printf(b->spec->arena, "%s::%s", link->target, link->path);

        b->edits.failed = b->edits.failed || !text;
        links.items[links.n++] = text ? text : "";
    }
    add_links_hook(b, edits, &links);
    add_chmod_hook(b, edits, gpu);
}

static struct cdi_device *add_device(struct build *b, const char *name)
{
    struct cdi_spec *spec = b->spec;
    struct cdi_device *device;

    spec->devices = arena_grow(spec->arena, spec->devices, spec->n_devices, sizeof *device);
    if (!spec->devices) {
        spec->n_devices = 0;
        b->edits.failed = true;
        return NULL;
    }
    device = &spec->devices[spec->n_devices++];
    *device = (struct cdi_device){.name = edits_string(&b->edits, name)};
    return device;
}

static void add_devices(struct build *b)
{
    const struct machine *machine = b->machine;
    struct cdi_device *device;

    for (size_t i = 0; i < machine->n_gpus; i++) {
        const struct machine_gpu *gpu = &machine->gpus[i];

        if (!gpu->selected || gpu->unusable)
            continue;
        for (size_t k = 0; k < gpu->n_names; k++)
            if ((device = add_device(b, gpu->names[k])))
                add_gpu_edits(b, &device->edits, gpu);
    }
    if (machine->empty_device && (device = add_device(b, "none")))
        edits_add_env(&b->edits, &device->edits, "NVCT_EMPTY_DEVICE", "");
}

static void add_mounts(struct build *b)
{
    const struct driver *driver = &b->machine->driver;

    for (size_t i = 0; i < driver->n_files; i++) {
        const struct driver_file *file = &driver->files[i];

        if (file->kind != DRIVER_LINK_SOURCE)
            edits_add_mount(&b->edits, &b->spec->edits, file->host_path, file->path,
                            file->kind == DRIVER_SOCKET);
    }
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

/* True if an earlier library of the list is in the same directory. */
static bool is_repeated_dir(const struct driver *driver, size_t i, size_t len)
{
    for (size_t k = 0; k < i; k++) {
        const char *path = driver->files[k].path;

        if (driver->files[k].kind == DRIVER_LIBRARY && is_library_name(strrchr(path, '/') + 1) &&
            (size_t)(strrchr(path, '/') - path) == len &&
            memcmp(path, driver->files[i].path, len) == 0)
            return true;
    }
    return false;
}

static void add_ldcache_hook(struct build *b)
{
    const struct driver *driver = &b->machine->driver;
    struct cdi_strings *args = NULL;

    for (size_t i = 0; i < driver->n_files; i++) {
        const char *path = driver->files[i].path, *slash = strrchr(path, '/');
        const char *dir;

        if (driver->files[i].kind != DRIVER_LIBRARY || !is_library_name(slash + 1) ||
            is_repeated_dir(driver, i, (size_t)(slash - path)))
            continue;
        if (!args) {
            if (!(args = add_hook(b, &b->spec->edits, HOOK_UPDATE_LDCACHE)))
                return;
            if (b->options->ldconfig_path)
                add_option(b, args, "--ldconfig-path", b->options->ldconfig_path);
        }
        dir = arena_strndup(b->spec->arena, path, slash == path ? 1 : (size_t)(slash - path));
        b->edits.failed = b->edits.failed || !dir;
        add_option(b, args, "--folder", dir ? dir : "");
    }
}

static void add_cuda_compat_hook(struct build *b)
{
    struct cdi_strings *args = add_hook(b, &b->spec->edits, HOOK_ENABLE_CUDA_COMPAT);
    const char *option;

    if (!args)
        return;
    option = arena_printf(b->spec->arena, "--host-driver-version=%s", b->machine->driver.version);
    b->edits.failed = b->edits.failed || !option;
    edits_add_string(&b->edits, args, option ? option : "");
}

/* Hooks run in this order, which is never changed. */
static void add_hooks(struct build *b)
{
    const struct driver *driver = &b->machine->driver;
    struct cdi_edits *edits = &b->spec->edits;
    struct driver_links graphics, libraries;

    if (!driver_graphics_links(driver, b->spec->arena, &graphics) ||
        !driver_library_links(driver, b->spec->arena, &libraries)) {
        b->edits.failed = true;
        return;
    }
    add_links_hook(b, edits, &graphics);
    add_links_hook(b, edits, &libraries);
    add_cuda_compat_hook(b);
    add_ldcache_hook(b);
    (void)add_hook(b, edits, HOOK_NO_NODE_CHANGES);
    (void)add_hook(b, edits, HOOK_APPLICATION_PROFILE);
}

static void add_env(struct build *b)
{
    _cleanup_strbuf_ struct strbuf dirs = STRBUF_INIT;
    const struct driver *driver = &b->machine->driver;

    for (size_t i = 0; i < driver->n_library_dirs; i++)
        strbuf_printf(&dirs, "%s%s", i ? ":" : "", driver->library_dirs[i]);
    b->edits.failed = b->edits.failed || dirs.failed;
    if (dirs.s)
        edits_add_env(&b->edits, &b->spec->edits, "NVIDIA_CTK_LIBCUDA_DIR", dirs.s);
    /* The legacy hook leaves a container alone that has this. */
    edits_add_env(&b->edits, &b->spec->edits, "NVIDIA_VISIBLE_DEVICES", "void");
}

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

int build_spec(const struct machine *machine, const struct build_options *options,
               struct cdi_spec **out, struct cdi_error *err)
{
    _cleanup_(spec_freep) struct cdi_spec *spec = cdi_spec_new();
    struct build b = {.machine = machine, .options = options, .spec = spec};
    int r;

    if (!spec)
        return cdi_error_nomem(err);
    b.edits = (struct edits_builder){.arena = spec->arena, .hook_path = options->hook_path};
    spec->kind = arena_printf(spec->arena, "%s/%s", options->vendor, options->class_);
    if (!spec->kind)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < machine->n_control_nodes; i++)
        edits_add_node(&b.edits, &spec->edits, &machine->control_nodes[i]);
    add_mounts(&b);
    add_hooks(&b);
    add_env(&b);
    add_devices(&b);
    if (b.edits.failed)
        return cdi_error_nomem(err);
    if ((r = spec_simplify(spec, err)) < 0)
        return r;
    if (!options->no_all && !machine->empty_device && (r = spec_add_all(spec, err)) < 0)
        return r;
    spec->version = cdi_spec_min_version(spec);
    *out = TAKE_PTR(spec);
    return 0;
}
