/* SPDX-License-Identifier: Apache-2.0 */
/* The PCI bus, the DRM class and the modules in sysfs. */
#include "tests/fakenode/build.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define PCI_REVISION 0xa1

unsigned drm_minor(const char *name)
{
    return (unsigned)strtoul(name + strcspn(name, "0123456789"), NULL, 10);
}

static void put_le16(unsigned char *place, unsigned value)
{
    uint16_t le = htole16((uint16_t)value);

    memcpy(place, &le, sizeof(le));
}

static void put_le32(unsigned char *place, uint32_t value)
{
    uint32_t le = htole32(value);

    memcpy(place, &le, sizeof(le));
}

/* Configuration space of a type 0 function, with the offsets of PCI Local Bus 3.0, section 6. */
static void fill_config(unsigned char config[256], const struct pci_device *d)
{
    memset(config, 0, 256);
    put_le16(config + 0x00, d->vendor);
    put_le16(config + 0x02, d->device);
    put_le16(config + 0x04, 0x0407); /* command: I/O, memory, bus master; no INTx */
    put_le16(config + 0x06, 0x0010); /* status: has a capability list */
    put_le32(config + 0x08, d->class_code << 8 | PCI_REVISION);
    put_le32(config + 0x10, 0xfa000000);
    put_le32(config + 0x14, 0xe000000c);
    put_le16(config + 0x2c, d->subsys_vendor);
    put_le16(config + 0x2e, d->subsys_device);
    config[0x34] = 0x60;
    config[0x3c] = (unsigned char)d->irq;
    config[0x3d] = 1;
    /* Power management, then MSI, then PCI Express, where the chain ends. */
    put_le32(config + 0x60, 0x00036801);
    put_le32(config + 0x68, 0x00807805);
    put_le32(config + 0x78, 0x00120010);
}

static void put_numbers(const struct tree *t, const char *dir, const struct pci_device *d)
{
    const struct {
        const char *name;
        unsigned value;
        int digits;
    } numbers[] = {
        {"vendor", d->vendor, 4},
        {"device", d->device, 4},
        {"subsystem_vendor", d->subsys_vendor, 4},
        {"subsystem_device", d->subsys_device, 4},
        {"class", d->class_code, 6},
        {"revision", PCI_REVISION, 2},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        tree_printf(t, tree_path("%s/%s", dir, numbers[i].name).text, 0444, "0x%0*x\n",
                    numbers[i].digits, numbers[i].value);
}

static void put_resources(const struct tree *t, const char *dir)
{
    static const char none[] = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";

    tree_printf(t, tree_path("%s/resource", dir).text, 0444,
                "0x00000000fa000000 0x00000000faffffff 0x0000000000040200\n"
                "0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n"
                "%s%s%s%s%s%s%s%s%s%s%s",
                none, none, none, none, none, none, none, none, none, none, none);
}

static void put_drm(const struct tree *t, const char *real, const struct pci_device *d)
{
    const char *list = d->drm;
    char name[32];

    while (list_next(&list, name, sizeof(name))) {
        struct tree_path dir = tree_path("/sys/%s/drm/%s", real, name);
        unsigned minor = drm_minor(name);

        tree_printf(t, tree_path("%s/dev", dir.text).text, 0444, "%d:%u\n", MAJOR_DRM, minor);
        tree_printf(t, tree_path("%s/uevent", dir.text).text, 0644,
                    "MAJOR=%d\nMINOR=%u\nDEVNAME=dri/%s\nDEVTYPE=drm_minor\n", MAJOR_DRM, minor,
                    name);
        tree_link(t, tree_path("%s/device", dir.text).text, tree_path("../../../%s", d->bdf).text);
        tree_link(t, tree_path("%s/subsystem", dir.text).text, "../../../../../class/drm");
        tree_link(t, tree_path("/sys/class/drm/%s", name).text,
                  tree_path("../../%s/drm/%s", real, name).text);
        tree_link(t, tree_path("/sys/dev/char/%d:%u", MAJOR_DRM, minor).text,
                  tree_path("../../%s/drm/%s", real, name).text);
    }
}

static void put_links(const struct tree *t, const char *real, const struct pci_device *d)
{
    tree_link(t, tree_path("/sys/bus/pci/devices/%s", d->bdf).text,
              tree_path("../../../%s", real).text);
    tree_link(t, tree_path("/sys/%s/subsystem", real).text, "../../../bus/pci");
    if (!d->driver)
        return;
    tree_link(t, tree_path("/sys/bus/pci/drivers/%s/%s", d->driver, d->bdf).text,
              tree_path("../../../../%s", real).text);
    tree_link(t, tree_path("/sys/%s/driver", real).text,
              tree_path("../../../bus/pci/drivers/%s", d->driver).text);
}

static void put_pci_device(const struct tree *t, const struct pci_device *d)
{
    int bus_len = (int)(strrchr(d->bdf, ':') - d->bdf);
    struct tree_path real = tree_path("devices/pci%.*s/%s", bus_len, d->bdf, d->bdf);
    struct tree_path dir = tree_path("/sys/%s", real.text);
    unsigned char config[256];

    fill_config(config, d);
    tree_file(t, tree_path("%s/config", dir.text).text, 0644, config, sizeof(config));
    put_numbers(t, dir.text, d);
    put_resources(t, dir.text);
    tree_printf(t, tree_path("%s/irq", dir.text).text, 0444, "%u\n", d->irq);
    tree_printf(t, tree_path("%s/enable", dir.text).text, 0644, "1\n");
    tree_printf(t, tree_path("%s/numa_node", dir.text).text, 0644, "0\n");
    tree_printf(t, tree_path("%s/local_cpulist", dir.text).text, 0444, "0-1\n");
    tree_printf(t, tree_path("%s/modalias", dir.text).text, 0444,
                "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n", d->vendor, d->device,
                d->subsys_vendor, d->subsys_device, d->class_code >> 16 & 0xff,
                d->class_code >> 8 & 0xff, d->class_code & 0xff);
    tree_printf(t, tree_path("%s/uevent", dir.text).text, 0644,
                "%s%s%sPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SLOT_NAME=%s\n",
                d->driver ? "DRIVER=" : "", d->driver ? d->driver : "", d->driver ? "\n" : "",
                d->class_code, d->vendor, d->device, d->bdf);
    put_links(t, real.text, d);
    put_drm(t, real.text, d);
}

static void put_modules(const struct tree *t, const struct machine *m)
{
    static const char *const modules[] = {"nvidia", "nvidia_drm", "nvidia_modeset", "nvidia_uvm"};

    tree_printf(t, "/sys/module/firmware_class/parameters/path", 0644, "%s\n", m->firmware_path);
    for (size_t i = 0; m->loaded && i < sizeof(modules) / sizeof(modules[0]); i++) {
        struct tree_path dir = tree_path("/sys/module/%s", modules[i]);

        tree_printf(t, tree_path("%s/initstate", dir.text).text, 0444, "live\n");
        tree_printf(t, tree_path("%s/refcnt", dir.text).text, 0444, "1\n");
        tree_printf(t, tree_path("%s/version", dir.text).text, 0444, "%s\n", m->driver_version);
    }
}

void build_sys(const struct tree *t, const struct machine *m)
{
    tree_dir(t, "/sys/bus/pci/devices", 0755);
    tree_dir(t, "/sys/bus/pci/slots", 0755);
    tree_dir(t, "/sys/class/drm", 0755);
    for (size_t i = 0; i < m->n_pci; i++)
        put_pci_device(t, &m->pci[i]);
    put_modules(t, m);
}
