/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/csv_files.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "generate/driver/library.h"
#include "generate/glob.h"

#define MOST_LINKS 40 /* on the way to a file, as in the kernel */

static int note_missing(struct probe *p, const struct csv_entry *entry, struct cdi_error *err)
{
    return machine_note(p->machine, entry->path, err,
                        entry->type == CSV_DIR
                            ? "is listed in a CSV file, but there is no such directory"
                            : "is listed in a CSV file, but there is no such file");
}

static int begin(struct probe *p, const struct csv_entry *entry, struct cdi_error *err)
{
    return account_begin(&p->machine->account, csv_type_name(entry->type), p->roots->driver_prefix,
                         entry->path, err);
}

static int hit(struct probe *p, const char *path, struct cdi_error *err)
{
    return account_hit(&p->machine->account, p->roots->driver_prefix, path, err);
}

static int add_dirs(struct probe *p, const struct csv_entry *entry, struct cdi_error *err)
{
    struct glob_hits hits;
    bool found = false;
    int r = begin(p, entry, err);

    if (r == 0)
        r = glob_paths(&p->roots->driver, entry->path, p->machine->arena, &hits, err);
    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        struct stat st;

        if (root_stat(&p->roots->driver, hits.items[i], &st) < 0 || !S_ISDIR(st.st_mode))
            continue;
        found = true;
        if ((r = hit(p, hits.items[i], err)) == 0)
            r = probe_add_file(p, DRIVER_FILE, hits.items[i], NULL, err);
    }
    return r == 0 && !found ? note_missing(p, entry, err) : r;
}

/* Adds the files, resolved, that fit a pattern in a directory. */
static int find_in_dir(struct probe *p, const char *dir, size_t dir_len, const char *pattern,
                       struct locate_paths *out, struct cdi_error *err)
{
    struct locate *locate = &p->finder.driver;
    struct arena *arena = p->machine->arena;
    struct glob_hits hits;
    int r;

    pattern = arena_printf(arena, "%.*s/%s", (int)dir_len, dir, pattern);
    if (!pattern)
        return cdi_error_nomem(err);
    r = glob_paths(locate->root, pattern, arena, &hits, err);
    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        const char *path;
        bool is_file;

        if ((r = locate_is(locate, hits.items[i], LOCATE_FILE, &is_file, err)) < 0 || !is_file)
            continue;
        r = locate_realpath(locate, hits.items[i], &path, err);
        if (r == 0 && path)
            r = locate_add(locate, out, path, true, err);
    }
    return r;
}

/* In the directories for libraries that were asked for, and where the entry itself says. */
static int find_files(struct probe *p, const char *pattern, struct locate_paths *out,
                      struct cdi_error *err)
{
    const struct generate_strings *lists = &p->options->library_paths;
    int r = 0;

    for (size_t i = 0; r == 0 && i < lists->n; i++) {
        const char *rest = lists->items[i], *dir;
        size_t len;

        while (r == 0 && (dir = path_next(&rest, &len)))
            if (*dir == '/')
                r = find_in_dir(p, dir, len, pattern, out, err);
    }
    return r == 0 ? find_in_dir(p, "", 0, pattern, out, err) : r;
}

/* Adds the files of an entry that are in no list of files yet. */
static int add_files(struct probe *p, const struct csv_entry *entry, struct locate_paths *all,
                     struct cdi_error *err)
{
    struct locate_paths found = {0};
    int r = begin(p, entry, err);

    if (r == 0)
        r = find_files(p, entry->path, &found, err);
    if (r == 0 && !found.n)
        return note_missing(p, entry, err);
    for (size_t i = 0; r == 0 && i < found.n; i++) {
        const char *path = found.items[i].path;
        struct driver_file *file;
        size_t before = all->n;

        if ((r = hit(p, path, err)) < 0 ||
            (r = locate_add(&p->finder.driver, all, path, true, err)) < 0 || all->n == before)
            continue;
        r = probe_add_file(p, DRIVER_LIBRARY, path, &file, err);
        if (r == 0 && entry->type == CSV_LIB)
            r = library_read(&p->finder.driver, path, file, err);
        if (r == 0 && file->problem)
            r = machine_note(p->machine, file->host_path, err, "its SONAME is unknown: %s",
                             file->problem);
    }
    return r;
}

/* Adds a link once; *added tells. */
static int add_link(struct probe *p, struct driver_links *links, const char *target,
                    const char *path, bool *added, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    const char *text = arena_printf(arena, "%s::%s", target, path);

    if (!text)
        return cdi_error_nomem(err);
    *added = false;
    for (size_t i = 0; i < links->n; i++)
        if (strcmp(links->items[i], text) == 0)
            return 0;
    if (!(links->items = arena_grow(arena, links->items, links->n, sizeof *links->items)))
        return cdi_error_nomem(err);
    links->items[links->n++] = text;
    *added = true;
    return 0;
}

/* Whether two paths lead to one thing, which may itself be a link. */
static bool is_same(const struct root *root, const char *a, const char *b)
{
    struct stat left, right;

    return root_lstat(root, a, &left) == 0 && root_lstat(root, b, &right) == 0 &&
           left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/*
 * Where a link leads, in *out: the text of that, unless the link is in a directory that is itself
 * behind a link, so that ".." is not what it seems; then by the directory's true path. NULL if
 * that is gone.
 */
static int follow(struct probe *p, const char *link, const char *target, const char **out,
                  struct cdi_error *err)
{
    const struct root *root = &p->roots->driver;
    struct arena *arena = p->machine->arena;
    int r, link_dir = (int)(strrchr(link, '/') + 1 - link);
    const char *path = arena_printf(arena, "%.*s%s", *target == '/' ? 0 : link_dir, link, target);
    const char *name, *dir;

    if (!path || !(*out = path_clean(arena, path)))
        return cdi_error_nomem(err);
    if (is_same(root, path, *out))
        return 0;
    name = strrchr(path, '/') + 1;
    if (!(dir = arena_strndup(arena, path, (size_t)(name - path))))
        return cdi_error_nomem(err);
    if ((r = locate_realpath(&p->finder.driver, dir, out, err)) < 0 || !*out)
        return r;
    *out = locate_join(&p->finder.driver, *out, name);
    return *out ? 0 : cdi_error_nomem(err);
}

/* Adds the links from a path to the file that it leads to. */
static int add_chain(struct probe *p, const char *path, struct driver_links *links,
                     struct cdi_error *err)
{
    bool added = true;

    for (int i = 0; path && added && i < MOST_LINKS; i++) {
        const char *target = root_readlink(&p->roots->driver, path, p->machine->arena);
        int r;

        if (!target)
            return 0;
        if ((r = add_link(p, links, target, path, &added, err)) < 0 ||
            (r = follow(p, path, target, &path, err)) < 0)
            return r;
    }
    return 0;
}

static int add_links(struct probe *p, const struct csv_entry *entry, struct driver_links *links,
                     struct cdi_error *err)
{
    struct glob_hits hits;
    int r = glob_paths(&p->roots->driver, entry->path, p->machine->arena, &hits, err);

    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        bool is_file;

        r = locate_is(&p->finder.driver, hits.items[i], LOCATE_FILE, &is_file, err);
        if (r == 0 && is_file)
            r = add_chain(p, hits.items[i], links, err);
    }
    return r;
}

int csv_add_files(struct probe *p, const struct csv_list *list, struct csv_links *out,
                  struct cdi_error *err)
{
    const struct generate_strings *ignore = &p->options->csv_ignore;
    struct locate_paths files = {0};
    int r = 0;

    *out = (struct csv_links){0};
    for (size_t i = 0; r == 0 && i < list->n; i++)
        if (list->items[i].type == CSV_DIR)
            r = add_dirs(p, &list->items[i], err);
    for (size_t i = 0; r == 0 && i < list->n; i++)
        if (list->items[i].type == CSV_LIB)
            r = add_files(p, &list->items[i], &files, err);
    /* Before those of the symlinks: these tell themselves what they are called. */
    if (r == 0 && !driver_library_links(&p->machine->driver, p->machine->arena, &out->libraries))
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < list->n; i++) {
        const struct csv_entry *entry = &list->items[i];

        if (entry->type != CSV_SYM || csv_ignored(ignore->items, ignore->n, entry->path))
            continue;
        if ((r = add_files(p, entry, &files, err)) == 0)
            r = add_links(p, entry, &out->listed, err);
    }
    return r;
}
