/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that the wrapper names or runs, and where they are looked for. */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/executable.h"
#include "runtime/programs.h"
#include "tests/unit/tmpdir.h"

static struct arena *arena;
static const char *dir;

static void make_program(const char *name, mode_t mode)
{
    tmpdir_write(dir, name, name);
    cr_assert_eq(chmod(tmpdir_path(dir, name), mode), 0);
}

static void setup(void)
{
    arena = arena_new();
    dir = arena_strdup(arena, tmpdir_new());
    make_program("a/plain", 0644);
    make_program("a/tool", 0755);
    make_program("b/plain", 0711);
    make_program("b/tool", 0755);
    make_program("b/directory/file", 0755);
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(programs, .init = setup, .fini = teardown);

static void expect_found(const char *name, const char *search, const char *want)
{
    const char *path = "";

    cr_assert(executable_find(name, search, arena, &path));
    if (want)
        cr_expect_str_eq(path ? path : "(none)", want, "%s in %s", name, search);
    else
        cr_expect_null(path, "%s in %s: %s", name, search, path);
}

Test(programs, find)
{
    const char *both = arena_printf(arena, ":%s/none:%s/a::%s/b", dir, dir, dir);

    expect_found("tool", both, arena_printf(arena, "%s/a/tool", dir));
    expect_found("plain", both, arena_printf(arena, "%s/b/plain", dir));
    expect_found("directory", both, NULL);
    expect_found("no-such-tool", both, NULL);
    expect_found("env", both, "/usr/bin/env");
    expect_found("env", NULL, "/usr/bin/env");
    /* Neither below the working directory nor below "/". */
    cr_assert_eq(chdir(dir), 0);
    expect_found("tool", "a:.:", NULL);
    expect_found("tool", arena_printf(arena, "%s/a", dir + 1), NULL);
}

/* A relative path would be another file for each who reads it. */
Test(programs, path)
{
    static const struct {
        const char *configured, *want;
    } cases[] = {
        {"/none/tool", "/none/tool"}, {"", "/usr/bin/env"},       {"env", "/usr/bin/env"},
        {"none", "/usr/bin/env"},     {"a/tool", "/usr/bin/env"}, {"./a/tool", "/usr/bin/env"},
    };

    cr_assert_eq(chdir(dir), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *path = program_path(cases[i].configured, "env", arena);

        cr_expect_str_eq(path, cases[i].want, "%s", cases[i].configured);
    }
    cr_assert_eq(setenv("PATH", tmpdir_path(dir, "a"), 1), 0);
    cr_expect_str_eq(program_path("tool", "env", arena), tmpdir_path(dir, "a/tool"));
}

/* cdikit before nvidia-ctk; a directory of that name is neither. */
Test(programs, generator)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const char *path = NULL;

    make_program("g/nvidia-ctk", 0755);
    make_program("g/cdikit/file", 0755);
    cr_assert_eq(setenv("PATH", arena_printf(arena, "%s/g:%s/h", dir, dir), 1), 0);
    make_program("h/cdikit", 0755);
    cr_assert_eq(program_generator(arena, &path, &err), 0, "%s", err.message);
    cr_expect_str_eq(path, tmpdir_path(dir, "h/cdikit"));
}

/* What is configured counts, and so does NVIDIA's program where it is. */
Test(programs, of_hooks)
{
    make_program("c/nvidia-ctk", 0755);
    cr_assert_eq(setenv("PATH", arena_printf(arena, "%s/c", dir), 1), 0);
    cr_expect_str_eq(program_of_hooks("nvidia-ctk", arena),
                     arena_printf(arena, "%s/c/nvidia-ctk", dir));
    cr_expect_str_eq(program_of_hooks("", arena), arena_printf(arena, "%s/c/nvidia-ctk", dir));
    cr_expect_str_eq(program_of_hooks("/none/of/these", arena), "/none/of/these");
    cr_expect_str_eq(program_of_hooks("not-there", arena), "/usr/bin/nvidia-ctk");
}
