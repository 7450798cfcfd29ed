/* SPDX-License-Identifier: Apache-2.0 */
/* config.toml as NVIDIA's container runtime reads it: where it is, and what its keys are. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "runtime/config.h"
#include "tests/unit/tmpdir.h"

static const struct {
    const char *text;
    const char *lists; /* runtimes, then spec dirs */
} good[] = {
    {"", "runc crun | /etc/cdi /var/run/cdi"},
    {"[nvidia-container-runtime]\nmode = \"auto\"\n", "runc crun | /etc/cdi /var/run/cdi"},
    {"[nvidia-container-runtime]\nruntimes = [\"crun\"]\n", "crun | /etc/cdi /var/run/cdi"},
    {"nvidia-container-runtime.runtimes = [\"/a\", \"b\",]", "/a b | /etc/cdi /var/run/cdi"},
    {"[nvidia-container-runtime]\nruntimes = []\n", " | /etc/cdi /var/run/cdi"},
    {"[nvidia-container-runtime.modes.cdi]\nspec-dirs = [\"/x\"]\n", "runc crun | /x"},
    {"[nvidia-container-runtime.modes.cdi]\nspec-dirs = []\n", "runc crun | "},
    {"[nvidia-container-runtime.modes]\n[nvidia-container-runtime]\nruntimes = ['c']",
     "c | /etc/cdi /var/run/cdi"},
    {"unknown = 1\n[nvidia-container-runtime]\nRuntimes = 3\nexperimental = true\n[other]\nx = "
     "{}\n",
     "runc crun | /etc/cdi /var/run/cdi"},
};

Test(config, good)
{
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        _cleanup_config_ struct config config;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_strbuf_ struct strbuf seen = STRBUF_INIT;
        int r = config_parse(good[i].text, strlen(good[i].text), "c", &config, &err);

        cr_expect_eq(r, 0, "%s: %s", good[i].text, err.message);
        for (size_t k = 0; k < config.runtimes.n; k++)
            strbuf_printf(&seen, "%s%s", k ? " " : "", config.runtimes.items[k]);
        strbuf_addstr(&seen, " | ");
        for (size_t k = 0; k < config.spec_dirs.n; k++)
            strbuf_printf(&seen, "%s%s", k ? " " : "", config.spec_dirs.items[k]);
        cr_expect_str_eq(seen.s, good[i].lists, "%s: %s", good[i].text, seen.s);
    }
}

#define ENV_KEY "accept-nvidia-visible-devices-envvar-when-unprivileged"

/* Who may ask for devices by a variable. */
Test(config, env_when_unprivileged)
{
    static const struct {
        const char *text;
        bool accepted;
    } cases[] = {
        {"", true},
        {ENV_KEY " = true", true},
        {ENV_KEY " = false", false},
        {"[nvidia-container-runtime]\n" ENV_KEY " = false", true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_config_ struct config config;

        cr_assert_eq(config_parse(cases[i].text, strlen(cases[i].text), "c", &config, NULL), 0);
        cr_expect_eq(config.env_when_unprivileged, cases[i].accepted, "%s", cases[i].text);
    }
}

static const struct {
    const char *text;
    enum cdi_errc code;
    unsigned line, column;
} bad[] = {
    {ENV_KEY " = 0", CDI_ERR_INVALID, 1, 58},
    {ENV_KEY " = \"false\"", CDI_ERR_INVALID, 1, 58},
    {"[nvidia-container-runtime]\nruntimes = \"runc\"", CDI_ERR_INVALID, 2, 12},
    {"[nvidia-container-runtime]\nruntimes = [\"a\", 1]", CDI_ERR_INVALID, 2, 18},
    {"[nvidia-container-runtime]\nruntimes = true", CDI_ERR_INVALID, 2, 12},
    {"nvidia-container-runtime = 1", CDI_ERR_INVALID, 1, 28},
    {"[nvidia-container-runtime]\nmodes = []", CDI_ERR_INVALID, 2, 9},
    {"[nvidia-container-runtime.modes]\ncdi = 'x'", CDI_ERR_INVALID, 2, 7},
    {"[nvidia-container-runtime.modes.cdi]\nspec-dirs = '/x'", CDI_ERR_INVALID, 2, 13},
    {"[nvidia-container-runtime]\nruntimes = [\"a\"]\nruntimes = []", CDI_ERR_SYNTAX, 3, 1},
    {"x = ", CDI_ERR_SYNTAX, 1, 5},
};

Test(config, bad)
{
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_config_ struct config config;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        int r = config_parse(bad[i].text, strlen(bad[i].text), "c.toml", &config, &err);

        cr_expect_eq(r, -(int)bad[i].code, "%s", bad[i].text);
        cr_expect(err.pos.line == bad[i].line && err.pos.column == bad[i].column, "%s: %u:%u",
                  bad[i].text, err.pos.line, err.pos.column);
        cr_expect_str_eq(err.file, "c.toml");
        cr_expect_eq(config.runtimes.n, 2, "the defaults");
        cr_expect(config.env_when_unprivileged);
    }
}

Test(config, path)
{
    char buf[64];

    cr_expect_str_eq(config_path("/a", "/b", buf, sizeof buf), "/a");
    cr_expect_str_eq(config_path("", "/b", buf, sizeof buf),
                     "/b/nvidia-container-runtime/config.toml");
    cr_expect_str_eq(config_path(NULL, "b", buf, sizeof buf),
                     "b/nvidia-container-runtime/config.toml");
    cr_expect_str_eq(config_path(NULL, "", buf, sizeof buf),
                     "/etc/nvidia-container-runtime/config.toml");
    cr_expect_str_eq(config_path(NULL, NULL, buf, sizeof buf),
                     "/etc/nvidia-container-runtime/config.toml");
    cr_expect_null(config_path(NULL, "/a/long/path/that/has/no/room", buf, sizeof buf));
}

/* A missing file, also behind a dangling symlink, means defaults; what cannot be read does not. */
Test(config, load, .timeout = 10)
{
    static const struct {
        const char *name;
        int result, os_errno;
        size_t n_runtimes;
    } cases[] = {
        {"good.toml", 0, 0, 1},
        {"missing.toml", 0, 0, 2},
        {"dangling.toml", 0, 0, 2},
        {"dir", -CDI_ERR_IO, EISDIR, 2},
        {"good.toml/x", -CDI_ERR_IO, ENOTDIR, 2},
        {"fifo", -CDI_ERR_IO, 0, 2},
        {"bad.toml", -CDI_ERR_SYNTAX, 0, 2},
    };
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "good.toml", "nvidia-container-runtime.runtimes = ['x']");
    tmpdir_write(dir, "bad.toml", "=");
    cr_assert_eq(symlink("nowhere", tmpdir_path(dir, "dangling.toml")), 0);
    cr_assert_eq(mkdir(tmpdir_path(dir, "dir"), 0700), 0);
    cr_assert_eq(mkfifo(tmpdir_path(dir, "fifo"), 0600), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_config_ struct config config;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const char *path = tmpdir_path(dir, cases[i].name);

        setenv("NVIDIA_CTK_CONFIG_FILE_PATH", path, 1);
        cr_expect_eq(config_load(&config, &err), cases[i].result, "%s", path);
        cr_expect_eq(err.os_errno, cases[i].os_errno, "%s: %s", path, err.message);
        cr_expect_eq(config.runtimes.n, cases[i].n_runtimes, "%s", path);
        if (cases[i].result < 0)
            cr_expect_str_eq(err.file, path);
    }
}
