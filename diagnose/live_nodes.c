/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apply/host_node.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/root.h"
#include "diagnose/live_internal.h"

/* How a node comes to be, by the beginning of its path; the first that fits counts. */
static const struct {
    const char *begin;
    const char *hint;
} makers[] = {
    {"/dev/nvidia-caps/", "`nvidia-modprobe -f CAPABILITY` makes it, or the driver as soon as the "
                          "MIG device is there; if that is gone, run `cdikit refresh`"},
    {"/dev/nvidia-uvm", "`nvidia-modprobe -c 0 -u` loads nvidia-uvm and makes it"},
    {"/dev/nvidia-modeset", "`nvidia-modprobe -m` loads nvidia-modeset and makes it"},
    {"/dev/nvidia", "load the driver with `modprobe nvidia`; `nvidia-ctk system "
                    "create-device-nodes --control-devices` or `nvidia-modprobe` makes the nodes; "
                    "if the GPU is gone, run `cdikit refresh`"},
    {"/dev/dri/", "load the GPU's driver; if the number of the node has changed, run "
                  "`cdikit refresh`"},
    {"/dev/kfd", "load the driver with `modprobe amdgpu`"},
    {"", "load the driver of the device, or remove the node from the document"},
};

static const char *maker_of(const char *path)
{
    size_t i = 0;

    while (strncmp(path, makers[i].begin, strlen(makers[i].begin)) != 0)
        i++;
    return makers[i].hint;
}

/* A node that the host does not have, or that cannot be looked at. */
static int check_missing(struct live *live, const struct member *at,
                         const struct cdi_device_node *node, const struct host_node *host)
{
    struct cdi_device_node completed = *node;
    const char *path = host_node_path(node);

    if (host->error != ENOENT && host->error != ENOTDIR)
        return live_report_stat(live, RULE_LIVE_NODE_MISSING, at, NULL, path, host->error);
    if (host_node_complete(&completed, host, NULL) < 0)
        return report(&live->to, RULE_LIVE_NODE_MISSING, at, maker_of(path),
                      "the host has no device node %s, and the document does not give both "
                      "its type and its numbers",
                      quote_string(path).text);
    return report(&live->to, RULE_LIVE_NODE_NUMBERS_ONLY, at, maker_of(path),
                  "the host has no device node %s: root's containers get one made from the "
                  "numbers, whether or not there is a device, and those of others do not "
                  "start",
                  quote_string(path).text);
}

/* Something else is where the node should be: an error only to who must look there. */
static int check_not_node(struct live *live, const struct member *at,
                          const struct cdi_device_node *node, const struct host_node *host)
{
    struct cdi_device_node completed = *node;
    bool refused = host_node_complete(&completed, host, NULL) < 0;
    const char *path = host_node_path(node);
    const char *target = root_readlink(live->root, path, live->arena);
    const char *real = target ? root_realpath(live->root, path, live->arena) : NULL;
    const char *hint = real ? arena_printf(live->arena, "write hostPath: %s", real)
                            : "remove what is in its place, and make the node";

    if (!hint)
        return cdi_error_nomem(live->to.err);
    return report(&live->to, refused ? RULE_LIVE_NODE_TYPE : RULE_LIVE_NODE_NUMBERS_ONLY, at, hint,
                  "the host's %s is %s%s and not a device node", quote_string(path).text,
                  target ? "a symlink, which engines do not follow, to " : "something else",
                  target ? quote_string(target).text : "");
}

/* To the kernel "u" is "c". */
static char kernel_type(const char *type)
{
    return *type == 'u' ? 'c' : *type;
}

static const char dynamic[] = "if the driver was loaded again and has other numbers now, run "
                              "`cdikit refresh`; without type, major and minor engines take "
                              "those of the node";

static int check_type(struct live *live, const struct member *at,
                      const struct cdi_device_node *node, const struct host_node *host)
{
    if (*node->type && kernel_type(node->type) != host->type)
        return report(&live->to, RULE_LIVE_NODE_TYPE, MEMBER(at, "type"), dynamic,
                      "the document says type %s, and the host's %s is of type \"%c\"",
                      quote_string(node->type).text, quote_string(host_node_path(node)).text,
                      host->type);
    if (host->type == 'p' || node->major == 0 ||
        (node->major == host->major && node->minor == host->minor))
        return 0;
    return report(&live->to, RULE_LIVE_NODE_NUMBERS, MEMBER(at, "major"), dynamic,
                  "the document says %" PRId64 ":%" PRId64 ", and the host's %s is "
                  "%" PRId64 ":%" PRId64 ": a container gets another device",
                  node->major, node->minor, quote_string(host_node_path(node)).text, host->major,
                  host->minor);
}

static bool has_letter(const char *permissions, char letter)
{
    if (strcmp(permissions, "none") == 0)
        return false;
    return !*permissions || strchr(permissions, letter);
}

/* Whether anybody can open the node, who is not above permissions. */
static int check_access(struct live *live, const struct member *at,
                        const struct cdi_device_node *node, const struct host_node *host)
{
    uint32_t mode = node->file_mode.set ? node->file_mode.value : host->file_mode;

    if ((has_letter(node->permissions, 'r') && mode & 0444) ||
        (has_letter(node->permissions, 'w') && mode & 0222))
        return 0;
    return report(&live->to, RULE_LIVE_NODE_ACCESS,
                  *node->permissions    ? MEMBER(at, "permissions")
                  : node->file_mode.set ? MEMBER(at, "fileMode")
                                        : MEMBER(at, "path"),
                  "give it permissions \"rw\" and a fileMode such as 0666",
                  "in a container nobody may read or write %s: its permissions are %s and "
                  "its mode is %04o",
                  quote_string(node->path).text,
                  quote_string(*node->permissions ? node->permissions : "rwm").text, mode);
}

static int check_node(struct live *live, const struct member *at,
                      const struct cdi_device_node *node)
{
    const char *path = host_node_path(node);
    const struct member in = {.in = at, .name = *node->host_path ? "hostPath" : "path"};
    struct host_node host;
    int r;

    if (*path != '/')
        return 0;
    host_node_read(live->root, path, &host);
    if (host.error)
        return check_missing(live, &in, node, &host);
    if (!host.type)
        return check_not_node(live, &in, node, &host);
    r = check_type(live, at, node, &host);
    return r < 0 ? r : check_access(live, at, node, &host);
}

int live_check_nodes(struct live *live, const struct member *in, const struct cdi_edits *edits)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->n_device_nodes; i++)
        r = check_node(live, ITEM(in, "deviceNodes", i), &edits->device_nodes[i]);
    return r;
}
