/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a container that are nowhere, for hooks/ldconf.h and hooks/ldscan.h. */
#ifndef CDIKIT_TESTS_LDFAKE_H
#define CDIKIT_TESTS_LDFAKE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "hooks/ldview.h"

enum ldfake_type {
    FAKE_FILE, /* .text is what it says */
    FAKE_ELF,  /* .text is its SONAME, or NULL */
    FAKE_LINK, /* .text is its target */
    FAKE_FOLDER,
    FAKE_FIFO,
};

struct ldfake_file {
    const char *path;
    enum ldfake_type type;
    const char *text;
    uint16_t machine;  /* 0: EM_X86_64 */
    uint16_t elf_type; /* 0: ET_DYN */
    uint32_t elf_flags;
    uint32_t isa; /* bits of GNU_PROPERTY_X86_ISA_1_NEEDED */
    bool is_32bit, no_dynamic;
};

#define FAKE_MOST 128

struct ldfake {
    struct ldview view;
    struct ldfake_file files[FAKE_MOST];
    size_t n;
    const char *read_only; /* a folder in which no link can be made */
    const char *mounted;   /* one that is none of the root's own */
    unsigned n_opened;     /* files that were opened */
    char strings[8192];    /* of files that came to be */
    size_t n_strings;
    char links[2048]; /* those that were made, "PATH -> TARGET\n" each */
};

/* Ends with a path of NULL. The folders of files are there, too. */
void ldfake_init(struct ldfake *fake, const struct ldfake_file *files);

/* The text of a link, NULL if it is none. */
const char *ldfake_link(const struct ldfake *fake, const char *path);

#endif
