/* SPDX-License-Identifier: Apache-2.0 */
#include "hookless/libraries.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "hookless/overlay.h"
#include "hooks/hook.h"
#include "hooks/ldconf.h"
#include "hooks/ldfiles.h"
#include "hooks/ldmachine.h"
#include "hooks/ldscan.h"
#include "hooks/ldsearch.h"
#include "hooks/message.h"

static int add_text(struct overlay *overlay, const char *path, const char *text, size_t len,
                    struct cdi_error *err)
{
    int r = overlay_add(overlay, OVERLAY_TEXT, path, text, len);

    return r < 0 ? cdi_error_set_errno(err, -r, "cannot put %s in place", path) : 0;
}

/*
 * The folder of a libcuda in the image that is to be preferred goes in front of all others, those
 * of ld.so.conf too: enable-cuda-compat's drop-in is the first.
 */
static int add_compat(const struct hook_call *call, struct ldsearch *directories,
                      struct cdi_error *err)
{
    const char **items;
    char path[PATH_MAX];
    int r;

    if (!call->args->enable_cuda_compat || enable_cuda_compat_check(call->args, err) != 0)
        return 0;
    r = cuda_compat_folder(call, path, err);
    if (r <= 0)
        return r;
    items = arena_calloc(call->arena, directories->n + 1, sizeof *items);
    if (!items || !(items[0] = arena_strdup(call->arena, path)))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < directories->n; i++)
        items[i + 1] = directories->items[i];
    *directories = (struct ldsearch){items, directories->n + 1};
    return 0;
}

static int add_musl(struct overlay *overlay, const struct ldfiles *files,
                    const struct hook_call *call, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    char path[LDFILES_MUSL_SIZE];
    const char *copy, *where;
    int r = ldfiles_musl(files, call->root, path, &text, err);

    if (r <= 0)
        return r;
    copy = text.failed ? NULL : arena_strndup(call->arena, text.s ? text.s : "", text.len);
    where = arena_strdup(call->arena, path);
    return copy && where ? add_text(overlay, where, copy, text.len, err) : cdi_error_nomem(err);
}

static int add_cache(struct overlay *overlay, const struct ldfiles *files,
                     const struct hook_call *call, struct cdi_error *err)
{
    struct arena *arena = call->arena;
    struct ldsearch directories;
    struct ldconf conf;
    struct ldscan scan;
    const char *data = NULL;
    size_t len = 0;
    int r = ldconf_read(&overlay->view, LDCONF_PATH, arena, &conf, err);

    if (r == 0)
        r = ldsearch_directories(files, &conf, true, arena, &directories, err);
    if (r == 0)
        r = add_compat(call, &directories, err);
    if (r == 0)
        r = ldscan_run(&overlay->view, files->machine, directories.items, directories.n, arena,
                       &scan, err);
    if (r == 0)
        r = ldcache_format(&scan.cache, LDSCAN_GENERATOR, arena, &data, &len, err);
    if (r < 0)
        return r;
    if (conf.cut)
        hook_warn("%s of the container has too much in it: the rest is not searched for libraries",
                  LDCONF_PATH);
    if (scan.cut)
        hook_warn("the container has too many libraries: not all of them are in %s", LDCACHE_PATH);
    return add_text(overlay, LDCACHE_PATH, data, len, err);
}

int hookless_add_libraries(struct overlay *overlay, const struct hook_call *call,
                           struct cdi_error *err)
{
    struct ldfiles files = {.machine = ldmachine_native()};
    struct ldsearch folders;
    int r;

    if (!files.machine || !files.machine->flags_of)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                             "how loaders of this machine find libraries is not known here");
    files.debian = ldfiles_is_debian(call->root);
    r = ldsearch_folders(&call->args->folders, call->arena, &folders, err);
    if (r < 0)
        return r;
    files.folders = folders.items;
    files.n_folders = folders.n;
    r = add_musl(overlay, &files, call, err);
    return r < 0 ? r : add_cache(overlay, &files, call, err);
}
