/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files with the note of a CUDA compatibility library, sound ones and others. */
#ifndef CDIKIT_TESTS_COMPATELF_H
#define CDIKIT_TESTS_COMPATELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMPATELF_NULL, COMPATELF_NAMES, COMPATELF_OTHER, COMPATELF_NOTE, COMPATELF_SECTIONS };

struct compatelf {
    bool wide; /* ELFCLASS64 */
    bool big;  /* ELFDATA2MSB */
    size_t len;
    unsigned char data[4096];
};

/* The fields that tests change: of the file's header, of a section's header, of the note. */
enum compatelf_field {
    E_SHOFF,
    E_SHENTSIZE,
    E_SHNUM,
    E_SHSTRNDX,
    SH_NAME,
    SH_TYPE,
    SH_FLAGS,
    SH_OFFSET,
    SH_SIZE,
    SH_ADDRALIGN,
    N_NAMESZ,
    N_DESCSZ,
};

/* A sound file, whose note has this content; a note of GNU's is in front of it. */
struct compatelf compatelf_new(bool wide, bool big, const char *json);

/* Changes a field; `section` is of use for SH_ fields only. */
void compatelf_set(struct compatelf *elf, size_t section, enum compatelf_field field,
                   uint64_t value);

/* The file, open for reading. */
int compatelf_open(const struct compatelf *elf);

#endif
