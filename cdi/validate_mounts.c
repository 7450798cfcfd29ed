/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for mounts. Source: see docs/rules.md. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/path.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

enum {
    MOST_OPTIONS = 64, /* of one mount that are compared: there are no more different ones */
};

/* OCI runtime-spec, config.md "Linux mount options", and those that crun has beside them. */
static const char *const bind_options[] = {
    "acl",
    "async",
    "atime",
    "bind",
    "copy-symlink",
    "defaults",
    "dest-nofollow",
    "dev",
    "diratime",
    "dirsync",
    "exec",
    "idmap",
    "iversion",
    "lazytime",
    "loud",
    "mand",
    "noacl",
    "noatime",
    "nodev",
    "nodiratime",
    "noexec",
    "noiversion",
    "nolazytime",
    "nomand",
    "norelatime",
    "nostrictatime",
    "nosuid",
    "nosymfollow",
    "private",
    "ratime",
    "rbind",
    "rdev",
    "rdiratime",
    "relatime",
    "remount",
    "rexec",
    "ridmap",
    "rnoatime",
    "rnodev",
    "rnodiratime",
    "rnoexec",
    "rnorelatime",
    "rnostrictatime",
    "rnosuid",
    "rnosymfollow",
    "ro",
    "rprivate",
    "rrelatime",
    "rro",
    "rrw",
    "rshared",
    "rslave",
    "rstrictatime",
    "rsuid",
    "rsymfollow",
    "runbindable",
    "rw",
    "shared",
    "silent",
    "slave",
    "src-nofollow",
    "strictatime",
    "suid",
    "symfollow",
    "sync",
    "tmpcopyup",
    "unbindable",
};

/* Options that exclude each other. A mount can be shared and slave at once. */
#define RIVALS(...)                                                                \
    {                                                                              \
        {__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *) \
    }
static const struct {
    const char *options[3];
    size_t n;
} rivals[] = {
    RIVALS("ro", "rw"),
    RIVALS("rro", "rrw"),
    RIVALS("suid", "nosuid"),
    RIVALS("dev", "nodev"),
    RIVALS("exec", "noexec"),
    RIVALS("sync", "async"),
    RIVALS("atime", "noatime"),
    RIVALS("noatime", "relatime", "strictatime"),
    RIVALS("diratime", "nodiratime"),
    RIVALS("relatime", "norelatime"),
    RIVALS("strictatime", "nostrictatime"),
    RIVALS("lazytime", "nolazytime"),
    RIVALS("mand", "nomand"),
    RIVALS("iversion", "noiversion"),
    RIVALS("symfollow", "nosymfollow"),
    RIVALS("loud", "silent"),
    RIVALS("idmap", "ridmap"),
    RIVALS("shared", "private", "unbindable"),
    RIVALS("slave", "private", "unbindable"),
    RIVALS("rshared", "rprivate", "runbindable"),
    RIVALS("rslave", "rprivate", "runbindable"),
};

/* True if the options make a bind mount. */
static bool has_bind_option(const struct cdi_mount *mount)
{
    static const char *const bind[] = {"bind", "rbind"};

    for (size_t i = 0; i < mount->options.n; i++)
        if (validate_is_one_of(validate_text(mount->options.items[i]), bind, ARRAY_SIZE(bind)))
            return true;
    return false;
}

/* One of the options that exclude each other with this one; NULL if the mount has none. */
static const char *rival_of(const struct cdi_mount *mount, size_t option)
{
    const char *s = validate_text(mount->options.items[option]);

    for (size_t i = 0; i < ARRAY_SIZE(rivals); i++) {
        if (!validate_is_one_of(s, rivals[i].options, rivals[i].n))
            continue;
        for (size_t k = 0; k < option && k < MOST_OPTIONS; k++) {
            const char *other = validate_text(mount->options.items[k]);

            if (strcmp(s, other) != 0 && validate_is_one_of(other, rivals[i].options, rivals[i].n))
                return other;
        }
    }
    return NULL;
}

static int warn_of_unknown_option(struct walk *walk, const struct member *at, const char *option)
{
    struct nearest near = nearest_init(option, strlen(option));
    char hint[64];

    for (size_t i = 0; i < ARRAY_SIZE(bind_options); i++)
        nearest_offer(&near, bind_options[i]);
    if (near.best)
        (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", near.best);
    return walk_report(walk, RULE_MOUNT_OPTION_UNKNOWN, at, near.best ? hint : NULL,
                       "%s is no option of a bind mount", quote_string(option).text);
}

static bool is_bind_option(const char *option)
{
    return !*option || strncmp(option, "idmap=", 6) == 0 || strncmp(option, "ridmap=", 7) == 0 ||
           validate_is_one_of(option, bind_options, ARRAY_SIZE(bind_options));
}

static int warn_of_options(struct walk *walk, const struct member *at,
                           const struct cdi_mount *mount, bool bind)
{
    for (size_t i = 0; i < mount->options.n; i++) {
        const char *option = validate_text(mount->options.items[i]);
        const char *rival = rival_of(mount, i);
        int r = 0;

        if (bind && !is_bind_option(option))
            r = warn_of_unknown_option(walk, ITEM(at, "options", i), option);
        else if (rival)
            r = walk_report(walk, RULE_MOUNT_OPTIONS_CONFLICT, ITEM(at, "options", i),
                            "keep one of the two", "the option %s contradicts %s",
                            quote_string(option).text, quote_string(rival).text);
        if (r < 0)
            return r;
    }
    return 0;
}

/* True for the name of a library with two or more numbers: libcuda.so.570.133.20. */
static bool is_versioned_library(const char *path)
{
    const char *so = strstr(path_base(path), ".so.");
    size_t numbers = 0;

    if (!so)
        return false;
    for (const char *s = so + strlen(".so"); *s == '.'; numbers++) {
        size_t digits = strspn(++s, "0123456789");

        if (digits == 0)
            return false;
        s += digits;
        if (*s && *s != '.')
            return false;
    }
    return numbers > 1;
}

static int warn_of_library(struct walk *walk, const struct member *at,
                           const struct cdi_mount *mount)
{
    const char *path = validate_text(mount->host_path);

    if (!walk_wants(walk, RULE_MOUNT_LIBRARY_VERSIONED) || !is_versioned_library(path))
        return 0;
    return walk_report(walk, RULE_MOUNT_LIBRARY_VERSIONED, MEMBER(at, "hostPath"),
                       "name the link with one number, which stays when the library is updated",
                       "%s is gone with the next version", quote_string(path).text);
}

static int warn_of_type(struct walk *walk, const struct member *at, const struct cdi_mount *mount)
{
    const char *type = validate_text(mount->type);

    if (!*type || strcmp(type, "bind") == 0 || strcmp(type, "none") == 0 || !has_bind_option(mount))
        return 0;
    return walk_report(
        walk, RULE_MOUNT_OPTIONS_CONFLICT, MEMBER(at, "type"), "leave out the type, or the option",
        "the type %s contradicts the option that makes it a bind mount", quote_string(type).text);
}

static int warn_of_mount(struct walk *walk, const struct member *at, const struct cdi_mount *mount)
{
    const char *type = validate_text(mount->type);
    bool bind = strcmp(type, "bind") == 0 || has_bind_option(mount);
    int r = 0;

    if (bind)
        r = validate_relative(walk, RULE_MOUNT_HOST_PATH_RELATIVE, MEMBER(at, "hostPath"),
                              mount->host_path);
    if (r == 0)
        r = validate_relative(walk, RULE_MOUNT_CONTAINER_PATH_RELATIVE, MEMBER(at, "containerPath"),
                              mount->container_path);
    if (r == 0 && !*type && !bind)
        r = walk_report(walk, RULE_MOUNT_NO_TYPE, at, "add \"bind\" or \"rbind\" to its options",
                        "the mount of %s has neither a type nor the option bind or rbind, and "
                        "OCI runtimes fail to make it",
                        quote_string(mount->host_path).text);
    if (r == 0)
        r = warn_of_type(walk, at, mount);
    if (r == 0)
        r = warn_of_options(walk, at, mount, bind);
    return r < 0 || !bind ? r : warn_of_library(walk, at, mount);
}

int validate_mounts(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
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
    return validate_duplicates(walk, RULE_MOUNT_CONTAINER_PATH_DUPLICATE, in, "mounts",
                               "containerPath", &edits->mounts[0].container_path,
                               sizeof edits->mounts[0], edits->n_mounts);
}
