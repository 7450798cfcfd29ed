/* SPDX-License-Identifier: Apache-2.0 */
#include "prestart/args.h"

#include <stddef.h>
#include <string.h>

#include "base/bool.h"
#include "base/cleanup.h"
#include "base/quote.h"

static const struct option {
    const char *name;
    bool takes_value;
    size_t offset;
} options[] = {
    {"config", true, offsetof(struct prestart_args, config)},
    {"debug", false, offsetof(struct prestart_args, debug)},
    {"version", false, offsetof(struct prestart_args, version)},
    {"help", false, offsetof(struct prestart_args, help)},
    {"h", false, offsetof(struct prestart_args, help)},
};

static const struct option *find(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

/* Applies an option; *used is how many words it has, of those that are left. */
static int apply(const char *word, const char *next, struct prestart_args *args, int *used,
                 struct cdi_error *err)
{
    const char *name = word + 1 + (word[1] == '-'), *value;
    size_t len = strcspn(name, "=");
    const struct option *option = find(name, len);
    void *place;

    if (!option)
        return cdi_error_set(err, CDI_ERR_USAGE, "there is no option %s", quote_string(word).text);
    place = (char *)args + option->offset;
    value = name[len] ? name + len + 1 : NULL;
    *used = 1;
    if (!option->takes_value) {
        if (!value)
            *(bool *)place = true;
        else if (!bool_parse(value, place))
            return cdi_error_set(err, CDI_ERR_USAGE, "-%s cannot be %s: it is true or false",
                                 option->name, quote_string(value).text);
        return 0;
    }
    if (!value) {
        value = next;
        *used = 2;
    }
    if (!value)
        return cdi_error_set(err, CDI_ERR_USAGE, "-%s needs a value", option->name);
    *(const char **)place = value;
    return 0;
}

int prestart_args_parse(int argc, char *const *argv, struct prestart_args *args,
                        struct cdi_error *err)
{
    int i = 1, used, r;

    *args = (struct prestart_args){.config = NULL};
    for (; i < argc && argv[i][0] == '-' && argv[i][1] && !args->help; i += used) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        r = apply(argv[i], i + 1 < argc ? argv[i + 1] : NULL, args, &used, err);
        if (r < 0)
            return r;
    }
    args->command = i < argc ? argv[i] : NULL;
    return 0;
}
