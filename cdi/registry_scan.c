/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists and reads the spec dirs. Source: the recorded behaviour of the CDI Go library, except
 * that an unreadable directory hides no other.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/validate.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cdi/registry_internal.h"

static void spec_freep(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

struct registry_scan *registry_scan_new(void)
{
    struct registry_scan *scan = calloc(1, sizeof *scan);

    if (!scan)
        return NULL;
    scan->arena = arena_new();
    if (scan->arena)
        return scan;
    free(scan);
    return NULL;
}

void registry_scan_free(struct registry_scan *scan)
{
    if (!scan)
        return;
    for (size_t i = 0; i < scan->n_entries; i++)
        cdi_spec_free(scan->entries[i].spec);
    for (size_t i = 0; i < scan->n_failures; i++)
        cdi_error_clear(&scan->failures[i].what.error);
    arena_free(scan->arena);
    free(scan);
}

static struct stamp stamp_of(const struct stat *st)
{
    return (struct stamp){
        .dev = st->st_dev,
        .ino = st->st_ino,
        .size = st->st_size,
        .mtime = st->st_mtim,
        .ctime = st->st_ctim,
    };
}

static struct registry_entry *add_entry(struct registry_scan *scan, const char *path,
                                        size_t priority)
{
    struct registry_entry *grown = path ? arena_grow(scan->arena, scan->entries, scan->n_entries,
                                                     sizeof *grown)
                                        : NULL;

    if (!grown)
        return NULL;
    scan->entries = grown;
    grown += scan->n_entries++;
    *grown = (struct registry_entry){.path = path, .priority = priority};
    return grown;
}

/* Adds one name of an open spec dir, unless it is a directory. */
static int add_file(const struct root *root, struct registry_scan *scan, int dirfd, size_t dir,
                    const char *name)
{
    size_t priority = scan->entries[dir].priority;
    struct registry_entry *entry;
    const char *path;
    struct stat st;
    int r = fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;

    if (r == -ENOENT || (r == 0 && S_ISDIR(st.st_mode)))
        return 0;
    path = spec_file_join(scan->arena, scan->entries[dir].path, name);
    entry = add_entry(scan, path, priority);
    if (!entry)
        return -ENOMEM;
    if (r == 0 && S_ISLNK(st.st_mode) && root)
        r = root_stat(root, path, &st);
    else if (r == 0 && S_ISLNK(st.st_mode))
        r = fstatat(dirfd, name, &st, 0) < 0 ? -errno : 0;
    if (r == 0)
        entry->stamp = stamp_of(&st);
    else
        entry->stamp.error = -r;
    return 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct registry_entry *x = a, *y = b;

    return strcmp(x->path, y->path);
}

/* Adds the files of the directory with entry number `dir`. Returns 0 or -errno. */
static int list_dir(const struct root *root, struct registry_scan *scan, size_t dir)
{
    const char *path = scan->entries[dir].path;
    int fd = root ? root_openat(root, path, O_RDONLY | O_DIRECTORY)
                  : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int why = root ? -fd : errno;
    _cleanup_dir_ DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    enum cdi_format format;

    if (fd < 0)
        return -why;
    if (!stream)
        return (void)close(fd), -ENOMEM;
    for (;;) {
        struct dirent *name;
        int r;

        errno = 0;
        name = readdir(stream);
        if (!name && errno)
            return -errno;
        if (!name)
            break;
        r = spec_file_format(name->d_name, &format) ? add_file(root, scan, fd, dir, name->d_name)
                                                    : 0;
        if (r < 0)
            return r;
    }
    /* All paths begin with the same directory: their order is that of the names. */
    qsort(scan->entries + dir + 1, scan->n_entries - dir - 1, sizeof *scan->entries,
          compare_entries);
    return 0;
}

/* The handle of the registry's root in *handle; NULL in *root if there is none. */
static int open_root(const struct cdi_registry *registry, struct root *handle,
                     const struct root **root, struct cdi_error *err)
{
    *root = registry->root ? handle : NULL;
    return registry->root ? root_open(handle, registry->root, err) : 0;
}

int registry_scan_list(const struct cdi_registry *registry, struct registry_scan *scan,
                       struct cdi_error *err)
{
    _cleanup_root_ struct root handle = ROOT_INIT;
    const struct root *root;
    int r = open_root(registry, &handle, &root, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < registry->n_dirs; i++) {
        size_t dir = scan->n_entries;
        struct registry_entry *entry = add_entry(scan, registry->dirs[i], i);

        if (!entry)
            return cdi_error_nomem(err);
        entry->is_dir = true;
        r = list_dir(root, scan, dir);
        if (r == -ENOMEM)
            return cdi_error_nomem(err);
        scan->entries[dir].stamp.error = -r;
    }
    return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_entry(const struct registry_entry *a, const struct registry_entry *b)
{
    const struct stamp *x = &a->stamp, *y = &b->stamp;

    return !a->retry && !b->retry && a->is_dir == b->is_dir && a->priority == b->priority &&
           x->error == y->error && x->dev == y->dev && x->ino == y->ino && x->size == y->size &&
           same_time(&x->mtime, &y->mtime) && same_time(&x->ctime, &y->ctime) &&
           strcmp(a->path, b->path) == 0;
}

bool registry_scan_same(const struct registry_scan *a, const struct registry_scan *b)
{
    if (a->n_entries != b->n_entries)
        return false;
    for (size_t i = 0; i < a->n_entries; i++)
        if (!same_entry(&a->entries[i], &b->entries[i]))
            return false;
    return true;
}

int registry_scan_fail(struct registry_scan *scan, size_t entry, struct cdi_error *error)
{
    struct registry_failure *grown;

    cdi_error_set_file(error, scan->entries[entry].path);
    grown = arena_grow(scan->arena, scan->failures, scan->n_failures, sizeof *grown);
    if (!grown)
        return -CDI_ERR_NOMEM;
    scan->failures = grown;
    grown[scan->n_failures] = (struct registry_failure){
        .entry = entry,
        .number = scan->n_failures,
        .what = {scan->entries[entry].path, *error},
    };
    scan->n_failures++;
    *error = (struct cdi_error)CDI_ERROR_INIT;
    return 0;
}

/*
 * False only if no document in this text can be of a kind that is asked for. A kind holds
 * nothing but ASCII letters, digits and "_-./", so a text that spells it otherwise than
 * literally has an escape, a tag (!!binary), or is UTF-16.
 */
static bool is_wanted(const struct cdi_registry *registry, const char *text, size_t len)
{
    static const char disguises[] = {'\\', '!', '\0'};

    if (!registry->filtered)
        return true;
    for (size_t i = 0; i < registry->n_kinds; i++)
        if (memmem(text, len, registry->kinds[i], strlen(registry->kinds[i])))
            return true;
    for (size_t i = 0; i < sizeof disguises; i++)
        if (memchr(text, disguises[i], len))
            return true;
    return false;
}

/* Reads, parses and checks one file; *spec stays NULL for one that is not wanted. */
static int load_spec(const struct cdi_registry *registry, const struct root *root, const char *path,
                     struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_(spec_freep) struct cdi_spec *read = NULL;
    size_t len;
    int r = root ? root_read(root, path, CDI_SPEC_MAX_SIZE, &text, &len, err)
                 : file_read(AT_FDCWD, path, CDI_SPEC_MAX_SIZE, &text, &len, err);

    if (r < 0)
        return r;
    if (!is_wanted(registry, text, len))
        return 0;
    r = cdi_spec_parse(text, len, path, &read, err);
    if (r == 0)
        r = cdi_spec_check(read, err);
    if (r == 0)
        *spec = TAKE_PTR(read);
    return r;
}

/* Errors of reading that can pass without a change of the file. */
static bool is_passing(int os_errno)
{
    return os_errno == EMFILE || os_errno == ENFILE || os_errno == EIO || os_errno == EINTR;
}

static int load_entry(const struct cdi_registry *registry, const struct root *root,
                      struct registry_scan *scan, size_t i)
{
    struct registry_entry *entry = &scan->entries[i];
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int missing = entry->stamp.error;

    if (!entry->is_dir) {
        if (load_spec(registry, root, entry->path, &entry->spec, &why) == 0)
            return 0;
        entry->retry = is_passing(why.os_errno);
    } else if (missing && missing != ENOENT) {
        (void)cdi_error_set_errno(&why, missing, "cannot read the spec dir");
    } else {
        return 0;
    }
    return why.code == CDI_ERR_NOMEM ? -CDI_ERR_NOMEM : registry_scan_fail(scan, i, &why);
}

int registry_scan_load(const struct cdi_registry *registry, struct registry_scan *scan,
                       struct cdi_error *err)
{
    _cleanup_root_ struct root handle = ROOT_INIT;
    const struct root *root;
    int r = open_root(registry, &handle, &root, err);

    for (size_t i = 0; r == 0 && i < scan->n_entries; i++)
        if (load_entry(registry, root, scan, i) < 0)
            r = cdi_error_nomem(err);
    return r;
}
