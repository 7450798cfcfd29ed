/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/find.h"

#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/driver/elf.h"
#include "generate/driver/files.h"
#include "generate/driver/locate.h"

#define FIRMWARE_PARAMETER "/sys/module/firmware_class/parameters/path"
#define KERNEL_RELEASE     "/proc/sys/kernel/osrelease"

const char *const driver_program_dirs[] = {
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL,
};

/* A search under way. */
struct finder {
    const struct driver_search *search;
    struct arena *arena;
    struct locate locate;
    struct driver *driver;
    struct locate_paths library_dirs, xorg_dirs, config_dirs, firmware_dirs, program_dirs;
};

/* Adds the directory top/sub, or top itself where sub is "". */
static int add_dir(struct finder *f, struct locate_paths *dirs, const char *top, const char *sub,
                   struct cdi_error *err)
{
    const char *path = *sub ? arena_printf(f->arena, "%s/%s", strcmp(top, "/") == 0 ? "" : top, sub)
                            : top;

    return path ? locate_add(&f->locate, dirs, path, err) : cdi_error_nomem(err);
}

/* Adds the absolute ones of directories joined with ':'. */
static int add_joined_dirs(struct finder *f, struct locate_paths *dirs, const char *joined,
                           struct cdi_error *err)
{
    while (joined && *joined) {
        size_t len = strcspn(joined, ":"), clean = len;
        int r = 0;

        while (clean > 1 && joined[clean - 1] == '/')
            clean--;
        if (joined[0] == '/') {
            const char *dir = arena_strndup(f->arena, joined, clean);

            r = dir ? locate_add(&f->locate, dirs, dir, err) : cdi_error_nomem(err);
        }
        if (r < 0)
            return r;
        joined += len + (joined[len] == ':');
    }
    return 0;
}

/* The one line of a small file beneath the system's root; "" if there is none. */
static int read_line(struct finder *f, const char *path, const char **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len = 0;
    int r = root_read(f->search->system, path, 4096, &text, &len, NULL);

    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        len = 0;
    while (len && strchr(" \t\r\n", text[len - 1]))
        len--;
    *out = arena_strndup(f->arena, text ? text : "", len);
    return *out ? 0 : cdi_error_nomem(err);
}

static int set_firmware_dirs(struct finder *f, struct cdi_error *err)
{
    struct locate_paths *dirs = &f->firmware_dirs;
    const char *extra, *release;
    int r;

    if ((r = read_line(f, FIRMWARE_PARAMETER, &extra, err)) < 0 ||
        (r = read_line(f, KERNEL_RELEASE, &release, err)) < 0 ||
        (r = add_joined_dirs(f, dirs, extra, err)) < 0)
        return r;
    if (strchr(release, '/'))
        release = "";
    if ((r = add_dir(f, dirs, "/lib/firmware/updates", release, err)) < 0 ||
        (r = add_dir(f, dirs, "/lib/firmware/updates", "", err)) < 0 ||
        (r = add_dir(f, dirs, "/lib/firmware", release, err)) < 0)
        return r;
    return add_dir(f, dirs, "/lib/firmware", "", err);
}

static int set_fixed_dirs(struct finder *f, struct cdi_error *err)
{
    const char *data = f->search->data_dirs;
    int r;

    if (!data || !*data)
        data = "/usr/local/share:/usr/share";
    if ((r = add_dir(f, &f->config_dirs, "/etc", "", err)) < 0 ||
        (r = add_joined_dirs(f, &f->config_dirs, data, err)) < 0 ||
        (r = add_joined_dirs(f, &f->program_dirs, f->search->search_path, err)) < 0)
        return r;
    for (const char *const *dir = driver_program_dirs; *dir; dir++)
        if ((r = locate_add(&f->locate, &f->program_dirs, *dir, err)) < 0)
            return r;
    return set_firmware_dirs(f, err);
}

/* The directories of the X server's modules: those beside the libraries first. */
static int set_xorg_dirs(struct finder *f, struct cdi_error *err)
{
    int r;

    for (size_t i = 0; i < f->library_dirs.n; i++)
        for (const char *const *sub = driver_xorg_library_subdirs; *sub; sub++)
            if ((r = add_dir(f, &f->xorg_dirs, f->library_dirs.items[i], *sub, err)) < 0)
                return r;
    for (const char *const *top = driver_xorg_tops; *top; top++)
        for (const char *const *sub = driver_xorg_top_subdirs; *sub; sub++)
            if ((r = add_dir(f, &f->xorg_dirs, *top, *sub, err)) < 0)
                return r;
    return 0;
}

/* The first library that tells the driver's version: its path, and in *version its suffix. */
static int find_versioned(struct finder *f, const char *suffix, const char **path,
                          const char **version, struct cdi_error *err)
{
    static const char *const stems[] = {"libcuda.so.", "libnvidia-ml.so."};

    *path = *version = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(stems); i++) {
        const char *pattern = arena_printf(f->arena, "%s%s", stems[i], suffix);
        struct locate_paths hits = {0};
        int r = pattern ? locate_library(&f->locate, pattern, &hits, err) : cdi_error_nomem(err);

        if (r < 0)
            return r;
        if (hits.n) {
            *path = hits.items[0];
            *version = strrchr(*path, '/') + 1 + strlen(stems[i]);
            return 0;
        }
    }
    return 0;
}

static int find_version(struct finder *f, struct cdi_error *err)
{
    const char *kernel = f->search->kernel_version, *path = NULL, *version = NULL;
    const char *where = *f->search->prefix ? f->search->prefix : "/";
    int r = kernel ? find_versioned(f, kernel, &path, &version, err) : 0;

    if (r == 0 && !path) {
        r = find_versioned(f, "*.*", &path, &version, err);
        if (r == 0 && path && kernel)
            return cdi_error_set(
                err, CDI_ERR_NOTFOUND,
                "the loaded NVIDIA kernel module is version %s, but the driver's libraries are "
                "version %s (%s%s): reboot, or reload the module, to use the installed driver",
                kernel, version, f->search->prefix, path);
    }
    if (r < 0)
        return r;
    if (!path)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no driver library found: looked for libcuda.so.%s and "
                             "libnvidia-ml.so.%s in the library directories and "
                             "/etc/ld.so.cache of %s (%s)",
                             kernel ? kernel : "*", kernel ? kernel : "*", where,
                             f->locate.cache_problem ? f->locate.cache_problem : "cache read");
    f->driver->version = version;
    return 0;
}

/* The directories of all libraries that carry the version, in order of finding. */
static int find_library_dirs(struct finder *f, struct cdi_error *err)
{
    const char *pattern = arena_printf(f->arena, "lib*.so.%s", f->driver->version);
    struct locate_paths hits = {0};
    int r = pattern ? locate_library(&f->locate, pattern, &hits, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < hits.n; i++) {
        size_t len = (size_t)(strrchr(hits.items[i], '/') - hits.items[i]);
        const char *dir = arena_strndup(f->arena, len ? hits.items[i] : "/", len ? len : 1);

        r = dir ? locate_add(&f->locate, &f->library_dirs, dir, err) : cdi_error_nomem(err);
    }
    f->driver->library_dirs = f->library_dirs.items;
    f->driver->n_library_dirs = f->library_dirs.n;
    return r;
}

/*
 * The host's path of a file. In a driver root, symlinks mean what they mean inside it; where the
 * host, following them from its own top, would end elsewhere, the file is named without them.
 */
static int set_host_path(struct finder *f, const char *path, const char **out,
                         struct cdi_error *err)
{
    const char *prefix = f->search->prefix, *inside, *outside;
    int r;

    if (!(*out = arena_printf(f->arena, "%s%s", prefix, path)))
        return cdi_error_nomem(err);
    if (!*prefix)
        return 0;
    if ((r = locate_realpath(f->search->root, path, f->arena, &inside, err)) < 0 ||
        (r = locate_realpath(f->search->system, *out, f->arena, &outside, err)) < 0)
        return r;
    if (!inside)
        return 0;
    if (!(inside = arena_printf(f->arena, "%s%s", prefix, inside)))
        return cdi_error_nomem(err);
    if (!outside || strcmp(outside, inside) != 0)
        *out = inside;
    return 0;
}

/* Length of "libcuda.so" in "libcuda.so.1": up to the last component "so"; 0 if there is none. */
static size_t dev_name_length(const char *soname)
{
    size_t len = strlen(soname);

    while (len > 3) {
        if (memcmp(soname + len - 3, ".so", 3) == 0)
            return len;
        while (len && soname[len - 1] != '.')
            len--;
        len -= len > 0;
    }
    return 0;
}

/* Reads what a library's links follow from. Only without memory it fails. */
static int read_library(struct finder *f, struct driver_file *file, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    const char *name = strrchr(file->path, '/') + 1;
    const char *dir = arena_strndup(f->arena, file->path, (size_t)(name - file->path - 1));
    _cleanup_close_ int fd = -1;
    size_t len;
    int r;

    if (!dir)
        return cdi_error_nomem(err);
    if (!locate_match("*.*.*", name))
        return 0;
    fd = root_openat(f->search->root, file->path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    r = fd < 0 ? cdi_error_set_errno(&problem, -fd, "cannot open")
               : elf_soname(fd, f->arena, &file->soname, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        file->problem = arena_strdup(f->arena, problem.message);
        return file->problem ? 0 : cdi_error_nomem(err);
    }
    if (!file->soname || strchr(file->soname, '/'))
        file->soname = name;
    dir = *dir ? dir : "/";
    r = locate_is_link(&f->locate, dir, file->soname, &file->soname_is_link, err);
    len = dev_name_length(file->soname);
    if (r < 0 || len == 0)
        return r;
    if (!(file->dev_name = arena_strndup(f->arena, file->soname, len)))
        return cdi_error_nomem(err);
    return locate_is_link(&f->locate, dir, file->dev_name, &file->dev_name_is_link, err);
}

static int add_file(struct finder *f, const struct driver_rule *rule, const char *found,
                    const char *path, struct cdi_error *err)
{
    struct driver *driver = f->driver;
    struct driver_file *files;
    struct driver_file file = {.capability = rule->capability, .kind = rule->kind, .path = path};
    int r = set_host_path(f, found, &file.host_path, err);

    if (r == 0 && rule->kind == DRIVER_LIBRARY) {
        file.capability = driver_library_capability(strrchr(found, '/') + 1, rule->capability);
        r = read_library(f, &file, err);
    }
    if (r < 0)
        return r;
    files = arena_grow(f->arena, driver->files, driver->n_files, sizeof file);
    if (!files)
        return cdi_error_nomem(err);
    files[driver->n_files++] = file;
    driver->files = files;
    return 0;
}

static int add_files(struct finder *f, const struct driver_rule *rule,
                     const struct locate_paths *paths, struct cdi_error *err)
{
    for (size_t i = 0; i < paths->n; i++) {
        int r = add_file(f, rule, paths->items[i], paths->items[i], err);

        if (r < 0)
            return r;
    }
    return 0;
}

/* All hits of a pattern in a subdirectory of each of the directories of the libraries. */
static int find_beside_libraries(struct finder *f, const struct driver_rule *rule,
                                 const char *pattern, const char *sub, struct cdi_error *err)
{
    struct locate_paths dirs = {0}, hits = {0};
    int r;

    for (size_t i = 0; i < f->library_dirs.n; i++)
        if ((r = add_dir(f, &dirs, f->library_dirs.items[i], sub, err)) < 0)
            return r;
    for (size_t i = 0; i < dirs.n; i++)
        if ((r = locate_in_dir(&f->locate, dirs.items[i], pattern, &hits, err)) < 0)
            return r;
    return add_files(f, rule, &hits, err);
}

/* The first dir/name that there is becomes `top`/name in the container, or stays where it is. */
static int find_first(struct finder *f, const struct driver_rule *rule, const char *name,
                      const struct locate_paths *dirs, enum locate_type type, const char *top,
                      bool *found, struct cdi_error *err)
{
    for (size_t i = 0; i < dirs->n; i++) {
        const char *path = arena_printf(f->arena, "%s/%s", dirs->items[i], name), *to = path;

        if (!path)
            return cdi_error_nomem(err);
        if (!locate_is(&f->locate, path, type))
            continue;
        if (top && !(to = arena_printf(f->arena, "%s/%s", top, name)))
            return cdi_error_nomem(err);
        *found = true;
        return add_file(f, rule, path, to, err);
    }
    return 0;
}

/* Patterns "nvidia/V/gsp*.bin" in every directory of firmware. */
static int find_firmware(struct finder *f, const struct driver_rule *rule, const char *pattern,
                         struct cdi_error *err)
{
    size_t len = (size_t)(strrchr(pattern, '/') - pattern);
    struct locate_paths hits = {0};

    for (size_t i = 0; i < f->firmware_dirs.n; i++) {
        const char *dir = arena_printf(f->arena, "%s/%.*s", f->firmware_dirs.items[i], (int)len,
                                       pattern);
        int r = dir ? locate_in_dir_plain(&f->locate, dir, pattern + len + 1, &hits, err)
                    : cdi_error_nomem(err);

        if (r < 0)
            return r;
    }
    return add_files(f, rule, &hits, err);
}

static int find_in_loader_dirs(struct finder *f, const struct driver_rule *rule,
                               const char *pattern, struct cdi_error *err)
{
    struct locate_paths hits = {0};
    int r = locate_library(&f->locate, pattern, &hits, err);

    return r < 0 ? r : add_files(f, rule, &hits, err);
}

static int find_rule(struct finder *f, const struct driver_rule *rule, const char *name,
                     struct cdi_error *err)
{
    static const char *run_items[] = {"/run", "/var/run"}, *tmp_items[] = {"/tmp"},
                      *top_items[] = {""};
    static const struct locate_paths run = {run_items, 2}, tmp = {tmp_items, 1},
                                     top = {top_items, 1};
    bool found = false;
    int r;

    switch (rule->where) {
    case DRIVER_IN_LIBRARY_DIRS:
        return find_beside_libraries(f, rule, name, "", err);
    case DRIVER_IN_VDPAU_DIRS:
        return find_beside_libraries(f, rule, name, "vdpau", err);
    case DRIVER_IN_LOADER_DIRS:
        return find_in_loader_dirs(f, rule, name, err);
    case DRIVER_IN_XORG_DIRS:
        return find_first(f, rule, name, &f->xorg_dirs, LOCATE_FILE, NULL, &found, err);
    case DRIVER_IN_SHARE:
        return find_first(f, rule, name, &f->config_dirs, LOCATE_FILE, "/usr/share", &found, err);
    case DRIVER_IN_ETC:
        return find_first(f, rule, name, &f->config_dirs, LOCATE_FILE, "/etc", &found, err);
    case DRIVER_IN_ETC_OR_TOP:
        r = find_first(f, rule, name, &f->config_dirs, LOCATE_FILE, "/etc", &found, err);
        if (r < 0 || found)
            return r;
        return find_first(f, rule, name, &top, LOCATE_FILE, "/etc", &found, err);
    case DRIVER_IN_RUN:
        return find_first(f, rule, name, &run, LOCATE_FILE, NULL, &found, err);
    case DRIVER_IN_TMP:
        return find_first(f, rule, name, &tmp, LOCATE_ANY, NULL, &found, err);
    case DRIVER_IN_FIRMWARE:
        return find_firmware(f, rule, name, err);
    case DRIVER_IN_PATH:
        return find_first(f, rule, name, &f->program_dirs, LOCATE_EXECUTABLE, NULL, &found, err);
    }
    return 0;
}

/* Puts the version where the pattern has "%V". */
static const char *expand(struct finder *f, const char *pattern)
{
    const char *mark = strstr(pattern, "%V");

    if (!mark)
        return pattern;
    return arena_printf(f->arena, "%.*s%s%s", (int)(mark - pattern), pattern, f->driver->version,
                        mark + 2);
}

int driver_find(const struct driver_search *search, struct arena *arena, struct driver *out,
                struct cdi_error *err)
{
    struct finder f = {.search = search, .arena = arena, .driver = out};
    size_t n;
    const struct driver_rule *rules = driver_rules(&n);
    int r;

    *out = (struct driver){0};
    locate_init(&f.locate, search->root, arena);
    if ((r = find_version(&f, err)) < 0 || (r = find_library_dirs(&f, err)) < 0 ||
        (r = set_fixed_dirs(&f, err)) < 0 || (r = set_xorg_dirs(&f, err)) < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        const char *pattern = expand(&f, rules[i].pattern);

        r = pattern ? find_rule(&f, &rules[i], pattern, err) : cdi_error_nomem(err);
        if (r < 0)
            return r;
    }
    return 0;
}
