/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hook update-ldcache: the dynamic loaders of a container get to know the folders of the
 * driver's libraries. It writes the loader cache itself, as ldconfig(8) would, and nothing is run
 * but with --ldconfig-path.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/ldconf.h"
#include "hooks/ldconfig_exec.h"
#include "hooks/ldfiles.h"
#include "hooks/ldmachine.h"
#include "hooks/ldscan.h"
#include "hooks/ldsearch.h"
#include "hooks/ldview.h"
#include "hooks/message.h"

#define CACHE_NAME "ld.so.cache"
#define CACHE_MODE 0644

/* A cache that is larger is not looked at, and replaced: 10,000 libraries take 1 MiB. */
#define CACHE_LIMIT (16U << 20)

/* An update under way. */
struct update {
    const struct hook_call *call;
    struct ldview_rootfs view;
    struct ldfiles files;
    struct ldconf conf;
    struct ldscan scan;
    struct cdi_error denied; /* why the files were not written, if they may not be */
};

int update_ldcache_check(const struct hook_args *args, struct cdi_error *err)
{
    if (args->ldconfig_path && !*args->ldconfig_path)
        return cdi_error_set(err, CDI_ERR_USAGE, "--ldconfig-path needs the path of a program");
    for (size_t i = 0; i < args->folders.n; i++)
        if (*args->folders.items[i] && !ldfiles_can_name(args->folders.items[i]))
            return cdi_error_set(err, CDI_ERR_USAGE,
                                 "the folder %s cannot be written into ld.so.conf: control "
                                 "characters, '#', '=' and blanks at its ends have no way to be "
                                 "there",
                                 quote_string(args->folders.items[i]).text);
    return 0;
}

static int take_folders(struct update *update, struct cdi_error *err)
{
    struct ldsearch folders;
    int r = ldsearch_folders(&update->call->args->folders, update->call->arena, &folders, err);

    if (r < 0)
        return r;
    update->files.folders = folders.items;
    update->files.n_folders = folders.n;
    return 0;
}

/* Reads ld.so.conf, writes the files beside it, and reads it again if that made a difference. */
static int update_conf(struct update *update, struct cdi_error *err)
{
    const struct hook_call *call = update->call;
    const struct ldview *view = &update->view.view;
    int r = ldconf_read(view, LDCONF_PATH, call->arena, &update->conf, err);

    if (r < 0)
        return r;
    r = ldfiles_write(&update->files, call->root, &update->conf, &update->denied);
    if (r < 0 && (r == -CDI_ERR_NOMEM || !ldfiles_is_denial(&update->denied)))
        return error_move(&update->denied, r, err);
    if (r != 0)
        r = ldconf_read(view, LDCONF_PATH, call->arena, &update->conf, err);
    if (r == 0 && update->conf.cut)
        hook_warn("%s of the container has too much in it: the rest is not searched for libraries",
                  LDCONF_PATH);
    return r;
}

/* ---- Directories ---- */

/* Where libraries are. A folder that loaders do not search is told. */
static int find_directories(const struct update *update, struct ldsearch *out,
                            struct cdi_error *err)
{
    const struct ldfiles *files = &update->files;
    int r = ldsearch_directories(files, &update->conf, update->denied.code != CDI_OK,
                                 update->call->arena, out, err);

    for (size_t i = 0; r == 0 && i < files->n_folders; i++)
        if (!ldsearch_has(out, files->folders[i]))
            hook_warn("%s of the container does not include %s/*.conf: programs do not find the "
                      "libraries in %s",
                      LDCONF_PATH, LDFILES_CONF_DIR, quote_string(files->folders[i]).text);
    return r;
}

static int scan(struct update *update, struct cdi_error *err)
{
    struct ldsearch directories;
    int r = find_directories(update, &directories, err);

    if (r == 0)
        r = ldscan_run(&update->view.view, update->files.machine, directories.items, directories.n,
                       update->call->arena, &update->scan, err);
    if (r < 0)
        return r;
    if (update->scan.cut)
        hook_warn("the container has too many libraries: not all of them are in %s", LDCACHE_PATH);
    if (update->scan.n_unlinked && update->denied.code == CDI_OK)
        hook_warn("cannot make the link %s in the container%s: %s; the loader cache names the "
                  "library itself",
                  quote_string(update->scan.unlinked).text,
                  update->scan.n_unlinked > 1 ? ", and others" : "",
                  strerror(update->scan.unlinked_errno));
    hook_debug("%zu libraries in %zu directories", update->scan.cache.n, directories.n);
    return 0;
}

/* ---- The cache ---- */

/* What the cache that is there says. */
enum cache_state {
    CACHE_CURRENT, /* the same */
    CACHE_FOREIGN, /* the libraries of another machine */
    CACHE_OLD,     /* something else, or nothing */
};

static bool is_foreign(const struct ldmachine *machine, const struct ldcache *cache)
{
    for (size_t i = 0; i < cache->n; i++)
        for (const uint32_t *known = machine->known; *known; known++)
            if (cache->entries[i].flags == *known)
                return false;
    return cache->n > 0;
}

/*
 * Looks at the cache: if it has these entries already, whoever wrote it, it stays. One that cannot
 * be read is an old one.
 */
static enum cache_state look_at_cache(const struct update *update, int etc)
{
    const struct ldcache *wanted = &update->scan.cache;
    _cleanup_free_ char *data = NULL;
    _cleanup_close_ int fd = -1;
    struct ldcache cache;
    struct stat st;
    size_t len;
    int r;

    if (fstatat(etc, CACHE_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        (fd = confine_open_file(etc, CACHE_NAME, &st)) < 0 ||
        file_read_fd(fd, LDCACHE_PATH, CACHE_LIMIT, &data, &len, NULL) < 0)
        return CACHE_OLD;
    r = ldcache_parse(data, len, update->call->arena, &cache, NULL);
    if (r == -CDI_ERR_UNSUPPORTED || (r == 0 && is_foreign(update->files.machine, &cache)))
        return CACHE_FOREIGN;
    return r == 0 && (st.st_mode & 0777) == CACHE_MODE && ldcache_equal(&cache, wanted)
               ? CACHE_CURRENT
               : CACHE_OLD;
}

static int write_cache(const struct update *update, int etc, struct cdi_error *err)
{
    const char *data;
    size_t len;
    int r = ldcache_format(&update->scan.cache, LDSCAN_GENERATOR, update->call->arena, &data, &len,
                           err);

    return r < 0 ? r : confine_replace(etc, CACHE_NAME, LDCACHE_PATH, data, len, CACHE_MODE, err);
}

static int update_cache(const struct update *update, struct cdi_error *err)
{
    _cleanup_close_ int etc = ldfiles_open_etc(update->call->root, LDCACHE_PATH, err);
    enum cache_state state;

    if (etc < 0)
        return etc;
    state = look_at_cache(update, etc);
    if (state == CACHE_FOREIGN)
        hook_warn("%s of the container is that of another machine, and stays as it is",
                  LDCACHE_PATH);
    return state == CACHE_OLD ? write_cache(update, etc, err) : 0;
}

static int update_all(struct update *update, struct cdi_error *err)
{
    int r = take_folders(update, err);

    if (r == 0)
        r = update_conf(update, err);
    if (r < 0)
        return r;
    if (update->call->args->ldconfig_path)
        return error_move(&update->denied, -(int)update->denied.code, err);
    r = scan(update, err);
    if (r < 0 || (r = update_cache(update, err)) < 0)
        return r;
    if (update->denied.os_errno == EXDEV)
        hook_warn("%s", update->denied.message);
    return 0;
}

/* Tells why nothing was written, and goes on: the container may not need it. */
static int forgive(struct cdi_error *err)
{
    char why[1024];

    (void)cdi_error_format(err, why, sizeof why);
    cdi_error_clear(err);
    hook_warn("%s; programs in the container may not find the driver's libraries", why);
    return 0;
}

int update_ldcache(const struct hook_call *call, struct cdi_error *err)
{
    struct update update = {.call = call, .denied = CDI_ERROR_INIT};
    int r;

    update.files.machine = ldmachine_native();
    if (!update.files.machine->flags_of && !call->args->ldconfig_path)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                             "how loaders of this machine find libraries is not known here; "
                             "--ldconfig-path has the host's ldconfig do it");
    update.files.debian = ldfiles_is_debian(call->root);
    ldview_rootfs_init(&update.view, call->root);
    r = update_all(&update, err);
    cdi_error_clear(&update.denied);
    return r == -CDI_ERR_IO && ldfiles_is_denial(err) ? forgive(err) : r;
}

int update_ldcache_finish(const struct hook_call *call, struct cdi_error *err)
{
    return ldconfig_exec(call->root, call->args->ldconfig_path, err);
}
