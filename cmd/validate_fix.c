/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/validate_fix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/path.h"
#include "cdi/fix.h"
#include "cmd/diff.h"
#include "cmd/output.h"

enum {
    MOST_WORK = 2 * FIX_MOST_WORK, /* on one file: a few seconds */
};

struct fix_file {
    struct fixes *fixes;
    const struct sources *sources;
    const struct source *source;
    struct file_place place; /* where the file is replaced; unused with --diff */
    const char *path;        /* of the file itself, without symlinks */
    const char *name;        /* that it gets; NULL if it keeps its own */
    char *before;            /* the text as it was read, and its length */
    size_t before_len;
    size_t n;    /* findings that were repaired */
    size_t work; /* of all steps: fix_result */
};

void fix_close(struct fix_file **file)
{
    if (!*file)
        return;
    file_place_close(&(*file)->place);
    free((*file)->before);
    *file = NULL;
}

/* Where the file of a source is on this machine, from the arena; NULL if it is not there. */
static const char *real_path(const struct sources *sources, const struct source *source)
{
    _cleanup_free_ char *real = NULL;
    const char *in_root;

    if (!source->directory) {
        real = realpath(source->path, NULL);
        return real ? arena_strdup(sources->arena, real) : NULL;
    }
    in_root = root_realpath(&sources->root, source->path, sources->arena);
    if (!in_root || strcmp(sources->root.path, "/") == 0)
        return in_root;
    return arena_printf(sources->arena, "%s%s", sources->root.path, in_root);
}

static void name_source(struct cdi_error *err, const struct source *source)
{
    free(err->file);
    err->file = NULL;
    cdi_error_set_file(err, source->name);
}

/* Reads a file that is to be replaced. */
static int read_place(struct fix_file *file, char **text, size_t *len, struct cdi_error *err)
{
    const char *path = real_path(file->sources, file->source);
    int r = file_place_read(&file->place, path ? path : file->source->path, CDI_SPEC_MAX_SIZE, text,
                            len, err);

    file->path = path;
    if (r < 0)
        name_source(err, file->source);
    return r;
}

int fix_open(struct fixes *fixes, const struct sources *sources, const struct source *source,
             struct fix_file **out, char **text, size_t *len, struct cdi_error *err)
{
    struct fix_file *file = arena_alloc(sources->arena, sizeof *file);
    int r;

    if (!file)
        return cdi_error_nomem(err);
    *file = (struct fix_file){
        .fixes = fixes, .sources = sources, .source = source, .place = FILE_PLACE_INIT};
    *out = file;
    r = fixes->write ? read_place(file, text, len, err)
                     : source_text(sources, source, text, len, err);
    if (r < 0)
        return r;
    file->before = malloc(*len + 1);
    if (!file->before)
        return cdi_error_nomem(err);
    memcpy(file->before, *text, *len + 1);
    file->before_len = *len;
    return 0;
}

int fix_step(struct fix_file *file, const struct cdi_findings *findings, char **text, size_t *len,
             bool *again, struct cdi_error *err)
{
    struct fix_result result;
    int r;

    *again = false;
    if (file->work >= MOST_WORK)
        return 0;
    r = fix_text(*text, *len, findings->items, findings->n, &result, err);
    file->work += result.work;
    *again = r == 0 && result.text;
    if (!*again)
        return r;
    free(*text);
    *text = result.text;
    *len = result.len;
    file->n += result.n;
    return 0;
}

/* The name with which engines load a file that ends otherwise; NULL if it need not or cannot be. */
static const char *loaded_name(struct arena *arena, const char *name)
{
    static const struct {
        const char *ending, *loaded;
    } endings[] = {{".yml", ".yaml"}, {".yaml", ".yaml"}, {".json", ".json"}};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && dot != name && i < ARRAY_SIZE(endings); i++)
        if (strcasecmp(dot, endings[i].ending) == 0)
            return strcmp(dot, endings[i].loaded) == 0
                       ? NULL
                       : arena_printf(arena, "%.*s%s", (int)(dot - name), name, endings[i].loaded);
    return NULL;
}

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *base = path_base(path);

    if (base == path)
        return ".";
    return arena_strndup(arena, path, base - path > 1 ? (size_t)(base - path) - 1 : 1);
}

int fix_choose_name(struct fix_file *file, const char *text, size_t len, bool *chosen,
                    struct cdi_error *err)
{
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    struct arena *arena = file->sources->arena;
    const char *path = file->path ? file->path : real_path(file->sources, file->source);
    const char *name = path ? loaded_name(arena, path_base(path)) : NULL;
    const char *dir = name ? directory_of(arena, path) : NULL;
    int r;

    *chosen = false;
    if (!dir || cdi_spec_parse(text, len, NULL, &spec, NULL) < 0)
        return 0;
    r = dir_devices_take(&file->fixes->devices, dir, spec, chosen, err);
    if (*chosen)
        file->name = name;
    else if (r == 0)
        message_warn(file->fixes->call,
                     "%s is not renamed to %s: another document there has one of its devices",
                     file->source->name, name);
    return r;
}

/* A path whose last component is another one. */
static const char *renamed_path(struct arena *arena, const char *path, const char *name)
{
    return arena_printf(arena, "%.*s%s", (int)(path_base(path) - path), path, name);
}

static int print_diff(const struct fix_file *file, const char *text, const char *after,
                      struct cdi_error *err)
{
    const char *before = file->source->name;
    _cleanup_free_ char *copy = strdup(text);

    if (!copy)
        return cdi_error_nomem(err);
    if (file->name) {
        (void)fputs("rename from ", stdout);
        output_text(stdout, before);
        (void)fputs("\nrename to ", stdout);
        output_text(stdout, after);
        (void)putchar('\n');
    }
    return diff_print(file->before, copy, before, after, err);
}

static int replace(struct fix_file *file, const char *text, size_t len, const char *name,
                   struct cdi_error *err)
{
    int r = 0;

    if (!file_place_unchanged(&file->place))
        return cdi_error_set_at(err, CDI_ERR_IO, file->source->name, (struct cdi_position){0, 0},
                                "was changed by somebody else meanwhile, and is not repaired");
    if (file->n)
        r = file_place_replace(&file->place, text, len, err);
    if (r < 0 || !name)
        return r;
    /* What was just written is another file. */
    if (fstatat(file->place.dirfd, file->place.base, &file->place.entry, AT_SYMLINK_NOFOLLOW) < 0)
        return cdi_error_set_errno(err, errno, "cannot rename");
    return file_place_rename(&file->place, name, err);
}

/* The file stays as it is. */
static void give_up(struct fix_file *file, const struct cdi_error *why, char **text, size_t *len)
{
    message_error(file->fixes->call, why);
    file->fixes->n_failed++;
    free(*text);
    *text = TAKE_PTR(file->before);
    *len = file->before_len;
}

int fix_finish(struct fix_file *file, struct source *source, char **text, size_t *len, bool *again,
               struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct arena *arena = file->sources->arena;
    const char *name = file->name;
    struct fixes *fixes = file->fixes;
    int r = 0;

    *again = false;
    if (!file->n && !name)
        return 0;
    if (fixes->write)
        r = replace(file, *text, *len, name, &why);
    if (r < 0) {
        name_source(&why, file->source);
        give_up(file, &why, text, len);
        *again = true;
        return 0;
    }
    fixes->n_files++;
    fixes->n_findings += file->n + (name != NULL);
    if (name) {
        *again = true;
        source->name = renamed_path(arena, file->source->name, name);
        source->path = renamed_path(arena, file->source->path, name);
    }
    if (!source->name || !source->path)
        return cdi_error_nomem(err);
    if (!fixes->write)
        return print_diff(file, *text, source->name, err);
    if (name)
        message_info(fixes->call, "%s is now called %s", file->source->name, name);
    return 0;
}

void fix_tell(const struct fixes *fixes)
{
    if (fixes->n_files)
        message_info(fixes->call, "%zu finding%s in %zu file%s %s", fixes->n_findings,
                     fixes->n_findings == 1 ? "" : "s", fixes->n_files,
                     fixes->n_files == 1 ? "" : "s",
                     fixes->write ? "repaired" : "can be repaired with --fix");
}
