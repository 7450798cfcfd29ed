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
#define MAX_NAME         1024

#define HEAD_SIZE 2048

/* Where the fields are in a file of one class. */
struct elf_layout {
    uint8_t word; /* bytes of an address, an offset, a dynamic tag */
    uint8_t ehdr_size, e_phoff, e_phentsize, e_phnum;
    uint8_t phdr_size, p_offset, p_vaddr, p_filesz;
};

#define LAYOUT(bits)                                                                           \
    {                                                                                          \
        .word = (bits) / 8, .ehdr_size = sizeof(Elf##bits##_Ehdr),                             \
        .e_phoff = offsetof(Elf##bits##_Ehdr, e_phoff),                                        \
        .e_phentsize = offsetof(Elf##bits##_Ehdr, e_phentsize),                                \
        .e_phnum = offsetof(Elf##bits##_Ehdr, e_phnum), .phdr_size = sizeof(Elf##bits##_Phdr), \
        .p_offset = offsetof(Elf##bits##_Phdr, p_offset),                                      \
        .p_vaddr = offsetof(Elf##bits##_Phdr, p_vaddr),                                        \
        .p_filesz = offsetof(Elf##bits##_Phdr, p_filesz),                                      \
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

/* What the dynamic section says of the name. */
struct elf_dynamic {
    uint64_t strtab, strsz, soname;
    unsigned n_sonames;
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
        } else if (tag == DT_STRSZ) {
            out->strsz = value;
        } else if (tag == DT_SONAME) {
            out->soname = value;
            out->n_sonames++;
        }
    }
}

static int read_dynamic(const struct elf_file *file, struct elf_dynamic *out, struct cdi_error *err)
{
    for (size_t i = 0; i < file->n_segments; i++) {
        uint64_t size = segment_field(file, i, file->layout->p_filesz);
        _cleanup_free_ unsigned char *section = NULL;
        int r;

        if (segment_type(file, i) != PT_DYNAMIC)
            continue;
        if (size > MAX_DYNAMIC_SIZE)
            return invalid(err, "the ELF file's dynamic section is too large");
        section = malloc((size_t)size + 1);
        if (!section)
            return cdi_error_nomem(err);
        r = read_exactly(file, section, (size_t)size,
                         segment_field(file, i, file->layout->p_offset), err);
        if (r < 0)
            return r;
        take_dynamic(section, (size_t)size, file->layout->word, out);
        return 0;
    }
    return 0;
}

static void elf_file_clear(struct elf_file *file)
{
    free(file->heap);
}

int elf_soname(int fd, struct arena *arena, const char **soname, struct cdi_error *err)
{
    _cleanup_(elf_file_clear) struct elf_file file = {.fd = fd};
    struct elf_dynamic dynamic = {0};
    uint64_t offset, size;
    char name[MAX_NAME];
    size_t got;
    int r;

    *soname = NULL;
    if ((r = read_headers(&file, err)) < 0 || (r = read_dynamic(&file, &dynamic, err)) < 0)
        return r;
    if (dynamic.n_sonames == 0)
        return 0;
    if (dynamic.n_sonames > 1)
        return invalid(err, "the ELF file has more than one DT_SONAME");
    if (dynamic.soname >= dynamic.strsz || dynamic.strtab > UINT64_MAX - dynamic.soname ||
        !file_offset(&file, dynamic.strtab + dynamic.soname, &offset, &size))
        return invalid(err, "the DT_SONAME lies outside the ELF file");
    if (size > dynamic.strsz - dynamic.soname)
        size = dynamic.strsz - dynamic.soname;
    if (size > sizeof name)
        size = sizeof name;
    if ((r = read_at(&file, name, (size_t)size, offset, &got, err)) < 0)
        return r;
    if (!memchr(name, '\0', got))
        return invalid(err, "the DT_SONAME is too long or does not end");
    if (!*name)
        return 0;
    *soname = arena_strdup(arena, name);
    return *soname ? 0 : cdi_error_nomem(err);
}

bool elf_is_32bit(int fd)
{
    unsigned char ident[EI_NIDENT];
    ssize_t n = pread(fd, ident, sizeof ident, 0);

    return n == (ssize_t)sizeof ident && memcmp(ident, ELFMAG, SELFMAG) == 0 &&
           ident[EI_CLASS] == ELFCLASS32;
}
