/* SPDX-License-Identifier: Apache-2.0 */
/* What a create does to a bundle. The devices themselves are the subject of other tests. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Creates with this configuration and config.json in dir; warnings and errors are in dir/log. */
static int apply_config(const char *dir, const char *config_json, const struct config *config,
                        struct cdi_error *err)
{
    struct args args = {.bundle = dir, .command = "create", .log = tmpdir_path(dir, "log")};
    enum request_mode mode;
    struct logger logger;
    int r;

    cr_assert_eq(create_mode("cdikit-runtime", config, &mode, NULL), 0);
    logger_init(&logger, &args, config);
    tmpdir_write(dir, "config.json", config_json);
    r = create_apply(&args, config, mode, &logger, err);
    logger_close(&logger);
    return r;
}

/* The same with the defaults and these spec dirs. */
static int apply(const char *dir, const char *config_json, const char *const *dirs, size_t n,
                 struct cdi_error *err)
{
    _cleanup_config_ struct config config;

    config_defaults(&config);
    config.spec_dirs = (struct config_list){dirs, n};
    return apply_config(dir, config_json, &config, err);
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

    tmpdir_write(dirs[0], "a.yaml", spec);
    cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &err), 0, "%s", err.message);
    text = tmpdir_read(dir, "config.json");
    cr_expect_not_null(strstr(text, "\"CDI=a\""), "%s", text);
}

/* The new file is the old one's to whom it belonged, and for whom it was. */
Test(create, keeps_mode_and_owner)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    const char *path = tmpdir_path(dir, "config.json");
    struct stat st;

    if (geteuid() != 0)
        cr_skip_test("needs root");
    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dir, "config.json", "");
    cr_assert_eq(chown(path, 1234, 5678), 0);
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, NULL), 0);
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
    struct stat before, after;

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dir, "config.json", edited);
    cr_assert_eq(stat(path, &before), 0);
    cr_assert_eq(apply(dir, edited, dirs, 1, NULL), 0);
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
        bool injected;
        bool ignored; /* and a warning says so */
    } cases[] = {
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_X\",\"CAP_SYS_ADMIN\"]") "}}",
         true, false},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_SYS_FOO\"]") "}}", false, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[\"CAP_SYS_ADMIN2\"]") "}}", false,
         true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[]") "}}", false, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":null") "}}", false, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":\"CAP_SYS_ADMIN\"") "}}", false, true},
        {"{\"process\":{" ENV "," CAPABILITIES("\"bounding\":[1,null,{}]") "}}", false, true},
        /* no other set is looked at, and an old form is none */
        {"{\"process\":{" ENV "," CAPABILITIES("\"effective\":[\"CAP_SYS_ADMIN\"]") "}}", false,
         true},
        {"{\"process\":{" ENV ",\"capabilities\":[\"CAP_SYS_ADMIN\"]}}", false, true},
        {"{\"process\":{" ENV "}}", false, true},
        /* annotations count in any case */
        {"{\"process\":{" ENV "}," ANNOTATED "}", true, false},
        {"{" ANNOTATED "}", true, false},
        /* nothing is lost */
        {"{}", false, false},
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=\"]}}", false, false},
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=void\"]}}", false, false},
        /* nor an error of what does not count */
        {"{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0,example.com/device=a\"]}}", false,
         true},
    };
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};

    tmpdir_write(dirs[0], "a.yaml", spec);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_config_ struct config config;
        _cleanup_free_ char *text = NULL, *log = NULL;

        config_defaults(&config);
        config.spec_dirs = (struct config_list){dirs, 1};
        config.env_when_unprivileged = false;
        (void)unlink(tmpdir_path(dir, "log"));
        cr_expect_eq(apply_config(dir, cases[i].config_json, &config, &err), 0, "%zu: %s", i,
                     err.message);
        text = tmpdir_read(dir, "config.json");
        cr_expect_eq(strstr(text, "CDI=a") != NULL, cases[i].injected, "%zu: %s", i, text);
        log = tmpdir_read(dir, "log");
        cr_expect_eq(log && strstr(log, "NVIDIA_VISIBLE_DEVICES does not count"), cases[i].ignored,
                     "%zu: %s", i, log ? log : "");
    }
}

/* In mode cdi annotations are an order that cannot be ignored; auto looks elsewhere. */
Test(create, annotations_that_name_no_device)
{
    static const char annotated[] = "{\"annotations\":{\"cdi.k8s.io/x\":\"no device\"}}";
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_config_ struct config config;
    _cleanup_free_ char *log = NULL;

    config_defaults(&config);
    config.spec_dirs = (struct config_list){dirs, 1};
    config.env_when_unprivileged = false;
    cr_expect_eq(apply_config(dir, annotated, &config, &err), 0, "%s", err.message);
    log = tmpdir_read(dir, "log");
    cr_expect(log && strstr(log, "annotations do not count"), "%s", log ? log : "");
    config.mode = "cdi";
    cr_expect_eq(apply_config(dir, annotated, &config, &err), -CDI_ERR_NOTFOUND);
    cr_expect(err.message && strstr(err.message, "nvidia.com/gpu=no device"), "%s", err.message);
}

/* What needs no change is not written. */
Test(create, leaves_alone)
{
    const char *dir = tmpdir_new();
    struct stat before, after;
    const char *path = tmpdir_path(dir, "config.json");

    tmpdir_write(dir, "config.json", "");
    cr_assert_eq(stat(path, &before), 0);
    cr_assert_eq(apply(dir, "{\"process\":{\"env\":[\"A=B\"]}}", NULL, 0, NULL), 0);
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
        size_t named = 0;

        for (size_t k = 1; k < cases[i].n; k++)
            tmpdir_write(dirs[0], (char[]){(char)('a' + k), '.', 'y', 'a', 'm', 'l', 0}, broken);
        tmpdir_write(dirs[0], "z.yaml", broken_of_kind);
        cr_assert_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &err), -CDI_ERR_NOTFOUND);
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

    tmpdir_write(dirs[0], "a.yaml", bad_node);
    tmpdir_write(dirs[0], "broken.yaml", broken);
    cr_assert_lt(apply(dir, REQUEST("example.com/device=a"), dirs, 1, &err), 0, "%s", err.message);
    cr_expect_null(strstr(err.message, "spec dirs"), "%s", err.message);
    cr_expect_not_null(strstr(err.message, "/dev/cdikit-none"));
    cr_expect_lt(apply(dir, REQUEST("example.com/device=a"), dirs, 1, NULL), 0);
}

/* A broken document of another kind does not matter, nor one of this kind beside a good one. */
Test(create, broken_files_do_not_matter)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dirs[0], "broken.yaml", broken);
    tmpdir_write(dirs[0], "kind.yaml", broken_of_kind);
    cr_expect_eq(apply(dir, REQUEST("example.com/device=a"), dirs, 1, NULL), 0);
}

Test(create, errors)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};

    tmpdir_write(dirs[0], "a.yaml", spec);
    tmpdir_write(dirs[0], "broken.yaml", broken);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *text = NULL;
        int r = apply(dir, bad[i].config_json, dirs, bad[i].n_dirs, &err);

        cr_expect_eq(r, -(int)bad[i].code, "%zu: %s", i, err.message);
        cr_expect(err.message && strstr(err.message, bad[i].says), "%zu: %s", i, err.message);
        text = tmpdir_read(dir, "config.json");
        cr_expect_str_eq(text, bad[i].config_json);
    }
}

/* A document with all that could come twice. */
static const char everything[] =
    "cdiVersion: 0.7.0\n"
    "kind: example.com/device\n"
    "devices:\n"
    "- {name: a, containerEdits: {env: [X=a, Y=a], additionalGids: [7],\n"
    "   hooks: [{hookName: createContainer, path: /h, args: [h, a]}],\n"
    "   deviceNodes: [{path: /dev/a, type: c, major: 195, minor: 0, hostPath: /none/a}]}}\n"
    "- {name: b, containerEdits: {env: [X=b, NEW=1], additionalGids: [8],\n"
    "   hooks: [{hookName: createContainer, path: /h, args: [h, b]},\n"
    "           {hookName: createContainer, path: /h, args: [h, a]}],\n"
    "   mounts: [{hostPath: /h, containerPath: /data}, {hostPath: /h, containerPath: /}],\n"
    "   deviceNodes: [{path: /dev/b, type: c, major: 195, minor: 1, hostPath: /none/b},\n"
    "                 {path: /dev/a2, type: c, major: 195, minor: 0, hostPath: /none/a}]}}\n"
    "containerEdits: {env: [Z=z]}\n";

static const char asking[] =
    "{\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=example.com/device=a,example.com/device=b\","
    "\"X=mine\",\"Y=mine\"],\"user\":{\"uid\":1000,\"gid\":1000}},"
    "\"mounts\":[{\"destination\":\"/data\",\"source\":\"/mine\"}],"
    "\"linux\":{\"resources\":{\"devices\":["
    "{\"allow\":true,\"type\":\"c\",\"major\":195,\"minor\":0,\"access\":\"rwm\"},"
    "{\"allow\":false,\"access\":\"rwm\"}]}}}";

/* As by an engine that creates again from an edited bundle. */
Test(create, again)
{
    const char *dir = tmpdir_new(), *dirs[] = {tmpdir_new()};
    const char *path = tmpdir_path(dir, "config.json");
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_free_ char *first = NULL, *second = NULL, *log = NULL;
    _cleanup_config_ struct config config;
    struct args args = {.bundle = dir, .command = "create", .log = tmpdir_path(dir, "log")};
    struct stat before, after;
    struct logger logger;

    tmpdir_write(dirs[0], "a.yaml", everything);
    cr_assert_eq(apply(dir, asking, dirs, 1, &err), 0, "%s", err.message);
    first = tmpdir_read(dir, "config.json");
    cr_expect(strstr(first, "\"X=mine\",\"Y=mine\",\"Z=z\",\"X=b\",\"Y=a\",\"NEW=1\"]"), "%s",
              first);
    log = tmpdir_read(dir, "log");
    cr_expect(log && strstr(log, "mount at /data (from /mine) is replaced"), "%s", log ? log : "");
    cr_assert_eq(stat(path, &before), 0);
    config_defaults(&config);
    config.spec_dirs = (struct config_list){dirs, 1};
    logger_init(&logger, &args, &config);
    cr_assert_eq(create_apply(&args, &config, REQUEST_AUTO, &logger, &err), 0, "%s", err.message);
    logger_close(&logger);
    second = tmpdir_read(dir, "config.json");
    cr_expect_str_eq(second, first);
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(after.st_ino, before.st_ino);
}
