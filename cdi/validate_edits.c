/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for containerEdits. Source: see docs/validation.md. */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

enum {
    CLOS_ID_LIMIT = 4096,        /* PATH_MAX: the name is part of a path below resctrl */
    LONGEST_INTERFACE_NAME = 15, /* IFNAMSIZ less the NUL */
    PERMISSION_BITS = 07777,
};

/* What to write for a node type that is none. */
static const struct {
    const char *type;
    const char *hint;
} node_type_hints[] = {
    {"block", "write \"b\""},      {"char", "write \"c\""}, {"character", "write \"c\""},
    {"unbuffered", "write \"u\""}, {"fifo", "write \"p\""}, {"pipe", "write \"p\""},
    {"B", "write \"b\""},          {"C", "write \"c\""},    {"U", "write \"u\""},
    {"P", "write \"p\""},
};

static const char *const hook_names[] = {
    "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
};

static bool is_one_of(const char *s, const char *const *list, size_t n)
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

static int check_env(struct walk *walk, const struct member *in, enum rule rule,
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

/* Reports a path that must be absolute and is not; "" is left to other rules. */
static int warn_of_relative(struct walk *walk, enum rule rule, const struct member *at,
                            const char *path)
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

/*
 * Reports each of n objects in `list` whose member `name`, at base for the first of them, is
 * that of an earlier one.
 */
static int warn_of_duplicates(struct walk *walk, enum rule rule, const struct member *in,
                              const char *list, const char *name, const void *base, size_t stride,
                              size_t n)
{
    _cleanup_free_ size_t *first = n > 1 ? validate_first_equal(base, stride, n) : NULL;

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

static const char *node_type_hint(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(node_type_hints); i++)
        if (strcmp(node_type_hints[i].type, type) == 0)
            return node_type_hints[i].hint;
    return "write \"b\", \"c\", \"u\" or \"p\"";
}

static bool is_permissions(const char *s)
{
    return strcmp(s, "none") == 0 || s[strspn(s, "rwm")] == '\0';
}

static int report_permissions(struct walk *walk, const struct member *at, const char *permissions)
{
    char lower[8], hint[64] = "write letters of \"rwm\", or \"none\"";
    size_t len = strlen(permissions);

    if (len < sizeof lower) {
        for (size_t i = 0; i <= len; i++)
            lower[i] = ascii_tolower(permissions[i]);
        if (is_permissions(lower))
            (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", lower);
    }
    return walk_report(walk, RULE_NODE_PERMISSIONS, MEMBER(at, "permissions"), hint,
                       "%s are not permissions of a device", quote_string(permissions).text);
}

static int warn_of_number(struct walk *walk, const struct member *at, int64_t number)
{
    return walk_report(walk, RULE_NODE_NUMBER, at, NULL, "device number %lld is negative",
                       (long long)number);
}

static int warn_of_node(struct walk *walk, const struct member *at,
                        const struct cdi_device_node *node)
{
    int r = warn_of_relative(walk, RULE_NODE_PATH_RELATIVE, MEMBER(at, "path"), node->path);

    if (r == 0)
        r = warn_of_relative(walk, RULE_NODE_HOST_PATH_RELATIVE, MEMBER(at, "hostPath"),
                             node->host_path);
    if (r == 0 && node->major < 0)
        r = warn_of_number(walk, MEMBER(at, "major"), node->major);
    if (r == 0 && node->minor < 0)
        r = warn_of_number(walk, MEMBER(at, "minor"), node->minor);
    if (r == 0 && node->minor != 0 && node->major == 0 && !walk_unread(walk, MEMBER(at, "major")) &&
        strcmp(validate_text(node->type), "p") != 0)
        r = walk_report(walk, RULE_NODE_MINOR_IGNORED, MEMBER(at, "minor"),
                        "give the major number too, or neither",
                        "minor %lld is ignored without a major number", (long long)node->minor);
    if (r == 0 && node->file_mode.set && node->file_mode.value > PERMISSION_BITS)
        r = walk_report(walk, RULE_NODE_FILE_MODE, MEMBER(at, "fileMode"),
                        "438 (0666 in YAML) is read and write for all",
                        "fileMode %u (octal %o) has more than permission bits",
                        (unsigned)node->file_mode.value, (unsigned)node->file_mode.value);
    return r;
}

static int check_nodes(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
{
    for (size_t i = 0; i < edits->n_device_nodes; i++) {
        const struct cdi_device_node *node = &edits->device_nodes[i];
        const struct member *at = ITEM(in, "deviceNodes", i);
        const char *type = validate_text(node->type);
        int r = 0;

        if (!*validate_text(node->path))
            r = walk_report(walk, RULE_NODE_PATH_EMPTY, MEMBER(at, "path"), NULL,
                            "the device node's path is missing or empty");
        if (r == 0 && (type[0] && (type[1] || !strchr("bcup", type[0]))))
            r = walk_report(walk, RULE_NODE_TYPE, MEMBER(at, "type"), node_type_hint(type),
                            "%s is not a type of device node", quote_string(type).text);
        if (r == 0 && !is_permissions(validate_text(node->permissions)))
            r = report_permissions(walk, at, node->permissions);
        if (r == 0 && walk_warns(walk))
            r = warn_of_node(walk, at, node);
        if (r < 0)
            return r;
    }
    if (!walk_warns(walk) || edits->n_device_nodes == 0)
        return 0;
    return warn_of_duplicates(walk, RULE_NODE_PATH_DUPLICATE, in, "deviceNodes", "path",
                              &edits->device_nodes[0].path, sizeof edits->device_nodes[0],
                              edits->n_device_nodes);
}

/* True if they differ in nothing but case, '-' and '_'. */
static bool is_nearly(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-_");
        b += strspn(b, "-_");
        if (ascii_tolower(*a) != ascii_tolower(*b))
            return false;
        if (!*a)
            return true;
    }
}

static int report_hook_name(struct walk *walk, const struct member *at, const char *name)
{
    char hint[128] = "the names are prestart, createRuntime, createContainer, startContainer, "
                     "poststart and poststop";

    for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++)
        if (is_nearly(name, hook_names[i]))
            (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", hook_names[i]);
    if (!*name)
        return walk_report(walk, RULE_HOOK_NAME, MEMBER(at, "hookName"), hint,
                           "hookName is missing or empty");
    return walk_report(walk, RULE_HOOK_NAME, MEMBER(at, "hookName"), hint,
                       "%s is not the name of an OCI hook", quote_string(name).text);
}

static int warn_of_hook(struct walk *walk, const struct member *at, const struct cdi_hook *hook)
{
    int r = warn_of_relative(walk, RULE_HOOK_PATH_RELATIVE, MEMBER(at, "path"), hook->path);

    if (r == 0 && hook->timeout.set && hook->timeout.value <= 0)
        r = walk_report(walk, RULE_HOOK_TIMEOUT, MEMBER(at, "timeout"),
                        "leave it out for no timeout", "timeout %lld is not positive",
                        (long long)hook->timeout.value);
    if (r == 0 && strcmp(validate_text(hook->hook_name), "prestart") == 0)
        r = walk_report(walk, RULE_HOOK_PRESTART, MEMBER(at, "hookName"),
                        "write createRuntime, or createContainer to run in the container's mounts",
                        "prestart hooks are deprecated by the OCI runtime specification");
    return r;
}

static int check_hooks(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
{
    for (size_t i = 0; i < edits->n_hooks; i++) {
        const struct cdi_hook *hook = &edits->hooks[i];
        const struct member *at = ITEM(in, "hooks", i);
        const char *name = validate_text(hook->hook_name);
        int r = 0;

        if (!is_one_of(name, hook_names, ARRAY_SIZE(hook_names)))
            r = report_hook_name(walk, at, name);
        if (r == 0 && !*validate_text(hook->path))
            r = walk_report(walk, RULE_HOOK_PATH_EMPTY, MEMBER(at, "path"), NULL,
                            "the path of the %s hook is missing or empty", quote_string(name).text);
        if (r == 0)
            r = check_env(walk, at, RULE_HOOK_ENV_FORM, &hook->env);
        if (r == 0 && walk_warns(walk))
            r = warn_of_hook(walk, at, hook);
        if (r < 0)
            return r;
    }
    return 0;
}

/* True if the options make a bind mount. */
static bool has_bind_option(const struct cdi_mount *mount)
{
    static const char *const bind[] = {"bind", "rbind"};

    for (size_t i = 0; i < mount->options.n; i++)
        if (is_one_of(validate_text(mount->options.items[i]), bind, ARRAY_SIZE(bind)))
            return true;
    return false;
}

static int warn_of_mount(struct walk *walk, const struct member *at, const struct cdi_mount *mount)
{
    const char *type = validate_text(mount->type);
    bool bind = strcmp(type, "bind") == 0 || has_bind_option(mount);
    int r = 0;

    if (bind)
        r = warn_of_relative(walk, RULE_MOUNT_HOST_PATH_RELATIVE, MEMBER(at, "hostPath"),
                             mount->host_path);
    if (r == 0)
        r = warn_of_relative(walk, RULE_MOUNT_CONTAINER_PATH_RELATIVE, MEMBER(at, "containerPath"),
                             mount->container_path);
    if (r == 0 && !*type && !bind)
        r = walk_report(walk, RULE_MOUNT_NO_TYPE, at, "add \"bind\" or \"rbind\" to its options",
                        "the mount of %s has neither a type nor the option bind or rbind, and "
                        "OCI runtimes fail to make it",
                        quote_string(mount->host_path).text);
    return r;
}

static int check_mounts(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
{
    for (size_t i = 0; i < edits->n_mounts; i++) {
        const struct cdi_mount *mount = &edits->mounts[i];
        const struct member *at = ITEM(in, "mounts", i);
        int r = 0;

        if (!*validate_text(mount->host_path))
            r = walk_report(walk, RULE_MOUNT_HOST_PATH_EMPTY, MEMBER(at, "hostPath"),
                            "for a tmpfs write \"tmpfs\"",
                            "the mount's hostPath is missing or empty");
        if (r == 0 && !*validate_text(mount->container_path))
            r = walk_report(walk, RULE_MOUNT_CONTAINER_PATH_EMPTY, MEMBER(at, "containerPath"),
                            NULL, "the mount's containerPath is missing or empty");
        if (r == 0 && walk_warns(walk))
            r = warn_of_mount(walk, at, mount);
        if (r < 0)
            return r;
    }
    if (!walk_warns(walk) || edits->n_mounts == 0)
        return 0;
    return warn_of_duplicates(walk, RULE_MOUNT_CONTAINER_PATH_DUPLICATE, in, "mounts",
                              "containerPath", &edits->mounts[0].container_path,
                              sizeof edits->mounts[0], edits->n_mounts);
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
    hosts = validate_first_equal(&items->host_interface_name, sizeof *items, edits->n_net_devices);
    names = validate_first_equal(&items->name, sizeof *items, edits->n_net_devices);
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
    int r = check_env(walk, at, RULE_ENV_FORM, &edits->env);

    if (r == 0)
        r = check_nodes(walk, at, edits);
    if (r == 0)
        r = check_hooks(walk, at, edits);
    if (r == 0)
        r = check_mounts(walk, at, edits);
    if (r == 0)
        r = check_intel_rdt(walk, at, edits->intel_rdt);
    if (r == 0)
        r = check_net_devices(walk, at, edits);
    if (r == 0 && walk_warns(walk))
        r = warn_of_gids(walk, at, edits);
    return r;
}
