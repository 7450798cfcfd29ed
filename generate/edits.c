/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/edits.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/vendor.h"

/* Room for one more element, zeroed, at the end of an array; NULL without memory. */
#define APPEND(b, array, n) \
    ((array) = append(b, array, n, sizeof *(array)), (array) ? &(array)[(n)++] : ((n) = 0, NULL))

static void *append(struct edits_builder *b, void *array, size_t n, size_t size)
{
    char *grown = arena_grow(b->arena, array, n, size);

    if (!grown) {
        b->failed = true;
        return NULL;
    }
    memset(grown + n * size, 0, size);
    return grown;
}

const char *edits_string(struct edits_builder *b, const char *s)
{
    const char *copy = arena_strdup(b->arena, s);

    b->failed = b->failed || !copy;
    return copy ? copy : "";
}

void edits_add_string(struct edits_builder *b, struct cdi_strings *list, const char *s)
{
    const char **item = APPEND(b, list->items, list->n);

    if (item)
        *item = edits_string(b, s);
}

void edits_add_env(struct edits_builder *b, struct cdi_edits *edits, const struct machine_env *env)
{
    const char **item = APPEND(b, edits->env.items, edits->env.n);

    if (!item)
        return;
    *item = arena_printf(b->arena, "%s=%s", env->name, env->value);
    b->failed = b->failed || !*item;
}

static void add_gid(struct edits_builder *b, struct cdi_edits *edits, uint32_t gid)
{
    uint32_t *item = APPEND(b, edits->additional_gids, edits->n_additional_gids);

    if (item)
        *item = gid;
}

void edits_add_node(struct edits_builder *b, struct cdi_edits *edits,
                    const struct machine_node *node)
{
    struct cdi_device_node *out = APPEND(b, edits->device_nodes, edits->n_device_nodes);

    if (!out)
        return;
    out->path = edits_string(b, node->path);
    out->host_path = out->type = out->permissions = "";
    if (node->bare || strcmp(node->path, node->host_path) != 0)
        out->host_path = edits_string(b, node->host_path);
    if (node->bare)
        return;
    out->major = node->major;
    out->minor = node->minor;
    out->file_mode = (struct cdi_opt_uint32){node->mode != 0, node->mode};
    out->permissions = "rwm";
    out->gid = (struct cdi_opt_uint32){node->gid != 0, node->gid};
    if (!b->no_gids && node->gid && node->mode && (node->mode & 06) != 06)
        add_gid(b, edits, node->gid);
}

void edits_add_mount(struct edits_builder *b, struct cdi_edits *edits, const char *host_path,
                     const char *path, bool socket)
{
    static const char *file_options[] = {"ro", "nosuid", "nodev", "rbind", "rprivate"};
    static const char *socket_options[] = {"nosuid", "nodev", "rbind", "rprivate", "noexec"};
    struct cdi_mount *mount = APPEND(b, edits->mounts, edits->n_mounts);

    if (!mount)
        return;
    mount->host_path = edits_string(b, host_path);
    mount->container_path = edits_string(b, path);
    mount->options = socket ? (struct cdi_strings){socket_options, ARRAY_SIZE(socket_options)}
                            : (struct cdi_strings){file_options, ARRAY_SIZE(file_options)};
    mount->type = "";
}

void edits_add_hook(struct edits_builder *b, struct cdi_edits *edits, const struct vendor *vendor,
                    const struct machine_hook *hook)
{
    struct cdi_hook *out = APPEND(b, edits->hooks, edits->n_hooks);
    const char *slash = strrchr(b->hook_path, '/');
    const char *program = slash ? slash + 1 : b->hook_path;

    if (!out)
        return;
    out->hook_name = "createContainer";
    out->path = edits_string(b, b->hook_path);
    edits_add_string(b, &out->args, program);
    if (strcmp(program, vendor->multi_program) == 0)
        edits_add_string(b, &out->args, "hook");
    edits_add_string(b, &out->args, hook->name);
    for (size_t i = 0; i < hook->n_args; i++)
        edits_add_string(b, &out->args, hook->args[i]);
    edits_add_string(b, &out->env, vendor->hook_env);
}

/* Adds all elements of another array; the array, NULL without memory. */
static void *append_all(struct edits_builder *b, void *array, size_t *n, const void *from,
                        size_t n_from, size_t size)
{
    for (size_t i = 0; i < n_from; i++) {
        array = append(b, array, *n, size);
        if (!array) {
            *n = 0;
            return NULL;
        }
        memcpy((char *)array + (*n)++ * size, (const char *)from + i * size, size);
    }
    return array;
}

#define APPEND_ALL(b, to, from, array, n)                                         \
    ((to)->array = append_all(b, (to)->array, &(to)->n, (from)->array, (from)->n, \
                              sizeof *(to)->array))

void edits_append(struct edits_builder *b, struct cdi_edits *edits, const struct cdi_edits *from)
{
    APPEND_ALL(b, &edits->env, &from->env, items, n);
    APPEND_ALL(b, edits, from, device_nodes, n_device_nodes);
    APPEND_ALL(b, edits, from, net_devices, n_net_devices);
    APPEND_ALL(b, edits, from, hooks, n_hooks);
    APPEND_ALL(b, edits, from, mounts, n_mounts);
    APPEND_ALL(b, edits, from, additional_gids, n_additional_gids);
    if (from->intel_rdt)
        edits->intel_rdt = from->intel_rdt;
}
