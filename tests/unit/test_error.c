/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include <cdikit/error.h>

#include "base/cleanup.h"
#include "base/error.h"

static const char *text(const struct cdi_error *err)
{
    static char buf[256];

    (void)cdi_error_format(err, buf, sizeof buf);
    return buf;
}

Test(error, set_returns_the_negative_code)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(cdi_error_set(&err, CDI_ERR_INVALID, "no %s", "devices"), -CDI_ERR_INVALID);
    cr_assert_eq(err.code, CDI_ERR_INVALID);
    cr_assert_str_eq(err.message, "no devices");
    cr_assert_eq(cdi_error_set(NULL, CDI_ERR_LIMIT, "x"), -CDI_ERR_LIMIT);
}

Test(error, one_line_with_what_is_known)
{
    static const struct {
        const char *file;
        struct cdi_position pos;
        const char *expected;
    } cases[] = {
        {NULL, {0, 0}, "why"},
        {NULL, {3, 4}, "why"},
        {"a.yaml", {0, 0}, "a.yaml: why"},
        {"a.yaml", {3, 0}, "a.yaml:3: why"},
        {"a.yaml", {3, 4}, "a.yaml:3:4: why"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        (void)cdi_error_set_at(&err, CDI_ERR_SYNTAX, cases[i].file, cases[i].pos, "why");
        cr_assert_str_eq(text(&err), cases[i].expected);
    }
}

Test(error, errno_is_kept_and_said)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(cdi_error_set_errno(&err, EACCES, "cannot open %s", "/x"), -CDI_ERR_IO);
    cr_assert_eq(err.os_errno, EACCES);
    cr_assert_str_eq(text(&err), "cannot open /x: Permission denied");
}

Test(error, wrap_puts_the_context_first_and_keeps_the_place)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    (void)cdi_error_set_at(&err, CDI_ERR_INVALID, "a.yaml", (struct cdi_position){7, 2},
                           "bad kind");
    cr_assert_eq(cdi_error_wrap(&err, -CDI_ERR_INVALID, "device \"%s\"", "0"), -CDI_ERR_INVALID);
    cr_assert_str_eq(text(&err), "a.yaml:7:2: device \"0\": bad kind");
}

Test(error, set_again_replaces)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    (void)cdi_error_set_at(&err, CDI_ERR_INVALID, "a", (struct cdi_position){1, 1}, "first");
    /* The old message may stand in the new one. */
    (void)cdi_error_set(&err, CDI_ERR_IO, "%s, then second", err.message);
    cr_assert_str_eq(text(&err), "first, then second");
    cr_assert_null(err.file);
}

/* The old file may be the new one, too. */
Test(error, set_again_at_the_same_file)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    (void)cdi_error_set_at(&err, CDI_ERR_INVALID, "a.yaml", (struct cdi_position){1, 1}, "first");
    (void)cdi_error_set_at(&err, CDI_ERR_LIMIT, err.file, (struct cdi_position){2, 0}, "%s, again",
                           err.message);
    cr_assert_str_eq(text(&err), "a.yaml:2: first, again");
    (void)cdi_error_set_at(&err, CDI_ERR_LIMIT, NULL, err.pos, "no file");
    cr_assert_null(err.file);
}

Test(error, the_first_file_stays)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    (void)cdi_error_set(&err, CDI_ERR_INVALID, "why");
    cdi_error_set_file(&err, NULL);
    cr_assert_str_eq(text(&err), "why");
    cdi_error_set_file(&err, "inner");
    cdi_error_set_file(&err, "outer");
    cr_assert_str_eq(text(&err), "inner: why");
    cdi_error_set_file(NULL, "x");
}

/* Whether somebody wants the text or not, the result is the same. */
Test(error, result_without_err)
{
    static const struct {
        int os_errno, result;
    } cases[] = {{ENOMEM, -CDI_ERR_NOMEM}, {ENOENT, -CDI_ERR_IO}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_expect_eq(cdi_error_set_errno(&err, cases[i].os_errno, "x"), cases[i].result);
        cr_expect_eq(-(int)err.code, cases[i].result);
        cr_expect_eq(err.os_errno, cases[i].os_errno);
        cr_expect_eq(cdi_error_set_errno(NULL, cases[i].os_errno, "x"), cases[i].result);
        cr_expect_eq(cdi_error_wrap(NULL, cases[i].result, "x"), cases[i].result);
        cr_expect_eq(cdi_error_wrap(&err, cases[i].result, "x"), cases[i].result);
    }
    cr_expect_eq(cdi_error_nomem(NULL), -CDI_ERR_NOMEM);
}

Test(error, wrap_of_no_memory)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(cdi_error_wrap(&err, cdi_error_nomem(&err), "reading"), -CDI_ERR_NOMEM);
    cr_assert_str_eq(text(&err), "reading: out of memory");
    (void)cdi_error_nomem(&err);
    cr_assert_str_eq(text(&err), "out of memory", "the static text is as it was");
}

Test(error, no_memory_needs_no_memory)
{
    struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(cdi_error_nomem(&err), -CDI_ERR_NOMEM);
    cr_assert_str_eq(err.message, "out of memory");
    cdi_error_clear(&err);
    cdi_error_clear(NULL);
    cr_assert_null(err.message);
}

/* docs/exit-status.md */
Test(error, exit_status)
{
    static const struct {
        enum cdi_errc code;
        int status;
    } cases[] = {
        {CDI_OK, 0},         {CDI_ERR_SYNTAX, 1},      {CDI_ERR_INVALID, 1}, {CDI_ERR_NOTFOUND, 1},
        {CDI_ERR_EXISTS, 1}, {CDI_ERR_LIMIT, 1},       {CDI_ERR_USAGE, 2},   {CDI_ERR_IO, 3},
        {CDI_ERR_NOMEM, 3},  {CDI_ERR_UNSUPPORTED, 3},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cdi_error err = CDI_ERROR_INIT;

        err.code = cases[i].code;
        cr_assert_eq(cdi_error_exit_status(&err), cases[i].status, "code %d", (int)cases[i].code);
    }
}

Test(error, move_keeps_all)
{
    _cleanup_error_ struct cdi_error from = CDI_ERROR_INIT, to = CDI_ERROR_INIT;
    const struct cdi_position pos = {.line = 3, .column = 4};

    (void)cdi_error_set(&to, CDI_ERR_USAGE, "old");
    (void)cdi_error_set_at(&from, CDI_ERR_SYNTAX, "/f", pos, "new");
    cr_expect_eq(error_move(&from, -CDI_ERR_SYNTAX, &to), -CDI_ERR_SYNTAX);
    cr_expect_eq(to.code, CDI_ERR_SYNTAX);
    cr_expect_str_eq(text(&to), "/f:3:4: new");
    cr_expect_null(from.message);
    (void)cdi_error_set_errno(&from, EPERM, "that");
    cr_expect_eq(error_move(&from, -CDI_ERR_IO, &to), -CDI_ERR_IO);
    cr_expect_eq(to.os_errno, EPERM);
    cr_expect_null(to.file);
    (void)cdi_error_set(&from, CDI_ERR_IO, "for nobody");
    cr_expect_eq(error_move(&from, -CDI_ERR_IO, NULL), -CDI_ERR_IO);
}
