/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit schema */
#include <cdikit/schema.h>

#include "cmd/common.h"
#include "cmd/output.h"

struct schema_options {
    const char *output;
};

static const struct option options[] = {
    {.name = "output",
     .type = OPTION_STRING,
     .offset = offsetof(struct schema_options, output),
     .value = "FILE",
     .help = "the file to write, in place of standard output"},
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

static int run(const struct call *call, struct cdi_error *err)
{
    const struct schema_options *o = call->options;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_schema_format(&text, &len, err);

    return r < 0 ? r : output_file(o->output, text, len, OUTPUT_SYNC, err);
}

const struct command command_schema = {
    .name = "schema",
    .summary = "print the JSON schema of CDI documents",
    .usage = usage,
    .description =
        "Prints a JSON schema (draft 2020-12) for CDI documents, for editors and other programs "
        "that know such schemas. It is made from the table of members that the reader uses, and "
        "unknown members are wrong. It knows types, names, forms and what needs which version; "
        "what compares values with "
        "each other, and what engines load but is not meant, only 'cdikit validate' knows.\n\n"
        "Editors with yaml-language-server follow a comment in the document:\n\n"
        "    # yaml-language-server: $schema=/usr/share/cdikit/cdi-schema.json",
    .options = options,
    .options_size = sizeof(struct schema_options),
    .run = run,
};
