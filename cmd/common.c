/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/common.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <cdikit/name.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/root.h"
#include "base/strbuf.h"
#include "cmd/output.h"

const char *const format_choices[] = {
    [CDI_FORMAT_YAML] = "yaml",
    [CDI_FORMAT_JSON] = "json",
    [CDI_FORMAT_JSON + 1] = NULL,
};

static void message_begin(const struct call *call)
{
    (void)fprintf(stderr, "%s: ", call->name);
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

int call_fail(const struct call *call, const struct cdi_error *err)
{
    message_error(call, err);
    if (err->code == CDI_ERR_USAGE && call->command == &command_help)
        (void)fputs("Try 'cdikit help'.\n", stderr);
    else if (err->code == CDI_ERR_USAGE)
        (void)fprintf(stderr, "Try '%s --help'.\n", call->name);
    return call->tool->lenient ? 1 : cdi_error_exit_status(err);
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

void message_info(const struct call *call, const char *fmt, ...)
{
    va_list ap;

    if (call->quiet)
        return;
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
    return file_read_stream(path, limit, data, len, err);
}

int input_oci(const char *path, struct cdi_oci **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = input_read(path, CDI_OCI_MAX_SIZE, &text, &len, err);

    return r < 0 ? r : cdi_oci_take(TAKE_PTR(text), len, input_name(path), out, err);
}

bool spec_dirs_rooted(const struct spec_dirs *where)
{
    return where->root && strcmp(where->root, "/") != 0;
}

bool spec_dir_missing(const struct root *root, const char *dir)
{
    struct stat st;

    return root ? root_stat(root, dir, &st) == -ENOENT : stat(dir, &st) < 0 && errno == ENOENT;
}

/* Warns of directories that were named and do not exist. */
static int warn_of_missing(const struct call *call, const struct spec_dirs *where,
                           struct cdi_error *err)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    bool rooted = spec_dirs_rooted(where);
    int r = rooted ? root_open(&root, where->root, err) : 0;

    for (size_t i = 0; r == 0 && i < where->dirs.n; i++) {
        const char *dir = where->dirs.items[i];

        if (spec_dir_missing(rooted ? &root : NULL, dir))
            message_warn(call, "spec dir %s does not exist%s%s", dir, rooted ? " beneath " : "",
                         rooted ? where->root : "");
    }
    return r;
}

int spec_dirs_open(const struct call *call, const struct spec_dirs *where,
                   struct cdi_registry **out, struct cdi_error *err)
{
    const char *const *dirs;
    size_t n_dirs, n_specs;
    int r = cdi_registry_new(where->root, where->dirs.items, where->dirs.n, out, err);

    if (r == 0)
        r = warn_of_missing(call, where, err);
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

/* Adds the files that define a conflicting device. False if no file defines it. */
static bool add_conflict(struct strbuf *b, const struct cdi_registry *registry, const char *name)
{
    const char *before = " (defined more than once at one priority, in ";
    size_t n;
    const struct cdi_registry_device *devices = device_definitions(registry, name, &n);

    if (!devices)
        return false;
    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_CONFLICTING) {
            strbuf_printf(b, "%s%s", before, devices[i].spec->path);
            before = ", ";
        }
    strbuf_addch(b, ')');
    return true;
}

/* Adds a name that cannot be requested, and in parentheses why, or what may have been meant. */
static void add_unresolvable(struct strbuf *b, const struct cdi_registry *registry,
                             const char *name)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct nearest near = nearest_init(name, strlen(name));
    const struct cdi_registry_device *devices;
    struct cdi_name parts;
    size_t n;

    strbuf_printf(b, "%s%s", b->len ? ", " : "", name);
    if (add_conflict(b, registry, name))
        return;
    devices = cdi_registry_devices(registry, &n);
    for (size_t i = 0; i < n; i++)
        if (devices[i].state == CDI_DEVICE_ACTIVE)
            nearest_offer(&near, devices[i].name);
    if (!cdi_name_split(name, &parts))
        strbuf_addstr(b, " (not a qualified device name: VENDOR/CLASS=DEVICE)");
    else if (cdi_name_parse(name, &parts, &why) < 0)
        strbuf_printf(b, " (%s)", why.message);
    else if (near.best)
        strbuf_printf(b, " (did you mean %s?)", near.best);
}

/* By text, then by age. */
static int compare_places(const void *a, const void *b)
{
    const char *const *x = *(const char *const *const *)a, *const *y = *(
                                                               const char *const *const *)b;
    int order = strcmp(*x, *y);

    return order ? order : (x > y) - (x < y);
}

int names_unique(struct arena *arena, const char *const *names, size_t n, const char *const **out,
                 size_t *n_out, struct cdi_error *err)
{
    const char **kept = arena_calloc(arena, n, sizeof *kept);
    _cleanup_free_ const char *const **places = calloc(n + 1, sizeof *places);
    _cleanup_free_ bool *again = calloc(n + 1, sizeof *again);

    *n_out = 0;
    if (!kept || !places || !again)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        places[i] = &names[i];
    qsort(places, n, sizeof *places, compare_places);
    for (size_t i = 1; i < n; i++)
        again[places[i] - names] = strcmp(*places[i - 1], *places[i]) == 0;
    for (size_t i = 0; i < n; i++)
        if (!again[i])
            kept[(*n_out)++] = names[i];
    *out = kept;
    return 0;
}

int devices_check(const struct call *call, const struct cdi_registry *registry,
                  const char *const *names, size_t n, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf missing = STRBUF_INIT;
    int r = names_unique(call->arena, names, n, &names, &n, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        if (!cdi_registry_find(registry, names[i]))
            add_unresolvable(&missing, registry, names[i]);
    if (missing.failed)
        return cdi_error_nomem(err);
    if (!missing.len)
        return 0;
    spec_dirs_warn(call, registry);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "unresolvable CDI devices %s", missing.s);
}
