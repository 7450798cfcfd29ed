/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit generate: a CDI document for the GPUs of this machine. */
#include "generate/generate.h"

#include <stdlib.h>
#include <string.h>

#include <cdikit/name.h>
#include <cdikit/validate.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/findings.h"
#include "cmd/output.h"

struct generate_command_options {
    int mode, format;
    const char *output, *root, *driver_root, *dev_root, *vendor, *class_;
    struct option_list naming, device_ids, disabled_hooks, enabled_hooks;
    const char *hook_path, *ldconfig_path;
    bool no_all;
};

#define AT(member) offsetof(struct generate_command_options, member)

static const char *const modes[] = {[GENERATE_MODE_PCI] = "pci", [GENERATE_MODE_PCI + 1] = NULL};

static const struct option options[] = {
    {.name = "mode",
     .type = OPTION_CHOICE,
     .offset = AT(mode),
     .value = "MODE",
     .choices = modes,
     .flags = OPTION_NOCASE,
     .aliases = NAMES("discovery-mode"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_MODE"),
     .help =
         "where the facts come from; pci: the PCI bus and /proc/driver/nvidia, without loading any "
         "library of the driver"},
    {.name = "output",
     .type = OPTION_STRING,
     .offset = AT(output),
     .value = "FILE",
     .flags = OPTION_EMPTY,
     .env = NAMES("NVIDIA_CTK_CDI_OUTPUT_FILE_PATH"),
     .help = "the file to write, in place of standard output; engines load *.yaml and *.json"},
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
     .help = "only this GPU, which must be usable: an index, UUID or PCI address, or all or none; "
             "can be "
             "repeated, or a list with commas"},
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
     .aliases = NAMES("disable-hooks"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_DISABLED_HOOKS"),
     .help = "leave out this hook, or all; can be repeated, or a list with commas"},
    {.name = "enable-hook",
     .type = OPTION_COMMAS,
     .offset = AT(enabled_hooks),
     .value = "HOOK",
     .aliases = NAMES("enable-hooks"),
     .env = NAMES("NVIDIA_CTK_CDI_GENERATE_ENABLED_HOOKS"),
     .help =
         "write this hook, whatever --disable-hook says; can be repeated, or a list with commas"},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit generate --mode pci --output /var/run/cdi/nvidia.yaml", "what a node does at boot"},
    {"cdikit generate --mode pci | cdikit validate --strict -", "a look at it first"},
    {NULL, NULL},
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

static int set_options(const struct call *call, struct generate_options *out, struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;

    *out = (struct generate_options){
        .mode = o->mode ? (enum generate_mode)(o->mode - 1) : GENERATE_MODE_PCI,
        .root = o->root,
        .driver_root = o->driver_root,
        .dev_root = o->dev_root,
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
    };
    return set_naming(call->arena, &o->naming, out, err);
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

static void tell(const struct call *call, const struct generate_report *report, bool generated)
{
    for (size_t i = 0; i < report->n_notes; i++)
        message_detail(call, "%s: %s", report->notes[i].subject, report->notes[i].text);
    /* An error tells what matters of these. */
    if (!generated)
        return;
    for (size_t i = 0; i < report->n_left_out; i++)
        message_warn(call, "%s is left out: %s", report->left_out[i].subject,
                     report->left_out[i].text);
    for (size_t i = 0; i < report->n_unnamed; i++)
        message_warn(call, "%s: %s", report->unnamed[i].subject, report->unnamed[i].text);
    if (report->missing_hook)
        message_warn(call,
                     "%s is not on this machine, and containers that get a device will not start "
                     "without it: install it (the NVIDIA Container Toolkit has it), name another "
                     "with --nvidia-cdi-hook-path, or go without with --disable-hook all",
                     report->missing_hook);
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

static bool is_loaded_by_engines(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    _cleanup_(generate_report_clear) struct generate_report report = GENERATE_REPORT_INIT;
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    const char *output = given(o->output);
    struct generate_options what;
    int r = check_names(o, err);

    if (r == 0)
        r = set_options(call, &what, err);
    if (r < 0)
        return r;
    warn_unknown_hooks(call, what.mode, "disable-hook", &what.disabled_hooks, "all");
    warn_unknown_hooks(call, what.mode, "enable-hook", &what.enabled_hooks, NULL);
    r = generate_spec(&what, &spec, &report, err);
    tell(call, &report, r == 0);
    if (r == 0)
        r = cdi_spec_check(spec, err);
    if (r == 0)
        r = document_write(spec, output, document_format(o->format, output),
                           OUTPUT_PUBLISH | OUTPUT_SYNC, err);
    if (r < 0)
        return r;
    if (report.summary && !call->quiet)
        message_say(call, "%s", report.summary);
    if (output && !is_loaded_by_engines(output) && strncmp(output, "/dev/", 5) != 0 &&
        strcmp(output, "-") != 0)
        message_warn(call, "%s: engines load only names that end in .yaml or .json", output);
    return STATUS_DONE;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "write a CDI document for the GPUs of this machine",
    .usage = usage,
    .description =
        "Looks at the machine and writes a document with a device for each GPU, one for all of "
        "them, and what every container with a GPU needs: control device nodes, driver "
        "libraries, programs, configuration files and hooks.\n\n"
        "A GPU that cannot be described is left out with a warning, unless it was asked for with "
        "--device-id: then nothing is written. The document is checked before it is written. The "
        "file is replaced at once, gets mode 0644, and missing "
        "directories are made.\n\n"
        "The same machine gives the same bytes.",
    .options = options,
    .options_size = sizeof(struct generate_command_options),
    .examples = examples,
    .exit_notes = "Status 1: there is no GPU or no driver, no GPU that can be described, or one "
                  "asked for with --device-id that cannot.",
    .run = run,
};
