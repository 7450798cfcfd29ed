/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/elf.h"

#define STRINGS "\0libm.so.6\0libcuda.so.1"
#define WORD    8

/* One property, padded as in files of 64 bits. */
struct property {
    uint32_t type, size, value, padding;
};

/* A shared object with notes; all is in one segment, at address 0. */
struct object {
    Elf64_Ehdr ehdr;
    Elf64_Phdr phdrs[4];
    Elf64_Dyn dynamic[6];
    struct {
        Elf64_Nhdr head;
        char name[4];
        struct property properties[2];
    } note;
    char strings[sizeof STRINGS];
};

static struct object object(void)
{
    struct object o = {
        .ehdr = {.e_type = ET_DYN,
                 .e_machine = EM_X86_64,
                 .e_flags = 0x12345678,
                 .e_phoff = offsetof(struct object, phdrs),
                 .e_phentsize = sizeof(Elf64_Phdr),
                 .e_phnum = 4},
        .phdrs = {{.p_type = PT_LOAD, .p_filesz = sizeof o},
                  {.p_type = PT_DYNAMIC,
                   .p_offset = offsetof(struct object, dynamic),
                   .p_filesz = sizeof o.dynamic},
                  {.p_type = PT_GNU_PROPERTY,
                   .p_offset = offsetof(struct object, note),
                   .p_filesz = sizeof o.note,
                   .p_align = WORD},
                  {.p_type = PT_NULL}},
        .dynamic = {{DT_NEEDED, {1}},
                    {DT_NEEDED, {1}},
                    {DT_SONAME, {11}},
                    {DT_STRTAB, {offsetof(struct object, strings)}},
                    {DT_STRSZ, {sizeof STRINGS}},
                    {DT_NULL, {0}}},
        .note = {.head = {.n_namesz = 4,
                          .n_descsz = sizeof o.note.properties,
                          .n_type = NT_GNU_PROPERTY_TYPE_0},
                 .name = "GNU",
                 .properties = {{GNU_PROPERTY_X86_FEATURE_1_AND, 4, 3, 0},
                                {GNU_PROPERTY_X86_ISA_1_NEEDED, 4, 7, 0}}},
        .strings = STRINGS,
    };

    memcpy(o.ehdr.e_ident, ELFMAG, SELFMAG);
    o.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
    o.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
    return o;
}

static int read_object(const struct object *o, struct elf_facts *facts)
{
    _cleanup_close_ int fd = memfd_create("elf", MFD_CLOEXEC);

    cr_assert_eq(write(fd, o, sizeof *o), (ssize_t)sizeof *o);
    return elf_read(fd, facts, NULL);
}

Test(elf_facts, all_of_them)
{
    struct object o = object();
    struct elf_facts facts;

    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect_eq(facts.bits, 64);
    cr_expect_eq(facts.type, ET_DYN);
    cr_expect_eq(facts.machine, EM_X86_64);
    cr_expect_eq(facts.flags, 0x12345678);
    cr_expect_not(facts.interpreter);
    cr_expect(facts.dynamic);
    cr_expect_eq(facts.n_needed, 2);
    cr_expect_eq(facts.n_sonames, 1);
    cr_expect_eq(facts.isa_level, 2, "the highest of three bits");
    cr_expect_str_eq(facts.soname, "libcuda.so.1");
}

Test(elf_facts, an_interpreter)
{
    struct object o = object();
    struct elf_facts facts;

    o.phdrs[3].p_type = PT_INTERP;
    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect(facts.interpreter);
}

Test(elf_facts, of_several_names_the_first)
{
    struct object o = object();
    struct elf_facts facts;

    o.dynamic[0] = (Elf64_Dyn){DT_SONAME, {1}};
    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect_eq(facts.n_sonames, 2);
    cr_expect_str_eq(facts.soname, "libm.so.6");
}

Test(elf_facts, a_static_program)
{
    struct object o = object();
    struct elf_facts facts;

    o.ehdr.e_type = ET_EXEC;
    o.phdrs[1].p_type = PT_NULL;
    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect_eq(facts.type, ET_EXEC);
    cr_expect_not(facts.dynamic);
    cr_expect_eq(facts.n_needed, 0);
    cr_expect_eq(facts.n_sonames, 0);
    cr_expect_str_eq(facts.soname, "");
}

Test(elf_facts, strings_that_are_nowhere)
{
    struct object o = object();
    struct elf_facts facts;

    o.dynamic[2] = o.dynamic[3] = (Elf64_Dyn){DT_DEBUG, {0}};
    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect_not(facts.dynamic);
}

/* What glibc's ldconfig takes for no level, too. */
Test(elf_facts, notes_that_tell_no_level)
{
    static const struct {
        const char *what;
        size_t offset, size;
        uint64_t value;
    } cases[] = {
        {"other alignment", offsetof(struct object, phdrs[2].p_align), 8, 4},
        {"too many notes", offsetof(struct object, phdrs[2].p_filesz), 8, 5000},
        {"behind the end", offsetof(struct object, phdrs[2].p_offset), 8, 1U << 30},
        {"out of range", offsetof(struct object, phdrs[2].p_offset), 8, UINT64_MAX - 7},
        {"another type of note", offsetof(struct object, note.head.n_type), 4, 1},
        {"another name", offsetof(struct object, note.name), 1, 'X'},
        {"a name that is long", offsetof(struct object, note.head.n_namesz), 4, 0xffffffff},
        {"a note that is long", offsetof(struct object, note.head.n_descsz), 4, 0xffffffff},
        {"an empty note", offsetof(struct object, note.head.n_descsz), 4, 0},
        {"a property that is long", offsetof(struct object, note.properties[0].size), 4,
         0xffffffff},
        {"a level of no bytes", offsetof(struct object, note.properties[1].size), 4, 0},
        {"no bit", offsetof(struct object, note.properties[1].value), 4, 0},
        {"not sorted", offsetof(struct object, note.properties[0].type), 4, 0xc0008003},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct object o = object();
        struct elf_facts facts;

        memcpy((char *)&o + cases[i].offset, &cases[i].value, cases[i].size);
        cr_expect_eq(read_object(&o, &facts), 0, "%s", cases[i].what);
        cr_expect_eq(facts.isa_level, 0, "%s: %u", cases[i].what, facts.isa_level);
        cr_expect_str_eq(facts.soname, "libcuda.so.1", "%s", cases[i].what);
    }
}

/* A note of another kind may stand before it. */
Test(elf_facts, a_second_note)
{
    struct object o = object();
    struct elf_facts facts;

    o.note.head = (Elf64_Nhdr){.n_namesz = 4, .n_descsz = 0, .n_type = 1};
    memcpy(&o.note.properties[0],
           &(Elf64_Nhdr){.n_namesz = 4, .n_descsz = 16, .n_type = NT_GNU_PROPERTY_TYPE_0},
           sizeof(Elf64_Nhdr));
    memcpy((char *)&o.note.properties[0] + sizeof(Elf64_Nhdr), "GNU", 4);
    cr_assert_eq(read_object(&o, &facts), 0);
    cr_expect_eq(facts.isa_level, 2);
}
