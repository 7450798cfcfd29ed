/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/edits.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/machine.h"

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

void edits_add_env(struct edits_builder *b, struct cdi_edits *edits, const char *name,
                   const char *value)
{
    const char **item = APPEND(b, edits->env.items, edits->env.n);

    if (!item)
        return;
    *item = arena_printf(b->arena, "%s=%s", name, value);
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
    *out = (struct cdi_device_node){
        .path = edits_string(b, node->path),
        .host_path = strcmp(node->path, node->host_path) == 0 ? ""
                                                              : edits_string(b, node->host_path),
        .type = "",
        .major = node->major,
        .minor = node->minor,
        .file_mode = {node->mode != 0, node->mode},
        .permissions = "rwm",
        .gid = {node->gid != 0, node->gid},
    };
    if (node->gid && node->mode && (node->mode & 06) != 06)
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
    mount->options.items = socket ? socket_options : file_options;
    mount->options.n = ARRAY_SIZE(file_options);
    mount->type = "";
}

struct cdi_strings *edits_add_hook(struct edits_builder *b, struct cdi_edits *edits,
                                   const char *name)
{
    struct cdi_hook *hook = APPEND(b, edits->hooks, edits->n_hooks);
    const char *slash = strrchr(b->hook_path, '/');
    const char *program = slash ? slash + 1 : b->hook_path;

    if (!hook)
        return NULL;
    hook->hook_name = "createContainer";
    hook->path = edits_string(b, b->hook_path);
    edits_add_string(b, &hook->args, program);
    /* nvidia-ctk runs hooks as a sub-command. */
    if (strcmp(program, "nvidia-ctk") == 0)
        edits_add_string(b, &hook->args, "hook");
    edits_add_string(b, &hook->args, name);
    edits_add_string(b, &hook->env, "NVIDIA_CTK_DEBUG=false");
    return &hook->args;
}

void edits_append(struct edits_builder *b, struct cdi_edits *edits, const struct cdi_edits *from)
{
    for (size_t i = 0; i < from->env.n; i++) {
        const char **item = APPEND(b, edits->env.items, edits->env.n);

        if (item)
            *item = from->env.items[i];
    }
    for (size_t i = 0; i < from->n_device_nodes; i++) {
        struct cdi_device_node *node = APPEND(b, edits->device_nodes, edits->n_device_nodes);

        if (node)
            *node = from->device_nodes[i];
    }
    for (size_t i = 0; i < from->n_hooks; i++) {
        struct cdi_hook *hook = APPEND(b, edits->hooks, edits->n_hooks);

        if (hook)
            *hook = from->hooks[i];
    }
    for (size_t i = 0; i < from->n_mounts; i++) {
        struct cdi_mount *mount = APPEND(b, edits->mounts, edits->n_mounts);

        if (mount)
            *mount = from->mounts[i];
    }
    for (size_t i = 0; i < from->n_additional_gids; i++)
        add_gid(b, edits, from->additional_gids[i]);
}
