/* SPDX-License-Identifier: Apache-2.0 */
/* The files of spec dirs: their names and paths, and writing and removing them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <cdikit/name.h>
#include <cdikit/validate.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "base/strbuf.h"
#include "cdi/registry_internal.h"
#include "cdi/spec_name.h"

enum {
    MOST_LINKS = 40, /* symlinks in one path, as in Linux */
};

bool spec_file_format(const char *name, enum cdi_format *format)
{
    struct spec_name read = spec_name(name);

    if (read.kind != SPEC_NAME_LOADED)
        return false;
    *format = read.format;
    return true;
}

const char *spec_file_join(struct arena *arena, const char *dir, const char *name)
{
    if (strcmp(dir, ".") == 0)
        return arena_strdup(arena, name);
    return arena_printf(arena, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name);
}

int cdi_spec_file_name(const char *kind, const char *transient_id, char **name,
                       struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct cdi_slice vendor, class_;
    char *text;

    if (!cdi_kind_split(kind, &vendor, &class_) || memchr(class_.s, '/', class_.len))
        return cdi_error_set(err, CDI_ERR_INVALID, "kind %s is not VENDOR/CLASS",
                             quote_string(kind).text);
    strbuf_add(&b, vendor.s, vendor.len);
    strbuf_addch(&b, '-');
    strbuf_add(&b, class_.s, class_.len);
    if (transient_id)
        strbuf_addch(&b, '_');
    for (const char *p = transient_id; p && *p; p++)
        strbuf_addch(&b, *p == '/' ? '_' : *p);
    text = strbuf_take(&b, NULL);
    if (!text)
        return cdi_error_nomem(err);
    *name = text;
    return 0;
}

/*
 * Where `dir`, which need not exist, is inside the root once the links on the way are followed;
 * NULL without memory or with more than *links links that lead to nothing.
 */
static const char *resolve_dir(const struct root *root, struct arena *arena, const char *dir,
                               int *links)
{
    const char *real = root_realpath(root, dir, arena);
    const char *slash = strrchr(dir, '/');
    const char *parent, *target;

    if (real || !*dir)
        return real ? real : "/";
    parent = slash ? arena_strndup(arena, dir, (size_t)(slash - dir)) : "";
    parent = parent ? resolve_dir(root, arena, parent, links) : NULL;
    if (!parent)
        return NULL;
    dir = spec_file_join(arena, parent, slash ? slash + 1 : dir);
    target = dir ? root_readlink(root, dir, arena) : NULL;
    if (!target)
        return dir;
    if ((*links)-- == 0)
        return NULL;
    if (*target != '/' && !(target = spec_file_join(arena, parent, target)))
        return NULL;
    target = path_clean(arena, target);
    return target ? resolve_dir(root, arena, target, links) : NULL;
}

/* The directory of highest priority as a path on this machine that stays beneath the root. */
static int target_dir(const struct cdi_registry *registry, struct arena *arena, const char **out,
                      struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *dir = registry->dirs[registry->n_dirs - 1];
    const char *real;
    int links = MOST_LINKS;
    int r;

    *out = dir;
    if (!registry->root)
        return 0;
    r = root_open(&root, registry->root, err);
    if (r < 0)
        return r;
    real = resolve_dir(&root, arena, dir, &links);
    if (!real && links < 0)
        return cdi_error_set_errno(err, ELOOP, "cannot find the spec dir %s", dir);
    real = real ? arena_printf(arena, "%s%s", registry->root, real) : NULL;
    if (!real)
        return cdi_error_nomem(err);
    *out = real;
    return 0;
}

/* The path and format of the file NAME in the directory of highest priority. */
static int target_path(const struct cdi_registry *registry, struct arena *arena, const char *name,
                       const char **path, enum cdi_format *format, struct cdi_error *err)
{
    const char *dir;
    int r;

    if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return cdi_error_set(err, CDI_ERR_USAGE, "%s is not a plain file name",
                             quote_string(name).text);
    r = target_dir(registry, arena, &dir, err);
    if (r < 0)
        return r;
    if (!spec_file_format(name, format)) {
        *format = CDI_FORMAT_YAML;
        name = arena_printf(arena, "%s.yaml", name);
    }
    *path = name ? spec_file_join(arena, dir, name) : NULL;
    return *path ? 0 : cdi_error_nomem(err);
}

int cdi_registry_write(struct cdi_registry *registry, const struct cdi_spec *spec, const char *name,
                       struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    enum cdi_format format = CDI_FORMAT_YAML;
    const char *path = NULL;
    int r;

    if (!arena)
        return cdi_error_nomem(err);
    r = target_path(registry, arena, name, &path, &format, err);
    if (r == 0)
        r = cdi_spec_check(spec, err);
    if (r == 0)
        r = cdi_spec_write(spec, path, format, 0644, true, err);
    return r;
}

int cdi_registry_remove(struct cdi_registry *registry, const char *name, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    enum cdi_format format;
    const char *path = NULL;
    int r;

    if (!arena)
        return cdi_error_nomem(err);
    r = target_path(registry, arena, name, &path, &format, err);
    if (r < 0 || !path || unlink(path) == 0 || errno == ENOENT)
        return r;
    r = cdi_error_set_errno(err, errno, "cannot remove");
    cdi_error_set_file(err, path);
    return r;
}
