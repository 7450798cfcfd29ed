/* SPDX-License-Identifier: Apache-2.0 */
/* See sandboxutils.h. With NO_CONTENT: one function, and the texts of errors, are missing. */
#include "tests/unit/stubs/sandboxutils.h"

#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define API __attribute__((visibility("default")))

API struct fake_sandbox fake_sandbox;

/* As a library that trusts the size which it was given: the NUL may be missing. */
static void put_text(char *to, unsigned size, const char *text)
{
    size_t len = strlen(text) + 1;

    memcpy(to, text, len < size ? len : size);
}

API int nvSandboxUtilsInit(struct sandboxutils_init *init)
{
    fake_sandbox.inits++;
    fake_sandbox.init = *init;
    return fake_sandbox.init_code;
}

API int nvSandboxUtilsShutdown(void)
{
    fake_sandbox.shutdowns++;
    return 1;
}

API int nvSandboxUtilsGetDriverVersion(char *version, unsigned size)
{
    fake_sandbox.versions++;
    if (fake_sandbox.version)
        put_text(version, size, fake_sandbox.version);
    return fake_sandbox.version_code;
}

API int nvSandboxUtilsGetGpuResource(struct sandboxutils_query *query)
{
    fake_sandbox.queries++;
    if (query->version != 1)
        return 5;
    for (size_t i = 0; i < 3; i++) {
        struct fake_sandbox_device *device = &fake_sandbox.devices[i];

        if (!device->uuid || strcmp(device->uuid, query->input) != 0)
            continue;
        if (device->type != query->type)
            return 3;
        query->files = device->files;
        return fake_sandbox.failing && strcmp(device->uuid, fake_sandbox.failing) == 0 ? 65535 : 0;
    }
    return 8;
}

#ifndef NO_CONTENT
API int nvSandboxUtilsGetFileContent(char *path, char *content, unsigned *size)
{
    fake_sandbox.contents++;
    if (*size != 256 || !*path)
        return 3;
    put_text(content, *size, fake_sandbox.content);
    return fake_sandbox.content_code;
}

API const char *nvSandboxUtilsErrorString(int code)
{
    return code == 8 ? "Device not found" : "Unknown error";
}
#endif
