/* SPDX-License-Identifier: Apache-2.0 */
#include "hookless/mounts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "hookless/overlay.h"

struct adding {
    struct overlay *overlay;
    struct cdi_oci *oci;
    const char *bundle;
    struct arena *arena;
    struct hookless_covers *covers;
};

/* Whether the source is a path of the host. Source: OCI runtime-spec, config.md, "Mounts". */
static bool is_bind(struct json_document *doc, struct json *mount, const char *type)
{
    struct json *options = json_find(doc, mount, "options");

    if (strcmp(type, "bind") == 0)
        return true;
    if (!options || options->type != JSON_ARRAY)
        return false;
    for (struct json *v = json_first(doc, options); v; v = v->next) {
        const char *option = json_string(doc, v);

        if (option && (strcmp(option, "bind") == 0 || strcmp(option, "rbind") == 0))
            return true;
    }
    return false;
}

static int add_cover(const struct adding *adding, const char *destination, struct cdi_error *err)
{
    struct hookless_covers *covers = adding->covers;
    const char *path = overlay_directory(adding->overlay, destination);

    /* Nothing of the root is where a path leads nowhere. */
    if (!path)
        return 0;
    covers->items = arena_grow(adding->arena, covers->items, covers->n, sizeof *covers->items);
    if (!covers->items)
        return cdi_error_nomem(err);
    covers->items[covers->n++] = path;
    return 0;
}

/* The strings are the document's, which is edited later. */
static int add_bind(const struct adding *adding, const char *destination, const char *source,
                    struct cdi_error *err)
{
    const char *path = *source == '/'
                           ? arena_strdup(adding->arena, source)
                           : arena_printf(adding->arena, "%s/%s", adding->bundle, source);
    struct stat st;
    int r;

    if (!path)
        return cdi_error_nomem(err);
    if (!*source || stat(path, &st) < 0)
        return 0;
    if (S_ISDIR(st.st_mode))
        return add_cover(adding, destination, err);
    if (!S_ISREG(st.st_mode))
        return 0;
    /* One that has no name is the runtime's to refuse. */
    r = overlay_add(adding->overlay, OVERLAY_FILE, destination, path, 0);
    return r == -ENOMEM ? cdi_error_nomem(err) : 0;
}

static int add_mount(const struct adding *adding, struct json *mount, struct cdi_error *err)
{
    struct cdi_oci *oci = adding->oci;
    const char *destination, *source, *type;
    int r = oci_element_text(oci, OCI_MOUNTS, mount, "destination", &destination, err);

    if (r == 0)
        r = oci_element_text(oci, OCI_MOUNTS, mount, "source", &source, err);
    if (r == 0)
        r = oci_element_text(oci, OCI_MOUNTS, mount, "type", &type, err);
    if (r == 0 && !(destination = arena_printf(adding->arena, "/%s", destination)))
        return cdi_error_nomem(err);
    if (r < 0)
        return r;
    return is_bind(&oci->doc, mount, type) ? add_bind(adding, destination, source, err)
                                           : add_cover(adding, destination, err);
}

int hookless_mounts_add(struct overlay *overlay, struct cdi_oci *oci, const char *bundle,
                        struct arena *arena, struct hookless_covers *covers, struct cdi_error *err)
{
    const struct adding adding = {overlay, oci, bundle, arena, covers};
    struct json *array;
    int r = oci_section(oci, OCI_MOUNTS, false, &array, err);

    *covers = (struct hookless_covers){NULL, 0};
    for (struct json *v = r == 0 ? json_first(&oci->doc, array) : NULL; r == 0 && v; v = v->next)
        r = add_mount(&adding, v, err);
    return r == 0 ? json_check(&oci->doc, err) : r;
}

const char *hookless_covers_find(const struct hookless_covers *covers, struct overlay *overlay,
                                 const char *directory)
{
    const char *path = overlay_directory(overlay, directory);

    for (size_t i = 0; path && i < covers->n; i++) {
        size_t len = strlen(covers->items[i]);

        if (strncmp(path, covers->items[i], len) == 0 && (path[len] == '/' || !path[len]))
            return covers->items[i];
    }
    return NULL;
}
