/* SPDX-License-Identifier: Apache-2.0 */
/* enable-cuda-compat of the naive program. */
#include "tests/hostile/naive.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* NOLINTBEGIN: the nesting of a value, by recursion. */
static const char *skip_json(const char *p)
{
    volatile char here[64] = "";

    if (*p != '[' && *p != '{')
        return p + 1 + here[0];
    for (p++; *p != ']' && *p != '}' && *p != '\0';)
        p = skip_json(p);
    return p + 1 + here[1];
}
/* NOLINTEND */

/* What the file says of itself: the JSON of its note, or NULL. */
static char *note_of(const char *elf)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)elf;
    const Elf64_Shdr *sections, *names;

    if (memcmp(elf, ELFMAG, SELFMAG) != 0)
        return NULL;
    sections = (const Elf64_Shdr *)(elf + header->e_shoff);
    names = &sections[header->e_shstrndx];
    for (int i = 0; i < header->e_shnum; i++) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *)(elf + sections[i].sh_offset);
        uint64_t align = sections[i].sh_addralign;

        if (strcmp(elf + names->sh_offset + sections[i].sh_name, ".note.cuda.fwd_compatibility"))
            continue;
        return strndup((const char *)(note + 1) + (note->n_namesz + align - 1) / align * align,
                       note->n_descsz);
    }
    return NULL;
}

static bool is_compatible(const char *file, const char *driver)
{
    const char *version = strstr(file, "libcuda.so.") + 11;
    char branch[16];
    size_t size;
    char *elf = slurp(file, &size), *json = elf == NULL ? NULL : note_of(elf);

    if (json == NULL)
        return atoi(driver) < atoi(version);
    skip_json(json);
    snprintf(branch, sizeof(branch), "%d", atoi(driver));
    return strstr(json, branch) != NULL;
}

/* The driver's way of before: the image's library is mounted over the one that is injected. */
static void mount_library(const char *root, const char *file)
{
    char *target = below(root, "usr/lib/libcuda.so.mounted");
    int fd;

    make_parent(target);
    fd = open(target, O_CREAT | O_WRONLY, 0644);
    if (fd >= 0)
        close(fd);
    if (mount(file, target, NULL, MS_BIND, NULL) != 0)
        perror(target);
}

void naive_compat(const char *root, const struct words *words)
{
    char *pattern = below(below(root, words->compat), "libcuda.so.*.*");
    char *drop_in = below(root, "etc/ld.so.conf.d/00-compat-naive.conf");
    glob_t found;

    if (words->driver[0] == '\0' || glob(pattern, 0, NULL, &found) != 0)
        return;
    if (is_compatible(found.gl_pathv[0], words->driver)) {
        make_parent(drop_in);
        spew(drop_in, words->compat);
        mount_library(root, found.gl_pathv[0]);
    }
    globfree(&found);
}
