/* SPDX-License-Identifier: Apache-2.0 */
/* process.env and process.user.additionalGids. */
#include <string.h>

#include "apply/edits.h"
#include "apply/keyed_list.h"
#include "base/arena.h"

/* Lists process.env by the names of the variables; an entry without '=' is all name. */
static int list_env(struct editor *e, size_t more, struct json **array, struct keyed_list *list)
{
    int r = oci_section(e->oci, OCI_ENV, true, array, e->err);
    struct json *v;

    if (r < 0)
        return r;
    if (!keyed_list_init(list, e->oci->arena, json_count(e->doc, *array) + more))
        return cdi_error_nomem(e->err);
    for (v = json_first(e->doc, *array); v; v = v->next) {
        const char *text = json_string(e->doc, v);

        keyed_list_add(list, text ? text : "", text ? strcspn(text, "=") : 0, v);
    }
    return json_check(e->doc, e->err);
}

/* Overwrites the last entry of the variable where it is, or adds one. */
static void set_variable(struct editor *e, struct keyed_list *list, const char *entry)
{
    size_t len = strcspn(entry, "=");
    struct keyed_item *last = NULL, *item = NULL;
    struct json *value;
    const char *old;

    while ((item = keyed_list_find(list, entry, len, item)))
        last = item;
    old = last ? json_string(e->doc, last->value) : NULL;
    if (old && strcmp(old, entry) == 0)
        return;
    value = json_new_string(e->doc, entry);
    if (last && value)
        last->value = value;
    else
        keyed_list_add(list, entry, len, value);
}

int edits_env(struct editor *e)
{
    size_t more = edits_count(e, offsetof(struct cdi_edits, env.n));
    struct keyed_list list;
    struct json *array;
    int r;

    if (more == 0)
        return 0;
    r = list_env(e, more, &array, &list);
    if (r < 0)
        return r;
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->env.n; j++)
            set_variable(e, &list, e->edits[i]->env.items[j]);
    r = edits_store_list(e, array, &list);
    if (r < 0)
        return r;
    e->env = arena_calloc(e->oci->arena, json_count(e->doc, array), sizeof *e->env);
    if (!e->env)
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, array); v; v = v->next) {
        const char *text = json_string(e->doc, v);

        e->env[e->n_env++] = text ? text : "";
    }
    return json_check(e->doc, e->err);
}

/* The groups that the process has, with room for more. */
static int list_gids(struct editor *e, size_t more, uint32_t **gids, size_t *n)
{
    struct json *array;
    int r = oci_section(e->oci, OCI_GIDS, false, &array, e->err);

    if (r < 0)
        return r;
    *n = 0;
    *gids = arena_calloc(e->oci->arena, json_count(e->doc, array) + more, sizeof **gids);
    if (!*gids)
        return cdi_error_nomem(e->err);
    for (struct json *v = json_first(e->doc, array); v; v = v->next) {
        uint32_t gid = 0;

        if (v->type != JSON_NULL && !json_uint32(v, &gid))
            return oci_type_error(e->oci, v, "an element of process.user.additionalGids",
                                  "an integer of 32 bits", e->err);
        (*gids)[(*n)++] = gid;
    }
    return json_check(e->doc, e->err);
}

static bool has_gid(const uint32_t *gids, size_t n, uint32_t gid)
{
    for (size_t i = 0; i < n; i++)
        if (gids[i] == gid)
            return true;
    return false;
}

int edits_gids(struct editor *e)
{
    size_t more = edits_count(e, offsetof(struct cdi_edits, n_additional_gids));
    size_t n, had;
    struct json *array;
    uint32_t *gids;
    int r;

    if (more == 0)
        return 0;
    r = list_gids(e, more, &gids, &n);
    if (r < 0)
        return r;
    had = n;
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_additional_gids; j++) {
            uint32_t gid = e->edits[i]->additional_gids[j];

            if (gid != 0 && !has_gid(gids, n, gid))
                gids[n++] = gid;
        }
    if (n == had)
        return 0;
    r = oci_section(e->oci, OCI_GIDS, true, &array, e->err);
    if (r < 0)
        return r;
    for (size_t i = had; i < n; i++)
        json_append(e->doc, array, json_new_integer(e->doc, gids[i]));
    return json_check(e->doc, e->err);
}
