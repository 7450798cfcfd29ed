/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "tests/unit/syscalls.h"
#include "tests/unit/tmpdir.h"

/* A small tree with the links that driver roots have, and some that try to leave it. */
static const char *tree(void)
{
    static const struct {
        const char *link, *target;
    } links[] = {
        {"usr/lib/libcuda.so.1", "libcuda.so.570"},
        {"usr/lib/absolute", "/usr/lib/libcuda.so.570"},
        {"lib", "usr/lib"},
        {"escape", "../../../../../../etc/passwd"},
        {"up", "/../../../../usr/lib/libcuda.so.570"},
        {"loop", "loop"},
    };
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "usr/lib/libcuda.so.570", "cuda");
    tmpdir_write(dir, "usr/lib/b", "");
    tmpdir_write(dir, "usr/lib/a", "");
    for (size_t i = 0; i < ARRAY_SIZE(links); i++)
        cr_assert_eq(symlink(links[i].target, tmpdir_path(dir, links[i].link)), 0);
    return dir;
}

Test(root, symlinks_are_resolved_inside)
{
    static const struct {
        const char *path;
        const char *expected;
    } cases[] = {
        {"/usr/lib/libcuda.so.1", "/usr/lib/libcuda.so.570"},
        {"usr/lib/libcuda.so.1", "/usr/lib/libcuda.so.570"},
        {"/lib/libcuda.so.1", "/usr/lib/libcuda.so.570"},
        {"/usr/lib/absolute", "/usr/lib/libcuda.so.570"},
        {"/up", "/usr/lib/libcuda.so.570"},
        {"/usr/lib/../lib/./a", "/usr/lib/a"},
        {"/", "/"},
        {"/../..", "/"},
        {"/escape", NULL},
        {"/loop", NULL},
        {"/none", NULL},
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;

    cr_assert_eq(root_open(&root, tree(), NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *got = root_realpath(&root, cases[i].path, arena);

        if (cases[i].expected)
            cr_assert_str_eq(got, cases[i].expected, "%s", cases[i].path);
        else
            cr_assert_null(got, "%s is %s", cases[i].path, got);
    }
}

Test(root, host_root)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    struct stat st;

    cr_assert_eq(root_open(&root, "", NULL), 0);
    cr_assert_str_eq(root.path, "/");
    cr_assert_str_eq(root_realpath(&root, "/dev/null", arena), "/dev/null");
    cr_assert_eq(root_stat(&root, "/dev/null", &st), 0);
    cr_assert(S_ISCHR(st.st_mode));
}

Test(root, stat_follows_and_lstat_does_not)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    struct stat st;

    cr_assert_eq(root_open(&root, tree(), NULL), 0);
    cr_assert_eq(root_stat(&root, "/usr/lib/libcuda.so.1", &st), 0);
    cr_assert(S_ISREG(st.st_mode));
    cr_assert_eq(root_lstat(&root, "/usr/lib/libcuda.so.1", &st), 0);
    cr_assert(S_ISLNK(st.st_mode));
    cr_assert_eq(root_stat(&root, "/none", &st), -ENOENT);
    cr_assert_eq(root_stat(&root, "/loop", &st), -ELOOP);
    cr_assert_str_eq(root_readlink(&root, "/usr/lib/libcuda.so.1", arena), "libcuda.so.570");
    cr_assert_null(root_readlink(&root, "/usr/lib/a", arena));
}

Test(root, list_is_sorted)
{
    static const char *const expected[] = {"a", "absolute", "b", "libcuda.so.1", "libcuda.so.570"};
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    const char **names;
    size_t n;

    cr_assert_eq(root_open(&root, tree(), NULL), 0);
    cr_assert_eq(root_list(&root, "/lib", arena, &names, &n), 0);
    cr_assert_eq(n, ARRAY_SIZE(expected));
    for (size_t i = 0; i < n; i++)
        cr_assert_str_eq(names[i], expected[i]);
    cr_assert_eq(root_list(&root, "/none", arena, &names, &n), -ENOENT);
    cr_assert_eq(root_list(&root, "/lib/a", arena, &names, &n), -ENOTDIR);
}

Test(root, read)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    _cleanup_free_ char *data = NULL;
    size_t len;

    cr_assert_eq(root_open(&root, tree(), NULL), 0);
    cr_assert_eq(root_read(&root, "/lib/libcuda.so.1", 100, &data, &len, &err), 0);
    cr_assert_str_eq(data, "cuda");
    cr_assert_eq(root_read(&root, "/none", 100, &data, &len, &err), -CDI_ERR_IO);
    cr_assert_str_eq(err.file, "/none");
    cr_assert_eq(root_read(&root, "/usr", 100, &data, &len, &err), -CDI_ERR_IO);
}

Test(root, open_of_what_is_no_directory)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct root root = ROOT_INIT;

    cr_assert_eq(root_open(&root, "/nonexistent", &err), -CDI_ERR_IO);
    cr_assert_eq(err.os_errno, ENOENT);
    cr_assert_eq(root_open(&root, "/dev/null", &err), -CDI_ERR_IO);
}

/* The magic links of procfs lead out of every root. */
Test(root, magic_links_are_not_followed)
{
    _cleanup_root_ struct root root = ROOT_INIT;

    cr_assert_eq(root_open(&root, "/", NULL), 0);
    cr_expect_eq(root_openat(&root, "/proc/self/exe", O_RDONLY), -ELOOP);
    cr_expect_eq(root_openat(&root, "/proc/self/root/etc", O_PATH), -ELOOP);
}

Test(root, descriptors_are_close_on_exec)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    _cleanup_close_ int fd = -1;

    cr_assert_eq(root_open(&root, tree(), NULL), 0);
    fd = root_openat(&root, "/usr/lib/a", O_RDONLY);
    cr_expect_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    cr_expect_eq(fcntl(root.fd, F_GETFD), FD_CLOEXEC);
}

Test(root, read_of_a_fifo, .timeout = 10)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tree();
    char *data = NULL;
    size_t len;

    cr_assert_eq(mkfifo(tmpdir_path(dir, "fifo"), 0600), 0);
    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_expect_eq(root_read(&root, "/fifo", 100, &data, &len, NULL), -CDI_ERR_IO);
    cr_expect_null(data);
}

/* A kernel before Linux 5.6, and a seccomp filter from then. */
Test(root, without_openat2)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct root root = ROOT_INIT;

    syscalls_refuse(SYS_openat2, 0, 0, 0, ENOSYS);
    cr_expect_eq(root_open(&root, "/", &err), -CDI_ERR_UNSUPPORTED);
    cr_expect_not_null(strstr(err.message, "openat2(2)"));
    cr_expect_eq(err.os_errno, ENOSYS);
    cr_expect_eq(root.fd, -1);
}

Test(root, openat2_is_forbidden)
{
    struct root root = ROOT_INIT;

    syscalls_refuse(SYS_openat2, 0, 0, 0, EPERM);
    cr_expect_eq(root_open(&root, "/", NULL), -CDI_ERR_UNSUPPORTED);
}

/* Somebody may rename all the time. */
Test(root, openat_gives_up, .timeout = 10)
{
    _cleanup_root_ struct root root = ROOT_INIT;

    cr_assert_eq(root_open(&root, "/", NULL), 0);
    syscalls_refuse(SYS_openat2, 0, 0, 0, EAGAIN);
    cr_expect_eq(root_openat(&root, "/etc/..", O_PATH), -EAGAIN);
}
