/* SPDX-License-Identifier: Apache-2.0 */
/* One directory of libraries, as ldconfig(8) looks at it; see hooks/ldscan.h. */
#ifndef CDIKIT_HOOKS_LDDIRECTORY_H
#define CDIKIT_HOOKS_LDDIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

#define LDDIRECTORY_MOST_LIBRARIES 65536 /* names like that of a library */

struct arena;
struct ldmachine;
struct ldview;
struct ldview_directory;

/* A library by the name that programs ask for: its SONAME, or that of a development link. */
struct lddirectory_library {
    const char *name;
    const char *file; /* the entry that loaders shall open: mostly the name itself, a link */
    uint32_t flags;
    unsigned isa_level;
};

struct lddirectory {
    struct lddirectory_library *libraries; /* sorted by name, each once */
    size_t n;
    bool has_hwcaps;      /* there is a glibc-hwcaps in it */
    bool cut;             /* something was left out, because there is too much of it */
    size_t n_unlinked;    /* links that could not be made, those of mounted directories apart */
    const char *unlinked; /* the name of the first one */
    int unlinked_errno;
};

/*
 * Reads a directory, of which at most *entries_left entries are looked at; what is left of those
 * is given back. In a subdirectory of glibc-hwcaps no links are made. Strings come from the
 * arena. Errors: NOMEM.
 */
int lddirectory_read(const struct ldview *view, const struct ldmachine *machine,
                     const struct ldview_directory *directory, bool is_hwcaps, size_t *entries_left,
                     struct arena *arena, struct lddirectory *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* True for a file name that ldconfig looks at: lib*.so*, ld-*.so*, ld.so.*, ld64.so.*. */
bool lddirectory_is_library_name(const char *name) CDI_PURE;

#endif
