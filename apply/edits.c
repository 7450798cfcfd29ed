/* SPDX-License-Identifier: Apache-2.0 */
/* Applying container edits: the order of the kinds, and all or nothing. */
#include "apply/edits.h"

#include <stdlib.h>
#include <string.h>

#include "apply/keyed_list.h"
#include "base/arena.h"
#include "base/strbuf.h"

size_t edits_count(const struct editor *e, size_t offset)
{
    size_t n = 0;

    for (size_t i = 0; i < e->n; i++)
        if (e->edits[i])
            n += *(const size_t *)(const void *)((const char *)e->edits[i] + offset);
    return n;
}

int edits_list_section(struct editor *e, enum oci_section section, const char *name, size_t more,
                       struct json **array, struct keyed_list *list)
{
    int r = oci_section(e->oci, section, true, array, e->err);

    if (r < 0)
        return r;
    if (!keyed_list_init(list, e->oci->arena, json_count(e->doc, *array) + more))
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, *array); v; v = v->next) {
        const char *key;

        r = oci_element_text(e->oci, section, v, name, &key, e->err);
        if (r < 0)
            return r;
        keyed_list_add(list, key, strlen(key), v);
    }
    return json_check(e->doc, e->err);
}

int edits_store_list(struct editor *e, struct json *array, const struct keyed_list *list)
{
    struct json **values = arena_calloc(e->oci->arena, list->n, sizeof(struct json *));

    if (!values)
        return cdi_error_nomem(e->err);
    json_assign(e->doc, array, values, keyed_list_values(list, values));
    return json_check(e->doc, e->err);
}

void edits_add_text(struct json_document *doc, struct json *object, const char *name,
                    const char *text)
{
    if (text && *text)
        json_add(doc, object, name, json_new_string(doc, text));
}

void edits_add_texts(struct json_document *doc, struct json *object, const char *name,
                     const struct cdi_strings *texts, const char *one_more)
{
    struct json *array;

    if (texts->n == 0 && !one_more)
        return;
    array = json_new(doc, JSON_ARRAY);
    for (size_t i = 0; i < texts->n; i++)
        json_append(doc, array, json_new_string(doc, texts->items[i]));
    if (one_more)
        json_append(doc, array, json_new_string(doc, one_more));
    json_add(doc, object, name, array);
}

static int edit_tree(struct editor *e)
{
    static int (*const kinds[])(struct editor *) = {
        edits_env,   edits_device_nodes, edits_net_devices, edits_mounts,
        edits_hooks, edits_intel_rdt,    edits_gids,
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        int r = kinds[i](e);

        if (r < 0)
            return r;
    }
    return json_check(e->doc, e->err);
}

/* The edited tree becomes the text of the document. */
static int commit(struct editor *e)
{
    struct cdi_oci *oci = e->oci;
    struct strbuf out = STRBUF_INIT;
    size_t len;
    char *text;

    if (!e->doc->root.edited)
        return 0;
    json_write(e->doc, &out);
    text = strbuf_take(&out, &len);
    if (!text)
        return cdi_error_nomem(e->err);
    free(oci->text);
    oci->text = text;
    oci->len = len;
    oci->changed = true;
    if (e->env) {
        oci->env = e->env;
        oci->n_env = e->n_env;
    }
    json_rewind(e->doc, text, len);
    return 0;
}

int cdi_oci_apply(struct cdi_oci *oci, const struct cdi_edits *const *edits, size_t n,
                  const char *dev_root, struct cdi_error *err)
{
    struct editor e = {.oci = oci, .doc = &oci->doc, .edits = edits, .n = n, .err = err};
    int r = 0;

    e.dev_root = (struct root)ROOT_INIT;
    if (dev_root && *dev_root && strcmp(dev_root, "/") != 0)
        r = root_open(&e.dev_root, dev_root, err);
    if (r < 0)
        return r;
    r = edit_tree(&e);
    root_close(&e.dev_root);
    if (r == 0)
        r = commit(&e);
    if (r < 0)
        json_rewind(&oci->doc, oci->text, oci->len);
    return r;
}
