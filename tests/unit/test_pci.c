/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/machine/pci.h"
#include "tests/unit/tmpdir.h"

Test(pci, addresses)
{
    static const struct {
        const char *text;
        const char *expected; /* as formatted, NULL: no address */
    } cases[] = {
        {"0000:3b:00.0", "0000:3b:00.0"},
        {"00000000:3B:00.0", "0000:3b:00.0"},
        {"10000:e1:1f.7", "10000:e1:1f.7"},
        {"0:1:2.3", "0000:01:02.3"},
        {"ffffffff:ff:1f.7", "ffffffff:ff:1f.7"},
        {"000000000:3b:00.0", NULL},
        {"0000:3b:20.0", NULL},
        {"0000:3b:00.8", NULL},
        {"0000:3b:00.0 ", NULL},
        {"0000:3b:00", NULL},
        {"3b:00.0", NULL},
        {":3b:00.0", NULL},
        {"0000:3b:00.g", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct pci_address address;
        bool ok = pci_address_parse(cases[i].text, &address);

        cr_expect_eq(ok, cases[i].expected != NULL, "%s", cases[i].text);
        if (ok && cases[i].expected)
            cr_expect_str_eq(pci_address_format(address, arena), cases[i].expected);
    }
}

static void add_function(const char *dir, const char *name, const char *vendor, const char *class_,
                         const char *driver)
{
    char path[256], link[256];

    (void)snprintf(path, sizeof path, "sys/devices/pci/%s/class", name);
    tmpdir_write(dir, path, class_);
    (void)snprintf(path, sizeof path, "sys/devices/pci/%s/device", name);
    tmpdir_write(dir, path, "0x20b5\n");
    if (vendor) {
        (void)snprintf(path, sizeof path, "sys/devices/pci/%s/vendor", name);
        tmpdir_write(dir, path, vendor);
    }
    (void)snprintf(path, sizeof path, "sys/bus/pci/devices/%s", name);
    (void)snprintf(link, sizeof link, "../../../devices/pci/%s", name);
    cr_assert_eq(symlink(link, tmpdir_path(dir, path)), 0);
    if (driver) {
        (void)snprintf(path, sizeof path, "sys/devices/pci/%s/driver", name);
        (void)snprintf(link, sizeof link, "../../../bus/pci/drivers/%s", driver);
        cr_assert_eq(symlink(link, tmpdir_path(dir, path)), 0);
    }
}

Test(pci, displays_of_a_vendor_by_address)
{
    static const struct {
        const char *name, *driver;
    } expected[] = {
        {"0000:01:00.0", "nvidia"},
        {"0000:81:00.0", "vfio-pci"},
        {"ffff:01:00.0", NULL},
        {"10000:01:00.0", "nvidia"},
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tmpdir_new();
    struct pci_display *list;
    size_t n;

    tmpdir_write(dir, "sys/bus/pci/devices/x", "");
    add_function(dir, "10000:01:00.0", "0x10de\n", "0x030200\n", "nvidia");
    add_function(dir, "ffff:01:00.0", "0x10de\n", "0x030000\n", NULL);
    add_function(dir, "0000:81:00.0", "0x10de\n", "0x030200\n", "vfio-pci");
    add_function(dir, "0000:01:00.0", "0x10de\n", "0x030000\n", "nvidia");
    add_function(dir, "0000:01:00.1", "0x10de\n", "0x040300\n", "snd_hda_intel");
    add_function(dir, "0000:02:00.0", "0x10de\n", "0x068000\n", NULL); /* an NVSwitch */
    add_function(dir, "0000:02:00.1", "0x10de\n", "0x038000\n", NULL);
    add_function(dir, "0000:02:00.2", "0x10de\n", "0x030100\n", NULL); /* XGA */
    add_function(dir, "0000:00:02.0", "0x8086\n", "0x030000\n", "i915");
    add_function(dir, "0000:03:00.0", NULL, "0x030000\n", NULL); /* libpci calls this fatal */
    add_function(dir, "0000:04:00.0", "what", "0x030000\n", NULL);

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(pci_displays(&root, PCI_VENDOR_NVIDIA, arena, &list, &n, &err), 0, "%s",
                 err.message);
    cr_assert_eq(n, ARRAY_SIZE(expected));
    for (size_t i = 0; i < n; i++) {
        cr_expect_str_eq(list[i].name, expected[i].name);
        if (expected[i].driver)
            cr_expect_str_eq(list[i].driver, expected[i].driver);
        else
            cr_expect_null(list[i].driver);
    }
}

Test(pci, what_is_no_file_of_the_root_is_not_opened, .timeout = 10)
{
    static const char *const attributes[] = {"vendor", "device", "class"};
    const char *elsewhere = tmpdir_new();

    tmpdir_write(elsewhere, "vendor", "0x10de\n");
    tmpdir_write(elsewhere, "device", "0x20b5\n");
    tmpdir_write(elsewhere, "class", "0x030200\n");
    for (size_t i = 0; i < 2 * ARRAY_SIZE(attributes); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_root_ struct root root = ROOT_INIT;
        const char *dir = tmpdir_new(), *attribute = attributes[i / 2];
        struct pci_display *list;
        char path[128];
        size_t n = 1;

        tmpdir_write(dir, "sys/bus/pci/devices/x", "");
        add_function(dir, "0000:01:00.0", "0x10de\n", "0x030200\n", "nvidia");
        (void)snprintf(path, sizeof path, "sys/devices/pci/0000:01:00.0/%s", attribute);
        cr_assert_eq(unlink(tmpdir_path(dir, path)), 0);
        if (i % 2)
            cr_assert_eq(mkfifo(tmpdir_path(dir, path), 0644), 0);
        else
            cr_assert_eq(symlink(tmpdir_path(elsewhere, attribute), tmpdir_path(dir, path)), 0);
        cr_assert_eq(root_open(&root, dir, NULL), 0);
        cr_expect_eq(pci_displays(&root, PCI_VENDOR_NVIDIA, arena, &list, &n, NULL), 0);
        cr_expect_eq(n, 0, "%s", path);
    }
}

Test(pci, a_machine_without_pci_has_no_displays)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = tmpdir_new();
    struct pci_display *list;
    size_t n = 1;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(pci_displays(&root, PCI_VENDOR_NVIDIA, arena, &list, &n, NULL), 0);
    cr_expect_eq(n, 0);
    cr_assert_eq(mkdir(tmpdir_path(dir, "sys"), 0755), 0);
    cr_assert_eq(mkdir(tmpdir_path(dir, "sys/bus"), 0755), 0);
    cr_assert_eq(mkdir(tmpdir_path(dir, "sys/bus/pci"), 0755), 0);
    cr_assert_eq(pci_displays(&root, PCI_VENDOR_NVIDIA, arena, &list, &n, NULL), 0);
    cr_expect_eq(n, 0);
}
