/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/elf.h"

#define STRINGS "\0libm.so.6\0libcuda.so.1\0libother.so"
#define NEEDED  1
#define SONAME  11
#define OTHER   24
#define VADDR   0x10000

/* A minimal shared object: headers, a dynamic section and its strings, in one segment. */
#define DEFINE_OBJECT(bits)                                                            \
    struct object##bits {                                                              \
        Elf##bits##_Ehdr ehdr;                                                         \
        Elf##bits##_Phdr phdrs[2];                                                     \
        Elf##bits##_Dyn dynamic[6];                                                    \
        char strings[sizeof STRINGS];                                                  \
    };                                                                                 \
    static struct object##bits object##bits(void)                                      \
    {                                                                                  \
        struct object##bits o = {                                                      \
            .ehdr = {.e_type = ET_DYN,                                                 \
                     .e_phoff = offsetof(struct object##bits, phdrs),                  \
                     .e_phentsize = sizeof(Elf##bits##_Phdr),                          \
                     .e_phnum = 2},                                                    \
            .phdrs = {{.p_type = PT_LOAD, .p_vaddr = VADDR, .p_filesz = sizeof o},     \
                      {.p_type = PT_DYNAMIC,                                           \
                       .p_offset = offsetof(struct object##bits, dynamic),             \
                       .p_vaddr = VADDR + offsetof(struct object##bits, dynamic),      \
                       .p_filesz = sizeof o.dynamic}},                                 \
            .dynamic = {{DT_NEEDED, {NEEDED}},                                         \
                        {DT_SONAME, {SONAME}},                                         \
                        {DT_STRTAB, {VADDR + offsetof(struct object##bits, strings)}}, \
                        {DT_STRSZ, {sizeof STRINGS}},                                  \
                        {DT_NULL, {0}},                                                \
                        {DT_SONAME, {OTHER}}},                                         \
            .strings = STRINGS,                                                        \
        };                                                                             \
        memcpy(o.ehdr.e_ident, ELFMAG, SELFMAG);                                       \
        o.ehdr.e_ident[EI_CLASS] = ELFCLASS##bits;                                     \
        o.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;                                         \
        return o;                                                                      \
    }

DEFINE_OBJECT(32)
DEFINE_OBJECT(64)

/* Reads the SONAME of a file with the given bytes. */
static int soname_of(const void *data, size_t len, struct arena *arena, const char **soname,
                     struct cdi_error *err)
{
    _cleanup_close_ int fd = memfd_create("elf", MFD_CLOEXEC);

    cr_assert_eq(write(fd, data, len), (ssize_t)len);
    return elf_soname(fd, arena, soname, err);
}

Test(elf, reads_both_classes)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct object32 small = object32();
    struct object64 large = object64();
    const char *soname;

    cr_assert_eq(soname_of(&small, sizeof small, arena, &soname, NULL), 0);
    cr_expect_str_eq(soname, "libcuda.so.1");
    cr_assert_eq(soname_of(&large, sizeof large, arena, &soname, NULL), 0);
    cr_expect_str_eq(soname, "libcuda.so.1");
}

/* The program headers need not be at the beginning. */
Test(elf, reads_program_headers_at_the_end)
{
    static const size_t gaps[] = {0, 1500, 100000};

    for (size_t i = 0; i < ARRAY_SIZE(gaps); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct object64 object = object64();
        const size_t at = sizeof object + gaps[i];
        _cleanup_free_ char *data = calloc(1, at + sizeof object.phdrs);
        const char *soname;

        cr_assert_not_null(data);
        object.ehdr.e_phoff = at;
        memcpy(data, &object, sizeof object);
        memcpy(data + at, object.phdrs, sizeof object.phdrs);
        memset(data + offsetof(struct object64, phdrs), 0xff, sizeof object.phdrs);
        cr_assert_eq(soname_of(data, at + sizeof object.phdrs, arena, &soname, NULL), 0);
        cr_expect_str_eq(soname, "libcuda.so.1");
        cr_assert_eq(soname_of(data, at + sizeof object.phdrs - 1, arena, &soname, NULL),
                     -CDI_ERR_INVALID);
    }
}

/* Linkers put the dynamic section near the end of files of many megabytes. */
Test(elf, reads_what_is_far_into_the_file)
{
    static const size_t gaps[] = {1, 1900, 3900, 4000, 4096, 100000};

    for (size_t i = 0; i < ARRAY_SIZE(gaps); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const size_t split = offsetof(struct object64, dynamic);
        struct object64 object = object64();
        _cleanup_free_ char *data = calloc(1, gaps[i] + sizeof object);
        const char *soname;

        cr_assert_not_null(data);
        object.phdrs[0].p_filesz += gaps[i];
        object.phdrs[1].p_offset += gaps[i];
        object.phdrs[1].p_vaddr += gaps[i];
        object.dynamic[2].d_un.d_ptr += gaps[i];
        memcpy(data, &object, split);
        memcpy(data + split + gaps[i], object.dynamic, sizeof object - split);
        cr_assert_eq(soname_of(data, gaps[i] + sizeof object, arena, &soname, NULL), 0);
        cr_expect_str_eq(soname, "libcuda.so.1", "%zu bytes", gaps[i]);
        /* Without what follows the headers. */
        cr_assert_eq(soname_of(data, gaps[i] + split, arena, &soname, NULL), -CDI_ERR_INVALID);
    }
}

static bool is_32bit(const void *data, size_t len)
{
    _cleanup_close_ int fd = memfd_create("elf", MFD_CLOEXEC);

    cr_assert_eq(write(fd, data, len), (ssize_t)len);
    return elf_is_32bit(fd);
}

Test(elf, tells_classes_apart)
{
    struct object32 small = object32();
    struct object64 large = object64();

    cr_expect(is_32bit(&small, sizeof small));
    cr_expect_not(is_32bit(&large, sizeof large));
    cr_expect_not(is_32bit(&small, EI_NIDENT - 1));
    small.ehdr.e_ident[0] = 'x';
    cr_expect_not(is_32bit(&small, sizeof small));
}

Test(elf, an_object_without_soname_has_none)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct object64 no_soname = object64(), no_dynamic = object64(), empty = object64();
    const char *soname = "";

    no_soname.dynamic[1].d_tag = DT_NULL;
    no_dynamic.phdrs[1].p_type = PT_NOTE;
    empty.dynamic[1].d_un.d_val = 0;
    cr_assert_eq(soname_of(&no_soname, sizeof no_soname, arena, &soname, NULL), 0);
    cr_expect_null(soname);
    cr_assert_eq(soname_of(&no_dynamic, sizeof no_dynamic, arena, &soname, NULL), 0);
    cr_expect_null(soname);
    cr_assert_eq(soname_of(&empty, sizeof empty, arena, &soname, NULL), 0);
    cr_expect_null(soname);
}

static void break_magic(struct object64 *o)
{
    o->ehdr.e_ident[1] = 'e';
}
static void break_class(struct object64 *o)
{
    o->ehdr.e_ident[EI_CLASS] = 3;
}
static void break_order(struct object64 *o)
{
    o->ehdr.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void break_phoff(struct object64 *o)
{
    o->ehdr.e_phoff = UINT64_MAX - 8;
}
static void break_phnum(struct object64 *o)
{
    o->ehdr.e_phnum = 0xffff;
}
static void break_phentsize(struct object64 *o)
{
    o->ehdr.e_phentsize = 1;
}
static void break_dynamic_size(struct object64 *o)
{
    o->phdrs[1].p_filesz = UINT64_MAX;
}
static void break_dynamic_offset(struct object64 *o)
{
    o->phdrs[1].p_offset = UINT64_MAX - 100;
}
static void break_soname(struct object64 *o)
{
    o->dynamic[1].d_un.d_val = sizeof STRINGS;
}
static void break_strtab(struct object64 *o)
{
    o->dynamic[2].d_un.d_ptr = UINT64_MAX - 5;
}
static void break_soname_behind_strings(struct object64 *o)
{
    o->dynamic[3].d_un.d_val = SONAME - 1;
}
/* The offset wraps around to where the name is. */
static void break_offset_sum(struct object64 *o)
{
    o->phdrs[0].p_vaddr -= 0x1000;
    o->phdrs[0].p_filesz += 0x1000;
    o->phdrs[0].p_offset = 0 - (uint64_t)0x1000;
}
static void break_segment(struct object64 *o)
{
    o->phdrs[0].p_vaddr = UINT64_MAX / 2;
}
static void break_segment_offset(struct object64 *o)
{
    o->phdrs[0].p_offset = UINT64_MAX - 1000;
}
static void break_end(struct object64 *o)
{
    memset(o->strings + SONAME, 'x', sizeof o->strings - SONAME);
}
static void break_count(struct object64 *o)
{
    o->dynamic[0].d_tag = DT_SONAME;
}

Test(elf, refuses_what_is_broken)
{
    static const struct {
        const char *what;
        void (*break_it)(struct object64 *);
    } cases[] = {
        {"no ELF file", break_magic},
        {"neither 32 nor 64 bits", break_class},
        {"big-endian", break_order},
        {"program headers outside the file", break_phoff},
        {"too many program headers", break_phnum},
        {"program headers of another size", break_phentsize},
        {"dynamic section too large", break_dynamic_size},
        {"dynamic section outside the file", break_dynamic_offset},
        {"SONAME outside the strings", break_soname},
        {"SONAME behind the strings", break_soname_behind_strings},
        {"strings outside memory", break_strtab},
        {"offset of the strings beyond all files", break_offset_sum},
        {"strings in no segment", break_segment},
        {"segment outside the file", break_segment_offset},
        {"SONAME without end", break_end},
        {"two SONAMEs", break_count},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct object64 object = object64();
        const char *soname;

        cases[i].break_it(&object);
        cr_expect_eq(soname_of(&object, sizeof object, arena, &soname, &err), -CDI_ERR_INVALID,
                     "%s", cases[i].what);
        cr_expect_not_null(err.message);
    }
}

/* The byte behind one segment is the first of the next, which is elsewhere in the file. */
Test(elf, a_segment_ends_before_the_next_begins)
{
    struct {
        struct object64 o;
        char next[16];
    } file = {object64(), "libnext.so.1"};
    _cleanup_arena_ struct arena *arena = arena_new();
    const char *soname;
    uint64_t name = offsetof(struct object64, strings) + SONAME;

    file.o.phdrs[0].p_filesz = name;
    file.o.ehdr.e_phnum = 3;
    file.o.ehdr.e_phoff = sizeof file;
    Elf64_Phdr phdrs[3] = {file.o.phdrs[0],
                           file.o.phdrs[1],
                           {.p_type = PT_LOAD,
                            .p_vaddr = VADDR + name,
                            .p_offset = sizeof file.o,
                            .p_filesz = sizeof file.next}};
    char data[sizeof file + sizeof phdrs];

    memcpy(data, &file, sizeof file);
    memcpy(data + sizeof file, phdrs, sizeof phdrs);
    cr_assert_eq(soname_of(data, sizeof data, arena, &soname, NULL), 0);
    cr_expect_str_eq(soname, "libnext.so.1");
}

/* 256 program headers and 64 KiB of dynamic section are read, and no more of either. */
Test(elf, limits)
{
    static const struct {
        size_t n_headers, dynamic_size;
        int expected;
    } cases[] = {
        {2, sizeof(Elf64_Dyn[6]), 0},
        {256, 0x10000, 0},
        {257, 0x10000, -CDI_ERR_INVALID},
        {2, 0x10000 + 1, -CDI_ERR_INVALID},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        static unsigned char data[0x20000];
        _cleanup_arena_ struct arena *arena = arena_new();
        struct object64 o = object64();
        size_t headers = sizeof o, dynamic = headers + 257 * sizeof(Elf64_Phdr);
        const char *soname;

        o.ehdr.e_phoff = headers;
        o.ehdr.e_phnum = (Elf64_Half)cases[i].n_headers;
        o.phdrs[1].p_offset = dynamic;
        o.phdrs[1].p_filesz = cases[i].dynamic_size;
        memset(data, 0, sizeof data);
        memcpy(data, &o, sizeof o);
        memcpy(data + headers, o.phdrs, sizeof o.phdrs);
        memcpy(data + dynamic, o.dynamic, sizeof o.dynamic);
        cr_expect_eq(soname_of(data, sizeof data, arena, &soname, NULL), cases[i].expected,
                     "case %zu", i);
        if (cases[i].expected == 0)
            cr_expect_str_eq(soname, "libcuda.so.1");
    }
}

Test(elf, a_truncated_file_gives_an_error_or_the_right_name)
{
    struct object64 object = object64();

    for (size_t len = 0; len < sizeof object; len++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *soname;
        int r = soname_of(&object, len, arena, &soname, NULL);

        cr_expect(r == -CDI_ERR_INVALID || (r == 0 && strcmp(soname, "libcuda.so.1") == 0),
                  "%zu bytes", len);
    }
}

Test(elf, reads_the_c_library)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_close_ int fd = -1;
    const char *soname;
    Dl_info info;

    cr_assert(dladdr(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &info));
    fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !strstr(info.dli_fname, "libc.so"))
        cr_skip_test("the C library is not a file of its own");
    cr_assert_eq(elf_soname(fd, arena, &soname, NULL), 0);
    cr_expect_str_eq(soname, "libc.so.6");
}
