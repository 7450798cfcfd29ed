/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/csv_nodes.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/glob.h"
#include "generate/gpu.h"

#define INTEGRATED_NODE "/dev/nvidia2" /* of Thor's own GPU, and in no CSV file */
#define DISCRETE_NODE   "/dev/nvidia1" /* of the other, and in the files of Thor */

/* What a device is made of. */
enum csv_device {
    CSV_WHOLE,      /* all nodes of the files: there is no other GPU */
    CSV_INTEGRATED, /* those that are not a discrete GPU's */
    CSV_DISCRETE,   /* those that belong to no GPU, and the GPU's own */
};

static enum csv_device device_type(const struct machine_device *device)
{
    if (device->nameless)
        return CSV_WHOLE;
    return device->index == 0 ? CSV_INTEGRATED : CSV_DISCRETE;
}

/* True for "/dev/nvidia0" and such. */
static bool is_gpu_node(const char *path)
{
    static const char prefix[] = "/dev/nvidia";
    const size_t len = sizeof prefix - 1;

    return strncmp(path, prefix, len) == 0 && path[len] &&
           !path[len + strspn(path + len, "0123456789")];
}

/* Whether a node, as a file lists it, is one of a device. */
static bool takes_node(enum csv_device type, const char *path)
{
    if (type != CSV_DISCRETE)
        return type == CSV_WHOLE || strcmp(path, DISCRETE_NODE) != 0;
    for (const char *const *control = gpu_control_paths; *control; control++)
        if (strcmp(path, *control) == 0)
            return false;
    return !is_gpu_node(path);
}

/* Adds the nodes of a pattern; *found tells whether there are any, then *problem why not. */
static int add_hits(struct probe *p, const char *pattern, struct machine_device *device,
                    bool *found, const char **problem, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct glob_hits hits;
    int r;

    if (!pattern)
        return cdi_error_nomem(err);
    r = glob_paths(p->dev.root, pattern, arena, &hits, err);
    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        const char *why = NULL;

        if (!nodes_have(device->nodes, device->n_nodes, hits.items[i]))
            r = nodes_add(&p->dev, hits.items[i], arena, &device->nodes, &device->n_nodes, &why,
                          err);
        if (r == 0 && !why)
            r = account_hit(&p->machine->account, p->dev.prefix, hits.items[i], err);
        *found |= !why;
        *problem = why ? why : *problem;
    }
    return r;
}

/* Adds the nodes of an entry, whose path may leave out "/dev". */
static int add_entry(struct probe *p, const char *path, struct machine_device *device,
                     struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    const char *problem = "does not exist";
    bool found = false;
    int r = account_begin(&p->machine->account, csv_type_name(CSV_DEV), p->dev.prefix, path, err);

    if (r == 0)
        r = add_hits(p, arena_printf(arena, "/%s", path), device, &found, &problem, err);
    if (r == 0)
        r = add_hits(p, arena_printf(arena, "/dev/%s", path), device, &found, &problem, err);
    return r < 0 || found ? r : machine_note(p->machine, path, err, "%s", problem);
}

/* The nodes of a discrete GPU that are not in the files. */
static int add_discrete(struct probe *p, struct machine_device *device, struct cdi_error *err)
{
    const char *problem = p->nvml.gpus[device->index].node_problem;
    int r;

    if (problem) {
        machine_reject(device, problem);
        return 0;
    }
    r = gpu_describe(p, device, err);
    return r < 0 || device->unusable ? r
                                     : gpu_control_nodes(p, &device->nodes, &device->n_nodes, err);
}

int csv_add_nodes(struct probe *p, const struct csv_list *list, struct machine_device *device,
                  bool *listed, struct cdi_error *err)
{
    enum csv_device type = device_type(device);
    int r = type == CSV_DISCRETE ? add_discrete(p, device, err) : 0;

    *listed = false;
    for (size_t i = 0; r == 0 && !device->unusable && i < list->n; i++) {
        if (list->items[i].type != CSV_DEV || !takes_node(type, list->items[i].path))
            continue;
        *listed = true;
        r = add_entry(p, list->items[i].path, device, err);
    }
    return r == 0 && type == CSV_INTEGRATED ? add_entry(p, INTEGRATED_NODE, device, err) : r;
}
