/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/library.h"

#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/elf.h"
#include "base/root.h"
#include "generate/glob.h"

static int open_library(const struct locate *locate, const char *path)
{
    return root_openat(locate->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

/* Length of "libcuda.so" in "libcuda.so.1": up to the last component "so"; 0 if there is none. */
static size_t dev_name_length(const char *soname)
{
    size_t len = strlen(soname);

    while (len > 3) {
        if (memcmp(soname + len - 3, ".so", 3) == 0)
            return len;
        while (len && soname[len - 1] != '.')
            len--;
        len -= len > 0;
    }
    return 0;
}

/* What stands beside the library under the names that it goes by. */
static int read_links(struct locate *locate, const char *dir, struct driver_file *file,
                      struct cdi_error *err)
{
    int r = locate_is_link(locate, dir, file->soname, &file->soname_is_link, err);
    size_t len = dev_name_length(file->soname);

    if (r < 0 || len == 0)
        return r;
    if (!(file->dev_name = arena_strndup(locate->arena, file->soname, len)))
        return cdi_error_nomem(err);
    return locate_is_link(locate, dir, file->dev_name, &file->dev_name_is_link, err);
}

int library_read(struct locate *locate, const char *path, struct driver_file *file,
                 struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    const char *name = strrchr(path, '/') + 1, *dir;
    _cleanup_close_ int fd = -1;
    const char *soname = NULL;
    int r;

    if (!glob_match("*.*.*", name))
        return 0;
    dir = arena_strndup(locate->arena, path, name - path > 1 ? (size_t)(name - path - 1) : 1);
    if (!dir)
        return cdi_error_nomem(err);
    fd = open_library(locate, path);
    r = fd < 0 ? cdi_error_set_errno(&problem, -fd, "cannot open")
               : elf_soname(fd, locate->arena, &soname, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        file->problem = arena_strdup(locate->arena, problem.message);
        return file->problem ? 0 : cdi_error_nomem(err);
    }
    file->soname = soname && !strchr(soname, '/') ? soname : name;
    return read_links(locate, dir, file, err);
}

bool library_is_32bit(const struct locate *locate, const char *path)
{
    _cleanup_close_ int fd = open_library(locate, path);

    return fd >= 0 && elf_is_32bit(fd);
}
