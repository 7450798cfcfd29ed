/* SPDX-License-Identifier: Apache-2.0 */
/* The entries are those that runc writes, and that containerd's shim reads back. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "tests/unit/tmpdir.h"

static const struct {
    enum log_format format;
    enum log_level level;
    const char *message;
    const char *entry;
} entries[] = {
    {LOG_TEXT, LOG_ERROR, "no such file",
     "time=\"1970-01-01T00:00:10Z\" level=error msg=\"no such file\"\n"},
    {LOG_TEXT, LOG_WARNING, "plain-._/@^+09Az",
     "time=\"1970-01-01T00:00:10Z\" level=warning msg=plain-._/@^+09Az\n"},
    {LOG_TEXT, LOG_WARNING, "a\"b\\c\nd\te\x01\x7f",
     "time=\"1970-01-01T00:00:10Z\" level=warning msg=\"a\\\"b\\\\c\\nd\\te\\x01\\x7f\"\n"},
    {LOG_TEXT, LOG_WARNING, "\xc3\xa9\xff \xc2\x9b",
     "time=\"1970-01-01T00:00:10Z\" level=warning msg=\"\xc3\xa9\\xff \\u009b\"\n"},
    {LOG_JSON, LOG_ERROR, "no such file",
     "{\"level\":\"error\",\"msg\":\"no such file\",\"time\":\"1970-01-01T00:00:10Z\"}\n"},
    {LOG_JSON, LOG_DEBUG, "",
     "{\"level\":\"debug\",\"msg\":\"\",\"time\":\"1970-01-01T00:00:10Z\"}\n"},
    {LOG_JSON, LOG_ERROR, "<a>&\"b\\c\n\x01",
     "{\"level\":\"error\",\"msg\":\"\\u003ca\\u003e\\u0026\\\"b\\\\c\\n\\u0001\",\"time\":\"1970-"
     "01-01T00:00:10Z\"}\n"},
    {LOG_JSON, LOG_ERROR, "\xc3\xa9\xff\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
     "{\"level\":\"error\",\"msg\":\"\xc3\xa9\\ufffd\\u2028\\u2029\xe2\x80\xaa\",\"time\":\"1970-"
     "01-01T00:00:10Z\"}\n"},
};

Test(log, entry)
{
    setenv("TZ", "UTC0", 1);
    tzset();
    for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
        _cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

        log_add_entry(&out, entries[i].format, entries[i].level, entries[i].message, 10);
        cr_expect_str_eq(out.s, entries[i].entry);
    }
}

Test(log, zone)
{
    static const struct {
        const char *zone, *time;
    } cases[] = {{"AAA-05:30", "\"1970-01-01T05:30:10+05:30\""},
                 {"BBB03", "\"1969-12-31T21:00:10-03:00\""}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

        setenv("TZ", cases[i].zone, 1);
        tzset();
        log_add_entry(&out, LOG_JSON, LOG_WARNING, "x", 10);
        cr_expect_not_null(strstr(out.s, cases[i].time), "%s", out.s);
    }
}

static void enter_dir(void)
{
    cr_assert_eq(chdir(tmpdir_new()), 0);
}

Test(log, open, .init = enter_dir)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    struct stat st;
    size_t len;
    int fd;

    umask(022);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(log_open("a/b/log", &fd, &err), 0, "%s", err.message);
        cr_assert_geq(fd, 0);
        cr_expect_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
        cr_expect_eq(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND);
        cr_expect_eq(log_write(fd, LOG_JSON, LOG_ERROR, "x"), 0);
        close(fd);
    }
    cr_assert_eq(stat("a/b/log", &st), 0);
    cr_expect_eq(st.st_mode & 07777, 0644);
    cr_assert_eq(stat("a/b", &st), 0);
    cr_expect_eq(st.st_mode & 07777, 0755);
    cr_assert_eq(file_read(AT_FDCWD, "a/b/log", 1024, &text, &len, NULL), 0);
    cr_expect_eq(strncmp(text, "{\"level\":\"error\",\"msg\":\"x\",\"time\":\"", 35), 0);
    cr_expect_eq(len % 2, 0, "two entries of one length");
    cr_expect_eq(memcmp(text, text + len / 2, 33), 0);
}

Test(log, open_without_a_file, .init = enter_dir, .timeout = 10)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    int fd = 0;

    cr_expect_eq(log_open("", &fd, &err), 0);
    cr_expect_eq(fd, -1);
    cr_expect_eq(log_open("/dev/null", &fd, &err), 0);
    cr_expect_eq(fd, -1);
    cr_expect_lt(log_open("/proc/none/log", &fd, &err), 0);
    cr_expect_eq(fd, -1);
    cr_expect_not_null(strstr(err.message, "/proc/none/log"));
    cr_expect_lt(log_open("/", &fd, &err), 0);
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_expect_lt(log_open("fifo", &fd, &err), 0);
    cr_expect_eq(err.os_errno, ENXIO);
}

/* What stands in a file that somebody else wrote must not steer a terminal or forge a line. */
Test(log, clean)
{
    static const struct {
        const char *message, *clean;
    } cases[] = {
        {"", ""},
        {"a \"plain\" C:\\one \xc3\xa9", "a \"plain\" C:\\one \xc3\xa9"},
        {"a\nlevel=error\r\t\x1b[2J\x7f", "a\\nlevel=error\\r\\t\\x1b[2J\\x7f"},
        {"\xc2\x9b \xff\xc3", "\\u009b \\xff\\xc3"},
        {"0123456789012345678901234567890", "0123456789012345678901234567890"},
        {"01234567890123456789012345678901", "0123456789012345678901234567..."},
        /* not in the middle of a character or of an escape */
        {"012345678901234567890123456\xc3\xa9\xc3\xa9\xc3\xa9", "012345678901234567890123456..."},
        {"01234567890123456789012345678\x1b", "0123456789012345678901234567..."},
        {"012345678901234567890123456\x1b", "012345678901234567890123456\\x1b"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char out[32 + 1];

        out[32] = '#';
        log_clean(cases[i].message, out, 32);
        cr_expect_str_eq(out, cases[i].clean, "%zu: %s", i, out);
        cr_expect_eq(out[32], '#');
    }
}

Test(log, write_fails)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    cr_expect_eq(log_write(fd, LOG_TEXT, LOG_ERROR, "x"), -ENOSPC);
    close(fd);
}
