/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/places.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "generate/driver/find.h"

#define FIRMWARE_PARAMETER "/sys/module/firmware_class/parameters/path"
#define KERNEL_RELEASE     "/proc/sys/kernel/osrelease"
#define USUAL_DATA_DIRS    "/usr/local/share:/usr/share"

/*
 * NixOS has what belongs to the driver in one directory of links into its store (its option
 * hardware.graphics). It comes last everywhere, so that nothing changes where others have it.
 */
#define NIXOS_DRIVER   "/run/opengl-driver"
#define NIXOS_DRIVER32 "/run/opengl-driver-32"

const char *const driver_program_dirs[] = {
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL,
};

/* The fixed directories of a list, in the driver root. */
struct fixed {
    enum driver_where where;
    const char *dir;
};

static const struct fixed fixed_dirs[] = {
    /* Libraries for 32-bit programs; which those are their class says. */
    {DRIVER_IN_32BIT_DIRS, "/usr/lib/i386-linux-gnu"},
    {DRIVER_IN_32BIT_DIRS, "/usr/lib/i386-linux-gnu/nvidia/current"},
    {DRIVER_IN_32BIT_DIRS, "/usr/lib/arm-linux-gnueabihf"},
    {DRIVER_IN_32BIT_DIRS, "/usr/lib32"},
    {DRIVER_IN_32BIT_DIRS, "/usr/lib"},
    {DRIVER_IN_32BIT_DIRS, "/lib/i386-linux-gnu"},
    {DRIVER_IN_32BIT_DIRS, "/lib/arm-linux-gnueabihf"},
    {DRIVER_IN_32BIT_DIRS, "/lib32"},
    {DRIVER_IN_32BIT_DIRS, "/lib"},
    {DRIVER_IN_32BIT_DIRS, NIXOS_DRIVER32 "/lib"},
    {DRIVER_IN_RUN, "/run"},
    {DRIVER_IN_RUN, "/var/run"},
    {DRIVER_IN_TMP, "/tmp"},
};

/* Where distributions keep libraries for 64-bit programs. */
static const struct fixed loader_dirs[] = {
    {DRIVER_IN_LOADER_DIRS, "/"},
    {DRIVER_IN_LOADER_DIRS, "/usr/lib64"},
    {DRIVER_IN_LOADER_DIRS, "/usr/lib/x86_64-linux-gnu"},
    {DRIVER_IN_LOADER_DIRS, "/usr/lib/aarch64-linux-gnu"},
    {DRIVER_IN_LOADER_DIRS, "/usr/lib/x86_64-linux-gnu/nvidia/current"},
    {DRIVER_IN_LOADER_DIRS, "/usr/lib/aarch64-linux-gnu/nvidia/current"},
    {DRIVER_IN_LOADER_DIRS, "/lib64"},
    {DRIVER_IN_LOADER_DIRS, "/lib/x86_64-linux-gnu"},
    {DRIVER_IN_LOADER_DIRS, "/lib/aarch64-linux-gnu"},
    {DRIVER_IN_LOADER_DIRS, "/lib/x86_64-linux-gnu/nvidia/current"},
    {DRIVER_IN_LOADER_DIRS, "/lib/aarch64-linux-gnu/nvidia/current"},
};

/* The X server's modules: below the directories of the libraries, and its own. */
static const char *const xorg_library_subdirs[] = {
    "nvidia/xorg",
    "xorg/modules/drivers",
    "xorg/modules/extensions",
    "xorg/modules/updates/drivers",
    "xorg/modules/updates/extensions",
};
static const char *const xorg_tops[] = {
    "/usr/lib/xorg/modules",
    "/usr/lib64/xorg/modules",
    "/usr/X11R6/lib/modules",
    "/usr/X11R6/lib64/modules",
};
static const char *const xorg_top_subdirs[] = {
    "drivers",
    "extensions",
    "updates/drivers",
    "updates/extensions",
};

static int add_fixed(struct places *places, const struct fixed *fixed, size_t n,
                     struct locate *locate, struct cdi_error *err)
{
    for (size_t i = 0; i < n; i++) {
        int r = locate_add(locate, &places->dirs[fixed[i].where], fixed[i].dir, false, err);

        if (r < 0)
            return r;
    }
    return 0;
}

/* Adds the absolute ones of directories joined with ':'. */
static int add_joined(struct locate_paths *dirs, struct locate *locate, const char *joined,
                      struct cdi_error *err)
{
    const char *rest = joined ? joined : "", *element, *dir;
    size_t len;
    int r = 0;

    while (r == 0 && (element = path_next(&rest, &len))) {
        if (*element != '/')
            continue;
        while (len > 1 && element[len - 1] == '/')
            len--;
        dir = arena_strndup(locate->arena, element, len);
        r = dir ? locate_add(locate, dirs, dir, false, err) : cdi_error_nomem(err);
    }
    return r;
}

static int add_list(struct locate_paths *dirs, struct locate *locate,
                    const struct driver_strings *list, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < list->n; i++)
        r = add_joined(dirs, locate, list->items[i], err);
    return r;
}

/*
 * Adds directories of the system, those in the driver root as such: what is found there has
 * another path in a container.
 */
static int add_given(struct locate_paths *dirs, struct locate *driver, struct locate *system,
                     const struct driver_strings *list, struct cdi_error *err)
{
    struct locate_paths given = {0};
    size_t len = strlen(driver->prefix);
    int r = add_list(&given, system, list, err);

    for (size_t i = 0; r == 0 && i < given.n; i++) {
        const char *dir = given.items[i].path, *canonical;

        if ((r = locate_realpath(system, dir, &canonical, err)) < 0)
            return r;
        if (driver != system && canonical && strncmp(canonical, driver->prefix, len) == 0 &&
            (canonical[len] == '/' || !canonical[len]))
            r = locate_add(driver, dirs, canonical[len] ? canonical + len : "/", true, err);
        else
            r = locate_add(system, dirs, dir, false, err);
    }
    return r;
}

static int set_library_search(struct places *places, const struct driver_search *search,
                              struct locate *driver, struct locate *system, struct cdi_error *err)
{
    struct locate_paths *dirs = &places->dirs[DRIVER_IN_LOADER_DIRS];
    int r;

    places->only_given = search->library_paths.n > 0;
    if (places->only_given)
        return add_given(dirs, driver, system, &search->library_paths, err);
    r = add_fixed(places, loader_dirs, ARRAY_SIZE(loader_dirs), driver, err);
    return r < 0 ? r : locate_add(driver, &places->last_resort, NIXOS_DRIVER "/lib", false, err);
}

static int set_config_dirs(struct places *places, const struct driver_search *search,
                           struct locate *driver, struct locate *system, struct cdi_error *err)
{
    static const enum driver_where alike[] = {DRIVER_IN_ETC, DRIVER_IN_ETC_OR_TOP};
    struct locate_paths *dirs = &places->dirs[DRIVER_IN_SHARE];
    const char *data = search->data_dirs && *search->data_dirs ? search->data_dirs
                                                               : USUAL_DATA_DIRS;
    int r;

    if (search->config_paths.n)
        r = add_list(dirs, system, &search->config_paths, err);
    else if ((r = locate_add(driver, dirs, "/etc", false, err)) == 0 &&
             (r = add_joined(dirs, driver, data, err)) == 0 &&
             (r = locate_add(driver, dirs, NIXOS_DRIVER "/share", false, err)) == 0)
        r = locate_add(driver, dirs, NIXOS_DRIVER "/etc", false, err);
    for (size_t i = 0; i < ARRAY_SIZE(alike); i++)
        for (size_t k = 0; r == 0 && k < dirs->n; k++)
            r = locate_add(dirs->items[k].in, &places->dirs[alike[i]], dirs->items[k].path, false,
                           err);
    return r < 0 ? r : locate_add(driver, &places->dirs[DRIVER_IN_ETC_OR_TOP], "/", false, err);
}

/* The one line of a small file beneath the system's root, without blanks; "" if there is none. */
static int read_line(const struct root *system, const char *path, struct arena *arena,
                     const char **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len = 0, start = 0;
    int r = root_read(system, path, 4096, &text, &len, NULL);

    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        len = 0;
    while (len && strchr(" \t\r\n", text[len - 1]))
        len--;
    while (start < len && strchr(" \t\r\n", text[start]))
        start++;
    *out = arena_strndup(arena, text ? text + start : "", len - start);
    return *out ? 0 : cdi_error_nomem(err);
}

static int set_firmware_dirs(struct places *places, const struct driver_search *search,
                             struct locate *driver, struct cdi_error *err)
{
    static const char *const tops[] = {"/lib/firmware/updates", "/lib/firmware"};
    struct locate_paths *dirs = &places->dirs[DRIVER_IN_FIRMWARE];
    const char *extra = "", *release = "";
    int r;

    if ((r = read_line(search->system, FIRMWARE_PARAMETER, driver->arena, &extra, err)) < 0 ||
        (r = read_line(search->system, KERNEL_RELEASE, driver->arena, &release, err)) < 0 ||
        (r = add_joined(dirs, driver, extra, err)) < 0)
        return r;
    for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
        if (*release && !strchr(release, '/')) {
            const char *dir = locate_join(driver, tops[i], release);

            r = dir ? locate_add(driver, dirs, dir, false, err) : cdi_error_nomem(err);
        }
        if (r < 0 || (r = locate_add(driver, dirs, tops[i], false, err)) < 0)
            return r;
    }
    return 0;
}

int places_init(struct places *places, const struct driver_search *search, struct locate *driver,
                struct locate *system, struct cdi_error *err)
{
    struct locate_paths *programs = &places->dirs[DRIVER_IN_PATH];
    int r;

    *places = (struct places){0};
    if ((r = set_library_search(places, search, driver, system, err)) < 0 ||
        (r = set_config_dirs(places, search, driver, system, err)) < 0 ||
        (r = set_firmware_dirs(places, search, driver, err)) < 0 ||
        (r = add_fixed(places, fixed_dirs, ARRAY_SIZE(fixed_dirs), driver, err)) < 0 ||
        (r = add_joined(programs, driver, search->search_path, err)) < 0)
        return r;
    for (const char *const *dir = driver_program_dirs; *dir; dir++)
        if ((r = locate_add(driver, programs, *dir, false, err)) < 0)
            return r;
    return 0;
}

static int add_below(struct locate_paths *dirs, struct locate *locate, const char *top,
                     const char *const *subs, size_t n, struct cdi_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const char *dir = locate_join(locate, top, subs[i]);
        int r = dir ? locate_add(locate, dirs, dir, false, err) : cdi_error_nomem(err);

        if (r < 0)
            return r;
    }
    return 0;
}

int places_set_library_dirs(struct places *places, const struct locate_paths *library_dirs,
                            struct locate *driver, struct cdi_error *err)
{
    struct locate_paths *dirs = &places->dirs[DRIVER_IN_XORG_DIRS];
    int r;

    places->dirs[DRIVER_IN_LIBRARY_DIRS] = *library_dirs;
    *dirs = (struct locate_paths){0};
    for (size_t i = 0; i < library_dirs->n; i++) {
        r = add_below(dirs, library_dirs->items[i].in, library_dirs->items[i].path,
                      xorg_library_subdirs, ARRAY_SIZE(xorg_library_subdirs), err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < ARRAY_SIZE(xorg_tops); i++) {
        r = add_below(dirs, driver, xorg_tops[i], xorg_top_subdirs, ARRAY_SIZE(xorg_top_subdirs),
                      err);
        if (r < 0)
            return r;
    }
    return 0;
}
