/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/cuda.h"

#include "base/cleanup.h"
#include "generate/machine/guest.h"

/* CUdevice_attribute */
#define COMPUTE_CAPABILITY_MAJOR 75
#define COMPUTE_CAPABILITY_MINOR 76

/* All return a CUresult, 0 for success; a CUdevice is an int. */
struct functions {
    int (*driver_get_version)(int *version);
    int (*init)(unsigned flags);
    int (*device_get)(int *device, int ordinal);
    int (*device_get_attribute)(int *value, int attribute, int device);
};

static const struct guest_symbol symbols[] = {
    {offsetof(struct functions, driver_get_version), {"cuDriverGetVersion"}},
    {offsetof(struct functions, init), {"cuInit"}},
    {offsetof(struct functions, device_get), {"cuDeviceGet"}},
    {offsetof(struct functions, device_get_attribute), {"cuDeviceGetAttribute"}},
};

static void read_capability(const struct functions *f, struct cuda_facts *out)
{
    int device, major, minor;

    if (!f->init || !f->device_get || !f->device_get_attribute)
        return;
    if (f->init(0) != 0 || f->device_get(&device, 0) != 0 ||
        f->device_get_attribute(&major, COMPUTE_CAPABILITY_MAJOR, device) != 0 ||
        f->device_get_attribute(&minor, COMPUTE_CAPABILITY_MINOR, device) != 0)
        return;
    out->major = major;
    out->minor = minor;
}

int cuda_read(const char *library, struct cuda_facts *out, struct cdi_error *err)
{
    _cleanup_guest_ void *handle = NULL;
    struct functions f = {NULL, NULL, NULL, NULL};
    int version, r = guest_open(library, &handle, err);

    *out = (struct cuda_facts){.version = 0};
    if (r < 0)
        return r;
    (void)guest_resolve(handle, symbols, ARRAY_SIZE(symbols), &f);
    if (f.driver_get_version && f.driver_get_version(&version) == 0)
        out->version = version;
    read_capability(&f, out);
    return 0;
}
