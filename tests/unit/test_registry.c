/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: the CDI Go library's cache, its tests and its recorded behaviour. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "tests/unit/tmpdir.h"

#define INVALID "cdiVersion: 0.3.0\nkind: vendor.com/device\ndevices:\n- name: dev1\n"

static void registry_freep(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}
#define _cleanup_registry_ _cleanup_(registry_freep)

/* Writes a document that defines the devices, whose names are separated by blanks. */
static void define(const char *dir, const char *file, const char *kind, const char *devices)
{
    char text[4096], names[512], *save = NULL;
    int used = snprintf(text, sizeof text, "cdiVersion: 0.6.0\nkind: %s\ndevices:\n", kind);

    (void)snprintf(names, sizeof names, "%s", devices);
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "- name: \"%s\"\n  containerEdits: {env: [FILE=%s]}\n", name, file);
    tmpdir_write(dir, file, text);
}

/* A registry of DIR/etc and DIR/run. */
static struct cdi_registry *scan(const char *dir)
{
    const char *const dirs[] = {tmpdir_path(dir, "etc"), tmpdir_path(dir, "run")};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_registry *registry = NULL;

    cr_assert_eq(cdi_registry_new(NULL, dirs, 2, &registry, &err), 0, "%s", err.message);
    return registry;
}

static const char *below(const char *path, const char *dir)
{
    return strncmp(path, dir, strlen(dir)) == 0 ? path + strlen(dir) + 1 : path;
}

/* Expects just these active devices, each as "NAME FILE", in this order. */
static void expect_devices(const struct cdi_registry *registry, const char *dir,
                           const char *const *expected, size_t n_expected)
{
    size_t n, found = 0;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    for (size_t i = 0; i < n; i++) {
        char text[512];

        if (devices[i].state != CDI_DEVICE_ACTIVE) {
            const struct cdi_registry_device *other = cdi_registry_find(registry, devices[i].name);

            cr_expect(!other || other->priority > devices[i].priority);
            continue;
        }
        cr_expect_eq(cdi_registry_find(registry, devices[i].name), &devices[i]);
        cr_expect_eq(cdi_registry_spec_priority(registry, devices[i].spec), devices[i].priority);
        (void)snprintf(text, sizeof text, "%s %s", devices[i].name,
                       below(devices[i].spec->path, dir));
        cr_expect(found < n_expected && strcmp(text, expected[found]) == 0, "%s", text);
        found++;
    }
    cr_expect_eq(found, n_expected, "%zu devices", found);
}
#define EXPECT_DEVICES(registry, dir, ...)                            \
    expect_devices(registry, dir, (const char *const[]){__VA_ARGS__}, \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Expects errors for just these paths, in this order. */
static void expect_errors(const struct cdi_registry *registry, const char *dir,
                          const char *const *expected, size_t n_expected)
{
    size_t n;
    const struct cdi_registry_error *errors = cdi_registry_errors(registry, &n);

    for (size_t i = 0; i < n; i++) {
        cr_expect(i < n_expected && strcmp(below(errors[i].path, dir), expected[i]) == 0,
                  "error %zu: %s: %s", i, errors[i].path, errors[i].error.message);
        cr_expect_neq(errors[i].error.code, CDI_OK);
        cr_expect(errors[i].error.message && *errors[i].error.message);
        cr_expect_str_eq(errors[i].error.file, errors[i].path);
    }
    cr_expect_eq(n, n_expected, "%zu errors", n);
}
#define EXPECT_ERRORS(registry, dir, ...)                            \
    expect_errors(registry, dir, (const char *const[]){__VA_ARGS__}, \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void expect_nothing(const struct cdi_registry *registry)
{
    size_t n;

    (void)cdi_registry_devices(registry, &n);
    cr_expect_eq(n, 0);
    (void)cdi_registry_errors(registry, &n);
    cr_expect_eq(n, 0);
    (void)cdi_registry_specs(registry, &n);
    cr_expect_eq(n, 0);
    cr_expect_null(cdi_registry_vendors(registry, &n)[0]);
    cr_expect_eq(n, 0);
    cr_expect_null(cdi_registry_classes(registry, &n)[0]);
    cr_expect_eq(n, 0);
    cr_expect_null(cdi_registry_find(registry, "vendor.com/device=dev1"));
}

Test(registry, missing_and_empty_directories)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *missing = scan(dir);
    _cleanup_registry_ struct cdi_registry *empty = NULL;

    expect_nothing(missing);
    cr_assert_eq(mkdir(tmpdir_path(dir, "etc"), 0755), 0);
    cr_assert_eq(mkdir(tmpdir_path(dir, "run"), 0755), 0);
    empty = scan(dir);
    expect_nothing(empty);
}

/* What is found where, from the tests of the Go library's cache and more. */
Test(registry, one_device)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const struct cdi_registry_device *device;
    size_t n;

    define(dir, "etc/vendor1.yaml", "vendor1.com/device", "dev1");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "vendor1.com/device=dev1 etc/vendor1.yaml");
    expect_errors(registry, dir, NULL, 0);
    device = cdi_registry_find(registry, "vendor1.com/device=dev1");
    cr_assert_not_null(device);
    cr_expect_str_eq(device->name, "vendor1.com/device=dev1");
    cr_expect_str_eq(device->device->name, "dev1");
    cr_expect_eq(device->priority, 0);
    cr_expect_null(cdi_registry_find(registry, "vendor1.com/device=dev"));
    cr_expect_null(cdi_registry_find(registry, "vendor1.com/device=dev11"));
    cr_expect_null(cdi_registry_find(registry, ""));
    cr_expect_str_eq(cdi_registry_vendors(registry, &n)[0], "vendor1.com");
    cr_expect_str_eq(cdi_registry_classes(registry, &n)[0], "device");
    cr_expect_eq(n, 1);
    cr_expect_str_eq(cdi_registry_dirs(registry, &n)[1], tmpdir_path(dir, "run"));
    cr_expect_eq(n, 2);
}

Test(registry, higher_directory_hides_device_by_device)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const struct cdi_registry_device *devices;
    size_t n;

    define(dir, "etc/vendor1.yaml", "vendor1.com/device", "dev1 dev2");
    define(dir, "run/vendor1.yaml", "vendor1.com/device", "dev1");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "vendor1.com/device=dev1 run/vendor1.yaml",
                   "vendor1.com/device=dev2 etc/vendor1.yaml");
    expect_errors(registry, dir, NULL, 0);
    devices = cdi_registry_devices(registry, &n);
    cr_assert_eq(n, 3);
    cr_expect_eq(devices[0].state, CDI_DEVICE_ACTIVE);
    cr_expect_eq(devices[1].state, CDI_DEVICE_SHADOWED);
    cr_expect_str_eq(devices[1].name, devices[0].name);
}

Test(registry, conflict_in_one_directory)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    size_t n;

    define(dir, "run/vendor1.yaml", "vendor1.com/device", "dev1 dev2");
    define(dir, "run/vendor1-other.yaml", "vendor1.com/device", "dev1");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "vendor1.com/device=dev2 run/vendor1.yaml");
    EXPECT_ERRORS(registry, dir, "run/vendor1-other.yaml", "run/vendor1.yaml");
    (void)cdi_registry_specs(registry, &n);
    cr_expect_eq(n, 2);
}

/* Of three files the first has a conflict with each of the others, which have one each. */
Test(registry, conflict_of_three)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    define(dir, "etc/c.yaml", "v.com/d", "x c");
    define(dir, "etc/a.yaml", "v.com/d", "x a");
    define(dir, "etc/b.yaml", "v.com/d", "x b");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "v.com/d=a etc/a.yaml", "v.com/d=b etc/b.yaml",
                   "v.com/d=c etc/c.yaml");
    EXPECT_ERRORS(registry, dir, "etc/a.yaml", "etc/a.yaml", "etc/b.yaml", "etc/c.yaml");
}

Test(registry, conflicts_across_priorities)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const struct cdi_registry_device *devices;
    size_t n;

    /* twice above, once below: no falling back to what somebody meant to replace */
    define(dir, "etc/a.yaml", "v.com/d", "high");
    define(dir, "run/a.yaml", "v.com/d", "high");
    define(dir, "run/b.yaml", "v.com/d", "high low");
    /* twice below, once above: the one above is not in doubt */
    define(dir, "etc/b.yaml", "v.com/d", "low");
    define(dir, "etc/c.yaml", "v.com/d", "low");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "v.com/d=low run/b.yaml");
    EXPECT_ERRORS(registry, dir, "etc/b.yaml", "etc/c.yaml", "run/a.yaml", "run/b.yaml");
    devices = cdi_registry_devices(registry, &n);
    cr_assert_eq(n, 6);
    cr_expect_eq(devices[0].state, CDI_DEVICE_CONFLICTING);
    cr_expect_eq(devices[1].state, CDI_DEVICE_CONFLICTING);
    cr_expect_eq(devices[2].state, CDI_DEVICE_SHADOWED);
    cr_expect_eq(devices[3].state, CDI_DEVICE_ACTIVE);
    cr_expect_eq(devices[4].state, CDI_DEVICE_CONFLICTING);
}

Test(registry, invalid_files_hide_nothing)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    define(dir, "etc/a.yaml", "vendor.com/device", "a");
    tmpdir_write(dir, "etc/b.yaml", INVALID);
    tmpdir_write(dir, "etc/c.json", "{}");
    tmpdir_write(dir, "etc/d.yaml", "");
    tmpdir_write(dir, "run/e.yaml", "x: y\n");
    tmpdir_write(dir, "run/f.json", "[]");
    define(dir, "run/g.yaml", "vendor.com/device", "g");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "vendor.com/device=a etc/a.yaml",
                   "vendor.com/device=g run/g.yaml");
    EXPECT_ERRORS(registry, dir, "etc/b.yaml", "etc/c.json", "etc/d.yaml", "run/e.yaml",
                  "run/f.json");
}

Test(registry, which_files_are_read)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    static const char *const read[] = {".hidden.yaml", ".yaml", "B.json", "a b.yaml", "a.b.json"};
    static const char *const not_read[] = {
        "x.yml",      "x.YAML",     "x.yaml~",       "x.yaml.bak", "x",     "x.json5",
        "spec.1.tmp", "sub/x.yaml", "d.yaml/x.yaml", "yaml",       "x.Json"};
    const struct cdi_spec *const *specs;
    char device[32], file[64];
    size_t n;

    for (size_t i = 0; i < ARRAY_SIZE(read); i++) {
        (void)snprintf(device, sizeof device, "r%zu", i);
        (void)snprintf(file, sizeof file, "etc/%s", read[i]);
        define(dir, file, "v.com/d", device);
    }
    for (size_t i = 0; i < ARRAY_SIZE(not_read); i++) {
        (void)snprintf(file, sizeof file, "etc/%s", not_read[i]);
        tmpdir_write(dir, file, "]");
    }
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "v.com/d=r0 etc/.hidden.yaml", "v.com/d=r1 etc/.yaml",
                   "v.com/d=r2 etc/B.json", "v.com/d=r3 etc/a b.yaml", "v.com/d=r4 etc/a.b.json");
    expect_errors(registry, dir, NULL, 0);
    specs = cdi_registry_specs(registry, &n);
    cr_assert_eq(n, ARRAY_SIZE(read));
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(below(specs[i]->path, dir) + strlen("etc/"), read[i]);
}

Test(registry, links)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    define(dir, "real/a", "v.com/d", "a");
    define(dir, "etc/own.yaml", "v.com/d", "own");
    cr_assert_eq(symlink("../real/a", tmpdir_path(dir, "etc/link.yaml")), 0);
    cr_assert_eq(symlink("own.yaml", tmpdir_path(dir, "etc/sibling.yaml")), 0);
    cr_assert_eq(symlink("../real", tmpdir_path(dir, "etc/dir.yaml")), 0);
    cr_assert_eq(symlink("../real", tmpdir_path(dir, "etc/dir")), 0);
    cr_assert_eq(symlink("nowhere", tmpdir_path(dir, "etc/dangling.yaml")), 0);
    cr_assert_eq(symlink("etc", tmpdir_path(dir, "run")), 0);
    registry = scan(dir);
    /* etc and run are one directory at two priorities */
    EXPECT_DEVICES(registry, dir, "v.com/d=a run/link.yaml");
    EXPECT_ERRORS(registry, dir, "etc/dangling.yaml", "etc/dir.yaml", "etc/own.yaml",
                  "etc/sibling.yaml", "run/dangling.yaml", "run/dir.yaml", "run/own.yaml",
                  "run/sibling.yaml");
}

/* A FIFO must not stop a container from starting. */
Test(registry, fifo_does_not_block, .timeout = 10)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    define(dir, "etc/b.yaml", "v.com/d", "b");
    cr_assert_eq(mkfifo(tmpdir_path(dir, "etc/a.yaml"), 0644), 0);
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "v.com/d=b etc/b.yaml");
    EXPECT_ERRORS(registry, dir, "etc/a.yaml");
}

Test(registry, a_spec_dir_that_is_a_file_hides_nothing)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    tmpdir_write(dir, "etc", "x");
    define(dir, "run/a.yaml", "v.com/d", "a");
    registry = scan(dir);
    EXPECT_DEVICES(registry, dir, "v.com/d=a run/a.yaml");
    EXPECT_ERRORS(registry, dir, "etc");
}

Test(registry, vendors_and_classes)
{
    const char *dir = tmpdir_new();
    static const char *const vendors[] = {"vendor1.com", "vendor2.com", "vendor3.com"};
    static const char *const classes[] = {"another-device", "device", "other-device",
                                          "yet-another-device"};
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const char *const *list;
    size_t n;

    define(dir, "etc/1.yaml", "vendor3.com/yet-another-device", "d");
    define(dir, "etc/2.yaml", "vendor1.com/other-device", "d");
    define(dir, "run/3.yaml", "vendor1.com/device", "d");
    define(dir, "run/4.yaml", "vendor2.com/another-device", "d");
    define(dir, "run/5.yaml", "vendor2.com/another-device", "d"); /* conflicting, counts */
    registry = scan(dir);
    list = cdi_registry_vendors(registry, &n);
    cr_assert_eq(n, ARRAY_SIZE(vendors));
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(list[i], vendors[i]);
    cr_expect_null(list[n]);
    list = cdi_registry_classes(registry, &n);
    cr_assert_eq(n, ARRAY_SIZE(classes));
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(list[i], classes[i]);
    cr_expect_null(list[n]);
}

/* Before and after an update, as in the Go library's test of its refresh. */
Test(registry, refresh)
{
    static const struct {
        const char *before[3][2]; /* file, devices */
        const char *after[2];     /* devices NULL: the file is removed */
        const char *expected[3];
        const char *errors[3];
    } cases[] = {
        {{{NULL}}, {"run/a.yaml", "dev1"}, {"v.com/d=dev1 run/a.yaml"}, {NULL}},
        {{{"etc/a.yaml", "dev1"}},
         {"run/a.yaml", "dev2"},
         {"v.com/d=dev1 etc/a.yaml", "v.com/d=dev2 run/a.yaml"},
         {NULL}},
        {{{"run/a.yaml", "dev1"}, {"run/b.yaml", "dev2"}},
         {"run/a.yaml", NULL},
         {"v.com/d=dev2 run/b.yaml"},
         {NULL}},
        {{{"etc/a.yaml", "dev1"}}, {"run/a.yaml", "dev1"}, {"v.com/d=dev1 run/a.yaml"}, {NULL}},
        {{{"run/a.yaml", "dev1 dev2"}},
         {"run/b.yaml", "dev1 dev3"},
         {"v.com/d=dev2 run/a.yaml", "v.com/d=dev3 run/b.yaml"},
         {"run/a.yaml", "run/b.yaml"}},
        {{{"run/a.yaml", "dev1"}},
         {"run/a.yaml", "dev1 x"},
         {"v.com/d=dev1 run/a.yaml", "v.com/d=x run/a.yaml"},
         {NULL}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = tmpdir_new();
        _cleanup_registry_ struct cdi_registry *registry = NULL;
        size_t n_devices = 0, n_errors = 0;
        bool changed;

        for (size_t k = 0; k < 3 && cases[i].before[k][0]; k++)
            define(dir, cases[i].before[k][0], "v.com/d", cases[i].before[k][1]);
        registry = scan(dir);
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect(!changed, "case %zu", i);
        if (cases[i].after[1])
            define(dir, cases[i].after[0], "v.com/d", cases[i].after[1]);
        else
            cr_assert_eq(unlink(tmpdir_path(dir, cases[i].after[0])), 0);
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect(changed, "case %zu", i);
        while (n_devices < 3 && cases[i].expected[n_devices])
            n_devices++;
        while (n_errors < 3 && cases[i].errors[n_errors])
            n_errors++;
        expect_devices(registry, dir, cases[i].expected, n_devices);
        expect_errors(registry, dir, cases[i].errors, n_errors);
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect(!changed, "case %zu", i);
    }
}

/* Without descriptors nothing is found, and everything once there are some again. */
Test(registry, recovers_from_a_lack_of_descriptors)
{
    const char *dir = tmpdir_new();
    struct rlimit kept, none;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    bool changed = false;

    define(dir, "etc/a.yaml", "v.com/d", "a");
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &kept), 0);
    none = (struct rlimit){0, kept.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    registry = scan(dir);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &kept), 0);
    EXPECT_ERRORS(registry, dir, "etc", "run");
    cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
    cr_expect(changed);
    EXPECT_DEVICES(registry, dir, "v.com/d=a etc/a.yaml");
    expect_errors(registry, dir, NULL, 0);
}

Test(registry, directories_are_cleaned)
{
    static const struct {
        const char *given, *cleaned;
    } cases[] = {
        {"/etc/cdi", "/etc/cdi"},
        {"/etc//cdi/", "/etc/cdi"},
        {"/etc/./cdi/.", "/etc/cdi"},
        {"/etc/x/../cdi", "/etc/cdi"},
        {"/..", "/"},
        {"/../../a", "/a"},
        {"/", "/"},
        {"//", "/"},
        {"", "."},
        {".", "."},
        {"./", "."},
        {"a/..", "."},
        {"a/../..", ".."},
        {"../..", "../.."},
        {"../a/../..", "../.."},
        {"./a//b/", "a/b"},
        {"..a/...", "..a/..."},
    };
    const char *root = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *const dirs[] = {"/nonexistent", cases[i].given};
        _cleanup_registry_ struct cdi_registry *registry = NULL;
        size_t n;

        cr_assert_eq(cdi_registry_new(root, dirs, 2, &registry, NULL), 0);
        cr_expect_str_eq(cdi_registry_dirs(registry, &n)[1], cases[i].cleaned);
    }
}

Test(registry, arguments)
{
    const char *dir = tmpdir_new();
    const char *const dirs[] = {"/a", NULL};
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    struct cdi_registry *none = NULL;
    const char *const *list;
    size_t n;

    cr_expect_eq(cdi_registry_new(NULL, dirs, 2, &none, NULL), -CDI_ERR_USAGE);
    cr_expect_lt(cdi_registry_new(tmpdir_path(dir, "no-root"), NULL, 0, &none, NULL), 0);
    cr_expect_null(none);
    cr_assert_eq(cdi_registry_new(dir, NULL, 0, &registry, NULL), 0);
    list = cdi_registry_dirs(registry, &n);
    cr_assert_eq(n, 2);
    cr_expect_str_eq(list[0], "/etc/cdi");
    cr_expect_str_eq(list[1], "/var/run/cdi");
    cdi_registry_free(NULL);
}

/* Beneath a root links stay inside, and paths are as the user gave them. */
Test(registry, root)
{
    const char *dir = tmpdir_new();
    const char *outside = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;

    define(outside, "evil.yaml", "v.com/d", "evil");
    define(dir, "etc/cdi/a.yaml", "v.com/d", "a");
    define(dir, "run/cdi/b.yaml", "v.com/d", "b");
    define(dir, "opt/c.yaml", "v.com/d", "c");
    cr_assert_eq(mkdir(tmpdir_path(dir, "var"), 0755), 0);
    cr_assert_eq(symlink("/run", tmpdir_path(dir, "var/run")), 0);
    cr_assert_eq(symlink("/opt/c.yaml", tmpdir_path(dir, "run/cdi/c.yaml")), 0);
    cr_assert_eq(symlink(tmpdir_path(outside, "evil.yaml"), tmpdir_path(dir, "etc/cdi/x.yaml")), 0);
    cr_assert_eq(cdi_registry_new(dir, NULL, 0, &registry, NULL), 0);
    EXPECT_DEVICES(registry, dir, "v.com/d=a /etc/cdi/a.yaml", "v.com/d=b /var/run/cdi/b.yaml",
                   "v.com/d=c /var/run/cdi/c.yaml");
    EXPECT_ERRORS(registry, dir, "/etc/cdi/x.yaml");
}

Test(registry, same_directory_twice)
{
    const char *dir = tmpdir_new();
    const char *const dirs[] = {tmpdir_path(dir, "etc"), tmpdir_path(dir, "./etc/")};
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const struct cdi_registry_device *device;

    define(dir, "etc/a.yaml", "v.com/d", "a");
    cr_assert_eq(cdi_registry_new(NULL, dirs, 2, &registry, NULL), 0);
    expect_errors(registry, dir, NULL, 0);
    device = cdi_registry_find(registry, "v.com/d=a");
    cr_assert_not_null(device);
    cr_expect_eq(device->priority, 1);
}

/* Only the files that can define what is asked for are loaded, however they spell it. */
Test(registry, made_for_names)
{
    const char *dir = tmpdir_new();
    const char *const dirs[] = {dir};
    static const char *const names[] = {"v.com/gpu=0", "nonsense", "v.com/nic=x"};
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    _cleanup_registry_ struct cdi_registry *none = NULL;
    size_t n;

    define(dir, "a.yaml", "v.com/gpu", "0 1");
    define(dir, "b.yaml", "v.com/other", "0");
    tmpdir_write(dir, "c.yaml", "not a spec");
    define(dir, "d.yaml", "\"v.com\\x2fgpu\"", "2");
    define(dir, "e.yaml", "!!binary di5jb20vZ3B1", "3");
    define(dir, "f.yaml", "v.com/gpu", "1");
    cr_assert_eq(cdi_registry_new_for(NULL, dirs, 1, names, 3, &registry, NULL), 0);
    (void)cdi_registry_specs(registry, &n);
    cr_expect_eq(n, 4);
    EXPECT_DEVICES(registry, dir, "v.com/gpu=0 a.yaml", "v.com/gpu=2 d.yaml", "v.com/gpu=3 e.yaml");
    EXPECT_ERRORS(registry, dir, "a.yaml", "f.yaml");
    cr_assert_eq(cdi_registry_new_for(NULL, dirs, 1, NULL, 0, &none, NULL), 0);
    cr_expect_null(cdi_registry_find(none, "v.com/gpu=0"));
}

/* What cannot be read now may be readable later, without a change of the file. */
Test(registry, tries_again_after_a_passing_error)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    bool changed = false;

    define(dir, "etc/a.yaml", "v.com/d", "a");
    /* proc(5): there is nothing at address 0, which is EIO */
    cr_assert_eq(symlink("/proc/self/mem", tmpdir_path(dir, "etc/x.yaml")), 0);
    registry = scan(dir);
    EXPECT_ERRORS(registry, dir, "etc/x.yaml");
    EXPECT_DEVICES(registry, dir, "v.com/d=a etc/a.yaml");
    cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
    cr_expect(changed);
}

/* Without its root there is no registry, and one that was there stays what it was. */
Test(registry, root_that_cannot_be_opened)
{
    const char *dir = tmpdir_new();
    const char *root = tmpdir_path(dir, "root"), *away = tmpdir_path(dir, "away");
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_error_ struct cdi_error again = CDI_ERROR_INIT;
    struct cdi_registry *none = NULL;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    const struct cdi_registry_device *device;
    bool changed = false;

    cr_expect_eq(cdi_registry_new(root, NULL, 0, &none, &err), -CDI_ERR_IO);
    cr_expect_null(none);
    define(dir, "root/etc/cdi/a.yaml", "v.com/d", "a");
    cr_assert_eq(cdi_registry_new(root, NULL, 0, &registry, NULL), 0);
    device = cdi_registry_find(registry, "v.com/d=a");
    cr_assert_not_null(device);
    cr_assert_eq(rename(root, away), 0);
    cr_expect_eq(cdi_registry_refresh(registry, &changed, &again), -CDI_ERR_IO);
    cr_expect_eq(cdi_registry_find(registry, "v.com/d=a"), device);
    cr_expect_str_eq(device->spec->path, "/etc/cdi/a.yaml");
    cr_assert_eq(rename(away, root), 0);
    cr_expect_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
    cr_expect_not_null(cdi_registry_find(registry, "v.com/d=a"));
}
