/* SPDX-License-Identifier: Apache-2.0 */
/* Mode imex: a device for each IMEX channel, named by its number. */
#include <string.h>

#include "base/arena.h"
#include "base/root.h"
#include "generate/glob.h"
#include "generate/nvidia.h"
#include "generate/probe.h"

#define CHANNELS     "/dev/nvidia-caps-imex-channels/channel"
#define MAX_CHANNELS (1U << 20) /* of the driver's NVreg_ImexChannelCount */

/* What an id names without the word that may stand before it: "7" in "channel7". */
static const char *channel_number(const char *id)
{
    static const char word[] = "channel";

    return strncmp(id, word, strlen(word)) == 0 ? id + strlen(word) : id;
}

static bool is_channel(const char *number)
{
    unsigned long value = 0;

    for (const char *c = number; *c; c++) {
        if (*c < '0' || *c > '9')
            return false;
        value = value * 10 + (unsigned long)(*c - '0');
        if (value >= MAX_CHANNELS)
            return false;
    }
    return *number;
}

static int add_channel(struct probe *p, const char *path, const char *number, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct machine_device *device = machine_add_named(p->machine, number, err);
    struct machine_node *node = arena_alloc(arena, sizeof *node);

    if (!device || !node)
        return cdi_error_nomem(err);
    *node = (struct machine_node){
        .path = path, .host_path = arena_printf(arena, "%s%s", p->dev.prefix, path), .bare = true};
    device->nodes = node;
    device->n_nodes = 1;
    return node->host_path ? account_hit(&p->machine->account, p->dev.prefix, path, err)
                           : cdi_error_nomem(err);
}

static int add_all(struct probe *p, struct cdi_error *err)
{
    struct glob_hits hits;
    int r = account_begin(&p->machine->account, "nodes", p->dev.prefix, CHANNELS "*", err);

    if (r == 0)
        r = glob_paths(p->dev.root, CHANNELS "*", p->machine->arena, &hits, err);
    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        const char *path = hits.items[i], *number = path + strlen(CHANNELS);
        struct stat st;

        if (is_channel(number) && root_lstat(p->dev.root, path, &st) == 0 && S_ISCHR(st.st_mode))
            r = add_channel(p, path, number, err);
    }
    if (r == 0 && !p->machine->n_devices)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no IMEX channel found: there is no %s" CHANNELS "*", p->dev.prefix);
    return r;
}

static int add_one(struct probe *p, const char *id, struct cdi_error *err)
{
    const char *number = channel_number(id);
    const char *path = arena_printf(p->machine->arena, CHANNELS "%s", number);
    struct stat st;
    int r;

    if (!path)
        return cdi_error_nomem(err);
    if (!is_channel(number))
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "\"%s\" is no IMEX channel: neither a number below %u, with or "
                             "without \"channel\" before it, nor \"all\"",
                             id, MAX_CHANNELS);
    if ((r = account_begin(&p->machine->account, "nodes", p->dev.prefix, path, err)) < 0)
        return r;
    if (root_stat(p->dev.root, path, &st) < 0)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "this machine has no IMEX channel %s: there "
                             "is no %s%s",
                             number, p->dev.prefix, path);
    return add_channel(p, path, number, err);
}

static int list(struct probe *p, struct cdi_error *err)
{
    const struct generate_strings *ids = &p->options->device_ids;
    bool all = ids->n == 0;
    int r = 0;

    for (size_t i = 0; i < ids->n; i++)
        all = all || strcmp(channel_number(ids->items[i]), "all") == 0;
    if (all)
        return add_all(p, err);
    for (size_t i = 0; r == 0 && i < ids->n; i++)
        r = add_one(p, ids->items[i], err);
    return r;
}

static int describe(struct probe *p, struct cdi_error *err)
{
    return nvidia_env_visible(p->machine) ? 0 : cdi_error_nomem(err);
}

const struct mode mode_imex = {
    .vendor = &vendor_nvidia, .own_ids = true, .list = list, .describe = describe};
