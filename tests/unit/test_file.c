/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
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
        {"missing", CDI_ERR_IO}, {"dir", CDI_ERR_IO},  {"fifo", CDI_ERR_INVALID},
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
    cr_assert_lt(file_mkdirs(tmpdir_path(dir, "file/x"), NULL), 0);
}
