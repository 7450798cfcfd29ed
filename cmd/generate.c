/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit generate: CDI documents for the GPUs of this machine. */
#include "generate/generate.h"

#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/explain_report.h"
#include "cmd/generate_check.h"
#include "cmd/generate_options.h"
#include "cmd/generate_result.h"

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit generate --output /var/run/cdi/nvidia.yaml", "what a node does at boot"},
    {"cdikit generate --mode pci | cdikit validate --strict -",
     "without loading any library of the driver; a look at it first"},
    {"cdikit generate --explain", "which files were found, and which were not"},
    {"cdikit generate --check --output /var/run/cdi/nvidia.yaml", "does the file still fit?"},
    {NULL, NULL},
};

static const struct option more_options[] = {
    {.name = "explain",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct generate_command_options, explain),
     .help = "print, in place of the document, what was looked for, where, and what was found"},
    {.name = "check",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct generate_command_options, check),
     .help = "write nothing: end with status 1 if --output is not what would be written now, and "
             "print the difference"},
    {.name = NULL},
};

static int run(const struct call *call, struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    _cleanup_(generate_report_clear) struct generate_report report = GENERATE_REPORT_INIT;
    _cleanup_(generate_documents_clear) struct generate_documents documents = {.n = 0};
    struct document_output output;
    struct generate_options what;
    bool same = true;
    int r = generate_set_options(call, &what, err);

    if (r == 0 && o->check)
        r = generate_check_usage(o, err);
    if (r < 0)
        return r;
    what.explain = o->explain;
    r = generate(&what, &documents, &report, err);
    generate_tell(call, &report, r == 0);
    if (r == 0 && o->strict)
        r = generate_check_strict(&report, err);
    if (r == 0)
        r = generate_prepare(call, &documents, err);
    /* Most of all when it was in vain. */
    if (o->explain && generate_has_file(o))
        message_warn(call, "nothing is written to %s: --explain prints what was found", o->output);
    if (o->explain)
        explain_report(&report);
    else if (r == 0 && o->check)
        r = generate_check(call, &documents, &same, err);
    else if (r == 0 && (r = document_output_open(call, o->format, o->output, &output, err)) == 0)
        r = generate_write(call, &documents, &output, true, NULL, err);
    if (r < 0)
        return r;
    if (report.summary && !o->check && !call->quiet)
        message_say(call, "%s", report.summary);
    if (!same)
        return STATUS_FINDINGS;
    return generate_is_partial(&report) ? STATUS_PARTIAL : STATUS_DONE;
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
        "The same machine gives the same bytes, asked in the same way. Beside the options and "
        "their variables this is: PATH, where programs are looked for first, so that its order "
        "chooses between two names of one program; XDG_DATA_DIRS, where data files are; the "
        "driver root of the container runtime's config.toml, and XDG_CONFIG_HOME and "
        "NVIDIA_CTK_CONFIG_FILE_PATH, which say where that is.\n\n"
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
        "  disable-ipc-discoverer               no sockets of the driver's services\n"
        "  single-hook                          as --single-hook",
    .options = generate_command_table,
    .more_options = more_options,
    .options_size = sizeof(struct generate_command_options),
    .examples = examples,
    .more_statuses = generate_statuses,
    .exit_notes = "Status 1: there is no GPU or no driver, no GPU that can be described, or one "
                  "asked for with --device-id that cannot; with --check, the file is another.",
    .run = run,
};
