/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/why_collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "cdi/spec_name.h"
#include "generate/machine/procfs.h"

/* A collection in the making. */
struct collecting {
    const struct why_where *where;
    struct why_collection *out;
    struct root root;
    struct why_dir *dirs;
    struct why_file *files;
    struct cdi_error *err;
};

void why_collection_clear(struct why_collection *collection)
{
    for (size_t i = 0; i < collection->n_specs; i++)
        cdi_spec_free(collection->specs[i]);
    for (size_t i = 0; i < collection->n_findings; i++)
        cdi_findings_clear(&collection->findings[i]);
    cdi_registry_free(collection->registry);
    cdi_registry_free(collection->elsewhere);
    arena_free(collection->arena);
    *collection = (struct why_collection){.n_specs = 0};
}

static bool is_rooted(const struct why_where *where)
{
    return where->root && *where->root && strcmp(where->root, "/") != 0;
}

/* A path as the root handle takes it: a relative one of the host is that of the process. */
static const char *beneath(struct collecting *c, const char *path)
{
    char cwd[4096];

    if (*path == '/' || is_rooted(c->where) || !getcwd(cwd, sizeof cwd))
        return path;
    return arena_printf(c->out->arena, "%s/%s", cwd, path);
}

/* ---- Files that do not count ---- */

static int keep_spec(struct collecting *c, struct cdi_spec *spec)
{
    struct cdi_spec **all = arena_grow(c->out->arena, c->out->specs, c->out->n_specs, sizeof *all);

    if (!all) {
        cdi_spec_free(spec);
        return cdi_error_nomem(c->err);
    }
    all[c->out->n_specs++] = spec;
    c->out->specs = all;
    return 0;
}

/* Keeps the findings, and gives out the first error among them, or NULL. */
static int keep_findings(struct collecting *c, struct cdi_findings *findings,
                         const struct cdi_finding **first)
{
    struct cdi_findings *all = arena_grow(c->out->arena, c->out->findings, c->out->n_findings,
                                          sizeof *all);

    if (!all) {
        cdi_findings_clear(findings);
        return cdi_error_nomem(c->err);
    }
    all[c->out->n_findings++] = *findings;
    c->out->findings = all;
    for (size_t i = findings->n; i > 0; i--)
        if (findings->items[i - 1].rule->severity == CDI_SEVERITY_ERROR)
            *first = &findings->items[i - 1];
    return 0;
}

/* What a text is as a document: the spec, or the text, and what is wrong with it. */
static int judge(struct collecting *c, struct why_file *file, const char *text, size_t len)
{
    struct cdi_findings findings;
    struct cdi_spec *spec = NULL;
    int r;

    if (cdi_spec_parse(text, len, file->path, &spec, NULL) == 0) {
        file->spec = spec;
        r = keep_spec(c, spec);
    } else {
        file->text = arena_strndup(c->out->arena, text, len);
        r = file->text ? 0 : cdi_error_nomem(c->err);
    }
    if (r < 0 || file->state != WHY_FILE_REFUSED)
        return r;
    r = cdi_document_validate(text, len, file->path, &findings, NULL, c->err);
    if (r == 0)
        r = keep_findings(c, &findings, &file->finding);
    if (r == 0 && file->finding)
        file->message = file->finding->message;
    return r;
}

static int add_file(struct collecting *c, const struct why_file *file)
{
    struct why_file *all = arena_grow(c->out->arena, c->files, c->out->facts.n_files, sizeof *all);

    if (!all)
        return cdi_error_nomem(c->err);
    all[c->out->facts.n_files++] = *file;
    c->files = all;
    return 0;
}

/* Reads a file; `message` is what is already known to be wrong with it, or NULL. */
static int collect_file(struct collecting *c, const char *path, size_t priority,
                        enum why_file_state state, const char *message)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    struct why_file file = {.path = arena_strdup(c->out->arena, path),
                            .state = state,
                            .priority = priority,
                            .message = message};
    size_t len;
    int r = root_read(&c->root, beneath(c, path), CDI_SPEC_MAX_SIZE, &text, &len, &why);

    if (!file.path || why.code == CDI_ERR_NOMEM)
        return cdi_error_nomem(c->err);
    if (r == 0) {
        r = judge(c, &file, text, len);
        return r < 0 ? r : add_file(c, &file);
    }
    if (state != WHY_FILE_REFUSED)
        return 0;
    file.state = WHY_FILE_UNREADABLE;
    file.os_errno = why.os_errno;
    file.message = arena_strdup(c->out->arena, why.message);
    return file.message ? add_file(c, &file) : cdi_error_nomem(c->err);
}

/* A document that was put aside, ".yaml.bak", or is ignored for its name, ".YAML". */
static bool looks_like_document(const char *name)
{
    static const char *const words[] = {".yaml", ".yml", ".json"};

    for (const char *at = name; *at; at++)
        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
            if (strncasecmp(at, words[i], strlen(words[i])) == 0)
                return true;
    return false;
}

static int collect_entry(struct collecting *c, size_t dir, const char *path, bool deep)
{
    const char *name = path_base(path);
    bool loaded = spec_name(name).kind == SPEC_NAME_LOADED;

    if (deep)
        return loaded ? collect_file(c, path, dir, WHY_FILE_SUBDIR, NULL) : 0;
    if (loaded || !looks_like_document(name))
        return 0;
    return collect_file(c, path, dir, WHY_FILE_EXTENSION, NULL);
}

/* Looks for what readers of a spec dir pass over; also in the directories right below it. */
static int collect_ignored(struct collecting *c, size_t dir, const char *path, bool deep)
{
    const char **names;
    size_t n = 0;
    int r = root_list(&c->root, beneath(c, path), c->out->arena, &names, &n);

    if (r == -ENOMEM)
        return cdi_error_nomem(c->err);
    r = 0;
    for (size_t i = 0; r == 0 && i < n; i++) {
        const char *entry = arena_printf(c->out->arena, "%s/%s", path, names[i]);
        struct stat st;

        if (!entry)
            return cdi_error_nomem(c->err);
        if (root_lstat(&c->root, beneath(c, entry), &st) < 0)
            continue;
        if (!S_ISDIR(st.st_mode))
            r = collect_entry(c, dir, entry, deep);
        else if (!deep)
            r = collect_ignored(c, dir, entry, true);
    }
    return r;
}

/* ---- Spec dirs ---- */

static int collect_dirs(struct collecting *c)
{
    const struct why_where *where = c->where;

    c->dirs = arena_calloc(c->out->arena, where->n_dirs, sizeof *c->dirs);
    if (!c->dirs)
        return cdi_error_nomem(c->err);
    for (size_t i = 0; i < where->n_dirs; i++) {
        const char *path = path_clean(c->out->arena, where->dirs[i].path);
        _cleanup_close_ int fd = -1;

        if (!path)
            return cdi_error_nomem(c->err);
        fd = root_openat(&c->root, beneath(c, path), O_RDONLY | O_DIRECTORY);
        c->dirs[i] = (struct why_dir){path, where->dirs[i].place, fd < 0 ? -fd : 0};
    }
    c->out->facts.dirs = c->dirs;
    c->out->facts.n_dirs = where->n_dirs;
    return 0;
}

static int make_registry(struct collecting *c, const struct why_dir *dirs, size_t n,
                         struct cdi_registry **registry, struct why_devices *devices)
{
    const char **paths = arena_calloc(c->out->arena, n, sizeof *paths);
    int r;

    if (!paths)
        return cdi_error_nomem(c->err);
    for (size_t i = 0; i < n; i++)
        paths[i] = dirs[i].path;
    /* None would mean the default ones. */
    r = n ? cdi_registry_new(c->where->root, paths, n, registry, c->err) : 0;
    if (r == 0 && n)
        devices->items = cdi_registry_devices(*registry, &devices->n);
    return r;
}

static bool is_loaded(const struct cdi_registry *registry, const char *path)
{
    size_t n;
    const struct cdi_spec *const *specs = cdi_registry_specs(registry, &n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(specs[i]->path, path) == 0)
            return true;
    return false;
}

/* The priority of the directory that a path is in; SIZE_MAX for that of a directory. */
static size_t priority_of(const struct collecting *c, const char *path)
{
    const char *const *dirs;
    size_t n;

    dirs = cdi_registry_dirs(c->out->registry, &n);
    for (size_t i = n; i > 0; i--) {
        size_t len = strlen(dirs[i - 1]);

        if (strncmp(path, dirs[i - 1], len) == 0 && strchr(path + len, '/') == path + len)
            return i - 1;
    }
    return SIZE_MAX;
}

/* The files that the registry has refused; conflicts are in its devices, too. */
static int collect_refused(struct collecting *c)
{
    size_t n;
    const struct cdi_registry_error *errors = cdi_registry_errors(c->out->registry, &n);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        size_t priority = priority_of(c, errors[i].path);
        const char *message;

        if (priority == SIZE_MAX || is_loaded(c->out->registry, errors[i].path))
            continue;
        message = arena_strdup(c->out->arena, errors[i].error.message);
        r = message ? collect_file(c, errors[i].path, priority, WHY_FILE_REFUSED, message)
                    : cdi_error_nomem(c->err);
    }
    return r;
}

/* True if one of the directories that are looked into is this one, by whatever path. */
static bool is_read(struct collecting *c, const char *path)
{
    struct stat this, other;

    if (root_stat(&c->root, path, &this) < 0)
        return true;
    for (size_t i = 0; i < c->out->facts.n_dirs; i++)
        if (root_stat(&c->root, beneath(c, c->dirs[i].path), &other) == 0 &&
            other.st_dev == this.st_dev && other.st_ino == this.st_ino)
            return true;
    return false;
}

/* Where others look: /run/cdi is not always the same as /var/run/cdi. */
static int collect_elsewhere(struct collecting *c)
{
    static const char *const usual[] = {CDI_DEFAULT_STATIC_DIR, "/run/cdi",
                                        CDI_DEFAULT_DYNAMIC_DIR};
    struct why_dir dirs[ARRAY_SIZE(usual)];
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
        if (!is_read(c, usual[i]))
            dirs[n++] = (struct why_dir){.path = usual[i]};
    return make_registry(c, dirs, n, &c->out->elsewhere, &c->out->facts.elsewhere);
}

/* ---- GPUs ---- */

static int collect_gpus(struct collecting *c)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct procfs_gpu *found;
    struct why_gpu *gpus;
    size_t n, kept = 0;

    /* What cannot be read only leaves a hint out. */
    if (procfs_gpus(&c->root, c->out->arena, &found, &n, &why) < 0)
        return why.code == CDI_ERR_NOMEM ? cdi_error_nomem(c->err) : 0;
    gpus = arena_calloc(c->out->arena, n, sizeof *gpus);
    if (!gpus)
        return cdi_error_nomem(c->err);
    for (size_t i = 0; i < n; i++)
        if (!found[i].excluded)
            gpus[kept++] = (struct why_gpu){found[i].uuid, found[i].minor};
    c->out->facts.gpus = gpus;
    c->out->facts.n_gpus = kept;
    return 0;
}

static int collect(struct collecting *c)
{
    int r = collect_dirs(c);

    if (r == 0)
        r = make_registry(c, c->dirs, c->where->n_dirs, &c->out->registry, &c->out->facts.devices);
    if (r == 0 && c->out->registry)
        r = collect_refused(c);
    for (size_t i = 0; r == 0 && i < c->where->n_dirs; i++)
        r = collect_ignored(c, i, c->dirs[i].path, false);
    if (r == 0)
        r = collect_elsewhere(c);
    if (r == 0)
        r = collect_gpus(c);
    c->out->facts.files = c->files;
    return r;
}

int why_collect(const struct why_where *where, struct why_collection *out, struct cdi_error *err)
{
    struct collecting c = {.where = where, .out = out, .root = ROOT_INIT, .err = err};
    int r = root_open(&c.root, where->root, err);

    if (r < 0)
        return r;
    *out = (struct why_collection){
        .facts = {.user = where->user, .engine = where->engine},
        .arena = arena_new(),
    };
    r = out->arena ? collect(&c) : cdi_error_nomem(err);
    root_close(&c.root);
    if (r < 0)
        why_collection_clear(out);
    return r;
}
