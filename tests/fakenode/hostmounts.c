/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of the host, which an overlay over its root does not show. */
#include "tests/fakenode/hostmounts.h"

#include "tests/fakenode/desc.h"
#include "tests/fakenode/tree.h"

#include <err.h>
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool path_is_beneath(const char *path, const char *dir)
{
    size_t length = strlen(dir);

    return strncmp(path, dir, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static bool belongs_to_node(const char *path)
{
    static const char *const places[] = {"/dev", "/etc/cdi", "/proc", "/run", "/sys"};

    for (size_t i = 0; i < COUNT(places); i++) {
        if (path_is_beneath(path, places[i]))
            return true;
    }
    return strcmp(path, "/") == 0;
}

void hostmounts_read(struct hostmounts *mounts)
{
    FILE *file = setmntent("/proc/self/mounts", "re");
    struct mntent *entry;

    if (!file)
        err(FAKENODE_FAILED, "cannot read /proc/self/mounts");
    *mounts = (struct hostmounts){0};
    while ((entry = getmntent(file))) {
        char **paths, *path;

        if (belongs_to_node(entry->mnt_dir))
            continue;
        paths = reallocarray(mounts->paths, mounts->n_paths + 1, sizeof(*paths));
        path = strdup(entry->mnt_dir);
        if (!paths || !path)
            err(FAKENODE_FAILED, "cannot read /proc/self/mounts");
        paths[mounts->n_paths++] = path;
        mounts->paths = paths;
    }
    endmntent(file);
}

void hostmounts_free(struct hostmounts *mounts)
{
    for (size_t i = 0; i < mounts->n_paths; i++)
        free(mounts->paths[i]);
    free(mounts->paths);
}

static bool overlay(const char *path, const char *stage, const char *target)
{
    char upper[] = "upper-XXXXXX", work[] = "work-XXXXXX";
    struct tree_path upper_path = tree_path("%s/%s", stage, upper);
    struct tree_path work_path = tree_path("%s/%s", stage, work);
    struct stat st;

    /* Option text has its own meaning for these. */
    if (strpbrk(path, ":,\\") || stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return false;
    if (!mkdtemp(upper_path.text) || !mkdtemp(work_path.text) ||
        chmod(upper_path.text, st.st_mode & 07777) < 0 ||
        chown(upper_path.text, st.st_uid, st.st_gid) < 0)
        err(FAKENODE_FAILED, "cannot make an upper layer for %s", path);
    return mount("fakenode", target, "overlay", 0,
                 tree_path("lowerdir=%s,upperdir=%s,workdir=%s", path, upper_path.text,
                           work_path.text)
                     .text) == 0;
}

static bool bind_read_only(const char *path, const char *target)
{
    return mount(path, target, NULL, MS_BIND, NULL) == 0 &&
           mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

void hostmounts_carry(const struct hostmounts *mounts, const char *stage, const char *root)
{
    for (size_t i = 0; i < mounts->n_paths; i++) {
        const char *path = mounts->paths[i];
        struct tree_path target = tree_path("%s%s", root, path);

        /* A mount point that is covered by a later mount is not there. */
        if (access(target.text, F_OK) < 0)
            continue;
        if (!overlay(path, stage, target.text) && !bind_read_only(path, target.text))
            err(FAKENODE_FAILED, "cannot show the host's %s on the node", path);
    }
}
