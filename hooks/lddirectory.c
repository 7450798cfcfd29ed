/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/lddirectory.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/elf.h"
#include "base/ldcache.h"
#include "base/sort.h"
#include "hooks/ldmachine.h"
#include "hooks/ldview.h"

#define MOST_LINKS 40 /* one behind the other, path_resolution(7) */

/* A library that a file is. */
struct library {
    const char *soname; /* NULL: it tells none */
    uint32_t flags;
    unsigned isa_level;
    dev_t dev;
    ino_t ino;
};

struct entry {
    const char *name;
    unsigned char type;            /* DT_REG or DT_LNK */
    bool looked;                   /* `library` is known */
    const struct library *library; /* NULL: it is none */
};

/* A library under the name that it would have in the cache. */
struct candidate {
    const char *name;
    const struct entry *entry;
    bool is_link; /* one that is taken as it is, see is_own_name() */
};

struct reading {
    const struct ldview *view;
    const struct ldmachine *machine;
    const struct ldview_directory *directory;
    struct arena *arena;
    struct lddirectory *out;
    size_t *entries_left;
    struct entry *entries; /* those with names of libraries */
    const void **sorted;   /* pointers to them, by name */
    size_t n;
    struct candidate *candidates;
    size_t n_candidates;
};

/* ---- Names ---- */

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), n_suffix = strlen(suffix);

    return n >= n_suffix && strcmp(s + n - n_suffix, suffix) == 0;
}

/* Files that prelink, rpm and dpkg have under way. */
static bool is_temporary(const char *name)
{
    const char *prelink = strstr(name, ".#prelink#");

    return strchr(name, ';') || ends_with(name, ".dpkg-new") || ends_with(name, ".dpkg-tmp") ||
           (prelink &&
            (ends_with(name, ".#prelink#") || strlen(prelink) == strlen(".#prelink#.XXXXXX")));
}

bool lddirectory_is_library_name(const char *name)
{
    if (starts_with(name, "lib") || starts_with(name, "ld-"))
        return strstr(name, ".so") && !is_temporary(name);
    return (starts_with(name, "ld.so.") || starts_with(name, "ld64.so.")) && !is_temporary(name);
}

/* A DT_SONAME that can be the name of a file: it becomes that of a link. */
static bool is_file_name(const char *name)
{
    return *name && strlen(name) <= NAME_MAX && !strchr(name, '/') && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* ---- The entries ---- */

static int take_entry(void *context, const char *name, unsigned char type)
{
    struct reading *reading = context;

    if (*reading->entries_left == 0)
        return -E2BIG;
    --*reading->entries_left;
    if (strcmp(name, "glibc-hwcaps") == 0)
        reading->out->has_hwcaps = true;
    if ((type != DT_REG && type != DT_LNK) || !lddirectory_is_library_name(name))
        return 0;
    if (reading->n == LDDIRECTORY_MOST_LIBRARIES)
        return -E2BIG;
    reading->entries = arena_grow(reading->arena, reading->entries, reading->n,
                                  sizeof *reading->entries);
    if (!reading->entries || !(name = arena_strdup(reading->arena, name)))
        return -ENOMEM;
    reading->entries[reading->n++] = (struct entry){.name = name, .type = type};
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Sorted, so that what is alike is treated alike, whatever the filesystem's order. */
static int list_entries(struct reading *reading, struct cdi_error *err)
{
    int r = reading->view->list(reading->view, reading->directory, take_entry, reading);

    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r == -E2BIG)
        reading->out->cut = true;
    reading->sorted = arena_calloc(reading->arena, reading->n, sizeof *reading->sorted);
    if (!reading->sorted)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < reading->n; i++)
        reading->sorted[i] = &reading->entries[i];
    return sort_pointers(reading->sorted, reading->n, compare_entries, err);
}

static struct entry *find_entry(const struct reading *reading, const char *name)
{
    size_t low = 0, high = reading->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct entry *entry = reading->sorted[middle];
        int order = strcmp(entry->name, name);

        if (order == 0)
            return &reading->entries[entry - reading->entries];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- Files ---- */

/* Reads a file: its library, or NULL if it is none. */
static int read_library(struct reading *reading, const char *name, bool follow,
                        const struct library **out, struct cdi_error *err)
{
    struct stat st;
    _cleanup_close_ int fd = reading->view->open_file(reading->view, reading->directory, name,
                                                      follow, &st);
    struct elf_facts facts;
    struct library *library;
    uint32_t flags;
    int r;

    *out = NULL;
    if (fd < 0)
        return fd == -ENOMEM ? cdi_error_nomem(err) : 0;
    if ((r = elf_read(fd, &facts, NULL)) < 0)
        return r == -CDI_ERR_NOMEM ? cdi_error_nomem(err) : 0;
    flags = facts.type == ET_DYN && facts.dynamic ? reading->machine->flags_of(&facts) : 0;
    if (!flags || (*facts.soname && !is_file_name(facts.soname)))
        return 0;
    library = arena_alloc(reading->arena, sizeof *library);
    if (!library)
        return cdi_error_nomem(err);
    *library = (struct library){
        .flags = flags, .isa_level = facts.isa_level, .dev = st.st_dev, .ino = st.st_ino};
    if (*facts.soname && !(library->soname = arena_strdup(reading->arena, facts.soname)))
        return cdi_error_nomem(err);
    *out = library;
    return 0;
}

/* The entry of the same directory that a link leads to in one step, or NULL. */
static struct entry *follow_inside(const struct reading *reading, const struct entry *link)
{
    char text[NAME_MAX + 1];

    if (reading->view->read_link(reading->view, reading->directory, link->name, text, sizeof text) <
            0 ||
        strchr(text, '/'))
        return NULL;
    return find_entry(reading, text);
}

/*
 * Finds out what library an entry is. Most links lead to a file beside them, which is opened once
 * for itself and all its links.
 */
static int look(struct reading *reading, struct entry *entry, struct cdi_error *err)
{
    struct entry *target = entry;
    int r;

    if (entry->looked)
        return 0;
    for (int links = 0; target && target->type == DT_LNK && !target->looked; links++)
        target = links < MOST_LINKS ? follow_inside(reading, target) : NULL;
    if (target && target->looked) {
        entry->library = target->library;
    } else if (target) {
        if ((r = read_library(reading, target->name, false, &target->library, err)) < 0)
            return r;
        target->looked = true;
        entry->library = target->library;
    } else if ((r = read_library(reading, entry->name, true, &entry->library, err)) < 0) {
        return r;
    }
    entry->looked = true;
    return 0;
}

/* ---- Libraries ---- */

/*
 * True for a link by the library's SONAME, or one for linking programs ("libx.so", whose SONAME is
 * "libx.so.1"). Any other is taken for one more file of that SONAME.
 */
static bool is_own_name(const char *name, const char *soname)
{
    return strcmp(name, soname) == 0 || (ends_with(name, ".so") && starts_with(soname, name));
}

static int add_candidates(struct reading *reading, struct cdi_error *err)
{
    reading->candidates = arena_calloc(reading->arena, reading->n, sizeof *reading->candidates);
    if (!reading->candidates)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < reading->n; i++) {
        const struct entry *sorted = reading->sorted[i];
        struct entry *entry = &reading->entries[sorted - reading->entries];
        struct candidate *candidate = &reading->candidates[reading->n_candidates];
        int r = look(reading, entry, err);

        if (r < 0)
            return r;
        if (!entry->library)
            continue;
        *candidate = (struct candidate){.name = entry->library->soname, .entry = entry};
        if (!candidate->name)
            candidate->name = entry->name;
        candidate->is_link = entry->type == DT_LNK && is_own_name(entry->name, candidate->name);
        if (candidate->is_link)
            candidate->name = entry->name;
        reading->n_candidates++;
    }
    return 0;
}

static int compare_candidates(const void *a, const void *b)
{
    return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

/* True if ldconfig takes `other` instead: rather a file than a link, then the higher version. */
static bool is_better(const struct candidate *other, const struct candidate *best)
{
    if (other->is_link != best->is_link)
        return best->is_link;
    return ldcache_compare_names(best->entry->name, other->entry->name) < 0;
}

/* ---- Links ---- */

/* What has the name that a link shall have. */
enum there {
    THERE_NOTHING, /* or a link to something else: it is made */
    THERE_RIGHT,   /* the same file already */
    THERE_LIBRARY, /* no link, but a library: it stays, and is the one that loaders get */
    THERE_OTHER,   /* something else: it stays */
};

static int look_there(struct reading *reading, const struct candidate *candidate, enum there *there,
                      struct cdi_error *err)
{
    struct entry unlisted = {.name = candidate->name, .type = DT_LNK};
    struct entry *entry = find_entry(reading, candidate->name);
    char text[PATH_MAX];
    int r;

    *there = THERE_NOTHING;
    if (!entry) {
        r = reading->view->read_link(reading->view, reading->directory, candidate->name, text,
                                     sizeof text);
        if (r == -ENOENT)
            return 0;
        if (r < 0) {
            *there = THERE_OTHER;
            return 0;
        }
        entry = &unlisted;
    }
    if ((r = look(reading, entry, err)) < 0)
        return r;
    if (entry->library && entry->library->ino == candidate->entry->library->ino &&
        entry->library->dev == candidate->entry->library->dev)
        *there = THERE_RIGHT;
    else if (entry->type != DT_LNK)
        *there = entry->library ? THERE_LIBRARY : THERE_OTHER;
    return 0;
}

/* Makes the link of a library, if it has none. `file` is what loaders shall open. */
static int link_library(struct reading *reading, const struct candidate *candidate,
                        const char **file, struct cdi_error *err)
{
    struct lddirectory *out = reading->out;
    enum there there;
    int r;

    *file = candidate->name;
    if (candidate->is_link || strcmp(candidate->entry->name, candidate->name) == 0)
        return 0;
    if ((r = look_there(reading, candidate, &there, err)) < 0)
        return r;
    if (there == THERE_RIGHT || there == THERE_LIBRARY)
        return 0;
    r = there == THERE_OTHER ? -EEXIST
                             : reading->view->make_link(reading->view, reading->directory,
                                                        candidate->name, candidate->entry->name);
    if (r == 0)
        return 0;
    /* A loader that opened the link would not get this library. */
    *file = candidate->entry->name;
    if (r != -EXDEV && !out->n_unlinked++) {
        out->unlinked = candidate->name;
        out->unlinked_errno = -r;
    }
    return 0;
}

/* Takes one of the candidates that have one name. */
static int add_library(struct reading *reading, const struct candidate *best, bool is_hwcaps,
                       struct cdi_error *err)
{
    struct lddirectory_library *library = &reading->out->libraries[reading->out->n];

    *library = (struct lddirectory_library){
        .name = best->name,
        .file = best->entry->name,
        .flags = best->entry->library->flags,
        .isa_level = best->entry->library->isa_level,
    };
    reading->out->n++;
    return is_hwcaps ? 0 : link_library(reading, best, &library->file, err);
}

static int choose(struct reading *reading, bool is_hwcaps, struct cdi_error *err)
{
    size_t n = reading->n_candidates;
    const void **sorted = arena_calloc(reading->arena, n, sizeof *sorted);
    int r;

    reading->out->libraries = arena_calloc(reading->arena, n, sizeof *reading->out->libraries);
    if (!sorted || !reading->out->libraries)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &reading->candidates[i];
    if ((r = sort_pointers(sorted, n, compare_candidates, err)) < 0)
        return r;
    for (size_t i = 0; i < n;) {
        const struct candidate *best = sorted[i];

        for (i++; i < n && compare_candidates(best, sorted[i]) == 0; i++)
            if (is_better(sorted[i], best))
                best = sorted[i];
        if ((r = add_library(reading, best, is_hwcaps, err)) < 0)
            return r;
    }
    return 0;
}

int lddirectory_read(const struct ldview *view, const struct ldmachine *machine,
                     const struct ldview_directory *directory, bool is_hwcaps, size_t *entries_left,
                     struct arena *arena, struct lddirectory *out, struct cdi_error *err)
{
    struct reading reading = {.view = view,
                              .machine = machine,
                              .directory = directory,
                              .arena = arena,
                              .out = out,
                              .entries_left = entries_left};
    int r;

    *out = (struct lddirectory){.n = 0};
    if ((r = list_entries(&reading, err)) < 0 || (r = add_candidates(&reading, err)) < 0)
        return r;
    return choose(&reading, is_hwcaps, err);
}
