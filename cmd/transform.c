/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit transform root: a document for files that are elsewhere. */
#include <string.h>

#include <cdikit/transform.h>
#include <cdikit/validate.h>

#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/output.h"

struct transform_options {
    const char *from, *to, *input, *output;
    int relative_to;
};

#define AT(member) offsetof(struct transform_options, member)

static const char *const relations[] = {[CDI_PATHS_HOST] = "host",
                                        [CDI_PATHS_CONTAINER] = "container",
                                        [CDI_PATHS_CONTAINER + 1] = NULL};

static const struct option options[] = {
    {.name = "from",
     .type = OPTION_STRING,
     .offset = AT(from),
     .value = "DIR",
     .help = "the root that paths have; / unless given",
     .flags = OPTION_EMPTY},
    {.name = "to",
     .type = OPTION_STRING,
     .offset = AT(to),
     .value = "DIR",
     .help = "the root that they get in its place; without it they become relative",
     .flags = OPTION_EMPTY},
    {.name = "input",
     .type = OPTION_STRING,
     .offset = AT(input),
     .value = "FILE",
     .help = "the document to read, in place of standard input"},
    {.name = "output",
     .type = OPTION_STRING,
     .offset = AT(output),
     .value = "FILE",
     .help = "the file to write, in place of standard output; its ending, .yaml or .json, decides "
             "the format, and .yaml is appended to any other name",
     .flags = OPTION_EMPTY},
    {.name = "relative-to",
     .type = OPTION_CHOICE,
     .offset = AT(relative_to),
     .value = "WHERE",
     .choices = relations,
     .help = "whose paths are meant: those of the host, unless given, or in the container"},
    {.name = NULL},
};

static const char *const usage[] = {"root", NULL};
static const char *const words[] = {"root", NULL};

static const struct example examples[] = {
    {"cdikit transform root --from /run/nvidia/driver --to / --input nvidia.yaml",
     "of a driver container, for a host that has the driver itself"},
    {"cdikit generate | cdikit transform root --from / --to /host",
     "for a program that sees the host beneath /host"},
    {NULL, NULL},
};

static const char *text(const char *value, const char *otherwise)
{
    return value ? value : otherwise;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct transform_options *o = call->options;
    enum cdi_paths which = o->relative_to ? (enum cdi_paths)(o->relative_to - 1) : CDI_PATHS_HOST;
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    struct document_output output;
    int r;

    /* nvidia-ctk has the word among those of the command. */
    if (!call->tool->lenient && strcmp(call->operands[0], "root") != 0)
        return cdi_error_set(err, CDI_ERR_USAGE, "cannot transform '%s': it is root",
                             call->operands[0]);
    r = document_read(text(o->input, "-"), &spec, err);
    if (r == 0)
        r = cdi_spec_transform_root(spec, text(o->from, ""), text(o->to, ""), which, err);
    if (r == 0)
        r = cdi_spec_check(spec, err);
    if (r == 0)
        r = document_output_open(call, 0, o->output, &output, err);
    if (r == 0)
        r = document_write(spec, output.path, output.format, OUTPUT_PUBLISH | OUTPUT_SYNC, err);
    return r < 0 ? r : STATUS_DONE;
}

const struct command command_transform = {
    .name = "transform",
    .summary = "replace the root of the paths in a CDI document",
    .usage = usage,
    .description =
        "Reads a document and moves its paths from beneath one directory to beneath another: host "
        "paths of device nodes and mounts, or with --relative-to container their paths in the "
        "container, and the paths and arguments of hooks that are seen from there. What is not "
        "beneath the first directory stays as it is. The result is checked before it is "
        "written.\n\n"
        "A document keeps its CDI version. A device node gets a host path, which needs 0.5.0: a "
        "document of a lower version is refused, and 'cdikit convert --cdi-version' helps.\n\n"
        "The file is replaced at once, gets mode 0644, and missing directories are made.",
    .options = options,
    .options_size = sizeof(struct transform_options),
    .min_operands = 1,
    .max_operands = 1,
    .words = words,
    .examples = examples,
    .exit_notes = "Status 1: the document cannot be read, or it has errors after the change.",
    .run = run,
};
