/* SPDX-License-Identifier: Apache-2.0 */
/* Shared objects of a node: stubs where there are, else objects without content. */
#include "tests/fakenode/build.h"
#include "tests/fakenode/elf.h"

#include <string.h>

/* The stub library of that SONAME, or "". */
static struct tree_path stub_of(const struct machine *m, const char *soname)
{
    static const char *const stubs[][2] = {
        {"libcuda.so.1", "libcuda.so"},
        {"libdxcore.so", "libdxcore.so"},
        {"libnvidia-sandboxutils.so.1", "libnvidia-sandboxutils.so"},
    };

    if (!m->stubs)
        return tree_path("%s", "");
    if (strcmp(soname, "libnvidia-ml.so.1") == 0)
        return tree_path("%s/libnvidia-ml.%u.so", m->stubs, m->nvml_level);
    for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++) {
        if (strcmp(soname, stubs[i][0]) == 0)
            return tree_path("%s/%s", m->stubs, stubs[i][1]);
    }
    return tree_path("%s", "");
}

void build_library(const struct tree *t, const struct machine *m, const char *path,
                   const char *soname, unsigned bits)
{
    struct tree_path stub = stub_of(m, soname);
    union elf_image image;

    if (bits == 64 && *stub.text)
        tree_copy(t, path, stub.text);
    else if (bits == 64)
        tree_file(t, path, 0755, &image, elf_fill_64(&image.bits_64, soname));
    else
        tree_file(t, path, 0755, &image, elf_fill_32(&image.bits_32, soname));
}
