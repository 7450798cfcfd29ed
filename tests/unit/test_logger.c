/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/logger.h"
#include "tests/unit/tmpdir.h"

static const char *dir;
static char config_path_[128], engine_path[128];
static struct config config;
static struct args args;
static struct logger logger;
static int terminal;

/* Files of their own for both logs and for standard error. */
static void setup(void)
{
    int fd;

    dir = tmpdir_new();
    (void)snprintf(config_path_, sizeof config_path_, "%s/config.log", dir);
    (void)snprintf(engine_path, sizeof engine_path, "%s/engine.log", dir);
    config_defaults(&config);
    config.debug = config_path_;
    args = (struct args){.log = engine_path};
    fd = open(tmpdir_path(dir, "stderr"), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    terminal = dup(STDERR_FILENO);
    cr_assert(fd >= 0 && terminal >= 0);
    (void)fflush(stderr);
    cr_assert_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    (void)close(fd);
}

static void stop(void)
{
    (void)dup2(terminal, STDERR_FILENO);
    (void)close(terminal);
}

TestSuite(logger, .init = setup, .fini = stop);

/* Says one thing. */
static void tell(enum log_level level, const char *message)
{
    logger_init(&logger, &args, &config);
    logger_log(&logger, level, "%s", message);
    logger_close(&logger);
}

static size_t lines(const char *name, const char *with)
{
    _cleanup_free_ char *text = tmpdir_read(dir, name);
    size_t n = 0;

    for (char *rest = text, *line; rest && (line = strsep(&rest, "\n"));)
        n += *line && strstr(line, with);
    return n;
}

static void expect_lines(size_t i, const char *name, const char *with, size_t want)
{
    size_t n = lines(name, with);

    cr_expect_eq(n, want, "case %zu: %zu lines in %s with \"%s\"", i, n, name, with);
}

static const struct {
    const char *log_level;
    bool debug, engine;
    enum log_level level;
    bool in_config, in_engine, on_stderr;
} who[] = {
    {"info", false, true, LOG_ERROR, true, true, true},
    {"info", false, true, LOG_WARNING, true, true, false},
    {"info", false, true, LOG_INFO, true, false, false},
    {"info", false, true, LOG_DEBUG, false, false, false},
    {"info", false, true, LOG_TRACE, false, false, false},
    /* what no file of an engine gets */
    {"info", false, false, LOG_ERROR, true, false, true},
    {"info", false, false, LOG_WARNING, true, false, true},
    {"info", false, false, LOG_INFO, true, false, false},
    /* config.toml's level is that of its file */
    {"error", false, true, LOG_WARNING, false, true, false},
    {"error", false, true, LOG_ERROR, true, true, true},
    {"FATAL", false, true, LOG_WARNING, false, true, false},
    {"panic", false, true, LOG_ERROR, true, true, true},
    {"warn", false, true, LOG_WARNING, true, true, false},
    {"Warning", false, true, LOG_INFO, false, false, false},
    {"debug", false, true, LOG_DEBUG, true, false, false},
    {"debug", false, true, LOG_TRACE, false, false, false},
    {"trace", false, true, LOG_TRACE, true, false, false},
    /* --debug is everybody's */
    {"info", true, true, LOG_DEBUG, true, true, false},
    {"error", true, true, LOG_INFO, true, true, false},
    {"trace", true, true, LOG_TRACE, false, false, false},
    {"info", true, false, LOG_DEBUG, true, false, false},
};

Test(logger, who_gets_what)
{
    for (size_t i = 0; i < ARRAY_SIZE(who); i++) {
        char message[32];

        (void)snprintf(message, sizeof message, "message %zu.", i);
        config.log_level = who[i].log_level;
        args = (struct args){.log = who[i].engine ? engine_path : NULL, .debug = who[i].debug};
        tell(who[i].level, message);
        expect_lines(i, "config.log", message, who[i].in_config);
        expect_lines(i, "engine.log", message, who[i].in_engine);
        expect_lines(i, "stderr", message, who[i].on_stderr);
        cr_expect_eq(logger_wants(&logger, who[i].level),
                     who[i].in_config || who[i].in_engine || who[i].on_stderr, "%zu", i);
    }
}

Test(logger, text)
{
    tell(LOG_ERROR, "a \"b\"");
    expect_lines(0, "config.log", " level=error msg=\"a \\\"b\\\"\"", 1);
    expect_lines(0, "engine.log", " level=error msg=\"a \\\"b\\\"\"", 1);
    expect_lines(0, "stderr", "cdikit-runtime: a \"b\"", 1);
    args.log = NULL;
    tell(LOG_WARNING, "c");
    expect_lines(1, "stderr", "cdikit-runtime: warning: c", 1);
}

/* --log-format is that of both files. */
Test(logger, json)
{
    args.log_format = LOG_JSON;
    tell(LOG_WARNING, "a \"b\"");
    expect_lines(0, "config.log", "{\"level\":\"warning\",\"msg\":\"a \\\"b\\\"\",\"time\":\"", 1);
    expect_lines(0, "engine.log", "{\"level\":\"warning\",\"msg\":\"a \\\"b\\\"\",\"time\":\"", 1);
}

/* One entry is one line, whatever it quotes. */
Test(logger, control_characters)
{
    tell(LOG_ERROR, "a\033[2J\nlevel=error msg=forged\r");
    expect_lines(0, "config.log", "", 1);
    expect_lines(0, "engine.log", "", 1);
    expect_lines(0, "stderr", "", 1);
    expect_lines(0, "stderr", "a\\x1b[2J\\nlevel=error msg=forged\\r", 1);
}

Test(logger, long_message)
{
    static char message[100000];

    memset(message, 'x', sizeof message - 1);
    tell(LOG_ERROR, message);
    {
        _cleanup_free_ char *text = tmpdir_read(dir, "engine.log");

        cr_expect(strstr(text, "xxx"));
        cr_expect_lt(strlen(text), LOGGER_MESSAGE_SIZE + 100);
    }
}

Test(logger, no_file_without_something_to_say)
{
    tell(LOG_DEBUG, "nothing");
    cr_expect_lt(access(config_path_, F_OK), 0);
    cr_expect_lt(access(engine_path, F_OK), 0);
    tell(LOG_INFO, "a word");
    cr_expect_eq(access(config_path_, F_OK), 0);
    cr_expect_lt(access(engine_path, F_OK), 0);
}

static const char *const no_files[] = {"", "/dev/null", NULL};

Test(logger, no_file)
{
    for (size_t i = 0; i < ARRAY_SIZE(no_files); i++) {
        config.debug = no_files[i] ? no_files[i] : "";
        args.log = no_files[i];
        tell(LOG_INFO, "a word");
        cr_expect_not(logger_wants(&logger, LOG_INFO), "%zu", i);
        expect_lines(i, "stderr", "", i);
        tell(LOG_WARNING, "a warning");
        expect_lines(i, "stderr", "warning: a warning", i + 1);
    }
}

/* Before config.toml is read there is the engine's file. */
Test(logger, no_config)
{
    logger_init(&logger, &args, NULL);
    logger_log(&logger, LOG_ERROR, "broken");
    logger_close(&logger);
    expect_lines(0, "engine.log", "level=error msg=broken", 1);
    expect_lines(0, "stderr", "broken", 1);
}

/* "broken" is said once, by whichever way. */
Test(logger, engine_reads_stderr)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/stderr", dir);
    args.log = path;
    tell(LOG_ERROR, "broken");
    expect_lines(0, "stderr", "broken", 1);
    expect_lines(0, "stderr", "level=error", 1);
}

Test(logger, one_file_for_both)
{
    args.log = config_path_;
    tell(LOG_ERROR, "broken");
    expect_lines(0, "config.log", "broken", 2);
}

/* That a file cannot be opened is said once, and what was to be in it is said on stderr. */
Test(logger, files_that_cannot_be_opened)
{
    args.log = "/proc/none/engine";
    config.debug = "/proc/none/config";
    logger_init(&logger, &args, &config);
    logger_log(&logger, LOG_WARNING, "first");
    logger_log(&logger, LOG_WARNING, "second");
    logger_close(&logger);
    expect_lines(0, "stderr", "cannot open the log file /proc/none/engine", 1);
    expect_lines(0, "stderr", "cannot open the log file /proc/none/config", 1);
    expect_lines(0, "stderr", "warning: first", 1);
    expect_lines(0, "stderr", "warning: second", 1);
}

/* Another level is "info", which is said when something is. */
Test(logger, bad_level)
{
    config.log_level = "loud";
    logger_init(&logger, &args, &config);
    logger_log(&logger, LOG_DEBUG, "not now");
    cr_expect_lt(access(config_path_, F_OK), 0);
    logger_log(&logger, LOG_INFO, "first");
    logger_log(&logger, LOG_INFO, "second");
    logger_close(&logger);
    expect_lines(0, "config.log", "log-level cannot be \\\"loud\\\"", 1);
    expect_lines(0, "config.log", "", 3);
    expect_lines(0, "engine.log", "loud", 1);
    expect_lines(0, "stderr", "", 0);
    config.debug = "/dev/null";
    tell(LOG_WARNING, "third");
    expect_lines(1, "engine.log", "loud", 1);
    config.debug = config_path_;
    config.log_level = "";
    tell(LOG_INFO, "fourth");
    expect_lines(2, "config.log", "log-level cannot be", 2);
}

static size_t count_descriptors(void)
{
    _cleanup_dir_ DIR *d = opendir("/proc/self/fd");
    size_t n = 0;

    while (readdir(d))
        n++;
    return n;
}

Test(logger, descriptors)
{
    size_t before = count_descriptors();

    logger_init(&logger, &args, &config);
    logger_log(&logger, LOG_ERROR, "broken");
    cr_expect_eq(count_descriptors(), before + 2);
    cr_expect(fcntl(logger.config.fd, F_GETFD) & FD_CLOEXEC);
    cr_expect(fcntl(logger.engine.fd, F_GETFD) & FD_CLOEXEC);
    logger_close(&logger);
    cr_expect_eq(count_descriptors(), before);
    logger_close(&logger);
    cr_expect_eq(count_descriptors(), before);
}
