/* SPDX-License-Identifier: Apache-2.0 */
#include "hookless/overlay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "hooks/confine.h"

#define MOST_LINKS 40

/* The device number of directories that are not there yet. */
#define DEV_NONE ((dev_t)-1)

static struct overlay *overlay_of(const struct ldview *view)
{
    return (struct overlay *)(uintptr_t)view;
}

static const char *find_real(const struct overlay *overlay, const char *path)
{
    const char *clean = path_clean(overlay->arena, path);
    char there[PATH_MAX], real[PATH_MAX];
    size_t len = clean ? strlen(clean) : 0;
    int r;

    if (!clean || len >= sizeof there)
        return NULL;
    memcpy(there, clean, len + 1);
    while ((r = rootfs_real_path(overlay->root, there, real)) == -ENOENT && len > 1) {
        while (len > 1 && there[len - 1] != '/')
            len--;
        while (len > 1 && there[len - 1] == '/')
            len--;
        there[len] = '\0';
    }
    if (r < 0)
        return NULL;
    clean = arena_printf(overlay->arena, "%s/%s", real, clean + len);
    return clean ? path_clean(overlay->arena, clean) : NULL;
}

/* A path is mostly that of the last question. */
const char *overlay_directory(struct overlay *overlay, const char *path)
{
    if (!overlay->last_path || strcmp(overlay->last_path, path) != 0) {
        overlay->last_path = arena_strdup(overlay->arena, path);
        overlay->last_real = find_real(overlay, path);
    }
    return overlay->last_real;
}

static struct overlay_entry *entry_at(const struct overlay *overlay, const char *dir,
                                      const char *name)
{
    for (size_t i = 0; i < overlay->n; i++)
        if (strcmp(overlay->entries[i].name, name) == 0 &&
            strcmp(overlay->entries[i].dir, dir) == 0)
            return &overlay->entries[i];
    return NULL;
}

/* Takes a path apart: its directory without symlinks and the name in it. */
static int split(struct overlay *overlay, const char *path, const char **dir, const char **name)
{
    const char *head;

    *name = path_base(path);
    if (!**name || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0)
        return -EISDIR;
    head = arena_printf(overlay->arena, "/%.*s", (int)(*name - path), path);
    *dir = head ? overlay_directory(overlay, head) : NULL;
    return *dir ? 0 : -ENOENT;
}

int overlay_add(struct overlay *overlay, enum overlay_kind kind, const char *path,
                const char *value, size_t len)
{
    struct overlay_entry *entry;
    const char *dir, *name;
    int r = split(overlay, path, &dir, &name);

    if (r < 0)
        return r;
    entry = entry_at(overlay, dir, name);
    if (entry && entry->kind == OVERLAY_FILE && kind == OVERLAY_LINK)
        return -EBUSY;
    if (!entry) {
        overlay->entries = arena_grow(overlay->arena, overlay->entries, overlay->n,
                                      sizeof *overlay->entries);
        if (!overlay->entries) {
            overlay->n = 0;
            return -ENOMEM;
        }
        entry = &overlay->entries[overlay->n++];
    }
    *entry = (struct overlay_entry){kind, dir, name, value, len};
    return 0;
}

/* The text of a symlink of the root; NULL if it is none. *there: something has that path. */
static const char *link_of_root(const struct overlay *overlay, const char *dir, const char *name,
                                bool *there)
{
    _cleanup_close_ int fd = rootfs_directory(overlay->root, dir, O_PATH);
    char text[PATH_MAX];
    struct stat st;
    ssize_t len;

    *there = fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*there || !S_ISLNK(st.st_mode))
        return NULL;
    len = readlinkat(fd, name, text, sizeof text);
    return len > 0 ? arena_strndup(overlay->arena, text, (size_t)len) : NULL;
}

const struct overlay_entry *overlay_find(struct overlay *overlay, const char *path, bool *in_root)
{
    *in_root = false;
    for (int links = 0; path && links <= MOST_LINKS; links++) {
        const struct overlay_entry *entry;
        const char *dir, *name, *target;

        if (split(overlay, path, &dir, &name) < 0)
            return NULL;
        entry = entry_at(overlay, dir, name);
        if (entry && entry->kind != OVERLAY_LINK)
            return entry;
        target = entry ? entry->value : link_of_root(overlay, dir, name, in_root);
        if (!target)
            return NULL;
        *in_root = false;
        path = *target == '/' ? target : arena_printf(overlay->arena, "%s/%s", dir, target);
    }
    return NULL;
}

const char *overlay_find_file(struct overlay *overlay, const char *path, bool *in_root)
{
    const struct overlay_entry *end = overlay_find(overlay, path, in_root);

    return end && end->kind == OVERLAY_FILE ? end->value : NULL;
}

void overlay_remove(struct overlay *overlay, size_t index)
{
    struct overlay_entry *entry = &overlay->entries[index];

    overlay->n--;
    memmove(entry, entry + 1, (overlay->n - index) * sizeof *entry);
}

/* ---- As a view ---- */

static bool has_entries(const struct overlay *overlay, const char *dir, size_t *first)
{
    for (*first = 0; *first < overlay->n; ++*first)
        if (strcmp(overlay->entries[*first].dir, dir) == 0)
            return true;
    return false;
}

static void view_close(const struct ldview *view, struct ldview_directory *directory)
{
    (void)view;
    if (directory->fd >= 0)
        (void)close(directory->fd);
    directory->fd = -1;
}

static int view_open(const struct ldview *view, const char *path,
                     struct ldview_directory *directory)
{
    struct overlay *overlay = overlay_of(view);
    const char *dir;
    struct stat st;
    size_t first;

    *directory = (struct ldview_directory){.fd = rootfs_directory(overlay->root, path, O_RDONLY),
                                           .path = path};
    if (directory->fd >= 0) {
        if (fstat(directory->fd, &st) < 0) {
            int r = -errno;

            view_close(view, directory);
            return r;
        }
        directory->dev = st.st_dev;
        directory->ino = st.st_ino;
        return 0;
    }
    if (directory->fd != -ENOENT)
        return directory->fd;
    dir = overlay_directory(overlay, path);
    if (!dir || !has_entries(overlay, dir, &first))
        return -ENOENT;
    directory->fd = -1;
    directory->dev = DEV_NONE;
    directory->ino = first;
    return 0;
}

/* A listing of the root's directory, without what something is put above of. */
struct listing {
    const struct overlay *overlay;
    const char *dir;
    ldview_entry *tell;
    void *context;
};

static int tell_uncovered(void *context, const char *name, unsigned char type)
{
    const struct listing *listing = context;

    return entry_at(listing->overlay, listing->dir, name)
               ? 0
               : listing->tell(listing->context, name, type);
}

static int view_list(const struct ldview *view, const struct ldview_directory *directory,
                     ldview_entry *tell, void *context)
{
    struct overlay *overlay = overlay_of(view);
    struct listing listing = {overlay, overlay_directory(overlay, directory->path), tell, context};
    int r = 0;

    if (!listing.dir)
        return -ENOENT;
    if (directory->fd >= 0)
        r = ldview_list_open(directory->fd, tell_uncovered, &listing);
    /* Links may be made meanwhile: these are not told. */
    for (size_t i = 0, n = overlay->n; r == 0 && i < n; i++)
        if (strcmp(overlay->entries[i].dir, listing.dir) == 0)
            r = tell(context, overlay->entries[i].name,
                     overlay->entries[i].kind == OVERLAY_LINK ? DT_LNK : DT_REG);
    return r;
}

static const struct overlay_entry *
entry_of(struct overlay *overlay, const struct ldview_directory *directory, const char *name)
{
    const char *dir = overlay_directory(overlay, directory->path);

    return dir ? entry_at(overlay, dir, name) : NULL;
}

static int view_read_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, char *text, size_t size)
{
    const struct overlay_entry *entry = entry_of(overlay_of(view), directory, name);
    ssize_t len;

    if (entry && entry->kind != OVERLAY_LINK)
        return -EINVAL;
    if (entry) {
        if (strlen(entry->value) >= size)
            return -ENAMETOOLONG;
        memcpy(text, entry->value, strlen(entry->value) + 1);
        return (int)strlen(text);
    }
    if (directory->fd < 0)
        return -ENOENT;
    len = readlinkat(directory->fd, name, text, size - 1);
    if (len < 0)
        return -errno;
    text[len] = '\0';
    return (int)len;
}

/* A file of the host's that a mount names. Anything else is not opened: devices would notice. */
static int open_host_file(const char *path, struct stat *st)
{
    int fd;

    if (stat(path, st) < 0)
        return -errno;
    if (!S_ISREG(st->st_mode))
        return -EINVAL;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

static int open_in_root(const struct ldview_directory *directory, const char *name, struct stat *st)
{
    if (directory->fd < 0)
        return -ENOENT;
    if (fstatat(directory->fd, name, st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return confine_open_file(directory->fd, name, st);
}

static int view_open_file(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, bool follow, struct stat *st)
{
    struct overlay *overlay = overlay_of(view);
    const struct overlay_entry *entry = entry_of(overlay, directory, name);
    const char *path;
    bool in_root;

    if (!follow) {
        if (entry)
            return entry->kind == OVERLAY_FILE ? open_host_file(entry->value, st) : -EINVAL;
        return open_in_root(directory, name, st);
    }
    path = arena_printf(overlay->arena, "%s/%s", directory->path, name);
    if (!path)
        return -ENOMEM;
    entry = overlay_find(overlay, path, &in_root);
    if (entry)
        return entry->kind == OVERLAY_FILE ? open_host_file(entry->value, st) : -EINVAL;
    return in_root ? rootfs_open_file(overlay->root, path, st) : -ENOENT;
}

static int view_make_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, const char *target)
{
    struct overlay *overlay = overlay_of(view);
    const char *path = arena_printf(overlay->arena, "%s/%s", directory->path, name);
    const char *copy = arena_strdup(overlay->arena, target), *end = copy;
    bool in_root;

    if (copy && *copy != '/')
        end = arena_printf(overlay->arena, "%s/%s", directory->path, copy);
    if (!path || !end)
        return -ENOMEM;
    if (!overlay_find_file(overlay, end, &in_root))
        return -EROFS;
    return overlay_add(overlay, OVERLAY_LINK, path, copy, 0);
}

static int view_read(const struct ldview *view, const char *path, size_t limit, char **data,
                     size_t *len)
{
    struct overlay *overlay = overlay_of(view);
    bool in_root;
    const struct overlay_entry *entry = overlay_find(overlay, path, &in_root);

    if (!entry)
        return in_root ? rootfs_read(overlay->root, path, limit, data, len) : -ENOENT;
    if (entry->kind != OVERLAY_TEXT)
        return -EINVAL;
    if (entry->len > limit)
        return -EFBIG;
    *data = strndup(entry->value, entry->len);
    *len = entry->len;
    return *data ? 0 : -ENOMEM;
}

void overlay_init(struct overlay *overlay, const struct rootfs *root, struct arena *arena)
{
    *overlay = (struct overlay){
        .view = {.open = view_open,
                 .close = view_close,
                 .list = view_list,
                 .read_link = view_read_link,
                 .open_file = view_open_file,
                 .make_link = view_make_link,
                 .read = view_read},
        .root = root,
        .arena = arena,
    };
}
