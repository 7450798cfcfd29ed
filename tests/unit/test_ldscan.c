/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/lddirectory.h"
#include "hooks/ldmachine.h"
#include "hooks/ldscan.h"
#include "tests/unit/ldfake.h"

#define ELF(name, soname)                              \
    {                                                  \
        .path = name, .type = FAKE_ELF, .text = soname \
    }
#define LINK(name, target)                              \
    {                                                   \
        .path = name, .type = FAKE_LINK, .text = target \
    }
#define END          \
    {                \
        .path = NULL \
    }

#define V2 3U /* bits of the ISA levels up to it */
#define V3 7U

/* A view of which each directory that is opened is another one, unless it is `real`. */
struct many {
    struct ldfake fake;
    struct ldview whole;
    bool real;
    ino_t next;
    unsigned n_listed;
};

static struct many *many_of(const struct ldview *view)
{
    return (struct many *)(uintptr_t)view;
}

static int many_open(const struct ldview *view, const char *path,
                     struct ldview_directory *directory)
{
    struct many *many = many_of(view);
    int r = many->whole.open(view, many->real ? path : "/lib", directory);

    directory->path = path;
    if (r == 0 && !many->real)
        directory->ino = ++many->next;
    return r;
}

static int many_list(const struct ldview *view, const struct ldview_directory *directory,
                     ldview_entry *entry, void *context)
{
    many_of(view)->n_listed++;
    return many_of(view)->whole.list(view, directory, entry, context);
}

static void many_init(struct many *many, const struct ldfake_file *files)
{
    *many = (struct many){.real = false};
    ldfake_init(&many->fake, files);
    many->whole = many->fake.view;
    many->fake.view.open = many_open;
    many->fake.view.list = many_list;
}

static const char *const directories[] = {"/lib", "/opt/lib"};

/* "NAME FLAGS[/SUBDIRECTORY-LEVEL] PATH", a line each. */
static const char *cache_text(const struct ldcache *cache, struct arena *arena)
{
    const char *all = "";

    for (size_t i = 0; i < cache->n; i++) {
        const struct ldcache_entry *entry = &cache->entries[i];

        cr_expect(entry->hwcaps || entry->isa_level == 0, "a level is that of a subdirectory");
        all = entry->hwcaps
                  ? arena_printf(arena, "%s%s %x/%s-%u %s\n", all, entry->name, entry->flags,
                                 entry->hwcaps, entry->isa_level, entry->path)
                  : arena_printf(arena, "%s%s %x %s\n", all, entry->name, entry->flags,
                                 entry->path);
    }
    return all;
}

/* Scans the directories; what is in the cache and which links were made must be as expected. */
static void expect_on(struct ldfake *fake, uint16_t machine, const char *cache, const char *links)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldscan scan;

    cr_assert_eq(ldscan_run(&fake->view, ldmachine_find(machine), directories,
                            ARRAY_SIZE(directories), arena, &scan, NULL),
                 0);
    cr_expect_str_eq(cache_text(&scan.cache, arena), cache);
    cr_expect_str_eq(fake->links, links);
    cr_expect_not(scan.cut);
    cr_expect_eq(scan.n_unlinked, 0);
}

static void expect(const struct ldfake_file *files, const char *cache, const char *links)
{
    struct ldfake *fake = malloc(sizeof *fake);

    cr_assert_not_null(fake);
    ldfake_init(fake, files);
    expect_on(fake, EM_X86_64, cache, links);
    /* What it has made is right the next time. */
    fake->links[0] = '\0';
    expect_on(fake, EM_X86_64, cache, "");
    free(fake);
}

Test(ldscan, a_library_gets_the_link_of_its_soname)
{
    static const struct ldfake_file files[] = {ELF("/lib/libcuda.so.570.1", "libcuda.so.1"), END};

    expect(files, "libcuda.so.1 303 /lib/libcuda.so.1\n",
           "/lib/libcuda.so.1 -> libcuda.so.570.1\n");
}

Test(ldscan, a_link_that_is_right_stays)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1.0", "liba.so.1"),
        LINK("/lib/liba.so.1", "liba.so.1.0"),
        ELF("/lib/libb.so.1.0", "libb.so.1"),
        LINK("/lib/libb.so.1", "/lib/libb.so.1.0"),
        ELF("/lib/libc.so.1.0", "libc.so.1"),
        LINK("/lib/libc.so.1", "libc.so.other"),
        LINK("/lib/libc.so.other", "libc.so.1.0"),
        ELF("/lib/libd.so.1", "libd.so.1"),
        END,
    };

    expect(files,
           "libd.so.1 303 /lib/libd.so.1\nlibc.so.1 303 /lib/libc.so.1\n"
           "libb.so.1 303 /lib/libb.so.1\nliba.so.1 303 /lib/liba.so.1\n",
           "");
}

Test(ldscan, of_several_versions_the_highest)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/libx.so.1.9", "libx.so.1"), ELF("/lib/libx.so.1.10", "libx.so.1"),
        ELF("/lib/libx.so.1.2", "libx.so.1"), LINK("/lib/libx.so.1", "libx.so.1.2"),
        ELF("/lib/libx.so.2.0", "libx.so.2"), END,
    };

    expect(files, "libx.so.2 303 /lib/libx.so.2\nlibx.so.1 303 /lib/libx.so.1\n",
           "/lib/libx.so.1 -> libx.so.1.10\n/lib/libx.so.2 -> libx.so.2.0\n");
}

/* libx.so is for linking programs; libx.so.1.5 is one more file of the SONAME, and the highest. */
Test(ldscan, other_links)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/libx.so.1.2", "libx.so.1"),
        LINK("/lib/libx.so", "libx.so.1.2"),
        LINK("/lib/libx.so.1.5", "libx.so.1.2"),
        END,
    };

    expect(files, "libx.so.1 303 /lib/libx.so.1\nlibx.so 303 /lib/libx.so\n",
           "/lib/libx.so.1 -> libx.so.1.5\n");
}

Test(ldscan, a_file_is_preferred_to_a_link)
{
    static const struct ldfake_file files[] = {
        ELF("/opt/libx.so.1.9", "libx.so.1"),
        LINK("/lib/libx.so.1", "/opt/libx.so.1.9"),
        ELF("/lib/libx.so.1.2", "libx.so.1"),
        END,
    };

    expect(files, "libx.so.1 303 /lib/libx.so.1\n", "/lib/libx.so.1 -> libx.so.1.2\n");
}

Test(ldscan, links_that_lead_out_of_the_directory)
{
    static const struct ldfake_file files[] = {
        ELF("/opt/impl/libblas.so.3.11", "libblas.so.3"),
        LINK("/lib/libblas.so.3", "/etc/alternatives/libblas.so.3"),
        LINK("/etc/alternatives/libblas.so.3", "/opt/impl/libblas.so.3.11"),
        LINK("/lib/libnone.so.1", "/nowhere/libnone.so.1"),
        LINK("/lib/libfolder.so.1", "/opt"),
        END,
    };

    expect(files, "libblas.so.3 303 /lib/libblas.so.3\n", "");
}

Test(ldscan, without_a_soname_the_files_own_name)
{
    static const struct ldfake_file files[] = {ELF("/lib/libx-1.so", NULL),
                                               ELF("/lib/liby.so.2", ""), END};

    expect(files, "liby.so.2 303 /lib/liby.so.2\nlibx-1.so 303 /lib/libx-1.so\n", "");
}

/* It becomes the name of a link. */
Test(ldscan, a_soname_that_is_no_file_name)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so", "../etc/passwd"),
        ELF("/lib/libb.so", "/etc/passwd"),
        ELF("/lib/libc.so", ".."),
        ELF("/lib/libd.so", "."),
        ELF("/lib/libe.so", "libe.so.1/"),
        END,
    };

    expect(files, "", "");
}

Test(ldscan, a_soname_unlike_a_librarys_name)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1", "a plug-in"),
        ELF("/lib/libb.so.1", "script"),
        LINK("/lib/script", "/etc/script"),
        {.path = "/etc/script", .type = FAKE_FILE, .text = "#!/bin/sh\n"},
        END,
    };

    expect(files, "script 303 /lib/script\na plug-in 303 /lib/a plug-in\n",
           "/lib/a plug-in -> liba.so.1\n/lib/script -> libb.so.1\n");
}

Test(ldscan, what_is_no_library)
{
    static const struct ldfake_file files[] = {
        {.path = "/lib/libscript.so", .type = FAKE_FILE, .text = "GROUP ( libc.so.6 )\n"},
        {.path = "/lib/libempty.so", .type = FAKE_FILE, .text = ""},
        {.path = "/lib/libfifo.so", .type = FAKE_FIFO},
        {.path = "/lib/libfolder.so", .type = FAKE_FOLDER},
        {.path = "/lib/libprogram.so", .type = FAKE_ELF, .text = "a", .elf_type = ET_EXEC},
        {.path = "/lib/libobject.so", .type = FAKE_ELF, .text = "a", .elf_type = ET_REL},
        {.path = "/lib/libstatic.so", .type = FAKE_ELF, .text = "a", .no_dynamic = true},
        LINK("/lib/libdangling.so.1", "libnone.so.1"),
        LINK("/lib/libloop.so.1", "libloop.so.2"),
        LINK("/lib/libloop.so.2", "libloop.so.1"),
        LINK("/lib/libself.so.1", "libself.so.1"),
        END,
    };

    expect(files, "", "");
}

static const struct ldfake_file machines[] = {
    {.path = "/lib/libx86-64.so", .type = FAKE_ELF, .machine = EM_X86_64},
    {.path = "/lib/libx32.so", .type = FAKE_ELF, .machine = EM_X86_64, .is_32bit = true},
    {.path = "/lib/libi386.so", .type = FAKE_ELF, .machine = EM_386, .is_32bit = true},
    {.path = "/lib/libi386-64.so", .type = FAKE_ELF, .machine = EM_386},
    {.path = "/lib/libaarch64.so", .type = FAKE_ELF, .machine = EM_AARCH64},
    {.path = "/lib/libilp32.so", .type = FAKE_ELF, .machine = EM_AARCH64, .is_32bit = true},
    {.path = "/lib/libriscv.so", .type = FAKE_ELF, .machine = EM_RISCV},
    {.path = "/lib/libarm-hard.so",
     .type = FAKE_ELF,
     .machine = EM_ARM,
     .is_32bit = true,
     .elf_flags = EF_ARM_EABI_VER5 | EF_ARM_ABI_FLOAT_HARD},
    {.path = "/lib/libarm-soft.so",
     .type = FAKE_ELF,
     .machine = EM_ARM,
     .is_32bit = true,
     .elf_flags = EF_ARM_EABI_VER5 | EF_ARM_ABI_FLOAT_SOFT},
    {.path = "/lib/libarm-any.so",
     .type = FAKE_ELF,
     .machine = EM_ARM,
     .is_32bit = true,
     .elf_flags = EF_ARM_EABI_VER5},
    {.path = "/lib/libarm-old.so",
     .type = FAKE_ELF,
     .machine = EM_ARM,
     .is_32bit = true,
     .elf_flags = EF_ARM_EABI_VER4 | EF_ARM_ABI_FLOAT_HARD},
    END,
};

Test(ldscan, libraries_of_the_machine)
{
    struct ldfake fake;

    ldfake_init(&fake, machines);
    expect_on(&fake, EM_X86_64,
              "libx86-64.so 303 /lib/libx86-64.so\nlibx32.so 803 /lib/libx32.so\n"
              "libi386.so 3 /lib/libi386.so\n",
              "");
    ldfake_init(&fake, machines);
    expect_on(&fake, EM_AARCH64,
              "libarm-soft.so b03 /lib/libarm-soft.so\nlibarm-old.so 3 /lib/libarm-old.so\n"
              "libarm-hard.so 903 /lib/libarm-hard.so\nlibarm-any.so 3 /lib/libarm-any.so\n"
              "libaarch64.so a03 /lib/libaarch64.so\n",
              "");
}

/* The order of the directories is that of the entries of a name. */
Test(ldscan, directories_in_order_and_once)
{
    static const struct ldfake_file files[] = {
        ELF("/usr/lib/liba.so.1", "liba.so.1"),
        LINK("/lib", "/usr/lib"),
        ELF("/opt/lib/liba.so.1", "liba.so.1"),
        END,
    };
    static const char *const order[] = {"/none", "/opt/lib", "/lib", "/usr/lib", "/opt/lib"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldfake fake;
    struct ldscan scan;

    ldfake_init(&fake, files);
    cr_assert_eq(ldscan_run(&fake.view, ldmachine_find(EM_X86_64), order, ARRAY_SIZE(order), arena,
                            &scan, NULL),
                 0);
    cr_expect_str_eq(cache_text(&scan.cache, arena),
                     "liba.so.1 303 /opt/lib/liba.so.1\nliba.so.1 303 /lib/liba.so.1\n");
}

/* Each file by its own name, so that no link is needed; glibc-hwcaps is not in itself. */
Test(ldscan, subdirectories_of_glibc_hwcaps)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/libx.so.1", "libx.so.1"),
        {.path = "/lib/glibc-hwcaps/x86-64-v3/libx.so.1.9",
         .type = FAKE_ELF,
         .text = "libx.so.1",
         .isa = V3},
        {.path = "/lib/glibc-hwcaps/x86-64-v3/libx.so.1.10",
         .type = FAKE_ELF,
         .text = "libx.so.1",
         .isa = V3},
        {.path = "/lib/glibc-hwcaps/x86-64-v2/libx.so.1",
         .type = FAKE_ELF,
         .text = "libx.so.1",
         .isa = V2},
        ELF("/lib/glibc-hwcaps/x86-64-v2/glibc-hwcaps/x86-64-v3/libx.so.1", "libx.so.1"),
        ELF("/lib/glibc-hwcaps/.hidden/libx.so.1", "libx.so.1"),
        ELF("/lib/glibc-hwcaps/a:b/libx.so.1", "libx.so.1"),
        ELF("/lib/glibc-hwcaps/libx.so.2", "libx.so.2"),
        LINK("/lib/glibc-hwcaps/other", "/opt/other"),
        ELF("/opt/other/liby.so.1", "liby.so.1"),
        {.path = "/lib/liby.so.1", .type = FAKE_ELF, .text = "liby.so.1", .isa = V3},
        END,
    };

    expect(files,
           "liby.so.1 303/other-0 /lib/glibc-hwcaps/other/liby.so.1\n"
           "liby.so.1 303 /lib/liby.so.1\n"
           "libx.so.1 303/x86-64-v2-1 /lib/glibc-hwcaps/x86-64-v2/libx.so.1\n"
           "libx.so.1 303/x86-64-v3-2 /lib/glibc-hwcaps/x86-64-v3/libx.so.1.10\n"
           "libx.so.1 303 /lib/libx.so.1\n",
           "");
}

/* ---- Links that cannot be made ---- */

Test(ldscan, where_no_link_can_be_made_the_file_itself)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1.2", "liba.so.1"),
        ELF("/lib/libb.so.1.2", "libb.so.1"),
        ELF("/lib/libb.so.1.1", "libb.so.1"),
        LINK("/lib/libb.so.1", "libb.so.1.1"),
        ELF("/lib/libc.so.1.2", "libc.so.1"),
        LINK("/lib/libc.so.1", "libc.so.1.2"),
        END,
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldfake fake;
    struct ldscan scan;

    ldfake_init(&fake, files);
    fake.read_only = "/lib";
    cr_assert_eq(
        ldscan_run(&fake.view, ldmachine_find(EM_X86_64), directories, 1, arena, &scan, NULL), 0);
    cr_expect_str_eq(cache_text(&scan.cache, arena),
                     "libc.so.1 303 /lib/libc.so.1\nlibb.so.1 303 /lib/libb.so.1.2\n"
                     "liba.so.1 303 /lib/liba.so.1.2\n");
    cr_expect_eq(scan.n_unlinked, 2);
    cr_expect_str_eq(scan.unlinked, "/lib/liba.so.1");
    cr_expect_eq(scan.unlinked_errno, EROFS);
    cr_expect_str_eq(fake.links, "");
}

/* What is mounted there is another's, and nothing that should have been done is left undone. */
Test(ldscan, no_link_is_made_in_a_mounted_directory)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1.2", "liba.so.1"), ELF("/lib/libb.so.1.2", "libb.so.1"),
        ELF("/lib/libb.so.1.1", "libb.so.1"), LINK("/lib/libb.so.1", "libb.so.1.1"), END};
    struct ldfake fake;

    ldfake_init(&fake, files);
    fake.mounted = "/lib";
    expect_on(&fake, EM_X86_64, "libb.so.1 303 /lib/libb.so.1.2\nliba.so.1 303 /lib/liba.so.1.2\n",
              "");
}

/* As with ldconfig, a library in place of the link stays, and is the one that is found. */
Test(ldscan, a_library_in_place_of_the_link)
{
    static const struct ldfake_file files[] = {ELF("/lib/libx.so.1", "libx.so.1"),
                                               ELF("/lib/libx.so.1.2", "libx.so.1"), END};

    expect(files, "libx.so.1 303 /lib/libx.so.1\n", "");
}

Test(ldscan, something_else_in_place_of_the_link)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1.2", "liba.so.1"),
        {.path = "/lib/liba.so.1", .type = FAKE_FILE, .text = "text"},
        ELF("/lib/libb.so.1.2", "libb.so.1"),
        {.path = "/lib/libb.so.1", .type = FAKE_FOLDER},
        ELF("/lib/libc.so.1.2", "c"),
        {.path = "/lib/c", .type = FAKE_FIFO},
        END,
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldfake fake;
    struct ldscan scan;

    ldfake_init(&fake, files);
    cr_assert_eq(
        ldscan_run(&fake.view, ldmachine_find(EM_X86_64), directories, 1, arena, &scan, NULL), 0);
    cr_expect_str_eq(cache_text(&scan.cache, arena),
                     "libb.so.1 303 /lib/libb.so.1.2\nliba.so.1 303 /lib/liba.so.1.2\n"
                     "c 303 /lib/libc.so.1.2\n");
    cr_expect_eq(scan.n_unlinked, 3);
    cr_expect_str_eq(fake.links, "");
}

/* ---- How much is done ---- */

Test(ldscan, a_library_is_opened_once_with_all_its_links)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/libx.so.1.2.3", "libx.so.1"),
        LINK("/lib/libx.so.1", "libx.so.1.2.3"),
        LINK("/lib/libx.so", "libx.so.1.2"),
        LINK("/lib/libx.so.1.2", "libx.so.1.2.3"),
        ELF("/lib/other", "other"),
        ELF("/lib/other.so", "other"),
        END,
    };
    struct ldfake fake;

    ldfake_init(&fake, files);
    expect_on(&fake, EM_X86_64, "libx.so.1 303 /lib/libx.so.1\nlibx.so 303 /lib/libx.so\n", "");
    cr_expect_eq(fake.n_opened, 1);
}

Test(ldscan, entries_are_not_too_many)
{
    static const struct ldfake_file files[] = {ELF("/lib/liba.so", NULL), ELF("/lib/libb.so", NULL),
                                               ELF("/lib/libc.so", NULL), END};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldview_directory directory;
    struct lddirectory found;
    struct ldfake fake;
    size_t left = 2;

    ldfake_init(&fake, files);
    cr_assert_eq(fake.view.open(&fake.view, "/lib", &directory), 0);
    cr_assert_eq(lddirectory_read(&fake.view, ldmachine_find(EM_X86_64), &directory, false, &left,
                                  arena, &found, NULL),
                 0);
    cr_expect(found.cut);
    cr_expect_eq(found.n, 2);
    cr_expect_eq(left, 0);
}

/* Each takes its directory's path, which may be as long as paths are. */
Test(ldscan, paths_are_not_too_large_together)
{
    static char name[4001];
    static const char *paths[LDSCAN_MOST_DIRECTORIES];
    static const struct ldfake_file files[] = {ELF("/lib/liba.so.1", "liba.so.1"),
                                               ELF("/lib/libb.so.1", "libb.so.1"), END};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct many many;
    struct ldscan scan;
    size_t bytes = 0;

    memset(name, '/', sizeof name - 1);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        paths[i] = name;
    many_init(&many, files);
    cr_assert_eq(ldscan_run(&many.fake.view, ldmachine_find(EM_X86_64), paths, ARRAY_SIZE(paths),
                            arena, &scan, NULL),
                 0);
    for (size_t i = 0; i < scan.cache.n; i++)
        bytes += strlen(scan.cache.entries[i].path);
    cr_expect(scan.cut);
    cr_expect_gt(bytes, LDSCAN_MOST_BYTES / 2);
    cr_expect_leq(bytes, LDSCAN_MOST_BYTES);
}

/* Directories that have one glibc-hwcaps by a link: it is listed once. */
Test(ldscan, a_glibc_hwcaps_of_several_directories)
{
    static const struct ldfake_file files[] = {
        ELF("/lib/liba.so.1", "liba.so.1"),
        ELF("/lib/glibc-hwcaps/x86-64-v2/liba.so.1", "liba.so.1"),
        ELF("/opt/lib/libb.so.1", "libb.so.1"),
        LINK("/opt/lib/glibc-hwcaps", "/lib/glibc-hwcaps"),
        END,
    };
    struct many many;

    many_init(&many, files);
    many.real = true;
    expect_on(&many.fake, EM_X86_64,
              "libb.so.1 303 /opt/lib/libb.so.1\n"
              "liba.so.1 303/x86-64-v2-0 /lib/glibc-hwcaps/x86-64-v2/liba.so.1\n"
              "liba.so.1 303 /lib/liba.so.1\n",
              "");
    cr_expect_eq(many.n_listed, 4);
}

Test(ldscan, names_of_libraries)
{
    static const struct {
        const char *name;
        bool expected;
    } cases[] = {
        {"libcuda.so.1", true},
        {"libx.so", true},
        {"lib.so", true},
        {"libx-1.2.so.bak", true},
        {"ld-linux-x86-64.so.2", true},
        {"ld-2.31.so", true},
        {"ld.so.1", true},
        {"ld64.so.2", true},
        {"libx.a", false},
        {"xlib.so", false},
        {"ld.so", false},
        {"ld64.so", false},
        {"ld.so-1.7.0.txt", false},
        {"", false},
        {"libx.so.1.#prelink#", false},
        {"libx.so.1.#prelink#.a1B2c3", false},
        {"libx.so.1.#prelink#.a1B2", true},
        {"libx.so.1;5f3a", false},
        {"libx.so.1.dpkg-new", false},
        {"libx.so.1.dpkg-tmp", false},
        {"libx.so.1.dpkg-old", true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(lddirectory_is_library_name(cases[i].name), cases[i].expected, "%s",
                     cases[i].name);
}
