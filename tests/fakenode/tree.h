/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a tree of files beneath a directory.
 *
 * Paths are absolute within the tree and symlinks are resolved inside it (openat2
 * RESOLVE_IN_ROOT), so a link to /etc never leads out. Directories on the way are made; what
 * is in the place of a new file is replaced. Every failure ends the program.
 */
#ifndef FAKENODE_TREE_H
#define FAKENODE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tree {
    int fd;
    bool stand_ins; /* regular files in place of device nodes */
};

struct node_attr {
    mode_t type; /* S_IFCHR or S_IFBLK */
    unsigned major;
    unsigned minor;
    mode_t mode;
    uid_t uid;
    gid_t gid;
};

#define _cleanup_tree_ __attribute__((cleanup(tree_close)))

void tree_open(struct tree *tree, const char *top);
/* The directory `path` of a tree, as a tree of its own. */
void tree_open_beneath(struct tree *tree, const struct tree *above, const char *path);

void tree_close(struct tree *tree);

void tree_dir(const struct tree *tree, const char *path, mode_t mode);
void tree_file(const struct tree *tree, const char *path, mode_t mode, const void *data,
               size_t size);
void tree_printf(const struct tree *tree, const char *path, mode_t mode, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void tree_copy(const struct tree *tree, const char *path, const char *source);
void tree_link(const struct tree *tree, const char *path, const char *target);
void tree_node(const struct tree *tree, const char *path, struct node_attr attr);
void tree_socket(const struct tree *tree, const char *path, mode_t mode);

/* Removes a file; false when there is none. */
bool tree_remove(const struct tree *tree, const char *path);

/* A path made of a format, for the functions above; longer than PATH_MAX ends the program. */
struct tree_path {
    char text[4096];
};
struct tree_path tree_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
