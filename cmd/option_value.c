/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/option_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"

static int store_choice(const struct option *option, int *place, const char *value,
                        struct cdi_error *err)
{
    int (*compare)(const char *, const char *) = (option->flags & OPTION_NOCASE) ? strcasecmp
                                                                                 : strcmp;
    char all[256] = "";
    size_t used = 0;

    for (int i = 0; option->choices[i]; i++) {
        const char *choice = option->choices[i];

        if (compare(choice, value) == 0) {
            *place = i + 1;
            return 0;
        }
        if (used + strlen(choice) + 3 < sizeof all)
            used = (size_t)(stpcpy(stpcpy(all + used, used ? ", " : ""), choice) - all);
    }
    return cdi_error_set(err, CDI_ERR_USAGE, "--%s cannot be '%s': it is one of %s", option->name,
                         value, all);
}

static int add_to_list(struct arena *arena, struct option_list *list, const char *value,
                       struct cdi_error *err)
{
    const char **items = arena_grow(arena, list->items, list->n, sizeof *items);

    if (!items || !value)
        return cdi_error_nomem(err);
    items[list->n++] = value;
    list->items = items;
    return 0;
}

static int add_parts(struct arena *arena, struct option_list *list, const char *value,
                     struct cdi_error *err)
{
    for (;; value++) {
        size_t len = strcspn(value, ",");
        int r = add_to_list(arena, list, arena_strndup(arena, value, len), err);

        if (r < 0)
            return r;
        value += len;
        if (!*value)
            return 0;
    }
}

static int store_switch(const struct option *option, bool *place, const char *value,
                        struct cdi_error *err)
{
    if (!value)
        *place = true;
    else if (!bool_parse(value, place))
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s cannot be '%s': it is true or false",
                             option->name, value);
    return 0;
}

int option_store(const struct option *option, void *base, const char *value, struct arena *arena,
                 struct cdi_error *err)
{
    void *place = (char *)base + option->offset;

    if (option->type == OPTION_SWITCH)
        return store_switch(option, place, value, err);
    if (option->type == OPTION_OPTIONAL && !value) {
        *(const char **)place = "";
        return 0;
    }
    if (value && !*value && (option->flags & OPTION_EMPTY_LIST))
        return 0;
    if (!value || (!*value && !(option->flags & OPTION_EMPTY)))
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s has an empty value", option->name);
    switch (option->type) {
    case OPTION_SWITCH:
        break;
    case OPTION_OPTIONAL:
    case OPTION_STRING:
        *(const char **)place = value;
        return 0;
    case OPTION_LIST:
        return add_to_list(arena, place, value, err);
    case OPTION_COMMAS:
        return add_parts(arena, place, value, err);
    case OPTION_CHOICE:
        return store_choice(option, place, value, err);
    }
    return cdi_error_set(err, CDI_ERR_USAGE, "--%s has no type", option->name);
}

int option_store_env(const struct option *option, void *base, struct arena *arena,
                     struct cdi_error *err)
{
    const char *const *name = option->env;
    const char *value = NULL;
    int r;

    while (name && *name && !(value = getenv(*name)))
        name++;
    if (!value)
        return 0;
    if (!*value && option->type == OPTION_STRING) {
        *(const char **)((char *)base + option->offset) = value;
        return 0;
    }
    if (!*value && option->type != OPTION_CHOICE)
        return 0;
    r = option_store(option, base, value, arena, err);
    return cdi_error_wrap(err, r, "environment variable %s", *name);
}
