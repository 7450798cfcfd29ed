/* SPDX-License-Identifier: Apache-2.0 */
/* The PCI bus, read through libpci from sysfs (kernel: Documentation/PCI/sysfs-pci.rst). */
#ifndef CDIKIT_GENERATE_MACHINE_PCI_H
#define CDIKIT_GENERATE_MACHINE_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

#include "generate/machine/machine.h"

struct root;

#define PCI_VENDOR_NVIDIA 0x10de
#define PCI_CLASS_VGA     0x0300
#define PCI_CLASS_3D      0x0302

/* A display controller. */
struct pci_display {
    struct pci_address address;
    const char *name;   /* "0000:3b:00.0" */
    const char *driver; /* kernel driver that has taken it, NULL if none */
};

/* Reads "0000:3b:00.0" (1 to 8 hex digits of domain, either case); the whole text must fit. */
bool pci_address_parse(const char *text, struct pci_address *out);

/* As sysfs writes it: "0000:3b:00.0"; a domain above ffff takes the digits it needs. */
const char *pci_address_format(struct pci_address address, struct arena *arena);

/* Order of addresses, as strcmp() gives it. */
int pci_address_compare(struct pci_address a, struct pci_address b) CDI_PURE;

/*
 * The display controllers (classes PCI_CLASS_VGA and PCI_CLASS_3D) of a vendor, by address, in
 * *out. A machine without PCI has none. A function that vanishes or cannot be read while we look
 * is skipped. Errors: UNSUPPORTED (libpci cannot read this sysfs), IO, NOMEM.
 */
int pci_displays(const struct root *root, uint16_t vendor, struct arena *arena,
                 struct pci_display **out, size_t *n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
