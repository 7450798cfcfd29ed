/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit generate: CDI documents for the GPUs of this machine. */
#include "generate/generate.h"

#include <stdlib.h>
#include <string.h>

#include <cdikit/validate.h>

#include "base/arena.h"
#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/explain_driver.h"
#include "cmd/findings.h"
#include "cmd/generate_options.h"
#include "cmd/lower.h"
#include "cmd/output.h"

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit generate --output /var/run/cdi/nvidia.yaml", "what a node does at boot"},
    {"cdikit generate --mode pci | cdikit validate --strict -",
     "without loading any library of the driver; a look at it first"},
    {"cdikit generate --explain", "which driver files were found, and which were not"},
    {NULL, NULL},
};

static void tell(const struct call *call, const struct generate_report *report, bool generated)
{
    for (size_t i = 0; i < report->n_notes; i++)
        message_detail(call, "%s: %s", report->notes[i].subject, report->notes[i].text);
    /* An error tells what matters of these. */
    if (!generated)
        return;
    if (report->fallback)
        message_warn(call, "NVML is not used (%s): the GPUs are described by the PCI bus and /proc",
                     report->fallback);
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

static bool is_partial(const struct generate_report *report)
{
    return report->n_left_out || report->n_unnamed;
}

/* With --strict nothing may be missing. */
static int check_strict(const struct generate_report *report, struct cdi_error *err)
{
    const struct generate_note *note = report->n_left_out ? report->left_out : report->unnamed;

    if (!is_partial(report))
        return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "nothing is written, as --strict asks for: %s: %s",
                         note->subject, note->text);
}

/* The file of a document: what its name has more than --output stands before the ending. */
static const char *document_path(const struct call *call, const char *output, const char *suffix)
{
    const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
    size_t len = dot ? (size_t)(dot - output) : strlen(output);

    return arena_printf(call->arena, "%.*s%s%s", (int)len, output, suffix, output + len);
}

static int write_document(const struct call *call, const struct document_output *output,
                          const struct generate_document *document, struct cdi_error *err)
{
    const char *path = output->path;

    if (path && *document->suffix && !(path = document_path(call, path, document->suffix)))
        return cdi_error_nomem(err);
    return document_write(document->spec, path, output->format, OUTPUT_PUBLISH | OUTPUT_SYNC, err);
}

/* Nothing is written unless all documents are good. */
static int write_documents(const struct call *call, const struct lower_limit *limit,
                           const struct generate_documents *documents, struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    struct document_output output;
    int r = document_output_open(call, o->format, o->output, &output, err);

    for (size_t i = 0; r == 0 && i < documents->n; i++) {
        r = cdi_spec_check(documents->items[i].spec, err);
        if (r == 0)
            r = lower_document(call, limit, documents->items[i].spec, err);
    }
    for (size_t i = 0; r == 0 && i < documents->n; i++)
        r = write_document(call, &output, &documents->items[i], err);
    return r;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    _cleanup_(generate_report_clear) struct generate_report report = GENERATE_REPORT_INIT;
    _cleanup_(generate_documents_clear) struct generate_documents documents = {.n = 0};
    struct generate_options what;
    struct lower_limit limit;
    int r = generate_set_options(call, &what, err);

    if (r == 0)
        r = lower_limit(call, &o->lower, &limit, err);
    if (r < 0)
        return r;
    r = generate(&what, &documents, &report, err);
    tell(call, &report, r == 0);
    if (r == 0 && o->strict)
        r = check_strict(&report, err);
    /* Most of all when it was in vain. */
    if (o->explain)
        explain_driver(&report.driver);
    else if (r == 0)
        r = write_documents(call, &limit, &documents, err);
    if (r < 0)
        return r;
    if (report.summary && !call->quiet)
        message_say(call, "%s", report.summary);
    return is_partial(&report) ? STATUS_PARTIAL : STATUS_DONE;
}

const struct command command_generate = {
    .name = "generate",
    .summary = "write a CDI document for the GPUs of this machine",
    .usage = usage,
    .description =
        "Looks at the machine and writes a document with a device for each GPU and MIG device, one "
        "for all of them, and what every container with a GPU needs: control device nodes, driver "
        "libraries, programs, configuration files and hooks.\n\n"
        "A device that cannot be described is left out with a warning, and the exit status is 4, "
        "unless it was asked for with --device-id: then nothing is written. The document is "
        "checked before it is written. The file is replaced at once, gets mode 0644, and missing "
        "directories are made.\n\n"
        "The same machine gives the same bytes.\n\n"
        "MODES\n\n"
        "  auto        wsl, csv or nvml, as the machine is; pci if NVML does not answer\n"
        "  nvml        GPUs and MIG devices, by the driver's library NVML\n"
        "  pci         the same by the PCI bus and /proc, without the driver's libraries\n"
        "  csv         Tegra systems: what their CSV files list\n"
        "  wsl         the GPUs that Windows lends to WSL\n"
        "  management  all device nodes of the driver, for containers that manage GPUs\n"
        "  imex        IMEX channels\n"
        "  gds         GPUDirect Storage\n"
        "  mofed       InfiniBand\n"
        "  gdrcopy     GDRCopy\n"
        "  nvswitch    NVSwitches\n"
        "  graphics, cuda-compat   for the container runtime, where nvidia-container-cli\n"
        "              puts GPUs into containers: what it does not know of\n\n"
        "Beneath a --root that is another machine's nothing is loaded: auto is wsl, csv or "
        "pci.\n\n"
        "FEATURES\n\n"
        "  enable-explicit-driver-libraries     libGL.so and such, too\n"
        "  enable-coherent-annotations          two more documents, of the GPUs whose\n"
        "                                       memory is coherent, and of the others\n"
        "  enable-compat32-libraries            libraries of 32-bit programs, too\n"
        "  disable-nvsandboxutils               do not ask libnvidia-sandboxutils\n"
        "  disable-multiple-csv-devices         mode csv: the integrated GPU only\n"
        "  no-additional-gids-for-device-nodes  nodes give no additional groups\n"
        "  disable-ipc-discoverer               no sockets of the driver's services",
    .options = generate_command_table,
    .options_size = sizeof(struct generate_command_options),
    .examples = examples,
    .exit_notes = "Status 1: there is no GPU or no driver, no GPU that can be described, or one "
                  "asked for with --device-id that cannot. Status 4: written, but devices or "
                  "names of devices are left out.",
    .run = run,
};
