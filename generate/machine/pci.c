/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

/* libpci's header is not written for our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#include <pci/pci.h>
#pragma GCC diagnostic pop

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"

#define BUS     "/sys/bus/pci"
#define DEVICES BUS "/devices"

/* Reads hex digits, at least one and at most `max`; NULL if there are none or too many. */
static const char *take_hex(const char *s, int max, uint32_t *out)
{
    int n = 0;

    for (*out = 0; n <= max; n++) {
        char c = *s++;

        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            *out = *out << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return n > 0 ? s - 1 : NULL;
    }
    return NULL;
}

bool pci_address_parse(const char *text, struct pci_address *out)
{
    uint32_t domain, bus, device, function;

    if (!(text = take_hex(text, 8, &domain)) || *text++ != ':' ||
        !(text = take_hex(text, 2, &bus)) || *text++ != ':' ||
        !(text = take_hex(text, 2, &device)) || *text++ != '.' ||
        !(text = take_hex(text, 1, &function)) || *text)
        return false;
    if (device > 31 || function > 7)
        return false;
    *out = (struct pci_address){domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function};
    return true;
}

const char *pci_address_format(struct pci_address a, struct arena *arena)
{
    return arena_printf(arena, "%04x:%02x:%02x.%x", a.domain, a.bus, a.device, a.function);
}

static uint64_t address_number(struct pci_address a)
{
    return (uint64_t)a.domain << 24 | (uint64_t)a.bus << 16 | (uint64_t)a.device << 8 | a.function;
}

int pci_address_compare(struct pci_address a, struct pci_address b)
{
    uint64_t left = address_number(a), right = address_number(b);

    return (left > right) - (left < right);
}

/* libpci's error callback must not return, and ours must not end the process. */
static _Thread_local struct {
    jmp_buf place;
    bool no_memory;
    char message[256];
} trap;

static void on_error(char *format, ...) PCI_NONRET PCI_PRINTF(1, 2);
static void on_warning(char *format, ...) PCI_PRINTF(1, 2);

static void on_error(char *format, ...)
{
    va_list ap;

    if (errno == ENOMEM)
        trap.no_memory = true;
    va_start(ap, format);
    (void)vsnprintf(trap.message, sizeof trap.message, format, ap);
    va_end(ap);
    longjmp(trap.place, 1);
}

static void on_warning(char *format, ...)
{
    (void)format;
}

/* Each call into libpci that can fail comes from a function with the trap set. */
static bool guarded_init(struct pci_access *access, char *sysfs)
{
    char parameter[] = "sysfs.path";

    trap.no_memory = false;
    errno = 0;
    if (setjmp(trap.place))
        return false;
    (void)snprintf(trap.message, sizeof trap.message, "it has no parameter %s", parameter);
    if (pci_set_param(access, parameter, sysfs) < 0)
        return false;
    pci_init(access);
    return true;
}

static bool guarded_get(struct pci_access *access, struct pci_address a, struct pci_dev **out)
{
    errno = 0;
    if (setjmp(trap.place))
        return false;
    *out = pci_get_dev(access, (int)a.domain, a.bus, a.device, a.function);
    return true;
}

static bool guarded_fill(struct pci_dev *device, int what)
{
    errno = 0;
    if (setjmp(trap.place))
        return false;
    (void)pci_fill_info(device, what);
    return true;
}

static void access_free(struct pci_access **access)
{
    if (*access)
        pci_cleanup(*access);
}

static void device_free(struct pci_dev **device)
{
    if (*device)
        pci_free_dev(*device);
}

/* True of an attribute that libpci, which knows no root, opens as the file that we see. */
static bool is_attribute(const struct root *root, int bus, const char *path)
{
    struct stat inside, outside;

    return root_stat(root, path, &inside) == 0 && S_ISREG(inside.st_mode) &&
           fstatat(bus, path + sizeof BUS, &outside, 0) == 0 && inside.st_dev == outside.st_dev &&
           inside.st_ino == outside.st_ino;
}

/*
 * Whether libpci may look at a function: in a tree that is not the kernel's there can be FIFOs,
 * for whose writer it would wait, and symlinks that lead it out of the root. `bus` is BUS.
 */
static bool is_safe(const struct root *root, int bus, const char *name)
{
    static const char *const attributes[] = {"vendor", "device", "class"};
    struct statfs fs;

    if (fstatfs(bus, &fs) == 0 && fs.f_type == SYSFS_MAGIC)
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
        char path[128];

        (void)snprintf(path, sizeof path, DEVICES "/%s/%s", name, attributes[i]);
        if (!is_attribute(root, bus, path))
            return false;
    }
    return true;
}

/* Reads a name as sysfs writes it: by any other libpci would look at another function. */
static bool parse_name(const char *name, struct pci_address *out, struct arena *arena)
{
    const char *formatted = pci_address_parse(name, out) ? pci_address_format(*out, arena) : NULL;

    return formatted && strcmp(formatted, name) == 0 && out->domain <= INT32_MAX;
}

/* True if the function is a display controller of the vendor. */
static bool is_display(struct pci_access *access, struct pci_address address, uint16_t vendor)
{
    _cleanup_(device_free) struct pci_dev *device = NULL;

    if (!guarded_get(access, address, &device) || !guarded_fill(device, PCI_FILL_IDENT) ||
        device->vendor_id != vendor || !guarded_fill(device, PCI_FILL_CLASS))
        return false;
    return device->device_class == PCI_CLASS_VGA || device->device_class == PCI_CLASS_3D;
}

/* The name of the driver that a function is bound to: its link's last component. */
static const char *bound_driver(const struct root *root, const char *name, struct arena *arena)
{
    char path[128];
    const char *link, *slash;

    (void)snprintf(path, sizeof path, DEVICES "/%s/driver", name);
    link = root_readlink(root, path, arena);
    slash = link ? strrchr(link, '/') : NULL;
    return slash ? slash + 1 : link;
}

static int compare_displays(const void *a, const void *b)
{
    return pci_address_compare(((const struct pci_display *)a)->address,
                               ((const struct pci_display *)b)->address);
}

/* Looks at each of the named functions: libpci's own scan gives up at an unknown name. */
static int take_displays(const struct root *root, int bus, struct pci_access *access,
                         uint16_t vendor, const char *const *names, size_t n_names,
                         struct arena *arena, struct pci_display **out, size_t *n,
                         struct cdi_error *err)
{
    for (size_t i = 0; i < n_names; i++) {
        struct pci_display display = {.name = names[i]};

        if (!parse_name(names[i], &display.address, arena) || !is_safe(root, bus, names[i]) ||
            !is_display(access, display.address, vendor)) {
            if (trap.no_memory)
                return cdi_error_nomem(err);
            continue;
        }
        display.driver = bound_driver(root, display.name, arena);
        *out = arena_grow(arena, *out, *n, sizeof **out);
        if (!*out)
            return cdi_error_nomem(err);
        (*out)[(*n)++] = display;
    }
    if (*n)
        qsort(*out, *n, sizeof **out, compare_displays);
    return 0;
}

int pci_displays(const struct root *root, uint16_t vendor, struct arena *arena,
                 struct pci_display **out, size_t *n, struct cdi_error *err)
{
    _cleanup_close_ int fd = root_openat(root, BUS, O_PATH | O_DIRECTORY);
    _cleanup_(access_free) struct pci_access *access = NULL;
    const char **names = NULL;
    char path[64];
    size_t n_names = 0;
    int r;

    *out = NULL;
    *n = 0;
    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    r = fd < 0 ? fd : root_list(root, DEVICES, arena, &names, &n_names);
    if (r == -ENOENT)
        return 0;
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot read " DEVICES);

    if (!(access = pci_alloc()))
        return cdi_error_nomem(err);
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    access->error = on_error;
    access->warning = on_warning;
    /* By descriptor: beneath the root, however long its name is. */
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!guarded_init(access, path)) {
        access = NULL; /* half set up, it cannot be freed: libpci would free what is not its own */
        return trap.no_memory ? cdi_error_nomem(err)
                              : cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                                              "libpci cannot read sysfs: %s", trap.message);
    }
    return take_displays(root, fd, access, vendor, names, n_names, arena, out, n, err);
}
