/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldconfig_exec.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/elf.h"
#include "base/quote.h"
#include "hooks/confine.h"
#include "hooks/message.h"

#define MOST_SIZE    (16L << 20) /* bytes of the program */
#define STATUS_TOLD  127         /* the child has told what went wrong */
#define OVERFLOW_UID 65534       /* whose files are those of users that a namespace does not map */

#ifndef MFD_EXEC
#    define MFD_EXEC 0x10U /* Linux 6.3 */
#endif

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWPID)

/* ---- The program ---- */

static int refuse(struct cdi_error *err, const char *path, const char *why)
{
    return cdi_error_set(err, CDI_ERR_USAGE, "%s is not run: %s", quote_string(path).text, why);
}

/* PATH.real, or PATH itself, which may end so already. */
static int open_program(const char *path, struct cdi_error *err)
{
    size_t len = strlen(path);
    char name[PATH_MAX];
    int fd;

    if (path[0] != '/')
        return refuse(err, path, "--ldconfig-path needs an absolute path of the host");
    if (len > 5 && strcmp(path + len - 5, ".real") == 0)
        len -= 5;
    if (len + sizeof ".real" > sizeof name)
        return cdi_error_set_errno(err, ENAMETOOLONG, "cannot open %s", quote_string(path).text);
    (void)snprintf(name, sizeof name, "%.*s.real", (int)len, path);
    fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        name[len] = '\0';
        fd = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    return fd >= 0 ? fd
                   : cdi_error_set_errno(err, errno, "cannot open the host's ldconfig %s",
                                         quote_string(name).text);
}

/* True for root's files; in a user namespace those of the host's root are nobody's. */
static bool is_roots(uid_t owner)
{
    static const char everybody[] = "         0          0 4294967295";
    char map[sizeof everybody] = "";
    int fd;

    if (owner != OVERFLOW_UID)
        return owner == 0;
    fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (read(fd, map, sizeof map - 1) <= 0)
        memcpy(map, everybody, sizeof map);
    (void)close(fd);
    return strcmp(map, everybody) != 0;
}

/* True if a file is below the container's root, as the kernel tells their paths. */
static bool is_below(const struct rootfs *root, int fd)
{
    char name[64], top[PATH_MAX], file[PATH_MAX];
    ssize_t n_top, n;

    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", root->fd);
    n_top = readlink(name, top, sizeof top);
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    n = readlink(name, file, sizeof file);
    return n_top > 0 && n > n_top && memcmp(top, file, (size_t)n_top) == 0 && file[n_top] == '/';
}

static int check_program(const struct rootfs *root, int fd, const char *path, off_t *size,
                         struct cdi_error *err)
{
    struct elf_facts facts;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return cdi_error_set_errno(err, errno, "cannot look at %s", quote_string(path).text);
    if (!S_ISREG(st.st_mode))
        return refuse(err, path, "it is not a regular file");
    if (is_below(root, fd))
        return refuse(err, path, "it is a file of the container");
    if (!is_roots(st.st_uid) || st.st_mode & (S_IWGRP | S_IWOTH))
        return refuse(err, path, "others than root can change it");
    if (st.st_mode & (S_ISUID | S_ISGID))
        return refuse(err, path, "it is set-user-ID or set-group-ID, as no ldconfig is");
    if (st.st_size > MOST_SIZE)
        return refuse(err, path, "it is too large");
    if (elf_read(fd, &facts, NULL) < 0 || (facts.type != ET_EXEC && facts.type != ET_DYN))
        return refuse(err, path, "it is not a program of this machine");
    if (facts.interpreter || facts.n_needed)
        return refuse(err, path,
                      "it is not linked statically, and would load the container's libraries");
    *size = st.st_size;
    return 0;
}

/* A copy in memory that nobody can change, not even through /proc/PID/exe. */
static int copy_program(const struct rootfs *root, const char *path, struct cdi_error *err)
{
    const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    _cleanup_close_ int fd = open_program(path, err), copy = -1;
    off_t size = 0, done = 0;
    int r = fd < 0 ? fd : check_program(root, fd, path, &size, err);

    if (r < 0)
        return r;
    copy = memfd_create("ldconfig", flags | MFD_EXEC);
    if (copy < 0 && errno == EINVAL)
        copy = memfd_create("ldconfig", flags);
    if (copy < 0)
        return cdi_error_set_errno(err, errno, "cannot make a copy of ldconfig in memory");
    while (done < size) {
        ssize_t n = sendfile(copy, fd, &done, (size_t)(size - done));

        if (n <= 0 && (n == 0 || errno != EINTR))
            return cdi_error_set_errno(err, n ? errno : EIO, "cannot copy ldconfig");
    }
    if (fchmod(copy, 0500) < 0 ||
        fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return cdi_error_set_errno(err, errno, "cannot seal the copy of ldconfig");
    return TAKE_FD(copy);
}

/* ---- The child ---- */

/* Makes the tree the root of this process, alone in its mount namespace. */
static int enter_root(int tree, struct cdi_error *err)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        move_mount(tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(tree) < 0)
        return cdi_error_set_errno(err, errno, "cannot attach the container's root");
    if (syscall(SYS_pivot_root, ".", ".") == 0) {
        if (umount2(".", MNT_DETACH) < 0)
            return cdi_error_set_errno(err, errno, "cannot detach the host's root");
    } else if (errno != EINVAL || chroot(".") < 0) {
        /* EINVAL: the host runs from its initramfs, whose root cannot be moved. */
        return cdi_error_set_errno(err, errno, "cannot change to the container's root");
    }
    return chdir("/") < 0 ? cdi_error_set_errno(err, errno, "cannot change to /") : 0;
}

/* ldconfig needs nothing of what is there, and an image must not have it do something there. */
static int cover(const char *path, struct cdi_error *err)
{
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return 0;
    if (mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "nr_inodes=1,mode=0555") < 0)
        return cdi_error_set_errno(err, errno, "cannot cover %s of the container", path);
    return 0;
}

static int limit(struct cdi_error *err)
{
    static const struct {
        int resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_CPU, 10},          {RLIMIT_NOFILE, 64}, {RLIMIT_FSIZE, 64UL << 20},
        {RLIMIT_AS, 2048UL << 20}, {RLIMIT_CORE, 0},    {RLIMIT_NPROC, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        struct rlimit value = {limits[i].value, limits[i].value};

        if (setrlimit((__rlimit_resource_t)limits[i].resource, &value) < 0)
            return cdi_error_set_errno(err, errno, "cannot limit ldconfig");
    }
    return 0;
}

static int no_input(struct cdi_error *err)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
        return cdi_error_set_errno(err, errno, "cannot open /dev/null");
    return 0;
}

static int run(int program, int tree, struct cdi_error *err)
{
    static const char *const covered[] = {"/proc", "/sys", "/dev"};
    static const char *const argv[] = {"ldconfig",         "-f", "/etc/ld.so.conf", "-C",
                                       "/etc/ld.so.cache", NULL};
    static const char *const environment[] = {NULL};
    int r;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return cdi_error_set_errno(err, errno, "cannot tie ldconfig to this process");
    if ((r = no_input(err)) < 0 || (r = enter_root(tree, err)) < 0)
        return r;
    for (size_t i = 0; i < ARRAY_SIZE(covered); i++)
        if ((r = cover(covered[i], err)) < 0)
            return r;
    if ((r = limit(err)) < 0 || (r = confine_drop_for_program(err)) < 0)
        return r;
    (void)syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
    return cdi_error_set_errno(err, errno, "cannot start ldconfig");
}

/* ---- The parent ---- */

static int await(pid_t pid, struct cdi_error *err)
{
    int status;
    pid_t done;

    do {
        done = waitpid(pid, &status, 0);
        if (done < 0 && errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot wait for ldconfig");
        /* One that has itself traced stops, and nobody would let it go on. */
        if (done == pid && WIFSTOPPED(status))
            (void)kill(pid, SIGKILL);
    } while (done < 0 || (!WIFEXITED(status) && !WIFSIGNALED(status)));
    if (WIFSIGNALED(status))
        return cdi_error_set(err, CDI_ERR_IO, "ldconfig was ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == STATUS_TOLD)
        return cdi_error_set(err, CDI_ERR_IO, "ldconfig was not run");
    if (WEXITSTATUS(status) != 0)
        return cdi_error_set(err, CDI_ERR_IO, "ldconfig ended with status %d", WEXITSTATUS(status));
    return 0;
}

int ldconfig_exec(const struct rootfs *root, const char *path, struct cdi_error *err)
{
    _cleanup_close_ int program = copy_program(root, path, err), tree = -1;
    pid_t pid;

    if (program < 0)
        return program;
    /* Made in this namespace, to which the root belongs; it is attached in that of the child. */
    tree = open_tree(root->fd, "",
                     AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    /* Older kernels do not copy what rootfs_make_writable() made, which is such a copy already. */
    if (tree < 0 && errno == EINVAL)
        tree = fcntl(root->fd, F_DUPFD_CLOEXEC, 0);
    if (tree < 0 && errno == ENOSYS)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED, "running ldconfig needs Linux 5.2");
    if (tree < 0)
        return cdi_error_set_errno(err, errno,
                                   "cannot copy the mounts of the container, which --ldconfig-path "
                                   "needs and the hook without it does not");
    pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, 0L, 0L, 0L, 0L);
    if (pid < 0)
        return cdi_error_set_errno(err, errno, "cannot make namespaces for ldconfig");
    if (pid == 0) {
        (void)run(program, tree, err);
        hook_complain(err);
        _exit(STATUS_TOLD);
    }
    return await(pid, err);
}
