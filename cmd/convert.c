/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit convert: reads a document, checks it and writes it anew. */
#include <string.h>

#include <cdikit/version.h>

#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/lower.h"
#include "cmd/output.h"
#include "cmd/report.h"

struct convert_options {
    int format;
    const char *version;
    struct lower_options lower;
    const char *output;
};

static const struct option options[] = {
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct convert_options, format),
     .value = "FORMAT",
     .choices = format_choices,
     .help = "what to write; without it the ending of --output decides, else yaml"},
    {.name = "cdi-version",
     .type = OPTION_STRING,
     .offset = offsetof(struct convert_options, version),
     .value = "VERSION",
     .help =
         "the version to declare: a released one, or 'min' for the lowest that the document needs"},
    LOWER_OPTIONS(struct convert_options, lower),
    {.name = "output",
     .type = OPTION_STRING,
     .offset = offsetof(struct convert_options, output),
     .value = "FILE",
     .help = "the file to write, in place of standard output"},
    {.name = NULL},
};

static const char *const usage[] = {"FILE|-", NULL};

static const struct example examples[] = {
    {"cdikit convert --format json vendor.yaml", "a document as JSON"},
    {"cdikit convert --cdi-version min --output /etc/cdi/vendor.yaml vendor.yaml",
     "a document that declares no more than it needs"},
    {"cdikit convert --for podman@4.3.1 --for docker@28.5.2 vendor.yaml",
     "a document that both engines read, and what it lacks then"},
    {NULL, NULL},
};

/*
 * The lowest version for what is written of a document: what has no effect, like an empty list,
 * can need more and is left out. The member that needs it is in `member`.
 */
static int written_min_version(const struct cdi_spec *spec, const char **min, char *member,
                               size_t size, struct cdi_error *err)
{
    _cleanup_spec_ struct cdi_spec *written = NULL;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_spec_format(spec, CDI_FORMAT_JSON, &text, &len, err);

    if (r == 0)
        r = cdi_spec_parse(text, len, spec->path, &written, err);
    if (r == 0)
        *min = cdi_spec_min_version_why(written, member, size);
    return r;
}

/* The version to declare, in *declared, if the document can. */
static int choose(const struct cdi_spec *spec, const char *version, const char **declared,
                  struct cdi_error *err)
{
    char member[256] = "";
    const char *min = NULL;
    int r = written_min_version(spec, &min, member, sizeof member, err);

    if (r < 0)
        return r;
    *declared = strcmp(version, "min") == 0 ? min : version;
    if (cdi_version_index(*declared) < cdi_version_index(min)) {
        if (!*member)
            return cdi_error_set(err, CDI_ERR_INVALID, "a document cannot declare less than CDI %s",
                                 min);
        return cdi_error_set_at(err, CDI_ERR_INVALID, spec->path, cdi_spec_position(spec, member),
                                "%s needs CDI %s, which is above %s", member, min, version);
    }
    return 0;
}

/* Looks at the options before anything is read. */
static int check_options(const struct call *call, const struct convert_options *o,
                         struct lower_limit *limit, struct cdi_error *err)
{
    bool given = o->version && strcmp(o->version, "min") != 0;
    int r = given ? lower_check_version("--cdi-version", o->version, "'min' or ", err) : 0;

    if (r == 0)
        r = lower_limit(call, &o->lower, limit, err);
    if (r < 0 || !given || !limit->version)
        return r;
    if (cdi_version_index(o->version) > cdi_version_index(limit->version))
        return cdi_error_set(err, CDI_ERR_USAGE, "--cdi-version %s is above %s: %s", o->version,
                             limit->version, limit->why);
    return 0;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct convert_options *o = call->options;
    struct report report = {.arena = call->arena};
    const struct report_style style = {.colour = output_colours(stderr)};
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    const char *version = NULL;
    struct lower_limit limit;
    int r = check_options(call, o, &limit, err);

    if (r == 0)
        r = document_read(call->operands[0], &spec, err);
    if (r == 0)
        r = lower_document(call, &limit, spec, err);
    if (r == 0 && o->version)
        r = choose(spec, o->version, &version, err);
    /* What was declared is no finding then, nor is what needs more and is not written. */
    if (r == 0 && version)
        spec->version = cdi_spec_min_version(spec);
    if (r == 0)
        r = report_add_document(&report, spec,
                                call->quiet ? CDI_SEVERITY_ERROR : CDI_SEVERITY_WARNING, err);
    if (r == 0) {
        report_sort(&report);
        r = report_print(&report, REPORT_TEXT, &style, stderr, err);
    }
    if (r < 0)
        return r;
    if (report.n_errors)
        return STATUS_FINDINGS;
    if (version)
        spec->version = version;
    r = document_write(spec, o->output, document_format(o->format, o->output), OUTPUT_SYNC, err);
    return r < 0 ? r : STATUS_DONE;
}

const struct command command_convert = {
    .name = "convert",
    .summary = "write a CDI document in another format or version",
    .usage = usage,
    .description =
        "Reads a document, checks it as 'cdikit validate' does, and writes it: members in the "
        "order of the specification, without what has no effect. Findings go to standard error; "
        "with errors nothing is written.\n\n"
        "An engine refuses a document for one member that is newer than it. --max-cdi-version and "
        "--for leave out what is, declare a version that low, and say on standard error what a "
        "container has no longer. What cannot be left out without giving it something else is an "
        "error: a device name that begins with a digit, a class with a dot, the hostPath of a "
        "device node, the type of a mount, network devices.\n\n"
        "An existing file is replaced at once, and keeps its mode and owner.",
    .options = options,
    .options_size = sizeof(struct convert_options),
    .min_operands = 1,
    .max_operands = 1,
    .examples = examples,
    .exit_notes = "Status 1: the document cannot be read or has errors, or needs a higher version "
                  "than --cdi-version, --max-cdi-version or --for allow; the message names the "
                  "member that does.",
    .run = run,
};
