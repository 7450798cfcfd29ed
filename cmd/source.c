/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "cdi/spec_name.h"
#include "cmd/severities.h"

void sources_close(struct sources *sources)
{
    root_close(&sources->root);
}

int sources_add(struct sources *sources, const char *name, const char *path, size_t directory,
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

bool source_misnamed(const char *name)
{
    return spec_name(name).kind == SPEC_NAME_LOOK_ALIKE;
}

static bool is_directory(const struct root *root, const char *path)
{
    struct stat st;

    return root_lstat(root, path, &st) == 0 && S_ISDIR(st.st_mode);
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

static int add_oddity(struct sources *sources, const char *name, const char *path, enum rule rule,
                      struct cdi_error *err)
{
    struct source_oddity *all = arena_grow(sources->arena, sources->oddities, sources->n_oddities,
                                           sizeof *all);

    if (!all)
        return cdi_error_nomem(err);
    all[sources->n_oddities++] = (struct source_oddity){name, path, rule, sources->n_directories};
    sources->oddities = all;
    return 0;
}

/* True for a directory in which there are documents, by their names. */
static bool has_documents(const struct sources *sources, const char *path)
{
    const char **names;
    size_t n;

    if (root_list(&sources->root, path, sources->arena, &names, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (spec_name(names[i]).kind != SPEC_NAME_OTHER)
            return true;
    return false;
}

/* One entry of a directory; `base` is the end of both its names. */
static int add_entry(struct sources *sources, const char *name, const char *path, const char *base,
                     bool spec_dir, struct cdi_error *err)
{
    enum spec_name_kind kind = spec_name(base).kind;

    if (strcmp(base, SEVERITIES_FILE) == 0)
        return spec_dir ? add_oddity(sources, name, path, RULE_CONFIG_IN_SPEC_DIR, err) : 0;
    if (kind == SPEC_NAME_OTHER && *base == '.')
        return 0;
    if (is_directory(&sources->root, path))
        return kind != SPEC_NAME_OTHER || has_documents(sources, path)
                   ? add_oddity(sources, name, path, RULE_SUB_DIRECTORY, err)
                   : 0;
    if (kind == SPEC_NAME_LOOK_ALIKE)
        return add_oddity(sources, name, path, RULE_FILE_NAME, err);
    if (kind == SPEC_NAME_OTHER)
        return 0;
    return sources_add(sources, name, path, sources->n_directories, err);
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
    r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *file = arena_printf(arena, "%s/%s", path_prefix, names[i]);
        const char *shown = arena_printf(arena, "%s/%s", name_prefix, names[i]);

        r = file && shown ? add_entry(sources, shown, file, names[i], call->n_operands == 0, err)
                          : cdi_error_nomem(err);
    }
    return r;
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
        return sources_add(sources, input_name(operand), operand, 0, err);
    if (source_is_pattern(operand))
        return sources_add_pattern(call, sources, operand, err);
    if (stat(operand, &st) < 0 || !S_ISDIR(st.st_mode))
        return sources_add(sources, operand, operand, 0, err);
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

/* What stands before the last '/', "/" for what is in the root, and its length. */
static const char *dir_part(const char *path, size_t *len)
{
    const char *slash = strrchr(path, '/');

    *len = slash ? (size_t)(slash - path) + (slash == path) : 1;
    return slash ? path : ".";
}

static const char *resolve_dir(const struct sources *sources, const char *dir, bool in_directory)
{
    _cleanup_free_ char *real = in_directory ? NULL : realpath(dir, NULL);

    if (in_directory)
        return root_realpath(&sources->root, dir, sources->arena);
    return real ? arena_strdup(sources->arena, real) : NULL;
}

const char *source_dir(struct sources *sources, const struct source *source)
{
    size_t len;
    const char *part = dir_part(source->path, &len), *last = sources->last_dir.text;
    bool in_directory = source->directory != 0;

    if (last && in_directory == sources->last_dir.in_directory && strlen(last) == len &&
        memcmp(last, part, len) == 0)
        return sources->last_dir.real;
    sources->last_dir.text = arena_strndup(sources->arena, part, len);
    sources->last_dir.in_directory = in_directory;
    if (!sources->last_dir.text)
        return NULL;
    sources->last_dir.real = resolve_dir(sources, sources->last_dir.text, in_directory);
    return sources->last_dir.real;
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
