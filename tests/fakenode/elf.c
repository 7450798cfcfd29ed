/* SPDX-License-Identifier: Apache-2.0 */
/* A minimal shared object, after the System V ABI with its AMD64 supplement. */
#include "tests/fakenode/elf.h"

#include "tests/fakenode/desc.h"

#include <err.h>
#include <string.h>

size_t elf_fill(struct elf_image *image, const char *soname)
{
    size_t length = strlen(soname) + 1;
    size_t size = offsetof(struct elf_image, strings) + 1 + length;

    if (length >= sizeof(image->strings))
        errx(FAKENODE_FAILED, "the SONAME %s is too long", soname);
    *image = (struct elf_image){
        .header =
            {
                .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
                            ELFOSABI_NONE},
                .e_type = ET_DYN,
                .e_machine = EM_X86_64,
                .e_version = EV_CURRENT,
                .e_phoff = offsetof(struct elf_image, segments),
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
                 .p_offset = offsetof(struct elf_image, dynamic),
                 .p_vaddr = offsetof(struct elf_image, dynamic),
                 .p_paddr = offsetof(struct elf_image, dynamic),
                 .p_filesz = sizeof(image->dynamic),
                 .p_memsz = sizeof(image->dynamic),
                 .p_align = sizeof(Elf64_Xword)},
                /* Without it dlopen() would make the stack executable. */
                {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16},
            },
        .dynamic =
            {
                {DT_SONAME, {1}},
                {DT_HASH, {offsetof(struct elf_image, hash)}},
                {DT_STRTAB, {offsetof(struct elf_image, strings)}},
                {DT_SYMTAB, {offsetof(struct elf_image, symbols)}},
                {DT_STRSZ, {1 + length}},
                {DT_SYMENT, {sizeof(Elf64_Sym)}},
                {DT_NULL, {0}},
            },
        .hash = {1, 1, 0, 0}, /* one bucket, one symbol: the undefined one */
    };
    memcpy(image->strings + 1, soname, length);
    return size;
}
