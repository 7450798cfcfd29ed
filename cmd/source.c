/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"

void sources_close(struct sources *sources)
{
    root_close(&sources->root);
}

static int add_source(struct sources *sources, const char *name, const char *path, size_t directory,
                      struct cdi_error *err)
{
    struct source *items = arena_grow(sources->arena, sources->items, sources->n,
                                      sizeof *sources->items);

    if (!items || !name || !path)
        return cdi_error_nomem(err);
    items[sources->n++] = (struct source){name, path, directory};
    sources->items = items;
    return 0;
}

static bool is_document(const struct root *root, const char *path)
{
    const char *dot = strrchr(path, '.');
    struct stat st;

    if (!dot || (strcmp(dot, ".json") != 0 && strcmp(dot, ".yaml") != 0))
        return false;
    return root_lstat(root, path, &st) < 0 || !S_ISDIR(st.st_mode);
}

/* A path without slashes at its end, so that a name can be appended. */
static const char *directory_prefix(struct arena *arena, const char *dir)
{
    size_t len = strlen(dir);

    while (len && dir[len - 1] == '/')
        len--;
    return arena_strndup(arena, dir, len);
}

int sources_fail(const struct call *call, struct sources *sources, const char *path,
                 const struct cdi_error *why, struct cdi_error *err)
{
    struct arena *arena = sources->arena;
    struct source_failure *all = arena_grow(arena, sources->failures, sources->n_failures,
                                            sizeof *all);
    const char *copy = arena_strdup(arena, path);
    const char *message = arena_strdup(arena, why->message);

    if (!all || !copy || !message)
        return cdi_error_nomem(err);
    all[sources->n_failures++] = (struct source_failure){copy, message};
    sources->failures = all;
    message_error(call, why);
    return 0;
}

/* A directory that cannot be read. */
static int fail_directory(const struct call *call, struct sources *sources, const char *name,
                          int os_errno, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;

    (void)cdi_error_set_errno(&why, os_errno, "cannot read the directory");
    cdi_error_set_file(&why, name);
    return sources_fail(call, sources, name, &why, err);
}

/* The files of a directory `path` beneath the root, which messages call `name`. */
static int add_directory(const struct call *call, struct sources *sources, const char *name,
                         const char *path, struct cdi_error *err)
{
    struct arena *arena = sources->arena;
    const char *name_prefix = directory_prefix(arena, name);
    const char *path_prefix = directory_prefix(arena, path);
    const char **names;
    size_t n;
    int r = root_list(&sources->root, path, arena, &names, &n);

    if (r == -ENOMEM || !name_prefix || !path_prefix)
        return cdi_error_nomem(err);
    if (r < 0)
        return fail_directory(call, sources, name, -r, err);
    sources->n_directories++;
    for (size_t i = 0; i < n; i++) {
        const char *file = arena_printf(arena, "%s/%s", path_prefix, names[i]);

        if (file && !is_document(&sources->root, file))
            continue;
        r = add_source(sources, arena_printf(arena, "%s/%s", name_prefix, names[i]), file,
                       sources->n_directories, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* As add_directory(), for a path that is relative to the working directory. */
static int add_host_directory(const struct call *call, struct sources *sources, const char *dir,
                              struct cdi_error *err)
{
    _cleanup_free_ char *real = realpath(dir, NULL);

    return real ? add_directory(call, sources, dir, real, err)
                : fail_directory(call, sources, dir, errno, err);
}

static int add_operand(const struct call *call, struct sources *sources, const char *operand,
                       struct cdi_error *err)
{
    struct stat st;

    if (strcmp(operand, "-") == 0)
        return add_source(sources, input_name(operand), operand, 0, err);
    if (stat(operand, &st) < 0 || !S_ISDIR(st.st_mode))
        return add_source(sources, operand, operand, 0, err);
    return add_host_directory(call, sources, operand, err);
}

/* A spec dir that does not exist: nobody has to have the default ones. */
static int skip_missing(const struct call *call, struct sources *sources,
                        const struct spec_dirs *where, const char *dir, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    bool rooted = spec_dirs_rooted(where);

    if (!where->dirs.n) {
        message_detail(call, "spec dir %s does not exist", dir);
        return 0;
    }
    (void)cdi_error_set(&why, CDI_ERR_IO, "spec dir %s does not exist%s%s", dir,
                        rooted ? " beneath " : "", rooted ? where->root : "");
    return sources_fail(call, sources, dir, &why, err);
}

static int add_spec_dirs(const struct call *call, struct sources *sources,
                         const struct spec_dirs *where, struct cdi_error *err)
{
    static const char *const defaults[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};
    const char *const *dirs = where->dirs.n ? where->dirs.items : defaults;
    size_t n = where->dirs.n ? where->dirs.n : ARRAY_SIZE(defaults);
    bool rooted = spec_dirs_rooted(where);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (spec_dir_missing(rooted ? &sources->root : NULL, dirs[i]))
            r = skip_missing(call, sources, where, dirs[i], err);
        else if (rooted)
            r = add_directory(call, sources, dirs[i], dirs[i], err);
        else
            r = add_host_directory(call, sources, dirs[i], err);
    }
    return r;
}

int sources_open(const struct call *call, const struct spec_dirs *where, struct sources *out,
                 struct cdi_error *err)
{
    int r;

    *out = (struct sources){.arena = call->arena, .root = ROOT_INIT};
    r = root_open(&out->root, call->n_operands ? NULL : where->root, err);
    if (r == 0 && !call->n_operands)
        r = add_spec_dirs(call, out, where, err);
    for (size_t i = 0; r == 0 && i < call->n_operands; i++)
        r = add_operand(call, out, call->operands[i], err);
    if (r < 0)
        sources_close(out);
    return r;
}

int source_text(const struct sources *sources, const struct source *source, char **text,
                size_t *len, struct cdi_error *err)
{
    int r;

    if (source->directory)
        r = root_read(&sources->root, source->path, CDI_SPEC_MAX_SIZE, text, len, err);
    else
        r = input_read(source->path, CDI_SPEC_MAX_SIZE, text, len, err);
    if (r == 0)
        return 0;
    /* The path beneath the root is not what the user typed. */
    free(err->file);
    err->file = NULL;
    cdi_error_set_file(err, source->name);
    return r;
}
