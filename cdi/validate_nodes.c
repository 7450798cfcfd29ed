/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for deviceNodes. Source: see docs/rules.md. */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

enum {
    PERMISSION_BITS = 07777,
};

/* Octal modes of device nodes, as numbers that their digits are when read as decimal. */
static const struct {
    unsigned decimal, meant;
} decimal_modes[] = {
    {400, 0400}, {440, 0440}, {444, 0444}, {600, 0600}, {620, 0620}, {622, 0622}, {640, 0640},
    {644, 0644}, {660, 0660}, {664, 0664}, {666, 0666}, {700, 0700}, {755, 0755}, {777, 0777},
};

/* What begins the path of nothing but symlinks, where udev manages /dev. */
static const char *const udev_links[] = {
    "/dev/block/",    "/dev/char/",      "/dev/disk/by-", "/dev/dri/by-path/",
    "/dev/input/by-", "/dev/serial/by-", "/dev/snd/by-",  "/dev/v4l/by-",
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

/* What to write in place of octal digits that were read as decimal, 0 if they were not. */
static unsigned octal_meant(uint32_t mode)
{
    for (size_t i = 0; i < ARRAY_SIZE(decimal_modes); i++)
        if (decimal_modes[i].decimal == mode)
            return decimal_modes[i].meant;
    return 0;
}

static int warn_of_mode(struct walk *walk, const struct member *at, uint32_t mode)
{
    unsigned meant = octal_meant(mode);
    char hint[64];

    if (mode > PERMISSION_BITS) {
        (void)snprintf(hint, sizeof hint, "write %u (0%o in YAML), without a type",
                       mode & PERMISSION_BITS, mode & PERMISSION_BITS);
        return walk_report(walk, RULE_NODE_FILE_MODE, at, hint,
                           "fileMode %u (octal %o) has more than permission bits", mode, mode);
    }
    if (!meant)
        return 0;
    (void)snprintf(hint, sizeof hint, "did you mean %u (0%o in YAML)?", meant, meant);
    return walk_report(walk, RULE_NODE_FILE_MODE, at, hint, "fileMode %u is octal %o", mode, mode);
}

/* True if a node needs nothing from the host's: what is given is enough to make it. */
static bool is_complete(const struct cdi_device_node *node)
{
    const char *type = validate_text(node->type);

    return *type && (node->major != 0 || strcmp(type, "p") == 0);
}

static bool is_udev_link(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(udev_links); i++)
        if (strncmp(path, udev_links[i], strlen(udev_links[i])) == 0)
            return true;
    return false;
}

static int warn_of_symlink(struct walk *walk, const struct member *at,
                           const struct cdi_device_node *node)
{
    bool other = *validate_text(node->host_path) != '\0';
    const char *path = validate_text(other ? node->host_path : node->path);

    if (is_complete(node) || !is_udev_link(path))
        return 0;
    return walk_report(walk, RULE_NODE_SYMLINK, MEMBER(at, other ? "hostPath" : "path"),
                       "name the node that it leads to",
                       "%s is a symlink of udev's, which engines do not follow",
                       quote_string(path).text);
}

/* True for numbers that Linux gives out as drivers ask: Documentation/admin-guide/devices.txt. */
static bool is_dynamic(const char *type, int64_t major)
{
    if (strcmp(type, "b") == 0)
        return (major >= 240 && major <= 254) || major == 259;
    return (major >= 234 && major <= 254) || (major >= 384 && major <= 511);
}

/* The rules about what a document for other hosts should not rely on. */
static int warn_of_hosts(struct walk *walk, const struct member *at,
                         const struct cdi_device_node *node)
{
    const char *type = validate_text(node->type);
    int r = 0;

    if (walk_wants(walk, RULE_NODE_TYPE_MISSING) && !*type)
        r = walk_report(walk, RULE_NODE_TYPE_MISSING, MEMBER(at, "type"),
                        "write b, c, u or p, and the major and minor numbers",
                        "the node %s has no type and needs that of the host",
                        quote_string(node->path).text);
    if (r == 0 && walk_wants(walk, RULE_NODE_MAJOR_DYNAMIC) && is_dynamic(type, node->major))
        r = walk_report(walk, RULE_NODE_MAJOR_DYNAMIC, MEMBER(at, "major"),
                        "leave major and minor out",
                        "major number %lld is one that Linux gives to another driver tomorrow",
                        (long long)node->major);
    return r;
}

static int warn_of_node(struct walk *walk, const struct member *at,
                        const struct cdi_device_node *node)
{
    int r = validate_relative(walk, RULE_NODE_PATH_RELATIVE, MEMBER(at, "path"), node->path);

    if (r == 0)
        r = validate_relative(walk, RULE_NODE_HOST_PATH_RELATIVE, MEMBER(at, "hostPath"),
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
    if (r == 0 && node->file_mode.set)
        r = warn_of_mode(walk, MEMBER(at, "fileMode"), node->file_mode.value);
    if (r == 0 && strcmp(validate_text(node->permissions), "none") == 0)
        r = walk_report(walk, RULE_NODE_PERMISSIONS_NONE, MEMBER(at, "permissions"),
                        "write letters of \"rwm\"",
                        "engines with CDI 1.1.0 or before refuse the permissions \"none\"");
    if (r == 0)
        r = warn_of_symlink(walk, at, node);
    if (r == 0)
        r = warn_of_hosts(walk, at, node);
    return r;
}

int validate_nodes(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
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
    return validate_duplicates(walk, RULE_NODE_PATH_DUPLICATE, in, "deviceNodes", "path",
                               &edits->device_nodes[0].path, sizeof edits->device_nodes[0],
                               edits->n_device_nodes);
}
