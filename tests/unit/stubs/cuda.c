/* SPDX-License-Identifier: Apache-2.0 */
/* See cuda.h. With NO_ATTRIBUTE: a library without the question for attributes. */
#include "tests/unit/stubs/cuda.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define API __attribute__((visibility("default")))

enum { INVALID_VALUE = 1, NOT_INITIALIZED = 3 };

API struct fake_cuda fake_cuda;
static int initialized;

API int cuDriverGetVersion(int *version)
{
    *version = fake_cuda.version;
    return fake_cuda.version_code;
}

API int cuInit(unsigned flags)
{
    initialized = flags == 0 && fake_cuda.init_code == 0;
    return fake_cuda.init_code;
}

API int cuDeviceGet(int *device, int ordinal)
{
    if (!initialized)
        return NOT_INITIALIZED;
    *device = 42;
    return ordinal == 0 ? fake_cuda.device_code : INVALID_VALUE;
}

#ifndef NO_ATTRIBUTE
API int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    if (!initialized || device != 42)
        return NOT_INITIALIZED;
    if (attribute != 75 && attribute != 76)
        return INVALID_VALUE;
    *value = attribute == 75 ? fake_cuda.major : fake_cuda.minor;
    return fake_cuda.attribute_code;
}
#endif
