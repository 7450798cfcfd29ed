/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/compat_note.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

#define SECTION_NAME ".note.cuda.fwd_compatibility"
#define NOTE_NAME    "NVIDIA Corporation"

/* Far above what linkers write into a library. */
#define MAX_SECTIONS 4096

/* Where the fields are in a file of one class. */
struct layout {
    uint8_t word; /* bytes of an offset */
    uint8_t ehdr_size, e_shoff, e_shentsize, e_shnum, e_shstrndx;
    uint8_t shdr_size, sh_flags, sh_offset, sh_size, sh_addralign;
};

#define LAYOUT(bits)                                                                             \
    {                                                                                            \
        .word = (bits) / 8, .ehdr_size = sizeof(Elf##bits##_Ehdr),                               \
        .e_shoff = offsetof(Elf##bits##_Ehdr, e_shoff),                                          \
        .e_shentsize = offsetof(Elf##bits##_Ehdr, e_shentsize),                                  \
        .e_shnum = offsetof(Elf##bits##_Ehdr, e_shnum),                                          \
        .e_shstrndx = offsetof(Elf##bits##_Ehdr, e_shstrndx),                                    \
        .shdr_size = sizeof(Elf##bits##_Shdr), .sh_flags = offsetof(Elf##bits##_Shdr, sh_flags), \
        .sh_offset = offsetof(Elf##bits##_Shdr, sh_offset),                                      \
        .sh_size = offsetof(Elf##bits##_Shdr, sh_size),                                          \
        .sh_addralign = offsetof(Elf##bits##_Shdr, sh_addralign),                                \
    }

static const struct layout layouts[] = {LAYOUT(32), LAYOUT(64)};

struct section {
    uint32_t name, type; /* name: an offset in the section of names */
    uint64_t flags, offset, size, align;
};

struct file {
    int fd;
    const struct layout *layout;
    bool big_endian;
    uint64_t headers; /* offset of the section headers */
    size_t n_sections;
    struct section names;
};

static int invalid(struct cdi_error *err, const char *why)
{
    return cdi_error_set(err, CDI_ERR_INVALID, "%s", why);
}

static uint64_t get(const struct file *file, const unsigned char *p, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | p[file->big_endian ? i : size - 1 - i];
    return value;
}

/* Reads up to `size` bytes; *got < size only at the end of the file. */
static int read_at(int fd, void *buf, size_t size, uint64_t offset, size_t *got,
                   struct cdi_error *err)
{
    *got = 0;
    if (offset > INT64_MAX - size)
        return invalid(err, "an offset in the ELF file is out of range");
    while (*got < size) {
        ssize_t n = pread(fd, (char *)buf + *got, size - *got, (off_t)(offset + *got));

        if (n == 0)
            return 0;
        if (n > 0)
            *got += (size_t)n;
        else if (errno != EINTR)
            return cdi_error_set_errno(err, errno, "cannot read");
    }
    return 0;
}

static int read_exactly(int fd, void *buf, size_t size, uint64_t offset, struct cdi_error *err)
{
    size_t got;
    int r = read_at(fd, buf, size, offset, &got, err);

    if (r < 0)
        return r;
    return got == size ? 0 : invalid(err, "the ELF file is truncated");
}

/* ---- Sections ---- */

static int read_section(const struct file *file, size_t i, struct section *out,
                        struct cdi_error *err)
{
    const struct layout *layout = file->layout;
    unsigned char shdr[sizeof(Elf64_Shdr)];
    uint64_t offset;
    int r;

    if (__builtin_add_overflow(file->headers, i * layout->shdr_size, &offset))
        return invalid(err, "an offset in the ELF file is out of range");
    if ((r = read_exactly(file->fd, shdr, layout->shdr_size, offset, err)) < 0)
        return r;
    *out = (struct section){
        .name = (uint32_t)get(file, shdr, 4),
        .type = (uint32_t)get(file, shdr + 4, 4),
        .flags = get(file, shdr + layout->sh_flags, layout->word),
        .offset = get(file, shdr + layout->sh_offset, layout->word),
        .size = get(file, shdr + layout->sh_size, layout->word),
        .align = get(file, shdr + layout->sh_addralign, layout->word),
    };
    return 0;
}

static int read_ident(struct file *file, const unsigned char *ident, size_t got,
                      struct cdi_error *err)
{
    if (got < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) != 0)
        return invalid(err, "not an ELF file");
    if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
        return invalid(err, "the ELF file's class is not known");
    if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB)
        return invalid(err, "the ELF file's byte order is not known");
    file->layout = &layouts[ident[EI_CLASS] == ELFCLASS64];
    file->big_endian = ident[EI_DATA] == ELFDATA2MSB;
    return got < file->layout->ehdr_size ? invalid(err, "the ELF file is truncated") : 0;
}

/* Reads the file's header; afterwards file->n_sections is 0 if it has no sections. */
static int read_header(struct file *file, struct cdi_error *err)
{
    unsigned char ehdr[sizeof(Elf64_Ehdr)];
    const struct layout *layout;
    size_t got, names;
    int r = read_at(file->fd, ehdr, sizeof ehdr, 0, &got, err);

    if (r < 0 || (r = read_ident(file, ehdr, got, err)) < 0)
        return r;
    layout = file->layout;
    file->headers = get(file, ehdr + layout->e_shoff, layout->word);
    file->n_sections = (size_t)get(file, ehdr + layout->e_shnum, 2);
    if (!file->headers)
        return file->n_sections ? invalid(err, "the ELF file's sections have no headers") : 0;
    /* 0 beside headers: the number did not fit into 16 bits. */
    if (!file->n_sections || file->n_sections > MAX_SECTIONS)
        return cdi_error_set(err, CDI_ERR_LIMIT, "the ELF file has more than %d sections",
                             MAX_SECTIONS);
    if (get(file, ehdr + layout->e_shentsize, 2) != layout->shdr_size)
        return invalid(err, "the ELF file has section headers of an unknown size");
    names = (size_t)get(file, ehdr + layout->e_shstrndx, 2);
    if (names >= file->n_sections)
        return invalid(err, "the ELF file has no section of names");
    return read_section(file, names, &file->names, err);
}

/* 1 if the section is called SECTION_NAME, 0 if not. */
static int has_our_name(const struct file *file, const struct section *section,
                        struct cdi_error *err)
{
    char name[sizeof SECTION_NAME];
    uint64_t offset;
    int r;

    if (section->name > file->names.size || file->names.size - section->name < sizeof name)
        return 0;
    if (__builtin_add_overflow(file->names.offset, section->name, &offset))
        return invalid(err, "an offset in the ELF file is out of range");
    if ((r = read_exactly(file->fd, name, sizeof name, offset, err)) < 0)
        return r;
    return memcmp(name, SECTION_NAME, sizeof name) == 0;
}

/* 1 and the section in *out, or 0 if there is none. */
static int find_section(const struct file *file, struct section *out, struct cdi_error *err)
{
    for (size_t i = 0; i < file->n_sections; i++) {
        int r = read_section(file, i, out, err);

        if (r == 0 && out->type == SHT_NOTE)
            r = has_our_name(file, out, err);
        if (r != 0)
            return r;
    }
    return 0;
}

/* ---- The note in it ---- */

struct bytes {
    char *s;
    size_t len;
};

/* What a range of an attacker's has in common with the data, without NULs at both ends. */
static struct bytes part(const struct bytes *data, uint64_t offset, uint64_t len)
{
    struct bytes out;

    if (offset > data->len)
        offset = data->len;
    if (len > data->len - offset)
        len = data->len - offset;
    out = (struct bytes){data->s + offset, (size_t)len};
    for (; out.len && *out.s == '\0'; out.len--)
        out.s++;
    while (out.len && out.s[out.len - 1] == '\0')
        out.len--;
    return out;
}

/* Finds the content of the first note: 1, or 0 if that is not one of NVIDIA's. */
static int find_content(const struct file *file, const struct section *section,
                        const struct bytes *data, struct bytes *out, struct cdi_error *err)
{
    const unsigned char *p = (const unsigned char *)data->s;
    uint64_t name_size, size, mask = section->align ? section->align - 1 : 0;
    struct bytes name;

    if (data->len < sizeof(Elf32_Nhdr)) /* that of 64-bit files is the same */
        return invalid(err, "the note is too short for its header");
    if (mask & section->align)
        return invalid(err, "the note's alignment is not a power of two");
    name_size = get(file, p, 4);
    size = get(file, p + 4, 4);
    if (!name_size || !size)
        return 0;
    name = part(data, sizeof(Elf32_Nhdr), name_size);
    if (name.len != strlen(NOTE_NAME) || memcmp(name.s, NOTE_NAME, name.len) != 0)
        return 0;
    /* At most 2^63 + 12: the sum of a 32-bit number and a mask of at most 63 bits, rounded. */
    *out = part(data, sizeof(Elf32_Nhdr) + ((name_size + mask) & ~mask), size);
    return 1;
}

static int read_note(const struct file *file, const struct section *section, struct arena *arena,
                     struct compat_note *note, struct cdi_error *err)
{
    size_t size = section->size > COMPAT_NOTE_MAX_SIZE ? COMPAT_NOTE_MAX_SIZE
                                                       : (size_t)section->size;
    struct bytes content, data = {arena_bytes(arena, size + 1), size};
    int r;

    if (!data.s)
        return cdi_error_nomem(err);
    if (section->flags & SHF_COMPRESSED)
        return invalid(err, "the note is compressed");
    if ((r = read_exactly(file->fd, data.s, size, section->offset, err)) < 0)
        return r;
    r = find_content(file, section, &data, &content, err);
    return r > 0 ? compat_note_parse(content.s, content.len, arena, note, err) : r;
}

int compat_note_read(int fd, struct arena *arena, struct compat_note *note, struct cdi_error *err)
{
    struct compat_note found = {.cuda = ""};
    struct file file = {.fd = fd, .layout = layouts};
    struct section section;
    int r = read_header(&file, err);

    *note = found;
    if (r == 0)
        r = find_section(&file, &section, err);
    if (r > 0)
        r = read_note(&file, &section, arena, &found, err);
    if (r == 0)
        *note = found;
    return r;
}
