/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tmpdir.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static char made[8][64];
static size_t n_made;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_all(void)
{
    for (size_t i = 0; i < n_made; i++)
        (void)nftw(made[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *tmpdir_new(void)
{
    char *dir = made[n_made];

    cr_assert_lt(n_made, ARRAY_SIZE(made));
    (void)snprintf(dir, sizeof made[0], "/tmp/cdikit-unit.XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    if (n_made++ == 0)
        (void)atexit(remove_all);
    return dir;
}

const char *tmpdir_path(const char *dir, const char *name)
{
    static char paths[16][512];
    static size_t next;
    char *path = paths[next++ % ARRAY_SIZE(paths)];

    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

void tmpdir_write(const char *dir, const char *name, const char *text)
{
    const char *path = tmpdir_path(dir, name);
    _cleanup_free_ char *parent = strdup(path);
    _cleanup_file_ FILE *f = NULL;

    *strrchr(parent, '/') = '\0';
    cr_assert_eq(file_mkdirs(parent, NULL), 0);
    f = fopen(path, "we");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fwrite(text, 1, strlen(text), f), strlen(text));
}

void tmpdir_node(const char *dir, const char *name, unsigned major, unsigned minor)
{
    const char *path = tmpdir_path(dir, name);

    tmpdir_write(dir, name, "");
    cr_assert_eq(unlink(path), 0);
    if (mknod(path, S_IFCHR | 0666, makedev(major, minor)) < 0)
        cr_skip_test("needs the right to mknod(2)");
    cr_assert_eq(chmod(path, 0666), 0);
}

void tmpdir_link(const char *dir, const char *name, const char *target)
{
    tmpdir_write(dir, name, "");
    cr_assert_eq(unlink(tmpdir_path(dir, name)), 0);
    cr_assert_eq(symlink(target, tmpdir_path(dir, name)), 0);
}

char *tmpdir_read(const char *dir, const char *name)
{
    char *data = NULL;
    size_t len;

    return file_read(AT_FDCWD, tmpdir_path(dir, name), 1 << 26, &data, &len, NULL) < 0 ? NULL
                                                                                       : data;
}
