/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of the host, which an overlay over its root does not show. */
#ifndef FAKENODE_HOSTMOUNTS_H
#define FAKENODE_HOSTMOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct hostmounts {
    char **paths;
    size_t n_paths;
};

/* Reads the mount points of this process, in the order in which they were mounted. */
void hostmounts_read(struct hostmounts *mounts);

void hostmounts_free(struct hostmounts *mounts);

/*
 * Shows the host's mounts below `root`, each beneath an overlay of its own whose upper layer is
 * in the directory `stage`, or read-only where that cannot be. Those in places that a node has of
 * its own are left out.
 */
void hostmounts_carry(const struct hostmounts *mounts, const char *stage, const char *root);

/* Whether `path` is `dir` or beneath it. */
bool path_is_beneath(const char *path, const char *dir);

#endif
