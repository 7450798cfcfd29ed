/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/drivertree.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "tests/unit/tmpdir.h"

void tree_init(struct tree *tree)
{
    *tree = (struct tree){
        .dir = tmpdir_new(), .arena = arena_new(), .root = ROOT_INIT, .inside = ROOT_INIT};
    cr_assert_not_null(tree->arena);
    cr_assert_eq(root_open(&tree->root, tree->dir, NULL), 0);
    tree->search = (struct driver_search){.system = &tree->root, .root = &tree->root, .prefix = ""};
}

void tree_close(struct tree *tree)
{
    arena_free(tree->arena);
    root_close(&tree->root);
    root_close(&tree->inside);
}

void tree_file(const struct tree *tree, const char *name)
{
    tmpdir_write(tree->dir, name, "");
}

void tree_program(const struct tree *tree, const char *name)
{
    tree_file(tree, name);
    cr_assert_eq(chmod(tmpdir_path(tree->dir, name), 0755), 0);
}

void tree_dir(const struct tree *tree, const char *name)
{
    cr_assert_eq(file_mkdirs(tmpdir_path(tree->dir, name), NULL), 0);
}

void tree_link(const struct tree *tree, const char *name, const char *target)
{
    const char *path = tmpdir_path(tree->dir, name);
    _cleanup_free_ char *parent = strdup(path);

    *strrchr(parent, '/') = '\0';
    cr_assert_eq(file_mkdirs(parent, NULL), 0);
    cr_assert_eq(symlink(target, path), 0, "%s", name);
}

/* The least that has a SONAME: one segment, in which its dynamic section and strings are. */
#define DEFINE_WRITE(bits)                                                                      \
    static void write##bits(FILE *file, const char *soname)                                     \
    {                                                                                           \
        struct {                                                                                \
            Elf##bits##_Ehdr ehdr;                                                              \
            Elf##bits##_Phdr phdrs[2];                                                          \
            Elf##bits##_Dyn dynamic[4];                                                         \
            char strings[64];                                                                   \
        } o = {.ehdr = {.e_type = ET_DYN, .e_phentsize = sizeof o.phdrs[0], .e_phnum = 2}};     \
        const size_t at = offsetof(__typeof__(o), dynamic);                                     \
                                                                                                \
        memcpy(o.ehdr.e_ident, ELFMAG, SELFMAG);                                                \
        o.ehdr.e_ident[EI_CLASS] = ELFCLASS##bits;                                              \
        o.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;                                                  \
        o.ehdr.e_phoff = offsetof(__typeof__(o), phdrs);                                        \
        o.phdrs[0] = (Elf##bits##_Phdr){.p_type = PT_LOAD, .p_filesz = sizeof o};               \
        o.phdrs[1] = (Elf##bits##_Phdr){                                                        \
            .p_type = PT_DYNAMIC, .p_offset = at, .p_vaddr = at, .p_filesz = sizeof o.dynamic}; \
        o.dynamic[0] = (Elf##bits##_Dyn){DT_STRTAB, {offsetof(__typeof__(o), strings)}};        \
        o.dynamic[1] = (Elf##bits##_Dyn){DT_STRSZ, {sizeof o.strings}};                         \
        o.dynamic[2] = (Elf##bits##_Dyn){soname ? DT_SONAME : DT_NULL, {1}};                    \
        cr_assert_lt(strlen(soname ? soname : ""), sizeof o.strings - 1);                       \
        (void)snprintf(o.strings + 1, sizeof o.strings - 1, "%s", soname ? soname : "");        \
        cr_assert_eq(fwrite(&o, sizeof o, 1, file), 1);                                         \
    }

DEFINE_WRITE(32)
DEFINE_WRITE(64)

void tree_library(const struct tree *tree, const char *name, int bits, const char *soname)
{
    _cleanup_file_ FILE *file = NULL;

    tree_file(tree, name);
    file = fopen(tmpdir_path(tree->dir, name), "we");
    cr_assert_not_null(file);
    (bits == 32 ? write32 : write64)(file, soname);
}

void tree_cache(const struct tree *tree, const char *name, const struct ldcachedata *entries,
                size_t n)
{
    size_t len;
    _cleanup_free_ void *data = ldcachedata_new(entries, n, -1, &len);
    _cleanup_file_ FILE *file = NULL;

    tree_file(tree, name);
    file = fopen(tmpdir_path(tree->dir, name), "we");
    cr_assert(file && fwrite(data, 1, len, file) == len);
}

void tree_set_driver_root(struct tree *tree, const char *name)
{
    cr_assert_eq(root_open(&tree->inside, tmpdir_path(tree->dir, name), NULL), 0);
    tree->search.root = &tree->inside;
    tree->search.prefix = arena_printf(tree->arena, "/%s", name);
}

int tree_find(struct tree *tree, const char *version, enum driver_scope scope,
              struct cdi_error *err)
{
    /* In the arena, as it must stay where it is for as long as what it found. */
    struct driver_finder *finder = arena_alloc(tree->arena, sizeof *finder);
    int r = driver_finder_init(finder, &tree->search, tree->arena, err);

    return r < 0 ? r : driver_find(finder, version, scope, &tree->driver, err);
}

void tree_must_find(struct tree *tree, const char *version)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

    cr_assert_eq(tree_find(tree, version, DRIVER_EVERYTHING, &err), 0, "%s", err.message);
}

const struct driver_file *tree_mounted(const struct tree *tree, const char *path)
{
    const struct driver *driver = &tree->driver;

    for (size_t i = 0; i < driver->n_files; i++)
        if (strcmp(driver->files[i].path, path) == 0 && driver->files[i].kind != DRIVER_LINK_SOURCE)
            return &driver->files[i];
    return NULL;
}

void tree_expect_mount(const struct tree *tree, const char *path, const char *host_path)
{
    const struct driver_file *file = tree_mounted(tree, path);

    cr_expect_not_null(file, "nothing is mounted at %s", path);
    if (file)
        cr_expect_str_eq(file->host_path, host_path);
}
