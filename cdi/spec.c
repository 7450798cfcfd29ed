/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/spec.h>

#include <fcntl.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cdi/decode.h"
#include "cdi/fields.h"
#include "cdi/yaml.h"

static void free_specp(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

struct cdi_spec *cdi_spec_new(void)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct cdi_spec *spec = arena ? arena_alloc(arena, sizeof *spec) : NULL;

    if (!spec)
        return NULL;
    object_init(&object_spec, spec);
    spec->arena = TAKE_PTR(arena);
    return spec;
}

void cdi_spec_free(struct cdi_spec *spec)
{
    if (spec)
        arena_free(spec->arena);
}

int decode_tree(const char *text, size_t len, const char *name, struct cdi_spec **out,
                struct cdi_error *err)
{
    _cleanup_(free_specp) struct cdi_spec *spec = NULL;
    const struct yaml_node *root = NULL;
    int r;

    if (len > CDI_SPEC_MAX_SIZE)
        return cdi_error_set_at(err, CDI_ERR_LIMIT, name, (struct cdi_position){1, 1},
                                "larger than %u bytes", CDI_SPEC_MAX_SIZE);
    spec = cdi_spec_new();
    if (!spec)
        return cdi_error_nomem(err);
    if (name && !(spec->path = arena_strdup(spec->arena, name)))
        return cdi_error_nomem(err);
    r = yaml_read(spec->arena, text, len, spec->path, &root, err);
    if (r < 0)
        return r;
    spec->root = root;
    *out = TAKE_PTR(spec);
    return 0;
}

int cdi_spec_parse(const char *text, size_t len, const char *name, struct cdi_spec **out,
                   struct cdi_error *err)
{
    _cleanup_(free_specp) struct cdi_spec *spec = NULL;
    int r = decode_tree(text, len, name, &spec, err);

    if (!spec)
        return r;
    r = decode_spec(spec, spec->root, err);
    if (r == 0)
        *out = TAKE_PTR(spec);
    return r;
}

int cdi_spec_read(const char *path, struct cdi_spec **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = file_read(AT_FDCWD, path, CDI_SPEC_MAX_SIZE, &text, &len, err);

    return r < 0 ? r : cdi_spec_parse(text, len, path, out, err);
}

bool cdi_edits_empty(const struct cdi_edits *edits)
{
    return object_empty(&object_edits, edits);
}
