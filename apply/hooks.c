/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/hooks.h"

#include <string.h>

#include "base/arena.h"

/* True in *out if the hook's program has one of the names. */
static int is_named(struct cdi_oci *oci, enum oci_section list, struct json *hook,
                    const char *const *names, size_t n, bool *out, struct cdi_error *err)
{
    const char *path, *slash;
    int r = oci_element_text(oci, list, hook, "path", &path, err);

    *out = false;
    if (r < 0)
        return r;
    slash = strrchr(path, '/');
    for (size_t i = 0; i < n; i++)
        *out = *out || strcmp(slash ? slash + 1 : path, names[i]) == 0;
    return 0;
}

int oci_has_prestart(struct cdi_oci *oci, const char *const *names, size_t n, bool *out,
                     struct cdi_error *err)
{
    struct json *array;
    int r = oci_section(oci, OCI_HOOKS_PRESTART, false, &array, err);

    *out = false;
    for (struct json *v = r == 0 ? json_first(&oci->doc, array) : NULL; v && !*out; v = v->next)
        if ((r = is_named(oci, OCI_HOOKS_PRESTART, v, names, n, out, err)) < 0)
            return r;
    return r;
}

static int remove_hooks(struct cdi_oci *oci, const char *const *names, size_t n,
                        struct cdi_error *err)
{
    struct json *array, *next;
    bool removed = false;
    int r = oci_section(oci, OCI_HOOKS_PRESTART, false, &array, err);

    if (r < 0)
        return r;
    for (struct json *v = json_first(&oci->doc, array); v; v = next) {
        bool named;

        next = v->next;
        if ((r = is_named(oci, OCI_HOOKS_PRESTART, v, names, n, &named, err)) < 0)
            return r;
        if (named)
            json_remove(&oci->doc, v);
        removed = removed || named;
    }
    /* An empty list goes with the last one. */
    if (removed && json_count(&oci->doc, array) == 0)
        json_remove(&oci->doc, array);
    r = json_check(&oci->doc, err);
    return r < 0 || !removed ? r : oci_commit(oci, err);
}

int oci_remove_prestart(struct cdi_oci *oci, const char *const *names, size_t n,
                        struct cdi_error *err)
{
    int r = remove_hooks(oci, names, n, err);

    if (r < 0)
        oci_undo(oci, err);
    return r;
}

/* The strings of a hook's member args, from the document's arena. */
static int read_args(struct cdi_oci *oci, struct json *hook, const char *const **args, size_t *n,
                     struct cdi_error *err)
{
    struct json *list = json_find(&oci->doc, hook, "args");
    const char **items = NULL;

    *n = 0;
    *args = NULL;
    if (!list || list->type == JSON_NULL)
        return 0;
    if (list->type != JSON_ARRAY)
        return oci_type_error(oci, list, "the args of a hook", "an array", err);
    for (struct json *v = json_first(&oci->doc, list); v; v = v->next) {
        items = arena_grow(oci->arena, items, *n, sizeof *items);
        if (!items)
            return cdi_error_nomem(err);
        items[*n] = json_string(&oci->doc, v);
        if (!items[(*n)++])
            return oci_type_error(oci, v, "an argument of a hook", "a string", err);
    }
    *args = items;
    return 0;
}

static int ask_about(struct cdi_oci *oci, struct json *hook, oci_hook_taker *take, void *context,
                     struct cdi_error *err)
{
    const char *const *args = NULL;
    const char *path;
    size_t n = 0;
    int r = oci_element_text(oci, OCI_HOOKS_CREATE_CONTAINER, hook, "path", &path, err);

    if (r == 0)
        r = read_args(oci, hook, &args, &n, err);
    return r < 0 ? r : take(context, path, args, n, err);
}

/* A list that has been emptied goes, and with it the object that has no other. */
static int remove_emptied(struct cdi_oci *oci, struct json *array, struct cdi_error *err)
{
    struct json *hooks;
    int r;

    if (json_count(&oci->doc, array) > 0)
        return 0;
    json_remove(&oci->doc, array);
    r = oci_section(oci, OCI_HOOKS, false, &hooks, err);
    if (r == 0 && json_count(&oci->doc, hooks) == 0)
        json_remove(&oci->doc, hooks);
    return r;
}

static int take_hooks(struct cdi_oci *oci, oci_hook_taker *take, void *context,
                      struct cdi_error *err)
{
    struct json *array, *next;
    bool taken = false;
    int r = oci_section(oci, OCI_HOOKS_CREATE_CONTAINER, false, &array, err);

    if (r < 0)
        return r;
    for (struct json *v = json_first(&oci->doc, array); v; v = next) {
        next = v->next;
        if ((r = ask_about(oci, v, take, context, err)) < 0)
            return r;
        if (r > 0)
            json_remove(&oci->doc, v);
        taken = taken || r > 0;
    }
    if (taken && (r = remove_emptied(oci, array, err)) < 0)
        return r;
    r = json_check(&oci->doc, err);
    return r < 0 || !taken ? r : oci_commit(oci, err);
}

int oci_take_hooks(struct cdi_oci *oci, oci_hook_taker *take, void *context, struct cdi_error *err)
{
    int r = take_hooks(oci, take, context, err);

    if (r < 0)
        oci_undo(oci, err);
    return r;
}

static void fill_env(struct cdi_oci *oci, struct json *hook, const char *variable)
{
    struct json *env = json_find(&oci->doc, hook, "env"), *list;

    if (env && env->type == JSON_NULL)
        json_fill(&oci->doc, env, JSON_ARRAY);
    if (env) {
        json_append(&oci->doc, env, json_new_string(&oci->doc, variable));
        return;
    }
    list = json_new(&oci->doc, JSON_ARRAY);
    json_append(&oci->doc, list, json_new_string(&oci->doc, variable));
    json_add(&oci->doc, hook, "env", list);
}

static bool lacks_env(struct cdi_oci *oci, struct json *hook)
{
    struct json *env = json_find(&oci->doc, hook, "env");

    return !env || env->type == JSON_NULL ||
           (env->type == JSON_ARRAY && json_count(&oci->doc, env) == 0);
}

static int fill_hook_env(struct cdi_oci *oci, const char *const *names, size_t n,
                         const char *variable, struct cdi_error *err)
{
    struct json *array;
    bool filled = false, named;
    int r = oci_section(oci, OCI_HOOKS_CREATE_CONTAINER, false, &array, err);

    for (struct json *v = r == 0 ? json_first(&oci->doc, array) : NULL; v; v = v->next) {
        if ((r = is_named(oci, OCI_HOOKS_CREATE_CONTAINER, v, names, n, &named, err)) < 0)
            return r;
        if (!named || v->type != JSON_OBJECT || !lacks_env(oci, v))
            continue;
        fill_env(oci, v, variable);
        filled = true;
    }
    if (r == 0)
        r = json_check(&oci->doc, err);
    return r < 0 || !filled ? r : oci_commit(oci, err);
}

int oci_fill_hook_env(struct cdi_oci *oci, const char *const *names, size_t n, const char *variable,
                      struct cdi_error *err)
{
    int r = fill_hook_env(oci, names, n, variable, err);

    if (r < 0)
        oci_undo(oci, err);
    return r;
}
