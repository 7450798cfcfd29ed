/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit name: a qualified device name and its parts. */
#include <cdikit/name.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

struct name_options {
    bool json;
};

static const struct option options[] = {
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct name_options, json),
     .help = "print an object with the members vendor, class and device"},
    {.name = NULL},
};

static const char *const usage[] = {"NAME", NULL};

static const struct example examples[] = {
    {"cdikit name vendor.com/gpu=0", "prints \"vendor.com gpu 0\""},
    {"read -r vendor class device < <(cdikit name \"$name\")", "takes a name apart in a script"},
    {NULL, NULL},
};

static int print_json(const char *const parts[3], struct cdi_error *err)
{
    static const char *const keys[] = {"vendor", "class", "device"};
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL);

    for (size_t i = 0; i < 3; i++)
        jsonout_string(&out, root, keys[i], parts[i]);
    return jsonout_print(&out, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct name_options *o = call->options;
    const char *parts[3];
    struct cdi_name name;
    int r = cdi_name_parse(call->operands[0], &name, err);

    if (r < 0)
        return r;
    parts[0] = arena_strndup(call->arena, name.vendor.s, name.vendor.len);
    parts[1] = arena_strndup(call->arena, name.class_.s, name.class_.len);
    parts[2] = arena_strndup(call->arena, name.device.s, name.device.len);
    if (!parts[0] || !parts[1] || !parts[2])
        return cdi_error_nomem(err);
    if (o->json)
        return print_json(parts, err);
    (void)printf("%s %s %s\n", parts[0], parts[1], parts[2]);
    return STATUS_DONE;
}

const struct command command_name = {
    .name = "name",
    .summary = "take a qualified device name apart",
    .usage = usage,
    .description = "Prints vendor, class and device of a qualified device name, "
                   "VENDOR/CLASS=DEVICE, on one line. Whether such a device exists does not "
                   "matter: see 'cdikit resolve'.",
    .options = options,
    .options_size = sizeof(struct name_options),
    .min_operands = 1,
    .max_operands = 1,
    .examples = examples,
    .exit_notes = "Status 1: NAME is not a qualified device name; the message says which part or "
                  "character is wrong.",
    .run = run,
};
