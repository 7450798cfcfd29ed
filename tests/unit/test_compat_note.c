/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "compatelf.h"
#include "hooks/compat_note.h"

/* Of the libraries of 575.57.08 and 590.44.01, as NVIDIA ships them. */
static const char shipped_575[] =
    "{\"format\":1,\"CUDA version\":\"12.9\",\"driver\":[535,550,560,565,570,575],"
    "\"device\":[1,2,7,8,9,10,11,12,13,14]}";
static const char shipped_590[] =
    "{\"format\":1,\"CUDA version\":\"13.1\",\"driver\":[535,550,570,575,580,590],"
    "\"device\":[1,2,7,8,9,10,11,12,13,14]}";

static struct arena *arena;

static void begin(void)
{
    cr_assert((arena = arena_new()) != NULL);
}

static void end(void)
{
    arena_free(arena);
}

TestSuite(compat_note, .init = begin, .fini = end);

static int read_note(const struct compatelf *elf, struct compat_note *note, struct cdi_error *err)
{
    _cleanup_close_ int fd = compatelf_open(elf);

    memset(note, 0xff, sizeof *note);
    return compat_note_read(fd, arena, note, err);
}

static void expect_numbers(const struct compat_note *note, const uint32_t *numbers, size_t n)
{
    cr_assert_eq(note->n_drivers, n);
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(note->drivers[i], numbers[i]);
}

Test(compat_note, classes_and_byte_orders)
{
    static const uint32_t of_575[] = {535, 550, 560, 565, 570, 575};
    static const uint32_t of_590[] = {535, 550, 570, 575, 580, 590};

    for (int i = 0; i < 4; i++) {
        struct compatelf elf = compatelf_new(i & 1, i & 2, shipped_575);
        struct compat_note note;

        cr_assert_eq(read_note(&elf, &note, NULL), 0, "%d", i);
        cr_assert(note.there, "%d", i);
        cr_expect_str_eq(note.cuda, "12.9");
        expect_numbers(&note, of_575, ARRAY_SIZE(of_575));
        elf = compatelf_new(i & 1, i & 2, shipped_590);
        cr_assert_eq(read_note(&elf, &note, NULL), 0, "%d", i);
        cr_assert(note.there, "%d", i);
        cr_expect_str_eq(note.cuda, "13.1");
        expect_numbers(&note, of_590, ARRAY_SIZE(of_590));
    }
}

/* The content of a note, and what is read from it; cuda NULL: it is refused. */
static const struct {
    const char *json, *cuda;
    size_t n_drivers;
} contents[] = {
    {"{\"format\":1,\"CUDA version\":\"13.2\"}", "13.2", 0}, /* Orin */
    {"{}", "", 0},
    {" {\"FORMAT\": 1, \"cuda VERSION\": \"12.9\", \"Driver\": [535]}\n", "12.9", 1},
    {"{\"CUDA version\":\"12.9\",\"comment\":{\"driver\":\"x\"},\"more\":[[1]]}", "12.9", 0},
    {"{\"CUDA version\":null,\"driver\":null,\"device\":null,\"format\":null}", "", 0},
    {"{\"CUDA version\":\"12\\u002e9\",\"driver\":[]}", "12.9", 0},
    {"{\"driver\":[0,4294967295,535,535]}", "", 4},
    {"{\"format\":1,\"CUDA version\":\"12.9\",}", NULL, 0}, /* a comma too many */
    {"{\"driver\":[535,]}", NULL, 0},
    {"", NULL, 0},
    {"nonsense", NULL, 0},
    {"[535]", NULL, 0},
    {"null", NULL, 0},
    {"{} {}", NULL, 0},
    {"{\"format\":\"1\"}", NULL, 0},
    {"{\"format\":1.5}", NULL, 0},
    {"{\"CUDA version\":12.9}", NULL, 0},
    {"{\"CUDA version\":[\"12.9\"]}", NULL, 0},
    {"{\"driver\":535}", NULL, 0},
    {"{\"driver\":[\"535\"]}", NULL, 0},
    {"{\"driver\":[[535]]}", NULL, 0},
    {"{\"driver\":[535.5]}", NULL, 0},
    {"{\"driver\":[-535]}", NULL, 0},
    {"{\"driver\":[4294967296]}", NULL, 0},
    {"{\"driver\":[99999999999999999999999999999999]}", NULL, 0},
    {"{\"device\":\"all\"}", NULL, 0},
    {"{\"device\":[true]}", NULL, 0},
    {"{\"driver\":[535],\"driver\":[550]}", NULL, 0},
    {"{\"driver\":[535],\"Driver\":[550]}", NULL, 0},
    {"{\"a\":[[[[[[[[[]]]]]]]]]}", NULL, 0},
};

Test(compat_note, contents)
{
    for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
        struct compatelf elf = compatelf_new(true, false, contents[i].json);
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct compat_note note;
        int r = read_note(&elf, &note, &err);

        cr_expect((r == 0) == (contents[i].cuda != NULL), "%s: %s", contents[i].json, err.message);
        cr_expect((r < 0) == (err.message != NULL), "%s", contents[i].json);
        cr_expect_eq(note.there, r == 0, "%s", contents[i].json);
        if (contents[i].cuda && r == 0)
            cr_expect_str_eq(note.cuda, contents[i].cuda, "%s", contents[i].json);
        cr_expect_eq(note.n_drivers, contents[i].n_drivers, "%s", contents[i].json);
    }
}

Test(compat_note, deep_and_many)
{
    enum { DEEP = 60000 };
    char *text = arena_alloc(arena, DEEP + 1);
    struct compat_note note;
    size_t len = 1;

    cr_assert(text != NULL);
    memset(text, '[', DEEP);
    cr_expect_lt(compat_note_parse(text, DEEP, arena, &note, NULL), 0);
    text[0] = '{';
    for (int i = 0; len + 16 < DEEP; i++)
        len += (size_t)snprintf(text + len, 16, "%s\"%d\":0", i ? "," : "", i);
    text[len++] = '}';
    cr_expect_eq(compat_note_parse(text, len, arena, &note, NULL), -CDI_ERR_LIMIT);
}

/* One changed field, and what comes of it: no note, or the file is refused. */
static const struct {
    size_t section;
    enum compatelf_field field;
    uint64_t value;
    bool refused;
} changes[] = {
    {0, E_SHNUM, 0, true},
    {0, E_SHNUM, 1, true}, /* the section of names is not one */
    {0, E_SHNUM, 4097, true},
    {0, E_SHNUM, 0xffff, true},
    {0, E_SHNUM, COMPATELF_NOTE, false},
    {0, E_SHOFF, 0, true},
    {0, E_SHOFF, 4000, true},
    {0, E_SHOFF, UINT64_MAX, true},
    {0, E_SHOFF, INT64_MAX, true},
    {0, E_SHOFF, UINT64_MAX - 200, true},
    {0, E_SHENTSIZE, 0, true},
    {0, E_SHENTSIZE, 1, true},
    {0, E_SHENTSIZE, 0xffff, true},
    {0, E_SHSTRNDX, COMPATELF_SECTIONS, true},
    {0, E_SHSTRNDX, 0xffff, true},
    {0, E_SHSTRNDX, COMPATELF_NULL, false},
    {COMPATELF_NAMES, SH_OFFSET, UINT64_MAX, true},
    {COMPATELF_NAMES, SH_OFFSET, INT64_MAX, true},
    {COMPATELF_NAMES, SH_OFFSET, 5000, true},
    {COMPATELF_NAMES, SH_SIZE, 0, false},
    {COMPATELF_NAMES, SH_SIZE, 0x20, false},
    {COMPATELF_NOTE, SH_NAME, 0, false},
    {COMPATELF_NOTE, SH_NAME, 0xffffffff, false},
    {COMPATELF_NOTE, SH_TYPE, SHT_PROGBITS, false},
    {COMPATELF_NOTE, SH_FLAGS, SHF_COMPRESSED, true},
    {COMPATELF_NOTE, SH_OFFSET, UINT64_MAX, true},
    {COMPATELF_NOTE, SH_OFFSET, (uint64_t)INT64_MAX - 4, true},
    {COMPATELF_NOTE, SH_OFFSET, (uint64_t)INT64_MAX + 1, true},
    {COMPATELF_NOTE, SH_OFFSET, 0xffffffff, true},
    {COMPATELF_NOTE, SH_OFFSET, 0, false}, /* names and sizes from elsewhere */
    {COMPATELF_NOTE, SH_SIZE, 0, true},
    {COMPATELF_NOTE, SH_SIZE, 11, true},
    {COMPATELF_NOTE, SH_SIZE, 12, false}, /* the name is cut off */
    {COMPATELF_NOTE, SH_SIZE, 40, true},  /* the content is */
    {COMPATELF_NOTE, SH_SIZE, 4000, true},
    {COMPATELF_NOTE, SH_SIZE, UINT64_MAX, true},
    {COMPATELF_NOTE, SH_ADDRALIGN, 3, true},
    {COMPATELF_NOTE, SH_ADDRALIGN, 64, true},
    {COMPATELF_NOTE, SH_ADDRALIGN, 1U << 31, true},
    {COMPATELF_NOTE, SH_ADDRALIGN, UINT64_MAX, true},
    {COMPATELF_NOTE, SH_ADDRALIGN, 1ULL << 63, true},
    {0, N_NAMESZ, 0, false},
    {0, N_NAMESZ, 5, false},
    {0, N_NAMESZ, 0xffffffff, false},
    {0, N_DESCSZ, 0, false},
    {0, N_DESCSZ, 4, true}, /* the content is cut off */
};

Test(compat_note, changed_fields)
{
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
        for (int wide = 0; wide < 2; wide++) {
            struct compatelf elf = compatelf_new(wide, false, shipped_575);
            _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
            struct compat_note note;
            int r;

            /* A number that only the larger field holds. */
            if (!wide && changes[i].value == 1ULL << 63)
                continue;
            compatelf_set(&elf, changes[i].section, changes[i].field, changes[i].value);
            r = read_note(&elf, &note, &err);
            cr_expect((r < 0) == changes[i].refused, "%zu, wide %d: %s", i, wide, err.message);
            cr_expect(!note.there && note.n_drivers == 0, "%zu, wide %d", i, wide);
        }
}

/* What a linker or a tool may have done. */
Test(compat_note, other_sound_files)
{
    struct compatelf elf = compatelf_new(true, false, shipped_575);
    struct compat_note note;

    compatelf_set(&elf, COMPATELF_NOTE, SH_ADDRALIGN, 0);
    compatelf_set(&elf, 0, N_NAMESZ, 20);
    cr_assert_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(note.there);

    elf = compatelf_new(true, false, shipped_575);
    compatelf_set(&elf, COMPATELF_NOTE, SH_ADDRALIGN, 1);
    compatelf_set(&elf, 0, N_NAMESZ, 20);
    cr_assert_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(note.there);

    /* The content's size is out of range, and what is there is whole. */
    elf = compatelf_new(true, false, shipped_575);
    compatelf_set(&elf, 0, N_DESCSZ, 0xffffffff);
    cr_assert_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(note.there);

    /* Headers of sections beyond the end of the file, behind the note's. */
    elf = compatelf_new(true, false, shipped_575);
    compatelf_set(&elf, 0, E_SHNUM, 4096);
    cr_assert_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(note.there);

    elf = compatelf_new(true, false, shipped_575);
    compatelf_set(&elf, 0, E_SHOFF, 0);
    compatelf_set(&elf, 0, E_SHNUM, 0);
    cr_assert_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(!note.there);
}

Test(compat_note, wrong_byte_order)
{
    struct compatelf elf = compatelf_new(true, false, shipped_575);
    struct compat_note note;

    elf.data[EI_DATA] = ELFDATA2MSB;
    cr_expect_lt(read_note(&elf, &note, NULL), 0);
    elf.data[EI_DATA] = ELFDATANONE;
    cr_expect_lt(read_note(&elf, &note, NULL), 0);
    elf.data[EI_DATA] = ELFDATA2LSB;
    elf.data[EI_CLASS] = ELFCLASS32; /* has no sections then */
    cr_expect_eq(read_note(&elf, &note, NULL), 0);
    cr_expect(!note.there);
    elf.data[EI_CLASS] = 3;
    cr_expect_lt(read_note(&elf, &note, NULL), 0);
}

Test(compat_note, every_truncation)
{
    struct compatelf whole = compatelf_new(true, false, shipped_575);

    for (size_t len = 0; len + 1 < whole.len; len++) {
        struct compatelf elf = whole;
        struct compat_note note;

        elf.len = len;
        cr_expect_lt(read_note(&elf, &note, NULL), 0, "%zu bytes", len);
        cr_expect(!note.there, "%zu bytes", len);
    }
}

/* Of a sparse file of 1 TiB no more is read than of another one. */
Test(compat_note, huge_file)
{
    struct compatelf elf = compatelf_new(true, false, shipped_575);
    _cleanup_close_ int fd = -1;
    struct compat_note note;

    compatelf_set(&elf, COMPATELF_NOTE, SH_SIZE, 1ULL << 39);
    fd = compatelf_open(&elf);
    if (ftruncate(fd, (off_t)1 << 40) < 0)
        cr_skip_test("no file of 1 TiB here: %s", strerror(errno));
    cr_assert_eq(compat_note_read(fd, arena, &note, NULL), 0);
    cr_expect(note.there);
}

Test(compat_note, not_an_elf_file)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_close_ int fd = memfd_create("text", MFD_CLOEXEC), dir = open("/", O_RDONLY);
    struct compat_note note;

    cr_assert(fd >= 0 && write(fd, "x\n", 2) == 2 && dir >= 0);
    cr_expect_eq(compat_note_read(fd, arena, &note, &err), -CDI_ERR_INVALID);
    cr_expect_str_eq(err.message, "not an ELF file");
    cr_expect_eq(compat_note_read(dir, arena, &note, NULL), -CDI_ERR_IO);
}
