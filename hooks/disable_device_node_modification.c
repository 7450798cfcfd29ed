/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disable-device-node-modification: the container sees the driver's parameters with
 * ModifyDeviceFiles off, so that the driver's libraries do not make the nodes of GPUs that were
 * not given to it.
 *
 * The text is a file of a tmpfs that is mounted nowhere: the file alone is mounted on the
 * container's, read-only, nosuid, nodev and noexec. Nothing else is left in the container.
 * Sources: mount(8), fsopen(2), open_tree(2), mount_setattr(2), move_mount(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/params.h"

#define PARAMS      "/proc/driver/nvidia/params"
#define PARAMS_SIZE (64U << 10) /* bytes */
#define FILE_NAME   "params"

/* What the container shall see, in *out; nothing if that is what it sees anyway. */
static int wanted_text(struct strbuf *out, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = file_read(AT_FDCWD, PARAMS, PARAMS_SIZE, &text, &len, &why);

    if (r < 0 && why.os_errno == ENOENT)
        return 0;
    if (r < 0)
        return cdi_error_set(err, why.code, "cannot read the host's " PARAMS ": %s", why.message);
    (void)params_forbid_nodes(text, len, out);
    return out->failed ? cdi_error_nomem(err) : 0;
}

int disable_device_node_modification_check(const struct hook_args *args, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    int r = wanted_text(&text, err);

    (void)args;
    return r < 0 ? r : !text.len;
}

static int failed(const char *what, struct cdi_error *err)
{
    return cdi_error_set_errno(err, errno, "cannot %s for " PARAMS, what);
}

/* True if the container has it already: a second run adds no second mount. */
static bool is_there(const struct rootfs *root, const struct strbuf *text)
{
    _cleanup_close_ int fd = -1;
    _cleanup_free_ char *old = NULL;
    struct statvfs vfs;
    struct stat st;
    size_t len;

    fd = rootfs_open_file(root, PARAMS, &st);
    return fd >= 0 && fstatvfs(fd, &vfs) == 0 && (vfs.f_flag & ST_RDONLY) &&
           file_read_fd(fd, PARAMS, PARAMS_SIZE, &old, &len, NULL) == 0 && len == text->len &&
           memcmp(old, text->s, len) == 0;
}

/* A tmpfs that is mounted nowhere, with the text as its only file. */
static int make_filesystem(const struct strbuf *text, struct cdi_error *err)
{
    _cleanup_close_ int context = fsopen("tmpfs", FSOPEN_CLOEXEC), mount = -1, fd = -1;
    int r;

    if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "size", "65536", 0) < 0 ||
        fsconfig(context, FSCONFIG_SET_STRING, "mode", "0555", 0) < 0 ||
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
        (mount = fsmount(context, FSMOUNT_CLOEXEC, 0)) < 0)
        return failed("make a file system", err);
    fd = openat(mount, FILE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (fd < 0)
        return failed("make a file", err);
    r = file_write_all(fd, text->s, text->len);
    if (r < 0) {
        errno = -r;
        return failed("write a file", err);
    }
    return TAKE_FD(mount);
}

/*
 * The file as a mount of its own. A part of a file system that is mounted nowhere can be taken
 * since Linux 6.15 only: it is mounted for a moment, where nobody sees it.
 */
static int take_file(int filesystem, struct cdi_error *err)
{
    _cleanup_close_ int here = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), tree = -1;
    struct mount_attr sealed = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
        .propagation = MS_PRIVATE,
    };

    if (here < 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return failed("make a private mount namespace", err);
    if (move_mount(filesystem, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) == 0)
        tree = open_tree(filesystem, FILE_NAME, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0)
        return failed("make a mount", err);
    if (setns(here, CLONE_NEWNS) < 0)
        return failed("return to the container's mount namespace", err);
    if (mount_setattr(tree, "", AT_EMPTY_PATH, &sealed, sizeof sealed) < 0)
        return failed("make a mount read-only", err);
    return TAKE_FD(tree);
}

/* The file in the container, and the directories above it. */
struct way {
    int fds[5]; /* the root, not owned; /proc ...; the file */
};

static const char *const steps[] = {"proc", "driver", "nvidia", "params"};

static void way_end(struct way *way)
{
    for (size_t i = 1; i < ARRAY_SIZE(way->fds); i++)
        if (way->fds[i] >= 0)
            (void)close(way->fds[i]);
}

/* No symlink is followed: proc file systems have none there, and images could lead anywhere. */
static int find_file(struct way *way, struct cdi_error *err)
{
    struct stat st = {.st_mode = 0};

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        way->fds[i + 1] = openat(way->fds[i], steps[i], O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (way->fds[i + 1] < 0)
            return cdi_error_set_errno(err, errno, "the container has no " PARAMS);
    }
    if (fstat(way->fds[ARRAY_SIZE(steps)], &st) < 0 || !S_ISREG(st.st_mode))
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "the container's " PARAMS " is not a regular file");
    return 0;
}

/*
 * A mount that is made in a shared mount shows up in all that share it, the host's too. The one
 * in which the file is, and whose root is on the way to it, is set to receive mounts only.
 */
static void keep_private(const struct way *way)
{
    struct mount_attr receiving = {.propagation = MS_SLAVE};

    /* EINVAL: not the root of a mount; then it belongs to one further up. */
    for (size_t i = ARRAY_SIZE(way->fds); i-- > 0;)
        if (mount_setattr(way->fds[i], "", AT_EMPTY_PATH, &receiving, sizeof receiving) == 0)
            return;
}

static int mount_text(const struct strbuf *text, const struct way *way, struct cdi_error *err)
{
    _cleanup_close_ int filesystem = make_filesystem(text, err), tree = -1;

    if (filesystem < 0)
        return filesystem;
    tree = take_file(filesystem, err);
    if (tree < 0)
        return tree;
    keep_private(way);
    if (move_mount(tree, "", way->fds[ARRAY_SIZE(steps)], "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return failed("put a mount in place", err);
    return 0;
}

int disable_device_node_modification(const struct hook_call *call, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    _cleanup_(way_end) struct way way = {{call->root->fd, -1, -1, -1, -1}};
    int r = wanted_text(&text, err);

    if (r < 0 || !text.len || is_there(call->root, &text))
        return r;
    r = find_file(&way, err);
    return r < 0 ? r : mount_text(&text, &way, err);
}
