/* SPDX-License-Identifier: Apache-2.0 */
/* A minimal shared object. */
#ifndef FAKENODE_ELF_H
#define FAKENODE_ELF_H

#include <elf.h>
#include <stddef.h>

struct elf_image_64 {
    Elf64_Ehdr header;
    Elf64_Phdr segments[3];
    Elf64_Dyn dynamic[7];
    Elf64_Sym symbols[1];
    Elf64_Word hash[4];
    char strings[256];
};

struct elf_image_32 {
    Elf32_Ehdr header;
    Elf32_Phdr segments[3];
    Elf32_Dyn dynamic[7];
    Elf32_Sym symbols[1];
    Elf32_Word hash[4];
    char strings[256];
};

union elf_image {
    struct elf_image_64 bits_64;
    struct elf_image_32 bits_32;
};

/*
 * Fills an ELF64 x86-64 or an ELF32 i386 shared object that holds nothing but its SONAME: enough
 * for ldconfig(8), readelf(1) and dlopen(3). Returns its size in bytes, which is less than that
 * of the struct. A name that does not fit ends the program.
 */
size_t elf_fill_64(struct elf_image_64 *image, const char *soname);
size_t elf_fill_32(struct elf_image_32 *image, const char *soname);

#endif
