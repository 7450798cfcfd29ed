/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit facts: versions of the driver, as images require them. */
#include "generate/driver_facts.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "cmd/common.h"
#include "cmd/output.h"

struct facts_options {
    const char *root, *driver_root;
};

static const struct option options[] = {
    {.name = "root",
     .type = OPTION_STRING,
     .offset = offsetof(struct facts_options, root),
     .value = "DIR",
     .help = "look at the machine beneath this directory; no library of its driver is loaded"},
    {.name = "driver-root",
     .type = OPTION_STRING,
     .offset = offsetof(struct facts_options, driver_root),
     .value = "DIR",
     .flags = OPTION_EMPTY,
     .help = "where, beneath the root, the driver is installed; / unless given"},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static int run(const struct call *call, struct cdi_error *err)
{
    const struct facts_options *o = call->options;
    const struct generate_options what = {.root = o->root, .driver_root = o->driver_root};
    struct generate_driver_facts facts;
    int r = generate_driver_facts(&what, call->arena, &facts, err);
    const struct {
        const char *name, *value;
    } lines[] = {{"cuda", facts.cuda}, {"arch", facts.arch}, {"driver", facts.driver}};

    if (r < 0)
        return r;
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        if (!lines[i].value)
            continue;
        (void)printf("%s ", lines[i].name);
        output_text(stdout, lines[i].value);
        (void)putchar('\n');
    }
    return STATUS_DONE;
}

const struct command command_facts = {
    .name = "facts",
    .summary = "print the versions that images require of a driver",
    .usage = usage,
    .description = "Prints, a line each, what is known: the CUDA version that the driver supports "
                   "(cuda), the compute capability of the first GPU (arch), and the driver's "
                   "version (driver). libcuda is loaded for that.",
    .options = options,
    .options_size = sizeof(struct facts_options),
    .run = run,
};
