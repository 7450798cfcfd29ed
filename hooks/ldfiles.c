/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "hooks/confine.h"
#include "hooks/ldconf.h"
#include "hooks/ldmachine.h"

#define CONF_TEXT  "include /etc/ld.so.conf.d/*.conf\n"
#define MUSL_LIMIT (1U << 20)

/* What is written, on the way there. */
struct writing {
    const struct ldfiles *files;
    const struct rootfs *root;
    int etc; /* O_PATH */
};

/* True if there is something, over symlinks, and it is no directory. */
static bool has_file(const struct rootfs *root, const char *path)
{
    struct rootfs_entry entry;
    bool found = rootfs_find(root, path, &entry) == 0 && !S_ISDIR(entry.st.st_mode);

    if (entry.dirfd >= 0)
        (void)close(entry.dirfd);
    return found;
}

bool ldfiles_is_debian(const struct rootfs *root)
{
    return has_file(root, "/etc/debian_version");
}

/* The directories in which a distribution's ldconfig looks anyway, up to NULL. */
static const char *const *ldfiles_system(const struct ldfiles *files)
{
    return files->debian ? files->machine->debian : files->machine->others;
}

bool ldfiles_can_name(const char *folder)
{
    size_t len = strlen(folder);

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)folder[i] < ' ' || strchr("\177#=", folder[i]))
            return false;
    return len && len < PATH_MAX && !ascii_isspace(folder[0]) && !ascii_isspace(folder[len - 1]);
}

static bool in_list(const char *const *list, const char *path)
{
    for (; *list; list++)
        if (strcmp(*list, path) == 0)
            return true;
    return false;
}

/* True if a file other than LDFILES_SYSTEM, which is the last one, names the directory. */
static bool in_conf(const struct ldconf *conf, const char *path)
{
    for (size_t i = 0; i < conf->n; i++)
        if (strcmp(conf->directories[i].path, path) == 0 &&
            strcmp(conf->directories[i].file, LDFILES_SYSTEM) != 0)
            return true;
    return false;
}

bool ldfiles_is_news(const struct ldfiles *files, const struct ldconf *conf, const char *folder)
{
    return !in_list(ldfiles_system(files), folder) && !in_conf(conf, folder);
}

static int failed(struct cdi_error *err, int os_errno, const char *path)
{
    if (os_errno == EXDEV)
        return cdi_error_set_errno(err, EXDEV,
                                   "%s is not written: its directory is mounted into the "
                                   "container, and may be used by others",
                                   path);
    return cdi_error_set_errno(err, os_errno, "cannot write %s in the container", path);
}

/*
 * A directory to write to, made if it is missing. -EXDEV for one that is mounted there and may be
 * the host's; what is in memory is gone with the container.
 */
static int make_directory(const struct rootfs *root, const char *path)
{
    int fd = rootfs_make_directory(root, path, 0755);
    struct statfs fs;

    if (fd < 0 || rootfs_owns(root, fd) || (fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC))
        return fd;
    (void)close(fd);
    return -EXDEV;
}

int ldfiles_open_etc(const struct rootfs *root, const char *path, struct cdi_error *err)
{
    int fd = make_directory(root, "/etc");

    return fd < 0 ? failed(err, -fd, path) : fd;
}

int ldfiles_open_conf_dir(const struct rootfs *root, const char *path, struct cdi_error *err)
{
    /* First, so that nothing is made in it. */
    int fd = ldfiles_open_etc(root, path, err);

    if (fd < 0)
        return fd;
    (void)close(fd);
    fd = make_directory(root, LDFILES_CONF_DIR);
    return fd < 0 ? failed(err, -fd, path) : fd;
}

bool ldfiles_is_denial(const struct cdi_error *err)
{
    static const int denials[] = {EROFS, EACCES, EPERM, EXDEV, EBUSY};

    for (size_t i = 0; i < ARRAY_SIZE(denials); i++)
        if (err->code == CDI_ERR_IO && err->os_errno == denials[i])
            return true;
    return false;
}

static int replace(int dirfd, const char *path, struct strbuf *text, struct cdi_error *err)
{
    size_t len;
    _cleanup_free_ char *data = strbuf_take(text, &len);

    if (!data)
        return cdi_error_nomem(err);
    return confine_replace(dirfd, path_base(path), path, data, len, 0644, err);
}

/* ---- ld.so.conf ---- */

/* A link that leads nowhere is something, too. */
static int write_conf(const struct writing *writing, struct cdi_error *err)
{
    struct stat st;

    if (fstatat(writing->etc, path_base(LDCONF_PATH), &st, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    if (errno != ENOENT)
        return failed(err, errno, LDCONF_PATH);
    return confine_replace(writing->etc, path_base(LDCONF_PATH), LDCONF_PATH, CONF_TEXT,
                           strlen(CONF_TEXT), 0644, err);
}

/* True if a file is there already and names just these directories, a line each. */
static bool says_the_same(const struct ldconf *conf, const char *path, const struct strbuf *text)
{
    const char *rest = text->s ? text->s : "";

    for (size_t i = 0; i < conf->n; i++) {
        const struct ldconf_directory *directory = &conf->directories[i];
        size_t len = strcspn(rest, "\n");

        if (strcmp(directory->file, path) != 0)
            continue;
        if (strlen(directory->path) != len || memcmp(directory->path, rest, len) != 0)
            return false;
        rest += len + (rest[len] != '\0');
    }
    return !*rest && ldconf_has_file(conf, path);
}

/* Writes a drop-in; positive if that made a difference. */
static int write_drop_in(const struct writing *writing, const struct ldconf *conf, const char *path,
                         struct strbuf *text, struct cdi_error *err)
{
    _cleanup_close_ int dirfd = -1;
    int r;

    if (!text->failed && says_the_same(conf, path, text))
        return 0;
    if ((dirfd = ldfiles_open_conf_dir(writing->root, path, err)) < 0)
        return dirfd;
    r = replace(dirfd, path, text, err);
    return r < 0 ? r : 1;
}

/* What LDFILES_FOLDERS names already, which may be the folders of another driver, and the new ones.
 */
static void list_folders(const struct ldfiles *files, const struct ldconf *conf,
                         struct strbuf *text)
{
    for (size_t i = 0; i < conf->n; i++)
        if (strcmp(conf->directories[i].file, LDFILES_FOLDERS) == 0 &&
            ldfiles_can_name(conf->directories[i].path))
            strbuf_printf(text, "%s\n", conf->directories[i].path);
    for (size_t i = 0; i < files->n_folders; i++)
        if (ldfiles_is_news(files, conf, files->folders[i]))
            strbuf_printf(text, "%s\n", files->folders[i]);
}

static int write_drop_ins(const struct writing *writing, const struct ldconf *conf,
                          struct cdi_error *err)
{
    const char *const *system = ldfiles_system(writing->files);
    _cleanup_strbuf_ struct strbuf folders = STRBUF_INIT, text = STRBUF_INIT;
    int first = 0, second;

    list_folders(writing->files, conf, &folders);
    for (; *system; system++)
        strbuf_printf(&text, "%s\n", *system);
    if (folders.len || folders.failed)
        first = write_drop_in(writing, conf, LDFILES_FOLDERS, &folders, err);
    if (first < 0)
        return first;
    second = write_drop_in(writing, conf, LDFILES_SYSTEM, &text, err);
    return second < 0 ? second : first | second;
}

/* ---- musl ---- */

/* Programs of musl alone: its loader beside glibc's is that of a few programs, and well set up. */
static bool is_musl(const struct ldmachine *machine, const struct rootfs *root)
{
    char loader[64];

    if (!machine->musl)
        return false;
    (void)snprintf(loader, sizeof loader, "/lib/ld-musl-%s.so.1", machine->musl);
    return has_file(root, "/etc/alpine-release") ||
           (has_file(root, loader) && !has_file(root, machine->glibc));
}

/* True if the file's text, with a directory a line or between colons, has the directory. */
static bool names_directory(const struct strbuf *text, const char *path)
{
    size_t len = strlen(path);

    for (const char *p = text->s ? text->s : ""; *p;) {
        size_t n = strcspn(p, ":\n");

        if (n == len && memcmp(p, path, len) == 0)
            return true;
        p += n + (p[n] != '\0');
    }
    return false;
}

static void add_musl(struct strbuf *text, const char *path)
{
    if (names_directory(text, path))
        return;
    if (text->len && text->s[text->len - 1] != '\n')
        strbuf_addch(text, '\n');
    strbuf_printf(text, "%s\n", path);
}

/* A file that is missing stands for /lib:/usr/local/lib:/usr/lib; one that is there, for itself. */
static void add_musl_default(const struct rootfs *root, struct strbuf *text)
{
    int fd = rootfs_directory(root, "/usr/local/lib", O_PATH);

    if (fd < 0)
        return;
    (void)close(fd);
    add_musl(text, "/lib");
    add_musl(text, "/usr/local/lib");
}

int ldfiles_musl(const struct ldfiles *files, const struct rootfs *root,
                 char path[static LDFILES_MUSL_SIZE], struct strbuf *text, struct cdi_error *err)
{
    const char *const *system = ldfiles_system(files);
    _cleanup_free_ char *old = NULL;
    size_t len;
    int r;

    if (!is_musl(files->machine, root))
        return 0;
    (void)snprintf(path, LDFILES_MUSL_SIZE, "/etc/ld-musl-%s.path", files->machine->musl);
    r = rootfs_read(root, path, MUSL_LIMIT, &old, &len);
    if (r < 0 && r != -ENOENT)
        return cdi_error_set_errno(err, -r, "cannot read %s in the container", path);
    if (r == 0)
        strbuf_add(text, old, strlen(old));
    for (size_t i = 0; i < files->n_folders; i++)
        if (!in_list(system, files->folders[i]))
            add_musl(text, files->folders[i]);
    if (r < 0)
        add_musl_default(root, text);
    for (; *system; system++)
        add_musl(text, *system);
    return 1;
}

static int write_musl(const struct writing *writing, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    char path[LDFILES_MUSL_SIZE];
    int r = ldfiles_musl(writing->files, writing->root, path, &text, err);

    return r > 0 ? replace(writing->etc, path, &text, err) : r;
}

int ldfiles_write(const struct ldfiles *files, const struct rootfs *root, const struct ldconf *conf,
                  struct cdi_error *err)
{
    _cleanup_close_ int etc = ldfiles_open_etc(root, LDFILES_CONF_DIR, err);
    struct writing writing = {files, root, etc};
    int changed, r;

    if (etc < 0)
        return etc;
    if ((r = write_conf(&writing, err)) < 0)
        return r;
    if ((changed = write_drop_ins(&writing, conf, err)) < 0)
        return changed;
    r = write_musl(&writing, err);
    return r < 0 ? r : changed;
}
