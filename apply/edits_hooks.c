/* SPDX-License-Identifier: Apache-2.0 */
/* hooks. */
#include <string.h>

#include "apply/edits.h"
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

/* True if one of the first n elements of the array says the same. */
static bool is_there(struct json_document *doc, struct json *array, size_t n, struct json *value)
{
    struct json *v = json_first(doc, array);

    for (size_t i = 0; v && i < n; i++, v = v->next)
        if (json_equal(doc, v, value))
            return true;
    return false;
}

static int add_hook(struct editor *e, const struct cdi_hook *hook)
{
    struct json *array, *value;
    size_t i = 0, n_old;
    int r;

    while (i < ARRAY_SIZE(lists) && strcmp(lists[i].name, hook->hook_name) != 0)
        i++;
    if (i == ARRAY_SIZE(lists))
        return cdi_error_set(e->err, CDI_ERR_INVALID, "%s is no OCI hook",
                             quote_string(hook->hook_name).text);
    if ((r = oci_section(e->oci, lists[i].section, true, &array, e->err)) < 0)
        return r;
    n_old = oci_old_elements(e->oci, lists[i].section, array);
    value = new_hook(e->doc, hook);
    if (!is_there(e->doc, array, n_old, value))
        json_append(e->doc, array, value);
    return 0;
}

int edits_hooks(struct editor *e)
{
    for (size_t i = 0; i < e->n; i++)
        for (size_t j = 0; e->edits[i] && j < e->edits[i]->n_hooks; j++) {
            int r = add_hook(e, &e->edits[i]->hooks[j]);

            if (r < 0)
                return r;
        }
    return 0;
}
