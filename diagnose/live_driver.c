/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version of NVIDIA's driver, which its libraries and its firmware carry in their names and
 * the kernel module in /proc. They work together only if it is the same.
 */
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "base/root.h"
#include "diagnose/live_internal.h"
#include "generate/machine/procfs.h"

/* A driver's version has three digits first: 570.86.15, 450.51. Other libraries' have fewer. */
static bool is_driver_version(const char *s, size_t len)
{
    size_t digits = 0, dots = 0;

    for (size_t i = 0; i < len; i++) {
        if (ascii_isdigit(s[i])) {
            digits++;
            continue;
        }
        if (s[i] != '.' || digits == 0 || digits > 3 || (dots == 0 && digits != 3))
            return false;
        dots++;
        digits = 0;
    }
    return dots >= 1 && dots <= 2 && digits >= 1 && digits <= 3;
}

/* libcuda.so.570.86.15 */
static const char *version_of_library(const char *path)
{
    const char *base = path_base(path), *so = strstr(base, ".so.");

    if (!so || strncmp(base, "lib", 3) != 0 ||
        (strncmp(base, "libcuda", 7) != 0 && strncmp(base, "libnv", 5) != 0 &&
         !strstr(base, "nvidia")))
        return NULL;
    return is_driver_version(so + 4, strlen(so + 4)) ? so + 4 : NULL;
}

/* The part of a path that is the version of a driver, from the arena, or NULL. */
static int version_of_path(struct live *live, const char *path, const char **out)
{
    static const char firmware[] = "/firmware/nvidia/";
    const char *library = version_of_library(path), *dir = strstr(path, firmware);
    size_t len;

    *out = NULL;
    if (library) {
        len = strlen(library);
    } else if (dir) {
        library = dir + sizeof firmware - 1;
        len = strcspn(library, "/");
        if (!is_driver_version(library, len))
            return 0;
    } else {
        return 0;
    }
    *out = arena_strndup(live->arena, library, len);
    return *out ? 0 : cdi_error_nomem(live->to.err);
}

int live_driver_read(struct live *live)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int r = procfs_driver_version(live->root, live->arena, &live->driver.loaded, &why);

    /* Nothing is known of what cannot be read, as of a module that is not loaded. */
    return r == -CDI_ERR_NOMEM ? cdi_error_nomem(live->to.err) : 0;
}

int live_driver_note(struct live *live, const struct member *at, const char *path)
{
    struct live_driver *driver = &live->driver;
    const char *version;
    int r = version_of_path(live, path, &version);

    if (r < 0 || !version || (driver->loaded && strcmp(driver->loaded, version) == 0))
        return r;
    if (driver->n_files++)
        return 0;
    driver->version = version;
    driver->file = path;
    driver->path = arena_strdup(live->arena, member_path(at, "").text);
    return driver->path ? 0 : cdi_error_nomem(live->to.err);
}

/* Which of the two is behind: that is the one whose files are gone. */
static const char *repair(const struct live *live)
{
    struct stat st;

    if (root_stat(live->root, live->driver.file, &st) == 0)
        return "restart the node, or unload the kernel modules and load those of the installed "
               "driver";
    return "the driver was changed after the document was generated: run `cdikit refresh`, or "
           "generate it again";
}

int live_driver_report(struct live *live)
{
    const struct live_driver *driver = &live->driver;

    if (!driver->n_files)
        return 0;
    if (!driver->loaded)
        return report_at(&live->to, RULE_LIVE_DRIVER_MISSING, driver->path,
                         cdi_spec_position(live->to.spec, driver->path),
                         "load it with `modprobe nvidia`; without one, see whether the "
                         "driver's kernel modules are built for this kernel",
                         "the document has files of NVIDIA's driver %s, and its kernel "
                         "module is not loaded: there is no " PROCFS_VERSION,
                         driver->version);
    return report_at(&live->to, RULE_LIVE_DRIVER_VERSION, driver->path,
                     cdi_spec_position(live->to.spec, driver->path), repair(live),
                     "the document has %zu path%s of NVIDIA's driver %s, and the kernel "
                     "module that is loaded is of %s",
                     driver->n_files, driver->n_files == 1 ? "" : "s", driver->version,
                     driver->loaded);
}
