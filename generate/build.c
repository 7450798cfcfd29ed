/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/build.h"

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/edits.h"
#include "generate/simplify.h"
#include "generate/single_hook.h"

/* A build under way. */
struct build {
    const struct machine *machine;
    const struct build_options *options;
    struct cdi_spec *spec;
    struct edits_builder edits;
};

static void add_hooks(struct build *b, struct cdi_edits *edits, const struct machine_hooks *hooks)
{
    const struct build_options *o = b->options;
    bool of_device = edits != &b->spec->edits;

    for (size_t i = 0; i < hooks->n; i++)
        if (!(o->single_hook && single_hook_takes(&hooks->items[i], of_device)) &&
            hook_wanted(o->vendor, &o->hooks, hooks->items[i].name))
            edits_add_hook(&b->edits, edits, o->vendor, &hooks->items[i]);
}

static void add_single_hook(struct build *b)
{
    struct machine_hook hook;

    if (!single_hook(b->machine, b->options, &hook))
        b->edits.failed = true;
    else if (hook.n_args)
        edits_add_hook(&b->edits, &b->spec->edits, b->options->vendor, &hook);
}

static void add_device_edits(struct build *b, struct cdi_edits *edits,
                             const struct machine_device *device)
{
    for (size_t i = 0; i < device->n_nodes; i++)
        edits_add_node(&b->edits, edits, &device->nodes[i]);
    for (size_t i = 0; i < device->n_mounts; i++)
        edits_add_mount(&b->edits, edits, device->mounts[i].host_path, device->mounts[i].path,
                        false);
    add_hooks(b, edits, &device->hooks);
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

bool build_takes(const struct build_options *options, const struct machine_device *device)
{
    if (!device->selected || device->unusable)
        return false;
    return options->coherence == MACHINE_COHERENCE_UNKNOWN ||
           (device->kind == MACHINE_GPU && device->coherence == options->coherence);
}

static void add_devices(struct build *b)
{
    const struct machine *machine = b->machine;
    struct cdi_device *out;

    for (size_t i = 0; i < machine->n_devices; i++) {
        const struct machine_device *device = &machine->devices[i];

        if (!build_takes(b->options, device))
            continue;
        for (size_t k = 0; k < device->n_names; k++)
            if ((out = add_device(b, device->names[k])))
                add_device_edits(b, &out->edits, device);
    }
    if (machine->empty_device && b->options->coherence == MACHINE_COHERENCE_UNKNOWN &&
        (out = add_device(b, "none")))
        edits_add_env(&b->edits, &out->edits, &b->options->vendor->empty_env);
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
    b.edits = (struct edits_builder){
        .arena = spec->arena, .hook_path = options->hook_path, .no_gids = options->no_gids};
    spec->kind = arena_printf(spec->arena, "%s/%s", options->kind_vendor, options->kind_class);
    if (!spec->kind)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < machine->n_control_nodes; i++)
        edits_add_node(&b.edits, &spec->edits, &machine->control_nodes[i]);
    add_mounts(&b);
    if (options->single_hook)
        add_single_hook(&b);
    add_hooks(&b, &spec->edits, &machine->hooks);
    for (size_t i = 0; i < machine->n_env; i++)
        edits_add_env(&b.edits, &spec->edits, &machine->env[i]);
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
