/* SPDX-License-Identifier: Apache-2.0 */
/* Which file is the low-level runtime. */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "runtime/lowlevel.h"
#include "tests/unit/tmpdir.h"

static void make_program(const char *dir, const char *name, mode_t mode)
{
    tmpdir_write(dir, name, name);
    cr_assert_eq(chmod(tmpdir_path(dir, name), mode), 0);
}

/* `want` is beneath the directory that '@' stands for, NULL for no result. */
static void expect(const char *dir, const char *const *candidates, size_t n, const char *search,
                   const char *self, const char *want)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char found[PATH_MAX] = "";
    struct lowlevel_self own = {.path = self ? tmpdir_path(dir, self) : NULL};
    bool has_self = self && stat(own.path, &own.st) == 0;
    int r = lowlevel_find(candidates, n, search, has_self ? &own : NULL, found, sizeof found, &err);

    cr_expect_eq(r, want ? 0 : -CDI_ERR_NOTFOUND, "%s: %s", want, err.message);
    cr_expect_str_eq(r == 0 ? found : "", want ? want : "");
    cr_expect(r == 0 || strstr(err.message, candidates[n - 1]));
}

Test(lowlevel, find)
{
    const char *dir = tmpdir_new();
    char search[PATH_MAX], relative[PATH_MAX], a[PATH_MAX], b[PATH_MAX];

    make_program(dir, "a/rt", 0755);
    make_program(dir, "a/plain", 0644);
    make_program(dir, "b/rt", 0711);
    make_program(dir, "b/plain", 0100);
    make_program(dir, "b/other", 0755);
    make_program(dir, "group", 0010);
    make_program(dir, "others", 0001);
    make_program(dir, "nobody", 0666);
    (void)snprintf(a, sizeof a, "%s", tmpdir_path(dir, "a/rt"));
    (void)snprintf(b, sizeof b, "%s", tmpdir_path(dir, "b/plain"));
    (void)snprintf(search, sizeof search, ":%s/none:%s/a::%s/b:", dir, dir, dir);
    (void)snprintf(relative, sizeof relative, "%s/a", dir + 1);

    /* By name: the order of PATH, and of the candidates. */
    expect(dir, (const char *[]){"rt"}, 1, search, NULL, a);
    expect(dir, (const char *[]){"plain"}, 1, search, NULL, b);
    expect(dir, (const char *[]){"none", "rt"}, 2, search, NULL, a);
    expect(dir, (const char *[]){"", "rt"}, 2, search, NULL, a);
    expect(dir, (const char *[]){"plain", "rt"}, 2, search, NULL, b);
    expect(dir, (const char *[]){"rt"}, 1, relative, NULL, a);
    expect(dir, (const char *[]){"none", "no-such-rt"}, 2, search, NULL, NULL);
    /* The usual directories are looked into also without PATH. */
    expect(dir, (const char *[]){"env"}, 1, NULL, NULL, "/usr/bin/env");
    expect(dir, (const char *[]){"env"}, 1, "", NULL, "/usr/bin/env");
    expect(dir, (const char *[]){"env"}, 1, search, NULL, "/usr/bin/env");
    /* As a path. */
    expect(dir, (const char *[]){a}, 1, "", NULL, a);
    expect(dir, (const char *[]){"////an/invalid/path", "/tmp", "/dev/null", "/bin/sh"}, 4, search,
           NULL, "/bin/sh");
    expect(dir, (const char *[]){"/tmp"}, 1, search, NULL, NULL);
    /* Any x bit makes a program. */
    expect(dir, (const char *[]){tmpdir_path(dir, "nobody"), tmpdir_path(dir, "group")}, 2, "",
           NULL, tmpdir_path(dir, "group"));
    expect(dir, (const char *[]){tmpdir_path(dir, "others")}, 1, "", NULL,
           tmpdir_path(dir, "others"));
    cr_assert_eq(chdir(dir), 0);
    expect(dir, (const char *[]){"./a/rt"}, 1, search, NULL, "./a/rt");
    expect(dir, (const char *[]){"a/rt"}, 1, search, NULL, "a/rt");
}

/* The wrapper may be installed as "rt", before the real one. */
Test(lowlevel, self)
{
    const char *dir = tmpdir_new();
    char search[PATH_MAX], real[PATH_MAX];

    make_program(dir, "wrapper", 0755);
    make_program(dir, "b/rt", 0755);
    (void)snprintf(real, sizeof real, "%s", tmpdir_path(dir, "b/rt"));
    (void)snprintf(search, sizeof search, "%s:%s/b", dir, dir);
    cr_assert_eq(symlink("wrapper", tmpdir_path(dir, "rt")), 0);
    cr_assert_eq(link(tmpdir_path(dir, "wrapper"), tmpdir_path(dir, "no-other")), 0);
    expect(dir, (const char *[]){"rt"}, 1, search, "wrapper", real);
    expect(dir, (const char *[]){tmpdir_path(dir, "rt"), "rt"}, 2, search, "wrapper", real);
    expect(dir, (const char *[]){"no-other"}, 1, search, "wrapper", NULL);
}

/* Two copies under two names would execute each other for ever. */
Test(lowlevel, copy_of_self)
{
    const char *dir = tmpdir_new();
    char search[PATH_MAX], real[PATH_MAX];

    tmpdir_write(dir, "wrapper", "content");
    tmpdir_write(dir, "copy/rt", "content");
    tmpdir_write(dir, "real/rt", "cOntent");
    cr_assert_eq(chmod(tmpdir_path(dir, "copy/rt"), 0755), 0);
    cr_assert_eq(chmod(tmpdir_path(dir, "real/rt"), 0755), 0);
    (void)snprintf(real, sizeof real, "%s", tmpdir_path(dir, "real/rt"));
    (void)snprintf(search, sizeof search, "%s/copy:%s/real", dir, dir);
    expect(dir, (const char *[]){"rt"}, 1, search, "wrapper", real);
    expect(dir, (const char *[]){tmpdir_path(dir, "copy/rt")}, 1, search, "wrapper", NULL);
}

/* The inode's number alone is that of many files: each filesystem has its own. */
Test(lowlevel, self_is_a_file_of_one_filesystem)
{
    struct lowlevel_self self = {.path = "/none"};
    const char *dir = tmpdir_new();
    char buf[PATH_MAX];

    make_program(dir, "rt", 0755);
    cr_assert_eq(stat(tmpdir_path(dir, "rt"), &self.st), 0);
    self.st.st_dev++;
    cr_expect_eq(lowlevel_find((const char *[]){tmpdir_path(dir, "rt")}, 1, NULL, &self, buf,
                               sizeof buf, NULL),
                 0);
}

Test(lowlevel, no_candidates)
{
    char buf[64];

    cr_expect_eq(lowlevel_find(NULL, 0, NULL, NULL, buf, sizeof buf, NULL), -CDI_ERR_INVALID);
}

Test(lowlevel, too_long)
{
    const char *dir = tmpdir_new();
    char buf[8];

    make_program(dir, "rt", 0755);
    cr_expect_eq(lowlevel_find((const char *[]){"a-name"}, 1, dir, NULL, buf, sizeof buf, NULL),
                 -CDI_ERR_NOTFOUND);
    cr_expect_eq(lowlevel_find((const char *[]){"/bin/sh"}, 1, dir, NULL, buf, sizeof buf, NULL),
                 0);
    cr_expect_eq(lowlevel_find((const char *[]){"/bin/cat"}, 1, dir, NULL, buf, sizeof buf, NULL),
                 -CDI_ERR_NOTFOUND);
}

Test(lowlevel, own_file)
{
    struct lowlevel_self self;
    struct stat exe;

    cr_assert(lowlevel_self(&self));
    cr_assert_eq(stat("/proc/self/exe", &exe), 0);
    cr_expect_eq(self.st.st_ino, exe.st_ino);
    cr_expect_eq(self.st.st_dev, exe.st_dev);
    cr_expect_eq(access(self.path, R_OK), 0);
}

Test(lowlevel, exec_fails)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *dir = tmpdir_new();
    char name[] = "x", *argv[] = {name, NULL};

    make_program(dir, "rt", 0755);
    tmpdir_write(dir, "rt", "no program");
    cr_expect_eq(lowlevel_exec(tmpdir_path(dir, "rt"), 1, argv, &err), -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, ENOEXEC);
    cr_expect_eq(lowlevel_exec("/none", 0, argv, &err), -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, ENOENT);
}
