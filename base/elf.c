/* SPDX-License-Identifier: Apache-2.0 */
#include "base/elf.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

/* Far above what linkers write; a file beyond is not one of a driver. */
#define MAX_SEGMENTS     256
#define MAX_DYNAMIC_SIZE (64U << 10)
#define MAX_NOTES        4096

#define HEAD_SIZE 4096

/* Where the fields are in a file of one class. */
struct elf_layout {
    uint8_t word; /* bytes of an address, an offset, a dynamic tag */
    uint8_t ehdr_size, e_phoff, e_flags, e_phentsize, e_phnum;
    uint8_t phdr_size, p_offset, p_vaddr, p_filesz, p_align;
};

#define LAYOUT(bits)                                                                           \
    {                                                                                          \
        .word = (bits) / 8, .ehdr_size = sizeof(Elf##bits##_Ehdr),                             \
        .e_phoff = offsetof(Elf##bits##_Ehdr, e_phoff),                                        \
        .e_flags = offsetof(Elf##bits##_Ehdr, e_flags),                                        \
        .e_phentsize = offsetof(Elf##bits##_Ehdr, e_phentsize),                                \
        .e_phnum = offsetof(Elf##bits##_Ehdr, e_phnum), .phdr_size = sizeof(Elf##bits##_Phdr), \
        .p_offset = offsetof(Elf##bits##_Phdr, p_offset),                                      \
        .p_vaddr = offsetof(Elf##bits##_Phdr, p_vaddr),                                        \
        .p_filesz = offsetof(Elf##bits##_Phdr, p_filesz),                                      \
        .p_align = offsetof(Elf##bits##_Phdr, p_align),                                        \
    }

static const struct elf_layout layouts[] = {LAYOUT(32), LAYOUT(64)};

/* An open file, and its program headers. */
struct elf_file {
    int fd;
    const struct elf_layout *layout;
    size_t n_segments;
    size_t n_head;
    unsigned char head[HEAD_SIZE]; /* the file's first bytes: mostly all but the dynamic section */
    const unsigned char *segments; /* a part of head, or heap */
    unsigned char *heap;
};

/* What the dynamic section says of the names. */
struct elf_dynamic {
    bool found, has_strtab;
    uint64_t strtab, strsz, soname;
    unsigned n_sonames, n_needed;
};

static uint64_t get_uint(const unsigned char *p, size_t size)
{
    uint64_t value = 0;

    while (size--)
        value = value << 8 | p[size];
    return value;
}

static int invalid(struct cdi_error *err, const char *why)
{
    return cdi_error_set(err, CDI_ERR_INVALID, "%s", why);
}

/* Reads up to `size` bytes; *got < size only at the end of the file. */
static int read_at(const struct elf_file *file, void *buf, size_t size, uint64_t offset,
                   size_t *got, struct cdi_error *err)
{
    if (offset > INT64_MAX)
        return invalid(err, "an offset in the ELF file is out of range");
    *got = 0;
    if (offset < file->n_head) {
        *got = file->n_head - (size_t)offset;
        if (*got > size)
            *got = size;
        memcpy(buf, file->head + offset, *got);
        if (file->n_head < sizeof file->head)
            return 0;
    }
    while (*got < size) {
        ssize_t n = pread(file->fd, (char *)buf + *got, size - *got, (off_t)offset + (off_t)*got);

        if (n == 0)
            return 0;
        if (n > 0)
            *got += (size_t)n;
        else if (errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot read");
    }
    return 0;
}

static int read_exactly(const struct elf_file *file, void *buf, size_t size, uint64_t offset,
                        struct cdi_error *err)
{
    size_t got;
    int r = read_at(file, buf, size, offset, &got, err);

    if (r < 0)
        return r;
    return got == size ? 0 : invalid(err, "the ELF file is truncated");
}

static int read_headers(struct elf_file *file, struct cdi_error *err)
{
    const unsigned char *ehdr = file->head;
    const struct elf_layout *layout;
    uint64_t offset;
    size_t got, size;
    int r = read_at(file, file->head, sizeof file->head, 0, &got, err);

    if (r < 0)
        return r;
    file->n_head = got;
    if (got < EI_NIDENT || memcmp(ehdr, ELFMAG, SELFMAG) != 0)
        return invalid(err, "not an ELF file");
    if (ehdr[EI_DATA] != ELFDATA2LSB ||
        (ehdr[EI_CLASS] != ELFCLASS32 && ehdr[EI_CLASS] != ELFCLASS64))
        return invalid(err, "not a little-endian ELF file of 32 or 64 bits");
    layout = file->layout = &layouts[ehdr[EI_CLASS] == ELFCLASS64];
    if (got < layout->ehdr_size)
        return invalid(err, "the ELF file is truncated");
    file->n_segments = (size_t)get_uint(ehdr + layout->e_phnum, 2);
    if (file->n_segments > MAX_SEGMENTS)
        return invalid(err, "the ELF file has too many program headers");
    if (file->n_segments && get_uint(ehdr + layout->e_phentsize, 2) != layout->phdr_size)
        return invalid(err, "the ELF file has program headers of an unknown size");
    size = file->n_segments * layout->phdr_size;
    offset = get_uint(ehdr + layout->e_phoff, layout->word);
    if (size <= got && offset <= got - size) {
        file->segments = file->head + offset;
        return 0;
    }
    if (!(file->heap = malloc(size + !size)))
        return cdi_error_nomem(err);
    file->segments = file->heap;
    return read_exactly(file, file->heap, size, offset, err);
}

/* A field of a segment; p_type is the first one in both classes. */
static uint64_t segment_field(const struct elf_file *file, size_t i, size_t field)
{
    return get_uint(file->segments + i * file->layout->phdr_size + field, file->layout->word);
}

static uint32_t segment_type(const struct elf_file *file, size_t i)
{
    return (uint32_t)get_uint(file->segments + i * file->layout->phdr_size, sizeof(uint32_t));
}

/* The place in the file of an address in memory, and how many bytes of the file follow it. */
static bool file_offset(const struct elf_file *file, uint64_t address, uint64_t *offset,
                        uint64_t *size)
{
    for (size_t i = 0; i < file->n_segments; i++) {
        uint64_t vaddr = segment_field(file, i, file->layout->p_vaddr);
        uint64_t filesz = segment_field(file, i, file->layout->p_filesz);

        if (segment_type(file, i) != PT_LOAD || address < vaddr || address - vaddr >= filesz)
            continue;
        *offset = segment_field(file, i, file->layout->p_offset);
        if (*offset > INT64_MAX - filesz)
            return false;
        *offset += address - vaddr;
        *size = filesz - (address - vaddr);
        return true;
    }
    return false;
}

static void take_dynamic(const unsigned char *p, size_t size, size_t word, struct elf_dynamic *out)
{
    for (; size >= 2 * word; p += 2 * word, size -= 2 * word) {
        uint64_t tag = get_uint(p, word), value = get_uint(p + word, word);

        if (tag == DT_NULL)
            return;
        if (tag == DT_STRTAB) {
            out->strtab = value;
            out->has_strtab = true;
        } else if (tag == DT_STRSZ) {
            out->strsz = value;
        } else if (tag == DT_SONAME) {
            if (!out->n_sonames++)
                out->soname = value;
        } else if (tag == DT_NEEDED) {
            out->n_needed++;
        }
    }
}

static int read_dynamic(const struct elf_file *file, size_t i, struct elf_dynamic *out,
                        struct cdi_error *err)
{
    uint64_t size = segment_field(file, i, file->layout->p_filesz);
    uint64_t offset = segment_field(file, i, file->layout->p_offset);
    _cleanup_free_ unsigned char *heap = NULL;
    unsigned char some[1024], *section = some;
    int r;

    if (size > MAX_DYNAMIC_SIZE)
        return invalid(err, "the ELF file's dynamic section is too large");
    if (size > sizeof some) {
        if (!(heap = malloc((size_t)size)))
            return cdi_error_nomem(err);
        section = heap;
    }
    if ((r = read_exactly(file, section, (size_t)size, offset, err)) < 0)
        return r;
    out->found = true;
    take_dynamic(section, (size_t)size, file->layout->word, out);
    return 0;
}

/* Reads the name that begins at the address into `name`, of ELF_NAME_MAX bytes. */
static int read_soname(const struct elf_file *file, const struct elf_dynamic *dynamic, char *name,
                       struct cdi_error *err)
{
    uint64_t offset, size;
    size_t got;
    int r;

    if (dynamic->soname >= dynamic->strsz || dynamic->strtab > UINT64_MAX - dynamic->soname ||
        !file_offset(file, dynamic->strtab + dynamic->soname, &offset, &size))
        return invalid(err, "the DT_SONAME lies outside the ELF file");
    if (size > dynamic->strsz - dynamic->soname)
        size = dynamic->strsz - dynamic->soname;
    if (size > ELF_NAME_MAX)
        size = ELF_NAME_MAX;
    if ((r = read_at(file, name, (size_t)size, offset, &got, err)) < 0)
        return r;
    return memchr(name, '\0', got) ? 0 : invalid(err, "the DT_SONAME is too long or does not end");
}

/* The x86 ISA level in an array of properties, which are sorted by their type. */
static unsigned isa_level_of(const unsigned char *p, size_t size, size_t word)
{
    uint32_t last = 0;

    while (size >= 8) {
        uint32_t type = (uint32_t)get_uint(p, 4), len = (uint32_t)get_uint(p + 4, 4), needed;
        uint64_t step = 8 + (((uint64_t)len + word - 1) & ~(uint64_t)(word - 1));

        if (type < last || type > GNU_PROPERTY_X86_ISA_1_NEEDED || len > size - 8)
            return 0;
        if (type == GNU_PROPERTY_X86_ISA_1_NEEDED) {
            needed = len == 4 ? (uint32_t)get_uint(p + 8, 4) : 0;
            return needed ? 31U - (unsigned)__builtin_clz(needed) : 0;
        }
        if (step > size)
            return 0;
        last = type;
        p += step;
        size -= (size_t)step;
    }
    return 0;
}

/* The same in a segment of notes. What is malformed tells no level. */
static unsigned read_isa_level(const struct elf_file *file, size_t i)
{
    uint64_t size = segment_field(file, i, file->layout->p_filesz);
    uint64_t align = segment_field(file, i, file->layout->p_align);
    unsigned char notes[MAX_NOTES];
    const unsigned char *p = notes;
    size_t word = file->layout->word, left;

    if (align != word || size > sizeof notes ||
        read_at(file, notes, (size_t)size, segment_field(file, i, file->layout->p_offset), &left,
                NULL) < 0)
        return 0;
    while (left > sizeof(Elf32_Nhdr)) {
        uint64_t n_name = get_uint(p, 4), n_desc = get_uint(p + 4, 4), desc, end;

        desc = (sizeof(Elf32_Nhdr) + n_name + align - 1) & ~(align - 1);
        end = desc + n_desc;
        if (end > left)
            return 0;
        if (n_name == sizeof "GNU" && get_uint(p + 8, 4) == NT_GNU_PROPERTY_TYPE_0 &&
            memcmp(p + sizeof(Elf32_Nhdr), "GNU", sizeof "GNU") == 0)
            return isa_level_of(p + desc, (size_t)n_desc, word);
        end = (end + align - 1) & ~(align - 1);
        if (end > left)
            return 0;
        p += end;
        left -= (size_t)end;
    }
    return 0;
}

static void elf_file_clear(struct elf_file *file)
{
    free(file->heap);
}

int elf_read(int fd, struct elf_facts *facts, struct cdi_error *err)
{
    _cleanup_(elf_file_clear) struct elf_file file = {.fd = fd};
    struct elf_dynamic dynamic = {0};
    int r;

    facts->bits = 0;
    if ((r = read_headers(&file, err)) < 0)
        return r;
    facts->bits = 8U * file.layout->word;
    facts->type = (uint16_t)get_uint(file.head + offsetof(Elf64_Ehdr, e_type), 2);
    facts->machine = (uint16_t)get_uint(file.head + offsetof(Elf64_Ehdr, e_machine), 2);
    facts->flags = (uint32_t)get_uint(file.head + file.layout->e_flags, 4);
    facts->interpreter = false;
    facts->isa_level = 0;
    *facts->soname = '\0';
    for (size_t i = 0; i < file.n_segments; i++) {
        uint32_t type = segment_type(&file, i);

        if (type == PT_INTERP)
            facts->interpreter = true;
        else if (type == PT_GNU_PROPERTY)
            facts->isa_level = read_isa_level(&file, i);
        else if (type == PT_DYNAMIC && !dynamic.found &&
                 (r = read_dynamic(&file, i, &dynamic, err)) < 0)
            return r;
    }
    facts->dynamic = dynamic.found && dynamic.has_strtab;
    facts->n_needed = dynamic.n_needed;
    facts->n_sonames = dynamic.n_sonames;
    return dynamic.n_sonames ? read_soname(&file, &dynamic, facts->soname, err) : 0;
}

int elf_soname(int fd, struct arena *arena, const char **soname, struct cdi_error *err)
{
    struct elf_facts facts;
    int r = elf_read(fd, &facts, err);

    *soname = NULL;
    if (r < 0)
        return r;
    if (facts.n_sonames > 1)
        return invalid(err, "the ELF file has more than one DT_SONAME");
    if (!*facts.soname)
        return 0;
    *soname = arena_strdup(arena, facts.soname);
    return *soname ? 0 : cdi_error_nomem(err);
}

bool elf_is_32bit(int fd)
{
    unsigned char ident[EI_NIDENT];
    ssize_t n = pread(fd, ident, sizeof ident, 0);

    return n == (ssize_t)sizeof ident && memcmp(ident, ELFMAG, SELFMAG) == 0 &&
           ident[EI_CLASS] == ELFCLASS32;
}
