/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for containerEdits. Source: see docs/rules.md. */
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

enum {
    CLOS_ID_LIMIT = 4096,        /* PATH_MAX: the name is part of a path below resctrl */
    LONGEST_INTERFACE_NAME = 15, /* IFNAMSIZ less the NUL */
};

bool validate_is_one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, list[i]) == 0)
            return true;
    return false;
}

static bool is_env(const char *entry)
{
    const char *equals = strchr(validate_text(entry), '=');

    return equals && equals != entry;
}

int validate_env(struct walk *walk, const struct member *in, enum rule rule,
                 const struct cdi_strings *env)
{
    for (size_t i = 0; i < env->n; i++) {
        const char *entry = validate_text(env->items[i]);
        int r = 0;

        if (!is_env(entry))
            r = walk_report(walk, rule, ITEM(in, "env", i), "write it as NAME=VALUE",
                            *entry == '=' ? "environment variable %s has no name before its '='"
                                          : "environment variable %s has no '='",
                            quote_string(entry).text);
        if (r < 0)
            return r;
    }
    return 0;
}

int validate_relative(struct walk *walk, enum rule rule, const struct member *at, const char *path)
{
    if (!path || !*path || *path == '/')
        return 0;
    return walk_report(walk, rule, at, "write an absolute path", "%s is a relative path",
                       quote_string(path).text);
}

/* The i-th of strings that stand stride bytes from each other. */
static const char *string_at(const void *base, size_t stride, size_t i)
{
    return validate_text(*(const char *const *)(const void *)((const char *)base + i * stride));
}

int validate_duplicates(struct walk *walk, enum rule rule, const struct member *in,
                        const char *list, const char *name, const void *base, size_t stride,
                        size_t n)
{
    _cleanup_free_ size_t *first = n > 1 ? validate_first_equal(base, stride, n, '\0') : NULL;

    if (n > 1 && !first)
        return walk_nomem(walk);
    for (size_t i = 1; i < n; i++) {
        const char *s = string_at(base, stride, i);
        int r = 0;

        if (first[i] != i && *s)
            r = walk_report(walk, rule, MEMBER(ITEM(in, list, i), name), NULL,
                            "%s repeats the %s of %s[%zu]: the later one wins",
                            quote_string(s).text, name, list, first[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool is_name_character(char c)
{
    return ascii_isalnum(c) || c == '_';
}

/* True for PATH=$PATH:/bin and PATH=${PATH}:/bin. */
static bool refers_to_itself(const char *entry)
{
    size_t len = strcspn(entry, "=");

    for (const char *s = strchr(entry + len, '$'); s; s = strchr(s + 1, '$')) {
        const char *name = s + 1 + (s[1] == '{');

        if (strncmp(name, entry, len) == 0 && !is_name_character(name[len]))
            return true;
    }
    return false;
}

static int warn_of_env(struct walk *walk, const struct member *in, const struct cdi_strings *env)
{
    _cleanup_free_ size_t *first = NULL;

    if (env->n > 1)
        first = validate_first_equal(env->items, sizeof *env->items, env->n, '=');
    if (env->n > 1 && !first)
        return walk_nomem(walk);
    for (size_t i = 0; i < env->n; i++) {
        const char *entry = validate_text(env->items[i]);
        int len = (int)strcspn(entry, "=");
        int r = 0;

        if (!is_env(entry))
            continue;
        if (first && first[i] != i)
            r = walk_report(walk, RULE_ENV_DUPLICATE, ITEM(in, "env", i), "remove one",
                            "%s is set by env[%zu], too: the later one wins",
                            quote(entry, (size_t)len).text, first[i]);
        if (r == 0 && refers_to_itself(entry))
            r = walk_report(walk, RULE_ENV_SELF_REFERENCE, ITEM(in, "env", i), NULL,
                            "nothing expands %s, which replaces the image's variable",
                            quote_string(entry).text);
        if (r < 0)
            return r;
    }
    return 0;
}

static int check_intel_rdt(struct walk *walk, const struct member *in,
                           const struct cdi_intel_rdt *rdt)
{
    const struct member *at = MEMBER(MEMBER(in, "intelRdt"), "closID");
    const char *id = rdt ? validate_text(rdt->clos_id) : "";

    if (strlen(id) >= CLOS_ID_LIMIT)
        return walk_report(walk, RULE_RDT_CLOS_ID, at, NULL,
                           "closID has %zu bytes, and %d are the most", strlen(id),
                           CLOS_ID_LIMIT - 1);
    if (strcmp(id, "/") == 0 ||
        (strcmp(id, ".") != 0 && strcmp(id, "..") != 0 && !strpbrk(id, "/\n")))
        return 0;
    return walk_report(walk, RULE_RDT_CLOS_ID, at, NULL,
                       "closID %s is neither \"/\" nor the name of a directory",
                       quote_string(id).text);
}

/* The rules of dev_valid_name() in Linux: net/core/dev.c. */
static bool is_interface_name(const char *s)
{
    return strlen(s) <= LONGEST_INTERFACE_NAME && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
           !strpbrk(s, "/: \t\n\v\f\r");
}

static int warn_of_interface_name(struct walk *walk, const struct member *at, const char *name)
{
    if (is_interface_name(validate_text(name)))
        return 0;
    return walk_report(walk, RULE_NET_DEVICE_NAME_KERNEL, at, NULL,
                       "Linux has no network interface with the name %s (at most %d characters, "
                       "no '/', ':' or blanks)",
                       quote_string(name).text, LONGEST_INTERFACE_NAME);
}

/* One of the two names of a net device; `at` ends with the member's name. */
static int check_net_name(struct walk *walk, const struct member *at, const char *name,
                          enum rule empty)
{
    if (!*validate_text(name))
        return walk_report(walk, empty, at, NULL, "the network device's %s is missing or empty",
                           at->name);
    return walk_warns(walk) ? warn_of_interface_name(walk, at, name) : 0;
}

static int check_net_duplicate(struct walk *walk, const struct member *at, const char *name,
                               size_t first, enum rule rule)
{
    if (first == at->in->index || !*validate_text(name))
        return 0;
    return walk_report(walk, rule, at, NULL, "%s %s repeats that of netDevices[%zu]", at->name,
                       quote_string(name).text, first);
}

static int check_net_devices(struct walk *walk, const struct member *in,
                             const struct cdi_edits *edits)
{
    const struct cdi_net_device *items = edits->net_devices;
    _cleanup_free_ size_t *hosts = NULL;
    _cleanup_free_ size_t *names = NULL;

    if (edits->n_net_devices == 0)
        return 0;
    hosts = validate_first_equal(&items->host_interface_name, sizeof *items, edits->n_net_devices,
                                 '\0');
    names = validate_first_equal(&items->name, sizeof *items, edits->n_net_devices, '\0');
    if (!hosts || !names)
        return walk_nomem(walk);
    for (size_t i = 0; i < edits->n_net_devices; i++) {
        const struct member *at = ITEM(in, "netDevices", i);
        const struct member *host_at = MEMBER(at, "hostInterfaceName"),
                            *name_at = MEMBER(at, "name");
        const char *host = items[i].host_interface_name, *name = items[i].name;
        int r = check_net_name(walk, host_at, host, RULE_NET_DEVICE_HOST_NAME_EMPTY);

        if (r == 0)
            r = check_net_name(walk, name_at, name, RULE_NET_DEVICE_NAME_EMPTY);
        if (r == 0)
            r = check_net_duplicate(walk, host_at, host, hosts[i],
                                    RULE_NET_DEVICE_HOST_NAME_DUPLICATE);
        if (r == 0)
            r = check_net_duplicate(walk, name_at, name, names[i], RULE_NET_DEVICE_NAME_DUPLICATE);
        if (r < 0)
            return r;
    }
    return 0;
}

static int warn_of_gids(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
{
    for (size_t i = 0; i < edits->n_additional_gids; i++) {
        int r = 0;

        if (edits->additional_gids[i] == 0)
            r = walk_report(walk, RULE_GID_ZERO, ITEM(in, "additionalGids", i), NULL,
                            "group 0 is never added");
        if (r < 0)
            return r;
    }
    return 0;
}

int validate_edits(struct walk *walk, const struct member *at, const struct cdi_edits *edits)
{
    int r = validate_env(walk, at, RULE_ENV_FORM, &edits->env);

    if (r == 0 && walk_warns(walk))
        r = warn_of_env(walk, at, &edits->env);
    if (r == 0)
        r = validate_nodes(walk, at, edits);
    if (r == 0)
        r = validate_hooks(walk, at, edits);
    if (r == 0)
        r = validate_mounts(walk, at, edits);
    if (r == 0)
        r = check_intel_rdt(walk, at, edits->intel_rdt);
    if (r == 0)
        r = check_net_devices(walk, at, edits);
    if (r == 0 && walk_warns(walk))
        r = warn_of_gids(walk, at, edits);
    return r;
}
