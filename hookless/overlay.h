/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's files as they will be: those of its root, and above them what is going to be
 * mounted. Nothing is changed. Links that are made as of a view are remembered, if they can become
 * mounts: those that lead to a file of the host; -EROFS for another.
 */
#ifndef CDIKIT_HOOKLESS_OVERLAY_H
#define CDIKIT_HOOKLESS_OVERLAY_H

#include <cdikit/error.h>

#include "hooks/ldview.h"

struct arena;
struct rootfs;

enum overlay_kind {
    OVERLAY_FILE, /* a regular file of the host */
    OVERLAY_TEXT, /* a file that is to be written */
    OVERLAY_LINK, /* a symlink */
};

struct overlay_entry {
    enum overlay_kind kind;
    const char *dir;   /* in the container, without symlinks */
    const char *name;  /* in the directory */
    const char *value; /* the host's path, the text or the target */
    size_t len;        /* of a text */
};

struct overlay {
    struct ldview view; /* first: what ldview.h's functions get */
    const struct rootfs *root;
    struct arena *arena;
    struct overlay_entry *entries;
    size_t n;
    const char *last_path, *last_real; /* a directory that was asked for, and what it is */
};

/* Begins with the root as it is. Both must outlive the overlay. */
void overlay_init(struct overlay *overlay, const struct rootfs *root, struct arena *arena);

/*
 * Puts something at a path of the container, in place of what is there. The strings must outlive
 * the overlay. Returns 0 or a negative errno (-EISDIR: the path has no name at its end; -EBUSY: a
 * link where a file is mounted).
 */
int overlay_add(struct overlay *overlay, enum overlay_kind kind, const char *path,
                const char *value, size_t len) CDI_MUST_CHECK;

/*
 * A directory's path without symlinks, as far as it is there; what is missing of it follows as it
 * is written. From the arena; NULL without memory, or if it leads nowhere.
 */
const char *overlay_directory(struct overlay *overlay, const char *path);

/* Takes out the entry of an index; the others stay in order. */
void overlay_remove(struct overlay *overlay, size_t index);

/*
 * What a path leads to, over symlinks of the overlay and of the root: the entry, or NULL. True in
 * *in_root if it is a file or a directory of the root.
 */
const struct overlay_entry *overlay_find(struct overlay *overlay, const char *path, bool *in_root);

/* The file of the host that a path leads to, over symlinks; NULL if it is none. */
const char *overlay_find_file(struct overlay *overlay, const char *path, bool *in_root);

#endif
