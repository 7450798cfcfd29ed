/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ldfake.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Any of both classes: the dynamic section, the note and the strings are behind the headers. */
#define DEFINE_WRITE(bits)                                                         \
    static size_t write##bits(const struct ldfake_file *file, unsigned char *out)  \
    {                                                                              \
        struct {                                                                   \
            Elf##bits##_Ehdr ehdr;                                                 \
            Elf##bits##_Phdr phdrs[3];                                             \
            Elf##bits##_Dyn dynamic[4];                                            \
            uint32_t note[8];                                                      \
            char strings[128];                                                     \
        } o = {0};                                                                 \
        size_t strings = (size_t)((char *)o.strings - (char *)&o);                 \
        size_t word = bits / 8, n_desc = word == 8 ? 16 : 12;                      \
                                                                                   \
        memcpy(o.ehdr.e_ident, ELFMAG, SELFMAG);                                   \
        o.ehdr.e_ident[EI_CLASS] = ELFCLASS##bits;                                 \
        o.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;                                     \
        o.ehdr.e_type = file->elf_type ? file->elf_type : ET_DYN;                  \
        o.ehdr.e_machine = file->machine ? file->machine : EM_X86_64;              \
        o.ehdr.e_flags = file->elf_flags;                                          \
        o.ehdr.e_phoff = sizeof o.ehdr;                                            \
        o.ehdr.e_phentsize = sizeof o.phdrs[0];                                    \
        o.ehdr.e_phnum = 3;                                                        \
        o.phdrs[0].p_type = PT_LOAD;                                               \
        o.phdrs[0].p_filesz = sizeof o;                                            \
        o.phdrs[1].p_type = file->no_dynamic ? PT_NULL : PT_DYNAMIC;               \
        o.phdrs[1].p_offset = (Elf##bits##_Off)((char *)o.dynamic - (char *)&o);   \
        o.phdrs[1].p_filesz = sizeof o.dynamic;                                    \
        o.phdrs[2].p_type = PT_GNU_PROPERTY;                                       \
        o.phdrs[2].p_offset = (Elf##bits##_Off)((char *)o.note - (char *)&o);      \
        o.phdrs[2].p_filesz = (Elf##bits##_Word)(16 + n_desc);                     \
        o.phdrs[2].p_align = (Elf##bits##_Word)word;                               \
        o.dynamic[0].d_tag = DT_STRTAB;                                            \
        o.dynamic[0].d_un.d_ptr = (Elf##bits##_Addr)strings;                       \
        o.dynamic[1].d_tag = DT_STRSZ;                                             \
        o.dynamic[1].d_un.d_val = sizeof o.strings;                                \
        o.dynamic[2].d_tag = file->text ? DT_SONAME : DT_NULL;                     \
        o.dynamic[2].d_un.d_val = 1;                                               \
        o.note[0] = 4;                                                             \
        o.note[1] = (uint32_t)n_desc;                                              \
        o.note[2] = NT_GNU_PROPERTY_TYPE_0;                                        \
        memcpy(&o.note[3], "GNU", 4);                                              \
        o.note[4] = GNU_PROPERTY_X86_ISA_1_NEEDED;                                 \
        o.note[5] = 4;                                                             \
        o.note[6] = file->isa;                                                     \
        if (file->text)                                                            \
            (void)snprintf(o.strings + 1, sizeof o.strings - 1, "%s", file->text); \
        memcpy(out, &o, sizeof o);                                                 \
        return sizeof o;                                                           \
    }

DEFINE_WRITE(32)
DEFINE_WRITE(64)

static struct ldfake *fake_of(const struct ldview *view)
{
    return (struct ldfake *)(uintptr_t)view;
}

static struct ldfake_file *find(struct ldfake *fake, const char *path)
{
    for (size_t i = 0; i < fake->n; i++)
        if (strcmp(fake->files[i].path, path) == 0)
            return &fake->files[i];
    return NULL;
}

/* What a path leads to; a link is the last part of it. */
static struct ldfake_file *follow(struct ldfake *fake, const char *path)
{
    char next[PATH_MAX];
    struct ldfake_file *file;
    size_t len = strlen(path);

    while (len && path[len - 1] == '/')
        len--;
    (void)snprintf(next, sizeof next, "%.*s", (int)len, path);
    file = find(fake, next);
    for (int links = 0; file && file->type == FAKE_LINK; links++) {
        const char *slash = strrchr(file->path, '/');

        if (links > 40)
            return NULL;
        if (*file->text == '/')
            (void)snprintf(next, sizeof next, "%s", file->text);
        else
            (void)snprintf(next, sizeof next, "%.*s/%s", (int)(slash - file->path), file->path,
                           file->text);
        file = find(fake, next);
    }
    return file;
}

static void add(struct ldfake *fake, struct ldfake_file file)
{
    if (fake->n == FAKE_MOST)
        abort();
    fake->files[fake->n++] = file;
}

static const char *keep(struct ldfake *fake, const char *text, size_t len)
{
    char *kept = fake->strings + fake->n_strings;

    if (len >= sizeof fake->strings - fake->n_strings)
        abort();
    memcpy(kept, text, len);
    fake->n_strings += len + 1;
    return kept;
}

static int fake_open(const struct ldview *view, const char *path,
                     struct ldview_directory *directory)
{
    struct ldfake *fake = fake_of(view);
    struct ldfake_file *file = follow(fake, path);

    if (!file || file->type != FAKE_FOLDER)
        return file ? -ENOTDIR : -ENOENT;
    *directory = (struct ldview_directory){.fd = (int)(file - fake->files),
                                           .path = path,
                                           .dev = 1,
                                           .ino = (ino_t)(file - fake->files)};
    return 0;
}

static void fake_close(const struct ldview *view, struct ldview_directory *directory)
{
    (void)view;
    directory->fd = -1;
}

static const char *path_in(const struct ldview *view, const struct ldview_directory *directory,
                           const char *name, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s/%s", fake_of(view)->files[directory->fd].path, name);
    return path;
}

static int fake_list(const struct ldview *view, const struct ldview_directory *directory,
                     ldview_entry *entry, void *context)
{
    static const unsigned char types[] = {DT_REG, DT_REG, DT_LNK, DT_DIR, DT_FIFO};
    struct ldfake *fake = fake_of(view);
    const char *dir = fake->files[directory->fd].path;
    size_t len = strlen(dir);

    for (size_t i = 0; i < fake->n; i++) {
        const struct ldfake_file *file = &fake->files[i];
        int r;

        if (strncmp(file->path, dir, len) != 0 || file->path[len] != '/' ||
            strchr(file->path + len + 1, '/'))
            continue;
        if ((r = entry(context, file->path + len + 1, types[file->type])) != 0)
            return r;
    }
    return 0;
}

static int fake_read_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, char *text, size_t size)
{
    char path[PATH_MAX];
    const struct ldfake_file *file = find(fake_of(view), path_in(view, directory, name, path));

    if (!file || file->type != FAKE_LINK)
        return file ? -EINVAL : -ENOENT;
    if (strlen(file->text) >= size)
        return -ENAMETOOLONG;
    return snprintf(text, size, "%s", file->text);
}

static int fake_open_file(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, bool do_follow, struct stat *st)
{
    struct ldfake *fake = fake_of(view);
    unsigned char data[2048];
    char path[PATH_MAX];
    struct ldfake_file *file = find(fake, path_in(view, directory, name, path));
    size_t len;
    int fd;

    if (file && do_follow)
        file = follow(fake, path);
    if (!file || (file->type != FAKE_FILE && file->type != FAKE_ELF))
        return file ? -EINVAL : -ENOENT;
    fake->n_opened++;
    *st = (struct stat){.st_dev = 1, .st_ino = (ino_t)(file - fake->files)};
    if (file->type == FAKE_FILE)
        len = (size_t)snprintf((char *)data, sizeof data, "%s", file->text);
    else
        len = file->is_32bit ? write32(file, data) : write64(file, data);
    fd = memfd_create("fake", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len)
        abort();
    return fd;
}

static int fake_make_link(const struct ldview *view, const struct ldview_directory *directory,
                          const char *name, const char *target)
{
    struct ldfake *fake = fake_of(view);
    char path[PATH_MAX];
    struct ldfake_file *file = find(fake, path_in(view, directory, name, path));
    size_t len = strlen(fake->links);

    if (fake->mounted && strcmp(fake->files[directory->fd].path, fake->mounted) == 0)
        return -EXDEV;
    if (fake->read_only && strcmp(fake->read_only, fake->files[directory->fd].path) == 0)
        return -EROFS;
    (void)snprintf(fake->links + len, sizeof fake->links - len, "%s -> %s\n", path, target);
    if (file)
        file->text = keep(fake, target, strlen(target));
    else
        add(fake, (struct ldfake_file){.path = keep(fake, path, strlen(path)),
                                       .type = FAKE_LINK,
                                       .text = keep(fake, target, strlen(target))});
    return 0;
}

static int fake_read(const struct ldview *view, const char *path, size_t limit, char **data,
                     size_t *len)
{
    const struct ldfake_file *file = follow(fake_of(view), path);

    if (!file || file->type != FAKE_FILE)
        return file ? -EINVAL : -ENOENT;
    *len = strlen(file->text);
    if (*len > limit)
        return -EFBIG;
    *data = strdup(file->text);
    return *data ? 0 : -ENOMEM;
}

/* Adds the folders that a path goes through. */
static void add_folders(struct ldfake *fake, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *folder = keep(fake, path, (size_t)(slash - path));

        if (!find(fake, folder))
            add(fake, (struct ldfake_file){.path = folder, .type = FAKE_FOLDER});
    }
}

void ldfake_init(struct ldfake *fake, const struct ldfake_file *files)
{
    *fake = (struct ldfake){.view = {.open = fake_open,
                                     .close = fake_close,
                                     .list = fake_list,
                                     .read_link = fake_read_link,
                                     .open_file = fake_open_file,
                                     .make_link = fake_make_link,
                                     .read = fake_read}};
    add(fake, (struct ldfake_file){.path = "", .type = FAKE_FOLDER});
    for (; files->path; files++) {
        add_folders(fake, files->path);
        add(fake, *files);
    }
}

const char *ldfake_link(const struct ldfake *fake, const char *path)
{
    const struct ldfake_file *file = find((struct ldfake *)(uintptr_t)fake, path);

    return file && file->type == FAKE_LINK ? file->text : NULL;
}
