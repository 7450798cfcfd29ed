/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"

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
    if (r < 0) {
        _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;

        (void)cdi_error_set_errno(&why, -r, "cannot read directory %s", name);
        message_error(call, &why);
        sources->failed = true;
        return 0;
    }
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

static int add_operand(const struct call *call, struct sources *sources, const char *operand,
                       struct cdi_error *err)
{
    _cleanup_free_ char *cwd = NULL;
    const char *path = operand;
    struct stat st;

    if (strcmp(operand, "-") == 0)
        return add_source(sources, input_name(operand), operand, 0, err);
    if (stat(operand, &st) < 0 || !S_ISDIR(st.st_mode))
        return add_source(sources, operand, operand, 0, err);
    if (*operand != '/') {
        cwd = getcwd(NULL, 0);
        if (!cwd)
            return cdi_error_set_errno(err, errno, "cannot tell the working directory");
        path = arena_printf(sources->arena, "%s/%s", cwd, operand);
        if (!path)
            return cdi_error_nomem(err);
    }
    return add_directory(call, sources, operand, path, err);
}

static int add_spec_dirs(const struct call *call, struct sources *sources,
                         const struct spec_dirs *where, struct cdi_error *err)
{
    static const char *const defaults[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};
    const char *const *dirs = where->dirs.n ? where->dirs.items : defaults;
    size_t n = where->dirs.n ? where->dirs.n : ARRAY_SIZE(defaults);

    for (size_t i = 0; i < n; i++) {
        struct stat st;
        int r;

        if (root_stat(&sources->root, dirs[i], &st) == -ENOENT) {
            message_detail(call, "spec dir %s does not exist", dirs[i]);
            continue;
        }
        r = add_directory(call, sources, dirs[i], dirs[i], err);
        if (r < 0)
            return r;
    }
    return 0;
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

int source_read(const struct sources *sources, const struct source *source, struct cdi_spec **out,
                struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r;

    if (source->directory)
        r = root_read(&sources->root, source->path, CDI_SPEC_MAX_SIZE, &text, &len, err);
    else
        r = input_read(source->path, CDI_SPEC_MAX_SIZE, &text, &len, err);
    if (r == 0)
        return cdi_spec_parse(text, len, source->name, out, err);
    /* The path beneath the root is not what the user typed. */
    free(err->file);
    err->file = NULL;
    cdi_error_set_file(err, source->name);
    return r;
}
