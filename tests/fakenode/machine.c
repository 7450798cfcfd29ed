/* SPDX-License-Identifier: Apache-2.0 */
/* From the records of a description to the facts of a machine. */
#include "tests/fakenode/machine.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI_VENDOR_NVIDIA  0x10deU
#define PCI_CLASS_3D       0x030200U
#define PCI_SUBSYS_DEFAULT 0x1000U
#define FIRST_GPU_IRQ      100U

unsigned mig_gi_minor(unsigned gpu_minor, unsigned gi)
{
    return 3 + (gpu_minor * MIG_MAX_GIS + gi) * (1 + MIG_MAX_CIS);
}

unsigned mig_ci_minor(unsigned gpu_minor, unsigned gi, unsigned ci)
{
    return mig_gi_minor(gpu_minor, gi) + 1 + ci;
}

static size_t count(const struct desc *desc, const char *keyword)
{
    size_t n = 0;

    for (const struct record *r = desc_next(desc, keyword, NULL); r;
         r = desc_next(desc, keyword, r))
        n++;
    return n;
}

static void *array_of(size_t n, size_t size)
{
    void *array = calloc(n ? n : 1, size);

    if (!array)
        err(FAKENODE_FAILED, "cannot read the machine description");
    return array;
}

/* The text was checked on reading: numbers with one character between them. */
static void put_bdf(char bdf[MACHINE_BDF_SIZE], const char *text)
{
    unsigned long numbers[4];
    char *rest;

    for (size_t i = 0; i < 4; i++) {
        numbers[i] = strtoul(text, &rest, 16);
        text = rest + 1;
    }
    snprintf(bdf, MACHINE_BDF_SIZE, "%04lx:%02lx:%02lx.%lx", numbers[0] & 0xffffffff,
             numbers[1] & 0xff, numbers[2] & 0x1f, numbers[3] & 0x7);
}

static void add_pci(struct machine *m, const struct record *r, struct pci_device device)
{
    for (size_t i = 0; i < m->n_pci; i++) {
        if (strcmp(m->pci[i].bdf, device.bdf) == 0)
            desc_fail(&m->desc, r->line, "PCI address %s is taken", device.bdf);
    }
    device.drm = record_text(r, "drm", "");
    m->pci[m->n_pci++] = device;
}

static void read_gpu(struct machine *m, const struct record *r)
{
    struct gpu *gpu = &m->gpus[m->n_gpus];
    const char *pci = record_text(r, "pci", "");
    const char *mig = record_text(r, "mig", "unsupported");
    unsigned id = record_number(r, "devid", 0);
    unsigned subsys = record_number(r, "subsys", PCI_SUBSYS_DEFAULT << 16 | PCI_VENDOR_NVIDIA);
    struct pci_device device = {
        .vendor = id & 0xffff,
        .device = id >> 16,
        .subsys_vendor = subsys & 0xffff,
        .subsys_device = subsys >> 16,
        .class_code = record_number(r, "class", PCI_CLASS_3D),
        .irq = FIRST_GPU_IRQ + (unsigned)m->n_gpus,
        .driver = m->loaded ? "nvidia" : NULL,
    };

    *gpu = (struct gpu){
        .minor = record_number(r, "minor", (unsigned)m->n_gpus),
        .uuid = record_text(r, "uuid", ""),
        .name = record_text(r, "name", ""),
        .irq = device.irq,
        .has_pci = strcmp(pci, "unsupported") != 0,
        .mig_capable = strcmp(mig, "unsupported") != 0,
        .mig_on = strcmp(mig, "on") == 0,
    };
    if (gpu->has_pci) {
        put_bdf(gpu->bdf, pci);
        put_bdf(device.bdf, pci);
        gpu->has_proc = record_switch(r, "proc", true);
        if (record_switch(r, "bus", true))
            add_pci(m, r, device);
    }
    m->mig_capable |= gpu->mig_capable;
    m->n_gpus++;
}

static void read_pci(struct machine *m, const struct record *r)
{
    struct pci_device device = {
        .vendor = record_number(r, "vendor", 0),
        .device = record_number(r, "device", 0),
        .subsys_vendor = record_number(r, "subsys_vendor", record_number(r, "vendor", 0)),
        .subsys_device = record_number(r, "subsys_device", PCI_SUBSYS_DEFAULT),
        .class_code = record_number(r, "class", 0),
        .driver = record_text(r, "driver", NULL),
    };

    put_bdf(device.bdf, record_text(r, "bdf", ""));
    add_pci(m, r, device);
}

static void read_mig(struct machine *m, const struct record *r)
{
    size_t gpu = record_number(r, "gpu", 0);
    struct mig_device mig = {.gi = record_number(r, "gi", 0), .ci = record_number(r, "ci", 0)};

    if (gpu >= m->n_gpus || !m->gpus[gpu].mig_on)
        desc_fail(&m->desc, r->line, "there is no GPU %zu with mig=on", gpu);
    if (mig.gi >= MIG_MAX_GIS || mig.ci >= MIG_MAX_CIS || m->gpus[gpu].minor >= MIG_MAX_GPUS)
        desc_fail(&m->desc, r->line, "the driver has no device minor for this MIG device");
    mig.gpu = &m->gpus[gpu];
    m->migs[m->n_migs++] = mig;
}

static int by_bdf(const void *a, const void *b)
{
    const struct pci_device *x = a, *y = b;

    return strcmp(x->bdf, y->bdf);
}

void machine_read(struct machine *m, const char *path, const char *stubs)
{
    static const struct record no_system;
    static const struct {
        const char *keyword;
        void (*read)(struct machine *m, const struct record *r);
    } readers[] = {{"gpu", read_gpu}, {"pci", read_pci}, {"mig", read_mig}};
    const struct record *system;

    *m = (struct machine){.stubs = stubs};
    desc_read(&m->desc, path);
    system = desc_next(&m->desc, "system", NULL);
    if (!system)
        system = &no_system;
    m->driver_version = record_text(system, "driver", "");
    m->loaded = record_switch(system, "loaded", *m->driver_version != '\0');
    m->open_modules = record_switch(system, "open", false);
    m->modify_device_files = record_number(system, "modify_device_files", 1);
    m->firmware_path = record_text(system, "firmware_path", "");
    m->ld_cache = record_switch(system, "ld_cache", true);
    m->nvml_level = record_number(system, "nvml_level", 580);
    m->gpus = array_of(count(&m->desc, "gpu"), sizeof(*m->gpus));
    m->migs = array_of(count(&m->desc, "mig"), sizeof(*m->migs));
    m->pci = array_of(count(&m->desc, "gpu") + count(&m->desc, "pci"), sizeof(*m->pci));
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        const char *keyword = readers[i].keyword;
        const struct record *r;

        for (r = desc_next(&m->desc, keyword, NULL); r; r = desc_next(&m->desc, keyword, r))
            readers[i].read(m, r);
    }
    qsort(m->pci, m->n_pci, sizeof(*m->pci), by_bdf);
}

void machine_free(struct machine *m)
{
    free(m->gpus);
    free(m->migs);
    free(m->pci);
    desc_free(&m->desc);
}
