/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV files of Tegra systems, which list what containers get of the system: a line "TYPE,
 * PATH" for each thing or, with '*' and such in the path, several. What is no such line means
 * nothing, as in nvidia-ctk, so that comments need no syntax.
 */
#ifndef CDIKIT_GENERATE_CSV_H
#define CDIKIT_GENERATE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

struct arena;

enum csv_type {
    CSV_DEV, /* a device node */
    CSV_DIR, /* a directory */
    CSV_LIB, /* a file, and the links that libraries need */
    CSV_SYM, /* a symlink, with what it leads to */
};

struct csv_entry {
    enum csv_type type;
    const char *path; /* a pattern, without "." and ".."; mostly absolute */
};

struct csv_list {
    struct csv_entry *items;
    size_t n;
};

/* "dev", "lib": as files have it. */
const char *csv_type_name(enum csv_type type);

/*
 * Adds the entries of a file to a list, in their order. *bad_line is the first line that is
 * neither an entry nor empty nor begins with '#'; 0 if there is none. Errors: NOMEM.
 */
int csv_parse(const char *text, size_t len, struct arena *arena, struct csv_list *list,
              size_t *bad_line, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * True if one of the patterns fits the path of an entry: all of it, or its last component after
 * the "**" and '/' that such a pattern begins with.
 */
bool csv_ignored(const char *const *patterns, size_t n, const char *path) CDI_PURE;

#endif
