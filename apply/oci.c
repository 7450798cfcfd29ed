/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI document as a whole, and what it is asked. */
#include "apply/oci.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

void cdi_oci_free(struct cdi_oci *oci)
{
    if (!oci)
        return;
    arena_free(oci->arena);
    free(oci->text);
    free(oci);
}

static void oci_freep(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

static int load_env(struct cdi_oci *oci, struct cdi_error *err)
{
    struct json *list;
    size_t i = 0;
    int r = oci_section(oci, OCI_ENV, false, &list, err);

    if (r < 0)
        return r;
    oci->env = arena_calloc(oci->arena, json_count(&oci->doc, list), sizeof *oci->env);
    if (!oci->env)
        return cdi_error_nomem(err);
    for (struct json *v = json_first(&oci->doc, list); v; v = v->next) {
        if (v->type != JSON_STRING && v->type != JSON_NULL)
            return oci_type_error(oci, v, "an element of process.env", "a string", err);
        oci->env[i++] = v->type == JSON_NULL ? "" : json_string(&oci->doc, v);
    }
    oci->n_env = i;
    return json_check(&oci->doc, err);
}

static int read_text(struct cdi_oci *oci, const char *text, size_t len, const char *name,
                     struct cdi_error *err)
{
    int r;

    if (len > CDI_OCI_MAX_SIZE)
        return cdi_error_set(err, CDI_ERR_LIMIT, "an OCI configuration of more than %u MiB",
                             CDI_OCI_MAX_SIZE >> 20);
    oci->arena = arena_new();
    oci->text = malloc(len + 1);
    if (!oci->arena || !oci->text)
        return cdi_error_nomem(err);
    if (len)
        memcpy(oci->text, text, len);
    oci->text[len] = '\0';
    oci->len = len;
    if (name && !(oci->name = arena_strdup(oci->arena, name)))
        return cdi_error_nomem(err);
    r = json_parse(&oci->doc, oci->arena, oci->text, len, CDI_OCI_MAX_DEPTH, err);
    if (r < 0)
        return r;
    r = oci_check_sections(oci, err);
    return r < 0 ? r : load_env(oci, err);
}

int cdi_oci_parse(const char *text, size_t len, const char *name, struct cdi_oci **out,
                  struct cdi_error *err)
{
    _cleanup_(oci_freep) struct cdi_oci *oci = calloc(1, sizeof *oci);
    int r = oci ? read_text(oci, text, len, name, err) : cdi_error_nomem(err);

    if (r < 0) {
        cdi_error_set_file(err, name);
        return r;
    }
    *out = TAKE_PTR(oci);
    return 0;
}

bool cdi_oci_changed(const struct cdi_oci *oci)
{
    return oci->changed;
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

const char *cdi_oci_getenv(const struct cdi_oci *oci, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = oci->n_env; i-- > 0;)
        if (strncmp(oci->env[i], name, len) == 0 && oci->env[i][len] == '=')
            return oci->env[i] + len + 1;
    return NULL;
}

/* A key of the annotations as a string of the arena. */
static int annotation_at(struct cdi_oci *oci, struct json *v, struct cdi_annotation *out,
                         struct cdi_error *err)
{
    _cleanup_free_ char *what = NULL;

    out->key = arena_strndup(oci->arena, v->key, v->key_len);
    if (!out->key)
        return cdi_error_nomem(err);
    if (v->type == JSON_STRING) {
        out->value = json_string(&oci->doc, v);
        return out->value ? 0 : cdi_error_nomem(err);
    }
    if (asprintf(&what, "the annotation \"%s\"", out->key) < 0) {
        what = NULL;
        return cdi_error_nomem(err);
    }
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
        json_rewind(&oci->doc, oci->text, oci->len); /* forgets the failure */
        return r;
    }
    *out = found;
    return 0;
}
