/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bool.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "hooks/hook.h"

enum option_type {
    OPTION_SWITCH, /* bool */
    OPTION_TEXT,   /* const char * */
    OPTION_LIST,   /* struct hook_list */
};

struct hook_option {
    const char *name;
    char letter; /* '\0' if there is none */
    enum option_type type;
    unsigned group;
    size_t offset; /* in struct hook_args */
    const char *value;
    const char *help;
    const char *variables[2]; /* that stand in for it; the first that is set counts */
};

#define ARG(member) offsetof(struct hook_args, member)

/* clang-format off */
static const struct hook_option options[] = {
    {"debug", 'd', OPTION_SWITCH, HOOK_OPTIONS_COMMON, ARG(debug), NULL,
     "tell what is done", {"NVIDIA_CTK_DEBUG", "NVIDIA_CDI_DEBUG"}},
    {"quiet", '\0', OPTION_SWITCH, HOOK_OPTIONS_COMMON, ARG(quiet), NULL,
     "tell nothing but errors", {"NVIDIA_CTK_QUIET", "NVIDIA_CDI_QUIET"}},
    {"container-spec", '\0', OPTION_TEXT, HOOK_OPTIONS_COMMON, ARG(container_spec), "FILE",
     "read the container's state from FILE, not from standard input", {NULL}},
    {"link", '\0', OPTION_LIST, HOOK_OPTIONS_LINKS, ARG(links), "TARGET::LINK",
     "make LINK a symlink to TARGET", {NULL}},
    {"device-link", '\0', OPTION_LIST, HOOK_OPTIONS_SETUP, ARG(device_links), "TARGET::LINK",
     "make LINK a symlink to TARGET if that is in the container", {NULL}},
    {"mode", '\0', OPTION_TEXT, HOOK_OPTIONS_CHMOD, ARG(mode), "MODE",
     "the permissions to set, octal", {NULL}},
    {"path", '\0', OPTION_LIST, HOOK_OPTIONS_CHMOD, ARG(paths), "PATH",
     "set the permissions of PATH, if that exists", {NULL}},
    {"enable-cuda-compat", '\0', OPTION_SWITCH, HOOK_OPTIONS_SETUP, ARG(enable_cuda_compat), NULL,
     "do what the hook of that name does", {NULL}},
    {"host-driver-version", '\0', OPTION_TEXT, HOOK_OPTIONS_COMPAT, ARG(host_driver_version),
     "VERSION", "the version of the host's driver", {NULL}},
    {"host-cuda-version", '\0', OPTION_TEXT, HOOK_OPTIONS_COMPAT, ARG(host_cuda_version),
     "VERSION", "the CUDA version of the host's driver", {NULL}},
    {"cuda-compat-container-root", '\0', OPTION_TEXT, HOOK_OPTIONS_COMPAT, ARG(compat_root), "DIR",
     "where the container has libraries for older drivers (default /usr/local/cuda/compat)", {NULL}},
    {"update-ldcache", '\0', OPTION_SWITCH, HOOK_OPTIONS_SETUP, ARG(update_ldcache), NULL,
     "do what the hook of that name does", {NULL}},
    {"folder", '\0', OPTION_LIST, HOOK_OPTIONS_LDCACHE, ARG(folders), "DIR",
     "a folder of libraries that the loader shall search", {NULL}},
    {"ldconfig-path", '\0', OPTION_TEXT, HOOK_OPTIONS_LDCACHE, ARG(ldconfig_path), "FILE",
     "run this program of the host, confined, in place of the built-in code", {NULL}},
    {"disable-device-node-modification", '\0', OPTION_SWITCH, HOOK_OPTIONS_SETUP,
     ARG(disable_device_node_modification), NULL, "do what the hook of that name does", {NULL}},
    {"update-application-profile", '\0', OPTION_SWITCH, HOOK_OPTIONS_SETUP,
     ARG(update_application_profile), NULL, "do what the hook of that name does", {NULL}},
};
/* clang-format on */

/* A command line on its way. */
struct reading {
    char **next; /* argv, ending with NULL */
    struct arena *arena;
    struct hook_args *args;
    struct hook_command_line *line;
};

static void *place(const struct reading *reading, const struct hook_option *option)
{
    return (char *)reading->args + option->offset;
}

static int add_item(const struct reading *reading, struct hook_list *list, const char *item,
                    struct cdi_error *err)
{
    const char **items = arena_grow(reading->arena, list->items, list->n, sizeof *items);

    if (!items)
        return cdi_error_nomem(err);
    items[list->n++] = item;
    list->items = items;
    return 0;
}

/* Cuts a value at its commas, in place. */
static int add_items(const struct reading *reading, struct hook_list *list, char *value,
                     struct cdi_error *err)
{
    char *item;
    int r = 0;

    while (r == 0 && (item = strsep(&value, ",")))
        r = add_item(reading, list, item, err);
    return r;
}

static int set_switch(bool *out, const char *name, const char *value, struct cdi_error *err)
{
    if (!value)
        *out = true;
    else if (!bool_parse(value, out))
        return cdi_error_set(err, CDI_ERR_USAGE, "%s: %s is neither true nor false", name,
                             quote_string(value).text);
    return 0;
}

static int set_option(struct reading *reading, const struct hook_option *option, char *value,
                      struct cdi_error *err)
{
    if (option->type == OPTION_SWITCH)
        return set_switch(place(reading, option), option->name, value, err);
    if (!value && !(value = *reading->next))
        return cdi_error_set(err, CDI_ERR_USAGE, "--%s needs a value", option->name);
    if (value == *reading->next)
        reading->next++;
    if (option->type == OPTION_LIST)
        return add_items(reading, place(reading, option), value, err);
    *(const char **)place(reading, option) = value;
    return 0;
}

static const struct hook_option *find_option(const char *name, size_t len, unsigned groups)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const struct hook_option *o = &options[i];

        if ((o->group & groups) && ((strlen(o->name) == len && memcmp(o->name, name, len) == 0) ||
                                    (len == 1 && o->letter && o->letter == *name)))
            return o;
    }
    return NULL;
}

/* Options that are the same for all, and no members of struct hook_args. */
static bool read_request(struct reading *reading, const char *name)
{
    if (strcmp(name, "help") == 0 || strcmp(name, "h") == 0)
        return reading->line->help = true;
    if (!reading->line->hook && (strcmp(name, "version") == 0 || strcmp(name, "v") == 0))
        return reading->line->version = true;
    return false;
}

/* Reads the option at `word`. Returns 1 if it is not known. */
static int read_option(struct reading *reading, char *word, unsigned groups, struct cdi_error *err)
{
    char *name = word + 1 + (word[1] == '-'), *equals = strchr(name, '=');
    const struct hook_option *option = find_option(
        name, equals ? (size_t)(equals - name) : strlen(name), groups);

    if (!option)
        return read_request(reading, name) ? 0 : 1;
    return set_option(reading, option, equals ? equals + 1 : NULL, err);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

/* What stands before the name of a hook, and that name. */
static int read_program_options(struct reading *reading, struct cdi_error *err)
{
    char *word;

    while ((word = *reading->next) && is_option(word) && strcmp(word, "--") != 0) {
        int r;

        reading->next++;
        r = read_option(reading, word, HOOK_OPTIONS_COMMON, err);
        if (r < 0)
            return r;
        if (r > 0 && !reading->line->unknown_option)
            reading->line->unknown_option = word;
    }
    if (word && strcmp(word, "--") == 0)
        word = *++reading->next;
    if (!word)
        return 0;
    reading->next++;
    reading->line->word = word;
    for (const struct container_hook *hook = container_hooks; hook->name; hook++)
        if (strcmp(hook->name, word) == 0)
            reading->line->hook = hook;
    return 0;
}

static int read_hook_options(struct reading *reading, struct cdi_error *err)
{
    const struct container_hook *hook = reading->line->hook;
    char *word;

    while ((word = *reading->next) && strcmp(word, "--") != 0) {
        int r;

        reading->next++;
        if (!is_option(word))
            continue;
        r = read_option(reading, word, hook->accepts | HOOK_OPTIONS_COMMON, err);
        if (r > 0)
            return cdi_error_set(err, CDI_ERR_USAGE, "%s has no option %s", hook->name,
                                 quote_string(word).text);
        if (r < 0)
            return cdi_error_wrap(err, r, "%s", hook->name);
    }
    return 0;
}

static int read_variables(struct reading *reading, struct cdi_error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        for (size_t k = 0; k < ARRAY_SIZE(options[i].variables) && options[i].variables[k]; k++) {
            const char *value = getenv(options[i].variables[k]);
            int r;

            if (!value || !*value)
                continue;
            r = set_switch(place(reading, &options[i]), options[i].variables[k], value, err);
            if (r < 0)
                return r;
            break;
        }
    return 0;
}

static int read_words(struct reading *reading, struct cdi_error *err)
{
    int r = read_program_options(reading, err);

    return r == 0 && reading->line->hook ? read_hook_options(reading, err) : r;
}

int hook_options_read(int argc, char **argv, struct arena *arena, struct hook_args *args,
                      struct hook_command_line *line, struct cdi_error *err)
{
    struct reading reading = {argv + (argc > 0), arena, args, line};

    *args = (struct hook_args){0};
    *line = (struct hook_command_line){0};
    return read_words(&reading, err);
}

int hook_options_parse(int argc, char **argv, struct arena *arena, struct hook_args *args,
                       struct hook_command_line *line, struct cdi_error *err)
{
    struct reading reading = {argv + (argc > 0), arena, args, line};
    int r;

    *args = (struct hook_args){0};
    *line = (struct hook_command_line){0};
    r = read_variables(&reading, err);
    return r < 0 ? r : read_words(&reading, err);
}

int hook_options_merge(struct hook_args *all, const struct hook_args *one, struct arena *arena,
                       struct cdi_error *err)
{
    const struct reading into = {.arena = arena, .args = all};
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const void *from = (const char *)one + options[i].offset;
        const struct hook_list *list = from;
        void *to = place(&into, &options[i]);

        switch (options[i].type) {
        case OPTION_SWITCH:
            *(bool *)to = *(bool *)to || *(const bool *)from;
            break;
        case OPTION_TEXT:
            if (*(const char *const *)from)
                *(const char **)to = *(const char *const *)from;
            break;
        case OPTION_LIST:
            for (size_t k = 0; r == 0 && k < list->n; k++)
                r = add_item(&into, to, list->items[k], err);
        }
    }
    return r;
}

void hook_options_help(FILE *out, const struct container_hook *hook)
{
    unsigned groups = HOOK_OPTIONS_COMMON | (hook ? hook->accepts : 0);

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const struct hook_option *o = &options[i];

        if (o->group & groups)
            (void)fprintf(out, "  --%s%s%s\n        %s\n", o->name, o->value ? " " : "",
                          o->value ? o->value : "", o->help);
    }
}
