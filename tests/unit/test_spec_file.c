/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: the CDI Go library's names for spec files, and registry.h. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cdikit/registry.h>

#include "base/cleanup.h"
#include "tests/unit/tmpdir.h"

static void registry_freep(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}
#define _cleanup_registry_ _cleanup_(registry_freep)

/* A valid document that the caller's device is put into. */
static struct cdi_spec document(struct cdi_device *device)
{
    static const char *env[] = {"A=b"};

    *device = (struct cdi_device){.name = "dev", .edits = {.env = {env, 1}}};
    return (struct cdi_spec){
        .version = "0.3.0",
        .kind = "vendor.com/device",
        .devices = device,
        .n_devices = 1,
        .edits = {.env = {env, 1}},
    };
}

static struct cdi_registry *registry_of(const char *root, const char *dir)
{
    struct cdi_registry *registry = NULL;

    cr_assert_eq(cdi_registry_new(root, &dir, 1, &registry, NULL), 0);
    return registry;
}

Test(spec_file, names)
{
    static const struct {
        const char *kind, *id, *name;
    } cases[] = {
        {"vendor.com/class", NULL, "vendor.com-class"},
        {"vendor.com/class", "id0", "vendor.com-class_id0"},
        {"vendor.com/class", "a/b/c", "vendor.com-class_a_b_c"},
        {"vendor.com/class", "a:b c", "vendor.com-class_a:b c"},
        {"vendor.com", NULL, NULL},
        {"vendor.com/", NULL, NULL},
        {"/class", "id", NULL},
        {"", NULL, NULL},
        {"vendor.com/../x", NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *name = NULL;
        int r = cdi_spec_file_name(cases[i].kind, cases[i].id, &name, &err);

        cr_expect_eq(r, cases[i].name ? 0 : -CDI_ERR_INVALID, "%s", cases[i].kind);
        if (cases[i].name)
            cr_expect_str_eq(name, cases[i].name);
    }
}

Test(spec_file, write_find_remove)
{
    static const struct {
        const char *name, *file;
        char first; /* of the file */
    } cases[] = {
        {"vendor.com-device", "vendor.com-device.yaml", '-'},
        {"a.yaml", "a.yaml", '-'},
        {"a.json", "a.json", '{'},
        {"a.yml", "a.yml.yaml", '-'},
        {"a.JSON", "a.JSON.yaml", '-'},
        {"..a", "..a.yaml", '-'},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *dir = tmpdir_new();
        const char *const dirs[] = {tmpdir_path(dir, "low"), tmpdir_path(dir, "sub/cdi")};
        _cleanup_registry_ struct cdi_registry *registry = NULL;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *text = NULL;
        const struct cdi_registry_device *device;
        struct cdi_device made;
        struct cdi_spec spec = document(&made);
        struct stat st;
        bool changed = false;

        (void)umask(077);
        cr_assert_eq(cdi_registry_new(NULL, dirs, 2, &registry, NULL), 0);
        cr_assert_eq(cdi_registry_write(registry, &spec, cases[i].name, &err), 0, "%s: %s",
                     cases[i].name, err.message);
        text = tmpdir_read(dirs[1], cases[i].file);
        cr_assert_not_null(text, "%s", cases[i].file);
        cr_expect_eq(text[0], cases[i].first);
        cr_assert_eq(stat(tmpdir_path(dirs[1], cases[i].file), &st), 0);
        cr_expect_eq(st.st_mode & 07777, 0644);
        cr_expect_null(cdi_registry_find(registry, "vendor.com/device=dev"));
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect(changed);
        device = cdi_registry_find(registry, "vendor.com/device=dev");
        cr_assert_not_null(device);
        cr_expect_eq(device->priority, 1);
        cr_expect_str_eq(device->device->edits.env.items[0], "A=b");
        cr_expect_eq(cdi_registry_write(registry, &spec, cases[i].name, NULL), 0, "again");
        cr_expect_eq(cdi_registry_remove(registry, cases[i].name, NULL), 0);
        cr_expect_neq(access(tmpdir_path(dirs[1], cases[i].file), F_OK), 0);
        cr_expect_eq(cdi_registry_remove(registry, cases[i].name, NULL), 0, "nothing there");
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect_null(cdi_registry_find(registry, "vendor.com/device=dev"));
    }
}

Test(spec_file, names_that_are_no_file_names)
{
    static const char *const names[] = {"", ".", "..", "/", "a/b", "../a", "a/", "/etc/cdi/a.yaml"};
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = registry_of(NULL, tmpdir_path(dir, "cdi"));
    struct cdi_device device;
    struct cdi_spec spec = document(&device);

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        cr_expect_eq(cdi_registry_write(registry, &spec, names[i], NULL), -CDI_ERR_USAGE);
        cr_expect_eq(cdi_registry_remove(registry, names[i], NULL), -CDI_ERR_USAGE);
    }
    cr_expect_neq(access(tmpdir_path(dir, "cdi"), F_OK), 0);
}

/* Nothing is written, not even the directory. */
Test(spec_file, invalid_documents_are_not_written)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = registry_of(NULL, tmpdir_path(dir, "cdi"));
    struct cdi_device device;
    struct cdi_spec no_version = document(&device), no_slash = no_version, no_device = no_version;
    const struct cdi_spec *const specs[] = {&no_version, &no_slash, &no_device};

    no_version.version = "";
    no_slash.kind = "vendor1.comdevice";
    no_device.n_devices = 0;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_expect_eq(cdi_registry_write(registry, specs[i], "a", &err), -CDI_ERR_INVALID);
        cr_expect_not_null(err.message);
    }
    cr_expect_neq(access(tmpdir_path(dir, "cdi"), F_OK), 0);
}

/* Three transient documents of one kind come and go. */
Test(spec_file, transient_documents)
{
    const char *dir = tmpdir_new();
    _cleanup_registry_ struct cdi_registry *registry = registry_of(NULL, dir);
    static const char *const ids[] = {"id0", "id1", "id2"};
    static const char *const devices[] = {"d0", "d1", "d2"};
    bool changed;
    size_t n;

    for (size_t i = 0; i < 6; i++) {
        _cleanup_free_ char *name = NULL;
        struct cdi_device device;
        struct cdi_spec spec = document(&device);

        device.name = devices[i % 3];
        cr_assert_eq(cdi_spec_file_name(spec.kind, ids[i % 3], &name, NULL), 0);
        if (i < 3)
            cr_assert_eq(cdi_registry_write(registry, &spec, name, NULL), 0);
        else
            cr_assert_eq(cdi_registry_remove(registry, name, NULL), 0);
        cr_assert_eq(cdi_registry_refresh(registry, &changed, NULL), 0);
        cr_expect(changed);
        (void)cdi_registry_devices(registry, &n);
        cr_expect_eq(n, i < 3 ? i + 1 : 5 - i);
        (void)cdi_registry_specs(registry, &n);
        cr_expect_eq(n, i < 3 ? i + 1 : 5 - i);
    }
}

/* Beneath a root no link leads out of it, not even one to what does not exist yet. */
Test(spec_file, root)
{
    static const struct {
        const char *link, *target, *file; /* file NULL: an error */
    } cases[] = {
        {"run", "/tmp/cdikit-unit-nowhere", "tmp/cdikit-unit-nowhere/cdi/a.yaml"},
        {"run", "../../../../x/y", "x/y/cdi/a.yaml"},
        {"run", "real", "var/real/cdi/a.yaml"},
        {"run", "run", NULL},
        {"other", "/", "var/run/cdi/a.yaml"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *root = tmpdir_new();
        _cleanup_registry_ struct cdi_registry *registry = registry_of(root, "/var/run/cdi");
        struct cdi_device device;
        struct cdi_spec spec = document(&device);
        char link[64];
        int r;

        (void)snprintf(link, sizeof link, "var/%s", cases[i].link);
        cr_assert_eq(mkdir(tmpdir_path(root, "var"), 0755), 0);
        cr_assert_eq(symlink(cases[i].target, tmpdir_path(root, link)), 0);
        r = cdi_registry_write(registry, &spec, "a", NULL);
        cr_expect_neq(access("/tmp/cdikit-unit-nowhere", F_OK), 0);
        if (!cases[i].file) {
            cr_expect_lt(r, 0);
            continue;
        }
        cr_expect_eq(r, 0, "%s", cases[i].target);
        cr_expect_eq(access(tmpdir_path(root, cases[i].file), F_OK), 0, "%s", cases[i].file);
        cr_expect_eq(cdi_registry_remove(registry, "a", NULL), 0);
        cr_expect_neq(access(tmpdir_path(root, cases[i].file), F_OK), 0);
    }
}
