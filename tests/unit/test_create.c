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

static size_t entries(const char *dir)
{
    _cleanup_dir_ DIR *d = opendir(dir);
    size_t n = 0;

    while (readdir(d))
        n++;
    return n - 2;
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

/* The new file is the old one's to whom it belonged, and for whom it was. */
Test(create, keeps_mode_and_owner)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    const char *path = tmpdir_path(dir, "config.json");
    struct create_result result;
    struct stat st;

    if (geteuid() != 0)
        cr_skip_test("needs root");
    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dir, "config.json", "");
    cr_assert_eq(chown(path, 1234, 5678), 0);
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, NULL), 0);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_uid, 1234);
    cr_expect_eq(st.st_gid, 5678);
    cr_expect_eq(st.st_mode & 07777, 0640);
    cr_expect_eq(entries(dir), 1);
}

/* A device whose edits are there already needs no new file. */
Test(create, leaves_alone_what_is_there)
{
    static const char edited[] =
        "{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=example.com/device=a\",\"CDI=a\"]}}";
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    const char *path = tmpdir_path(dir, "config.json");
    struct create_result result;
    struct stat before, after;

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dir, "config.json", edited);
    cr_assert_eq(stat(path, &before), 0);
    cr_assert_eq(apply(dir, edited, dirs, 1, &result, NULL), 0);
    cr_expect_eq(result.n_devices, 1);
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(after.st_ino, before.st_ino);
}

#define CAPABILITIES(...) "\"capabilities\":{" __VA_ARGS__ "}"
#define ENV               "\"env\":[\"NVIDIA_VISIBLE_DEVICES=example.com/device=a\"]"
#define ANNOTATED         "\"annotations\":{\"cdi.k8s.io/x\":\"example.com/device=a\"}"

/* accept-nvidia-visible-devices-envvar-when-unprivileged = false */
Test(create, env_of_an_unprivileged_container)
{
    static const struct {
        const char *config_json;
        size_t n_devices;
        bool ignored;
    } cases[] = {
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_X\",\"CAP_SYS_ADMIN\"]") "}}",
         1, false},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_SYS_FOO\"]") "}}", 0, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_SYS_ADMIN2\"]") "}}", 0, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[]") "}}", 0, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":null") "}}", 0, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":\"CAP_SYS_ADMIN\"") "}}", 0, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[1,null,{}]") "}}", 0, true},
        /* no other set is looked at, and an old form is none */
        {"{\"process\":{" ENV "," CAPABILITIES("\"effective\":[\"CAP_SYS_ADMIN\"]") "}}", 0, true},
        {"{\"process\":{" ENV ",\"capabilities\":[\"CAP_SYS_ADMIN\"]}}", 0, true},
        {"{\"process\":{" ENV "}}", 0, true},
        /* annotations count in any case */
        {"{\"process\":{" ENV "}," ANNOTATED "}", 1, false},
        {"{" ANNOTATED "}", 1, false},
        /* nothing is lost */
        {"{}", 0, false},
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=\"]}}", 0, false},
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=void\"]}}", 0, false},
        /* nor an error of what does not count */
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0,example.com/device=a\"]}}", 0, true},
    };
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    struct args args = {.bundle = dir, .command = "create"};

    tmpdir_write(dirs[0], "a.yaml", spec);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_config_ struct config config;
        _cleanup_free_ char *text = NULL;
        struct create_result result;

        config_defaults(&config);
        config.spec_dirs = (struct config_list){dirs, 1};
        config.env_when_unprivileged = false;
        tmpdir_write(dir, "config.json", cases[i].config_json);
        cr_expect_eq(create_apply(&args, &config, &result, &err), 0, "%zu: %s", i, err.message);
        cr_expect_eq(result.n_devices, cases[i].n_devices, "%zu", i);
        cr_expect_eq(result.env_ignored, cases[i].ignored, "%zu", i);
        text = tmpdir_read(dir, "config.json");
        cr_expect_eq(strstr(text, "CDI=a") != NULL, cases[i].n_devices == 1, "%zu: %s", i, text);
    }
}

/* Wrong annotations are an error, not a reason to look elsewhere. */
Test(create, wrong_annotations_of_an_unprivileged_container)
{
    const char *dir = tmpdir_new();
    struct args args = {.bundle = dir, .command = "create"};
    struct create_result result;
    _cleanup_config_ struct config config;

    config_defaults(&config);
    config.env_when_unprivileged = false;
    tmpdir_write(dir, "config.json", "{\"annotations\":{\"cdi.k8s.io/x\":\"no device\"}}");
    cr_expect_lt(create_apply(&args, &config, &result, NULL), 0);
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

static const char broken[] = "cdiVersion: 0.6.0\nkind: 3\n- x\n";
static const char broken_of_kind[] = "cdiVersion: 0.6.0\nkind: example.com/device\n- x\n";

/* Of many errors three are named: those of files that have the wanted kind first. */
Test(create, most_errors_named)
{
    static const struct {
        size_t n;
        const char *more;
    } cases[] = {{1, NULL}, {3, NULL}, {4, "; and 1 more)"}, {6, "; and 3 more)"}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct create_result result;
        size_t named = 0;

        for (size_t k = 1; k < cases[i].n; k++)
            tmpdir_write(dirs[0], (char[]){(char)('a' + k), '.', 'y', 'a', 'm', 'l', 0}, broken);
        tmpdir_write(dirs[0], "z.yaml", broken_of_kind);
        cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, &err),
                     -CDI_ERR_NOTFOUND);
        cr_expect_not_null(strstr(err.message, "example.com/device=a (spec dirs have errors: "));
        cr_expect_not_null(strstr(err.message, "/z.yaml"), "%s", err.message);
        if (cases[i].n > 1)
            cr_expect_lt(strstr(err.message, "/z.yaml"), strstr(err.message, "/b.yaml"));
        for (const char *at = err.message; (at = strstr(at, ".yaml:")); at++)
            named++;
        cr_expect_eq(named, cases[i].n < 3 ? cases[i].n : 3);
        if (cases[i].more)
            cr_expect_not_null(strstr(err.message, cases[i].more), "%s", err.message);
        else
            cr_expect_null(strstr(err.message, " more)"), "%s", err.message);
    }
}

/* What is broken elsewhere explains nothing when all devices are there. */
Test(create, other_failures_are_not_explained)
{
    static const char bad_node[] = "cdiVersion: 0.6.0\n"
                                   "kind: example.com/device\n"
                                   "devices:\n"
                                   "  - name: a\n"
                                   "    containerEdits:\n"
                                   "      deviceNodes: [{path: /dev/cdikit-none}]\n";
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct create_result result;

    tmpdir_write(dirs[0], "a.yaml", bad_node);
    tmpdir_write(dirs[0], "broken.yaml", broken);
    cr_assert_lt(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, &err), 0, "%s",
                 err.message);
    cr_expect_null(strstr(err.message, "spec dirs"), "%s", err.message);
    cr_expect_not_null(strstr(err.message, "/dev/cdikit-none"));
    cr_expect_lt(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, NULL), 0);
}

/* A broken document of another kind does not matter, nor one of this kind beside a good one. */
Test(create, broken_files_do_not_matter)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    struct create_result result;

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dirs[0], "broken.yaml", broken);
    tmpdir_write(dirs[0], "kind.yaml", broken_of_kind);
    cr_expect_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &result, NULL), 0);
}

Test(create, errors)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dirs[0], "broken.yaml", broken);
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
