/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of a document, as somebody sees it who only looks. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/refresh_state.h"
#include "tests/unit/tmpdir.h"

#define STATE "etc/cdi/.nvidia.yaml.cdikit"

static struct arena *arena;
static const char *top;

static void setup(void)
{
    arena = arena_new();
    top = tmpdir_new();
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(refresh_state, .init = setup, .fini = teardown);

/* What is remembered of /etc/cdi/nvidia.yaml; NULL: nothing. */
static char *peek(void)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    char *text;
    size_t len;

    cr_assert_eq(root_open(&root, top, NULL), 0);
    cr_assert_eq(refresh_state_peek(&root, "/etc/cdi/nvidia.yaml", arena, &text, &len, NULL), 0);
    return text;
}

Test(refresh_state, ours)
{
    _cleanup_free_ char *text = NULL;

    tmpdir_write(top, STATE, "facts");
    cr_assert_eq(chmod(tmpdir_path(top, STATE), 0600), 0);
    cr_assert_not_null(text = peek());
    cr_expect_str_eq(text, "facts");
}

Test(refresh_state, nothing)
{
    cr_expect_null(peek());
    tmpdir_write(top, "etc", "no directory");
    cr_expect_null(peek());
}

/* Anybody could have put it there. */
Test(refresh_state, not_ours)
{
    tmpdir_write(top, STATE, "facts");
    cr_assert_eq(chmod(tmpdir_path(top, STATE), 0620), 0);
    cr_expect_null(peek());
    cr_assert_eq(unlink(tmpdir_path(top, STATE)), 0);
    tmpdir_link(top, STATE, "/etc/hostname");
    cr_expect_null(peek());
    cr_assert_eq(unlink(tmpdir_path(top, STATE)), 0);
    cr_assert_eq(mkfifo(tmpdir_path(top, STATE), 0600), 0);
    cr_expect_null(peek());
}

Test(refresh_state, cannot_be_read)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    char *text;
    size_t len;

    if (geteuid() != 0)
        cr_skip_test("needs root, to become somebody else");
    tmpdir_write(top, STATE, "facts");
    cr_assert_eq(chmod(tmpdir_path(top, STATE), 0600), 0);
    cr_assert_eq(chmod(top, 0755), 0);
    cr_assert_eq(root_open(&root, top, NULL), 0);
    cr_assert_eq(seteuid(65534), 0);
    cr_expect_eq(refresh_state_peek(&root, "/etc/cdi/nvidia.yaml", arena, &text, &len, &err),
                 -CDI_ERR_IO);
    cr_assert_eq(seteuid(0), 0);
    cr_expect_null(text);
    cr_expect_str_eq(err.file, "/etc/cdi/.nvidia.yaml.cdikit");
}
