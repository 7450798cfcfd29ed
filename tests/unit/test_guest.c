/* SPDX-License-Identifier: Apache-2.0 */
/* What a vendor's library writes to standard output is not in ours. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "generate/machine/guest.h"
#include "tests/unit/tmpdir.h"

#define CHATTY UNIT_STUBS "/chatty.so"

static const char *dir;

/* Files in place of standard output and standard error. */
static void redirect(void)
{
    static const char *const names[] = {"out", "err"};

    dir = tmpdir_new();
    (void)fflush(stdout);
    for (int i = 0; i < 2; i++) {
        _cleanup_close_ int fd = open(tmpdir_path(dir, names[i]),
                                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

        cr_assert_eq(dup2(fd, STDOUT_FILENO + i), STDOUT_FILENO + i);
    }
}

static void expect(const char *name, const char *want)
{
    _cleanup_free_ char *text = tmpdir_read(dir, name);

    cr_expect_str_eq(text ? text : "(none)", want);
}

static void visit(void)
{
    _cleanup_guest_ void *handle = NULL;
    struct {
        int (*chat)(void);
    } functions;
    static const struct guest_symbol symbols[] = {{0, {"chat"}}};

    cr_assert_eq(guest_open(CHATTY, &handle, NULL), 0);
    cr_assert_null(guest_resolve(handle, symbols, 1, &functions));
    cr_expect_eq(functions.chat(), 0);
}

Test(guest, standard_output)
{
    void *missing;

    redirect();
    (void)printf("first\n");
    visit();
    (void)printf("second\n");
    cr_expect_lt(guest_open("/none/library.so", &missing, NULL), 0);
    (void)printf("third\n");
    (void)fflush(stdout);
    expect("out", "first\nsecond\nthird\n");
    expect("err", "chatty: called\nchatty: loaded\nchatty: unloaded\n");
}

/* Until the last has gone. */
Test(guest, several)
{
    void *one = NULL, *two = NULL;

    redirect();
    cr_assert_eq(guest_open(CHATTY, &one, NULL), 0);
    cr_assert_eq(guest_open(CHATTY, &two, NULL), 0);
    guest_close(&one);
    guest_close(&two);
    (void)printf("ours\n");
    (void)fflush(stdout);
    expect("out", "ours\n");
    expect("err", "chatty: loaded\nchatty: unloaded\n");
}

/* Where there is none, there is none afterwards. */
Test(guest, closed_standard_output)
{
    void *handle = NULL;

    redirect();
    (void)close(STDOUT_FILENO);
    cr_assert_eq(guest_open(CHATTY, &handle, NULL), 0);
    guest_close(&handle);
    cr_expect_lt(fcntl(STDOUT_FILENO, F_GETFD), 0);
}
