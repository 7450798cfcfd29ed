/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dir_devices.h"

#include <search.h>
#include <string.h>

#include "base/arena.h"
#include "base/root.h"
#include "cmd/common.h"

/* The text of a directory, or of a device in it; no name of a device has a '\n'. */
static const char *text_of(const struct dir_devices *devices, const char *dir, const char *kind,
                           const char *name)
{
    return arena_printf(devices->arena, "%s\n%s=%s", dir, kind, name);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool has(const struct dir_devices *devices, const char *text)
{
    return tfind(text, &devices->names, compare_texts) != NULL;
}

static int add(struct dir_devices *devices, const char *text, struct cdi_error *err)
{
    return text && tsearch(text, &devices->names, compare_texts) ? 0 : cdi_error_nomem(err);
}

static int add_devices(struct dir_devices *devices, const char *dir, const struct cdi_spec *spec,
                       struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < spec->n_devices; i++)
        r = add(devices, text_of(devices, dir, spec->kind, spec->devices[i].name), err);
    return r;
}

static bool is_document(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".yaml") == 0);
}

/* Reads the documents of a directory; those that cannot be loaded are in nobody's way. */
static int read_documents(struct dir_devices *devices, const char *dir, const char *const *names,
                          size_t n, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        _cleanup_spec_ struct cdi_spec *spec = NULL;
        const char *path = arena_printf(devices->arena, "%s/%s", dir, names[i]);

        if (!path)
            return cdi_error_nomem(err);
        if (is_document(names[i]) && cdi_spec_read(path, &spec, NULL) == 0)
            r = add_devices(devices, dir, spec, err);
    }
    return r;
}

/* Sees to it that a directory is known; *known is false if it cannot be listed. */
static int know(struct dir_devices *devices, const char *dir, bool *known, struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    const char *text = arena_strdup(devices->arena, dir);
    const char **names;
    size_t n;
    int r;

    if (!text)
        return cdi_error_nomem(err);
    *known = has(devices, text);
    if (*known)
        return 0;
    if (root_open(&root, dir, NULL) < 0 || root_list(&root, ".", devices->arena, &names, &n) < 0)
        return 0;
    *known = true;
    r = read_documents(devices, dir, names, n, err);
    return r < 0 ? r : add(devices, text, err);
}

int dir_devices_take(struct dir_devices *devices, const char *dir, const struct cdi_spec *spec,
                     bool *taken, struct cdi_error *err)
{
    bool known;
    int r = know(devices, dir, &known, err);

    *taken = false;
    if (r < 0 || !known)
        return r;
    for (size_t i = 0; i < spec->n_devices; i++) {
        const char *text = text_of(devices, dir, spec->kind, spec->devices[i].name);

        if (!text)
            return cdi_error_nomem(err);
        if (has(devices, text))
            return 0;
    }
    *taken = true;
    return add_devices(devices, dir, spec, err);
}

static void keep(void *text)
{
    (void)text; /* it is in the arena */
}

void dir_devices_close(struct dir_devices *devices)
{
    tdestroy(devices->names, keep);
    devices->names = NULL;
}
