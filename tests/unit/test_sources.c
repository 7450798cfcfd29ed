/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/facts.h"
#include "generate/roots.h"
#include "generate/sources.h"
#include "tests/unit/tmpdir.h"

static struct arena *arena;
static const char *top;
static struct roots roots;
static struct sources sources;
static struct generate_options options;

static void setup(void)
{
    arena = arena_new();
    top = tmpdir_new();
    tmpdir_write(top, "usr/lib/liba.so.1", "a");
    tmpdir_write(top, "proc/driver/nvidia/version", "NVRM version: 1.2\n");
    tmpdir_write(top, "proc/driver/nvidia/gpus/0000:01:00.0/information",
                 "Model: A\nIRQ: 1\nGPU UUID: GPU-1\nDevice Minor: 0\n");
    tmpdir_write(top, "driver/usr/bin/smi", "");
    cr_assert_eq(symlink("liba.so.1", tmpdir_path(top, "usr/lib/liba.so")), 0);
    options = (struct generate_options){.root = top};
}

static void teardown(void)
{
    roots_close(&roots);
    arena_free(arena);
}

TestSuite(sources, .init = setup, .fini = teardown);

/* Changes of the tree are older than a tick when they are looked at. */
static void settle(void)
{
    (void)usleep(30000);
}

static void start(void)
{
    settle();
    cr_assert_eq(roots_open(&roots, &options, arena, NULL), 0);
    sources_init(&sources, arena);
    sources_attach(&sources, &roots);
}

static void look(const struct root *root, const char *path, int flags)
{
    int fd = root_openat(root, path, flags);

    if (fd >= 0)
        (void)close(fd);
}

static const char *change(void)
{
    const struct fingerprint before = {"", sources.facts, sources.n};
    const char *what;

    cr_assert_eq(sources_compare(&before, &options, arena, &what, NULL), 0);
    return what ? what : "";
}

Test(sources, each_path_once)
{
    struct stat st;

    start();
    for (int i = 0; i < 3; i++)
        (void)!root_stat(&roots.system, "/usr/lib/liba.so.1", &st);
    cr_expect_eq(sources.n, 1);
    /* The driver root is the same directory. */
    (void)!root_stat(&roots.driver, "/usr/lib/liba.so.1", &st);
    cr_expect_eq(sources.n, 1);
    (void)!root_lstat(&roots.system, "/usr/lib/liba.so.1", &st);
    (void)!root_stat(&roots.system, "/usr/lib/libb.so.1", &st);
    cr_expect_eq(sources.n, 3);
    cr_expect_str_eq(sources.facts[2].fact, FINGERPRINT_ABSENT);
    cr_expect_str_eq(change(), "");
}

Test(sources, thousands)
{
    start();
    for (int i = 0; i < 5000; i++)
        look(&roots.system, arena_printf(arena, "/none/%d", i % 2500), O_PATH);
    cr_expect_not(sources.failed);
    cr_expect_eq(sources.n, 2500);
    cr_expect_str_eq(sources.facts[2499].path, "/none/2499");
    cr_expect_str_eq(change(), "");
}

Test(sources, appears_and_vanishes)
{
    start();
    look(&roots.system, "/usr/lib/libb.so.1", O_PATH);
    look(&roots.system, "/usr/lib/liba.so", O_PATH);
    tmpdir_write(top, "usr/lib/libb.so.1", "");
    cr_expect_str_eq(change(), "/usr/lib/libb.so.1 appeared");
    cr_assert_eq(unlink(tmpdir_path(top, "usr/lib/libb.so.1")), 0);
    cr_expect_str_eq(change(), "");
    cr_assert_eq(unlink(tmpdir_path(top, "usr/lib/liba.so.1")), 0);
    cr_expect_str_eq(change(), "/usr/lib/liba.so vanished");
}

Test(sources, content)
{
    start();
    look(&roots.system, "/usr/lib/liba.so.1", O_RDONLY);
    /* Same size, and a time that was set back. */
    tmpdir_write(top, "usr/lib/liba.so.1", "b");
    cr_assert_eq(utimensat(AT_FDCWD, tmpdir_path(top, "usr/lib/liba.so.1"),
                           (struct timespec[]){{1, 0}, {1, 0}}, 0),
                 0);
    cr_expect_str_eq(change(), "/usr/lib/liba.so.1 changed");
}

Test(sources, directories)
{
    start();
    look(&roots.system, "/usr/lib", O_RDONLY | O_DIRECTORY);
    tmpdir_write(top, "usr/lib/libc.so.1", "");
    cr_expect_str_eq(change(), "/usr/lib changed");
}

/* That it is there is all that matters of a directory whose names were not asked for. */
Test(sources, directories_that_are_not_read)
{
    start();
    look(&roots.system, "/usr/lib", O_PATH | O_DIRECTORY);
    tmpdir_write(top, "usr/lib/libc.so.1", "");
    cr_expect_str_eq(change(), "");
}

Test(sources, links)
{
    start();
    look(&roots.system, "/usr/lib/liba.so", O_PATH | O_NOFOLLOW);
    cr_assert_eq(unlink(tmpdir_path(top, "usr/lib/liba.so")), 0);
    cr_assert_eq(symlink("liba.so.1", tmpdir_path(top, "usr/lib/liba.so")), 0);
    cr_expect_str_eq(change(), "");
    cr_assert_eq(unlink(tmpdir_path(top, "usr/lib/liba.so")), 0);
    cr_assert_eq(symlink("liba.so.2", tmpdir_path(top, "usr/lib/liba.so")), 0);
    cr_expect_str_eq(change(), "/usr/lib/liba.so changed");
}

/* In /proc times say nothing: the content counts, and of a GPU what matters. */
Test(sources, proc)
{
    static const char file[] = "proc/driver/nvidia/gpus/0000:01:00.0/information";

    start();
    cr_assert_eq(sources_look_around(&roots, arena, NULL), 0);
    tmpdir_write(top, "proc/driver/nvidia/version", "NVRM version: 1.2\n");
    tmpdir_write(top, file, "Model: A\nIRQ: 7\nGPU UUID: GPU-1\nDevice Minor: 0\n");
    cr_expect_str_eq(change(), "");
    tmpdir_write(top, file, "Model: A\nIRQ: 7\nGPU UUID: GPU-2\nDevice Minor: 0\n");
    cr_expect_str_eq(change(), "/proc/driver/nvidia/gpus/0000:01:00.0/information changed");
    tmpdir_write(top, "proc/driver/nvidia/version", "NVRM version: 1.3\n");
    cr_expect_str_eq(change(), "/proc/driver/nvidia/version changed");
}

Test(sources, gpus_and_mig)
{
    start();
    cr_assert_eq(sources_look_around(&roots, arena, NULL), 0);
    tmpdir_write(top, "proc/driver/nvidia/capabilities/gpu0/mig/gi1/ci0/access", "");
    cr_expect_str_eq(change(), "/proc/driver/nvidia/capabilities/gpu0/mig appeared");
    tmpdir_write(top, "proc/driver/nvidia/gpus/0000:02:00.0/information", "");
    cr_expect_str_eq(change(), "/proc/driver/nvidia/gpus changed");
}

Test(sources, other_roots)
{
    options.driver_root = "/driver";
    start();
    look(&roots.driver, "/usr/bin/smi", O_PATH);
    look(&roots.driver, "/usr/bin/none", O_PATH);
    look(&roots.system, "/usr/bin/none", O_PATH);
    cr_expect_eq(sources.n, 3);
    cr_expect_str_eq(change(), "");
    tmpdir_write(top, "driver/usr/bin/none", "");
    cr_expect_str_eq(change(), "/driver/usr/bin/none appeared");
}

/* A driver root is a mount that comes and goes; what cannot be a root is an error. */
Test(sources, a_root_that_is_gone)
{
    const struct fingerprint before = {"", NULL, 0};
    const char *what;

    options.driver_root = "/driver";
    options.dev_root = "/usr";
    cr_expect_str_eq(change(), "");
    cr_assert_eq(rename(tmpdir_path(top, "usr"), tmpdir_path(top, "was")), 0);
    cr_expect_str_eq(change(), "/usr vanished");
    cr_assert_eq(rename(tmpdir_path(top, "driver"), tmpdir_path(top, "gone")), 0);
    cr_expect_str_eq(change(), "/driver vanished");
    options.dev_root = NULL;
    cr_expect_str_eq(change(), "/driver vanished");
    options.driver_root = "/proc/driver/nvidia/version";
    cr_expect_eq(sources_compare(&before, &options, arena, &what, NULL), -CDI_ERR_IO);
    options.root = tmpdir_path(top, "nowhere");
    cr_expect_str_eq(change(), arena_printf(arena, "%s vanished", options.root));
}

Test(sources, output)
{
    const char *path;

    start();
    tmpdir_write(top, "out.yaml", "1");
    path = arena_strdup(arena, tmpdir_path(top, "out.yaml"));
    cr_assert_eq(sources_add_output(&sources, path, NULL), 0);
    cr_expect_str_eq(change(), "");
    cr_assert_eq(unlink(path), 0);
    cr_expect_str_eq(change(), arena_printf(arena, "%s vanished", path));
}

/* What has changed within the same tick could do so again without a trace. */
Test(sources, fleeting)
{
    size_t len;

    start();
    tmpdir_write(top, "usr/lib/liba.so.1", "b");
    look(&roots.system, "/usr/lib/liba.so.1", O_PATH);
    len = strlen(sources.facts[0].fact);
    cr_expect_eq(sources.facts[0].fact[len - 1], FINGERPRINT_FLEETING);
    cr_expect_str_eq(change(), "/usr/lib/liba.so.1 changed");
    settle();
    cr_expect_str_eq(change(), "/usr/lib/liba.so.1 changed");
}

/* What is no file at all is looked at as what it is, and nothing waits for a writer. */
Test(sources, odd_things)
{
    char fact[FACT_SIZE];

    cr_assert_eq(mkfifo(tmpdir_path(top, "usr/pipe"), 0600), 0);
    cr_assert_eq(mkfifo(tmpdir_path(top, "proc/pipe"), 0600), 0);
    start();
    look(&roots.system, "/usr/pipe", O_RDONLY | O_NONBLOCK);
    look(&roots.system, "/proc/pipe", O_RDONLY | O_NONBLOCK);
    look(&roots.system, "/usr/lib/liba.so.1", O_RDONLY | O_DIRECTORY);
    look(&roots.system, "", O_PATH);
    cr_expect_eq(sources.n, 4);
    cr_expect_str_eq(sources.facts[0].fact, "t:10000");
    cr_expect_str_eq(sources.facts[2].fact, FINGERPRINT_ABSENT);
    cr_expect_str_eq(change(), "");
    /* By the short way, too. */
    fact_see(&roots.system, true, "usr/lib/liba.so.1", FINGERPRINT_LIST, fact);
    cr_expect_str_eq(fact, FINGERPRINT_ABSENT);
    fact_see(&roots.system, true, "usr/pipe", FINGERPRINT_STAT, fact);
    cr_expect_str_eq(fact, "t:10000");
}

/* Looked at on this machine, where facts are made in a shorter way: each kind of them. */
Test(sources, on_this_machine)
{
    static const struct {
        const char *path;
        enum fingerprint_how how;
        int flags;
    } looks_at[] = {
        {"/dev/null", FINGERPRINT_STAT, O_PATH},
        {"/dev/null", FINGERPRINT_LSTAT, O_PATH | O_NOFOLLOW},
        {"/proc/version", FINGERPRINT_STAT, O_PATH},
        {"/proc/version", FINGERPRINT_READ, O_RDONLY},
        {"/proc/none", FINGERPRINT_READ, O_RDONLY},
        {"/sys/bus", FINGERPRINT_STAT, O_PATH},
        {"/sys/bus", FINGERPRINT_LIST, O_RDONLY | O_DIRECTORY},
        {"/sys/none", FINGERPRINT_LIST, O_RDONLY | O_DIRECTORY},
        {"/", FINGERPRINT_STAT, O_PATH},
        {"", FINGERPRINT_STAT, O_PATH},
        {"usr/lib/liba.so.1", FINGERPRINT_STAT, O_PATH},
        {"usr/lib/liba.so.1", FINGERPRINT_LSTAT, O_PATH | O_NOFOLLOW},
        {"usr/lib/liba.so.1", FINGERPRINT_READ, O_RDONLY},
        {"usr/lib/liba.so.1", FINGERPRINT_LIST, O_RDONLY | O_DIRECTORY},
        {"usr/lib/liba.so.1/x", FINGERPRINT_STAT, O_PATH},
        {"usr/lib/liba.so", FINGERPRINT_STAT, O_PATH},
        {"usr/lib/liba.so", FINGERPRINT_LSTAT, O_PATH | O_NOFOLLOW},
        {"usr/lib", FINGERPRINT_STAT, O_PATH},
        {"usr/lib", FINGERPRINT_LIST, O_RDONLY | O_DIRECTORY},
        {"usr/pipe", FINGERPRINT_STAT, O_PATH},
        {"usr/pipe", FINGERPRINT_READ, O_RDONLY | O_NONBLOCK},
        {"usr/loop", FINGERPRINT_STAT, O_PATH},
        {"usr/none", FINGERPRINT_STAT, O_PATH},
        {"usr/none", FINGERPRINT_LSTAT, O_PATH | O_NOFOLLOW},
        {"usr/none", FINGERPRINT_READ, O_RDONLY},
        {"usr/none", FINGERPRINT_LIST, O_RDONLY | O_DIRECTORY},
    };

    cr_assert_eq(mkfifo(tmpdir_path(top, "usr/pipe"), 0600), 0);
    cr_assert_eq(symlink("loop", tmpdir_path(top, "usr/loop")), 0);
    options.root = NULL;
    start();
    cr_assert_not(roots.foreign);
    for (size_t i = 0; i < ARRAY_SIZE(looks_at); i++) {
        const char *path = looks_at[i].path, *shown = path;
        char host[FACT_SIZE], other[FACT_SIZE];

        if (*path && *path != '/')
            path = arena_strdup(arena, tmpdir_path(top, path));
        fact_see(&roots.system, true, path, looks_at[i].how, host);
        fact_see(&roots.system, false, path, looks_at[i].how, other);
        cr_expect_str_eq(host, other, "%s (%c)", shown, (char)looks_at[i].how);
        look(&roots.system, path, looks_at[i].flags);
    }
    cr_expect_eq(sources.n, ARRAY_SIZE(looks_at));
    cr_expect_str_eq(change(), "");
    tmpdir_write(top, "usr/none", "");
    cr_expect_str_eq(change(), arena_printf(arena, "%s appeared", tmpdir_path(top, "usr/none")));
}
