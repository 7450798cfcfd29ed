/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/create.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/covered.h"
#include "apply/hooks.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "base/root.h"
#include "base/strbuf.h"
#include "cdi/platform.h"
#include "hookless/hookless.h"
#include "runtime/modify.h"
#include "runtime/request_rules.h"

/* Programs of CDI hooks; those of them that are linked dynamically must not start without a
 * variable.
 */
static const char *const hook_programs[] = {"nvidia-ctk", "nvidia-cdi-hook", "cdikit",
                                            "cdikit-hook"};
#define HOOK_VARIABLE "NVIDIA_CTK_DEBUG=false"

static void free_oci(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

char *create_config_path(const struct args *args)
{
    _cleanup_strbuf_ struct strbuf path = STRBUF_INIT;

    /* crun: the literal "config.json" is in the bundle, any other name is the caller's. */
    if (args->config && strcmp(args->config, "config.json") != 0)
        return strdup(args->config);
    if (args->bundle && *args->bundle) {
        strbuf_addstr(&path, args->bundle);
        if (path.s && path.s[path.len - 1] != '/')
            strbuf_addch(&path, '/');
    }
    strbuf_addstr(&path, "config.json");
    return strbuf_take(&path, NULL);
}

int create_mode(const char *program, const struct config *config, enum request_mode *mode,
                struct cdi_error *err)
{
    const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;

    if (strcmp(name, "nvidia-container-runtime.cdi") == 0)
        *mode = REQUEST_CDI;
    else if (strcmp(name, "nvidia-container-runtime.legacy") == 0)
        *mode = REQUEST_LEGACY;
    else
        return request_mode_from_config(config, mode, err);
    return 0;
}

static bool is_tegra(void)
{
    _cleanup_root_ struct root root = ROOT_INIT;

    return root_open(&root, NULL, NULL) == 0 && platform_is_tegra(&root);
}

/* The machine is looked at only where that decides something: most containers ask for nothing. */
static int read_request(struct cdi_oci *oci, const struct config *config, enum request_mode mode,
                        struct arena *arena, struct request *request, struct cdi_error *err)
{
    struct request_rules rules;
    int r = request_rules_from_config(config, arena, &rules, err);

    if (r == 0)
        r = request_read(oci, &rules, mode, REQUEST_PLATFORM_OTHER, arena, request, err);
    if (r == 0 && mode == REQUEST_AUTO && request->mode == REQUEST_JIT_CDI && request->devices.n &&
        is_tegra())
        r = request_read(oci, &rules, mode, REQUEST_PLATFORM_TEGRA, arena, request, err);
    return r;
}

static void log_request(struct logger *logger, const struct request *request)
{
    for (size_t i = 0; i < request->n_notes; i++)
        logger_log(logger, request->notes[i].warning ? LOG_WARNING : LOG_INFO, "%s",
                   request->notes[i].text);
    logger_log(logger, LOG_INFO, "mode %s, %zu devices", request_mode_name(request->mode),
               request->devices.n);
}

/* The private directory is in the bundle, and goes with it. */
static int work_without_hooks(struct cdi_oci *oci, const char *path, struct logger *logger,
                              struct arena *arena, struct cdi_error *err)
{
    const char *name = path_base(path);
    const char *dir = name == path ? "." : arena_strndup(arena, path, (size_t)(name - path));
    _cleanup_free_ char *bundle = dir ? realpath(dir, NULL) : NULL;
    struct hookless_options options = {.bundle = bundle};
    struct hookless_notes notes;
    int r;

    if (!bundle)
        return cdi_error_set_errno(err, errno, "cannot find the bundle");
    options.private_dir = arena_printf(arena, "%s/cdikit", bundle);
    if (!options.private_dir)
        return cdi_error_nomem(err);
    r = hookless_apply(oci, &options, arena, &notes, err);
    for (size_t i = 0; r == 0 && i < notes.n; i++)
        logger_log(logger, LOG_WARNING, "%s", notes.items[i]);
    return r;
}

/* Applies what is asked for, and warns of mounts that hide each other afterwards. */
static int modify(struct cdi_oci *oci, const char *path, const struct config *config,
                  const struct request *request, struct logger *logger, struct arena *arena,
                  struct cdi_error *err)
{
    struct modify how = {.oci = oci,
                         .request = request,
                         .config = config,
                         .logger = logger,
                         .generator = {.config = config, .logger = logger, .arena = arena},
                         .arena = arena};
    struct covered_mounts before = {NULL, 0}, after;
    const char **texts;
    size_t n;
    int r = request->devices.n ? covered_list(oci, arena, &before, err) : 0;

    oci->as_wrapper = true;
    if (r == 0)
        r = modify_apply(&how, err);
    if (r == 0 && request->devices.n)
        r = oci_fill_hook_env(oci, hook_programs, ARRAY_SIZE(hook_programs), HOOK_VARIABLE, err);
    if (r == 0 && config->hookless)
        r = work_without_hooks(oci, path, logger, arena, err);
    if (r < 0 || !request->devices.n)
        return r;
    if ((r = covered_list(oci, arena, &after, err)) < 0)
        return r;
    if (!covered_compare(&before, &after, arena, &texts, &n))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        logger_log(logger, LOG_WARNING, "%s", texts[i]);
    return 0;
}

int create_apply(const struct args *args, const struct config *config, enum request_mode mode,
                 struct logger *logger, struct cdi_error *err)
{
    _cleanup_free_ char *path = create_config_path(args);
    _cleanup_file_place_ struct file_place place = FILE_PLACE_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_(free_oci) struct cdi_oci *oci = NULL;
    _cleanup_free_ char *text = NULL;
    struct request request;
    size_t len;
    int r;

    if (!path || !arena)
        return cdi_error_nomem(err);
    if ((r = file_place_read(&place, path, CDI_OCI_MAX_SIZE, &text, &len, err)) < 0)
        return r;
    if ((r = cdi_oci_take(TAKE_PTR(text), len, path, &oci, err)) < 0)
        return r;
    if ((r = read_request(oci, config, mode, arena, &request, err)) < 0)
        return r;
    log_request(logger, &request);
    r = modify(oci, path, config, &request, logger, arena, err);
    if (r < 0 || !cdi_oci_changed(oci))
        return r;
    logger_log(logger, LOG_DEBUG, "%s is replaced", path);
    r = cdi_oci_format(oci, &text, &len, err);
    /* Its environment may hold secrets: mode and owner are those of what was read. */
    return r < 0 ? r : file_place_replace(&place, text, len, err);
}
