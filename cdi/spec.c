/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/spec.h>

#include <fcntl.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cdi/decode.h"
#include "cdi/fields.h"
#include "cdi/finding_list.h"
#include "cdi/validate_internal.h"
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

/* A new document with the tree of a text, nothing of it decoded. */
static int read_tree(const char *text, size_t len, const char *name, struct cdi_spec **out,
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
    int r = read_tree(text, len, name, &spec, err);

    if (!spec)
        return r;
    r = decode_spec(spec, spec->root, err);
    if (r == 0)
        *out = TAKE_PTR(spec);
    return r;
}

/* What keeps a text from becoming a tree, as a finding. */
static int add_error(struct cdi_findings *findings, const struct cdi_error *why,
                     struct cdi_error *err)
{
    enum rule rule = why->code == CDI_ERR_SYNTAX  ? RULE_SYNTAX
                     : why->code == CDI_ERR_LIMIT ? RULE_LIMIT
                                                  : RULE_WRONG_TYPE;

    if (why->code == CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    return finding_list_add(findings, rule, "", why->pos, NULL, why->message, err);
}

/* Fills a list with the findings of a text; *spec is the document as far as it could be read. */
static int find_all(const char *text, size_t len, const char *name, struct cdi_findings *findings,
                    struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct decode_sink sink = {.findings = findings, .unread = {.arena = findings->arena}};
    struct walk walk = {.findings = findings, .unread = &sink.unread, .err = err};
    int r;

    if (read_tree(text, len, name, spec, &why) < 0 || !*spec)
        return add_error(findings, &why, err);
    walk.spec = *spec;
    r = decode_spec_to(&sink, *spec, (*spec)->root, err);
    if (r == 0)
        r = validate_spec(&walk);
    return r < 0 ? r : validate_documents(&walk, text, len);
}

int cdi_document_validate(const char *text, size_t len, const char *name, struct cdi_findings *out,
                          struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_(free_specp) struct cdi_spec *read = NULL;
    struct cdi_findings findings;
    int r = finding_list_init(&findings, err);

    if (r == 0)
        r = find_all(text, len, name, &findings, &read, err);
    r = finding_list_end(&findings, r, err);
    if (r < 0)
        return r;
    if (spec)
        *spec = findings.n_errors ? NULL : TAKE_PTR(read);
    *out = findings;
    return 0;
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
