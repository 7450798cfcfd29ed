/* SPDX-License-Identifier: Apache-2.0 */
#include "compatelf.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAMES     "\0.shstrtab\0.note.gnu.build-id\0.note.cuda.fwd_compatibility"
#define NAMES_AT  0x300
#define OTHER_AT  0x380
#define NOTE_AT   0x400
#define CONTENT   (12 + 20) /* of the note: behind its header and its name */
#define NOTE_NAME "NVIDIA Corporation"

/* Where a field is: in its header, in files of 32 and of 64 bits, and its size. */
struct place {
    size_t at[2], size[2];
};

#define FIELD(type, name)                                                           \
    {                                                                               \
        {offsetof(Elf32_##type, name), offsetof(Elf64_##type, name)},               \
            {sizeof(((Elf32_##type *)0)->name), sizeof(((Elf64_##type *)0)->name)}, \
    }

static const struct place places[] = {
    [E_SHOFF] = FIELD(Ehdr, e_shoff),   [E_SHENTSIZE] = FIELD(Ehdr, e_shentsize),
    [E_SHNUM] = FIELD(Ehdr, e_shnum),   [E_SHSTRNDX] = FIELD(Ehdr, e_shstrndx),
    [SH_NAME] = FIELD(Shdr, sh_name),   [SH_TYPE] = FIELD(Shdr, sh_type),
    [SH_FLAGS] = FIELD(Shdr, sh_flags), [SH_OFFSET] = FIELD(Shdr, sh_offset),
    [SH_SIZE] = FIELD(Shdr, sh_size),   [SH_ADDRALIGN] = FIELD(Shdr, sh_addralign),
    [N_NAMESZ] = FIELD(Nhdr, n_namesz), [N_DESCSZ] = FIELD(Nhdr, n_descsz),
};

static size_t header_size(const struct compatelf *elf)
{
    return elf->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static size_t section_size(const struct compatelf *elf)
{
    return elf->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

void compatelf_set(struct compatelf *elf, size_t section, enum compatelf_field field,
                   uint64_t value)
{
    const struct place *place = &places[field];
    unsigned char *p = elf->data + place->at[elf->wide];
    size_t size = place->size[elf->wide];

    if (field >= N_NAMESZ)
        p += NOTE_AT;
    else if (field >= SH_NAME)
        p += header_size(elf) + section * section_size(elf);
    for (size_t i = 0; i < size; i++)
        p[elf->big ? size - 1 - i : i] = (unsigned char)(value >> 8 * i);
}

static void add_section(struct compatelf *elf, size_t i, const char *name, uint32_t type,
                        size_t offset, size_t size)
{
    const char *at = memmem(NAMES, sizeof NAMES, name, strlen(name) + 1);

    compatelf_set(elf, i, SH_NAME, (uint64_t)(at - NAMES));
    compatelf_set(elf, i, SH_TYPE, type);
    compatelf_set(elf, i, SH_OFFSET, offset);
    compatelf_set(elf, i, SH_SIZE, size);
    compatelf_set(elf, i, SH_ADDRALIGN, 4);
}

struct compatelf compatelf_new(bool wide, bool big, const char *json)
{
    struct compatelf elf = {.wide = wide, .big = big};
    size_t len = strlen(json) + 1;

    cr_assert(NOTE_AT + CONTENT + len <= sizeof elf.data);
    memcpy(elf.data, ELFMAG, SELFMAG);
    elf.data[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
    elf.data[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
    elf.data[EI_VERSION] = EV_CURRENT;
    compatelf_set(&elf, 0, E_SHOFF, header_size(&elf));
    compatelf_set(&elf, 0, E_SHENTSIZE, section_size(&elf));
    compatelf_set(&elf, 0, E_SHNUM, COMPATELF_SECTIONS);
    compatelf_set(&elf, 0, E_SHSTRNDX, COMPATELF_NAMES);
    add_section(&elf, COMPATELF_NAMES, ".shstrtab", SHT_STRTAB, NAMES_AT, sizeof NAMES);
    memcpy(elf.data + NAMES_AT, NAMES, sizeof NAMES);
    add_section(&elf, COMPATELF_OTHER, ".note.gnu.build-id", SHT_NOTE, OTHER_AT, 36);
    memcpy(elf.data + OTHER_AT + 12, "GNU", 4);
    add_section(&elf, COMPATELF_NOTE, ".note.cuda.fwd_compatibility", SHT_NOTE, NOTE_AT,
                CONTENT + len);
    compatelf_set(&elf, 0, N_NAMESZ, sizeof NOTE_NAME);
    compatelf_set(&elf, 0, N_DESCSZ, len);
    memcpy(elf.data + NOTE_AT + 12, NOTE_NAME, sizeof NOTE_NAME);
    memcpy(elf.data + NOTE_AT + CONTENT, json, len);
    elf.len = NOTE_AT + CONTENT + len;
    return elf;
}

int compatelf_open(const struct compatelf *elf)
{
    int fd = memfd_create("libcuda.so", MFD_CLOEXEC);

    cr_assert(fd >= 0 && write(fd, elf->data, elf->len) == (ssize_t)elf->len);
    return fd;
}
