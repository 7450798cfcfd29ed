/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/roots.h"

#include <fcntl.h>
#include <string.h>

#include "base/arena.h"

static int open_inside(struct root *root, const struct root *system, const char *path,
                       const char *what, struct arena *arena, const char **prefix,
                       struct cdi_error *err)
{
    int fd = root_openat(system, path, O_PATH | O_DIRECTORY);
    const char *canonical;

    if (fd < 0)
        return cdi_error_set_errno(err, -fd, "cannot open the %s %s", what, path);
    root->fd = fd;
    canonical = root_realpath(system, path, arena);
    if (!canonical)
        return cdi_error_nomem(err);
    root->path = canonical;
    *prefix = strcmp(canonical, "/") == 0 ? "" : canonical;
    return 0;
}

static bool is_foreign(const struct root *system)
{
    struct stat own, host;

    return fstat(system->fd, &own) < 0 || stat("/", &host) < 0 || own.st_dev != host.st_dev ||
           own.st_ino != host.st_ino;
}

/* The driver root that is meant, and the dev root. */
static const char *driver_root(const struct generate_options *options)
{
    return options->driver_root && *options->driver_root ? options->driver_root : "/";
}

static const char *dev_root(const struct generate_options *options)
{
    return options->dev_root && *options->dev_root ? options->dev_root : driver_root(options);
}

int roots_open(struct roots *roots, const struct generate_options *options, struct arena *arena,
               struct cdi_error *err)
{
    int r = root_open(&roots->system, options->root, err);

    roots->foreign = r == 0 && is_foreign(&roots->system);
    if (r == 0)
        r = open_inside(&roots->driver, &roots->system, driver_root(options), "driver root", arena,
                        &roots->driver_prefix, err);
    if (r == 0)
        r = open_inside(&roots->dev, &roots->system, dev_root(options), "dev root", arena,
                        &roots->dev_prefix, err);
    return r;
}

const char *roots_missing(const struct roots *roots, const struct generate_options *options)
{
    if (roots->system.fd < 0)
        return options->root && *options->root ? options->root : "/";
    if (roots->driver.fd < 0)
        return driver_root(options);
    return roots->dev.fd < 0 ? dev_root(options) : NULL;
}

void roots_close(struct roots *roots)
{
    root_close(&roots->system);
    root_close(&roots->driver);
    root_close(&roots->dev);
}
