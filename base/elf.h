/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files. Source: System V ABI, "Object Files" and "Dynamic Linking"; elf(5). */
#ifndef CDIKIT_BASE_ELF_H
#define CDIKIT_BASE_ELF_H

#include <stdbool.h>

#include <cdikit/error.h>

struct arena;

/*
 * The DT_SONAME of an ELF file of either class, little-endian, in *soname: NULL if it has
 * none. Reads only the headers, the dynamic section and the name. Errors: INVALID (no ELF
 * file, truncated, inconsistent, several DT_SONAMEs), IO, NOMEM.
 */
int elf_soname(int fd, struct arena *arena, const char **soname,
               struct cdi_error *err) CDI_MUST_CHECK;

/* True if it is an ELF file of ELFCLASS32. */
bool elf_is_32bit(int fd);

#endif
