/* SPDX-License-Identifier: Apache-2.0 */
/* The files that fit a pattern which the shell has not expanded. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/glob.h"
#include "cmd/source.h"

enum {
    DEEPEST = 128, /* components of a pattern, directories below a "**" */
};

/* A search under way. */
struct search {
    const struct call *call;
    struct sources *sources;
    struct cdi_error *err;
    const char *components[DEEPEST];
    size_t n;
    const char **hits;
    size_t n_hits;
    unsigned depth;
};

static bool is_any(const char *component)
{
    return strcmp(component, "**") == 0;
}

static bool is_special(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

bool source_is_pattern(const char *operand)
{
    struct stat st;

    return is_special(operand) && lstat(operand, &st) < 0;
}

static int search_in(struct search *search, const char *dir, size_t component);

static int add_hit(struct search *search, const char *path)
{
    const char **hits = arena_grow(search->sources->arena, search->hits, search->n_hits,
                                   sizeof *hits);

    if (!hits)
        return cdi_error_nomem(search->err);
    hits[search->n_hits++] = path;
    search->hits = hits;
    return 0;
}

static const char *join(const struct search *search, const char *dir, const char *name)
{
    if (!*dir)
        return arena_strdup(search->sources->arena, name);
    return arena_printf(search->sources->arena, "%s%s%s", dir, strcmp(dir, "/") == 0 ? "" : "/",
                        name);
}

/* What a path is that fits the components up to this one. */
static int visit(struct search *search, const char *path, size_t component)
{
    bool last = component + 1 == search->n;
    struct stat st;

    if (stat(path, &st) < 0 && (!last || lstat(path, &st) < 0))
        return 0;
    if (!S_ISDIR(st.st_mode))
        return last ? add_hit(search, path) : 0;
    return last ? 0 : search_in(search, path, component + 1);
}

/* A name in a directory whose pattern is "**": a file, or a directory to go down. */
static int visit_any(struct search *search, const char *path, size_t component)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return 0;
    if (S_ISDIR(st.st_mode))
        return search_in(search, path, component);
    return component + 1 == search->n ? visit(search, path, component) : 0;
}

/* A directory that cannot be read. */
static int fail(struct search *search, const char *dir, int error)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;

    (void)cdi_error_set_errno(&why, error, "cannot read the directory");
    cdi_error_set_file(&why, *dir ? dir : ".");
    return sources_fail(search->call, search->sources, *dir ? dir : ".", &why, search->err);
}

static void close_dir(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static int list(struct search *search, const char *dir, size_t component)
{
    const char *pattern = search->components[component];
    _cleanup_(close_dir) DIR *stream = opendir(*dir ? dir : ".");
    const struct dirent *entry;
    int r = 0;

    if (!stream)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail(search, dir, errno);
    while (r == 0 && (entry = readdir(stream))) {
        const char *path;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (*entry->d_name == '.' && *pattern != '.'))
            continue;
        if (!is_any(pattern) && !glob_match(pattern, entry->d_name))
            continue;
        path = join(search, dir, entry->d_name);
        if (!path)
            return cdi_error_nomem(search->err);
        r = is_any(pattern) ? visit_any(search, path, component) : visit(search, path, component);
    }
    return r;
}

/* Finds what the components from this one on lead to in a directory, "" being the working one. */
static int search_in(struct search *search, const char *dir, size_t component)
{
    const char *pattern = search->components[component], *path;
    int r = 0;

    if (search->depth == DEEPEST)
        return fail(search, dir, ELOOP);
    if (!is_special(pattern)) {
        path = join(search, dir, pattern);
        return path ? visit(search, path, component) : cdi_error_nomem(search->err);
    }
    search->depth++;
    if (is_any(pattern) && component + 1 < search->n)
        r = search_in(search, dir, component + 1);
    if (r == 0)
        r = list(search, dir, component);
    search->depth--;
    return r;
}

/* Git, and the shell, write a negated class with '!', base/glob.h with '^'. */
static void negate_classes(char *component)
{
    bool in_class = false;

    for (char *s = component; *s; s++) {
        if (*s == '\\' && s[1]) {
            s++;
        } else if (*s == '[' && !in_class) {
            in_class = true;
            if (s[1] == '!')
                s[1] = '^';
        } else if (*s == ']') {
            in_class = false;
        }
    }
}

/* Takes the pattern apart; "**" twice is "**". */
static int split(struct search *search, char *pattern)
{
    char *rest = NULL;

    for (char *part = strtok_r(pattern, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (is_any(part) && search->n && is_any(search->components[search->n - 1]))
            continue;
        if (search->n == DEEPEST)
            return cdi_error_set(search->err, CDI_ERR_USAGE, "a pattern has at most %d components",
                                 DEEPEST);
        negate_classes(part);
        search->components[search->n++] = part;
    }
    return 0;
}

static int compare_hits(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds the hits, each once. */
static int add_hits(struct search *search)
{
    int r = 0;

    qsort(search->hits, search->n_hits, sizeof *search->hits, compare_hits);
    for (size_t i = 0; r == 0 && i < search->n_hits; i++)
        if (i == 0 || strcmp(search->hits[i - 1], search->hits[i]) != 0)
            r = sources_add(search->sources, search->hits[i], search->hits[i], 0, search->err);
    return r;
}

int sources_add_pattern(const struct call *call, struct sources *sources, const char *pattern,
                        struct cdi_error *err)
{
    struct search search = {.call = call, .sources = sources, .err = err};
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    char *copy = arena_strndup(sources->arena, pattern, strlen(pattern));
    int r;

    if (!copy)
        return cdi_error_nomem(err);
    r = split(&search, copy);
    if (r == 0 && search.n)
        r = search_in(&search, *pattern == '/' ? "/" : "", 0);
    if (r < 0)
        return r;
    if (search.n_hits)
        return add_hits(&search);
    (void)cdi_error_set(&why, CDI_ERR_IO, "no file fits this pattern");
    cdi_error_set_file(&why, pattern);
    return sources_fail(call, sources, pattern, &why, err);
}
