/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen of the driver: its modules, its libraries, and the GPUs that it should have. */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "diagnose/doctor_look.h"
#include "generate/driver/find.h"
#include "generate/generate.h"
#include "generate/machine/pci.h"
#include "generate/machine/procfs.h"
#include "generate/roots.h"

/* Debian calls its modules nvidia-current. */
static const char *const module_versions[DOCTOR_MODULES] = {
    "/sys/module/nvidia/version",
    "/sys/module/nvidia_uvm/version",
    "/sys/module/nvidia_modeset/version",
    "/sys/module/nvidia_drm/version",
    "/sys/module/nvidia_current/version",
    "/sys/module/nvidia_current_uvm/version",
    "/sys/module/nvidia_current_modeset/version",
    "/sys/module/nvidia_current_drm/version",
};

/* By these generate knows the machines, too. */
static const char *const other_kinds[] = {"/dev/dxg", "/etc/nv_tegra_release"};

/* Whose file names end in the driver's version, and which every driver has. */
static const char *const libraries[] = {"libcuda.so.", "libnvidia-ml.so."};

static bool is_started(const struct pci_display *display, const struct procfs_gpu *gpus, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pci_address_compare(display->address, gpus[i].address) == 0)
            return true;
    return false;
}

static int look_gpus(const struct doctor_look *look, struct doctor_driver *out,
                     struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct pci_display *displays = NULL;
    struct procfs_gpu *gpus = NULL;
    size_t n = 0, n_gpus = 0;
    int r = pci_displays(&look->roots->system, PCI_VENDOR_NVIDIA, look->arena, &displays, &n, &why);

    if (r == 0)
        r = procfs_gpus(&look->roots->system, look->arena, &gpus, &n_gpus, &why);
    if (r < 0)
        return doctor_problem(look, &why, &out->gpus_problem, err);
    out->gpus = arena_calloc(look->arena, n, sizeof *out->gpus);
    if (!out->gpus)
        return cdi_error_nomem(err);
    for (; out->n_gpus < n; out->n_gpus++)
        out->gpus[out->n_gpus] = (struct doctor_gpu){
            displays[out->n_gpus].name, displays[out->n_gpus].driver,
            is_started(&displays[out->n_gpus], gpus, n_gpus)};
    return 0;
}

/* True if a file is the module "nvidia", which may be compressed. */
static bool is_module(const char *path, size_t len)
{
    static const char *const names[] = {"/nvidia.ko", "/nvidia-current.ko"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (memmem(path, len, names[i], strlen(names[i])))
            return true;
    return false;
}

/* Adds the files of the module in a text of modules.dep: what is before each colon. */
static int add_module_files(const struct doctor_look *look, const char *text,
                            struct doctor_driver *out, struct cdi_error *err)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        size_t len = strcspn(text, ":\n");
        const char **all;

        if (!is_module(text, len))
            continue;
        all = arena_grow(look->arena, out->module_files, out->n_module_files, sizeof *all);
        if (!all || !(all[out->n_module_files] = arena_strndup(look->arena, text, len)))
            return cdi_error_nomem(err);
        out->n_module_files++;
        out->module_files = all;
    }
    return 0;
}

static int look_modules(const struct doctor_look *look, struct doctor_driver *out,
                        struct cdi_error *err)
{
    struct doctor_text release = {.text = NULL}, dep = {.text = NULL};
    const char *path;
    int r = doctor_read(look, PROCFS_VERSION, &out->version, err);

    if (r == 0 && out->version.text &&
        !procfs_parse_version(out->version.text, strlen(out->version.text), look->arena,
                              &out->loaded))
        r = cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < DOCTOR_MODULES; i++)
        r = doctor_read(look, module_versions[i], &out->modules[i], err);
    if (r == 0)
        r = doctor_read(look, "/proc/sys/kernel/osrelease", &release, err);
    if (r < 0 || !release.text)
        return r;
    path = arena_printf(look->arena, "/lib/modules/%s/modules.dep", release.text);
    r = path ? doctor_read(look, path, &dep, err) : cdi_error_nomem(err);
    if (r < 0 || !dep.text)
        return r;
    out->modules_dep = path;
    return add_module_files(look, dep.text, out, err);
}

/* The version that ends the name of a library; NULL if there is none: libcuda.so.1 is a link. */
static const char *library_version(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(libraries); i++) {
        size_t len = strlen(libraries[i]);

        if (strncmp(name, libraries[i], len) == 0 && strchr(name + len, '.') &&
            strspn(name + len, "0123456789.") == strlen(name + len))
            return name + len;
    }
    return NULL;
}

/* Adds the libraries of a directory that have a version. */
static int add_libraries(const struct doctor_look *look, const char *dir, struct doctor_driver *out,
                         struct cdi_error *err)
{
    const char **names = NULL;
    size_t n = 0;

    if (root_list(&look->roots->system, dir, look->arena, &names, &n) < 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        const char *version = library_version(names[i]), *path;
        struct doctor_library *all;

        if (!version)
            continue;
        all = arena_grow(look->arena, out->libraries, out->n_libraries, sizeof *all);
        path = arena_printf(look->arena, "%s/%s", dir, names[i]);
        if (!all || !path)
            return cdi_error_nomem(err);
        all[out->n_libraries++] = (struct doctor_library){path, version};
        out->libraries = all;
    }
    return 0;
}

static int look_libraries(const struct doctor_look *look, struct doctor_driver *out,
                          struct cdi_error *err)
{
    const struct driver_search search = {
        .system = &look->roots->system,
        .root = &look->roots->driver,
        .prefix = look->roots->driver_prefix,
    };
    struct driver_finder *finder = arena_alloc(look->arena, sizeof *finder);
    const char *seen = NULL;
    int r = finder ? driver_finder_init(finder, &search, look->arena, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(libraries); i++) {
        const char *name = arena_printf(look->arena, "%s*", libraries[i]), *path = NULL, *dir;

        r = name ? driver_finder_library(finder, name, &path, err) : cdi_error_nomem(err);
        if (r < 0 || !path)
            continue;
        dir = arena_strndup(look->arena, path, (size_t)(path_base(path) - path) - 1);
        if (!dir)
            return cdi_error_nomem(err);
        if (!seen || strcmp(seen, dir) != 0)
            r = add_libraries(look, dir, out, err);
        seen = dir;
    }
    return r;
}

int doctor_look_driver(const struct doctor_look *look, struct doctor_driver *out,
                       struct cdi_error *err)
{
    const struct generate_options *o = look->options;
    struct stat st;
    int r;

    *out = (struct doctor_driver){.root = "", .root_problem = look->driver_root_problem};
    if (o->driver_root && strcmp(o->driver_root, "/") != 0)
        out->root = o->driver_root;
    for (size_t i = 0; i < ARRAY_SIZE(other_kinds); i++)
        out->other_kind = out->other_kind ||
                          root_stat(&look->roots->system, other_kinds[i], &st) == 0;
    r = look_gpus(look, out, err);
    if (r == 0)
        r = look_modules(look, out, err);
    return r < 0 || out->root_problem ? r : look_libraries(look, out, err);
}
