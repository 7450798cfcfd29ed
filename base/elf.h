/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF files of little-endian machines. Source: System V ABI, "Object Files" and "Dynamic
 * Linking"; elf(5); x86-64 psABI, "Program Property".
 */
#ifndef CDIKIT_BASE_ELF_H
#define CDIKIT_BASE_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include <cdikit/error.h>

struct arena;

#define ELF_NAME_MAX 1024 /* bytes of a DT_SONAME, with its NUL */

/* What linkers and loaders go by. */
struct elf_facts {
    unsigned bits;      /* 32 or 64 */
    uint16_t type;      /* ET_DYN of a shared object */
    uint16_t machine;   /* EM_X86_64 ... */
    uint32_t flags;     /* e_flags: the ABI, on some machines */
    bool interpreter;   /* PT_INTERP: the kernel starts a loader for it */
    bool dynamic;       /* has a dynamic section, and strings for it */
    unsigned n_needed;  /* libraries that it links to */
    unsigned n_sonames; /* 0 or 1 in what linkers write */
    unsigned isa_level; /* n of GNU_PROPERTY_X86_ISA_1_Vn, less one: 0 is baseline, or not told */
    char soname[ELF_NAME_MAX]; /* the first DT_SONAME; "" without */
};

/*
 * Reads a file of either class: its headers, the dynamic section and the name, and nothing else,
 * however large it says that it is. Errors: INVALID (no ELF file, truncated, inconsistent), IO,
 * NOMEM.
 */
int elf_read(int fd, struct elf_facts *facts, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The DT_SONAME alone, in *soname from the arena: NULL if there is none. Errors: as elf_read(),
 * and INVALID if there are several.
 */
int elf_soname(int fd, struct arena *arena, const char **soname,
               struct cdi_error *err) CDI_MUST_CHECK;

/* True if it is an ELF file of ELFCLASS32. */
bool elf_is_32bit(int fd);

#endif
