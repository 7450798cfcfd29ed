/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/host_node.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/quote.h"
#include "base/root.h"

void host_node_read(const struct root *root, const char *path, struct host_node *out)
{
    struct stat st;
    int r;

    *out = (struct host_node){0};
    if (root->fd < 0)
        r = lstat(path, &st) < 0 ? -errno : 0;
    else
        r = root_lstat(root, path, &st);
    if (r < 0) {
        out->error = -r;
        return;
    }
    out->file_mode = st.st_mode & 07777;
    out->type = S_ISBLK(st.st_mode)    ? 'b'
                : S_ISCHR(st.st_mode)  ? 'c'
                : S_ISFIFO(st.st_mode) ? 'p'
                                       : 0;
    if (out->type == 'b' || out->type == 'c') {
        out->major = major(st.st_rdev);
        out->minor = minor(st.st_rdev);
    }
}

/* Type and numbers are given. A FIFO has no numbers. */
static bool is_complete(const struct cdi_device_node *node)
{
    return node->type && *node->type && (node->major != 0 || strcmp(node->type, "p") == 0);
}

bool host_node_needed(const struct cdi_device_node *node)
{
    return !is_complete(node) || !node->file_mode.set;
}

const char *host_node_path(const struct cdi_device_node *node)
{
    return node->host_path && *node->host_path ? node->host_path : node->path;
}

/* The host's node cannot be used, and is needed. */
static int refuse(const struct cdi_device_node *node, const struct host_node *host,
                  struct cdi_error *err)
{
    if (!host->error)
        return cdi_error_set(err, CDI_ERR_INVALID, "the host's %s is not a device node",
                             host_node_path(node));
    if (host->error == ENOENT || host->error == ENOTDIR)
        return cdi_error_set(err, CDI_ERR_NOTFOUND, "the host has no device node %s: %s",
                             host_node_path(node), strerror(host->error));
    return cdi_error_set_errno(err, host->error, "cannot look at the host's device node %s",
                               host_node_path(node));
}

int host_node_complete(struct cdi_device_node *node, const struct host_node *host,
                       struct cdi_error *err)
{
    static const char *const types[] = {"b", "c", "p"};
    const char *type = node->type ? node->type : "";
    bool complete = is_complete(node);

    if (host->error || !host->type)
        return complete ? 0 : refuse(node, host, err);
    if (!node->file_mode.set)
        node->file_mode = (struct cdi_opt_uint32){true, host->file_mode};
    if (complete)
        return 0;
    if (!*type)
        node->type = types[host->type == 'b' ? 0 : host->type == 'c' ? 1 : 2];
    else if (type[0] != host->type || type[1])
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "device node %s should be of type %s, but the host's %s is of "
                             "type \"%c\"",
                             node->path, quote_string(type).text, host_node_path(node), host->type);
    if (host->type != 'p' && node->major == 0) {
        node->major = host->major;
        node->minor = host->minor;
    }
    return 0;
}
