/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ld.so.conf of a container's image, and the files that it includes: the input is cut at lines of
 * "%%" into /etc/ld.so.conf, /etc/ld.so.conf.d/a.conf, b.conf and so on.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "hooks/ldconf.h"
#include "hooks/ldview.h"

#define MOST_FILES 26

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const char *text;
    size_t len;
} files[MOST_FILES];
static size_t n_files;

static int view_open(const struct ldview *view, const char *path,
                     struct ldview_directory *directory)
{
    (void)view;
    *directory = (struct ldview_directory){.fd = 0, .path = path};
    if (strcmp(path, "/etc/") == 0)
        return 0;
    directory->fd = 1;
    return strstr(path, "ld.so.conf.d") ? 0 : -ENOENT;
}

static void view_close(const struct ldview *view, struct ldview_directory *directory)
{
    (void)view;
    directory->fd = -1;
}

static int view_list(const struct ldview *view, const struct ldview_directory *directory,
                     ldview_entry *entry, void *context)
{
    int r = 0;

    (void)view;
    if (directory->fd == 0 && (r = entry(context, "ld.so.conf", DT_REG)) == 0)
        return entry(context, "ld.so.conf.d", DT_DIR);
    for (size_t i = n_files; r == 0 && i-- > 1;) {
        char name[] = "x.conf";

        name[0] = (char)('a' + i - 1);
        r = entry(context, name, DT_REG);
    }
    return r;
}

static int view_read(const struct ldview *view, const char *path, size_t limit, char **data,
                     size_t *len)
{
    size_t n = strlen(path), i = 0;

    (void)view;
    if (strcmp(path, LDCONF_PATH) != 0) {
        if (n < 8 || strcmp(path + n - 5, ".conf") != 0 || path[n - 6] < 'a' || path[n - 7] != '/')
            return -ENOENT;
        i = (size_t)(path[n - 6] - 'a') + 1;
    }
    if (i >= n_files)
        return -ENOENT;
    if (files[i].len > limit)
        return -EFBIG;
    *len = files[i].len;
    *data = malloc(*len + 1);
    if (!*data)
        return -ENOMEM;
    memcpy(*data, files[i].text, *len);
    (*data)[*len] = '\0';
    return 0;
}

static void cut(const char *text, size_t size)
{
    n_files = 0;
    while (n_files < MOST_FILES) {
        const char *end = memmem(text, size, "\n%%\n", 4);

        files[n_files].text = text;
        files[n_files++].len = end ? (size_t)(end - text) : size;
        if (!end)
            return;
        size -= (size_t)(end + 4 - text);
        text = end + 4;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ldview view = {
        .open = view_open, .close = view_close, .list = view_list, .read = view_read};
    struct arena *arena = arena_new();
    struct ldconf conf;

    cut((const char *)data, size);
    if (arena && ldconf_read(&view, LDCONF_PATH, arena, &conf, NULL) == 0) {
        if (conf.n > LDCONF_MOST_DIRECTORIES || conf.n_files > LDCONF_MOST_FILES)
            __builtin_trap();
        for (size_t i = 0; i < conf.n; i++)
            if (conf.directories[i].path[0] != '/' || strchr(conf.directories[i].path, '\n') ||
                !ldconf_has_file(&conf, conf.directories[i].file))
                __builtin_trap();
    }
    arena_free(arena);
    return 0;
}
