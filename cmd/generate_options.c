/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate_options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cdikit/name.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/path.h"
#include "base/root.h"
#include "base/toml.h"
#include "cmd/common.h"
#include "cmd/document.h"
#include "runtime/config.h"

#define AT(member) offsetof(struct generate_command_options, member)

/* In the order of enum generate_mode. */
static const char *const modes[] = {
    "auto", "nvml",  "pci",     "csv",      "wsl",      "management",  "imex",
    "gds",  "mofed", "gdrcopy", "nvswitch", "graphics", "cuda-compat", NULL,
};

_Static_assert(ARRAY_SIZE(modes) == GENERATE_N_MODES + 1, "a name for each mode");

const struct option generate_command_table[] = {
    {.name = "mode",
     .type = OPTION_CHOICE,
     .offset = AT(mode),
     .value = "MODE",
     .choices = modes,
     .flags = OPTION_NOCASE,
     .aliases = NAMES("discovery-mode"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_MODE"),
     .help =
         "what is described, and where the facts come from; auto is wsl, csv, nvml or pci, as the "
         "machine is: see MODES"},
    {.name = "output",
     .type = OPTION_STRING,
     .offset = AT(output),
     .value = "FILE",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CDI_OUTPUT_FILE_PATH"),
     .help =
         "the file to write, in place of standard output; engines load *.yaml and *.json, and a "
         "name that ends otherwise gets that of the format, unless it ends in .yml"},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = AT(format),
     .value = "FORMAT",
     .choices = format_choices,
     .flags = OPTION_NOCASE,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_OUTPUT_FORMAT"),
     .help = "what to write; without it the ending of --output decides, else yaml"},
    {.name = "root",
     .type = OPTION_STRING,
     .offset = AT(root),
     .value = "DIR",
     .help = "read everything of the machine beneath this directory"},
    {.name = "driver-root",
     .type = OPTION_STRING,
     .offset = AT(driver_root),
     .value = "DIR",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_DRIVER_ROOT"),
     .help = "where, beneath the root, the driver is installed; / unless given"},
    {.name = "dev-root",
     .type = OPTION_STRING,
     .offset = AT(dev_root),
     .value = "DIR",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_DEV_ROOT"),
     .help =
         "where, beneath the root, dev/ with the device nodes is; the driver root unless given"},
    {.name = "vendor",
     .type = OPTION_STRING,
     .offset = AT(vendor),
     .value = "VENDOR",
     .aliases = NAMES("cdi-vendor"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_VENDOR"),
     .help = "vendor of the devices; nvidia.com unless given"},
    {.name = "class",
     .type = OPTION_STRING,
     .offset = AT(class_),
     .value = "CLASS",
     .aliases = NAMES("cdi-class"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_CLASS"),
     .help = "class of the devices; gpu unless given"},
    {.name = "device-name-strategy",
     .type = OPTION_COMMAS,
     .offset = AT(naming),
     .value = "STRATEGY",
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_DEVICE_NAME_STRATEGIES"),
     .help =
         "how devices are named: index, uuid, type-index or pci; can be repeated, or a list with "
         "commas, for several names; index,uuid unless given"},
    {.name = "device-id",
     .type = OPTION_COMMAS,
     .offset = AT(device_ids),
     .value = "ID",
     .aliases = NAMES("device-ids", "device", "devices"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_DEVICE_IDS"),
     .help =
         "only this device, which must be usable: an index, UUID or PCI address, in mode imex a "
         "channel, or all or none; can be repeated, or a list with commas"},
    {.name = "no-all-device",
     .type = OPTION_SWITCH,
     .offset = AT(no_all),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_NO_ALL_DEVICE"),
     .help = "leave out the device 'all', which stands for every GPU"},
    {.name = "nvidia-cdi-hook-path",
     .type = OPTION_STRING,
     .offset = AT(hook_path),
     .value = "PATH",
     .flags = OPTION_EMPTY,
     .aliases = NAMES("nvidia-ctk-path"),
     .env = NAMES("NVIDIA_CTK_CDI_HOOK_PATH"),
     .help = "the hook program to write into the document; searched for unless given"},
    {.name = "ldconfig-path",
     .type = OPTION_STRING,
     .offset = AT(ldconfig_path),
     .value = "PATH",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_LDCONFIG_PATH"),
     .help = "the ldconfig that the update-ldcache hook is told to use"},
    {.name = "disable-hook",
     .type = OPTION_COMMAS,
     .offset = AT(disabled_hooks),
     .value = "HOOK",
     .flags = OPTION_EMPTY_LIST,
     .aliases = NAMES("disable-hooks"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_DISABLED_HOOKS"),
     .help = "leave out this hook, or all; can be repeated, or a list with commas"},
    {.name = "enable-hook",
     .type = OPTION_COMMAS,
     .offset = AT(enabled_hooks),
     .value = "HOOK",
     .flags = OPTION_EMPTY_LIST,
     .aliases = NAMES("enable-hooks"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_ENABLED_HOOKS"),
     .help =
         "write this hook, whatever --disable-hook says; can be repeated, or a list with commas"},
    {.name = "single-hook",
     .type = OPTION_SWITCH,
     .offset = AT(single_hook),
     .help = "write one hook that does the work of all of them, in one process at a container's "
             "start; needs cdikit-hook as the hook program: nvidia-cdi-hook skips it with a "
             "warning"},
    {.name = "library-search-path",
     .type = OPTION_COMMAS,
     .offset = AT(library_paths),
     .value = "DIRS",
     .flags = OPTION_EMPTY_LIST,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_LIBRARY_SEARCH_PATHS"),
     .help = "absolute directories, joined with colons, where the driver's libraries are looked "
             "for in place of the usual ones and of ld.so.cache; can be repeated"},
    {.name = "config-search-path",
     .type = OPTION_COMMAS,
     .offset = AT(config_paths),
     .value = "DIRS",
     .flags = OPTION_EMPTY_LIST,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_CONFIG_SEARCH_PATHS"),
     .help = "the same for its configuration files"},
    {.name = "csv.file",
     .type = OPTION_COMMAS,
     .offset = AT(csv_files),
     .value = "FILE",
     .flags = OPTION_EMPTY_LIST,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_CSV_FILES"),
     .help = "mode csv: a file that lists what containers need; can be repeated; without it "
             "devices.csv, drivers.csv and l4t.csv of the system"},
    {.name = "csv.ignore-pattern",
     .type = OPTION_COMMAS,
     .offset = AT(csv_ignore),
     .value = "PATTERN",
     .flags = OPTION_EMPTY_LIST,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_CSV_IGNORE_PATTERNS"),
     .help = "mode csv: leave out the symlinks that fit; can be repeated"},
    {.name = "csv.compat-container-root",
     .type = OPTION_STRING,
     .offset = AT(csv_compat_root),
     .value = "DIR",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_CSV_CONTAINER_COMPAT_ROOT"),
     .help = "mode csv: where containers for Orin have CUDA's compatibility libraries; "
             "/usr/local/cuda/compat_orin unless given"},
    {.name = "feature-flag",
     .type = OPTION_COMMAS,
     .offset = AT(features),
     .value = "FEATURE",
     .flags = OPTION_EMPTY_LIST,
     .aliases = NAMES("feature-flags"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_FEATURE_FLAGS"),
     .help = "turn a feature on or off: see FEATURES; can be repeated, or a list with commas"},
    LOWER_OPTIONS(struct generate_command_options, lower),
    {.name = "strict",
     .type = OPTION_SWITCH,
     .offset = AT(strict),
     .help = "write nothing if a device has to be left out"},
    {.name = NULL},
};

/* What was not left empty. */
static const char *given(const char *value)
{
    return value && *value ? value : NULL;
}

static struct generate_strings strings(const struct option_list *list)
{
    return (struct generate_strings){list->items, list->n};
}

static int set_naming(struct arena *arena, const struct option_list *list,
                      struct generate_options *out, struct cdi_error *err)
{
    enum generate_naming *naming = arena_calloc(arena, list->n, sizeof *naming);

    if (!naming)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < list->n; i++)
        if (!generate_naming_parse(list->items[i], &naming[i]))
            return cdi_error_set(err, CDI_ERR_USAGE,
                                 "--device-name-strategy cannot be '%s': it is one of index, uuid, "
                                 "type-index, pci",
                                 list->items[i]);
    out->naming = naming;
    out->n_naming = list->n;
    return 0;
}

/*
 * Names that are neither a hook nor `other`. Upstream's tool ignores them, and so scripts may
 * hold one: it is no error.
 */
static void warn_unknown_hooks(const struct call *call, enum generate_mode mode, const char *option,
                               const struct generate_strings *names, const char *other)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->items[i], *nearest;

        if (generate_hook_known(mode, name, &nearest) || (other && strcmp(name, other) == 0))
            continue;
        message_warn(call, "--%s: no hook is called '%s'%s%s%s", option, name,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?" : "");
    }
}

/* Upstream's tool ignores those that it does not know, too. */
static void set_features(const struct call *call, const struct option_list *list,
                         struct generate_options *out)
{
    for (size_t i = 0; i < list->n; i++) {
        enum generate_feature feature;

        if (generate_feature_parse(list->items[i], &feature))
            out->features[feature] = true;
        else
            message_warn(call, "--feature-flag: no feature is called '%s'", list->items[i]);
    }
}

/* What is looked for in the working directory would differ from run to run. */
static void warn_relative_dirs(const struct call *call, const char *option,
                               const struct generate_strings *lists)
{
    for (size_t i = 0; i < lists->n; i++) {
        const char *rest = lists->items[i], *dir;
        size_t len;

        while ((dir = path_next(&rest, &len)))
            if (*dir != '/')
                message_warn(call, "--%s: '%.*s' is not absolute, and not searched", option,
                             (int)len, dir);
    }
}

/* A name that is no name is wrong use, not a document that came out wrong. */
static int check_names(const struct generate_command_options *o, struct cdi_error *err)
{
    int r = 0;

    if (o->vendor)
        r = cdi_vendor_check((struct cdi_slice){o->vendor, strlen(o->vendor)}, err);
    if (r == 0 && o->class_)
        r = cdi_class_check((struct cdi_slice){o->class_, strlen(o->class_)}, err);
    if (r < 0 && err->code == CDI_ERR_INVALID)
        return cdi_error_set(err, CDI_ERR_USAGE, "%s", err->message);
    return r;
}

/* Reads config.toml; that beneath another root is that machine's. */
static int read_config(const struct call *call, const char *root, const char **path, char **text,
                       size_t *len, struct cdi_error *err)
{
    _cleanup_root_ struct root system = ROOT_INIT;
    const char *xdg = getenv("XDG_CONFIG_HOME");
    size_t size = (xdg ? strlen(xdg) : 0) + 64;
    char *buf = arena_alloc(call->arena, size);
    int r;

    if (!buf)
        return cdi_error_nomem(err);
    if (root && !call->config) {
        *path = config_path(NULL, NULL, NULL, 0);
        r = root_open(&system, root, err);
        return r == 0 ? root_read(&system, *path, CONFIG_MAX_SIZE, text, len, err) : r;
    }
    *path = call->config ? call->config
                         : config_path(getenv("NVIDIA_CTK_CONFIG_FILE_PATH"), xdg, buf, size);
    return file_read(AT_FDCWD, *path, CONFIG_MAX_SIZE, text, len, err);
}

/*
 * The driver root of the container runtime's configuration, nvidia-container-cli.root, in *out. A
 * configuration that is missing is none; one that cannot be read is told of, and passed over as
 * nvidia-ctk does.
 */
static int configured_driver_root(const struct call *call, const char *root, const char **out,
                                  struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    const struct toml *table, *value;
    const char *name = NULL;
    size_t len = 0;
    int r = read_config(call, root, &name, &text, &len, &problem);

    if (r == 0)
        r = toml_parse(text, len, name, call->arena, &table, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0) {
        _cleanup_free_ char *why = error_text(&problem);

        if (problem.os_errno != ENOENT && problem.os_errno != ENOTDIR)
            message_warn(call, "the configuration is not used: %s", why ? why : problem.message);
        return 0;
    }
    table = toml_get(table, "nvidia-container-cli");
    value = table ? toml_get(table, "root") : NULL;
    if (value && value->type == TOML_STRING)
        *out = value->text;
    return 0;
}

/*
 * A path as the caller names it: on this machine a relative one is that of who started us, beneath
 * another root that root's.
 */
static int absolute(const struct call *call, const char *root, const char *path, const char **out,
                    struct cdi_error *err)
{
    _cleanup_free_ char *here = NULL;

    *out = path;
    if ((root && *root && strcmp(root, "/") != 0) || !path || !*path || *path == '/')
        return 0;
    here = getcwd(NULL, 0);
    if (!here)
        return cdi_error_set_errno(err, errno, "cannot find the working directory for '%s'", path);
    *out = arena_printf(call->arena, "%s/%s", here, path);
    return *out ? 0 : cdi_error_nomem(err);
}

static int set_csv_files(const struct call *call, const struct generate_command_options *o,
                         struct generate_options *out, struct cdi_error *err)
{
    const char **files = arena_calloc(call->arena, o->csv_files.n, sizeof *files);
    int r = 0;

    if (!files)
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < o->csv_files.n; i++)
        r = absolute(call, o->root, o->csv_files.items[i], &files[i], err);
    out->csv_files = (struct generate_strings){files, o->csv_files.n};
    return r;
}

bool generate_has_file(const struct generate_command_options *options)
{
    return given(options->output) && strcmp(options->output, "-") != 0;
}

int generate_set_options(const struct call *call, struct generate_options *out,
                         struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    int r = check_names(o, err);

    *out = (struct generate_options){
        .mode = o->mode ? (enum generate_mode)(o->mode - 1) : GENERATE_MODE_AUTO,
        .root = o->root,
        .vendor = o->vendor,
        .class_ = o->class_,
        .device_ids = strings(&o->device_ids),
        .disabled_hooks = strings(&o->disabled_hooks),
        .enabled_hooks = strings(&o->enabled_hooks),
        .no_all = o->no_all,
        .hook_path = given(o->hook_path),
        .ldconfig_path = given(o->ldconfig_path),
        .search_path = getenv("PATH"),
        .data_dirs = getenv("XDG_DATA_DIRS"),
        .library_paths = strings(&o->library_paths),
        .config_paths = strings(&o->config_paths),
        .csv_ignore = strings(&o->csv_ignore),
        .csv_compat_root = given(o->csv_compat_root),
    };
    if (r == 0)
        r = set_naming(call->arena, &o->naming, out, err);
    if (r == 0)
        r = absolute(call, o->root, o->driver_root, &out->driver_root, err);
    if (r == 0)
        r = absolute(call, o->root, o->dev_root, &out->dev_root, err);
    if (r == 0)
        r = set_csv_files(call, o, out, err);
    for (size_t i = 0; r == 0 && i < out->enabled_hooks.n; i++)
        if (strcmp(out->enabled_hooks.items[i], "all") == 0)
            r = cdi_error_set(err, CDI_ERR_USAGE, "--enable-hook cannot be 'all': name each hook");
    if (r == 0 && !o->driver_root)
        r = configured_driver_root(call, o->root, &out->driver_root, err);
    if (r < 0)
        return r;
    set_features(call, &o->features, out);
    out->features[GENERATE_SINGLE_HOOK] |= o->single_hook;
    warn_unknown_hooks(call, out->mode, "disable-hook", &out->disabled_hooks, "all");
    warn_unknown_hooks(call, out->mode, "enable-hook", &out->enabled_hooks, NULL);
    warn_relative_dirs(call, "library-search-path", &out->library_paths);
    warn_relative_dirs(call, "config-search-path", &out->config_paths);
    return 0;
}

int generate_plain_options(const struct call *call, const char *root, struct generate_options *out,
                           struct cdi_error *err)
{
    const struct generate_command_options none = {.root = root};
    struct call plain = *call;
    int r;

    plain.options = &none;
    r = generate_set_options(&plain, out, err);
    out->search_path = NULL;
    out->data_dirs = NULL;
    return r;
}
