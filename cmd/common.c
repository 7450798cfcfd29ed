/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/common.h"

#include <fcntl.h>
#include <string.h>

#include <cdikit/name.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "cmd/output.h"

const char *const format_choices[] = {
    [CDI_FORMAT_YAML] = "yaml",
    [CDI_FORMAT_JSON] = "json",
    [CDI_FORMAT_JSON + 1] = NULL,
};

static void message_begin(const struct call *call)
{
    (void)fprintf(stderr, "cdikit%s%s: ", call->command ? " " : "",
                  call->command ? call->command->name : "");
}

CDI_PRINTF(1, 0)
static void message_text(const char *fmt, va_list ap)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_vprintf(&b, fmt, ap);
    output_text(stderr, b.failed || !b.s ? "out of memory" : b.s);
    (void)putc('\n', stderr);
}

char *error_text(const struct cdi_error *err)
{
    int len = cdi_error_format(err, NULL, 0);
    char *text = len < 0 ? NULL : malloc((size_t)len + 1);

    if (text)
        (void)cdi_error_format(err, text, (size_t)len + 1);
    return text;
}

void message_error(const struct call *call, const struct cdi_error *err)
{
    _cleanup_free_ char *text = error_text(err);

    message_begin(call);
    output_text(stderr, text ? text : "out of memory");
    (void)putc('\n', stderr);
}

void message_warn(const struct call *call, const char *fmt, ...)
{
    va_list ap;

    if (call->quiet)
        return;
    message_begin(call);
    output_styled(stderr, STYLE_WARNING, "warning:");
    (void)putc(' ', stderr);
    va_start(ap, fmt);
    message_text(fmt, ap);
    va_end(ap);
}

void message_say(const struct call *call, const char *fmt, ...)
{
    va_list ap;

    message_begin(call);
    va_start(ap, fmt);
    message_text(fmt, ap);
    va_end(ap);
}

void message_detail(const struct call *call, const char *fmt, ...)
{
    va_list ap;

    if (!call->verbose)
        return;
    message_begin(call);
    va_start(ap, fmt);
    message_text(fmt, ap);
    va_end(ap);
}

const char *input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

int input_read(const char *path, size_t limit, char **data, size_t *len, struct cdi_error *err)
{
    if (strcmp(path, "-") == 0)
        return file_read_fd(STDIN_FILENO, input_name(path), limit, data, len, err);
    return file_read(AT_FDCWD, path, limit, data, len, err);
}

int input_oci(const char *path, struct cdi_oci **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = input_read(path, CDI_OCI_MAX_SIZE, &text, &len, err);

    return r < 0 ? r : cdi_oci_parse(text, len, input_name(path), out, err);
}

int spec_dirs_open(const struct call *call, const struct spec_dirs *where,
                   struct cdi_registry **out, struct cdi_error *err)
{
    const char *const *dirs;
    size_t n_dirs, n_specs;
    int r = cdi_registry_new(where->root, where->dirs.items, where->dirs.n, out, err);

    if (r < 0)
        return r;
    dirs = cdi_registry_dirs(*out, &n_dirs);
    for (size_t i = 0; i < n_dirs; i++)
        message_detail(call, "spec dir %s, priority %zu", dirs[i], i);
    (void)cdi_registry_specs(*out, &n_specs);
    message_detail(call, "%zu document%s loaded", n_specs, n_specs == 1 ? "" : "s");
    return 0;
}

void spec_dirs_warn(const struct call *call, const struct cdi_registry *registry)
{
    size_t n;
    const struct cdi_registry_error *errors = cdi_registry_errors(registry, &n);

    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *text = error_text(&errors[i].error);

        if (!text || errors[i].error.file)
            message_warn(call, "%s", text ? text : errors[i].path);
        else
            message_warn(call, "%s: %s", errors[i].path, text);
    }
}

const char *device_state(enum cdi_device_state state)
{
    static const char *const names[] = {
        [CDI_DEVICE_ACTIVE] = "active",
        [CDI_DEVICE_SHADOWED] = "shadowed",
        [CDI_DEVICE_CONFLICTING] = "conflicting",
    };

    return names[state];
}

const struct cdi_registry_device *device_definitions(const struct cdi_registry *registry,
                                                     const char *name, size_t *n)
{
    size_t low = 0, high;
    const struct cdi_registry_device *all = cdi_registry_devices(registry, &high);
    size_t end = high;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(all[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < end && strcmp(all[low + *n].name, name) == 0;)
        ++*n;
    return *n ? all + low : NULL;
}

/* Says which files define a conflicting device. False if no file defines it. */
static bool say_conflict(const struct call *call, const struct cdi_registry *registry,
                         const char *name)
{
    _cleanup_strbuf_ struct strbuf files = STRBUF_INIT;
    size_t n;
    const struct cdi_registry_device *devices = device_definitions(registry, name, &n);

    if (!devices)
        return false;
    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_CONFLICTING)
            strbuf_printf(&files, "%s%s", files.len ? ", " : "", devices[i].spec->path);
    message_say(call,
                "device %s cannot be used: it is defined more than once at one priority, in %s",
                name, files.failed || !files.s ? "several files" : files.s);
    return true;
}

bool device_check(const struct call *call, const struct cdi_registry *registry, const char *name)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct nearest near = nearest_init(name, strlen(name));
    const struct cdi_registry_device *devices;
    struct cdi_name parts;
    size_t n;

    if (cdi_registry_find(registry, name))
        return true;
    if (say_conflict(call, registry, name))
        return false;
    devices = cdi_registry_devices(registry, &n);
    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_ACTIVE)
            nearest_offer(&near, devices[i].name);
    if (cdi_name_parse(name, &parts, &why) < 0)
        message_error(call, &why);
    else if (near.best)
        message_say(call, "no device %s; did you mean %s?", name, near.best);
    else
        message_say(call, "no device %s", name);
    return false;
}

int devices_check(const struct call *call, const struct cdi_registry *registry,
                  const char *const *names, size_t n, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf missing = STRBUF_INIT;

    for (size_t i = 0; i < n; i++) {
        if (cdi_registry_find(registry, names[i]))
            continue;
        if (!missing.len)
            spec_dirs_warn(call, registry);
        (void)device_check(call, registry, names[i]);
        strbuf_addstr(&missing, missing.len ? ", " : "");
        strbuf_addstr(&missing, names[i]);
    }
    if (missing.failed)
        return cdi_error_nomem(err);
    if (!missing.len)
        return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "unresolvable CDI devices %s", missing.s);
}
