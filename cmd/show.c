/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit show: the container edits of devices. */
#include <string.h>

#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

struct show_options {
    struct spec_dirs where;
    int format;
};

static const struct option options[] = {
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct show_options, format),
     .value = "FORMAT",
     .choices = format_choices,
     .help = "how to print it; yaml unless given"},
    SPEC_DIR_OPTIONS(struct show_options, where, SPEC_DIR_ROOT_HELP),
    {.name = NULL},
};

static const char *const usage[] = {"NAME...", NULL};

static const struct example examples[] = {
    {"cdikit show vendor.com/gpu=0", "what requesting this device does to a container"},
    {"cdikit show --format json vendor.com/gpu=0 | jq '.[].path'", "the file it comes from"},
    {NULL, NULL},
};

/* A YAML block under a key: without its "---", each line indented. */
static void add_yaml_block(struct strbuf *b, const char *key, const char *text)
{
    strbuf_printf(b, "%s:\n", key);
    if (strncmp(text, "---\n", 4) == 0)
        text += 4;
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len)
            strbuf_addstr(b, "  ");
        strbuf_add(b, text, len);
        strbuf_addch(b, '\n');
        text += len + (text[len] == '\n');
    }
}

static int add_yaml(struct strbuf *b, const struct cdi_registry_device *device,
                    struct cdi_error *err)
{
    _cleanup_free_ char *own = NULL, *common = NULL;
    size_t len;
    int r = cdi_device_format(device->device, CDI_FORMAT_YAML, &own, &len, err);

    if (r == 0 && !cdi_edits_empty(&device->spec->edits))
        r = cdi_edits_format(&device->spec->edits, CDI_FORMAT_YAML, &common, &len, err);
    if (r < 0)
        return r;
    strbuf_printf(b, "---\nname: %s\npath: ", device->name);
    jsonout_quote(b, device->spec->path);
    strbuf_printf(b, "\npriority: %zu\n", device->priority);
    if (common)
        add_yaml_block(b, "containerEdits", common);
    add_yaml_block(b, "device", own);
    return 0;
}

static int print_yaml(const struct call *call, const struct cdi_registry *registry,
                      struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    for (size_t i = 0; i < call->n_operands; i++) {
        int r = add_yaml(&b, cdi_registry_find(registry, call->operands[i]), err);

        if (r < 0)
            return r;
    }
    return b.failed ? cdi_error_nomem(err) : output_file(NULL, b.s, b.len, 0, err);
}

static int add_json(struct jsonout *out, struct cJSON *list,
                    const struct cdi_registry_device *device, struct cdi_error *err)
{
    _cleanup_free_ char *own = NULL, *common = NULL;
    struct cJSON *object;
    size_t len;
    int r = cdi_device_format(device->device, CDI_FORMAT_JSON, &own, &len, err);

    if (r == 0)
        r = cdi_edits_format(&device->spec->edits, CDI_FORMAT_JSON, &common, &len, err);
    if (r < 0)
        return r;
    object = jsonout_object(out, list, NULL);
    jsonout_string(out, object, "name", device->name);
    jsonout_string(out, object, "path", device->spec->path);
    jsonout_number(out, object, "priority", device->priority);
    jsonout_raw(out, object, "containerEdits", common);
    jsonout_raw(out, object, "device", own);
    return 0;
}

static int print_json(const struct call *call, const struct cdi_registry *registry,
                      struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *list = jsonout_array(&out, NULL, NULL);

    for (size_t i = 0; i < call->n_operands; i++) {
        int r = add_json(&out, list, cdi_registry_find(registry, call->operands[i]), err);

        if (r < 0)
            return r;
    }
    return jsonout_print(&out, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct show_options *o = call->options;
    _cleanup_registry_ struct cdi_registry *registry = NULL;
    int r = spec_dirs_open(call, &o->where, &registry, err);

    if (r == 0)
        r = devices_check(call, registry, call->operands, call->n_operands, err);
    if (r < 0)
        return r;
    return o->format == 1 + CDI_FORMAT_JSON ? print_json(call, registry, err)
                                            : print_yaml(call, registry, err);
}

const struct command command_show = {
    .name = "show",
    .summary = "print the container edits of devices",
    .usage = usage,
    .description =
        "Prints, for each device, the file that defines it, 'containerEdits' of that document "
        "(done once, whichever of its devices are requested) and the object of the device "
        "itself.",
    .options = options,
    .options_size = sizeof(struct show_options),
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .examples = examples,
    .exit_notes = "Status 1: a name cannot be requested; nothing is printed on standard output.",
    .run = run,
};
