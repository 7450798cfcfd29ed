/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/ask.h"

#include "base/arena.h"
#include "base/quote.h"
#include "base/strbuf.h"
#include "cdi/platform.h"
#include "runtime/request_rules.h"

const char *const ask_modes[] = {"auto", "legacy", "csv", "cdi", "jit-cdi", NULL};

/* The platform matters to mode auto only. */
static int find_platform(const char *path, enum request_mode mode, enum request_platform *out,
                         struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    int r;

    *out = REQUEST_PLATFORM_OTHER;
    if (mode != REQUEST_AUTO)
        return 0;
    r = root_open(&root, path, err);
    if (r == 0 && platform_is_tegra(&root))
        *out = REQUEST_PLATFORM_TEGRA;
    return r;
}

static int use_spec_dirs(const struct call *call, const struct config *config,
                         struct spec_dirs *where, struct cdi_error *err)
{
    if (config->spec_dirs.n == 0)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "no spec dirs are configured: name them with --spec-dir");
    where->dirs.items = arena_calloc(call->arena, config->spec_dirs.n, sizeof(char *));
    if (!where->dirs.items)
        return cdi_error_nomem(err);
    where->dirs.n = config->spec_dirs.n;
    memcpy(where->dirs.items, config->spec_dirs.items, where->dirs.n * sizeof(char *));
    return 0;
}

/* Fills *mode with what the options and the configuration say. */
static int read_config(const struct call *call, const struct ask_options *o,
                       struct spec_dirs *where, struct config *config, enum request_mode *mode,
                       struct cdi_error *err)
{
    int r = 0;

    *mode = REQUEST_CDI;
    if (o->config) {
        r = config_read(o->config, config, err);
        for (size_t i = 0; r == 0 && i < config->warnings.n; i++)
            message_warn(call, "%s", config->warnings.items[i]);
        if (r == 0 && !o->mode)
            r = request_mode_from_config(config, mode, err);
        if (r == 0 && where->dirs.n == 0)
            r = use_spec_dirs(call, config, where, err);
    }
    if (o->mode)
        *mode = (enum request_mode)(o->mode - 1);
    return r;
}

int ask(const struct call *call, const struct ask_options *o, struct cdi_oci *oci,
        struct spec_dirs *where, struct config *config, struct request *out, struct cdi_error *err)
{
    enum request_platform platform;
    struct request_rules rules;
    enum request_mode mode;
    int r = read_config(call, o, where, config, &mode, err);

    if (r == 0)
        r = request_rules_from_config(config, call->arena, &rules, err);
    if (r == 0)
        r = find_platform(where->root, mode, &platform, err);
    if (r == 0)
        r = request_read(oci, &rules, mode, platform, call->arena, out, err);
    return r;
}

void ask_tell(const struct call *call, const struct request *request, bool all)
{
    for (size_t i = 0; i < request->n_notes; i++) {
        const struct request_note *note = &request->notes[i];

        if (note->warning)
            message_warn(call, "%s", note->text);
        else if (all)
            message_info(call, "%s", note->text);
        else
            message_detail(call, "%s", note->text);
    }
}

int ask_registered(const struct call *call, const struct request *request,
                   struct request_strings *out, struct cdi_error *err)
{
    const char **items = arena_calloc(call->arena, request->devices.n, sizeof *items);
    bool all = request->mode == REQUEST_CDI || request->mode == REQUEST_JIT_CDI;
    size_t n = 0;

    if (!items)
        return cdi_error_nomem(err);
    for (size_t i = 0; all && i < request->devices.n; i++)
        if (!request_is_generated(request->devices.items[i]))
            items[n++] = request->devices.items[i];
    *out = (struct request_strings){items, n};
    return 0;
}

/* The devices that the registry does not have, with commas between them. */
static void list_beyond(struct strbuf *b, const struct request *request)
{
    bool named = request->mode == REQUEST_CDI || request->mode == REQUEST_JIT_CDI;
    size_t n = 0;

    for (size_t i = 0; i < request->devices.n; i++) {
        const char *device = request->devices.items[i];

        if (!named || request_is_generated(device))
            strbuf_printf(b, "%s%s", n++ ? ", " : "", quote_string(device).text);
    }
}

int ask_beyond(const struct call *call, const struct request *request, const struct config *config,
               const char **out, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf devices = STRBUF_INIT;
    const char *mode = request_mode_name(request->mode);

    *out = NULL;
    list_beyond(&devices, request);
    if (devices.failed)
        return cdi_error_nomem(err);
    if (devices.len == 0)
        return 0;
    if (request->mode == REQUEST_LEGACY)
        *out = arena_printf(
            call->arena,
            "in mode legacy the runtime wrapper puts in the prestart hook %s, which "
            "asks nvidia-container-cli for %s",
            quote_string(config->hook_path).text, devices.s);
    else
        *out = arena_printf(call->arena,
                            "in mode %s the runtime wrapper generates a document for %s when the "
                            "container is created",
                            mode, devices.s);
    return *out ? 0 : cdi_error_nomem(err);
}
