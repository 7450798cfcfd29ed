/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is read and then replaced, whatever somebody does to its name meanwhile. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void read_place(struct file_place *place, const char *path, const char *expected)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *data = NULL;
    size_t len;

    cr_assert_eq(file_place_read(place, path, 100, &data, &len, &err), 0, "%s", err.message);
    cr_assert_str_eq(data, expected);
}

Test(file_place, is_replaced)
{
    const char *dir = tmpdir_new(), *path = tmpdir_path(dir, "a");
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    _cleanup_free_ char *now = NULL;
    struct stat st;

    if (geteuid() != 0)
        cr_skip_test("needs root");
    tmpdir_write(dir, "a", "old");
    cr_assert_eq(chown(path, 12, 34), 0);
    cr_assert_eq(chmod(path, 04641), 0);
    read_place(&place, path, "old");
    cr_expect_eq(file_place_replace(&place, "new", 3, NULL), 0);
    now = tmpdir_read(dir, "a");
    cr_expect_str_eq(now, "new");
    cr_assert_eq(stat(path, &st), 0);
    cr_expect(st.st_uid == 12 && st.st_gid == 34);
    cr_expect_eq(st.st_mode & 07777, 0641, "permissions, but no set-user-ID");
    cr_expect_eq(entries(dir), 1);
}

/* What a symlink leads to is read, and decides mode and owner; the link is replaced. */
Test(file_place, behind_a_symlink)
{
    const char *dir = tmpdir_new(), *path = tmpdir_path(dir, "link");
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    _cleanup_free_ char *now = NULL;
    struct stat st;

    tmpdir_write(dir, "target", "old");
    cr_assert_eq(chmod(tmpdir_path(dir, "target"), 0600), 0);
    cr_assert_eq(symlink("target", path), 0);
    read_place(&place, path, "old");
    cr_expect_eq(file_place_replace(&place, "new", 3, NULL), 0);
    now = tmpdir_read(dir, "target");
    cr_expect_str_eq(now, "old");
    cr_assert_eq(lstat(path, &st), 0);
    cr_expect(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600);
}

/* What somebody does to the names between reading and replacing. */
static void put_another(const char *dir)
{
    tmpdir_write(dir, "b/other", "precious");
    cr_assert_eq(rename(tmpdir_path(dir, "b/other"), tmpdir_path(dir, "b/a")), 0);
}

static void put_a_link(const char *dir)
{
    cr_assert_eq(rename(tmpdir_path(dir, "b/a"), tmpdir_path(dir, "moved")), 0);
    cr_assert_eq(symlink("../moved", tmpdir_path(dir, "b/a")), 0);
}

static void take_away(const char *dir)
{
    cr_assert_eq(unlink(tmpdir_path(dir, "b/a")), 0);
}

static void put_another_directory(const char *dir)
{
    cr_assert_eq(rename(tmpdir_path(dir, "b"), tmpdir_path(dir, "moved")), 0);
    tmpdir_write(dir, "b/a", "precious");
}

Test(file_place, that_changes)
{
    static const struct {
        void (*change)(const char *dir);
        int result;
        const char *file, *content; /* afterwards */
    } cases[] = {
        {put_another, -CDI_ERR_IO, "b/a", "precious"},
        {put_a_link, -CDI_ERR_IO, "b/a", "old"},
        {take_away, -CDI_ERR_IO, "b/a", NULL},
        {put_another_directory, 0, "b/a", "precious"},
        {put_another_directory, 0, "moved/a", "new"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = tmpdir_new();
        _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *path = strdup(tmpdir_path(dir, "b/a")), *now = NULL;

        tmpdir_write(dir, "b/a", "old");
        read_place(&place, path, "old");
        cases[i].change(dir);
        cr_expect_eq(file_place_replace(&place, "new", 3, &err), cases[i].result, "%zu", i);
        if (cases[i].result < 0)
            cr_expect_not_null(strstr(err.message, "was replaced by somebody else"));
        now = tmpdir_read(dir, cases[i].file);
        if (cases[i].content)
            cr_expect_str_eq(now, cases[i].content, "%zu", i);
        cr_expect_leq(entries(tmpdir_path(dir, "b")), 1, "%zu: no temporary file is left", i);
    }
}

Test(file_place, that_is_not_there)
{
    static const char *const cases[] = {"none/a", "none", "dir", "", "dir/."};
    const char *dir = tmpdir_new();

    cr_assert_eq(mkdir(tmpdir_path(dir, "dir"), 0700), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        char *data = NULL;
        size_t len;

        cr_expect_lt(file_place_read(&place, tmpdir_path(dir, cases[i]), 100, &data, &len, &err),
                     0);
        cr_expect_not_null(err.message);
        cr_expect_null(data);
    }
}

Test(file_place, knows_whether_it_was_written_to)
{
    const char *dir = tmpdir_new(), *path = tmpdir_path(dir, "a");
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    FILE *f;

    tmpdir_write(dir, "a", "old");
    read_place(&place, path, "old");
    cr_expect(file_place_unchanged(&place));
    f = fopen(path, "r+e");
    cr_assert_not_null(f);
    cr_assert_eq(fputs("new", f), 1);
    (void)fclose(f);
    /* Within one tick of the kernel's clock the times of two changes can be the same. */
    cr_assert_eq(utimensat(AT_FDCWD, path, (struct timespec[]){{1, 0}, {1, 0}}, 0), 0);
    cr_expect(!file_place_unchanged(&place));
    cr_assert_eq(unlink(path), 0);
    cr_expect(!file_place_unchanged(&place));
}

Test(file_place, is_renamed)
{
    const char *dir = tmpdir_new();
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *a = NULL, *b = NULL;

    tmpdir_write(dir, "a.yml", "text");
    tmpdir_write(dir, "b.yaml", "other");
    read_place(&place, tmpdir_path(dir, "a.yml"), "text");
    cr_expect_eq(file_place_rename(&place, "b.yaml", &err), -CDI_ERR_EXISTS);
    cr_expect(err.message && strstr(err.message, "b.yaml"), "%s", err.message);
    cdi_error_clear(&err);
    cr_expect_eq(file_place_rename(&place, "a.yaml", &err), 0);
    a = tmpdir_read(dir, "a.yaml");
    b = tmpdir_read(dir, "b.yaml");
    cr_expect_str_eq(a, "text");
    cr_expect_str_eq(b, "other");
    /* It is not there any more. */
    cr_expect_eq(file_place_rename(&place, "c.yaml", &err), -CDI_ERR_IO);
}
