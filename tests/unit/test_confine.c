/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The confinement of hooks: nothing leads out of a root. Each case runs with openat2(2) and by
 * steps, and both must agree: the kernel is the second opinion.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hooks/confine.h"
#include "tests/unit/tmpdir.h"

/* A root with links of all kinds, beside a directory that is not to be reached. */
static const char *tree(void)
{
    static const struct {
        const char *link, *target;
    } links[] = {
        {"root/lib", "usr/lib"},
        {"root/usr/lib/abs", "/usr/lib/x86"},
        {"root/usr/up", ".."},
        {"root/top", "/"},
        {"root/beyond", "../../../../outside"},
        {"root/beyond-abs", "/outside"},
        {"root/chain", "lib/../../top/usr/./up/usr/lib"},
        {"root/loop", "loop"},
        {"root/dangling", "/nowhere/at/all"},
        {"root/proc-root", "/proc/self/root"},
        {"root/to-file", "usr/lib/file"},
        {"root/slash-end", "usr/lib/"},
    };
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "root/usr/lib/x86/libx.so.1", "x");
    tmpdir_write(dir, "root/usr/lib/file", "file");
    tmpdir_write(dir, "outside/secret", "secret");
    for (size_t i = 0; i < ARRAY_SIZE(links); i++)
        tmpdir_link(dir, links[i].link, links[i].target);
    return dir;
}

static struct rootfs open_tree_of(const char *dir, bool by_steps)
{
    struct rootfs root;

    cr_assert_eq(rootfs_open(&root, tmpdir_path(dir, "root"), NULL), 0);
    root.by_steps = by_steps;
    return root;
}

/* A directory as (device, inode), or a negative errno. */
static long long inode_of(const struct rootfs *root, const char *path)
{
    _cleanup_close_ int fd = rootfs_directory(root, path, O_PATH);
    struct stat st;

    if (fd < 0)
        return fd;
    cr_assert_eq(fstat(fd, &st), 0);
    return (long long)st.st_ino;
}

Test(confine, both_ways_lead_to_the_same_directory)
{
    static const struct {
        const char *path;
        const char *real; /* NULL: none */
        int failure;
    } cases[] = {
        {"/", "/", 0},
        {"", "/", 0},
        {".", "/", 0},
        {"/..", "/", 0},
        {"../../..", "/", 0},
        {"/lib", "/usr/lib", 0},
        {"lib/abs", "/usr/lib/x86", 0},
        {"/lib/abs/..", "/usr/lib", 0},
        {"/usr/up/usr/lib", "/usr/lib", 0},
        {"/top", "/", 0},
        {"/top/lib/../lib//x86/", "/usr/lib/x86", 0},
        {"/chain", "/usr/lib", 0},
        {"/slash-end", "/usr/lib", 0},
        {"/beyond", NULL, -ENOENT},
        {"/beyond-abs", NULL, -ENOENT},
        {"/dangling", NULL, -ENOENT},
        {"/none", NULL, -ENOENT},
        {"/loop", NULL, -ELOOP},
        {"/to-file", NULL, -ENOTDIR},
        {"/usr/lib/file", NULL, -ENOTDIR},
        {"/usr/lib/file/..", NULL, -ENOTDIR},
        {"/proc-root", NULL, -ENOENT},
    };
    const char *dir = tree();
    _cleanup_rootfs_ struct rootfs kernel = open_tree_of(dir, false),
                                   steps = open_tree_of(dir, true);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        long long a = inode_of(&kernel, cases[i].path), b = inode_of(&steps, cases[i].path);
        char real[PATH_MAX];

        cr_expect_eq(a, b, "%s: %lld, %lld", cases[i].path, a, b);
        if (cases[i].real) {
            cr_expect_gt(a, 0, "%s", cases[i].path);
            cr_assert_eq(rootfs_real_path(&kernel, cases[i].path, real), 0, "%s", cases[i].path);
            cr_expect_str_eq(real, cases[i].real);
        } else {
            cr_expect_eq(a, cases[i].failure, "%s: %lld", cases[i].path, a);
            cr_expect_eq(rootfs_real_path(&kernel, cases[i].path, real), cases[i].failure);
        }
    }
}

/* Random paths out of the tree's names: what the kernel says is right. */
Test(confine, random_paths)
{
    static const char *const names[] = {"usr", "lib",   "x86",     "abs",        "up",   "top",
                                        "..",  "chain", ".",       "beyond-abs", "file", "loop",
                                        "",    "none",  "to-file", "slash-end"};
    const char *dir = tree();
    _cleanup_rootfs_ struct rootfs kernel = open_tree_of(dir, false),
                                   steps = open_tree_of(dir, true);

    srand(1);
    for (int i = 0; i < 20000; i++) {
        char path[256] = "";

        for (int n = rand() % 8; n >= 0; n--) {
            (void)strcat(path, names[(size_t)rand() % ARRAY_SIZE(names)]);
            (void)strcat(path, "/");
        }
        cr_assert_eq(inode_of(&kernel, path), inode_of(&steps, path), "%s: %lld, %lld", path,
                     inode_of(&kernel, path), inode_of(&steps, path));
    }
}

Test(confine, roots_that_are_none)
{
    static const char *const paths[] = {
        "", "/", "//", "/.", "/proc/self/root", "/etc/passwd", "/nowhere"};

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        _cleanup_rootfs_ struct rootfs root = ROOTFS_INIT;

        cr_expect_lt(rootfs_open(&root, paths[i], NULL), 0, "%s", paths[i]);
    }
}

Test(confine, files)
{
    static const struct {
        const char *path, *text; /* NULL: a failure */
        int failure;
    } cases[] = {
        {"/usr/lib/file", "file", 0},
        {"to-file", "file", 0},
        {"/chain/abs/libx.so.1", "x", 0},
        {"/beyond/secret", NULL, -ENOENT},
        {"/beyond-abs/secret", NULL, -ENOENT},
        {"/dangling", NULL, -ENOENT},
        {"/loop", NULL, -ELOOP},
        {"/usr/lib", NULL, -EISDIR},
        {"/usr/lib/", NULL, -EISDIR},
        {"/top", NULL, -EISDIR},
        {"/fifo", NULL, -EINVAL},
        {"/large", NULL, -EFBIG},
    };
    const char *dir = tree();

    cr_assert_eq(mkfifo(tmpdir_path(dir, "root/fifo"), 0666), 0);
    tmpdir_write(dir, "root/large", "123456");
    for (int by_steps = 0; by_steps < 2; by_steps++) {
        _cleanup_rootfs_ struct rootfs root = open_tree_of(dir, by_steps);

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
            _cleanup_free_ char *text = NULL;
            size_t len;
            int r = rootfs_read(&root, cases[i].path, 5, &text, &len);

            cr_assert_eq(r, cases[i].failure, "%s: %d", cases[i].path, r);
            if (r == 0)
                cr_expect_str_eq(text, cases[i].text);
        }
    }
}

Test(confine, a_file_that_was_exchanged_is_not_opened)
{
    const char *dir = tree();
    _cleanup_close_ int dirfd = open(tmpdir_path(dir, "root/usr/lib"), O_PATH);
    struct stat st;

    cr_assert_eq(fstatat(dirfd, "file", &st, 0), 0);
    cr_assert_eq(unlinkat(dirfd, "file", 0), 0);
    cr_assert_eq(symlinkat("x86/libx.so.1", dirfd, "file"), 0);
    cr_expect_eq(confine_open_file(dirfd, "file", &st), -ELOOP);
    cr_assert_eq(renameat(dirfd, "x86/libx.so.1", dirfd, "file"), 0);
    cr_expect_eq(confine_open_file(dirfd, "file", &st), -ESTALE);
}

Test(confine, directories_are_made)
{
    static const struct {
        const char *path, *real; /* NULL: a failure */
        int failure;
    } cases[] = {
        {"/a/b/c", "/a/b/c", 0},
        {"/a/b/c/", "/a/b/c", 0},
        {"lib/new/./er", "/usr/lib/new/er", 0},
        {"/../../top/new", "/new", 0},
        {"/usr/lib", "/usr/lib", 0},
        {"/dangling/x", NULL, -ENOTDIR},
        {"/dangling", NULL, -ENOTDIR},
        {"/fresh/../x", NULL, -ENOENT},
        {"/usr/lib/file/x", NULL, -ENOTDIR},
        {"/loop/x", NULL, -ELOOP},
    };

    for (int by_steps = 0; by_steps < 2; by_steps++) {
        const char *dir = tree();
        _cleanup_rootfs_ struct rootfs root = open_tree_of(dir, by_steps);

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
            _cleanup_close_ int fd = rootfs_make_directory(&root, cases[i].path, 0755);
            struct stat st, real;

            cr_assert_eq(fd < 0 ? fd : 0, cases[i].failure, "%s: %d", cases[i].path, fd);
            if (fd < 0)
                continue;
            cr_assert(fstat(fd, &st) == 0 && fstatat(root.fd, cases[i].real + 1, &real, 0) == 0);
            cr_expect_eq(st.st_ino, real.st_ino, "%s", cases[i].path);
        }
        cr_expect_neq(faccessat(root.fd, "fresh", F_OK, 0), 0);
        cr_expect_neq(faccessat(root.fd, "nowhere", F_OK, 0), 0);
    }
}

/* The names in a directory, for what is left behind. */
static size_t count_names(const char *path)
{
    _cleanup_dir_ DIR *d = opendir(path);
    size_t n = 0;

    while (readdir(d))
        n++;
    return n;
}

Test(confine, symlinks)
{
    const char *dir = tree();
    _cleanup_close_ int dirfd = open(tmpdir_path(dir, "root"), O_PATH);
    char text[PATH_MAX];
    size_t before;
    bool made;

    cr_assert_eq(confine_symlink(dirfd, "new", "/etc/passwd", &made), 0);
    cr_expect(made && readlinkat(dirfd, "new", text, sizeof text) == 11);
    before = count_names(tmpdir_path(dir, "root"));
    cr_expect(confine_symlink(dirfd, "new", "/etc/passwd", &made) == 0 && !made);
    cr_expect(confine_symlink(dirfd, "new", "/etc/passwd-", &made) == 0 && made);
    cr_expect(confine_symlink(dirfd, "new", "/etc", &made) == 0 && made);
    cr_expect(confine_symlink(dirfd, "new", "other", &made) == 0 && made);
    cr_expect(confine_symlink(dirfd, "lib", "other", NULL) == 0);
    cr_expect_eq(confine_symlink(dirfd, "usr", "other", NULL), -EISDIR);
    cr_expect_eq(confine_symlink(dirfd, "", "other", NULL), -EINVAL);
    cr_expect_eq(confine_symlink(dirfd, ".", "other", NULL), -EINVAL);
    cr_expect_eq(confine_symlink(dirfd, "..", "other", NULL), -EINVAL);
    cr_expect_eq(confine_symlink(dirfd, "a/b", "other", NULL), -EINVAL);
    cr_expect_eq(confine_symlink(dirfd, "empty", "", NULL), -EINVAL);
    cr_expect_eq(count_names(tmpdir_path(dir, "root")), before, "something is left behind");
}

Test(confine, replacing_files)
{
    const char *dir = tree();
    _cleanup_close_ int dirfd = open(tmpdir_path(dir, "root"), O_PATH);
    _cleanup_free_ char *file = NULL, *target = NULL;
    struct stat first, second;

    (void)umask(0);
    cr_assert_eq(confine_replace(dirfd, "to-file", "/to-file", "new", 3, 0640, NULL), 0);
    file = tmpdir_read(dir, "root/to-file");
    target = tmpdir_read(dir, "root/usr/lib/file");
    cr_expect_str_eq(file, "new");
    cr_expect_str_eq(target, "file", "the link was followed");
    cr_assert_eq(fstatat(dirfd, "to-file", &first, AT_SYMLINK_NOFOLLOW), 0);
    cr_expect_eq(first.st_mode, S_IFREG | 0640);
    cr_assert_eq(confine_replace(dirfd, "to-file", "/to-file", "new", 3, 0640, NULL), 0);
    cr_assert_eq(fstatat(dirfd, "to-file", &second, AT_SYMLINK_NOFOLLOW), 0);
    cr_expect_eq(first.st_ino, second.st_ino, "the same was written again");
    cr_assert_eq(confine_replace(dirfd, "to-file", "/to-file", "new", 3, 0644, NULL), 0);
    cr_expect_lt(confine_replace(dirfd, "usr", "/usr", "new", 3, 0644, NULL), 0);
    cr_expect_lt(confine_replace(dirfd, "..", "/..", "new", 3, 0644, NULL), 0);
}

/* What a child tells by its exit status. */
static int status_of(int (*child)(const char *dir), const char *dir)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(child(dir));
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* A line of /proc/self/status, for no system call tells it any more. */
static unsigned long long capabilities(const char *name)
{
    _cleanup_file_ FILE *f = fopen("/proc/self/status", "re");
    char line[256];

    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            return strtoull(line + strlen(name), NULL, 16);
    return ~0ULL;
}

/* Returns the number of the first thing that is as it must not be. */
static int look_after_drop(const char *dir)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    const unsigned long long kept = (1U << CAP_DAC_OVERRIDE) | (1U << CAP_FOWNER);
    _cleanup_close_ int made = -1;

    if (syscall(SYS_capget, &header, data) < 0)
        return 8;
    data[0].inheritable = data[0].permitted;
    (void)syscall(SYS_capset, &header, data);
    (void)signal(SIGUSR1, SIG_IGN);
    if (dup2(STDERR_FILENO, 3) != 3 || confine_start(NULL) < 0 || confine_drop(NULL) < 0)
        return 1;
    if (environ[0])
        return 2;
    if (fcntl(3, F_GETFD) >= 0)
        return 3;
    made = open(dir, O_PATH);
    if (made < 0 || confine_symlink(made, "allowed", "x", NULL) < 0)
        return 4;
    if (execl("/bin/true", "true", (char *)NULL) == 0 || errno != EPERM)
        return 5;
    if (fork() >= 0)
        return 6;
    if (chroot(dir) == 0)
        return 7;
    if (capabilities("CapInh:") || capabilities("CapPrm:") & ~kept ||
        (geteuid() == 0 && capabilities("CapBnd:") & ~kept))
        return 9;
    if (signal(SIGUSR1, SIG_DFL) != SIG_DFL)
        return 10;
    if (syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0) == 0 || errno != EPERM)
        return 11;
    return 0;
}

Test(confine, what_is_given_up)
{
    int status = status_of(look_after_drop, tree());

    cr_expect_eq(status, 0, "%d", status);
}
