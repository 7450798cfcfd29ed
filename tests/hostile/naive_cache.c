/* SPDX-License-Identifier: Apache-2.0 */
/* update-ldcache of the naive program. */
#include "tests/hostile/naive.h"

#include <dirent.h>
#include <elf.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The image's own ldconfig knows best where its libraries are. */
static void run_ldconfig_of_image(const char *root)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (chroot(root) != 0 || chdir("/") != 0)
            _exit(1);
        getpwnam("nobody");
        execl("/sbin/ldconfig", "ldconfig", (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
}

static void run_ldconfig(const char *path, const char *root)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp(path, "ldconfig", "-r", root, (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
}

/* Lines of an ld.so.conf, and of what it includes, go to the cache. */
static void read_conf(const char *path, FILE *cache)
{
    size_t size;
    char *text = slurp(path, &size);

    for (char *line = text == NULL ? NULL : strtok(text, "\n"); line != NULL;) {
        char *next = line + strlen(line) + 1;
        glob_t found;

        if (strncmp(line, "include ", 8) != 0) {
            fprintf(cache, "%s\n", line);
        } else if (glob(line + 8, 0, NULL, &found) == 0) {
            for (size_t i = 0; i < found.gl_pathc; i++)
                read_conf(found.gl_pathv[i], cache);
            globfree(&found);
        }
        line = next < text + size ? strtok(next, "\n") : NULL;
    }
    free(text);
}

/* DT_SONAME, or NULL. */
static char *soname_of(const char *elf, size_t size)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)elf;
    const Elf64_Shdr *sections;

    if (size < sizeof(*header) || memcmp(elf, ELFMAG, SELFMAG) != 0)
        return NULL;
    sections = (const Elf64_Shdr *)(elf + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        const Elf64_Dyn *entry = (const Elf64_Dyn *)(elf + sections[i].sh_offset);
        const char *strings = elf + sections[sections[i].sh_link].sh_offset;

        for (; sections[i].sh_type == SHT_DYNAMIC && entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_SONAME)
                return strdup(strings + entry->d_un.d_val);
    }
    return NULL;
}

/* libx.so.1.2 is known by its soname, or else as libx.so.1. */
static void link_soname(const char *folder, const char *name)
{
    char *file = below(folder, name), *soname, *link;
    size_t size;
    char *elf = slurp(file, &size);

    soname = elf == NULL ? NULL : soname_of(elf, size);
    link = below(folder, soname != NULL ? soname : name);
    if (soname == NULL)
        *strrchr(link, '.') = '\0';
    unlink(link);
    if (symlink(name, link) != 0)
        perror(link);
    free(elf);
    free(soname);
    free(link);
    free(file);
}

static void link_sonames(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, "lib", 3) == 0 && strstr(entry->d_name, ".so.") != NULL)
            link_soname(folder, entry->d_name);
}

static void write_cache(const char *root, const struct words *words)
{
    char *text = NULL, *old, *file, *conf = below(root, "etc/ld.so.conf");
    size_t size;
    FILE *cache;

    file = below(root, "etc/ld.so.cache");
    old = slurp(file, &size);
    spew(below(root, "etc/ld.so.cache~"), old != NULL ? old : "");
    cache = open_memstream(&text, &size);
    for (int i = 0; i < words->n_folders; i++)
        fprintf(cache, "%s\n", words->folders[i]);
    if (access(conf, F_OK) != 0)
        spew(conf, "include /etc/ld.so.conf.d/*.conf\n");
    read_conf(conf, cache);
    fclose(cache);
    spew(file, text);
    free(text);
    if (access(below(root, "etc/alpine-release"), F_OK) == 0)
        spew(below(root, "etc/ld-musl-x86_64.path"), "/usr/lib\n");
}

void naive_cache(const char *root, const struct words *words)
{
    char *drop_in = below(root, "etc/ld.so.conf.d/00-nvcr-naive.conf");

    make_parent(drop_in);
    spew(drop_in, "/usr/lib\n");
    for (int i = 0; i < words->n_folders; i++) {
        link_sonames(below(root, words->folders[i]));
        link_sonames(below(below(root, words->folders[i]), "glibc-hwcaps/x86-64-v2"));
    }
    if (access(below(root, "sbin/ldconfig"), X_OK) == 0)
        run_ldconfig_of_image(root);
    if (words->ldconfig != NULL)
        run_ldconfig(words->ldconfig, root);
    write_cache(root, words);
}
