/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit version */
#include <cdikit/version.h>

#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

struct version_options {
    bool json;
};

static const struct option options[] = {
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct version_options, json),
     .help = "print an object with the members version and cdi_versions"},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static int print_json(struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL), *list;

    jsonout_string(&out, root, "version", cdi_library_version());
    list = jsonout_array(&out, root, "cdi_versions");
    for (const char *const *v = cdi_versions(); *v; v++)
        jsonout_string(&out, list, NULL, *v);
    return jsonout_print(&out, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct version_options *o = call->options;

    if (o->json)
        return print_json(err);
    (void)printf("cdikit %s\n", cdi_library_version());
    if (!call->verbose)
        return STATUS_DONE;
    (void)fputs("CDI", stdout);
    for (const char *const *v = cdi_versions(); *v; v++)
        (void)printf(" %s", *v);
    (void)putchar('\n');
    return STATUS_DONE;
}

const struct command command_version = {
    .name = "version",
    .summary = "print the version of cdikit",
    .usage = usage,
    .description = "Prints the version of cdikit and, with --verbose or --json, the versions of "
                   "the Container Device Interface that it knows. 'cdikit --version' is the "
                   "same.",
    .options = options,
    .options_size = sizeof(struct version_options),
    .run = run,
};
