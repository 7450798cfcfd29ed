/* SPDX-License-Identifier: Apache-2.0 */
/* What a create does to a bundle. The devices themselves are the subject of other tests. */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "runtime/create.h"
#include "tests/unit/tmpdir.h"

Test(create, config_path)
{
    static const struct {
        const char *bundle, *config, *path;
    } cases[] = {
        {NULL, NULL, "config.json"},
        {"", NULL, "config.json"},
        {"/not/empty/", NULL, "/not/empty/config.json"},
        {"not/absolute", NULL, "not/absolute/config.json"},
        {"/", NULL, "/config.json"},
        {"/b", "config.json", "/b/config.json"},
        {"/b", "other.json", "other.json"},
        {"/b", "/c/d.json", "/c/d.json"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct args args = {.bundle = cases[i].bundle, .config = cases[i].config};
        _cleanup_free_ char *path = create_config_path(&args);

        cr_expect_str_eq(path, cases[i].path);
    }
}

#define REQUEST(device) \
    "{\"ociVersion\":\"1.0.2\",\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=" device "\"]}}"

static const char spec[] = "cdiVersion: 0.6.0\n"
                           "kind: example.com/device\n"
                           "devices:\n"
                           "  - name: a\n"
                           "    containerEdits:\n"
                           "      env: [CDI=a]\n";

/* Creates with this config.json in dir, and these spec dirs. */
static int apply(const char *dir, const char *config_json, const char *const *dirs, size_t n,
                 struct create_result *result, struct cdi_error *err)
{
    struct args args = {.bundle = dir, .command = "create"};
    _cleanup_config_ struct config config;

    config_defaults(&config);
    config.spec_dirs = (struct config_list){dirs, n};
    tmpdir_write(dir, "config.json", config_json);
    return create_apply(&args, &config, result, err);
}

Test(create, injects)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    struct create_result result;

    tmpdir_write(dirs[0], "a.yaml", spec);
    cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, &err), 0, "%s",
                 err.message);
    cr_expect_eq(result.n_devices, 1);
    text = tmpdir_read(dir, "config.json");
    cr_expect_not_null(strstr(text, "\"CDI=a\""), "%s", text);
}

/* What needs no change is not written. */
Test(create, leaves_alone)
{
    const char *dir = tmpdir_new();
    struct create_result result;
    struct stat before, after;
    const char *path = tmpdir_path(dir, "config.json");

    tmpdir_write(dir, "config.json", "");
    cr_assert_eq(stat(path, &before), 0);
    cr_assert_eq(apply(dir, "{\"process\":{\"env\":[\"A=B\"]}}", NULL, 0, &result, NULL), 0);
    cr_expect_eq(result.n_devices, 0);
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(after.st_ino, before.st_ino);
}

static const struct {
    const char *config_json;
    size_t n_dirs;
    enum cdi_errc code;
    const char *says;
} bad[] = {
    {REQUEST("example.com/device=none"), 1, CDI_ERR_NOTFOUND, "example.com/device=none"},
    /* The reason may be a document that could not be loaded. */
    {REQUEST("example.com/device=none"), 1, CDI_ERR_NOTFOUND, "broken.yaml"},
    {REQUEST("example.com/device=a"), 0, CDI_ERR_NOTFOUND, "spec-dirs"},
    {"{", 1, CDI_ERR_SYNTAX, ""},
    {"", 1, CDI_ERR_SYNTAX, ""},
    {"{\"process\":{\"env\":1}}", 1, CDI_ERR_INVALID, "env"},
};

Test(create, errors)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dirs[0], "broken.yaml", "cdiVersion: 0.6.0\nkind: 3\n- x\n");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *text = NULL;
        struct create_result result;
        int r = apply(dir, bad[i].config_json, dirs, bad[i].n_dirs, &result, &err);

        cr_expect_eq(r, -(int)bad[i].code, "%zu: %s", i, err.message);
        cr_expect(err.message && strstr(err.message, bad[i].says), "%zu: %s", i, err.message);
        text = tmpdir_read(dir, "config.json");
        cr_expect_str_eq(text, bad[i].config_json);
    }
}
