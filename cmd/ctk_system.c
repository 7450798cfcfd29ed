/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ctk_system.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root.h"
#include "cmd/common.h"
#include "generate/machine/devchar.h"

#define MODPROBE "/sbin/modprobe"

/* What the child of load_module() does; what modprobe says goes to standard error. */
static _Noreturn void exec_modprobe(const char *root, const char *module)
{
    if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&
        (strcmp(root, "/") == 0 || (chroot(root) == 0 && chdir("/") == 0)))
        (void)execl(MODPROBE, MODPROBE, module, (char *)NULL);
    /* As shells do. */
    _exit(127);
}

static int load_module(const char *root, const char *module, struct cdi_error *err)
{
    const char *in = strcmp(root, "/") == 0 ? "" : " in ";
    const char *where = *in ? root : "";
    pid_t pid = fork(), done;
    int status;

    if (pid < 0)
        return cdi_error_set_errno(err, errno, "cannot start " MODPROBE);
    if (pid == 0)
        exec_modprobe(root, module);
    do
        done = waitpid(pid, &status, 0);
    while (done < 0 && errno == EINTR);
    if (done < 0)
        return cdi_error_set_errno(err, errno, "cannot wait for " MODPROBE);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return cdi_error_set(err, CDI_ERR_IO,
                             "cannot load the kernel module %s: " MODPROBE "%s%s cannot be run",
                             module, in, where);
    return cdi_error_set(err, CDI_ERR_IO,
                         "cannot load the kernel module %s: " MODPROBE "%s%s failed", module, in,
                         where);
}

int system_load_modules(const struct call *call, const char *root, bool dry_run,
                        struct cdi_error *err)
{
    static const char *const modules[] = {"nvidia", "nvidia-uvm", "nvidia-modeset"};
    bool here = strcmp(root, "/") == 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(modules); i++) {
        message_info(call, "%s%s%s%s" MODPROBE " %s",
                     dry_run ? "Would run: " : "Running: ", here ? "" : "chroot ", here ? "" : root,
                     here ? "" : " ", modules[i]);
        if (!dry_run)
            r = load_module(root, modules[i], err);
    }
    return r;
}

int system_majors(struct majors *out, struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    int r = root_open(&root, NULL, err);

    return r < 0 ? r : majors_read(&root, out, err);
}

/* Where nodes are made. */
struct place {
    const char *prefix; /* of names in messages */
    int dirfd;
    bool dry_run;
};

/* A control device's node beside what is there. */
static int make_node(const struct call *call, const struct place *place, const char *name,
                     const struct majors *majors, struct cdi_error *err)
{
    struct devchar number;
    struct stat st;
    mode_t mask;
    int r;

    if (fstatat(place->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        message_info(call, "Skipping: %s/dev/%s already exists", place->prefix, name);
        return 0;
    }
    r = devchar_control_number(name, majors, &number, err);
    if (r < 0)
        return r;
    message_info(call, "%s: mknod --mode=0666 %s/dev/%s c %u %u",
                 place->dry_run ? "Would run" : "Running", place->prefix, name, number.major,
                 number.minor);
    if (place->dry_run)
        return 0;
    mask = umask(0);
    r = mknodat(place->dirfd, name, S_IFCHR | 0666, makedev(number.major, number.minor));
    if (r < 0)
        r = cdi_error_set_errno(err, errno, "cannot make the device node %s/dev/%s", place->prefix,
                                name);
    (void)umask(mask);
    return r;
}

int system_make_nodes(const struct call *call, const char *dev_root, const struct majors *majors,
                      bool dry_run, struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    _cleanup_close_ int dirfd = -1;
    int r = root_open(&root, dev_root, err);
    struct place place = {strcmp(root.path, "/") == 0 ? "" : root.path, -1, dry_run};

    if (r < 0)
        return r;
    dirfd = root_openat(&root, "dev", O_PATH | O_DIRECTORY);
    if (dirfd < 0)
        return cdi_error_set_errno(err, -dirfd, "cannot open the directory %s/dev", place.prefix);
    place.dirfd = dirfd;
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(devchar_control); i++)
        r = make_node(call, &place, devchar_control[i], majors, err);
    return r;
}
