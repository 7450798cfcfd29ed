/* SPDX-License-Identifier: Apache-2.0 */
/* Directory trees that look like a machine with a driver, and finding it. */
#ifndef CDIKIT_TESTS_DRIVERTREE_H
#define CDIKIT_TESTS_DRIVERTREE_H

#include "base/arena.h"
#include "base/root.h"
#include "generate/driver/find.h"
#include "tests/unit/ldcachedata.h"

/* One tree, in a directory that is removed with the test; the driver root may be inside it. */
struct tree {
    const char *dir;
    struct arena *arena;
    struct root root, inside;
    struct driver_search search; /* of all of the tree, until tree_set_driver_root() */
    struct driver driver;        /* what tree_find() found */
};

void tree_init(struct tree *tree);
void tree_close(struct tree *tree);
#define _cleanup_tree_ __attribute__((cleanup(tree_close)))

/* Names are relative to the tree; the directories on the way are made. */
void tree_file(const struct tree *tree, const char *name);
void tree_program(const struct tree *tree, const char *name);
void tree_dir(const struct tree *tree, const char *name);
void tree_link(const struct tree *tree, const char *name, const char *target);

/* A library for programs of 32 or 64 bits; soname may be NULL. */
void tree_library(const struct tree *tree, const char *name, int bits, const char *soname);

/* A loader's cache. */
void tree_cache(const struct tree *tree, const char *name, const struct ldcachedata *entries,
                size_t n);

/* Makes /name the driver root. */
void tree_set_driver_root(struct tree *tree, const char *name);

/* Finds the driver, once more if it was found before. The error is the caller's. */
int tree_find(struct tree *tree, const char *version, enum driver_scope scope,
              struct cdi_error *err);

/* As tree_find(), but it must succeed. */
void tree_must_find(struct tree *tree, const char *version);

/* The file that is mounted at a path; NULL if there is none. */
const struct driver_file *tree_mounted(const struct tree *tree, const char *path);

/* It must be mounted there, from host_path. */
void tree_expect_mount(const struct tree *tree, const char *path, const char *host_path);

#endif
