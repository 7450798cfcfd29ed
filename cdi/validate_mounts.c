/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for mounts. Source: see docs/rules.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/path.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

enum {
    MOST_OPTIONS = 64, /* of one mount that are compared: there are no more different ones */
};

/* Sets of options that exclude each other. A mount can be shared and slave at once. */
enum {
    WRITE = 1 << 0,
    R_WRITE = 1 << 1,
    SUID = 1 << 2,
    DEV = 1 << 3,
    EXEC = 1 << 4,
    SYNC = 1 << 5,
    ATIME = 1 << 6,
    WHEN = 1 << 7, /* access times are written */
    DIRATIME = 1 << 8,
    RELATIME = 1 << 9,
    STRICTATIME = 1 << 10,
    LAZYTIME = 1 << 11,
    MAND = 1 << 12,
    IVERSION = 1 << 13,
    SYMFOLLOW = 1 << 14,
    LOUD = 1 << 15,
    IDMAP = 1 << 16,
    SHARED = 1 << 17,
    SLAVE = 1 << 18,
    R_SHARED = 1 << 19,
    R_SLAVE = 1 << 20,
};

/*
 * OCI runtime-spec, config.md "Linux mount options", and those that crun has beside them; by
 * name.
 */
static const struct mount_option {
    const char *name;
    unsigned sets; /* that it is in */
} mount_options[] = {
    {"acl", 0},
    {"async", SYNC},
    {"atime", ATIME},
    {"bind", 0},
    {"copy-symlink", 0},
    {"defaults", 0},
    {"dest-nofollow", 0},
    {"dev", DEV},
    {"diratime", DIRATIME},
    {"dirsync", 0},
    {"exec", EXEC},
    {"idmap", IDMAP},
    {"iversion", IVERSION},
    {"lazytime", LAZYTIME},
    {"loud", LOUD},
    {"mand", MAND},
    {"noacl", 0},
    {"noatime", ATIME | WHEN},
    {"nodev", DEV},
    {"nodiratime", DIRATIME},
    {"noexec", EXEC},
    {"noiversion", IVERSION},
    {"nolazytime", LAZYTIME},
    {"nomand", MAND},
    {"norelatime", RELATIME},
    {"nostrictatime", STRICTATIME},
    {"nosuid", SUID},
    {"nosymfollow", SYMFOLLOW},
    {"private", SHARED | SLAVE},
    {"ratime", 0},
    {"rbind", 0},
    {"rdev", 0},
    {"rdiratime", 0},
    {"relatime", RELATIME | WHEN},
    {"remount", 0},
    {"rexec", 0},
    {"ridmap", IDMAP},
    {"rnoatime", 0},
    {"rnodev", 0},
    {"rnodiratime", 0},
    {"rnoexec", 0},
    {"rnorelatime", 0},
    {"rnostrictatime", 0},
    {"rnosuid", 0},
    {"rnosymfollow", 0},
    {"ro", WRITE},
    {"rprivate", R_SHARED | R_SLAVE},
    {"rrelatime", 0},
    {"rro", R_WRITE},
    {"rrw", R_WRITE},
    {"rshared", R_SHARED},
    {"rslave", R_SLAVE},
    {"rstrictatime", 0},
    {"rsuid", 0},
    {"rsymfollow", 0},
    {"runbindable", R_SHARED | R_SLAVE},
    {"rw", WRITE},
    {"shared", SHARED},
    {"silent", LOUD},
    {"slave", SLAVE},
    {"src-nofollow", 0},
    {"strictatime", STRICTATIME | WHEN},
    {"suid", SUID},
    {"symfollow", SYMFOLLOW},
    {"sync", SYNC},
    {"tmpcopyup", 0},
    {"unbindable", SHARED | SLAVE},
};

static int compare_options(const void *name, const void *option)
{
    return strcmp(name, ((const struct mount_option *)option)->name);
}

/* The option of that name, NULL if there is none. */
static const struct mount_option *find_option(const char *name)
{
    return bsearch(name, mount_options, ARRAY_SIZE(mount_options), sizeof *mount_options,
                   compare_options);
}

/* True if the options make a bind mount. */
static bool has_bind_option(const struct cdi_mount *mount)
{
    static const char *const bind[] = {"bind", "rbind"};

    for (size_t i = 0; i < mount->options.n; i++)
        if (validate_is_one_of(validate_text(mount->options.items[i]), bind, ARRAY_SIZE(bind)))
            return true;
    return false;
}

static int warn_of_unknown_option(struct walk *walk, const struct member *at, const char *option)
{
    struct nearest near = nearest_init(option, strlen(option));
    char hint[64];

    for (size_t i = 0; i < ARRAY_SIZE(mount_options); i++)
        nearest_offer(&near, mount_options[i].name);
    if (near.best)
        (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", near.best);
    return walk_report(walk, RULE_MOUNT_OPTION_UNKNOWN, at, near.best ? hint : NULL,
                       "%s is no option of a bind mount", quote_string(option).text);
}

/* True for an option that is none of a list, but has its own meaning to runtimes. */
static bool is_mapping(const char *option)
{
    return strncmp(option, "idmap=", 6) == 0 || strncmp(option, "ridmap=", 7) == 0;
}

/* An earlier one of n options that excludes one with these sets; NULL if there is none. */
static const struct mount_option *find_rival(const struct mount_option *const *options, size_t n,
                                             const struct mount_option *option)
{
    for (size_t i = 0; i < n; i++)
        if (options[i] != option && (options[i]->sets & option->sets))
            return options[i];
    return NULL;
}

static int warn_of_options(struct walk *walk, const struct member *at,
                           const struct cdi_mount *mount, bool bind)
{
    const struct mount_option *options[MOST_OPTIONS];
    size_t n = 0;

    for (size_t i = 0; i < mount->options.n; i++) {
        const char *name = validate_text(mount->options.items[i]);
        const struct mount_option *option = find_option(name);
        const struct mount_option *rival = option ? find_rival(options, n, option) : NULL;
        int r = 0;

        if (!option && bind && *name && !is_mapping(name))
            r = warn_of_unknown_option(walk, ITEM(at, "options", i), name);
        else if (rival)
            r = walk_report(walk, RULE_MOUNT_OPTIONS_CONFLICT, ITEM(at, "options", i),
                            "keep one of the two", "the option \"%s\" contradicts \"%s\"", name,
                            rival->name);
        if (r < 0)
            return r;
        if (option && n < MOST_OPTIONS)
            options[n++] = option;
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
