/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook program as one writes it who trusts the image: paths are strings below the root, links
 * are followed, files are opened whatever they are and written in place. Each hostile test must
 * get out of its container's root with it; a test that does not, would prove nothing.
 */
#ifndef TESTS_HOSTILE_NAIVE_H
#define TESTS_HOSTILE_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_WORDS 128

/* A command's options, each in the order of the command line. */
struct words {
    char *links[MAX_WORDS], *folders[MAX_WORDS], *paths[MAX_WORDS];
    int n_links, n_folders, n_paths;
    const char *mode, *ldconfig, *driver, *compat;
};

/* A path below the root, as a string that the caller frees. */
char *below(const char *root, const char *path);
/* As mkdir -p does; of a file the directory that it is in. */
void make_directory(const char *path);
void make_parent(const char *path);
/* The file and its size; NULL if it cannot be opened. */
char *slurp(const char *path, size_t *size);
void spew(const char *path, const char *text);

void naive_links(const char *root, const struct words *words);
void naive_cache(const char *root, const struct words *words);
void naive_compat(const char *root, const struct words *words);
void naive_chmod(const char *root, const struct words *words);
void naive_params(const char *root, const struct words *words);
void naive_profile(const char *root, const struct words *words);

#endif
