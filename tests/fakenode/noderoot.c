/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root of a node: an overlay of a tmpfs over the host's root, with /dev, /proc, /run and
 * /sys of its own. Nothing that is written in it reaches the host, except below the working
 * directory and the directories that were asked to be shared. All of it lives in the mount
 * namespace and ends with it.
 */
#include "tests/fakenode/build.h"
#include "tests/fakenode/hostmounts.h"
#include "tests/fakenode/run.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Where everything is put together: a directory that each Linux has and no node takes from the
 * host, so that no mount point has to be made on the host and removed again.
 */
#define STAGE "/proc/driver"
#define ROOT  STAGE "/root"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

void run_copies(const struct tree *tree, const struct run_options *options)
{
    for (size_t i = 0; i < options->n_copies; i++) {
        const char *copy = options->copies[i], *path = strrchr(copy, '=');

        if (!path || path == copy || path[1] != '/')
            errx(FAKENODE_FAILED, "--copy %s: expected HOSTFILE=NODEPATH", copy);
        tree_copy(tree, path + 1, tree_path("%.*s", (int)(path - copy), copy).text);
    }
}

static void mount_on(const char *source, const char *path, const char *type, unsigned long flags,
                     const char *data)
{
    if (mount(source, path, type, flags, data) < 0)
        err(FAKENODE_FAILED, "cannot mount %s on %s", source, path);
}

static void mount_stage(void)
{
    static const char *const dirs[] = {STAGE "/upper", STAGE "/work", ROOT};

    mount_on("fakenode", STAGE, "tmpfs", 0, "mode=0755");
    for (size_t i = 0; i < COUNT(dirs); i++) {
        if (mkdir(dirs[i], 0755) < 0)
            err(FAKENODE_FAILED, "cannot make the directory %s", dirs[i]);
    }
    mount_on("fakenode", ROOT, "overlay", 0,
             "lowerdir=/,upperdir=" STAGE "/upper,workdir=" STAGE "/work");
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* Takes away what the host has of drivers and CDI, so that the node does not depend on it. */
static void hide_host(void)
{
    static const char *const patterns[] = {
        "/etc/OpenCL",
        "/etc/alternatives/nvidia*",
        "/etc/cdi",
        "/etc/cufile.json",
        "/etc/nv_tegra_release",
        "/etc/nvidia-container-runtime",
        "/etc/vulkan",
        "/nix",
        "/usr/bin/nvidia-*",
        "/usr/lib*/firmware/nvidia",
        "/usr/lib*/libEGL*",
        "/usr/lib*/libGL*",
        "/usr/lib*/libOpenCL*",
        "/usr/lib*/libOpenGL*",
        "/usr/lib*/libcuda*",
        "/usr/lib*/libdxcore*",
        "/usr/lib*/libnvidia-*",
        "/usr/lib*/xorg",
        "/usr/lib/*-linux-gnu/gbm",
        "/usr/lib/*-linux-gnu/libEGL*",
        "/usr/lib/*-linux-gnu/libGL*",
        "/usr/lib/*-linux-gnu/libOpenCL*",
        "/usr/lib/*-linux-gnu/libOpenGL*",
        "/usr/lib/*-linux-gnu/libcuda*",
        "/usr/lib/*-linux-gnu/libdxcore*",
        "/usr/lib/*-linux-gnu/libnvcuvid*",
        "/usr/lib/*-linux-gnu/libnvidia-*",
        "/usr/lib/*-linux-gnu/nvidia",
        "/usr/lib/*-linux-gnu/vdpau",
        "/usr/lib/wsl",
        "/usr/share/X11/xorg.conf.d",
        "/usr/share/egl",
        "/usr/share/glvnd",
        "/usr/share/nvidia",
        "/usr/share/vulkan",
    };

    for (size_t i = 0; i < COUNT(patterns); i++) {
        glob_t found;

        if (glob(tree_path(ROOT "%s", patterns[i]).text, GLOB_NOSORT, NULL, &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++) {
            if (nftw(found.gl_pathv[j], remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
                err(FAKENODE_FAILED, "cannot hide the host's %s", found.gl_pathv[j] + strlen(ROOT));
        }
        globfree(&found);
    }
}

/* The file systems that every Linux has. Pieces of the real sysfs stand beside the PCI bus. */
static void mount_system(const struct tree *t)
{
    static const struct {
        const char *path;
        const char *type;
        const char *data;
    } mounts[] = {
        {"/dev", "tmpfs", "mode=0755"},
        {"/run", "tmpfs", "mode=0755"},
        {"/sys", "tmpfs", "mode=0755"},
        {"/proc", "proc", NULL},
        {"/proc/driver", "tmpfs", "mode=0755"},
        {"/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620"},
        {"/dev/shm", "tmpfs", "mode=1777"},
    };
    static const char *const real[] = {
        "/sys/devices/system", "/sys/devices/virtual", "/sys/firmware", "/sys/fs", "/sys/kernel",
    };

    for (size_t i = 0; i < COUNT(mounts); i++) {
        tree_dir(t, mounts[i].path, 0755);
        mount_on("fakenode", tree_path(ROOT "%s", mounts[i].path).text, mounts[i].type, MS_NOSUID,
                 mounts[i].data);
    }
    for (size_t i = 0; i < COUNT(real); i++) {
        if (access(real[i], F_OK) < 0)
            continue;
        tree_dir(t, real[i], 0755);
        mount_on(real[i], tree_path(ROOT "%s", real[i]).text, NULL, MS_BIND | MS_REC, NULL);
    }
    /* crun 1.8 refuses hosts that have cgroup v2 beside v1, and v1 is enough for containers. */
    if (umount2(ROOT "/sys/fs/cgroup/unified", MNT_DETACH) < 0 && errno != ENOENT &&
        errno != EINVAL)
        err(FAKENODE_FAILED, "cannot hide the host's cgroup v2");
    tree_dir(t, "/run/lock", 01777);
    tree_dir(t, "/run/cdi", 0755);
    tree_dir(t, "/etc/cdi", 0755);
}

static void put_proc_devices(const struct machine *machine)
{
    struct tree stage _cleanup_tree_;

    tree_open(&stage, STAGE);
    build_proc_devices(&stage, machine, "/devices");
    mount_on(STAGE "/devices", ROOT "/proc/devices", NULL, MS_BIND, NULL);
}

/* Whether a directory of the host may stand in its place on the node without hiding a part of it.
 */
static bool may_share(const char *path)
{
    static const char *const whole[] = {"/bin",  "/boot", "/etc", "/lib", "/lib64",
                                        "/proc", "/sbin", "/sys", "/usr"};
    static const char *const alone[] = {"/", "/dev", "/opt", "/run", "/var"};

    for (size_t i = 0; i < COUNT(whole); i++) {
        if (path_is_beneath(path, whole[i]))
            return false;
    }
    for (size_t i = 0; i < COUNT(alone); i++) {
        if (strcmp(path, alone[i]) == 0)
            return false;
    }
    return true;
}

static void share(const struct tree *t, const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        err(FAKENODE_FAILED, "cannot share %s", path);
    tree_dir(t, path, st.st_mode & 07777);
    mount_on(path, tree_path(ROOT "%s", path).text, NULL, MS_BIND | MS_REC, NULL);
}

static void share_asked(const struct tree *t, const struct run_options *options)
{
    for (size_t i = 0; i < options->n_shares; i++) {
        char *path = realpath(options->shares[i], NULL);

        if (!path)
            err(FAKENODE_FAILED, "cannot share %s", options->shares[i]);
        if (!may_share(path))
            errx(FAKENODE_FAILED, "--share %s: this belongs to the node", path);
        share(t, path);
        free(path);
    }
}

static void pivot(const char *cwd)
{
    if (chdir(ROOT) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
        err(FAKENODE_FAILED, "cannot change to the root of the node");
    if (chdir(cwd) < 0)
        err(FAKENODE_FAILED, "cannot return to %s on the node", cwd);
}

void noderoot_enter(const struct machine *machine, const struct run_options *options)
{
    struct hostmounts mounts;
    struct tree tree _cleanup_tree_;
    char *cwd = getcwd(NULL, 0);

    if (!cwd)
        err(FAKENODE_FAILED, "cannot tell the working directory");
    hostmounts_read(&mounts);
    mount_stage();
    hostmounts_carry(&mounts, STAGE, ROOT);
    hostmounts_free(&mounts);
    hide_host();
    tree_open(&tree, ROOT);
    mount_system(&tree);
    build_dev_base(&tree);
    build_node(&tree, machine);
    run_copies(&tree, options);
    put_proc_devices(machine);
    build_ld_caches(&tree, machine, ROOT);
    if (may_share(cwd))
        share(&tree, cwd);
    share_asked(&tree, options);
    pivot(cwd);
    free(cwd);
}
