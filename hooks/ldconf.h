/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/ld.so.conf and the files that it includes, as ldconfig(8) reads them: a directory a line,
 * "include PATTERN...", "hwcap ..." (passed over), '#' and what follows. Source: ldconfig(8);
 * glibc, elf/ldconfig.c.
 */
#ifndef CDIKIT_HOOKS_LDCONF_H
#define CDIKIT_HOOKS_LDCONF_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

#define LDCONF_PATH "/etc/ld.so.conf"

#define LDCONF_MOST_SIZE        (1U << 20) /* bytes of one file */
#define LDCONF_MOST_BYTES       (8U << 20) /* of all */
#define LDCONF_MOST_FILES       1024
#define LDCONF_MOST_DEPTH       16 /* of files and patterns within each other */
#define LDCONF_MOST_DIRECTORIES 4096

struct arena;
struct ldview;

struct ldconf_directory {
    const char *path; /* absolute, without ".", "//" and a last '/' */
    const char *file; /* the one that names it */
};

struct ldconf {
    struct ldconf_directory *directories; /* in the order of the files */
    size_t n;
    const char **files; /* those that were read */
    size_t n_files;
    bool cut; /* something was left out, because there is too much of it */
};

/*
 * Reads a file and what it includes, each file once. What cannot be read is not there, a relative
 * directory is left out: a loader would look for it from the working directory of a program.
 * Strings come from the arena. Errors: NOMEM.
 */
int ldconf_read(const struct ldview *view, const char *path, struct arena *arena,
                struct ldconf *out, struct cdi_error *err) CDI_MUST_CHECK;

/* True if the file is one of those that were read. */
bool ldconf_has_file(const struct ldconf *conf, const char *path) CDI_PURE;

#endif
