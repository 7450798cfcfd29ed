/* SPDX-License-Identifier: Apache-2.0 */
/* The variables of process.env. Entries become no nodes: nobody asks for most of them. */
#include "apply/environment.h"

#include <stdlib.h>
#include <string.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "base/strbuf.h"

/*
 * An entry decoded, in `scratch` if it has escapes; NULL if it is no string, and without memory.
 * The entry as written has no NUL behind it.
 */
static const char *entry_text(const struct json *entry, struct strbuf *scratch, size_t *len)
{
    const char *text = entry->text + 1;

    if (entry->type != JSON_STRING)
        return NULL;
    *len = entry->len - 2;
    if (!memchr(text, '\\', *len))
        return text;
    scratch->len = 0;
    strbuf_reserve(scratch, *len);
    if (scratch->failed)
        return NULL;
    *len = json_decode(text, *len, scratch->s);
    return scratch->s;
}

/* The entry of the variable, as entry_text(), or NULL. */
static const char *match_entry(const struct json *entry, const char *name, size_t name_len,
                               struct strbuf *scratch, size_t *len)
{
    const char *text = entry_text(entry, scratch, len);

    return text && *len > name_len && memcmp(text, name, name_len) == 0 && text[name_len] == '='
               ? text
               : NULL;
}

static int find_variable(struct cdi_oci *oci, const struct json *env, const char *name,
                         const char **out, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf scratch = STRBUF_INIT;
    struct json_walk walk = json_walk(env);
    size_t name_len = strlen(name), len;
    const struct json *v;
    struct json last = {.text = NULL};
    const char *text;

    while ((v = json_walk_next(&walk)))
        if (match_entry(v, name, name_len, &scratch, &len))
            last = *v;
    if (last.text) {
        text = match_entry(&last, name, name_len, &scratch, &len);
        if (text)
            *out = arena_strndup(oci->arena, text + name_len + 1, len - name_len - 1);
    }
    return scratch.failed || (last.text && !*out) ? cdi_error_nomem(err) : 0;
}

int oci_getenv(struct cdi_oci *oci, const char *name, const char **out, struct cdi_error *err)
{
    struct json *env;
    int r = oci_section(oci, OCI_ENV, false, &env, err);

    *out = NULL;
    if (r == 0 && env)
        r = find_variable(oci, env, name, out, err);
    if (r < 0)
        oci_undo(oci, err);
    return r;
}

const char *cdi_oci_getenv(struct cdi_oci *oci, const char *name)
{
    const char *value;

    return oci_getenv(oci, name, &value, NULL) < 0 ? NULL : value;
}

static bool has_prefix(const char *text, size_t len, const char *const *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t prefix = strlen(prefixes[i]);

        if (len >= prefix && memcmp(text, prefixes[i], prefix) == 0 && memchr(text, '=', len))
            return true;
    }
    return false;
}

static int add_variable(struct environment *env, struct arena *arena, const char *entry, size_t len,
                        size_t index, struct cdi_error *err)
{
    char *text = arena_strndup(arena, entry, len), *equals;
    struct variable *items = arena_grow(arena, env->items, env->n, sizeof *items);

    if (!text || !items)
        return cdi_error_nomem(err);
    env->items = items;
    equals = strchr(text, '=');
    *equals = '\0';
    env->items[env->n++] = (struct variable){text, equals + 1, index};
    return 0;
}

static int compare_variables(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Sorts, and keeps the last entry of each name. */
static void settle(struct environment *env)
{
    size_t kept = 0;

    if (env->n == 0)
        return;
    qsort(env->items, env->n, sizeof *env->items, compare_variables);
    for (size_t i = 1; i < env->n; i++) {
        if (strcmp(env->items[kept].name, env->items[i].name) != 0)
            kept++;
        env->items[kept] = env->items[i];
    }
    env->n = kept + 1;
}

int environment_read(struct cdi_oci *oci, const char *const *prefixes, size_t n,
                     struct arena *arena, struct environment *out, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf scratch = STRBUF_INIT;
    const struct json *v;
    struct json_walk walk;
    struct json *env;
    size_t index = 0;
    int r = oci_section(oci, OCI_ENV, false, &env, err);

    *out = (struct environment){NULL, 0};
    if (r < 0)
        oci_undo(oci, err);
    if (r < 0 || !env)
        return r;
    walk = json_walk(env);
    while (r == 0 && (v = json_walk_next(&walk))) {
        size_t len;
        const char *text = entry_text(v, &scratch, &len);

        if (text && has_prefix(text, len, prefixes, n))
            r = add_variable(out, arena, text, len, index, err);
        index++;
    }
    if (r == 0 && scratch.failed)
        r = cdi_error_nomem(err);
    if (r == 0)
        settle(out);
    return r;
}

static int compare_name(const void *name, const void *variable)
{
    return strcmp(name, ((const struct variable *)variable)->name);
}

const char *environment_get(const struct environment *env, const char *name)
{
    const struct variable *found = NULL;

    if (env->n)
        found = bsearch(name, env->items, env->n, sizeof *env->items, compare_name);
    return found ? found->value : NULL;
}
