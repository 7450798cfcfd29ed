/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "tests/unit/syscalls.h"
#include "tests/unit/tmpdir.h"

static size_t entries(const char *dir)
{
    _cleanup_dir_ DIR *d = opendir(dir);
    size_t n = 0;

    while (readdir(d))
        n++;
    return n - 2;
}

Test(file, read_whole)
{
    const char *dir = tmpdir_new();
    _cleanup_free_ char *data = NULL;
    size_t len;

    tmpdir_write(dir, "a", "one\ntwo\n");
    cr_assert_eq(file_read(AT_FDCWD, tmpdir_path(dir, "a"), 100, &data, &len, NULL), 0);
    cr_assert_eq(len, 8);
    cr_assert_str_eq(data, "one\ntwo\n");
}

Test(file, read_refuses_what_is_not_a_regular_file, .timeout = 5)
{
    const char *dir = tmpdir_new();
    static const struct {
        const char *name;
        enum cdi_errc code;
    } cases[] = {
        {"missing", CDI_ERR_IO}, {"dir", CDI_ERR_IO},  {"fifo", CDI_ERR_IO},
        {"big", CDI_ERR_LIMIT},  {"loop", CDI_ERR_IO},
    };

    cr_assert_eq(mkdir(tmpdir_path(dir, "dir"), 0700), 0);
    cr_assert_eq(mkfifo(tmpdir_path(dir, "fifo"), 0600), 0);
    cr_assert_eq(symlink("loop", tmpdir_path(dir, "loop")), 0);
    tmpdir_write(dir, "big", "12345678901");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const char *path = tmpdir_path(dir, cases[i].name);
        char *data = NULL;
        size_t len;

        cr_assert_eq(file_read(AT_FDCWD, path, 10, &data, &len, &err), -(int)cases[i].code, "%s",
                     cases[i].name);
        cr_assert_str_eq(err.file, path);
        cr_assert_null(data);
    }
}

/* A file that somebody named may be a pipe (docs/errors.md). */
Test(file, read_stream_takes_a_pipe, .timeout = 5)
{
    const char *dir = tmpdir_new();
    int ends[2];
    char path[32];
    char *data = NULL;
    size_t len;
    static const struct {
        const char *name;
        size_t limit;
        int result;
    } cases[] = {
        {"a", 8, 0},
        {"a", 7, -CDI_ERR_LIMIT},
        {"missing", 8, -CDI_ERR_IO},
        {".", 8, -CDI_ERR_IO},
    };

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(file_write_all(ends[1], "text", 4), 0);
    (void)close(ends[1]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    cr_assert_eq(file_read_stream(path, 4, &data, &len, NULL), 0);
    cr_assert_eq(len, 4);
    cr_assert_str_eq(data, "text");
    free(data);
    cr_assert_eq(file_read_stream("/dev/zero", 1 << 20, &data, &len, NULL), -CDI_ERR_LIMIT);
    tmpdir_write(dir, "a", "one\ntwo\n");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const char *file = tmpdir_path(dir, cases[i].name);

        data = NULL;
        cr_expect_eq(file_read_stream(file, cases[i].limit, &data, &len, &err), cases[i].result,
                     "%s", cases[i].name);
        cr_expect_eq(data != NULL, cases[i].result == 0);
        if (cases[i].result)
            cr_expect_str_eq(err.file, file);
        free(data);
    }
}

Test(file, read_grows_beyond_what_stat_says)
{
    /* Files of /proc have size 0 (proc(5)). */
    _cleanup_free_ char *data = NULL;
    size_t len;

    cr_assert_eq(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &data, &len, NULL), 0);
    cr_assert_gt(len, 100);
    cr_assert_eq(strncmp(data, "Name:", 5), 0);
}

Test(file, replace_is_all_or_nothing)
{
    const char *dir = tmpdir_new();
    const char *path = tmpdir_path(dir, "config.json");
    _cleanup_free_ char *now = NULL;
    struct stat st;

    tmpdir_write(dir, "config.json", "old");
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(
        file_replace(path, "newer", 5, 0600, FILE_REPLACE_KEEP_OWNER | FILE_REPLACE_SYNC, NULL), 0);
    now = tmpdir_read(dir, "config.json");
    cr_assert_str_eq(now, "newer");
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0640, "the old file's mode is kept");
    cr_assert_eq(entries(dir), 1, "no temporary file is left");
}

/* A directory that was opened stays the place, whatever its path leads to by now. */
Test(file, replace_at)
{
    const char *dir = tmpdir_new();
    _cleanup_close_ int dirfd = -1;
    _cleanup_free_ char *data = NULL;
    size_t len;

    tmpdir_write(dir, "was/a", "old");
    dirfd = open(tmpdir_path(dir, "was"), O_PATH | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(dirfd, 0);
    cr_assert_eq(rename(tmpdir_path(dir, "was"), tmpdir_path(dir, "is")), 0);
    tmpdir_write(dir, "was/other", "");
    cr_assert_eq(file_replace_at(dirfd, "a", "was/a", "new", 3, 0600, 0, NULL), 0);
    cr_assert_eq(file_read(dirfd, "a", 100, &data, &len, NULL), 0);
    cr_expect_str_eq(data, "new");
    cr_expect_eq(entries(tmpdir_path(dir, "is")), 1);
    cr_expect_eq(entries(tmpdir_path(dir, "was")), 1);
}

Test(file, replace_gives_the_mode_whatever_the_umask)
{
    const char *dir = tmpdir_new();
    struct stat st;

    (void)umask(077);
    cr_assert_eq(file_replace(tmpdir_path(dir, "spec.yaml"), "x", 1, 0644, 0, NULL), 0);
    cr_assert_eq(stat(tmpdir_path(dir, "spec.yaml"), &st), 0);
    cr_assert_eq(st.st_mode & 07777, 0644);
}

Test(file, replace_exclusive_leaves_an_existing_file)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();
    _cleanup_free_ char *now = NULL;

    tmpdir_write(dir, "a", "old");
    cr_assert_eq(file_replace(tmpdir_path(dir, "a"), "new", 3, 0644, FILE_REPLACE_EXCLUSIVE, &err),
                 -CDI_ERR_EXISTS);
    now = tmpdir_read(dir, "a");
    cr_assert_str_eq(now, "old");
    cr_assert_eq(entries(dir), 1);
}

Test(file, replace_replaces_a_symlink_and_not_its_target)
{
    const char *dir = tmpdir_new();
    _cleanup_free_ char *target = NULL;
    struct stat st;

    tmpdir_write(dir, "target", "precious");
    cr_assert_eq(symlink("target", tmpdir_path(dir, "link")), 0);
    cr_assert_eq(file_replace(tmpdir_path(dir, "link"), "new", 3, 0644, 0, NULL), 0);
    target = tmpdir_read(dir, "target");
    cr_assert_str_eq(target, "precious");
    cr_assert_eq(lstat(tmpdir_path(dir, "link"), &st), 0);
    cr_assert(S_ISREG(st.st_mode));
}

Test(file, replace_names_what_is_wrong)
{
    const char *dir = tmpdir_new();
    static const struct {
        const char *name;
        enum cdi_errc code;
    } cases[] = {
        {"none/a", CDI_ERR_IO}, {"", CDI_ERR_USAGE}, {".", CDI_ERR_USAGE},
        {"..", CDI_ERR_USAGE},  {"dir", CDI_ERR_IO},
    };

    cr_assert_eq(mkdir(tmpdir_path(dir, "dir"), 0700), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_assert_eq(file_replace(tmpdir_path(dir, cases[i].name), "x", 1, 0644, 0, &err),
                     -(int)cases[i].code, "%s", cases[i].name);
        cr_assert_not_null(err.message);
    }
    cr_assert_eq(entries(dir), 1, "no temporary file is left");
}

Test(file, mkdirs_makes_the_parents)
{
    static const char *const cases[] = {"a/b/c", "a/b/d/", "a//e", "a"};
    const char *dir = tmpdir_new();
    struct stat st;

    (void)umask(022);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *path = tmpdir_path(dir, cases[i]);

        cr_assert_eq(file_mkdirs(path, NULL), 0);
        cr_assert_eq(stat(path, &st), 0, "%s", cases[i]);
        cr_assert_eq(st.st_mode & 07777, 0755);
    }
    tmpdir_write(dir, "file", "");
    cr_assert_eq(symlink("a", tmpdir_path(dir, "link")), 0);
    cr_expect_eq(file_mkdirs(tmpdir_path(dir, "link"), NULL), 0);
    cr_expect_eq(file_mkdirs(tmpdir_path(dir, "link/f"), NULL), 0);
    cr_expect_lt(file_mkdirs(tmpdir_path(dir, "file/x"), NULL), 0);
}

/* What is there must be a directory. */
Test(file, mkdirs_over_a_file)
{
    static const char *const cases[] = {"file", "file/", "dangling"};
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "file", "");
    cr_assert_eq(symlink("nowhere", tmpdir_path(dir, "dangling")), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_expect_eq(file_mkdirs(tmpdir_path(dir, cases[i]), &err), -CDI_ERR_IO, "%s", cases[i]);
        cr_expect_eq(err.os_errno, ENOTDIR, "%s: %s", cases[i], err.message);
    }
}

/* Opening a device may have effects: it is known for one before. */
Test(file, read_does_not_open_a_device)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char *data;
    size_t len;

    syscalls_refuse(SYS_openat, 2, O_PATH, 0, EPERM);
    cr_assert_eq(file_read(AT_FDCWD, "/dev/null", 10, &data, &len, &err), -CDI_ERR_IO);
    cr_expect_str_eq(err.message, "not a regular file");
}

Test(file, read_without_proc)
{
    const char *dir = tmpdir_new();
    _cleanup_free_ char *data = NULL;
    int dirfd = open(dir, O_PATH | O_CLOEXEC);
    size_t len;

    tmpdir_write(dir, "file", "text");
    cr_assert_eq(symlink("file", tmpdir_path(dir, "a")), 0);
    syscalls_refuse(SYS_openat, 0, UINT32_MAX, (uint32_t)AT_FDCWD, ENOENT);
    cr_assert_eq(file_read(dirfd, "a", 10, &data, &len, NULL), 0);
    cr_expect_str_eq(data, "text");
}

/* Also where stat(2) knows no size. */
Test(file, read_limit)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();
    char *data = NULL;
    size_t len;

    cr_expect_eq(file_read(AT_FDCWD, "/proc/self/status", 10, &data, &len, &err), -CDI_ERR_LIMIT);
    cr_expect_str_eq(err.file, "/proc/self/status");
    tmpdir_write(dir, "a", "12345678901");
    cr_expect_eq(file_read(AT_FDCWD, tmpdir_path(dir, "a"), 10, &data, &len, NULL), -CDI_ERR_LIMIT);
    cr_assert_eq(file_read(AT_FDCWD, tmpdir_path(dir, "a"), 11, &data, &len, NULL), 0);
    cr_expect_eq(len, 11);
    free(data);
}

#define MANY ((size_t)300000)

static int pipe_ends[2];

static void drain(int sig)
{
    static char buf[30000];

    (void)sig;
    (void)!read(pipe_ends[0], buf, sizeof buf);
}

/* A signal cuts a write short, or keeps it from beginning (write(2)). */
Test(file, write_all_goes_on_after_a_signal, .timeout = 20)
{
    static const struct sigaction action = {.sa_handler = drain};
    static const struct itimerval often = {{0, 500}, {0, 500}}, never;
    _cleanup_free_ char *data = malloc(MANY);

    cr_assert_eq(pipe(pipe_ends), 0);
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    memset(data, 'x', MANY);
    cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    cr_expect_eq(file_write_all(pipe_ends[1], data, MANY), 0);
    cr_assert_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void *write_many(void *data)
{
    (void)!file_write_all(pipe_ends[1], data, MANY);
    (void)close(pipe_ends[1]);
    return NULL;
}

Test(file, read_fd_grows)
{
    _cleanup_free_ char *data = malloc(MANY), *got = NULL;
    pthread_t thread;
    size_t len;

    memset(data, 'x', MANY);
    cr_assert_eq(pipe(pipe_ends), 0);
    cr_assert_eq(pthread_create(&thread, NULL, write_many, data), 0);
    cr_expect_eq(file_read_fd(pipe_ends[0], "pipe", MANY, &got, &len, NULL), 0);
    cr_assert_eq(len, MANY);
    cr_expect_eq(memcmp(got, data, MANY), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
}

/* A write that ends early is an error, and leaves nothing. */
Test(file, replace_cut_short)
{
    static const struct rlimit limit = {10, 10};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();
    _cleanup_free_ char *now = NULL;

    tmpdir_write(dir, "a", "old");
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "12345678901", 11, 0644, 0, &err),
                 -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, EFBIG);
    now = tmpdir_read(dir, "a");
    cr_expect_str_eq(now, "old");
    cr_expect_eq(entries(dir), 1);
}

static void need_root(void)
{
    if (geteuid() != 0)
        cr_skip_test("needs root");
}

Test(file, replace_keeps_the_owner)
{
    const char *dir = tmpdir_new(), *path = tmpdir_path(dir, "a");
    struct stat st;

    need_root();
    tmpdir_write(dir, "a", "old");
    cr_assert_eq(chown(path, 12, 34), 0);
    cr_assert_eq(file_replace(path, "x", 1, 0600, FILE_REPLACE_KEEP_OWNER, NULL), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect(st.st_uid == 12 && st.st_gid == 34);
    cr_assert_eq(file_replace(path, "x", 1, 0600, 0, NULL), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect(st.st_uid == geteuid() && st.st_gid == getegid());
}

/* Who owns a symlink, or what it leads to, has no say. */
Test(file, replace_of_a_symlink_keeps_nothing)
{
    const char *dir = tmpdir_new(), *path = tmpdir_path(dir, "link");
    struct stat st;

    need_root();
    tmpdir_write(dir, "target", "precious");
    cr_assert_eq(chmod(tmpdir_path(dir, "target"), 0666), 0);
    cr_assert_eq(chown(tmpdir_path(dir, "target"), 12, 34), 0);
    cr_assert_eq(symlink("target", path), 0);
    cr_assert_eq(lchown(path, 56, 78), 0);
    cr_assert_eq(file_replace(path, "x", 1, 0600, FILE_REPLACE_KEEP_OWNER, NULL), 0);
    cr_assert_eq(lstat(path, &st), 0);
    cr_expect(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600);
    cr_expect(st.st_uid == geteuid() && st.st_gid == getegid());
}

/* As on a filesystem that has no files without names. */
static void need_names(void)
{
    syscalls_refuse(SYS_openat, 2, O_TMPFILE, O_TMPFILE, EOPNOTSUPP);
}

/* Where a file without a name cannot get one later, it has one from the beginning. */
Test(file, names_from_the_beginning)
{
    const char *dir = tmpdir_new();
    _cleanup_free_ char *now = NULL;

    syscalls_refuse(SYS_linkat, 0, 0, 0, EPERM);
    tmpdir_write(dir, "a", "old");
    cr_assert_eq(file_replace(tmpdir_path(dir, "a"), "new", 3, 0644, 0, NULL), 0);
    now = tmpdir_read(dir, "a");
    cr_expect_str_eq(now, "new");
    cr_expect_eq(entries(dir), 1);
}

/* Nothing of a file is to be seen before it is whole: a kill leaves nothing behind. */
Test(file, has_no_name_while_it_is_written)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();

    syscalls_refuse(SYS_openat, 2, O_CREAT, O_CREAT, EACCES);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "x", 1, 0644, 0, &err), 0, "%s", err.message);
    cr_expect_eq(entries(dir), 1);
}

/* The temporary file's name is nobody else's, and never a link that somebody has put there. */
Test(file, temporary_file_is_new)
{
    static const uint32_t needed[] = {O_EXCL, O_NOFOLLOW, O_CLOEXEC};
    const char *dir = tmpdir_new();

    need_names();
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        syscalls_refuse(SYS_openat, 2, O_CREAT | needed[i], O_CREAT, EACCES);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "x", 1, 0644, 0, NULL), 0);
}

Test(file, no_temporary_name_is_free, .timeout = 10)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();

    need_names();
    syscalls_refuse(SYS_openat, 2, O_CREAT, O_CREAT, EEXIST);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "x", 1, 0644, FILE_REPLACE_EXCLUSIVE, &err),
                 -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, EEXIST);
}

Test(file, no_randomness)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();

    syscalls_refuse(SYS_getrandom, 0, 0, 0, ENOSYS);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "x", 1, 0644, 0, &err), -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, ENOSYS);
    cr_expect_eq(entries(dir), 0);
}

static const char *watched;
static _Atomic unsigned seen_mode;

/* Looks for the temporary file while it is written. */
static void *watch(void *arg)
{
    while (!seen_mode) {
        _cleanup_dir_ DIR *d = opendir(watched);
        const struct dirent *e;
        struct stat st;

        while (d && (e = readdir(d)))
            if (strstr(e->d_name, ".cdikit.") && fstatat(dirfd(d), e->d_name, &st, 0) == 0)
                seen_mode = st.st_mode;
    }
    return arg;
}

/* Others must not read it before it has its owner. */
Test(file, is_private_while_it_is_written, .timeout = 30)
{
    const size_t len = (size_t)16 << 20;
    _cleanup_free_ char *data = calloc(1, len);
    pthread_t thread;

    need_names();
    watched = tmpdir_new();
    (void)umask(0);
    cr_assert_eq(pthread_create(&thread, NULL, watch, NULL), 0);
    while (!seen_mode)
        cr_assert_eq(file_replace(tmpdir_path(watched, "a"), data, len, 0666, 0, NULL), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_expect_eq(seen_mode & 077, 0, "%o", (unsigned)seen_mode);
}

/* Filesystems that do not know RENAME_NOREPLACE say EINVAL (renameat2(2)). */
Test(file, exclusive_without_renameat2)
{
    const char *dir = tmpdir_new();
    _cleanup_free_ char *now = NULL;

    tmpdir_write(dir, "old", "old");
    syscalls_refuse(SYS_renameat2, 4, RENAME_NOREPLACE, RENAME_NOREPLACE, EINVAL);
    cr_expect_eq(file_replace(tmpdir_path(dir, "old"), "x", 1, 0644, FILE_REPLACE_EXCLUSIVE, NULL),
                 -CDI_ERR_EXISTS);
    now = tmpdir_read(dir, "old");
    cr_expect_str_eq(now, "old");
    cr_expect_eq(file_replace(tmpdir_path(dir, "new"), "x", 1, 0644, FILE_REPLACE_EXCLUSIVE, NULL),
                 0);
    cr_expect_eq(entries(dir), 2);
}

/* Another failure is one. */
Test(file, exclusive_is_forbidden)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();

    syscalls_refuse(SYS_renameat2, 4, RENAME_NOREPLACE, RENAME_NOREPLACE, EACCES);
    cr_expect_eq(file_replace(tmpdir_path(dir, "a"), "x", 1, 0644, FILE_REPLACE_EXCLUSIVE, &err),
                 -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, EACCES);
    cr_expect_eq(entries(dir), 0);
}
