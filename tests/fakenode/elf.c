/* SPDX-License-Identifier: Apache-2.0 */
/* A minimal shared object, after the System V ABI with its AMD64 and i386 supplements. */
#include "tests/fakenode/elf.h"

#include "tests/fakenode/desc.h"

#include <err.h>
#include <string.h>

/* The strings of both: an empty one, the SONAME. */
static void put_strings(char strings[256], const char *soname)
{
    size_t length = strlen(soname) + 1;

    if (1 + length > 256)
        errx(FAKENODE_FAILED, "the SONAME %s is too long", soname);
    strings[0] = '\0';
    memcpy(strings + 1, soname, length);
}

size_t elf_fill_64(struct elf_image_64 *image, const char *soname)
{
    size_t length = strlen(soname) + 1;
    size_t size = offsetof(struct elf_image_64, strings) + 1 + length;

    *image = (struct elf_image_64){
        .header =
            {
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
                            ELFOSABI_NONE},
                .e_type = ET_DYN,
                .e_machine = EM_X86_64,
                .e_version = EV_CURRENT,
                .e_phoff = offsetof(struct elf_image_64, segments),
                .e_ehsize = sizeof(Elf64_Ehdr),
                .e_phentsize = sizeof(Elf64_Phdr),
                .e_phnum = sizeof(image->segments) / sizeof(image->segments[0]),
                .e_shentsize = sizeof(Elf64_Shdr),
            },
        .segments =
            {
                /* Writable: glibc before 2.35 relocates the dynamic section in place. */
                {.p_type = PT_LOAD,
                 .p_flags = PF_R | PF_W,
                 .p_filesz = size,
                 .p_memsz = size,
                 .p_align = 0x1000},
                {.p_type = PT_DYNAMIC,
                 .p_flags = PF_R | PF_W,
                 .p_offset = offsetof(struct elf_image_64, dynamic),
                 .p_vaddr = offsetof(struct elf_image_64, dynamic),
                 .p_paddr = offsetof(struct elf_image_64, dynamic),
                 .p_filesz = sizeof(image->dynamic),
                 .p_memsz = sizeof(image->dynamic),
                 .p_align = sizeof(Elf64_Xword)},
                /* Without it dlopen() would make the stack executable. */
                {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
            },
        .dynamic =
            {
                {DT_SONAME, {1}},
                {DT_HASH, {offsetof(struct elf_image_64, hash)}},
                {DT_STRTAB, {offsetof(struct elf_image_64, strings)}},
                {DT_SYMTAB, {offsetof(struct elf_image_64, symbols)}},
                {DT_STRSZ, {1 + length}},
                {DT_SYMENT, {sizeof(Elf64_Sym)}},
                {DT_NULL, {0}},
            },
        .hash = {1, 1, 0, 0}, /* one bucket, one symbol: the undefined one */
    };
    put_strings(image->strings, soname);
    return size;
}

size_t elf_fill_32(struct elf_image_32 *image, const char *soname)
{
    Elf32_Word length = (Elf32_Word)strlen(soname) + 1;
    Elf32_Word size = (Elf32_Word)offsetof(struct elf_image_32, strings) + 1 + length;

    *image = (struct elf_image_32){
        .header =
            {
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT,
                            ELFOSABI_NONE},
                .e_type = ET_DYN,
                .e_machine = EM_386,
                .e_version = EV_CURRENT,
                .e_phoff = offsetof(struct elf_image_32, segments),
                .e_ehsize = sizeof(Elf32_Ehdr),
                .e_phentsize = sizeof(Elf32_Phdr),
                .e_phnum = sizeof(image->segments) / sizeof(image->segments[0]),
                .e_shentsize = sizeof(Elf32_Shdr),
            },
        .segments =
            {
                /* Writable: glibc before 2.35 relocates the dynamic section in place. */
                {.p_type = PT_LOAD,
                 .p_flags = PF_R | PF_W,
                 .p_filesz = size,
                 .p_memsz = size,
                 .p_align = 0x1000},
                {.p_type = PT_DYNAMIC,
                 .p_flags = PF_R | PF_W,
                 .p_offset = offsetof(struct elf_image_32, dynamic),
                 .p_vaddr = offsetof(struct elf_image_32, dynamic),
                 .p_paddr = offsetof(struct elf_image_32, dynamic),
                 .p_filesz = sizeof(image->dynamic),
                 .p_memsz = sizeof(image->dynamic),
                 .p_align = sizeof(Elf32_Xword)},
                /* Without it dlopen() would make the stack executable. */
                {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
            },
        .dynamic =
            {
                {DT_SONAME, {1}},
                {DT_HASH, {offsetof(struct elf_image_32, hash)}},
                {DT_STRTAB, {offsetof(struct elf_image_32, strings)}},
                {DT_SYMTAB, {offsetof(struct elf_image_32, symbols)}},
                {DT_STRSZ, {1 + length}},
                {DT_SYMENT, {sizeof(Elf32_Sym)}},
                {DT_NULL, {0}},
            },
        .hash = {1, 1, 0, 0}, /* one bucket, one symbol: the undefined one */
    };
    put_strings(image->strings, soname);
    return size;
}
