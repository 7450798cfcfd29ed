/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI document as a whole, and what it is asked. */
#include "apply/oci.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/strbuf.h"

void cdi_oci_free(struct cdi_oci *oci)
{
    if (!oci)
        return;
    arena_free(oci->arena);
    free(oci->first);
    free(oci->text);
    free(oci);
}

static void oci_freep(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

void oci_undo(struct cdi_oci *oci, struct cdi_error *err)
{
    if (err && err->pos.line)
        cdi_error_set_file(err, oci->name);
    json_rewind(&oci->doc, oci->text, oci->len);
}

static int too_large(const char *name, struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_LIMIT, name, (struct cdi_position){0, 0},
                            "an OCI configuration of more than %u MiB", CDI_OCI_MAX_SIZE >> 20);
}

static int read_text(struct cdi_oci *oci, const char *name, struct cdi_error *err)
{
    int r;

    if (oci->len > CDI_OCI_MAX_SIZE)
        return too_large(name, err);
    oci->arena = arena_new();
    if (!oci->arena || (name && !(oci->name = arena_strdup(oci->arena, name))))
        return cdi_error_nomem(err);
    r = json_parse(&oci->doc, oci->arena, oci->text, oci->len, CDI_OCI_MAX_DEPTH, err);
    if (r < 0)
        return r;
    oci->doc.max_children = CDI_OCI_MAX_ELEMENTS;
    return oci_check_sections(oci, err);
}

int cdi_oci_take(char *text, size_t len, const char *name, struct cdi_oci **out,
                 struct cdi_error *err)
{
    _cleanup_(oci_freep) struct cdi_oci *oci = calloc(1, sizeof *oci);
    int r;

    if (!oci) {
        free(text);
        return cdi_error_nomem(err);
    }
    oci->text = text;
    oci->len = len;
    r = read_text(oci, name, err);
    if (r < 0) {
        cdi_error_set_file(err, name);
        return r;
    }
    *out = TAKE_PTR(oci);
    return 0;
}

int cdi_oci_parse(const char *text, size_t len, const char *name, struct cdi_oci **out,
                  struct cdi_error *err)
{
    char *copy;

    if (len > CDI_OCI_MAX_SIZE)
        return too_large(name, err);
    copy = malloc(len + 1);
    if (!copy)
        return cdi_error_nomem(err);
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return cdi_oci_take(copy, len, name, out, err);
}

bool cdi_oci_changed(const struct cdi_oci *oci)
{
    return oci->first &&
           (oci->len != oci->first_len || memcmp(oci->text, oci->first, oci->len) != 0);
}

int cdi_oci_format(const struct cdi_oci *oci, char **text, size_t *len, struct cdi_error *err)
{
    *text = malloc(oci->len + 1);
    if (!*text)
        return cdi_error_nomem(err);
    memcpy(*text, oci->text, oci->len + 1);
    *len = oci->len;
    return 0;
}

/* A key of the annotations as a string of the arena. */
static int annotation_at(struct cdi_oci *oci, struct json *v, struct cdi_annotation *out,
                         struct cdi_error *err)
{
    char what[sizeof(struct quoted) + 32];

    out->key = arena_strndup(oci->arena, v->key, v->key_len);
    if (!out->key)
        return cdi_error_nomem(err);
    if (v->type == JSON_STRING) {
        out->value = json_string(&oci->doc, v);
        return out->value ? 0 : cdi_error_nomem(err);
    }
    (void)snprintf(what, sizeof what, "the annotation %s", quote_string(out->key).text);
    return oci_type_error(oci, v, what, "a string", err);
}

static int find_annotations(struct cdi_oci *oci, const char *prefix, struct cdi_annotations *out,
                            struct cdi_error *err)
{
    size_t len = strlen(prefix);
    struct json *section;
    int r = oci_section(oci, OCI_ANNOTATIONS, false, &section, err);

    if (r < 0)
        return r;
    for (struct json *v = json_first(&oci->doc, section); v; v = v->next) {
        if (v->key_len < len || memcmp(v->key, prefix, len) != 0)
            continue;
        out->items = arena_grow(oci->arena, out->items, out->n, sizeof *out->items);
        if (!out->items)
            return cdi_error_nomem(err);
        r = annotation_at(oci, v, &out->items[out->n++], err);
        if (r < 0)
            return r;
    }
    return json_check(&oci->doc, err);
}

int cdi_oci_annotations(struct cdi_oci *oci, const char *prefix, struct cdi_annotations *out,
                        struct cdi_error *err)
{
    struct cdi_annotations found = {NULL, 0};
    int r = find_annotations(oci, prefix, &found, err);

    if (r < 0) {
        oci_undo(oci, err);
        return r;
    }
    *out = found;
    return 0;
}

int oci_commit(struct cdi_oci *oci, struct cdi_error *err)
{
    struct json_document *doc = &oci->doc;
    _cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
    size_t len;
    char *text;

    if (!doc->root.edited)
        return 0;
    json_write(doc, &out);
    if (!out.failed && out.len == oci->len && memcmp(out.s, oci->text, out.len) == 0) {
        json_rewind(doc, oci->text, oci->len);
        return 0;
    }
    text = strbuf_take(&out, &len);
    if (!text)
        return cdi_error_nomem(err);
    if (oci->first)
        free(oci->text);
    else {
        oci->first = oci->text;
        oci->first_len = oci->len;
    }
    oci->text = text;
    oci->len = len;
    json_rewind(doc, text, len);
    return 0;
}

size_t oci_old_elements(struct cdi_oci *oci, enum oci_section section, struct json *array)
{
    if (!oci->old_elements[section])
        oci->old_elements[section] = json_count(&oci->doc, array) + 1;
    return oci->old_elements[section] - 1;
}
