/* SPDX-License-Identifier: Apache-2.0 */
/* hooks. */
#include <string.h>

#include "apply/edits.h"
#include "apply/keyed_list.h"
#include "base/cleanup.h"
#include "base/quote.h"

/* Source: OCI runtime-spec, config.md, "POSIX-platform Hooks". */
static const struct {
    const char *name;
    enum oci_section section;
} lists[] = {
    {"prestart", OCI_HOOKS_PRESTART},
    {"createRuntime", OCI_HOOKS_CREATE_RUNTIME},
    {"createContainer", OCI_HOOKS_CREATE_CONTAINER},
    {"startContainer", OCI_HOOKS_START_CONTAINER},
    {"poststart", OCI_HOOKS_POSTSTART},
    {"poststop", OCI_HOOKS_POSTSTOP},
};

static struct json *new_hook(struct json_document *doc, const struct cdi_hook *hook)
{
    struct json *v = json_new(doc, JSON_OBJECT);

    json_add(doc, v, "path", json_new_string(doc, hook->path));
    edits_add_texts(doc, v, "args", &hook->args, NULL);
    edits_add_texts(doc, v, "env", &hook->env, NULL);
    if (hook->timeout.set)
        json_add(doc, v, "timeout", json_new_integer(doc, hook->timeout.value));
    return v;
}

/* A list of hooks, and those that it had before all edits, by their paths. */
struct hook_list {
    struct json *array; /* NULL: not looked at yet */
    struct keyed_list old;
};

/* One that is no text counts as "": nothing equals it. */
static const char *hook_path(struct json_document *doc, struct json *hook)
{
    const char *path = json_string(doc, json_find(doc, hook, "path"));

    return path ? path : "";
}

static int read_list(struct editor *e, enum oci_section section, struct hook_list *list)
{
    int r = oci_section(e->oci, section, true, &list->array, e->err);
    size_t n_old;
    struct json *v;

    if (r < 0)
        return r;
    n_old = oci_old_elements(e->oci, section, list->array);
    if (!keyed_list_init(&list->old, e->oci->arena, n_old))
        return cdi_error_nomem(e->err);
    v = json_first(e->doc, list->array);
    for (size_t i = 0; v && i < n_old; i++, v = v->next) {
        const char *path = hook_path(e->doc, v);

        if (!edits_find_equal(e, &list->old, path, strlen(path), v))
            keyed_list_add_old(&list->old, path, strlen(path), v);
    }
    return list->old.failed ? cdi_error_nomem(e->err) : json_check(e->doc, e->err);
}

static int add_hook(struct editor *e, const struct cdi_hook *hook, struct hook_list *of_each)
{
    struct hook_list *list;
    struct json *value;
    size_t i = 0;
    int r;

    while (i < ARRAY_SIZE(lists) && strcmp(lists[i].name, hook->hook_name) != 0)
        i++;
    if (i == ARRAY_SIZE(lists))
        return cdi_error_set(e->err, CDI_ERR_INVALID, "%s is no OCI hook",
                             quote_string(hook->hook_name).text);
    list = &of_each[i];
    if (!list->array && (r = read_list(e, lists[i].section, list)) < 0)
        return r;
    value = new_hook(e->doc, hook);
    if (!edits_find_equal(e, &list->old, hook->path, strlen(hook->path), value))
        json_append(e->doc, list->array, value);
    return 0;
}

int edits_hooks(struct editor *e)
{
    struct hook_list of_each[ARRAY_SIZE(lists)] = {{.array = NULL}};

    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_hooks; j++) {
            int r = add_hook(e, &e->edits[i]->hooks[j], of_each);

            if (r < 0)
                return r;
        }
    return 0;
}
