/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loaders of a machine take for libraries, and where they look for them. Sources: glibc,
 * sysdeps/unix/sysv/linux/{x86,arm}/readelflib.c and sysdeps/generic/ldconfig.h; the built-in
 * directories of Debian's and of other distributions' ldconfig.
 */
#ifndef CDIKIT_HOOKS_LDMACHINE_H
#define CDIKIT_HOOKS_LDMACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <cdikit/macros.h>

struct elf_facts;

struct ldmachine {
    uint16_t machine;      /* EM_X86_64 ... */
    const char *musl;      /* as in /lib/ld-musl-x86_64.so.1 */
    const char *glibc;     /* the loader of its programs */
    const uint32_t *known; /* flags of libraries (base/ldcache.h), up to 0 */

    /* Directories of a distribution that is Debian or came from it, and of others; up to NULL. */
    const char *const *debian;
    const char *const *others;

    /* Flags of a library; 0 if no program of the machine can have it. NULL: not known. */
    uint32_t (*flags_of)(const struct elf_facts *facts);
};

/* For a machine that is not known, one whose flags_of is NULL, and that has no loaders. */
const struct ldmachine *ldmachine_find(uint16_t machine) CDI_PURE;

/* That of this program. */
const struct ldmachine *ldmachine_native(void) CDI_PURE;

#endif
