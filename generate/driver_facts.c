/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver_facts.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/driver/find.h"
#include "generate/machine/cuda.h"
#include "generate/machine/procfs.h"
#include "generate/roots.h"

#define CUDA_NAME "libcuda.so.1"

/* As the CUDA version is written: 12080 is 12.8. */
static int set_cuda(const struct cuda_facts *cuda, struct arena *arena,
                    struct generate_driver_facts *out, struct cdi_error *err)
{
    if (cuda->version > 0 && !(out->cuda = arena_printf(arena, "%d.%d", cuda->version / 1000,
                                                        cuda->version % 1000 / 10)))
        return cdi_error_nomem(err);
    if (cuda->major > 0 && !(out->arch = arena_printf(arena, "%d.%d", cuda->major, cuda->minor)))
        return cdi_error_nomem(err);
    return 0;
}

static int ask_cuda(const struct roots *roots, const struct generate_options *options,
                    struct arena *arena, struct generate_driver_facts *out, struct cdi_error *err)
{
    const struct driver_search search = {
        .system = &roots->system,
        .root = &roots->driver,
        .prefix = roots->driver_prefix,
        .library_paths = {options->library_paths.items, options->library_paths.n},
    };
    struct driver_finder *finder = arena_alloc(arena, sizeof *finder);
    struct cuda_facts cuda;
    const char *library;
    int r = finder ? driver_finder_init(finder, &search, arena, err) : cdi_error_nomem(err);

    if (r == 0)
        r = driver_finder_library(finder, CUDA_NAME, &library, err);
    if (r < 0)
        return r;
    if (cuda_read(library ? library : CUDA_NAME, &cuda, NULL) < 0)
        return 0;
    return set_cuda(&cuda, arena, out, err);
}

int generate_driver_facts(const struct generate_options *options, struct arena *arena,
                          struct generate_driver_facts *out, struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    int r = roots_open(&roots, options, arena, err);

    *out = (struct generate_driver_facts){NULL, NULL, NULL};
    if (r < 0)
        return r;
    if (procfs_driver_version(&roots.system, arena, &out->driver, NULL) < 0)
        out->driver = NULL;
    return roots.foreign ? 0 : ask_cuda(&roots, options, arena, out, err);
}
